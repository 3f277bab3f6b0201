// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels of a window in a memfd that the session made: checked, mapped read-only, and attached to
// the X server where that can be done. Session or guest may write at any time, so nothing read here
// decides anything; it cannot shrink the memory (F_SEAL_SHRINK), so reading never faults.

#include "rdpbridge/viewproto.h"
#include "rdpbridge/x11/display.h"

typedef struct {
    grefcount refs;
    uint32_t id, window_id;
    uint32_t width, height, stride;
    ViewPixelsWay way; // so the session says
    const uint8_t *data;
    size_t bytes; // mapped
    HostDisplay *x;
    uint32_t segment; // of MIT-SHM; 0: the server has not got it
} HostBuffer;

// message is checked. Takes fd. NULL with error set when fd is no memfd, is not sealed against
// shrinking, or is shorter than the message says: the session is broken then.
HostBuffer *host_buffer_new(HostDisplay *x, const ViewBuffer *message, int take_fd, GError **error);
HostBuffer *host_buffer_ref(HostBuffer *buffer);
void host_buffer_unref(HostBuffer *buffer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostBuffer, host_buffer_unref)

// A pixel inside the buffer, as 0xAARRGGBB.
uint32_t host_buffer_pixel(const HostBuffer *buffer, uint32_t x, uint32_t y);

// Reads size bytes from the start of a memfd into new memory (g_free): for icons and cursors.
// NULL with error set when there are fewer. Closes take_fd.
void *host_buffer_read_once(int take_fd, size_t size, GError **error);
