// SPDX-License-Identifier: Apache-2.0
#pragma once

// One guest session: ties the RDP connection, the model of the guest's windows, the view and the
// broker together. Owns all of them; each module below knows none of the others.

#include <glib.h>

typedef struct BridgeSession BridgeSession;

// Exit codes of casement-session, documented in its manual page.
typedef enum {
    BRIDGE_EXIT_QUIT = 0, // the broker asked for it
    BRIDGE_EXIT_INTERNAL = 1,
    BRIDGE_EXIT_USAGE = 2,
    BRIDGE_EXIT_CONNECT = 3,   // the guest's server did not answer, refused or does not speak RDP
    BRIDGE_EXIT_ENDED = 4,     // the stream ended, or the guest broke a limit
    BRIDGE_EXIT_SANDBOX = 5,   // the system call filter could not be set up
    BRIDGE_EXIT_ABANDONED = 6, // neither broker nor view are left
    BRIDGE_EXIT_SIGN_IN = 7,   // the guest did not let the user in
} BridgeExit;

// Takes the three descriptors. Nothing is read from the guest before bridge_session_run. Prints
// nothing and returns NULL when the RDP library cannot be set up.
BridgeSession *
bridge_session_new(GMainContext *context, int take_control_fd, int take_view_fd, int take_rdp_fd);
void bridge_session_free(BridgeSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeSession, bridge_session_free)

// Runs until the session is over.
BridgeExit bridge_session_run(BridgeSession *session);

// Text for the broker that is nothing the user must read (which layers of the sandbox hold).
void bridge_session_note(BridgeSession *session, const char *text);
