// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which icons are in the icon caches of a client ([MS-RDPERP] 3.1.1.2): the least recently used
// slot makes room.

#include "guestagent/remoteapp/window_orders.h"

typedef struct RaIconCache RaIconCache;

// caches × entries slots, as negotiated; none when either is 0.
RaIconCache *ra_icon_cache_new(guint caches, guint entries);
void ra_icon_cache_free(RaIconCache *cache);

// True: the icon is in slot. False: it was not, and slot is where it belongs now; without any slots
// that is the one that means "not cached".
bool ra_icon_cache_find(RaIconCache *cache, const RaIcon *icon, RaIconSlot *slot);
