// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/display.h"

#include "channel/wire.h"
#include "guestagent/remoteapp/layout.h"
#include "guestagent/remoteapp/vchannel.h"

#include <freerdp/channels/disp.h>

#define SIDE_MIN 200
#define SIDE_MAX 16384
#define PDU_MONITOR_LAYOUT 2
#define PDU_CAPS 5
#define MONITOR_BYTES 40
#define MONITOR_PRIMARY_FLAG 1u

typedef struct {
    RaMonitors all;
    int scale_percent;
} Layout;

struct RaDisplay {
    RaLink *link;
    RaDesktop *desktop;
    RaChannel *channel;
    bool asked, welcomed;
    Layout layout;
    RaRect work_area; // 0×0: not told
};

static int
clamp_side(gint64 side)
{
    return (int)CLAMP(side, SIDE_MIN, SIDE_MAX);
}

static void
apply(RaDisplay *s)
{
    RaMonitors m = s->layout.all;
    RaRect all = ra_monitors_arrange(&m);
    all.width = clamp_side(all.width);
    all.height = clamp_side(all.height);
    RaRect area = all;
    // One of the layout before may be larger; the right one comes.
    if (s->work_area.width > 0 && s->work_area.x >= 0 && s->work_area.y >= 0 &&
        s->work_area.x + s->work_area.width <= all.width &&
        s->work_area.y + s->work_area.height <= all.height)
        area = s->work_area;
    ra_desktop_set_screen(s->desktop, all.width, all.height, s->layout.scale_percent, &area,
                          m.monitors, m.n_monitors);
}

static int
scale_of(guint32 percent)
{
    return percent >= 100 && percent <= 500 ? (int)percent : 100;
}

// Positions beyond any screen would overflow the arithmetic on them.
static bool
valid_monitor(const RaRect *m)
{
    return m->width >= SIDE_MIN && m->width <= SIDE_MAX && m->height >= SIDE_MIN &&
           m->height <= SIDE_MAX && ABS((gint64)m->x) <= SIDE_MAX && ABS((gint64)m->y) <= SIDE_MAX;
}

static void
read_core_data(RaDisplay *s)
{
    const rdpSettings *settings = ra_link_settings(s->link);
    Layout *l = &s->layout;
    l->scale_percent = scale_of(freerdp_settings_get_uint32(settings, FreeRDP_DesktopScaleFactor));
    guint32 count = freerdp_settings_get_uint32(settings, FreeRDP_MonitorCount);
    for (guint32 i = 0; i < count && l->all.n_monitors < RA_MONITORS_MAX; i++) {
        const rdpMonitor *m =
            freerdp_settings_get_pointer_array(settings, FreeRDP_MonitorDefArray, i);
        if (m == NULL)
            break;
        RaRect rect = {m->x, m->y, m->width, m->height};
        if (valid_monitor(&rect))
            l->all.monitors[l->all.n_monitors++] = rect;
    }
    if (l->all.n_monitors == 0) {
        guint32 width = freerdp_settings_get_uint32(settings, FreeRDP_DesktopWidth);
        guint32 height = freerdp_settings_get_uint32(settings, FreeRDP_DesktopHeight);
        l->all.monitors[l->all.n_monitors++] =
            (RaRect){.width = clamp_side(width), .height = clamp_side(height)};
    }
}

static void
set_keyboard(RaDisplay *s)
{
    guint32 id = freerdp_settings_get_uint32(ra_link_settings(s->link), FreeRDP_KeyboardLayout);
    const RaLayout *layout = ra_layout_find(id);
    if (layout != NULL)
        ra_desktop_set_layout(s->desktop, NULL, layout->layout, layout->variant, NULL);
    else
        g_info("keyboard layout 0x%08x of the client is not known; the guest's stays", id);
}

// ---- display control ----

static bool
read_layout(ChanReader *r, Layout *out)
{
    guint32 monitor_bytes = chan_read_u32(r);
    guint32 count = chan_read_u32(r);
    if (r->failed || monitor_bytes != MONITOR_BYTES || count == 0 || count > RA_MONITORS_MAX)
        return false;
    out->scale_percent = 100;
    for (guint32 i = 0; i < count; i++) {
        guint32 flags = chan_read_u32(r);
        RaRect m;
        m.x = chan_read_i32(r);
        m.y = chan_read_i32(r);
        m.width = chan_read_i32(r);
        m.height = chan_read_i32(r);
        (void)chan_read_bytes(r, 12); // physical size, orientation
        guint32 scale = chan_read_u32(r);
        (void)chan_read_u32(r);
        if (r->failed || !valid_monitor(&m))
            return false;
        RaRect *at = &out->all.monitors[out->all.n_monitors++];
        if ((flags & MONITOR_PRIMARY_FLAG) != 0) {
            out->scale_percent = scale_of(scale);
            *at = out->all.monitors[0];
            at = &out->all.monitors[0];
        }
        *at = m;
    }
    return true;
}

static bool
handle(RaDisplay *s, ChanSpan pdu)
{
    ChanReader r = chan_reader(pdu);
    guint32 type = chan_read_u32(&r);
    guint32 size = chan_read_u32(&r);
    if (r.failed || size > pdu.size)
        return false;
    if (type != PDU_MONITOR_LAYOUT)
        return true;
    Layout layout = {0};
    if (!read_layout(&r, &layout))
        return false;
    s->layout = layout;
    apply(s);
    return true;
}

static void
welcome(RaDisplay *s)
{
    guint8 data[20];
    ChanWriter w = chan_writer(data, sizeof data);
    chan_write_u32(&w, PDU_CAPS);
    chan_write_u32(&w, sizeof data);
    chan_write_u32(&w, RA_MONITORS_MAX);
    chan_write_u32(&w, SIDE_MAX);
    chan_write_u32(&w, SIDE_MAX);
    (void)ra_channel_write(s->channel, data, w.size);
    ra_link_send(s->link);
    s->welcomed = true;
}

bool
ra_display_receive(RaDisplay *s)
{
    if (!s->asked && ra_channel_dynamic_ready(s->link)) {
        s->asked = true;
        s->channel = ra_channel_open_dynamic(s->link, DISP_DVC_CHANNEL_NAME);
        ra_link_send(s->link);
    }
    if (s->channel == NULL || !ra_channel_ready(s->channel))
        return true;
    if (!s->welcomed)
        welcome(s);
    for (;;) {
        g_autoptr(GBytes) bytes = ra_channel_read(s->channel);
        if (bytes == NULL)
            return true;
        gsize size = 0;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        if (!handle(s, CHAN_SPAN(data, size)))
            return false;
    }
}

void
ra_display_work_area(RaDisplay *s, const RaRect *area)
{
    s->work_area = *area;
    apply(s);
}

RaDisplay *
ra_display_new(RaLink *link, RaDesktop *desktop)
{
    RaDisplay *s = g_new0(RaDisplay, 1);
    s->link = link;
    s->desktop = desktop;
    read_core_data(s);
    apply(s);
    set_keyboard(s);
    return s;
}

void
ra_display_free(RaDisplay *s)
{
    if (s == NULL)
        return;
    ra_channel_free(s->channel);
    g_free(s);
}
