// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/dynamic.h"

#include <freerdp/channels/drdynvc.h>
#include <freerdp/channels/wtsvc.h>

struct Dynamic {
    Connection *connection;
    const char *name;
    HANDLE channel;
    bool refused;
};

Dynamic *
dynamic_new(Connection *connection, const char *name)
{
    Dynamic *d = g_new0(Dynamic, 1);
    d->connection = connection;
    d->name = name;
    return d;
}

void
dynamic_free(Dynamic *d)
{
    if (d == NULL)
        return;
    if (d->channel != NULL)
        WTSVirtualChannelClose(d->channel);
    g_free(d);
}

// The library knows its clients by numbers.
static HANDLE
open_numbered(HANDLE manager, const char *name)
{
    void *value = NULL;
    DWORD size = 0;
    if (!WTSQuerySessionInformationA(manager, WTS_CURRENT_SESSION, WTSSessionId, (LPSTR *)&value,
                                     &size))
        return NULL;
    DWORD session = *(const DWORD *)value;
    WTSFreeMemory(value);
    return WTSVirtualChannelOpenEx(session, (LPSTR)name, WTS_CHANNEL_OPTION_DYNAMIC);
}

static bool
open_channel(Dynamic *d)
{
    HANDLE manager = connection_channels(d->connection);
    if (d->channel != NULL || d->refused)
        return d->channel != NULL;
    if (!WTSVirtualChannelManagerIsChannelJoined(manager, DRDYNVC_SVC_CHANNEL_NAME) ||
        WTSVirtualChannelManagerGetDrdynvcState(manager) != DRDYNVC_STATE_READY)
        return false;
    d->channel = open_numbered(manager, d->name);
    d->refused = d->channel == NULL;
    connection_flush(d->connection);
    return d->channel != NULL;
}

bool
dynamic_is_open(Dynamic *d)
{
    void *value = NULL;
    DWORD size = 0;
    if (!open_channel(d) ||
        !WTSVirtualChannelQuery(d->channel, WTSVirtualChannelReady, &value, &size) || value == NULL)
        return false;
    bool open = *(const BOOL *)value != FALSE;
    WTSFreeMemory(value);
    return open;
}

void
dynamic_write(Dynamic *d, BYTE *data, gsize size)
{
    ULONG written = 0;
    (void)WTSVirtualChannelWrite(d->channel, (PCHAR)data, (ULONG)size, &written);
    connection_flush(d->connection);
}

gsize
dynamic_read(Dynamic *d, BYTE *data, gsize size)
{
    ULONG got = 0;
    if (!WTSVirtualChannelRead(d->channel, 0, (PCHAR)data, (ULONG)size, &got))
        return 0;
    return got;
}
