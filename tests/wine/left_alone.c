// SPDX-License-Identifier: Apache-2.0

// A connection to Remote Desktop ends when the agent closes it, also while a program that the agent
// started meanwhile, as it does the helper of a session, runs on. Says "ended".
//
// usage: left_alone           (left_alone child: that program)

#include "guestagent/win32/remote_desktop.h"

#include <stdio.h>

#define WAIT_S 3

static SOCKET
listen_here(unsigned short *port)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    int size = sizeof here;

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(s, (struct sockaddr *)&here, sizeof here) != 0 || listen(s, 1) != 0 ||
        getsockname(s, (struct sockaddr *)&here, &size) != 0)
        return INVALID_SOCKET;
    *port = ntohs(here.sin_port);
    return s;
}

// Which gets every handle that may be passed on, as a helper does.
static HANDLE
start_child(void)
{
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION made;
    WCHAR path[MAX_PATH], line[MAX_PATH + 16];

    GetModuleFileNameW(NULL, path, MAX_PATH);
    _snwprintf(line, MAX_PATH + 16, L"\"%ls\" child", path);
    return CreateProcessW(path, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made)
               ? made.hProcess
               : NULL;
}

static int
ends(SOCKET server)
{
    fd_set ready;
    struct timeval wait = {WAIT_S, 0};
    char byte;

    FD_ZERO(&ready);
    FD_SET(server, &ready);
    return select(0, &ready, NULL, NULL, &wait) == 1 && recv(server, &byte, 1, 0) <= 0;
}

int
main(int argc, char **argv)
{
    unsigned short port = 0;
    WSADATA winsock;

    if (argc > 1)
        Sleep(INFINITE);
    WSAStartup(MAKEWORD(2, 2), &winsock);
    SOCKET listener = listen_here(&port), client = win_rdp_connect(port);
    SOCKET server = accept(listener, NULL, NULL);
    HANDLE child = start_child();
    if (client == INVALID_SOCKET || server == INVALID_SOCKET || !child) {
        fprintf(stderr, "left_alone: error %lu\n", GetLastError());
        return 2;
    }
    closesocket(client);
    int ended = ends(server);
    TerminateProcess(child, 0);
    puts(ended ? "ended" : "the program that was started keeps the connection");
    return ended ? 0 : 1;
}
