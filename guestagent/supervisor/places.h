// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's private folder: what is in it (protocol.h lists the parts that others use), and that
// only one supervisor at a time has it.

#include <glib.h>

typedef struct {
    char *dir;                                    // absolute
    char *run;                                    // XDG_RUNTIME_DIR of the guest's programs
    char *input, *log;                            // folders
    char *agent, *supervisor, *rdp, *bus, *pulse; // sockets
    char *xauthority, *xorg_conf, *xorg_conf_dir, *xorg_log;
    int lock_fd;
} SupPlaces;

// Makes the folder and those in it (0700), removes sockets a dead supervisor left, and locks it.
// NULL with error set when a supervisor has it already, when it belongs to somebody else, or when
// its path is too long for the address of a socket.
SupPlaces *sup_places_new(const char *dir, GError **error);
void sup_places_free(SupPlaces *places);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupPlaces, sup_places_free)
