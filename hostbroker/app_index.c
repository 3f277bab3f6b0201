// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/app_index.h"

typedef struct {
    char *id;
    guint number;
    gboolean retired;
} Slot;

struct BrokerAppIndex {
    GHashTable *by_id; // id → Slot
    GPtrArray *slots;  // by number
    guint capacity;
    guint reclaim; // where the search for a retired slot goes on
};

static void
slot_free(gpointer data)
{
    Slot *slot = data;
    g_free(slot->id);
    g_free(slot);
}

BrokerAppIndex *
broker_app_index_new(guint capacity)
{
    BrokerAppIndex *index = g_new0(BrokerAppIndex, 1);
    index->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    index->slots = g_ptr_array_new_with_free_func(slot_free);
    index->capacity = capacity;
    return index;
}

void
broker_app_index_free(BrokerAppIndex *index)
{
    if (!index)
        return;
    g_hash_table_unref(index->by_id);
    g_ptr_array_unref(index->slots);
    g_free(index);
}

static Slot *
add_slot(BrokerAppIndex *index)
{
    Slot *slot = g_new0(Slot, 1);
    slot->number = index->slots->len;
    g_ptr_array_add(index->slots, slot);
    return slot;
}

static Slot *
reclaim_slot(BrokerAppIndex *index)
{
    for (guint i = 0; i < index->slots->len; i++) {
        Slot *slot = g_ptr_array_index(index->slots, index->reclaim);
        index->reclaim = (index->reclaim + 1) % index->slots->len;
        if (slot->retired) {
            g_hash_table_remove(index->by_id, slot->id);
            g_free(slot->id);
            return slot;
        }
    }
    g_assert_not_reached(); // the catalog has no more applications than there are slots
}

guint
broker_app_index_claim(BrokerAppIndex *index, const char *id)
{
    Slot *slot = g_hash_table_lookup(index->by_id, id);
    if (!slot) {
        slot = index->slots->len < index->capacity ? add_slot(index) : reclaim_slot(index);
        slot->id = g_strdup(id);
        g_hash_table_insert(index->by_id, slot->id, slot);
    }
    slot->retired = FALSE;
    return slot->number;
}

void
broker_app_index_skip(BrokerAppIndex *index)
{
    g_assert(index->slots->len < index->capacity);
    Slot *slot = add_slot(index);
    slot->id = g_strdup(""); // no application's
    slot->retired = TRUE;
}

void
broker_app_index_retire(BrokerAppIndex *index, const char *id)
{
    Slot *slot = g_hash_table_lookup(index->by_id, id);
    if (slot)
        slot->retired = TRUE;
}

const char *
broker_app_index_id(BrokerAppIndex *index, guint number)
{
    if (number >= index->slots->len)
        return NULL;
    const Slot *slot = g_ptr_array_index(index->slots, number);
    return slot->id;
}
