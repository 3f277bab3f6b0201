// SPDX-License-Identifier: Apache-2.0
#include "channel/win32/port.h"

#define CLOSE_WITHIN_MS 2000

// A serial port's read that ends at a pause is done; wine calls it failed.
static bool
is_pause(DWORD error)
{
    return error == ERROR_TIMEOUT || error == WAIT_TIMEOUT || error == ERROR_SEM_TIMEOUT;
}

// A port without data ends a read of its own after a while, with nothing: that is no end.
static bool
transfer(ChanWinPort *port, HANDLE event, DWORD at, DWORD *n)
{
    OVERLAPPED overlapped = {.hEvent = event};
    BOOL ok;

    *n = 0;
    if (port->writes)
        ok = WriteFile(port->handle, port->data[port->at] + at, port->size - at, n, &overlapped);
    else
        ok = ReadFile(port->handle, port->data[port->at], CHAN_WIN_PORT_SIZE, n, &overlapped);
    if (!ok && GetLastError() == ERROR_IO_PENDING)
        ok = GetOverlappedResult(port->handle, &overlapped, n, TRUE);
    return ok || (!port->writes && is_pause(GetLastError()));
}

static void
run_once(ChanWinPort *port, HANDLE event)
{
    DWORD n = 0, at = 0;

    if (!port->writes) {
        port->ended = !transfer(port, event, 0, &n) ||
                      (n == 0 && GetFileType(port->handle) != FILE_TYPE_CHAR);
        port->size = n;
        return;
    }
    while (at < port->size && !port->ended) {
        port->ended = !transfer(port, event, at, &n);
        at += n;
    }
    port->size = at;
}

static DWORD WINAPI
work(LPVOID data)
{
    ChanWinPort *port = data;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    while (event && WaitForSingleObject(port->go, INFINITE) == WAIT_OBJECT_0 && !port->quit) {
        run_once(port, event);
        SetEvent(port->done);
    }
    if (event)
        CloseHandle(event);
    return 0;
}

bool
chan_win_port_open(ChanWinPort *port, HANDLE handle, bool writes)
{
    port->handle = handle;
    port->writes = writes;
    port->go = CreateEventW(NULL, FALSE, FALSE, NULL);
    port->done = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (port->go && port->done)
        port->thread = CreateThread(NULL, 0, work, port, 0, NULL);
    return port->thread != NULL;
}

void
chan_win_port_start(ChanWinPort *port)
{
    port->busy = true;
    ResetEvent(port->done);
    SetEvent(port->go);
}

DWORD
chan_win_port_finish(ChanWinPort *port, const uint8_t **data)
{
    port->busy = false;
    ResetEvent(port->done);
    if (data) {
        *data = port->data[port->at];
        port->at ^= 1;
    }
    return port->size;
}

void
chan_win_port_close(ChanWinPort *port)
{
    if (port->thread) {
        port->quit = 1;
        SetEvent(port->go);
        // A read of a console or of an inherited pipe may not end; its memory then stays with it.
        if (WaitForSingleObject(port->thread, CLOSE_WITHIN_MS) != WAIT_OBJECT_0)
            TerminateThread(port->thread, 0);
        CloseHandle(port->thread);
    }
    if (port->go)
        CloseHandle(port->go);
    if (port->done)
        CloseHandle(port->done);
}
