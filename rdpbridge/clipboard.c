// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/clipboard_private.h"

#include "channel/glib/timer.h"

#define PATIENCE_MS 10000 // for a guest that sends nothing more of what it was asked for

static void ask_guest(BridgeClipboard *c);

BridgeClipboard *
bridge_clipboard_new(GMainContext *context, const ClipFeedOut *view, gpointer user)
{
    BridgeClipboard *c = g_new0(BridgeClipboard, 1);

    c->context = context;
    c->out = view;
    c->user = user;
    g_queue_init(&c->requests.formats);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        c->guest[i].feed = clip_feed_new(context, (ChanClipSelection)i, view, user);
    return c;
}

void
bridge_clipboard_free(BridgeClipboard *c)
{
    if (!c)
        return;
    c->channel = NULL;
    bridge_clipboard_refuse_requests(c);
    chan_timer_clear(&c->patience);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++) {
        bridge_clip_convert_free(c->guest[i].conversion);
        clip_feed_free(c->guest[i].feed);
    }
    g_free(c);
}

// What the guest has, to the view.

static void
offer_guest(BridgeClipboard *c, ChanClipSelection selection)
{
    const BridgeClipGuest *g = &c->guest[selection];
    guint32 kinds = c->to_host ? bridge_clip_convertible(chan_clip_list_kinds(&g->list)) : 0;
    ViewClip offer = {.kinds = kinds, .serial = g->serial, .selection = selection};

    VIEW_INIT(&offer, VIEW_MSG_CLIP_OFFER);
    c->out->send(&offer, sizeof offer, c->user);
}

static void
answer_view(BridgeClipboard *c, BridgeClipGuest *g, GBytes *data)
{
    gboolean fits = data && g_bytes_get_size(data) <= CHAN_CLIP_MAX;

    g_clear_pointer(&g->conversion, bridge_clip_convert_free);
    g->wanted = 0;
    clip_feed_start(g->feed, g->wanted_serial, fits ? data : NULL);
}

static void
on_converted_0(GBytes *data, gpointer user)
{
    BridgeClipboard *c = user;

    answer_view(c, &c->guest[CHAN_CLIP_CLIPBOARD], data);
}

static void
on_converted_1(GBytes *data, gpointer user)
{
    BridgeClipboard *c = user;

    answer_view(c, &c->guest[CHAN_CLIP_PRIMARY], data);
}

static gboolean
on_patience(gpointer user)
{
    BridgeClipboard *c = user;

    chan_timer_clear(&c->patience);
    if (!c->given_up)
        answer_view(c, &c->guest[c->asked.selection], NULL);
    c->given_up = TRUE;
    return G_SOURCE_REMOVE;
}

static void
be_patient(BridgeClipboard *c)
{
    chan_timer_clear(&c->patience);
    if (c->asked.id != 0)
        c->patience = chan_timer_new(c->context, PATIENCE_MS, on_patience, c);
}

// One request at a time: answers carry no name.
static void
ask_guest(BridgeClipboard *c)
{
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS && c->asked.id == 0; i++) {
        BridgeClipGuest *g = &c->guest[i];
        if (g->wanted == 0 || g->conversion)
            continue;
        guint32 source = bridge_clip_source(chan_clip_list_kinds(&g->list), g->wanted);
        ChanClipFormat format = {0};
        if (source && c->channel && c->to_host && g->wanted_serial == g->serial)
            format = chan_clip_list_find(&g->list, source);
        if (format.id == 0) {
            answer_view(c, g, NULL);
            continue;
        }
        guint32 id = GUINT32_TO_LE(format.id);
        g_autoptr(GBytes) body = g_bytes_new(&id, sizeof id);
        c->asked = format;
        c->asked.selection = (ChanClipSelection)i;
        c->asked_serial = g->wanted_serial;
        c->given_up = FALSE;
        be_patient(c);
        bridge_clip_channel_send(c->channel, CHAN_CLIP_DATA_REQUEST, 0, body);
    }
}

void
bridge_clipboard_wanted(BridgeClipboard *c, const ViewClip *want)
{
    BridgeClipGuest *g = &c->guest[want->selection];

    clip_feed_stop(g->feed);
    g_clear_pointer(&g->conversion, bridge_clip_convert_free);
    g->wanted = want->kinds;
    g->wanted_serial = want->serial;
    // What is being fetched may be just that; else its answer is for nobody.
    gboolean same =
        c->asked.id != 0 && c->asked.selection == want->selection &&
        c->asked.kind == bridge_clip_source(chan_clip_list_kinds(&g->list), want->kinds) &&
        c->asked_serial == want->serial;
    if (c->asked.id != 0 && c->asked.selection == want->selection)
        c->given_up = !same || !c->patience;
    // A guest that does not answer holds nobody up twice.
    if (c->asked.id != 0 && !c->patience)
        answer_view(c, g, NULL);
    ask_guest(c);
}

