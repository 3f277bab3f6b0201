// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control pipe to the broker (channel/control.h). When the broker vanishes the session goes on;
// bridge_control_attach gives it the pipe of a new one.

#include "channel/control.h"

#include <glib.h>

typedef struct BridgeControl BridgeControl;

typedef struct {
    void (*setup)(const CtlSetup *setup, gpointer user);
    void (*credentials)(const CtlCredentials *credentials, gpointer user);
    void (*certificates)(const CtlCertificates *certificates, gpointer user);
    void (*app)(const CtlApp *app, gpointer user);
    void (*exec)(const CtlExec *exec, ChanSpan args, gpointer user);
    void (*pixels)(int take_fd, gpointer user);
    void (*view)(int take_fd, gpointer user);
    void (*close_window)(guint32 id, gpointer user);
    void (*tray_event)(const CtlTrayEvent *event, gpointer user);
    void (*quit)(gpointer user);
    void (*lost)(gpointer user); // the broker is gone; not called while something is sent
} BridgeControlHandlers;

// handlers is borrowed and must outlive it.
BridgeControl *
bridge_control_new(GMainContext *context, const BridgeControlHandlers *handlers, gpointer user);
void bridge_control_free(BridgeControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeControl, bridge_control_free)

// Talks to this broker from now on.
void bridge_control_attach(BridgeControl *control, int take_fd);
gboolean bridge_control_attached(const BridgeControl *control);
// Its descriptor, still its own; -1: no broker is there.
int bridge_control_fd(const BridgeControl *control);

// Nothing happens while no broker is there.
void bridge_control_send(BridgeControl *control, gconstpointer message, gsize size);
// Bytes that the broker has not taken yet.
gsize bridge_control_queued(const BridgeControl *control);
void
bridge_control_exec_result(BridgeControl *control, guint32 serial, CtlExecCode code, guint32 raw);
void bridge_control_sign_in_failed(BridgeControl *control, gboolean again, gboolean doubtful,
                                   const char *text);
void bridge_control_notice(BridgeControl *control, gboolean fatal, guint32 code, const char *text);
