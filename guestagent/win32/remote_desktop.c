// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/remote_desktop.h"

#define DEFAULT_PORT 3389
#define PATIENCE_MS 3000 // Windows asks a closed port of its own again for one or two seconds

static unsigned short
listener_port(void)
{
    DWORD port = 0, size = sizeof port, type = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, WIN_RDP_LISTENER, 0, KEY_READ, &key) != ERROR_SUCCESS)
        return DEFAULT_PORT;
    if (RegQueryValueExW(key, L"PortNumber", NULL, &type, (BYTE *)&port, &size) != ERROR_SUCCESS ||
        type != REG_DWORD || port == 0 || port > 65535)
        port = DEFAULT_PORT;
    RegCloseKey(key);
    return (unsigned short)port;
}

SOCKET
win_rdp_connect(unsigned short port)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    u_long nonblocking = 1;

    here.sin_port = htons(port ? port : listener_port());
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s == INVALID_SOCKET)
        return s;
    // A session's helper would get it, and keep the session connected when the host has left it.
    SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, 0);
    ioctlsocket(s, FIONBIO, &nonblocking);
    if (connect(s, (struct sockaddr *)&here, sizeof here) == 0 ||
        WSAGetLastError() == WSAEWOULDBLOCK)
        return s;
    closesocket(s);
    return INVALID_SOCKET;
}

bool
win_rdp_probe_init(WinRdpProbe *probe)
{
    *probe = (WinRdpProbe){.event = WSACreateEvent(), .socket = INVALID_SOCKET};
    return probe->event != WSA_INVALID_EVENT;
}

static void
stop(WinRdpProbe *probe)
{
    if (probe->socket != INVALID_SOCKET)
        closesocket(probe->socket);
    probe->socket = INVALID_SOCKET;
    probe->running = false;
    ResetEvent(probe->event);
}

void
win_rdp_probe_clear(WinRdpProbe *probe)
{
    stop(probe);
    WSACloseEvent(probe->event);
}

void
win_rdp_probe_start(WinRdpProbe *probe, unsigned short port)
{
    stop(probe);
    probe->running = true;
    probe->since = GetTickCount();
    probe->socket = win_rdp_connect(port);
    if (probe->socket == INVALID_SOCKET ||
        WSAEventSelect(probe->socket, probe->event, FD_CONNECT) != 0)
        SetEvent(probe->event); // the check finds no socket that connects
}

// Nothing is said, so that TermService takes it for no session.
static WinRdpAnswer
look(WinRdpProbe *probe)
{
    WSANETWORKEVENTS told = {0};

    if (probe->socket == INVALID_SOCKET ||
        WSAEnumNetworkEvents(probe->socket, probe->event, &told) != 0)
        return WIN_RDP_NO;
    if (told.lNetworkEvents & FD_CONNECT)
        return told.iErrorCode[FD_CONNECT_BIT] == 0 ? WIN_RDP_YES : WIN_RDP_NO;
    return GetTickCount() - probe->since < PATIENCE_MS ? WIN_RDP_WAIT : WIN_RDP_NO;
}

WinRdpAnswer
win_rdp_probe_check(WinRdpProbe *probe)
{
    if (!probe->running)
        return WIN_RDP_WAIT;
    WinRdpAnswer answer = look(probe);
    if (answer != WIN_RDP_WAIT)
        stop(probe);
    return answer;
}

DWORD
win_rdp_probe_left(const WinRdpProbe *probe)
{
    DWORD gone = GetTickCount() - probe->since;

    if (!probe->running)
        return INFINITE;
    return gone >= PATIENCE_MS ? 0 : PATIENCE_MS - gone;
}
