// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/port_find.h"

#include "channel/handshake.h"
#include "channel/win32/port.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const WCHAR *name;
    HANDLE handle;
    ChanWinPort *port;
    uint8_t last[CHAN_HELLO_SIZE]; // bytes that came
} Ear;

// To read alone, and to nobody else meanwhile: a serial port has one user.
static bool
ear_open(Ear *e, const WCHAR *name)
{
    *e = (Ear){.name = name,
               .handle = CreateFileW(name, GENERIC_READ, 0, NULL, OPEN_EXISTING,
                                     FILE_FLAG_OVERLAPPED, NULL)};
    if (e->handle == INVALID_HANDLE_VALUE) {
        printf("%ls cannot be listened to (error %lu; 5: a program has it)\n", name,
               GetLastError());
        return false;
    }
    win_serial_make_raw(e->handle);
    e->port = chan_win_port_new(e->handle, false, true);
    if (e->port) {
        chan_win_port_start(e->port);
        printf("listening to %ls\n", name);
        return true;
    }
    CloseHandle(e->handle);
    return false;
}

static void
ear_close(Ear *e)
{
    chan_win_port_free(e->port);
    CloseHandle(e->handle);
}

static bool
ear_hears_host(Ear *e)
{
    ChanHelloFrame hello;
    const uint8_t *data;
    bool host = false;

    if (!chan_win_port_over(e->port))
        return false;
    DWORD n = chan_win_port_finish(e->port, &data);
    for (DWORD i = 0; i < n && !host; i++) {
        memmove(e->last, e->last + 1, sizeof e->last - 1);
        e->last[sizeof e->last - 1] = data[i];
        host = e->last[0] == chan_hello_magic[0] && chan_hello_decode(&hello, e->last) &&
               hello.role == CHAN_ROLE_HOST;
    }
    if (!e->port->ended)
        chan_win_port_start(e->port);
    return host;
}

// NULL: nobody spoke in that time. One that ends, unplugged, is listened to no longer.
static const Ear *
listen_to(Ear *ears, unsigned *n, DWORD ms)
{
    DWORD start = GetTickCount(), passed = 0;
    HANDLE done[WIN_SERIAL_MAX];

    for (unsigned i = 0; i < *n; i++)
        done[i] = ears[i].port->done;
    while (*n > 0 && passed < ms) {
        DWORD which = WaitForMultipleObjects(*n, done, FALSE, ms - passed);
        if (which < *n && ear_hears_host(&ears[which]))
            return &ears[which];
        if (which < *n && ears[which].port->ended) {
            ear_close(&ears[which]);
            ears[which] = ears[--*n];
            done[which] = done[*n];
        }
        passed = GetTickCount() - start;
    }
    return NULL;
}

bool
win_port_find(unsigned seconds, WCHAR found[WIN_SERIAL_NAME_MAX])
{
    WCHAR names[WIN_SERIAL_MAX][WIN_SERIAL_NAME_MAX];
    unsigned there = win_serial_list(names), n = 0;
    Ear ears[WIN_SERIAL_MAX];

    for (unsigned i = 0; i < there; i++)
        n += ear_open(&ears[n], names[i]);
    fflush(stdout);
    const Ear *host = listen_to(ears, &n, seconds * 1000);
    if (host)
        lstrcpynW(found, host->name, WIN_SERIAL_NAME_MAX);
    for (unsigned i = 0; i < n; i++)
        ear_close(&ears[i]);
    return host != NULL;
}
