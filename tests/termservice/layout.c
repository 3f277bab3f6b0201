// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/layout.h"

#include "tests/termservice/report.h"

#include <freerdp/channels/drdynvc.h>
#include <freerdp/channels/wtsvc.h>
#include <winpr/stream.h>

#define CHANNEL "Microsoft::Windows::RDS::DisplayControl"
#define TYPE_CAPS 5
#define TYPE_MONITOR_LAYOUT 2
#define MONITOR_SIZE 40
#define MONITORS_MAX 16
#define SIDE_MIN 200
#define SIDE_MAX 8192
#define PDU_MAX (16 + MONITORS_MAX * MONITOR_SIZE)

struct Layout {
    Connection *connection;
    LayoutHandler handler;
    gpointer user;
    HANDLE channel;
    bool told, refused;
};

Layout *
layout_new(Connection *connection, LayoutHandler handler, gpointer user)
{
    Layout *l = g_new0(Layout, 1);
    l->connection = connection;
    l->handler = handler;
    l->user = user;
    return l;
}

void
layout_free(Layout *l)
{
    if (l == NULL)
        return;
    if (l->channel != NULL)
        WTSVirtualChannelClose(l->channel);
    g_free(l);
}

// The library knows its clients by numbers.
static HANDLE
open_dynamic(HANDLE manager)
{
    void *value = NULL;
    DWORD size = 0;
    if (!WTSQuerySessionInformationA(manager, WTS_CURRENT_SESSION, WTSSessionId, (LPSTR *)&value,
                                     &size))
        return NULL;
    DWORD session = *(const DWORD *)value;
    WTSFreeMemory(value);
    return WTSVirtualChannelOpenEx(session, CHANNEL, WTS_CHANNEL_OPTION_DYNAMIC);
}

static bool
open_channel(Layout *l)
{
    HANDLE manager = connection_channels(l->connection);
    if (l->channel != NULL || l->refused)
        return l->channel != NULL;
    if (!WTSVirtualChannelManagerIsChannelJoined(manager, DRDYNVC_SVC_CHANNEL_NAME) ||
        WTSVirtualChannelManagerGetDrdynvcState(manager) != DRDYNVC_STATE_READY)
        return false;
    l->channel = open_dynamic(manager);
    l->refused = l->channel == NULL;
    connection_flush(l->connection);
    return l->channel != NULL;
}

static bool
is_open(const Layout *l)
{
    void *value = NULL;
    DWORD size = 0;
    if (!WTSVirtualChannelQuery(l->channel, WTSVirtualChannelReady, &value, &size) || value == NULL)
        return false;
    bool open = *(const BOOL *)value != FALSE;
    WTSFreeMemory(value);
    return open;
}

// DISPLAYCONTROL_CAPS_PDU (2.2.2.1).
static void
tell_caps(Layout *l)
{
    BYTE data[20];
    wStream holder, *s = Stream_StaticInit(&holder, data, sizeof data);
    ULONG written = 0;
    Stream_Write_UINT32(s, TYPE_CAPS);
    Stream_Write_UINT32(s, sizeof data);
    Stream_Write_UINT32(s, MONITORS_MAX);
    Stream_Write_UINT32(s, 8192); // the area of all monitors together is at most
    Stream_Write_UINT32(s, 8192); // the product of the three
    (void)WTSVirtualChannelWrite(l->channel, (PCHAR)data, sizeof data, &written);
    l->told = true;
    connection_flush(l->connection);
}

// DISPLAYCONTROL_MONITOR_LAYOUT_PDU (2.2.2.2): a Windows ignores what is not as it must be.
static void
handle(const Layout *l, BYTE *data, gsize size)
{
    wStream holder, *s = Stream_StaticInit(&holder, data, size);
    guint32 type, length, item, n, width, height, scale, device_scale;
    if (size < 16 + MONITOR_SIZE)
        return;
    Stream_Read_UINT32(s, type);
    Stream_Read_UINT32(s, length);
    Stream_Read_UINT32(s, item);
    Stream_Read_UINT32(s, n);
    if (type != TYPE_MONITOR_LAYOUT || length != size || item != MONITOR_SIZE || n < 1 ||
        n > MONITORS_MAX || size != 16 + (gsize)n * MONITOR_SIZE) {
        report("layout malformed");
        return;
    }
    Stream_Seek(s, 12); // flags, left, top
    Stream_Read_UINT32(s, width);
    Stream_Read_UINT32(s, height);
    Stream_Seek(s, 12); // physical size, orientation
    Stream_Read_UINT32(s, scale);
    Stream_Read_UINT32(s, device_scale);
    bool fits = width >= SIDE_MIN && width <= SIDE_MAX && width % 2 == 0 && height >= SIDE_MIN &&
                height <= SIDE_MAX;
    // 2.2.2.2.1: the two scales count together, and only these.
    bool scales = scale >= 100 && scale <= 500 &&
                  (device_scale == 100 || device_scale == 140 || device_scale == 180);
    report("layout width=%u height=%u monitors=%u scale=%u%s", width, height, n, scales ? scale : 0,
           fits ? "" : " wrong");
    if (fits)
        l->handler(width, height, l->user);
}

void
layout_receive(Layout *l)
{
    BYTE data[PDU_MAX];
    ULONG size = 0;
    if (!open_channel(l) || !is_open(l))
        return;
    if (!l->told)
        tell_caps(l);
    while (WTSVirtualChannelRead(l->channel, 0, (PCHAR)data, sizeof data, &size) && size > 0)
        handle(l, data, size);
}
