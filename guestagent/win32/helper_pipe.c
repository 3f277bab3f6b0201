// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helper_pipe.h"

#include "channel/win32/blocking.h"
#include "guestagent/win32/text.h"

#include <stdlib.h>

#define ENDS_WITHIN_MS 500

typedef BOOL(WINAPI *CancelSynchronousIoCall)(HANDLE thread);

struct WinHelperPipe {
    HANDLE in, out, changed, thread, taken, written;
    ChanWinBlocking *writer;
    bool writes;
    volatile LONG n, ended, quit; // n: bytes of the piece
    uint8_t bytes[WIN_HELPER_PIPE_SIZE], next[WIN_HELPER_PIPE_SIZE];
};

static DWORD WINAPI
read_pieces(LPVOID data)
{
    WinHelperPipe *p = data;
    DWORD n;

    while (!p->quit && ReadFile(p->out, p->bytes, sizeof p->bytes, &n, NULL) && n > 0) {
        InterlockedExchange(&p->n, (LONG)n);
        SetEvent(p->changed);
        WaitForSingleObject(p->taken, INFINITE);
    }
    InterlockedExchange(&p->ended, 1);
    SetEvent(p->changed);
    return 0;
}

WinHelperPipe *
win_helper_pipe_new(HANDLE take_in, HANDLE take_out, HANDLE changed)
{
    WinHelperPipe *p = win_alloc(sizeof *p);

    p->in = take_in;
    p->out = take_out;
    p->changed = changed;
    p->taken = CreateEventW(NULL, FALSE, FALSE, NULL);
    p->written = CreateEventW(NULL, TRUE, FALSE, NULL);
    p->writer = chan_win_blocking_new(p->in, p->written, true);
    if (p->taken && p->written && p->writer)
        p->thread = CreateThread(NULL, 0, read_pieces, p, 0, NULL);
    if (p->thread)
        return p;
    win_helper_pipe_free(p);
    return NULL;
}

ChanSpan
win_helper_pipe_piece(WinHelperPipe *p)
{
    return CHAN_SPAN(p->bytes, (size_t)InterlockedCompareExchange(&p->n, 0, 0));
}

void
win_helper_pipe_taken(WinHelperPipe *p)
{
    InterlockedExchange(&p->n, 0);
    SetEvent(p->taken);
}

bool
win_helper_pipe_ended(WinHelperPipe *p)
{
    return InterlockedCompareExchange(&p->ended, 0, 0) && win_helper_pipe_piece(p).size == 0;
}

static bool
is_writing(WinHelperPipe *p)
{
    DWORD n, error;

    if (p->writes && chan_win_blocking_over(p->writer, &n, &error))
        p->writes = false;
    return p->writes;
}

uint8_t *
win_helper_pipe_room(WinHelperPipe *p)
{
    return is_writing(p) || !p->in ? NULL : p->next;
}

void
win_helper_pipe_write(WinHelperPipe *p, size_t size)
{
    p->writes = true;
    chan_win_blocking_start(p->writer, p->next, (DWORD)size);
}

void
win_helper_pipe_end_input(WinHelperPipe *p)
{
    if (is_writing(p) || !p->in)
        return;
    CloseHandle(p->in);
    p->in = NULL;
}

// Windows Vista and later can end a call of another thread; on XP it ends with the process that has
// the other end.
static bool
reader_ends(WinHelperPipe *p)
{
    CancelSynchronousIoCall cancel = (CancelSynchronousIoCall)(uintptr_t)GetProcAddress(
        GetModuleHandleW(L"kernel32.dll"), "CancelSynchronousIo");

    InterlockedExchange(&p->quit, 1);
    SetEvent(p->taken);
    if (cancel)
        cancel(p->thread);
    return WaitForSingleObject(p->thread, ENDS_WITHIN_MS) == WAIT_OBJECT_0;
}

void
win_helper_pipe_free(WinHelperPipe *p)
{
    if (!p)
        return;
    if ((p->thread && !reader_ends(p)) || !chan_win_blocking_free(p->writer))
        return;
    HANDLE handles[] = {p->in, p->out, p->thread, p->taken, p->written};
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++)
        if (handles[i])
            CloseHandle(handles[i]);
    free(p);
}
