// SPDX-License-Identifier: Apache-2.0
#include "guestagent/apps.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t *bytes; // id, then encoded
    size_t id_size, encoded_size;
    unsigned round;
} Entry;

struct AgentApps {
    Entry *entries; // sorted by id
    size_t count, capacity;
    unsigned round;
};

static void *
checked(void *memory)
{
    if (!memory)
        abort(); // a few hundred KB at most; nothing sensible is left to do
    return memory;
}

AgentApps *
agent_apps_new(void)
{
    return checked(calloc(1, sizeof(AgentApps)));
}

void
agent_apps_free(AgentApps *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->count; i++)
        free(a->entries[i].bytes);
    free(a->entries);
    free(a);
}

static ChanSpan
id_of(const Entry *e)
{
    return CHAN_SPAN(e->bytes, e->id_size);
}

static ChanSpan
encoded_of(const Entry *e)
{
    return CHAN_SPAN(e->bytes + e->id_size, e->encoded_size);
}

static int
compare(ChanSpan a, ChanSpan b)
{
    size_t n = a.size < b.size ? a.size : b.size;
    int order = n > 0 ? memcmp(a.data, b.data, n) : 0;

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

// Index of the id, or of where it belongs.
static size_t
position(const AgentApps *a, ChanSpan id, bool *found)
{
    size_t low = 0, high = a->count;

    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(id_of(&a->entries[middle]), id);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
fill(Entry *e, ChanSpan id, ChanSpan encoded)
{
    free(e->bytes);
    e->bytes = checked(malloc(id.size + encoded.size + 1));
    memcpy(e->bytes, id.data, id.size);
    memcpy(e->bytes + id.size, encoded.data, encoded.size);
    e->id_size = id.size;
    e->encoded_size = encoded.size;
}

static Entry *
insert(AgentApps *a, size_t at)
{
    if (a->count == a->capacity) {
        a->capacity = a->capacity ? a->capacity * 2 : 64;
        a->entries = checked(realloc(a->entries, a->capacity * sizeof *a->entries));
    }
    memmove(a->entries + at + 1, a->entries + at, (a->count - at) * sizeof *a->entries);
    a->count++;
    a->entries[at] = (Entry){0};
    return &a->entries[at];
}

bool
agent_apps_put(AgentApps *a, ChanSpan id, ChanSpan encoded)
{
    bool found;
    size_t at = position(a, id, &found);
    Entry *e = found ? &a->entries[at] : insert(a, at);

    e->round = a->round;
    if (found && compare(encoded_of(e), encoded) == 0)
        return false;
    fill(e, id, encoded);
    return true;
}

void
agent_apps_begin(AgentApps *a)
{
    a->round++;
}

void
agent_apps_end(AgentApps *a, AgentAppEach gone, void *user)
{
    size_t kept = 0;

    for (size_t i = 0; i < a->count; i++) {
        Entry *e = &a->entries[i];
        if (e->round == a->round) {
            a->entries[kept++] = *e;
            continue;
        }
        gone(id_of(e), encoded_of(e), user);
        free(e->bytes);
    }
    a->count = kept;
}

size_t
agent_apps_count(const AgentApps *a)
{
    return a->count;
}

void
agent_apps_each(const AgentApps *a, AgentAppEach each, void *user)
{
    for (size_t i = 0; i < a->count; i++)
        each(id_of(&a->entries[i]), encoded_of(&a->entries[i]), user);
}
