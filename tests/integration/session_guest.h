// SPDX-License-Identifier: Apache-2.0
#pragma once

// A real guest for tests of casement-session: casement-supervisor with its X server, sound, bus and
// casement-remoteapp, in a folder of its own, with a home that publishes what the test wants.

#include <glib.h>

typedef struct {
    GPid supervisor;
    char *dir, *guest_dir, *home;
} Guest;

Guest *guest_new(void);
// Ends the supervisor, which ends all of the guest, and removes the folder.
void guest_free(Guest *guest);

// Publishes a program of the build as an application with this id.
void guest_publish(Guest *guest, const char *id, const char *command);

// The process of that name that its supervisor started.
GPid guest_process(const Guest *guest, const char *name);

// A connected stream to the guest's RemoteApp server; the caller's to close.
int guest_stream(Guest *guest);
// The same of a stream of pixels (channel/tile_stream.h).
int guest_pixels(Guest *guest);
// Hands one end of a stream to it, which is taken.
void guest_hand_over(Guest *guest, const char *what, int take_fd);
