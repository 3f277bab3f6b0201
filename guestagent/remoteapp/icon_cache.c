// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/icon_cache.h"

#define NOT_CACHED_ENTRY 0xFFFF
#define NOT_CACHED_ID 0xFF

typedef struct {
    char *sum;
    guint64 used;
} Slot;

struct RaIconCache {
    guint entries, count;
    guint64 clock;
    Slot *slots;
};

RaIconCache *
ra_icon_cache_new(guint caches, guint entries)
{
    RaIconCache *cache = g_new0(RaIconCache, 1);
    cache->entries = MIN(entries, 12);
    cache->count = MIN(caches, 3) * cache->entries;
    cache->slots = g_new0(Slot, cache->count + 1);
    return cache;
}

void
ra_icon_cache_free(RaIconCache *cache)
{
    if (cache == NULL)
        return;
    for (guint i = 0; i < cache->count; i++)
        g_free(cache->slots[i].sum);
    g_free(cache->slots);
    g_free(cache);
}

bool
ra_icon_cache_find(RaIconCache *cache, const RaIcon *icon, RaIconSlot *slot)
{
    if (cache->count == 0) {
        *slot = (RaIconSlot){.cache = NOT_CACHED_ID, .entry = NOT_CACHED_ENTRY};
        return false;
    }
    gsize bytes = (gsize)icon->width * (gsize)icon->height * 4;
    char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)icon->argb, bytes);
    guint chosen = 0;
    bool found = false;
    for (guint i = 0; i < cache->count && !found; i++) {
        found = g_strcmp0(cache->slots[i].sum, sum) == 0;
        if (found || cache->slots[i].used < cache->slots[chosen].used)
            chosen = i;
    }
    g_free(cache->slots[chosen].sum);
    cache->slots[chosen] = (Slot){sum, ++cache->clock};
    *slot = (RaIconSlot){.cache = chosen / cache->entries, .entry = chosen % cache->entries};
    return found;
}
