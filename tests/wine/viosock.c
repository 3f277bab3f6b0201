// SPDX-License-Identifier: Apache-2.0

// What of channel/win32/viosock.h can be had without its driver: names, and that a machine without
// the device, or with another one under that name, has no such port and does not wait for it.
//
// usage: viosock

#include <winsock2.h>
// after winsock2.h
#include "channel/win32/viosock.h"

#include <stdio.h>

static const struct {
    const WCHAR *name;
    uint32_t port;
} names[] = {
    {L"vsock:51806", CHAN_WIN_VIOSOCK_PORT},
    {L"vsock:1", 1},
    {L"vsock:4294967294", 4294967294u},
    {L"vsock:4294967295", 0}, // any
    {L"vsock:99999999999999999999", 0},
    {L"vsock:0", 0},
    {L"vsock:", 0},
    {L"vsock:1 ", 0},
    {L"vsock:-1", 0},
    {L"\\\\.\\COM1", 0},
    {L"", 0},
};

int
main(void)
{
    WSADATA winsock;
    int wrong = 0;

    if (WSAStartup(MAKEWORD(2, 2), &winsock) != 0)
        return 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t port = chan_win_viosock_named(names[i].name);
        if (port != names[i].port) {
            printf("wrong: name %u is port %u\n", (unsigned)i, (unsigned)port);
            wrong++;
        }
    }
    for (int i = 0; i < 2; i++)
        if (chan_win_viosock_open(CHAN_WIN_VIOSOCK_PORT) != INVALID_HANDLE_VALUE)
            wrong++;
    chan_win_viosock_close();
    printf("%s\n", wrong ? "wrong" : "absent");
    return wrong != 0;
}
