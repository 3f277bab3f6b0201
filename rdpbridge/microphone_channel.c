// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/microphone_channel.h"

#include "rdpbridge/microphone.h"

#include <freerdp/dvc.h>
#include <string.h>

typedef struct {
    IWTSPlugin base;
    IWTSListenerCallback listener;
} Plugin;

// The library makes its plug-in by a function without a pointer of ours.
static void (*the_send)(gconstpointer message, gsize size, gpointer user);
static gpointer the_user;
static gboolean allowed;
static IWTSVirtualChannel *the_channel; // of the one connection; NULL: not open
static gboolean broken;
static guint32 serial; // of what the view is asked for
static BridgeMicrophone the_microphone;

void
bridge_microphone_channel_use(void (*send)(gconstpointer message, gsize size, gpointer user),
                              gpointer user)
{
    the_send = send;
    the_user = user;
}

static void
on_write(ChanSpan message, void *user)
{
    if (the_channel && message.size > 0)
        (void)the_channel->Write(the_channel, (ULONG)message.size, message.data, NULL);
}

static void
ask_view(void)
{
    ViewRecord m = {.serial = ++serial,
                    .rate = the_microphone.format.rate,
                    .channels = the_microphone.format.channels,
                    .fragment_ms = bridge_microphone_fragment_ms(&the_microphone)};

    VIEW_INIT(&m, VIEW_MSG_RECORD);
    the_send(&m, sizeof m, the_user);
}

static void
end_recording(void)
{
    ViewPlain m = {VIEW_MSG_RECORD_OVER, sizeof m};

    if (the_microphone.records)
        the_send(&m, sizeof m, the_user);
    bridge_microphone_open(&the_microphone);
}

static UINT
on_data(IWTSVirtualChannelCallback *callback, wStream *data)
{
    ChanSpan untrusted_message = {Stream_Pointer(data), Stream_GetRemainingLength(data)};

    if (broken)
        return CHANNEL_RC_OK;
    switch (bridge_microphone_hear(&the_microphone, untrusted_message)) {
    case BRIDGE_MICROPHONE_RECORDS:
        ask_view();
        break;
    case BRIDGE_MICROPHONE_BROKEN:
        g_message("the guest's channel of audio input sent what cannot be read; it hears no "
                  "microphone");
        broken = TRUE;
        end_recording();
        break;
    default:
        break;
    }
    return CHANNEL_RC_OK;
}

static UINT
on_close(IWTSVirtualChannelCallback *callback)
{
    end_recording();
    the_channel = NULL;
    g_free(callback);
    return CHANNEL_RC_OK;
}

static UINT
on_new_channel(IWTSListenerCallback *listener, IWTSVirtualChannel *channel, BYTE *data,
               BOOL *accept, IWTSVirtualChannelCallback **callback)
{
    *accept = allowed && !the_channel;
    if (!*accept)
        return CHANNEL_RC_OK;
    *callback = g_new0(IWTSVirtualChannelCallback, 1);
    (*callback)->OnDataReceived = on_data;
    (*callback)->OnClose = on_close;
    the_channel = channel;
    the_microphone.write = on_write;
    bridge_microphone_open(&the_microphone);
    broken = FALSE;
    return CHANNEL_RC_OK;
}

static UINT
on_initialize(IWTSPlugin *base, IWTSVirtualChannelManager *manager)
{
    Plugin *plugin = (Plugin *)base;
    IWTSListener *listener = NULL;

    plugin->listener.OnNewChannelConnection = on_new_channel;
    return manager->CreateListener(manager, CHAN_AUDIO_INPUT, 0, &plugin->listener, &listener);
}

static UINT
on_terminated(IWTSPlugin *base)
{
    g_free(base);
    return CHANNEL_RC_OK;
}

static UINT VCAPITYPE
entry(IDRDYNVC_ENTRY_POINTS *points)
{
    Plugin *plugin = g_new0(Plugin, 1);

    plugin->base.Initialize = on_initialize;
    plugin->base.Terminated = on_terminated;
    UINT status = points->RegisterPlugin(points, CHAN_AUDIO_INPUT, &plugin->base);
    if (status != CHANNEL_RC_OK)
        g_free(plugin);
    return status;
}

PVIRTUALCHANNELENTRY
bridge_microphone_channel_entry(void)
{
    UINT(VCAPITYPE * function)(IDRDYNVC_ENTRY_POINTS *) = entry;
    PVIRTUALCHANNELENTRY as_entry;

    memcpy(&as_entry, &function, sizeof as_entry);
    return as_entry;
}

void
bridge_microphone_channel_allow(gboolean allow)
{
    allowed = allow;
    if (!allowed && the_channel)
        (void)the_channel->Close(the_channel); // on_close comes of it
}

void
bridge_microphone_channel_recorded(const ViewRecorded *m, gboolean congested)
{
    if (m->serial == serial && allowed && !congested)
        bridge_microphone_sound(&the_microphone, CHAN_SPAN(m + 1, m->bytes));
}

void
bridge_microphone_channel_view_attached(void)
{
    if (the_microphone.records)
        ask_view();
}
