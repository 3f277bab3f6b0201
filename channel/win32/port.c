// SPDX-License-Identifier: Apache-2.0
#include "channel/win32/port.h"

#include <stdlib.h>

#define ENDS_WITHIN_MS 2000
// A serial port ends a read at a pause, or when it is full: what comes first waits for the last. So
// reads are longer where they are full soon, and shorter where that takes long.
#define READ_MIN (4 * 1024)
#define READ_MAX (64 * 1024)
#define SHORT_US 2000
#define LONG_US 8000

// A serial port's read that ends at a pause is done; wine calls it failed.
static bool
is_pause(DWORD error)
{
    return error == ERROR_TIMEOUT || error == WAIT_TIMEOUT || error == ERROR_SEM_TIMEOUT;
}

ChanWinPort *
chan_win_port_new(HANDLE handle, bool writes, bool overlapped)
{
    ChanWinPort *port = calloc(1, sizeof *port);

    if (!port)
        abort();
    port->handle = handle;
    port->writes = writes;
    for (unsigned i = 0; i < 2; i++) {
        port->data[i] = malloc(CHAN_WIN_PORT_SIZE);
        if (!port->data[i])
            abort();
    }
    QueryPerformanceFrequency(&port->frequency);
    port->read_size = READ_MIN;
    port->done = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (port->done && !overlapped)
        port->blocking = chan_win_blocking_new(handle, port->done, writes);
    if (port->done && (overlapped || port->blocking))
        return port;
    chan_win_port_free(port);
    return NULL;
}

// The event and the result of a call that succeeds at once are as those of one that takes its time.
static void
begin(ChanWinPort *port)
{
    uint8_t *data = port->data[port->at] + port->written;
    DWORD size = port->writes ? port->size - port->written : port->read_size;
    DWORD n; // the result has it; Windows 7 asks for the place all the same
    BOOL ok;

    if (port->blocking) {
        chan_win_blocking_start(port->blocking, data, size);
        return;
    }
    port->overlapped = (OVERLAPPED){.hEvent = port->done};
    if (port->writes)
        ok = WriteFile(port->handle, data, size, &n, &port->overlapped);
    else
        ok = ReadFile(port->handle, data, size, &n, &port->overlapped);
    port->begun = ok || GetLastError() == ERROR_IO_PENDING;
    if (port->begun)
        return;
    // What is to be waited for is over.
    port->overlapped.Internal = GetLastError();
    SetEvent(port->done);
}

void
chan_win_port_start(ChanWinPort *port)
{
    port->busy = true;
    port->written = 0;
    QueryPerformanceCounter(&port->started);
    begin(port);
}

static bool
result(ChanWinPort *port, DWORD *n, DWORD *error)
{
    *n = 0;
    if (port->blocking)
        return chan_win_blocking_over(port->blocking, n, error);
    if (!port->begun) {
        *error = (DWORD)port->overlapped.Internal;
        return true;
    }
    if (!HasOverlappedIoCompleted(&port->overlapped))
        return false;
    *error =
        GetOverlappedResult(port->handle, &port->overlapped, n, FALSE) ? NO_ERROR : GetLastError();
    return true;
}

// Only a read that was full tells how fast bytes come.
static void
fit_read_size(ChanWinPort *port, DWORD n)
{
    LARGE_INTEGER now;

    if (n < port->read_size)
        return;
    QueryPerformanceCounter(&now);
    LONGLONG us = (now.QuadPart - port->started.QuadPart) * 1000000 / port->frequency.QuadPart;
    if (us < SHORT_US && port->read_size < READ_MAX)
        port->read_size *= 2;
    else if (us > LONG_US && port->read_size > READ_MIN)
        port->read_size /= 2;
}

// A port without data ends a read of its own after a while, with nothing: that is no end.
static void
has_read(ChanWinPort *port, DWORD n, DWORD error)
{
    bool ok = error == NO_ERROR || is_pause(error);

    port->size = ok ? n : 0;
    fit_read_size(port, port->size);
    port->ended = !ok || (n == 0 && GetFileType(port->handle) != FILE_TYPE_CHAR);
}

bool
chan_win_port_over(ChanWinPort *port)
{
    DWORD n, error;

    if (!port->busy || !result(port, &n, &error))
        return false;
    if (!port->writes) {
        has_read(port, n, error);
        return true;
    }
    port->written += n;
    port->ended = error != NO_ERROR || n == 0;
    if (port->ended || port->written == port->size)
        return true;
    begin(port);
    return false;
}

DWORD
chan_win_port_finish(ChanWinPort *port, const uint8_t **data)
{
    port->busy = false;
    if (data) {
        *data = port->data[port->at];
        port->at ^= 1;
    }
    return port->writes ? port->written : port->size;
}

// CancelIo is of this thread, and XP has it.
static bool
ends(ChanWinPort *port)
{
    if (port->blocking)
        return chan_win_blocking_free(port->blocking);
    if (!port->busy || !port->begun)
        return true;
    CancelIo(port->handle);
    return WaitForSingleObject(port->done, ENDS_WITHIN_MS) == WAIT_OBJECT_0;
}

bool
chan_win_port_free(ChanWinPort *port)
{
    if (!port)
        return true;
    if (!ends(port))
        return false;
    if (port->done)
        CloseHandle(port->done);
    free(port->data[0]);
    free(port->data[1]);
    free(port);
    return true;
}
