// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/touch_channel.h"

#include "channel/glib/timer.h"
#include "rdpbridge/touch.h"

#include <freerdp/channels/rdpei.h>
#include <freerdp/client/channels.h>
#include <freerdp/dvc.h>
#include <string.h>

#define HOLD_MS 50

// The library makes its plug-in by a function without a pointer of ours.
static GMainContext *the_context;
static IWTSVirtualChannel *the_channel; // of the one connection; NULL: not open
static GSource *the_hold;               // while a finger is down
static BridgeTouch the_touch;

void
bridge_touch_channel_use(GMainContext *context)
{
    the_context = context;
}

// FALSE: it is not taken.
static gboolean
say(ChanSpan m)
{
    return the_channel && m.size > 0 &&
           the_channel->Write(the_channel, (ULONG)m.size, m.data, NULL) == CHANNEL_RC_OK;
}

static gboolean
on_hold(gpointer user)
{
    guint8 buffer[BRIDGE_TOUCH_BYTES_MAX];

    if (say(bridge_touch_hold(&the_touch, g_get_monotonic_time(), buffer)))
        return G_SOURCE_CONTINUE;
    chan_timer_clear(&the_hold);
    return G_SOURCE_REMOVE;
}

gboolean
bridge_touch_channel_send(const ChanWindowTouch *touch)
{
    guint8 buffer[BRIDGE_TOUCH_BYTES_MAX];

    if (!say(bridge_touch_frame(&the_touch, touch, g_get_monotonic_time(), buffer)))
        return FALSE;
    if (!the_hold)
        the_hold = chan_timer_new(the_context, HOLD_MS, on_hold, NULL);
    return TRUE;
}

static UINT
on_data(IWTSVirtualChannelCallback *callback, wStream *data)
{
    ChanSpan untrusted_message = {Stream_Pointer(data), Stream_GetRemainingLength(data)};
    guint8 buffer[BRIDGE_TOUCH_BYTES_MAX];

    switch (bridge_touch_hear(&the_touch, untrusted_message)) {
    case BRIDGE_TOUCH_GREETED:
        (void)say(bridge_touch_ready(buffer));
        break;
    case BRIDGE_TOUCH_BROKEN:
        g_message(
            "the guest's touch channel sent what cannot be read; fingers are a pointer there");
        the_touch = (BridgeTouch){0};
        the_channel = NULL;
        break;
    default:
        break;
    }
    return CHANNEL_RC_OK;
}

static UINT
on_open(IWTSVirtualChannelCallback *callback)
{
    the_channel = ((GENERIC_CHANNEL_CALLBACK *)callback)->channel;
    the_touch = (BridgeTouch){0};
    return CHANNEL_RC_OK;
}

static UINT
on_close(IWTSVirtualChannelCallback *callback)
{
    the_channel = NULL;
    the_touch = (BridgeTouch){0};
    chan_timer_clear(&the_hold);
    free(callback); // the library's, made for this channel
    return CHANNEL_RC_OK;
}

static const IWTSVirtualChannelCallback callbacks = {
    .OnDataReceived = on_data, .OnOpen = on_open, .OnClose = on_close};

static UINT VCAPITYPE
entry(IDRDYNVC_ENTRY_POINTS *points)
{
    return freerdp_generic_DVCPluginEntry(points, RDPEI_CHANNEL_NAME, RDPEI_DVC_CHANNEL_NAME,
                                          sizeof(GENERIC_DYNVC_PLUGIN),
                                          sizeof(GENERIC_CHANNEL_CALLBACK), &callbacks, NULL, NULL);
}

PVIRTUALCHANNELENTRY
bridge_touch_channel_entry(void)
{
    UINT(VCAPITYPE * function)(IDRDYNVC_ENTRY_POINTS *) = entry;
    PVIRTUALCHANNELENTRY as_entry;

    memcpy(&as_entry, &function, sizeof as_entry);
    return as_entry;
}
