// SPDX-License-Identifier: Apache-2.0
#include "channel/tray_menu.h"

#include "channel/wire.h"

ChanSpan
chan_tray_menu_encode(const ChanTrayMenu *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u16(&w, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        const ChanTrayMenuEntry *e = &m->entries[i];
        chan_write_i32(&w, e->id);
        chan_write_u8(&w, e->depth);
        chan_write_u8(&w, e->flags);
        chan_write_text(&w, e->untrusted_label);
    }
    return chan_writer_span(&w);
}

// Where it stands in the tree. before: NULL for the first.
static bool
stands(const ChanTrayMenuEntry *e, const ChanTrayMenuEntry *before)
{
    if (e->depth < 1 || e->depth > CHAN_TRAY_MENU_DEPTH_MAX)
        return false;
    if (!before)
        return e->depth == 1;
    return e->depth <= before->depth ||
           (e->depth == before->depth + 1 && (before->flags & CHAN_TRAY_MENU_SUBMENU) != 0);
}

bool
chan_tray_menu_decode(ChanSpan untrusted_bytes, ChanTrayMenu *m)
{
    ChanReader r = chan_reader(untrusted_bytes);

    m->count = chan_read_count(&r, CHAN_TRAY_MENU_MAX);
    for (unsigned i = 0; i < m->count && !r.failed; i++) {
        ChanTrayMenuEntry *e = &m->entries[i];
        e->id = chan_read_i32(&r);
        e->depth = chan_read_u8(&r);
        e->flags = chan_read_u8(&r);
        e->untrusted_label = chan_read_text(&r, CHAN_TRAY_LABEL_MAX);
        if (e->id == 0 || (e->flags & ~CHAN_TRAY_MENU_FLAGS_ALL) != 0 ||
            !stands(e, i > 0 ? e - 1 : NULL))
            return false;
    }
    return chan_reader_end(&r);
}
