// SPDX-License-Identifier: Apache-2.0
#pragma once

// The file descriptors a channel runs over, whatever they are: a socket, a terminal or serial port,
// a character device, or two pipes. Knows how each reads, writes and says what still waits in it.

#include "channel/span.h"

#include <gio/gio.h>

typedef struct ChanPipe ChanPipe;

// Takes both (they may be the same); they become non-blocking, a terminal becomes raw. accepts_fds:
// descriptors that come along are kept for chan_pipe_read; otherwise the kernel drops them.
ChanPipe *chan_pipe_new(int take_read_fd, int take_write_fd, gboolean accepts_fds);
void chan_pipe_free(ChanPipe *pipe); // NULL-safe

// True for a Unix stream socket.
gboolean chan_pipe_passes_fds(const ChanPipe *pipe);

// Bytes read; 0 when there are none now, -1 with error set when it failed or (G_IO_ERROR_CLOSED)
// ended. *fd: a descriptor that came with the last of these bytes, the caller's to close, or -1.
gssize chan_pipe_read(ChanPipe *pipe, guint8 *buffer, gsize size, int *fd, GError **error);

// Whether there may be more at once after chan_pipe_read gave n bytes of size.
gboolean chan_pipe_has_more(const ChanPipe *pipe, gssize n, gsize size);

// Bytes written; 0 when it takes none now, -1 with error set. fd goes with the first byte and stays
// the caller's; -1 for none.
gssize
chan_pipe_write(ChanPipe *pipe, const ChanSpan *spans, gsize n_spans, int fd, GError **error);

// How many written bytes the other side has not taken yet. FALSE where the system does not say.
gboolean chan_pipe_unsent(ChanPipe *pipe, gsize *bytes);
