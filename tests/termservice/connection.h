// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/options.h"

#include <freerdp/peer.h>
#include <glib.h>
#include <stdbool.h>

// One client, from its first byte: security, sign-in, and the RDP library's turns. What a session
// shows is for whoever made the connection.

typedef struct Connection Connection;

typedef struct {
    // The client is active. `signed_in`: it may have the session; else it sees the log-on screen.
    void (*active)(Connection *connection, bool signed_in, gpointer user);
    // Channel data may have come.
    void (*received)(Connection *connection, gpointer user);
    // It is over; the connection frees itself afterwards.
    void (*gone)(Connection *connection, gpointer user);
} ConnectionEvents;

// Takes the socket. NULL if the library fails. The pem is of certificate_make.
Connection *connection_new(int take_fd, const Options *options, const char *pem,
                           const ConnectionEvents *events, gpointer user);

// Sends what channels and library hold.
void connection_flush(Connection *connection);

// Ends it, with a Set Error Info PDU ([MS-RDPBCGR] 2.2.5.1.1) unless error_info is 0; it is gone
// after the current turn.
void connection_close(Connection *connection, guint32 error_info);

// Save Session Info PDU ([MS-RDPBCGR] 2.2.10.1): the user is logged on.
void connection_tell_logon(Connection *connection);

freerdp_peer *connection_peer(Connection *connection);
HANDLE connection_channels(Connection *connection);
