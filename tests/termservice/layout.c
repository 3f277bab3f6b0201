// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/layout.h"

#include "tests/termservice/dynamic.h"
#include "tests/termservice/report.h"

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
    Dynamic *channel;
    LayoutHandler handler;
    gpointer user;
    bool told;
};

Layout *
layout_new(Connection *connection, LayoutHandler handler, gpointer user)
{
    Layout *l = g_new0(Layout, 1);
    l->channel = dynamic_new(connection, CHANNEL);
    l->handler = handler;
    l->user = user;
    return l;
}

void
layout_free(Layout *l)
{
    if (l == NULL)
        return;
    dynamic_free(l->channel);
    g_free(l);
}

// DISPLAYCONTROL_CAPS_PDU (2.2.2.1).
static void
tell_caps(Layout *l)
{
    BYTE data[20];
    wStream holder, *s = Stream_StaticInit(&holder, data, sizeof data);
    Stream_Write_UINT32(s, TYPE_CAPS);
    Stream_Write_UINT32(s, sizeof data);
    Stream_Write_UINT32(s, MONITORS_MAX);
    Stream_Write_UINT32(s, 8192); // the area of all monitors together is at most
    Stream_Write_UINT32(s, 8192); // the product of the three
    dynamic_write(l->channel, data, sizeof data);
    l->told = true;
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
    gsize size;
    if (!dynamic_is_open(l->channel))
        return;
    if (!l->told)
        tell_caps(l);
    while ((size = dynamic_read(l->channel, data, sizeof data)) > 0)
        handle(l, data, size);
}
