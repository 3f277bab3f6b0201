// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/vchannel.h"

#include <freerdp/channels/drdynvc.h>
#include <freerdp/channels/wtsvc.h>
#include <winpr/wtsapi.h>

struct RaChannel {
    HANDLE handle;
    bool dynamic, ready;
};

static RaChannel *
wrap(HANDLE handle, bool dynamic)
{
    if (handle == NULL || handle == INVALID_HANDLE_VALUE)
        return NULL;
    RaChannel *channel = g_new0(RaChannel, 1);
    channel->handle = handle;
    channel->dynamic = dynamic;
    channel->ready = !dynamic;
    return channel;
}

RaChannel *
ra_channel_open_static(RaLink *link, const char *name)
{
    if (!WTSVirtualChannelManagerIsChannelJoined(ra_link_vcm(link), name))
        return NULL;
    g_autofree char *copy = g_strdup(name);
    return wrap(WTSVirtualChannelOpen(ra_link_vcm(link), WTS_CURRENT_SESSION, copy), false);
}

static bool
session_id(RaLink *link, DWORD *id)
{
    LPSTR buffer = NULL;
    DWORD size = 0;
    if (!WTSQuerySessionInformationA(ra_link_vcm(link), WTS_CURRENT_SESSION, WTSSessionId, &buffer,
                                     &size))
        return false;
    *id = *(const DWORD *)(const void *)buffer;
    WTSFreeMemory(buffer);
    return true;
}

RaChannel *
ra_channel_open_dynamic(RaLink *link, const char *name)
{
    DWORD id = 0;
    if (!session_id(link, &id))
        return NULL;
    g_autofree char *copy = g_strdup(name);
    return wrap(WTSVirtualChannelOpenEx(id, copy, WTS_CHANNEL_OPTION_DYNAMIC), true);
}

void
ra_channel_free(RaChannel *channel)
{
    if (channel == NULL)
        return;
    (void)WTSVirtualChannelClose(channel->handle);
    g_free(channel);
}

bool
ra_channel_ready(RaChannel *channel)
{
    if (channel->ready)
        return true;
    PVOID buffer = NULL;
    DWORD size = 0;
    if (!WTSVirtualChannelQuery(channel->handle, WTSVirtualChannelReady, &buffer, &size))
        return false;
    channel->ready = *(const BOOL *)buffer;
    WTSFreeMemory(buffer);
    return channel->ready;
}

bool
ra_channel_alive(RaChannel *channel)
{
    PVOID buffer = NULL;
    DWORD size = 0;
    if (!WTSVirtualChannelQuery(channel->handle, WTSVirtualChannelReady, &buffer, &size))
        return false;
    WTSFreeMemory(buffer);
    return true;
}

GBytes *
ra_channel_read(RaChannel *channel)
{
    ULONG size = 0;
    if (!ra_channel_ready(channel) || !WTSVirtualChannelRead(channel->handle, 0, NULL, 0, &size))
        return NULL;
    // Never no room at all: an empty message would stay in the queue for good.
    g_autofree char *data = g_malloc((gsize)size + 1);
    ULONG got = 0;
    if (!WTSVirtualChannelRead(channel->handle, 0, data, size + 1, &got))
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&data), got);
}

bool
ra_channel_write(RaChannel *channel, const void *data, gsize size)
{
    ULONG written = 0;
    return WTSVirtualChannelWrite(channel->handle, (PCHAR)(gconstpointer)data, (ULONG)size,
                                  &written);
}

bool
ra_channel_dynamic_ready(RaLink *link)
{
    return WTSVirtualChannelManagerIsChannelJoined(ra_link_vcm(link), DRDYNVC_SVC_CHANNEL_NAME) &&
           WTSVirtualChannelManagerGetDrdynvcState(ra_link_vcm(link)) == DRDYNVC_STATE_READY;
}
