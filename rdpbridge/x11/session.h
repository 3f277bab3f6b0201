// SPDX-License-Identifier: Apache-2.0
#pragma once

// The socket to casement-session: checks every packet, hands it to who it is for, and drops a
// session that sends a bad one, with its windows.

#include "rdpbridge/x11/view.h"

HostSession *host_session_new(View *view);
void host_session_free(HostSession *session);

// From now on this is the session. Windows of the former one stay until the new one's come. Takes
// fd. Nothing is read before host_session_admit.
void host_session_connect(HostSession *session, int take_fd);

// The broker's SETUP has come: what the session says may be read.
void host_session_admit(HostSession *session);

bool host_session_connected(const HostSession *session);

// Sends a message whose header is filled. Without a session it is dropped. A session that does not
// read loses its connection.
void host_session_send(View *view, const void *message, size_t size);
void host_session_send_fd(View *view, const void *message, size_t size, int fd);

// Bytes that the session has not read yet.
size_t host_session_queued(View *view);

// The window manager has mapped a window of the session's; it took so long.
void host_session_opened(View *view, gint64 took_us);
// What came of its messages later cost the X server and the window manager that much.
void host_session_cost(View *view, uint32_t us);

// The session has to wait, or need not any more.
void host_session_pause(View *view, bool pause);
