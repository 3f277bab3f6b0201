// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/options.h"

// Where clients come from: TermService's port 3389, here on 127.0.0.1 and any port, or a Unix
// socket in the place of the channel's relay.

typedef struct Listener Listener;

// `accepted` takes the socket.
Listener *listener_new(const Options *options, void (*accepted)(int take_fd, gpointer user),
                       gpointer user, GError **error);
void listener_free(Listener *listener);
