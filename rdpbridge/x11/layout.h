// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's keyboard layout by its XKB names, and the identifier Windows has for it.

#include "rdpbridge/x11/view.h"

// Groups of the keyboard's map. Keys that switch lock one; others count as long as they are held.
typedef struct {
    uint8_t locked, counts;
} HostKeyGroups;

// As they are now, which is later than what events have told of so far.
HostKeyGroups host_layout_groups(HostDisplay *x);

// Fills all of layout but its header. What is not known is "pc105", "us" and 0x409.
void host_layout_read(HostDisplay *x, HostKeyGroups groups, ViewLayout *layout);

// The Windows keyboard layout identifier of an XKB layout and variant; 0x409 if there is none.
uint32_t host_layout_rdp_id(const char *layout, const char *variant);
