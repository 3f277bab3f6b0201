// SPDX-License-Identifier: Apache-2.0
#pragma once

// One end of a channel in a process of its own, as plain as a program can run it: a poll loop, no
// GLib main loop. And the plain socket it is measured against.

#include "channel/conn.h"
#include "channel/glib/pipe.h"

#include <glib.h>

typedef struct {
    ChanConn *conn;
    ChanPipe *pipe;
    int fd;
    gboolean full; // the kernel took no more
    // What happened.
    gboolean ready, ended;
    gsize messages, received;
    guint32 stream;  // opened, or heard of
    gboolean echoes; // messages go back
} BenchEnd;

void bench_end_init(BenchEnd *e, ChanRole role, int take_fd);
void bench_end_clear(BenchEnd *e);

// Sends what can be sent; with wait, also blocks until something can be done, and reads what came.
void bench_end_turn(BenchEnd *e, gboolean wait);

guint64 bench_now_us(void);

// A child process that runs function(fd), and this process's end of the socket to it.
int bench_spawn(void (*function)(int fd), GPid *pid);
