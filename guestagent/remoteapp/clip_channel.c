// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/clip_channel.h"

#include "channel/wire.h"
#include "guestagent/remoteapp/clip_text.h"
#include "guestagent/remoteapp/vchannel.h"

#include <freerdp/channels/cliprdr.h>
#include <string.h>

#define HEADER_BYTES 8
#define FORMATS_MAX 256

struct RaClipChannel {
    RaLink *link;
    RaDesktop *desktop;
    RaChannel *channel;
    bool client_ready; // it sent its first format list
    bool long_names;   // of formats, as both ends agreed
    bool guest_has;    // text, as told by the desktop
    bool client_has;
    guint owed; // requests of the client that the desktop has not answered
    bool asked; // the client for its text
};

static void
write_pdu(RaClipChannel *c, guint16 type, guint16 flags, const guint8 *data, gsize size)
{
    g_autofree guint8 *pdu = g_malloc(HEADER_BYTES + size);
    ChanWriter w = chan_writer(pdu, HEADER_BYTES + size);
    chan_write_u16(&w, type);
    chan_write_u16(&w, flags);
    chan_write_u32(&w, (guint32)size);
    if (size > 0)
        chan_write_bytes(&w, CHAN_SPAN(data, size));
    (void)ra_channel_write(c->channel, pdu, w.size);
    ra_link_send(c->link);
}

static void
write_capabilities(RaClipChannel *c)
{
    guint8 data[16];
    ChanWriter w = chan_writer(data, sizeof data);
    chan_write_u16(&w, 1); // one set
    chan_write_u16(&w, 0);
    chan_write_u16(&w, CB_CAPSTYPE_GENERAL);
    chan_write_u16(&w, CB_CAPSTYPE_GENERAL_LEN);
    chan_write_u32(&w, CB_CAPS_VERSION_2);
    chan_write_u32(&w, CB_USE_LONG_FORMAT_NAMES);
    write_pdu(c, CB_CLIP_CAPS, 0, data, w.size);
}

static void
write_format_list(RaClipChannel *c)
{
    guint8 data[64];
    ChanWriter w = chan_writer(data, sizeof data);
    if (c->guest_has) {
        chan_write_u32(&w, CF_UNICODETEXT);
        // The name is empty: one unit of a long name, 32 bytes of a short one.
        static const guint8 none[32];
        chan_write_bytes(&w, CHAN_SPAN(none, c->long_names ? 2 : sizeof none));
    }
    write_pdu(c, CB_FORMAT_LIST, 0, data, w.size);
}

static void
answer_request(RaClipChannel *c, const char *text)
{
    gsize size = 0;
    g_autofree guint8 *data =
        text != NULL && strlen(text) <= RA_CLIP_MAX ? ra_clip_text_encode(text, &size) : NULL;
    write_pdu(c, CB_FORMAT_DATA_RESPONSE, data != NULL ? CB_RESPONSE_OK : CB_RESPONSE_FAIL, data,
              size);
}

// True when the list has Unicode text; a broken list ends early.
static bool
list_has_text(ChanReader *r, bool long_names)
{
    for (guint i = 0; i < FORMATS_MAX && r->left > 0; i++) {
        guint32 format = chan_read_u32(r);
        if (!r->failed && format == CF_UNICODETEXT)
            return true;
        if (!long_names) {
            (void)chan_read_bytes(r, 32);
            continue;
        }
        while (!r->failed && chan_read_u16(r) != 0) {
        }
    }
    return false;
}

static void
handle_format_list(RaClipChannel *c, ChanReader *r, guint16 flags)
{
    bool short_names = (flags & CB_ASCII_NAMES) != 0 || !c->long_names;
    bool had = c->client_has;
    c->client_has = list_has_text(r, !short_names);
    write_pdu(c, CB_FORMAT_LIST_RESPONSE, CB_RESPONSE_OK, NULL, 0);
    if (c->client_has || had)
        ra_desktop_clipboard_offer(c->desktop, c->client_has);
    bool first = !c->client_ready;
    c->client_ready = true;
    if (first && c->guest_has && !c->client_has)
        write_format_list(c);
}

