// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/clip_channel.h"

#include "channel/glib/clip_in.h"
#include "guestagent/remoteapp/clip_form.h"

#include <freerdp/channels/cliprdr.h>

#define REQUESTS_MAX 16
#define LIST_MAX 1024

struct RaClipChannel {
    RaLink *link;
    RaDesktop *desktop;
    ChanClipIn in;
    ChanPaced *out;
    bool client_ready; // it sent its first format list
    bool ours;         // the client is of our own making
    bool long_names;   // of formats, as both ends agreed
    guint32 guest_kinds[CHAN_CLIP_SELECTIONS];
    ChanClipList client[CHAN_CLIP_SELECTIONS];
    GQueue owed; // ChanClipFormat that the client asked for; the first is with the desktop
    guint32 wanted[CHAN_CLIP_SELECTIONS]; // by programs of the guest; 0: nothing
    ChanClipFormat asked;                 // of the client; id 0: nothing
};

// ---- out ----

static gboolean
send_chunk(const ChanPacedChunk *chunk, gpointer user)
{
    RaClipChannel *c = user;
    return ra_link_send_chunk(c->link, CLIPRDR_SVC_CHANNEL_NAME, chunk);
}

static gsize
unsent(gpointer user)
{
    RaClipChannel *c = user;
    return ra_link_unsent(c->link);
}

static const ChanPacedOut out = {.send = send_chunk, .waiting = unsent};

static void
write_pdu(RaClipChannel *c, ChanClipType type, guint16 flags, GBytes *body)
{
    guint8 head[CHAN_CLIP_HEADER];
    ChanWriter w = chan_writer(head, sizeof head);
    chan_clip_header(&w, type, flags, body != NULL ? (guint32)g_bytes_get_size(body) : 0);
    (void)chan_paced_send(c->out, chan_writer_span(&w), body);
}

static void
write_capabilities(RaClipChannel *c)
{
    guint8 data[64];
    ChanWriter w = chan_writer(data, sizeof data);
    chan_clip_capabilities_write(&w, true);
    g_autoptr(GBytes) body = g_bytes_new(data, w.size);
    write_pdu(c, CHAN_CLIP_CAPABILITIES, 0, body);
}

static void
write_format_list(RaClipChannel *c, ChanClipSelection which)
{
    guint8 data[LIST_MAX];
    ChanWriter w = chan_writer(data, sizeof data);
    guint32 kinds = c->guest_kinds[which];
    if (which == CHAN_CLIP_PRIMARY && !c->ours)
        return;
    chan_clip_list_write(&w, which, c->ours ? kinds : kinds & ~(guint32)CHAN_CLIP_BMP, c->ours,
                         c->long_names);
    g_autoptr(GBytes) body = g_bytes_new(data, w.size);
    write_pdu(c, CHAN_CLIP_FORMAT_LIST, 0, body);
}

static void
respond(RaClipChannel *c, GBytes *data)
{
    write_pdu(c, CHAN_CLIP_DATA_RESPONSE, data != NULL ? CHAN_CLIP_OK : CHAN_CLIP_FAIL, data);
}

// ---- what the client asks for ----

// The first that the guest has something for is asked of the desktop.
static void
ask_desktop(RaClipChannel *c)
{
    for (;;) {
        const ChanClipFormat *first = g_queue_peek_head(&c->owed);
        if (first == NULL)
            return;
        if (first->id != 0 && (c->guest_kinds[first->selection] & first->kind) != 0) {
            ra_desktop_clipboard_want(c->desktop, first->selection, first->kind);
            return;
        }
        respond(c, NULL);
        g_free(g_queue_pop_head(&c->owed));
    }
}

static void
handle_data_request(RaClipChannel *c, ChanReader *r)
{
    ChanClipFormat format = chan_clip_offered(chan_read_u32(r));
    if (g_queue_get_length(&c->owed) >= REQUESTS_MAX) {
        respond(c, NULL);
        return;
    }
    g_queue_push_tail(&c->owed, g_memdup2(&format, sizeof format));
    if (g_queue_get_length(&c->owed) == 1)
        ask_desktop(c);
}

void
ra_clip_channel_data(RaClipChannel *c, ChanClipSelection which, GBytes *data)
{
    const ChanClipFormat *first = g_queue_peek_head(&c->owed);
    if (first == NULL || first->selection != which)
        return; // for a client of before
    g_autoptr(GBytes) encoded = data != NULL ? ra_clip_form_encode(data, first->form) : NULL;
    respond(c, encoded);
    g_free(g_queue_pop_head(&c->owed));
    ask_desktop(c);
}

void
ra_clip_channel_offered(RaClipChannel *c, ChanClipSelection which, guint32 kinds)
{
    guint32 had = c->guest_kinds[which];
    c->guest_kinds[which] = kinds;
    if (kinds)
        c->client[which] = (ChanClipList){0};
    if (c->client_ready && (kinds || had))
        write_format_list(c, which);
}

// ---- what the client has ----

