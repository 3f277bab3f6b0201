// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pixels of a window as the view sees them: a sealed memfd that this process, or the guest's X
// server where pixels go past RDP (channel/pixel_path.h), writes and the view maps read-only
// (VIEW_MSG_BUFFER). Neither FreeRDP nor GLib.

#include "rdpbridge/damage.h"

#include <stddef.h>

typedef struct {
    uint32_t id; // of VIEW_MSG_BUFFER
    uint32_t width, height, stride;
    int fd;
    uint8_t *pixels;
    size_t size;
    size_t *used; // bytes of all surfaces together
    unsigned refs;
    bool guests;   // the guest writes it: nothing that is read from it stays as it was read
    bool streamed; // no: this process, from a stream of the guest's; figures tell them apart
    bool sealed;
    uint32_t shown_by; // the only window that may show it, once one has; 0: none has
} BridgeSurface;

// A surface of black pixels. NULL with errno set when a side is not 1…VIEW_SIDE_MAX or the bytes of
// it or of all of them (*used, which is kept up to date) are over the limits of viewproto.h
// (EFBIG), or the system refuses.
BridgeSurface *bridge_surface_new(uint32_t id, uint32_t width, uint32_t height, size_t *used);
// One that the guest writes. Until it is sealed, the guest's X server can map it.
BridgeSurface *
bridge_surface_new_for_guest(uint32_t id, uint32_t width, uint32_t height, size_t *used);
// From now on nobody maps it writable any more, nor punches holes into it; false: its guest has
// sealed it, or the system cannot.
bool bridge_surface_seal(BridgeSurface *surface);
BridgeSurface *bridge_surface_ref(BridgeSurface *surface);
// With the last reference it is gone. NULL-safe.
void bridge_surface_unref(BridgeSurface *surface);

// Copies the rectangles, which lie within the surface, from pixels of at least its size.
void bridge_surface_copy(BridgeSurface *surface, const uint8_t *from, size_t stride,
                         const ViewRect *rects, unsigned count);

// A sealed memfd that holds a copy of the bytes; -1 with errno set.
int bridge_memfd_of(const void *bytes, size_t size);
