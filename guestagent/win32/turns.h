// SPDX-License-Identifier: Apache-2.0
#pragma once

// Turns of what is done beside the pipe, so that icons hold up neither the list nor the relay; and
// times by GetTickCount, which begins again after 49 days.

#include <stdbool.h>
#include <windows.h>

#define WIN_TURN_MS 4        // icons wait for the pipe's turn then
#define WIN_TURN_YIELD_MS 20 // and so long while it has something to send
#define WIN_TURN_QUEUED_MAX ((size_t)256 * 1024)

static inline bool
win_turn_is_due(DWORD at)
{
    return (LONG)(GetTickCount() - at) >= 0;
}

static inline DWORD
win_turn_left(DWORD at)
{
    return win_turn_is_due(at) ? 0 : at - GetTickCount();
}
