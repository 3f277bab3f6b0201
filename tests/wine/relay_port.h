// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of the agent's relay share: a pty that is the guest's port, programs of the guest,
// and a listener that stands where Remote Desktop does.

#include <gio/gio.h>

typedef struct {
    int master, slave; // of the pty
    char *link;        // by which the wine prefix (WINEPREFIX) has it
} RelayPort;

void relay_port_open(RelayPort *port);
void relay_port_close(RelayPort *port);

// A program of folder with two arguments, of which a NULL is none.
GSubprocess *relay_start(const char *wine, const char *folder, const char *program, const char *a,
                         const char *b);
void relay_stop(GSubprocess *take_process);

// Listens on this machine; port says where, for --rdp-port.
int relay_listen(char port[8]);

// The connection of a stream of the host's, which begins with one byte; what only looks whether
// somebody answers sends nothing.
int relay_accept(int listener);
