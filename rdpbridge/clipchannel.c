// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/clipchannel.h"

#include "channel/glib/clip_in.h"
#include "channel/glib/paced.h"
#include "rdpbridge/rdp.h"

#include <freerdp/channels/channels.h>
#include <freerdp/channels/cliprdr.h>
#include <freerdp/svc.h>

struct BridgeClipChannel {
    CHANNEL_ENTRY_POINTS_FREERDP_EX points;
    LPVOID init_handle;
    DWORD open_handle;
    CHANNEL_DEF definition;
    rdpContext *context;

    const BridgeClipChannelHandler *handler;
    gpointer user;
    ChanPaced *out;

    ChanClipIn in;
};

// To the guest.

static gboolean
send_chunk(const ChanPacedChunk *chunk, gpointer user)
{
    BridgeClipChannel *c = user;
    freerdp *instance = c->context->instance;
    UINT32 flags = CHANNEL_FLAG_SHOW_PROTOCOL | (chunk->first ? CHANNEL_FLAG_FIRST : 0) |
                   (chunk->last ? CHANNEL_FLAG_LAST : 0);
    UINT16 id = freerdp_channels_get_id_by_name(instance, CLIPRDR_SVC_CHANNEL_NAME);

    return instance->SendChannelPacket(instance, id, chunk->total, flags, chunk->bytes.data,
                                       chunk->bytes.size);
}

static gsize
waiting(gpointer user)
{
    BridgeClipChannel *c = user;

    return bridge_rdp_unsent(((BridgeRdpContext *)c->context)->rdp);
}

static const ChanPacedOut out = {.send = send_chunk, .waiting = waiting};

void
bridge_clip_channel_use(BridgeClipChannel *c, GMainContext *context,
                        const BridgeClipChannelHandler *handler, gpointer user)
{
    c->handler = handler;
    c->user = user;
    c->out = chan_paced_new(context, &out, c);
}

void
bridge_clip_channel_send(BridgeClipChannel *c, ChanClipType type, guint16 flags, GBytes *body)
{
    guint8 head[CHAN_CLIP_HEADER];
    ChanWriter w = chan_writer(head, sizeof head);

    chan_clip_header(&w, type, flags, body ? (guint32)g_bytes_get_size(body) : 0);
    if (c->out) // else the connection is at its end
        (void)chan_paced_send(c->out, chan_writer_span(&w), body);
}

// From the guest.

static VOID VCAPITYPE // NOLINTNEXTLINE(readability-function-size)
on_open_event(LPVOID user, DWORD handle, UINT event, LPVOID data, UINT32 size, UINT32 total,
              UINT32 flags)
{
    BridgeClipChannel *c = user;

    if (event != CHANNEL_EVENT_DATA_RECEIVED || !c || !c->handler)
        return;
    ChanClipMessage m;
    c->handler->progress(c->user);
    if (!chan_clip_in_add(&c->in, CHAN_SPAN(data, size), (flags & CHANNEL_FLAG_FIRST) != 0,
                          (flags & CHANNEL_FLAG_LAST) != 0, &m))
        return;
    c->handler->message(m.type, m.flags, m.body, c->user);
    g_bytes_unref(m.body);
}

static void
close_channel(BridgeClipChannel *c)
{
    if (c->open_handle)
        (void)c->points.pVirtualChannelCloseEx(c->init_handle, c->open_handle);
    c->open_handle = 0;
    c->handler = NULL;
    g_clear_pointer(&c->out, chan_paced_free);
    chan_clip_in_clear(&c->in);
}

static VOID VCAPITYPE
on_init_event(LPVOID user, LPVOID init_handle, UINT event, LPVOID data, UINT size)
{
    BridgeClipChannel *c = user;

    switch (event) {
    case CHANNEL_EVENT_CONNECTED:
        if (c->points.pVirtualChannelOpenEx(init_handle, &c->open_handle, c->definition.name,
                                            on_open_event) != CHANNEL_RC_OK)
            c->open_handle = 0;
        break;
    case CHANNEL_EVENT_DISCONNECTED:
        close_channel(c);
        break;
    case CHANNEL_EVENT_TERMINATED:
        close_channel(c);
        g_free(c);
        break;
    default:
        break;
    }
}

static BOOL VCAPITYPE
entry(PCHANNEL_ENTRY_POINTS_EX points, PVOID init_handle)
{
    BridgeClipChannel *c = g_new0(BridgeClipChannel, 1);
    const CHANNEL_ENTRY_POINTS_FREERDP_EX *more = (const CHANNEL_ENTRY_POINTS_FREERDP_EX *)points;

    c->points = *more;
    c->context = more->context;
    c->init_handle = init_handle;
    c->definition.options = CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP |
                            CHANNEL_OPTION_COMPRESS_RDP | CHANNEL_OPTION_SHOW_PROTOCOL;
    g_strlcpy(c->definition.name, CLIPRDR_SVC_CHANNEL_NAME, sizeof c->definition.name);
    if (points->pVirtualChannelInitEx(c, c, init_handle, &c->definition, 1,
                                      VIRTUAL_CHANNEL_VERSION_WIN2000,
                                      on_init_event) == CHANNEL_RC_OK)
        return TRUE;
    g_free(c);
    return FALSE;
}

gboolean
bridge_clip_channel_load(rdpContext *context)
{
    return freerdp_channels_client_load_ex(context->channels, context->settings, entry, NULL) == 0;
}
