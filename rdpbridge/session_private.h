// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by session.c (life, guest), session_broker.c, session_view.c (their messages) and
// session_screen.c and session_desktop.c (the guest's own screen), session_pace.c,
// session_workspaces.c, session_pixels.c and session_input.c only.

#include "rdpbridge/apps.h"
#include "rdpbridge/asks.h"
#include "rdpbridge/classic.h"
#include "rdpbridge/clipboard.h"
#include "rdpbridge/control.h"
#include "rdpbridge/cursor.h"
#include "rdpbridge/display.h"
#include "rdpbridge/execs.h"
#include "rdpbridge/graphics.h"
#include "rdpbridge/input.h"
#include "rdpbridge/model.h"
#include "rdpbridge/orders.h"
#include "rdpbridge/pace.h"
#include "rdpbridge/pixel_path.h"
#include "rdpbridge/pixel_stream.h"
#include "rdpbridge/rail.h"
#include "rdpbridge/rdp.h"
#include "rdpbridge/session.h"
#include "rdpbridge/sound.h"
#include "rdpbridge/tray.h"
#include "rdpbridge/viewlink.h"

struct BridgeSession {
    GMainContext *context;
    GMainLoop *loop;
    BridgeExit exit;

    BridgeControl *control;
    BridgeViewLink *view;
    BridgeRdp *rdp;
    BridgeApps *apps;
    BridgeAsks *asks;
    BridgeModel *model;
    BridgeTray *tray;
    BridgeOrders *orders;
    BridgeGraphics *graphics;
    BridgePixelPath *pixels;   // past RDP; NULL where it could not be made
    BridgePixelStream *stream; // of them; NULL where the guest has none
    gboolean streams;          // the guest uses that
    const ViewShown *shown;    // while what it acknowledges is told; NULL: of no frame that was
    int input_fd;              // the guest's end of the view's way of input, until it has that
    guint32 settle;            // the view's question that is not answered; 0: none
    GSource *pixels_rest;      // they are not read until the view has taken what there is
    BridgeDesktop *desktop;
    BridgeClassic *classic;
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

    BridgePace orders_pace; // what the guest may say of its windows
    gboolean said_pace;

    GPtrArray *held; // what the guest is told once it reads again (session_view.c)
    GSource *held_timer;

    GHashTable *dirty; // windows the broker has to be told of
    GSource *dirty_timer;
    GSource *due; // the model's time-outs
    GSource *abandoned;
    GSource *doubt; // whether the user was let in

    // The guest's own screen (session_screen.c).
    gboolean monitored, elsewhere; // its windows' desktop is shown; it said that another one is
    gboolean logged_on, screen_needed, screen_shown;
    GSource *screen_timer;

    // Its whole desktop (session_desktop.c).
    gboolean as_desktop; // instead of its windows
    gboolean asked;      // for another size, or the host's resize rests soon
    GSource *resize_timer;
};

extern const BridgeViewHandlers bridge_session_view_handlers;
extern const BridgeTrayOut bridge_session_tray_out;
extern const BridgeControlHandlers bridge_session_control_handlers;

// A broker or a view, new or the first: tells it everything there is.
void bridge_session_take_control(BridgeSession *session, int take_fd);
void bridge_session_take_view(BridgeSession *session, int take_fd);

// The broker is told of the window soon.
void bridge_session_mark(BridgeSession *session, guint32 window);

// Connects once everything that is needed for it has come.
void bridge_session_consider_connecting(BridgeSession *session);

void bridge_session_view_clear(BridgeSession *session);

// Ends the session: tells the broker why and leaves the loop.
void bridge_session_end(BridgeSession *session, BridgeExit code, const char *text);

// Says that the guest does not let the user in, and ends.
void bridge_session_end_unsigned(BridgeSession *session, BridgeRdpEnd how, const char *why);