static void
handle_capabilities(RaClipChannel *c, ChanReader *r)
{
    (void)chan_read_u16(r); // number of sets: there is only one kind
    (void)chan_read_u16(r);
    guint16 type = chan_read_u16(r);
    (void)chan_read_u16(r);
    (void)chan_read_u32(r);
    guint32 flags = chan_read_u32(r);
    if (!r->failed && type == CB_CAPSTYPE_GENERAL)
        c->long_names = (flags & CB_USE_LONG_FORMAT_NAMES) != 0;
}

static void
handle_data_request(RaClipChannel *c, ChanReader *r)
{
    if (chan_read_u32(r) != CF_UNICODETEXT || !c->guest_has) {
        answer_request(c, NULL);
        return;
    }
    c->owed++;
    ra_desktop_clipboard_want(c->desktop);
}

static void
handle_data_response(RaClipChannel *c, ChanReader *r, guint16 flags)
{
    if (!c->asked)
        return;
    c->asked = false;
    ChanSpan data = chan_read_bytes(r, r->left);
    g_autofree char *text = (flags & CB_RESPONSE_OK) != 0 && data.size <= RA_CLIP_MAX * 2
                                ? ra_clip_text_decode(data)
                                : NULL;
    ra_desktop_clipboard_give(c->desktop, text);
}

static bool
handle(RaClipChannel *c, ChanSpan pdu)
{
    ChanReader r = chan_reader(pdu);
    guint16 type = chan_read_u16(&r);
    guint16 flags = chan_read_u16(&r);
    guint32 size = chan_read_u32(&r);
    if (r.failed || size > r.left)
        return false;
    ChanReader body = chan_reader(chan_read_bytes(&r, size)); // some clients pad the end
    switch (type) {
    case CB_CLIP_CAPS:
        handle_capabilities(c, &body);
        break;
    case CB_FORMAT_LIST:
        handle_format_list(c, &body, flags);
        break;
    case CB_FORMAT_DATA_REQUEST:
        handle_data_request(c, &body);
        break;
    case CB_FORMAT_DATA_RESPONSE:
        handle_data_response(c, &body, flags);
        break;
    default: // files and locks are not offered
        break;
    }
    return true;
}

bool
ra_clip_channel_receive(RaClipChannel *c)
{
    for (;;) {
        g_autoptr(GBytes) bytes = ra_channel_read(c->channel);
        if (bytes == NULL)
            return true;
        gsize size = 0;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        if (!handle(c, CHAN_SPAN(data, size)))
            return false;
    }
}

void
ra_clip_channel_offered(RaClipChannel *c, bool text)
{
    bool had = c->guest_has;
    c->guest_has = text;
    if (text)
        c->client_has = false;
    if (c->client_ready && (text || had))
        write_format_list(c);
}

void
ra_clip_channel_text(RaClipChannel *c, const char *text)
{
    for (; c->owed > 0; c->owed--)
        answer_request(c, text);
}

void
ra_clip_channel_wanted(RaClipChannel *c)
{
    if (c->asked)
        return;
    if (!c->client_has) {
        ra_desktop_clipboard_give(c->desktop, NULL);
        return;
    }
    c->asked = true;
    guint32 format = GUINT32_TO_LE(CF_UNICODETEXT);
    write_pdu(c, CB_FORMAT_DATA_REQUEST, 0, (const guint8 *)&format, sizeof format);
}

RaClipChannel *
ra_clip_channel_new(RaLink *link, RaDesktop *desktop)
{
    g_autoptr(RaChannel) channel = ra_channel_open_static(link, CLIPRDR_SVC_CHANNEL_NAME);
    if (channel == NULL)
        return NULL;
    RaClipChannel *c = g_new0(RaClipChannel, 1);
    c->link = link;
    c->desktop = desktop;
    c->channel = g_steal_pointer(&channel);
    write_capabilities(c);
    write_pdu(c, CB_MONITOR_READY, 0, NULL, 0);
    return c;
}

void
ra_clip_channel_free(RaClipChannel *c)
{
    if (c == NULL)
        return;
    if (c->asked)
        ra_desktop_clipboard_give(c->desktop, NULL);
    if (c->client_has)
        ra_desktop_clipboard_offer(c->desktop, false);
    ra_channel_free(c->channel);
    g_free(c);
}
