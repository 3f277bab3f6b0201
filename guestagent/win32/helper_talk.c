// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helper_talk.h"

#include "channel/wire.h"

#include <stdlib.h>
#include <string.h>

static void *
checked(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static uint32_t
hash_of(ChanSpan id)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < id.size; i++)
        hash = (hash ^ id.data[i]) * 16777619u;
    return hash;
}

static bool
is_listed(const WinTalk *t, ChanSpan id, uint32_t hash)
{
    for (unsigned i = 0; i < t->n; i++)
        if (t->hashes[i] == hash && strlen(t->ids[i]) == id.size &&
            memcmp(t->ids[i], id.data, id.size) == 0)
            return true;
    return false;
}

static bool
add(WinTalk *t, ChanSpan id, uint32_t hash)
{
    if (t->n == WIN_ENTRIES_MAX)
        return false;
    if (!t->ids) {
        t->ids = checked(calloc(WIN_ENTRIES_MAX, sizeof *t->ids));
        t->hashes = checked(calloc(WIN_ENTRIES_MAX, sizeof *t->hashes));
    }
    memcpy(t->ids[t->n], id.data, id.size);
    t->ids[t->n][id.size] = 0;
    t->hashes[t->n++] = hash;
    return true;
}

static bool
hear_entry(WinTalk *t, ChanSpan untrusted_payload, WinHelperEntry *e)
{
    if (!(t->listing || t->listed) || !win_entry_decode(e, untrusted_payload))
        return false;
    uint32_t hash = hash_of(e->app.id);
    bool known = is_listed(t, e->app.id, hash);
    t->bytes += untrusted_payload.size;
    if (!t->listing) // of each entry one more is to be expected, with its icon
        return known && t->bytes <= 2 * WIN_LIST_BYTES_MAX;
    return !known && t->bytes <= WIN_LIST_BYTES_MAX && add(t, e->app.id, hash);
}

static bool
hear_begin(WinTalk *t)
{
    if (t->listing)
        return false;
    t->listing = true;
    t->n = 0;
    t->bytes = 0;
    return true;
}

static bool
hear_end(WinTalk *t)
{
    if (!t->listing)
        return false;
    t->listing = false;
    t->listed = true;
    return true;
}

// The answer to the question whose turn it is.
static bool
answer(WinTalk *t, const uint8_t hash[CHAN_ICON_HASH_SIZE], bool *wanted)
{
    if (t->asked == 0 || memcmp(t->wants[t->first], hash, CHAN_ICON_HASH_SIZE) != 0)
        return false;
    *wanted = t->stale == 0;
    t->first = (t->first + 1) % WIN_WANTS_MAX;
    t->wanted--;
    t->asked--;
    t->stale -= !*wanted;
    return true;
}

static bool
hear_report(ChanSpan untrusted_payload, WinHelperReport *report)
{
    return untrusted_payload.size == WIN_HELPER_REPORT_SIZE &&
           win_helper_report_decode(report, untrusted_payload.data);
}

bool
win_talk_hear(WinTalk *t, const WinWord *word, WinHeard *heard)
{
    ChanSpan untrusted = word->untrusted_payload;
    uint8_t hash[CHAN_ICON_HASH_SIZE];

    heard->kind = word->kind;
    switch (word->kind) {
    case WIN_WORD_REPORT:
        return hear_report(untrusted, &heard->report);
    case WIN_WORD_BEGIN:
        return untrusted.size == 0 && hear_begin(t);
    case WIN_WORD_ENTRY:
        return hear_entry(t, untrusted, &heard->entry);
    case WIN_WORD_END:
        return untrusted.size == 0 && hear_end(t);
    case WIN_WORD_ICON:
        return chan_icon_decode(&heard->icon, untrusted) &&
               answer(t, heard->icon.hash, &heard->wanted);
    case WIN_WORD_NO_ICON:
        return chan_icon_want_decode(hash, untrusted) && answer(t, hash, &heard->wanted);
    default:
        return false; // both are of one program
    }
}

void
win_talk_want(WinTalk *t, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    if (!t->wants)
        t->wants = checked(calloc(WIN_WANTS_MAX, sizeof *t->wants));
    if (t->wanted == WIN_WANTS_MAX)
        return;
    memcpy(t->wants[(t->first + t->wanted++) % WIN_WANTS_MAX], hash, CHAN_ICON_HASH_SIZE);
}

void
win_talk_forget(WinTalk *t)
{
    t->wanted = t->stale = t->asked;
}

ChanSpan
win_talk_ask(WinTalk *t, void *buffer, size_t capacity)
{
    size_t n = 0;

    while (t->asked < t->wanted) {
        const uint8_t *hash = t->wants[(t->first + t->asked) % WIN_WANTS_MAX];
        ChanSpan word = win_word_encode(WIN_WORD_WANT, CHAN_SPAN(hash, CHAN_ICON_HASH_SIZE),
                                        (uint8_t *)buffer + n, capacity - n);
        if (word.size == 0)
            break;
        n += word.size;
        t->asked++;
    }
    return CHAN_SPAN(buffer, n);
}

void
win_talk_restart(WinTalk *t)
{
    t->listing = t->listed = false;
    t->n = 0;
    t->first = (t->first + t->stale) % WIN_WANTS_MAX;
    t->wanted -= t->stale;
    t->stale = t->asked = 0;
}

void
win_talk_clear(WinTalk *t)
{
    free(t->ids);
    free(t->hashes);
    free(t->wants);
    *t = (WinTalk){0};
}
