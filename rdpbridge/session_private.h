// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by session.c (life, guest), session_broker.c and session_view.c (their messages) only.

#include "rdpbridge/apps.h"
#include "rdpbridge/clipboard.h"
#include "rdpbridge/control.h"
#include "rdpbridge/cursor.h"
#include "rdpbridge/display.h"
#include "rdpbridge/execs.h"
#include "rdpbridge/graphics.h"
#include "rdpbridge/input.h"
#include "rdpbridge/model.h"
#include "rdpbridge/orders.h"
#include "rdpbridge/rail.h"
#include "rdpbridge/rdp.h"
#include "rdpbridge/session.h"
#include "rdpbridge/sound.h"
#include "rdpbridge/viewlink.h"

struct BridgeSession {
    GMainContext *context;
    GMainLoop *loop;
    BridgeExit exit;

    BridgeControl *control;
    BridgeViewLink *view;
    BridgeRdp *rdp;
    BridgeApps *apps;
    BridgeModel *model;
    BridgeOrders *orders;
    BridgeGraphics *graphics;
    BridgeRail *rail;
    BridgeExecs *execs;
    BridgeSound *sound;
    BridgeCursor *cursor;
    BridgeInput *input;
    BridgeClipboard *clipboard;
    BridgeDisplay *display;

    CtlCredentials credentials;   // wiped when they were used
    CtlCertificates certificates; // what the guest's server may present
    gboolean has_setup, has_credentials, has_screen, has_layout, connecting, connected, ready, over;
    CtlSetup setup;
    ViewScreen screen;
    ViewLayout layout;
    guint32 focus; // the window the host has focused

    GHashTable *dirty; // windows the broker has to be told of
    GSource *dirty_timer;
    GSource *due; // the model's time-outs
    GSource *abandoned;
    GSource *doubt; // whether the user was let in
};

extern const BridgeViewHandlers bridge_session_view_handlers;
extern const BridgeControlHandlers bridge_session_control_handlers;

// A broker or a view, new or the first: tells it everything there is.
void bridge_session_take_control(BridgeSession *session, int take_fd);
void bridge_session_take_view(BridgeSession *session, int take_fd);

// The broker is told of the window soon.
void bridge_session_mark(BridgeSession *session, guint32 window);

// Connects once everything that is needed for it has come.
void bridge_session_consider_connecting(BridgeSession *session);

// Ends the session: tells the broker why and leaves the loop.
void bridge_session_end(BridgeSession *session, BridgeExit code, const char *text);

// Counts down while neither broker nor view are there.
void bridge_session_check_abandoned(BridgeSession *session);
