// SPDX-License-Identifier: Apache-2.0
#pragma once

// The RDP connection: the library's instance on the inherited stream, pumped by a GSource of the
// one GMainContext. What its channels mean is the other modules'; they are told of each channel
// when it is there.

#include "rdpbridge/settings.h"
#include "rdpbridge/window_channel.h"

typedef struct BridgeRdp BridgeRdp;

// How a connection came to its end, or that it did not.
typedef enum {
    BRIDGE_RDP_UP,
    BRIDGE_RDP_ENDED,
    BRIDGE_RDP_LEFT,           // somebody wanted it so: signed out, disconnected, took the session
    BRIDGE_RDP_SIGN_IN_AGAIN,  // the guest refused who signs in; others may do better
    BRIDGE_RDP_SIGN_IN_SILENT, // the same, to be told by its closing without a word
    BRIDGE_RDP_REFUSED,        // it refused, and another password changes nothing
    BRIDGE_RDP_UNKNOWN,        // it is not who the guest's agent says, and was given no password
} BridgeRdpEnd;

typedef struct {
    // Before the connection: register with the context's update and pointer callbacks. FALSE: give
    // up.
    gboolean (*prepare)(rdpContext *context, gpointer user);
    // The server may have refused the log-on: if RemoteApp does not begin soon, it did, and
    // bridge_rdp_give_up_sign_in ends the connection. From within the library: only remember.
    void (*sign_in_doubtful)(gpointer user);
    // The server says that the user is logged on: what it shows now is the user's.
    void (*logged_on)(gpointer user);
    // The guest has changed the desktop's size in the settings. FALSE: give up.
    gboolean (*resized)(rdpContext *context, gpointer user);
    // All that had come from the guest was seen to, or much of it was.
    void (*turn_over)(gpointer user);
    // A channel's client interface ("rail", "cliprdr", or a dynamic channel's full name).
    void (*channel)(const char *name, gpointer interface, gpointer user);
    void (*channel_gone)(const char *name, gpointer interface, gpointer user);
    // A server of ours said this of a window; borrowed.
    void (*window_said)(const ChanWindowSaid *said, gpointer user);
    // How long nothing is to be read of the guest, in µs; asked after each turn. What is written
    // goes out meanwhile.
    gint64 (*rest_us)(gpointer user);
    // The connection ended; text says why, how whether it was a refusal to let the user in. Called
    // once, from the loop, never from within a call.
    void (*ended)(BridgeRdpEnd how, const char *text, gpointer user);
} BridgeRdpHandlers;

// What the library hands its callbacks: they find their module by `user`.
typedef struct {
    rdpContext base;
    BridgeRdp *rdp;
    gpointer user;
} BridgeRdpContext;

// Answers the library's search for channels and their devices; once, before the first connection.
void bridge_rdp_register_addins(void);

// Takes the stream's fd; handlers is borrowed. NULL when the library fails.
BridgeRdp *bridge_rdp_new(GMainContext *context, int take_fd, const BridgeRdpHandlers *handlers,
                          gpointer user);
void bridge_rdp_free(BridgeRdp *rdp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeRdp, bridge_rdp_free)

// Connects; blocks until the guest's server answered everything, at most limit_s. Not UP:
// with a text for the user. One connection in a process at a time (it uses alarm()).
BridgeRdpEnd
bridge_rdp_connect(BridgeRdp *rdp, const BridgeRdpConfig *config, guint limit_s, char **text);

void bridge_rdp_give_up_sign_in(BridgeRdp *rdp);

// With the first byte of the connection, as bridge_transport_hand_over.
void bridge_rdp_hand_over(BridgeRdp *rdp, int take_fd);

rdpContext *bridge_rdp_context(BridgeRdp *rdp);

// TRUE while the guest does not read what it is sent: leave out what can be left out.
gboolean bridge_rdp_congested(BridgeRdp *rdp);

// Bytes that the guest has not read yet of what it was sent.
gsize bridge_rdp_unsent(const BridgeRdp *rdp);

// For module code inside a callback of the library that cannot go on: ends the connection.
void bridge_rdp_fail(BridgeRdp *rdp, const char *format, ...) G_GNUC_PRINTF(2, 3);