// The guest's own screen: shown soon when it is needed, and no longer when it is not.
void bridge_session_consider_screen(BridgeSession *session);
void bridge_session_monitored(gboolean monitored, gpointer session); // BridgeOrdersHandlers
void bridge_session_logged_on(gpointer session);                     // BridgeRdpHandlers
gboolean bridge_session_resized(rdpContext *context, gpointer session);
// Focus went to a window, 0: to none. TRUE while the guest's windows cannot have it.
gboolean bridge_session_screen_focus(BridgeSession *session, guint32 id);
// Whether the guest may have this input: its own screen takes what is meant for a window for
// itself. The pointer is put where that screen has it.
gboolean bridge_session_takes_key(const BridgeSession *session);
gboolean bridge_session_takes_pointer(BridgeSession *session, ViewPointer *pointer);
void bridge_session_screen_state(BridgeSession *session, ViewState state);
// Before anybody signed in that is giving up. Later it is only out of sight, until the user turns
// to one of the guest's windows.
void bridge_session_screen_close(BridgeSession *session);
void bridge_session_screen_clear(BridgeSession *session);

// The guest's whole desktop: what the host's screen suggests for it, as the screen of the guest.
ViewScreen bridge_session_desktop_screen(const BridgeSession *session);
void bridge_session_desktop_logged_on(BridgeSession *session);
// The host gave its window another size: the guest is told when that rests.
void bridge_session_desktop_resize(BridgeSession *session);
// The guest has another size. TRUE when the window is to have it.
gboolean bridge_session_desktop_follows(BridgeSession *session);
void bridge_session_desktop_ready(gpointer session); // its size can be changed
// Answers a request for it, or for a program, which is started in the windows' session only.
void bridge_session_desktop_exec(BridgeSession *session, const CtlExec *exec);
void bridge_session_desktop_clear(BridgeSession *session);

// The guest's own screen or desktop is shown, or shown anew.
void bridge_session_show_screen(BridgeSession *session);

// The broker may ask for programs.
void bridge_session_get_ready(BridgeSession *session);

// The user, or the broker, closes a window.
void bridge_session_close_window(BridgeSession *session, guint32 id);

// Counts down while neither broker nor view are there.
void bridge_session_check_abandoned(BridgeSession *session);

// Decoding of the guest's video begins, or is over: it ends the session when it takes too long.
void bridge_session_decoding(bool begins, gpointer session);

// session_pixels.c: before the sandbox; before the connection; and what the graphics say.
void bridge_session_pixels_init(BridgeSession *session);
void bridge_session_pixels_take_stream(BridgeSession *session, int take_fd);
void bridge_session_pixels_hand_over(BridgeSession *session);
void bridge_session_pixels_clear(BridgeSession *session);
void bridge_session_pixels_memory(guint16 surface_id, const BridgeSurface *memory, gpointer user);
void bridge_session_pixels_shown(guint32 buffer, guint32 serial, gpointer user);

// session_input.c: the guest may have its end now, if it is there; the view brings it; what it
// asks, and what the guest answers (FALSE: nobody asked that).
void bridge_session_input_consider(BridgeSession *session);
void bridge_session_input_take(BridgeSession *session, int take_fd);
void bridge_session_input_settle(BridgeSession *session, guint32 serial);
gboolean bridge_session_input_settled(BridgeSession *session, guint32 untrusted_serial);
void bridge_session_input_clear(BridgeSession *session);

// session_pace.c: the view's word on a window, for the guest; it is gone, or another one is there;
// and a commit is on the screen.
void bridge_session_paced(BridgeSession *session, const ViewPace *message);
void bridge_session_unpaced(BridgeSession *session);
void bridge_session_shown(BridgeSession *session, const ViewShown *message);

// session_workspaces.c: the view's word on where a window is; and the guest has said anything of
// the window, so that it hears what it could not be told before.
void bridge_session_placed(BridgeSession *session, const ViewWorkspace *message);
void bridge_session_tell_placed(BridgeSession *session, guint32 window);
