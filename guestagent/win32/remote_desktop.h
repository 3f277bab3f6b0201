// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's own Remote Desktop: where it listens, and whether it answers.

#include <stdbool.h>
#include <winsock2.h>
// after winsock2.h
#include <windows.h>

#define WIN_RDP_LISTENER                                                                           \
    L"SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"

// A socket on its way to it, or INVALID_SOCKET. port 0: the listener's of the registry.
SOCKET win_rdp_connect(unsigned short port);

// A look whether it answers, which keeps nobody waiting.
typedef struct {
    WSAEVENT event; // signalled when there is something to check
    SOCKET socket;
    bool running;
    DWORD since; // GetTickCount
} WinRdpProbe;

typedef enum { WIN_RDP_WAIT, WIN_RDP_YES, WIN_RDP_NO } WinRdpAnswer;

// False: Windows has no event left.
bool win_rdp_probe_init(WinRdpProbe *probe);
void win_rdp_probe_clear(WinRdpProbe *probe);
void win_rdp_probe_start(WinRdpProbe *probe, unsigned short port);

// Ends the look unless it is WAIT; with no answer after a second it is NO.
WinRdpAnswer win_rdp_probe_check(WinRdpProbe *probe);
// In how many milliseconds to check at the latest; INFINITE: none is under way.
DWORD win_rdp_probe_left(const WinRdpProbe *probe);
