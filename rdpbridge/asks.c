// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/asks.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/viewproto.h"

typedef struct {
    guint asked;
    gboolean open; // not answered yet
} Ask;

struct BridgeAsks {
    GHashTable *unknown; // window → Ask
};

BridgeAsks *
bridge_asks_new(void)
{
    BridgeAsks *a = g_new0(BridgeAsks, 1);

    a->unknown = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return a;
}

void
bridge_asks_free(BridgeAsks *a)
{
    if (!a)
        return;
    g_hash_table_unref(a->unknown);
    g_free(a);
}

void
bridge_asks_answered(BridgeAsks *a, guint32 window, gboolean known)
{
    Ask *ask = g_hash_table_lookup(a->unknown, GUINT_TO_POINTER(window));

    if (ask)
        ask->open = FALSE;
    if (known)
        bridge_asks_forget(a, window);
    else if (!ask && g_hash_table_size(a->unknown) < VIEW_WINDOWS_MAX)
        g_hash_table_insert(a->unknown, GUINT_TO_POINTER(window), g_new0(Ask, 1));
}

gboolean
bridge_asks_again(BridgeAsks *a, guint32 window)
{
    Ask *ask = g_hash_table_lookup(a->unknown, GUINT_TO_POINTER(window));

    if (!ask || ask->open || ask->asked >= LIMIT_ASKS)
        return FALSE;
    ask->open = TRUE;
    ask->asked++;
    return TRUE;
}

void
bridge_asks_forget(BridgeAsks *a, guint32 window)
{
    g_hash_table_remove(a->unknown, GUINT_TO_POINTER(window));
}