static void
on_response(BridgeClipboard *c, guint16 flags, GBytes *body)
{
    BridgeClipGuest *g = &c->guest[c->asked.selection];
    ChanClipFormat from = c->asked, to = {.kind = g->wanted, .form = CHAN_CLIP_RAW};

    if (from.id == 0)
        return;
    c->asked.id = 0;
    chan_timer_clear(&c->patience);
    if (!c->given_up && g->wanted && !(flags & CHAN_CLIP_OK)) {
        answer_view(c, g, NULL);
    } else if (!c->given_up && g->wanted) {
        BridgeClipConvert *conversion = bridge_clip_convert(
            c->context, body, from, to,
            from.selection == CHAN_CLIP_PRIMARY ? on_converted_1 : on_converted_0, c);
        if (conversion)
            g->conversion = conversion;
    }
    ask_guest(c);
}

static void
on_formats(BridgeClipboard *c, guint16 flags, GBytes *body)
{
    gsize size = 0;
    const guint8 *untrusted = g_bytes_get_data(body, &size);
    ChanReader r = chan_reader(CHAN_SPAN(untrusted, size));
    gboolean ascii = (flags & CHAN_CLIP_ASCII_NAMES) != 0;
    ChanClipList list;

    chan_clip_list_read(&r, c->long_names && !ascii, ascii, &list);
    bridge_clip_channel_send(c->channel, CHAN_CLIP_FORMAT_LIST_RESPONSE, CHAN_CLIP_OK, NULL);
    if (list.selection == CHAN_CLIP_PRIMARY && !c->ours)
        return;
    BridgeClipGuest *g = &c->guest[list.selection];
    g->list = list;
    g->serial++;
    offer_guest(c, list.selection);
}

// The channel.

static void
on_capabilities(BridgeClipboard *c, GBytes *body)
{
    gsize size = 0;
    const guint8 *untrusted = g_bytes_get_data(body, &size);
    ChanReader r = chan_reader(CHAN_SPAN(untrusted, size));
    guint32 flags = chan_clip_capabilities_read(&r);

    c->ours = (flags & CHAN_CLIP_OURS) != 0;
    c->long_names = (flags & CHAN_CLIP_LONG_NAMES) != 0;
}

static void
on_ready(BridgeClipboard *c)
{
    guint8 data[64];
    ChanWriter w = chan_writer(data, sizeof data);

    chan_clip_capabilities_write(&w, c->ours);
    g_autoptr(GBytes) body = g_bytes_new(data, w.size);
    bridge_clip_channel_send(c->channel, CHAN_CLIP_CAPABILITIES, 0, body);
    c->ready = TRUE;
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        bridge_clipboard_announce_host(c, (ChanClipSelection)i);
}

static guint32
requested_id(GBytes *body)
{
    gsize size = 0;
    const guint8 *untrusted = g_bytes_get_data(body, &size);
    ChanReader r = chan_reader(CHAN_SPAN(untrusted, size));

    return chan_read_u32(&r);
}

static void
on_message(ChanClipType type, guint16 flags, GBytes *body, gpointer user)
{
    BridgeClipboard *c = user;

    switch (type) {
    case CHAN_CLIP_CAPABILITIES:
        on_capabilities(c, body);
        break;
    case CHAN_CLIP_MONITOR_READY:
        on_ready(c);
        break;
    case CHAN_CLIP_FORMAT_LIST:
        on_formats(c, flags, body);
        break;
    case CHAN_CLIP_DATA_REQUEST:
        bridge_clipboard_requested(c, requested_id(body));
        break;
    case CHAN_CLIP_DATA_RESPONSE:
        on_response(c, flags, body);
        break;
    default: // files and locks were not offered
        break;
    }
}

static void
on_progress(gpointer user)
{
    BridgeClipboard *c = user;

    if (c->patience)
        g_source_set_ready_time(c->patience, g_get_monotonic_time() + (gint64)PATIENCE_MS * 1000);
}

static const BridgeClipChannelHandler channel_handler = {.message = on_message,
                                                         .progress = on_progress};

void
bridge_clipboard_attach(BridgeClipboard *c, BridgeClipChannel *channel)
{
    c->channel = NULL;
    bridge_clipboard_refuse_requests(c);
    c->channel = channel;
    c->ready = c->ours = c->long_names = FALSE;
    c->asked.id = 0;
    chan_timer_clear(&c->patience);
    if (channel)
        bridge_clip_channel_use(channel, c->context, &channel_handler, c);
}

void
bridge_clipboard_set_policy(BridgeClipboard *c, gboolean to_guest, gboolean to_host)
{
    gboolean guest_changed = c->to_guest != to_guest, host_changed = c->to_host != to_host;

    c->to_guest = to_guest;
    c->to_host = to_host;
    if (!to_guest)
        bridge_clipboard_refuse_requests(c);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++) {
        if (guest_changed)
            bridge_clipboard_announce_host(c, (ChanClipSelection)i);
        if (host_changed && c->view)
            offer_guest(c, (ChanClipSelection)i);
    }
}

void
bridge_clipboard_view_changed(BridgeClipboard *c, gboolean there)
{
    c->view = there;
    bridge_clipboard_refuse_requests(c);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++) {
        BridgeClipGuest *g = &c->guest[i];
        clip_feed_stop(g->feed);
        g_clear_pointer(&g->conversion, bridge_clip_convert_free);
        g->wanted = 0;
        if (there && chan_clip_list_kinds(&g->list))
            offer_guest(c, (ChanClipSelection)i);
    }
    c->given_up = TRUE;
}
