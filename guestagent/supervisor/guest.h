// SPDX-License-Identifier: Apache-2.0
#pragma once

// The whole guest: what is started in which order, what is restarted, and how it ends.
//
// X server, sound server and agent start at once; the session bus and casement-remoteapp with the
// display. Requests are answered from when X, bus and sound are there. The end of X or bus is the
// end of the guest.

#include "guestagent/supervisor/xserver.h"

typedef struct SupGuest SupGuest;

typedef struct {
    const char *guest_dir;
    int agent_fd;             // a listener for the channel; -1: none
    const char *agent_socket; // to listen on without agent_fd; NULL: in guest_dir
    char **agent_arguments;   // instead of listening (--port and the like); NULL: none
    SupXOptions x;
    int ready_fd;       // told when the guest is up; -1: nobody
    guint stop_limit_s; // time for programs to end by themselves
} SupGuestOptions;

// Starts the guest. options are borrowed for its life. finished is called last, with the exit
// status for the process. NULL with error set when it cannot be started at all.
SupGuest *sup_guest_new(const SupGuestOptions *options, void (*finished)(int status, gpointer user),
                        gpointer user, GError **error);
void sup_guest_free(SupGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupGuest, sup_guest_free)
