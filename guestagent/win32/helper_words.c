// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helper_words.h"

#include "channel/wire.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_BYTES 4
#define APP_FLAGS (CHAN_APP_TAKES_FILES | CHAN_APP_SIDELINED | CHAN_APP_FOREMOST)

// Moves from the piece until there are so many bytes.
static bool
fill(WinWords *w, ChanSpan *piece, size_t size)
{
    size_t lacks = size > w->n ? size - w->n : 0, take = piece->size < lacks ? piece->size : lacks;

    if (take > 0) {
        memcpy(w->bytes + w->n, piece->data, take);
        piece->data += take;
        piece->size -= take;
        w->n += take;
    }
    return take == lacks;
}

WinWordsState
win_words_next(WinWords *w, ChanSpan *untrusted_piece, WinWord *word)
{
    if (!w->bytes)
        w->bytes = malloc(SIZE_BYTES + WIN_WORD_MAX);
    if (!w->bytes)
        abort();
    if (!fill(w, untrusted_piece, SIZE_BYTES))
        return WIN_WORDS_MORE;
    ChanReader r = chan_reader(CHAN_SPAN(w->bytes, SIZE_BYTES));
    uint32_t untrusted_size = chan_read_u32(&r);
    if (untrusted_size < 1 || untrusted_size > WIN_WORD_MAX)
        return WIN_WORDS_BAD;
    if (!fill(w, untrusted_piece, SIZE_BYTES + untrusted_size))
        return WIN_WORDS_MORE;
    word->kind = w->bytes[SIZE_BYTES];
    word->untrusted_payload = CHAN_SPAN(w->bytes + WIN_WORD_HEAD, untrusted_size - 1);
    w->n = 0;
    return WIN_WORDS_ONE;
}

void
win_words_clear(WinWords *w)
{
    free(w->bytes);
    *w = (WinWords){0};
}

ChanSpan
win_word_encode(WinWordKind kind, ChanSpan payload, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    if (payload.size > WIN_WORD_MAX - 1)
        w.failed = true;
    chan_write_u32(&w, (uint32_t)payload.size + 1);
    chan_write_u8(&w, (uint8_t)kind);
    chan_write_bytes(&w, payload);
    return chan_writer_span(&w);
}

static void
write_text(ChanWriter *w, ChanSpan text)
{
    if (text.size > WIN_ENTRY_TEXT_MAX)
        w->failed = true;
    chan_write_text(w, text);
}

ChanSpan
win_entry_encode(const WinHelperEntry *e, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_text(&w, e->target);
    write_text(&w, e->arguments);
    write_text(&w, e->icon);
    chan_write_i32(&w, e->icon_index);
    ChanSpan app = chan_app_encode(&e->app, w.data + w.size, w.capacity - w.size);
    if (w.failed || app.size == 0 || w.size + app.size > WIN_WORD_MAX - 1)
        return (ChanSpan){0};
    return CHAN_SPAN(w.data, w.size + app.size);
}

static bool
has_nul(ChanSpan text)
{
    return text.size > 0 && memchr(text.data, 0, text.size);
}

static bool
is_app_of_windows(const ChanApp *a)
{
    const ChanSpan texts[] = {a->name,    a->comment,   a->wm_class,
                              a->program, a->directory, a->folder};
    bool nul = false;

    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        nul |= has_nul(texts[i]);
    for (unsigned i = 0; i < a->n_mime_types; i++)
        nul |= has_nul(a->mime_types[i]);
    return !nul && win_id_valid(a->id) && a->generic_name.size == 0 && a->n_categories == 0 &&
           a->n_keywords == 0 && a->n_actions == 0 && (a->flags & ~(uint32_t)APP_FLAGS) == 0;
}

bool
win_entry_decode(WinHelperEntry *e, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    e->target = chan_read_text(&r, WIN_ENTRY_TEXT_MAX);
    e->arguments = chan_read_text(&r, WIN_ENTRY_TEXT_MAX);
    e->icon = chan_read_text(&r, WIN_ENTRY_TEXT_MAX);
    e->icon_index = chan_read_i32(&r);
    if (r.failed || has_nul(e->target) || has_nul(e->arguments) || has_nul(e->icon))
        return false;
    return chan_app_decode(&e->app, CHAN_SPAN(r.at, r.left)) && is_app_of_windows(&e->app);
}

bool
win_id_valid(ChanSpan untrusted_id)
{
    if (untrusted_id.size == 0 || untrusted_id.size >= WIN_ID_MAX)
        return false;
    for (size_t i = 0; i < untrusted_id.size; i++) {
        uint8_t c = untrusted_id.data[i];
        bool inner = i > 0 && i + 1 < untrusted_id.size;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && inner)))
            return false;
    }
    return true;
}
