// SPDX-License-Identifier: Apache-2.0
// What a helper says to the service of a Windows guest, in pieces, while a host wants two icons:
// the talk keeps within its limits, and what it takes says the same again.
#include "guestagent/win32/helper_talk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t again[2 * WIN_WORD_MAX];

static void
check(const WinTalk *t, const WinWord *word, const WinHeard *heard)
{
    ChanSpan payload = word->untrusted_payload, encoded = payload;

    if (t->n > WIN_ENTRIES_MAX || t->bytes > 2 * WIN_LIST_BYTES_MAX || t->asked > t->wanted ||
        t->stale > t->asked || t->wanted > WIN_WANTS_MAX)
        abort();
    if (heard->kind == WIN_WORD_ENTRY)
        encoded = win_entry_encode(&heard->entry, again, sizeof again);
    else if (heard->kind == WIN_WORD_ICON)
        encoded = chan_icon_encode(&heard->icon, again, sizeof again);
    if (encoded.size != payload.size ||
        (encoded.size > 0 && memcmp(encoded.data, payload.data, encoded.size) != 0))
        abort();
}

// False: the helper is ended.
static bool
hear(WinTalk *t, WinWords *words, ChanSpan piece)
{
    static WinHeard heard;
    WinWordsState state = WIN_WORDS_MORE;
    WinWord word;

    while (piece.size > 0 && (state = win_words_next(words, &piece, &word)) == WIN_WORDS_ONE) {
        if (!win_talk_hear(t, &word, &heard))
            return false;
        check(t, &word, &heard);
    }
    return state != WIN_WORDS_BAD;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t hash[CHAN_ICON_HASH_SIZE];
    WinWords words = {0};
    WinTalk talk = {0};

    if (size < 1)
        return 0;
    size_t step = data[0] ? data[0] : size;
    for (uint8_t i = 1; i <= 2; i++) {
        memset(hash, i, sizeof hash);
        win_talk_want(&talk, hash);
    }
    win_talk_ask(&talk, again, sizeof again);
    for (size_t at = 1; at < size; at += step) {
        ChanSpan piece = CHAN_SPAN(data + at, step < size - at ? step : size - at);
        if (hear(&talk, &words, piece))
            continue;
        // The next one says the rest.
        win_words_clear(&words);
        win_talk_restart(&talk);
        win_talk_ask(&talk, again, sizeof again);
    }
    win_words_clear(&words);
    win_talk_clear(&talk);
    return 0;
}
