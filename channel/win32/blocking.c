// SPDX-License-Identifier: Apache-2.0
#include "channel/win32/blocking.h"

#include <stdlib.h>

#define ENDS_WITHIN_MS 2000

typedef BOOL(WINAPI *CancelSynchronousIoCall)(HANDLE thread);

struct ChanWinBlocking {
    HANDLE handle, done, thread, go; // go: there is something to do
    bool writes;
    uint8_t *data;
    DWORD size, n, error;
    volatile LONG over, quit;
};

// The handle may have been opened for overlapped I/O all the same.
static void
transfer(ChanWinBlocking *b, HANDLE event)
{
    OVERLAPPED overlapped = {.hEvent = event};
    BOOL ok;

    b->n = 0;
    if (b->writes)
        ok = WriteFile(b->handle, b->data, b->size, &b->n, &overlapped);
    else
        ok = ReadFile(b->handle, b->data, b->size, &b->n, &overlapped);
    if (!ok && GetLastError() == ERROR_IO_PENDING)
        ok = GetOverlappedResult(b->handle, &overlapped, &b->n, TRUE);
    b->error = ok ? NO_ERROR : GetLastError();
}

static DWORD WINAPI
work(LPVOID data)
{
    ChanWinBlocking *b = data;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    while (event && WaitForSingleObject(b->go, INFINITE) == WAIT_OBJECT_0 && !b->quit) {
        transfer(b, event);
        InterlockedExchange(&b->over, 1);
        SetEvent(b->done);
    }
    if (event)
        CloseHandle(event);
    return 0;
}

ChanWinBlocking *
chan_win_blocking_new(HANDLE handle, HANDLE done, bool writes)
{
    ChanWinBlocking *b = calloc(1, sizeof *b);

    if (!b)
        abort();
    b->handle = handle;
    b->done = done;
    b->writes = writes;
    b->go = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (b->go)
        b->thread = CreateThread(NULL, 0, work, b, 0, NULL);
    if (b->thread)
        return b;
    chan_win_blocking_free(b);
    return NULL;
}

void
chan_win_blocking_start(ChanWinBlocking *b, uint8_t *data, DWORD size)
{
    b->data = data;
    b->size = size;
    b->over = 0;
    ResetEvent(b->done);
    SetEvent(b->go);
}

bool
chan_win_blocking_over(ChanWinBlocking *b, DWORD *n, DWORD *error)
{
    if (!InterlockedCompareExchange(&b->over, 0, 0))
        return false;
    *n = b->n;
    *error = b->error;
    return true;
}

// Windows Vista and later can end a call of another thread; XP cannot.
static bool
ends(ChanWinBlocking *b)
{
    CancelSynchronousIoCall cancel = (CancelSynchronousIoCall)(uintptr_t)GetProcAddress(
        GetModuleHandleW(L"kernel32.dll"), "CancelSynchronousIo");

    InterlockedExchange(&b->quit, 1);
    SetEvent(b->go);
    if (cancel)
        cancel(b->thread);
    return WaitForSingleObject(b->thread, ENDS_WITHIN_MS) == WAIT_OBJECT_0;
}

bool
chan_win_blocking_free(ChanWinBlocking *b)
{
    if (!b)
        return true;
    if (b->thread && !ends(b))
        return false;
    if (b->thread)
        CloseHandle(b->thread);
    if (b->go)
        CloseHandle(b->go);
    free(b);
    return true;
}
