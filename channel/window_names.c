// SPDX-License-Identifier: Apache-2.0
#include "channel/window_names.h"

#include "channel/wire.h"

#include <string.h>

#define ALL ((1u << CHAN_NAMES) - 1)

static ChanSpan
first_of(const ChanWindowNames *m)
{
    for (unsigned i = 0; i < CHAN_NAMES; i++)
        if (m->said & (1u << i))
            return m->untrusted_text[i];
    return CHAN_SPAN(NULL, 0);
}

void
chan_window_names_add(ChanWindowNames *m, ChanWindowName which, ChanSpan text)
{
    ChanSpan first = first_of(m);

    if (m->said != 0 && first.size == text.size &&
        (text.size == 0 || memcmp(first.data, text.data, text.size) == 0))
        m->same |= (uint8_t)(1u << which);
    m->said |= (uint8_t)(1u << which);
    m->untrusted_text[which] = text;
}

ChanSpan
chan_window_names_pack(const ChanWindowNames *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u8(&w, m->said);
    chan_write_u8(&w, m->same);
    for (unsigned i = 0; i < CHAN_NAMES; i++)
        if (m->said & ~m->same & (1u << i))
            chan_write_text(&w, m->untrusted_text[i]);
    return chan_writer_span(&w);
}

bool
chan_window_names_unpack(ChanSpan untrusted_bytes, ChanWindowNames *m)
{
    ChanReader r = chan_reader(untrusted_bytes);

    *m = (ChanWindowNames){.said = chan_read_u8(&r), .same = chan_read_u8(&r)};
    // All but the first may be the same.
    if ((m->said & ~ALL) != 0 || (m->same & ~(m->said & (m->said - 1u))) != 0)
        return false;
    for (unsigned i = 0; i < CHAN_NAMES; i++) {
        if (m->same & (1u << i))
            m->untrusted_text[i] = first_of(m);
        else if (m->said & (1u << i))
            m->untrusted_text[i] = chan_read_text(&r, CHAN_WINDOW_NAME_MAX);
    }
    return chan_reader_end(&r);
}
