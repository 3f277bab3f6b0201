// SPDX-License-Identifier: Apache-2.0
// What the host has, to the guest: announced, and fetched when the guest asks.
#include "rdpbridge/clipboard_private.h"

#define REQUESTS_MAX 16
#define LIST_MAX 1024

void
bridge_clipboard_announce_host(BridgeClipboard *c, ChanClipSelection selection)
{
    guint8 data[LIST_MAX];
    ChanWriter w = chan_writer(data, sizeof data);
    guint32 kinds = c->to_guest ? bridge_clip_convertible(c->host[selection].kinds) : 0;

    if (!c->channel || !c->ready || (selection == CHAN_CLIP_PRIMARY && !c->ours))
        return;
    chan_clip_list_write(&w, selection, kinds, c->ours, c->long_names);
    g_autoptr(GBytes) body = g_bytes_new(data, w.size);
    bridge_clip_channel_send(c->channel, CHAN_CLIP_FORMAT_LIST, 0, body);
}

void
bridge_clipboard_host_has(BridgeClipboard *c, const ViewClip *offer)
{
    c->host[offer->selection] = (BridgeClipHost){offer->kinds, offer->serial};
    bridge_clipboard_announce_host(c, (ChanClipSelection)offer->selection);
}

static void
respond(BridgeClipboard *c, GBytes *data)
{
    if (c->channel)
        bridge_clip_channel_send(c->channel, CHAN_CLIP_DATA_RESPONSE,
                                 data ? CHAN_CLIP_OK : CHAN_CLIP_FAIL, data);
}

static void next_request(BridgeClipboard *c);

static void
finish_request(BridgeClipboard *c, GBytes *data)
{
    BridgeClipRequests *r = &c->requests;

    g_clear_pointer(&r->arriving, g_byte_array_unref);
    respond(c, data);
    g_clear_pointer(&r->conversion, bridge_clip_convert_free);
    g_free(g_queue_pop_head(&r->formats));
    next_request(c);
}

static void
on_converted(GBytes *data, gpointer user)
{
    finish_request(user, data);
}

// False: there is nothing that could be asked for.
static gboolean
ask_view(BridgeClipboard *c, const ChanClipFormat *format)
{
    const BridgeClipHost *host = &c->host[format->selection];
    BridgeClipRequests *r = &c->requests;

    if (!c->view || !c->to_guest || format->id == 0 ||
        (format->selection == CHAN_CLIP_PRIMARY && !c->ours))
        return FALSE;
    r->kind = bridge_clip_source(host->kinds, format->kind);
    if (r->kind == 0)
        return FALSE;
    ViewClip want = {.kinds = r->kind, .serial = host->serial, .selection = format->selection};
    r->serial = host->serial;
    r->arriving = g_byte_array_new();
    VIEW_INIT(&want, VIEW_MSG_CLIP_WANT);
    c->out->send(&want, sizeof want, c->user);
    return TRUE;
}

static void
next_request(BridgeClipboard *c)
{
    BridgeClipRequests *r = &c->requests;

    while (!g_queue_is_empty(&r->formats) && !ask_view(c, g_queue_peek_head(&r->formats))) {
        respond(c, NULL);
        g_free(g_queue_pop_head(&r->formats));
    }
}

void
bridge_clipboard_requested(BridgeClipboard *c, guint32 id)
{
    ChanClipFormat format = chan_clip_offered(id);
    BridgeClipRequests *r = &c->requests;

    // Who asks for more than it can wait for gets its answers out of order, and so it should.
    if (g_queue_get_length(&r->formats) >= REQUESTS_MAX) {
        respond(c, NULL);
        return;
    }
    g_queue_push_tail(&r->formats, g_memdup2(&format, sizeof format));
    if (g_queue_get_length(&r->formats) == 1)
        next_request(c);
}

void
bridge_clipboard_refuse_requests(BridgeClipboard *c)
{
    BridgeClipRequests *r = &c->requests;

    g_clear_pointer(&r->arriving, g_byte_array_unref);
    g_clear_pointer(&r->conversion, bridge_clip_convert_free);
    for (; !g_queue_is_empty(&r->formats); g_free(g_queue_pop_head(&r->formats)))
        respond(c, NULL);
}

void
bridge_clipboard_data(BridgeClipboard *c, ChanSpan message)
{
    const ViewClipData *head = (const ViewClipData *)message.data;
    BridgeClipRequests *r = &c->requests;
    const ChanClipFormat *to = g_queue_peek_head(&r->formats);
    gsize size = message.size - sizeof *head;

    if (!to || !r->arriving || head->serial != r->serial || head->selection != to->selection)
        return;
    if (r->arriving->len + size > CHAN_CLIP_MAX) {
        finish_request(c, NULL);
        return;
    }
    g_byte_array_append(r->arriving, message.data + sizeof *head, (guint)size);
    if (!head->last)
        return;
    g_autoptr(GBytes) data = g_byte_array_free_to_bytes(g_steal_pointer(&r->arriving));
    ChanClipFormat from = {.kind = r->kind, .form = CHAN_CLIP_RAW, .selection = to->selection};
    BridgeClipConvert *conversion =
        bridge_clip_convert(c->context, data, from, *to, on_converted, c);
    if (conversion)
        r->conversion = conversion;
}
