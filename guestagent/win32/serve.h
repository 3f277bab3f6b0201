// SPDX-License-Identifier: Apache-2.0
#pragma once

// The agent at work: one host after the other over whichever port opens, until it is told to stop.

#include "guestagent/win32/people.h"

#include <windef.h> // not windows.h, before which winsock2.h must come

#define WIN_SERVE_PORTS_MAX 8

typedef struct {
    const WCHAR *ports[WIN_SERVE_PORTS_MAX]; // tried in this order; none: those of the registry
    unsigned n_ports;
    bool stdio;              // over standard input and output instead, once
    unsigned short rdp_port; // of Remote Desktop; 0: where the registry says that it listens
    HANDLE stop;             // an event, or NULL: never
    // Of the service; without them it is of this process's own user.
    HANDLE user_changed;           // an event: somebody logged on or off
    HANDLE lock_changed;           // an event: a session was locked or unlocked
    void (*locks)(WinLocks *copy); // what is known of that
    HANDLE resumed;                // an event: the machine was suspended, and is not any more
} WinServe;

// Returns the process's exit code.
int win_serve(const WinServe *serve);
