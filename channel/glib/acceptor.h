// SPDX-License-Identifier: Apache-2.0
#pragma once

// Accepts connections of a listening socket in a GMainContext. While the process or the machine has
// no descriptor or memory for one, the connection waits and is tried again each second: a listener
// stays readable then, and would be asked without a pause.

#include <glib.h>

#define CHAN_ACCEPTOR_PAUSE_MS 1000

typedef struct ChanAcceptor ChanAcceptor;

// take_fd is close-on-exec and non-blocking. May free the acceptor.
typedef void (*ChanAccepted)(int take_fd, gpointer user);

// listener is borrowed, non-blocking, and outlives it. name is what a message calls it, copied.
ChanAcceptor *chan_acceptor_new(GMainContext *context, int listener, const char *name,
                                ChanAccepted accepted, gpointer user);
// NULL-safe.
void chan_acceptor_free(ChanAcceptor *acceptor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChanAcceptor, chan_acceptor_free)