static void
handle_format_list(RaClipChannel *c, ChanReader *r, guint16 flags)
{
    bool ascii = (flags & CHAN_CLIP_ASCII_NAMES) != 0;
    ChanClipList list;
    chan_clip_list_read(r, c->long_names && !ascii, ascii, &list);
    write_pdu(c, CHAN_CLIP_FORMAT_LIST_RESPONSE, CHAN_CLIP_OK, NULL);
    bool first = !c->client_ready;
    c->client_ready = true;
    // No DIB can be turned into what X11's programs take.
    if (list.best[3].form == CHAN_CLIP_DIB)
        list.best[3] = (ChanClipFormat){0};
    guint32 had = chan_clip_list_kinds(&c->client[list.selection]);
    guint32 kinds = chan_clip_list_kinds(&list);
    c->client[list.selection] = list;
    if (kinds || had)
        ra_desktop_clipboard_offer(c->desktop, list.selection, kinds);
    for (guint i = 0; first && i < CHAN_CLIP_SELECTIONS; i++)
        if (c->guest_kinds[i] && (i != list.selection || !kinds))
            write_format_list(c, (ChanClipSelection)i);
}

// One at a time: answers carry no name.
static void
ask_client(RaClipChannel *c)
{
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS && c->asked.id == 0; i++) {
        guint32 kind = c->wanted[i];
        if (!kind)
            continue;
        c->wanted[i] = 0;
        c->asked = chan_clip_list_find(&c->client[i], kind);
        c->asked.selection = (ChanClipSelection)i;
        if (c->asked.id == 0) {
            ra_desktop_clipboard_give(c->desktop, (ChanClipSelection)i, kind, NULL);
            continue;
        }
        guint32 id = GUINT32_TO_LE(c->asked.id);
        g_autoptr(GBytes) body = g_bytes_new(&id, sizeof id);
        write_pdu(c, CHAN_CLIP_DATA_REQUEST, 0, body);
    }
}

void
ra_clip_channel_wanted(RaClipChannel *c, ChanClipSelection which, guint32 kind)
{
    c->wanted[which] = kind;
    ask_client(c);
}

static void
handle_data_response(RaClipChannel *c, GBytes *body, guint16 flags)
{
    ChanClipFormat asked = c->asked;
    if (asked.id == 0)
        return;
    c->asked.id = 0;
    g_autoptr(GBytes) data = (flags & CHAN_CLIP_OK) != 0 && g_bytes_get_size(body) > 0
                                 ? ra_clip_form_decode(body, asked.form)
                                 : NULL;
    ra_desktop_clipboard_give(c->desktop, asked.selection, asked.kind, data);
    ask_client(c);
}

// ---- the channel ----

static void
handle_capabilities(RaClipChannel *c, ChanReader *r)
{
    guint32 flags = chan_clip_capabilities_read(r);
    c->long_names = (flags & CHAN_CLIP_LONG_NAMES) != 0;
    c->ours = (flags & CHAN_CLIP_OURS) != 0;
}

static void
handle(RaClipChannel *c, const ChanClipMessage *m)
{
    gsize size = 0;
    const guint8 *untrusted = g_bytes_get_data(m->body, &size);
    ChanReader body = chan_reader(CHAN_SPAN(untrusted, size));
    switch (m->type) {
    case CHAN_CLIP_CAPABILITIES:
        handle_capabilities(c, &body);
        break;
    case CHAN_CLIP_FORMAT_LIST:
        handle_format_list(c, &body, m->flags);
        break;
    case CHAN_CLIP_DATA_REQUEST:
        handle_data_request(c, &body);
        break;
    case CHAN_CLIP_DATA_RESPONSE:
        handle_data_response(c, m->body, m->flags);
        break;
    default: // files and locks are not offered
        break;
    }
}

static void
on_piece(ChanSpan piece, gboolean first, gboolean last, gpointer user)
{
    RaClipChannel *c = user;
    ChanClipMessage m;
    if (!chan_clip_in_add(&c->in, piece, first, last, &m))
        return;
    handle(c, &m);
    g_bytes_unref(m.body);
}

RaClipChannel *
ra_clip_channel_new(GMainContext *context, RaLink *link, RaDesktop *desktop)
{
    RaClipChannel *c = g_new0(RaClipChannel, 1);
    if (!ra_link_take_channel(link, CLIPRDR_SVC_CHANNEL_NAME, on_piece, c)) {
        g_free(c);
        return NULL;
    }
    c->link = link;
    c->desktop = desktop;
    c->out = chan_paced_new(context, &out, c);
    g_queue_init(&c->owed);
    write_capabilities(c);
    write_pdu(c, CHAN_CLIP_MONITOR_READY, 0, NULL);
    return c;
}

void
ra_clip_channel_free(RaClipChannel *c)
{
    if (c == NULL)
        return;
    ra_link_leave_channel(c->link);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        if (chan_clip_list_kinds(&c->client[i]))
            ra_desktop_clipboard_offer(c->desktop, (ChanClipSelection)i, 0);
    g_queue_clear_full(&c->owed, g_free);
    chan_paced_free(c->out);
    chan_clip_in_clear(&c->in);
    g_free(c);
}
