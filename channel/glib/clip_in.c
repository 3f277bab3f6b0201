// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/clip_in.h"

#include <string.h>

void
chan_clip_in_clear(ChanClipIn *in)
{
    g_clear_pointer(&in->body, g_byte_array_unref);
    *in = (ChanClipIn){0};
}

// Data that is too long is refused as a whole; of other messages the beginning is enough.
static void
append(ChanClipIn *in, ChanSpan untrusted)
{
    gsize of_head = MIN(untrusted.size, CHAN_CLIP_HEADER - in->head_size);

    if (untrusted.size == 0)
        return;
    memcpy(in->head + in->head_size, untrusted.data, of_head);
    in->head_size += of_head;
    if (!in->body)
        return;
    gboolean is_data = in->head[0] == CHAN_CLIP_DATA_RESPONSE;
    gsize n = untrusted.size - of_head;
    gsize room = (is_data ? CHAN_CLIP_DATA_MAX : CHAN_CLIP_PDU_MAX) - in->body->len;

    if (n > room && is_data)
        g_clear_pointer(&in->body, g_byte_array_unref);
    else
        g_byte_array_append(in->body, untrusted.data + of_head, (guint)MIN(n, room));
}

static gboolean
finish(ChanClipIn *in, ChanClipMessage *message)
{
    ChanReader r = chan_reader(CHAN_SPAN(in->head, in->head_size));
    guint16 type = chan_read_u16(&r), flags = chan_read_u16(&r);
    guint32 size = chan_read_u32(&r);
    GByteArray *whole = g_steal_pointer(&in->body);
    gboolean dropped = whole == NULL;

    in->head_size = 0;
    if (r.failed) {
        if (whole)
            g_byte_array_unref(whole);
        return FALSE;
    }
    if (dropped)
        whole = g_byte_array_new();
    // What follows the message is padding.
    if (size < whole->len)
        g_byte_array_set_size(whole, size);
    *message = (ChanClipMessage){(ChanClipType)type, dropped ? CHAN_CLIP_FAIL : flags,
                                 g_byte_array_free_to_bytes(whole)};
    return TRUE;
}

gboolean
chan_clip_in_add(ChanClipIn *in, ChanSpan untrusted_piece, gboolean first, gboolean last,
                 ChanClipMessage *message)
{
    if (first) {
        chan_clip_in_clear(in);
        in->body = g_byte_array_new();
    }
    append(in, untrusted_piece);
    return last && finish(in, message);
}
