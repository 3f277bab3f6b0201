// SPDX-License-Identifier: Apache-2.0
#pragma once

// The icons of one guest as PNG files in a folder of their own, named by the hash of their pixels.
// Encodes, decodes nothing. Bounded: what would exceed the folder's budget is refused.

#include "channel/msg.h"

#include <glib.h>

#define BROKER_ICON_CACHE_BYTES_MAX (64 * 1024 * 1024)

typedef struct BrokerIconCache BrokerIconCache;

typedef enum {
    BROKER_ICON_STORED,
    BROKER_ICON_UNFIT, // not square, not of the size it was wanted for, or not of its hash
    BROKER_ICON_OVER_BUDGET,
    BROKER_ICON_NOT_WRITTEN, // the host's disk: see the error
} BrokerIconResult;

// folder is made when missing; what an earlier broker left there is taken over. Belongs to one
// guest: whatever is not in use when broker_icon_cache_sweep() is called gets deleted.
BrokerIconCache *broker_icon_cache_new(const char *folder);
void broker_icon_cache_free(BrokerIconCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerIconCache, broker_icon_cache_free)

// Side in pixels of the icon with this hash, 0 when it is not here.
guint broker_icon_cache_size(BrokerIconCache *cache, const guint8 *hash);

// Path of the PNG, whether it is there or not; caller frees.
char *broker_icon_cache_path(BrokerIconCache *cache, const guint8 *hash);

// Checks the icon against its hash and the wanted size and writes it. error is set for NOT_WRITTEN.
BrokerIconResult broker_icon_cache_store(BrokerIconCache *cache, const ChanIcon *untrusted_icon,
                                         guint wanted_size, GError **error);

// Deletes every icon whose hash is not a key of used (32 bytes; see broker_icon_hash_hash).
void broker_icon_cache_sweep(BrokerIconCache *cache, GHashTable *used);

// For hash tables whose keys are icon hashes.
guint broker_icon_hash_hash(gconstpointer hash);
gboolean broker_icon_hash_equal(gconstpointer a, gconstpointer b);
