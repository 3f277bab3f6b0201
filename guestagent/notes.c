// SPDX-License-Identifier: Apache-2.0
#include "guestagent/notes.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t id; // 0: free
    uint8_t *bytes;
    size_t size;
} Note;

struct AgentNotes {
    const AgentNotificationEvents *events;
    void *user;
    Note notes[CHAN_NOTIFICATIONS_MAX];
};

AgentNotes *
agent_notes_new(void)
{
    AgentNotes *n = calloc(1, sizeof *n);

    if (!n)
        abort();
    return n;
}

static Note *
find(AgentNotes *n, uint32_t id)
{
    for (size_t i = 0; i < CHAN_NOTIFICATIONS_MAX; i++)
        if (n->notes[i].id == id)
            return &n->notes[i];
    return NULL;
}

static void
clear(Note *note)
{
    free(note->bytes);
    *note = (Note){0};
}

void
agent_notes_free(AgentNotes *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < CHAN_NOTIFICATIONS_MAX; i++)
        clear(&n->notes[i]);
    free(n);
}

void
agent_notes_set_events(AgentNotes *n, const AgentNotificationEvents *events, void *user)
{
    n->events = events;
    n->user = user;
}

bool
agent_notes_put(AgentNotes *n, uint32_t id, ChanSpan encoded)
{
    Note *note = find(n, id);

    if (!note)
        note = find(n, 0);
    uint8_t *bytes = note ? malloc(encoded.size) : NULL;
    if (!bytes)
        return false;
    memcpy(bytes, encoded.data, encoded.size);
    clear(note);
    *note = (Note){id, bytes, encoded.size};
    return true;
}

bool
agent_notes_remove(AgentNotes *n, uint32_t id)
{
    Note *note = id != 0 ? find(n, id) : NULL;

    if (note)
        clear(note);
    return note != NULL;
}

void
agent_notes_each(AgentNotes *n, void (*tell)(ChanSpan encoded, void *user), void *user)
{
    for (size_t i = 0; i < CHAN_NOTIFICATIONS_MAX; i++)
        if (n->notes[i].id != 0)
            tell(CHAN_SPAN(n->notes[i].bytes, n->notes[i].size), user);
}

bool
agent_notes_message(AgentNotes *n, uint16_t type, ChanSpan untrusted_payload)
{
    ChanNotificationEvent m;

    if (!chan_notification_event_decode(&m, untrusted_payload))
        return false;
    if (m.id == 0 || !find(n, m.id) || !n->events)
        return true;
    if (type == CHAN_MSG_NOTIFICATION_CLOSED) {
        clear(find(n, m.id));
        n->events->closed(m.id, m.what, n->user);
    } else {
        n->events->action(m.id, m.what, n->user);
    }
    return true;
}
