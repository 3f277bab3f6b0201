// SPDX-License-Identifier: Apache-2.0
#pragma once

// The agent at work: one host after the other over whichever port opens, until it is told to stop.

#include <stdbool.h>
#include <windef.h> // not windows.h, before which winsock2.h must come

#define WIN_SERVE_PORTS_MAX 8
#define WIN_SERVE_RDP_PORT 3389

typedef struct {
    const WCHAR *ports[WIN_SERVE_PORTS_MAX]; // tried in this order; none: those of the registry
    unsigned n_ports;
    bool stdio; // over standard input and output instead, once
    unsigned short rdp_port;
    HANDLE stop;         // an event, or NULL: never
    HANDLE user_changed; // an event: somebody logged on or off; NULL: this process's own user
} WinServe;

// Returns the process's exit code.
int win_serve(const WinServe *serve);
