// SPDX-License-Identifier: Apache-2.0
#pragma once

// The service's end of a helper's standard input and output. Neither holds up the service: a thread
// reads one piece and waits until it was taken, another (channel/win32/blocking.h) writes one.

#include "channel/span.h"

#include <stdbool.h>
#include <windows.h>

#define WIN_HELPER_PIPE_SIZE (64 * 1024) // of a piece

typedef struct WinHelperPipe WinHelperPipe;

// Takes both handles, also where it fails. changed is borrowed, and set when a piece is there, or
// the helper's output ended. NULL: Windows has no thread or event left.
WinHelperPipe *win_helper_pipe_new(HANDLE take_in, HANDLE take_out, HANDLE changed);

// The piece that is there, until win_helper_pipe_taken; empty: none yet, or never any more.
ChanSpan win_helper_pipe_piece(WinHelperPipe *pipe);
void win_helper_pipe_taken(WinHelperPipe *pipe);
bool win_helper_pipe_ended(WinHelperPipe *pipe); // and no piece is left

// Where the next piece for the helper goes (WIN_HELPER_PIPE_SIZE bytes); NULL while the last one is
// under way, or the helper reads no more.
uint8_t *win_helper_pipe_room(WinHelperPipe *pipe);
void win_helper_pipe_write(WinHelperPipe *pipe, size_t size);

// The helper's input ends, which has it end by itself, unless something is still being written.
void win_helper_pipe_end_input(WinHelperPipe *pipe);
// When the process has ended. What Windows does not end stays until this process does.
void win_helper_pipe_free(WinHelperPipe *pipe);
