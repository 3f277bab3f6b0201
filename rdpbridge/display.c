// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/display.h"

#include "rdpbridge/monitors.h"

#include <string.h>

struct BridgeDisplay {
    void (*on_ready)(gpointer user);
    gpointer user;
    DispClientContext *client;
    gboolean ready; // the server said what it can do
    gboolean own;   // the server is casement-remoteapp
    gboolean known; // sent is what the guest has
    ViewScreen screen;
    BridgeMonitors sent;
    guint sent_scale;
    guint monitors_max;
};

BridgeDisplay *
bridge_display_new(void (*ready)(gpointer user), gpointer user)
{
    BridgeDisplay *d = g_new0(BridgeDisplay, 1);

    d->on_ready = ready;
    d->user = user;
    return d;
}

void
bridge_display_free(BridgeDisplay *display)
{
    g_free(display);
}

static DISPLAY_CONTROL_MONITOR_LAYOUT
layout_of(const ViewRect *r, guint scale_percent, gboolean primary)
{
    return (DISPLAY_CONTROL_MONITOR_LAYOUT){
        .Flags = primary ? DISPLAY_CONTROL_MONITOR_PRIMARY : 0,
        .Left = r->x,
        .Top = r->y,
        .Width =
            CLAMP(r->width, DISPLAY_CONTROL_MIN_MONITOR_WIDTH, DISPLAY_CONTROL_MAX_MONITOR_WIDTH) &
            ~1u,
        .Height = CLAMP(r->height, DISPLAY_CONTROL_MIN_MONITOR_HEIGHT,
                        DISPLAY_CONTROL_MAX_MONITOR_HEIGHT),
        .Orientation = ORIENTATION_LANDSCAPE,
        .DesktopScaleFactor = CLAMP(scale_percent, 100, 500),
        .DeviceScaleFactor = 100,
    };
}

static void
push(BridgeDisplay *d)
{
    DISPLAY_CONTROL_MONITOR_LAYOUT layouts[VIEW_MONITORS_MAX];
    BridgeMonitors m = bridge_monitors_of(&d->screen, MAX(d->monitors_max, 1), d->own);
    guint scale = d->screen.scale_percent;

    if (!d->client || !d->ready ||
        (d->known && d->sent_scale == scale && memcmp(&m, &d->sent, sizeof m) == 0))
        return;
    for (guint i = 0; i < m.n; i++)
        layouts[i] = layout_of(&m.monitors[i], scale, i == 0);
    if (d->client->SendMonitorLayout(d->client, m.n, layouts) != CHANNEL_RC_OK)
        return;
    d->sent = m;
    d->sent_scale = scale;
    d->known = TRUE;
}

static UINT
on_caps(DispClientContext *client, UINT32 max_monitors, UINT32 factor_a, UINT32 factor_b)
{
    BridgeDisplay *d = client->custom;

    d->ready = TRUE;
    d->monitors_max = max_monitors;
    push(d);
    d->on_ready(d->user);
    return CHANNEL_RC_OK;
}

void
bridge_display_attach(BridgeDisplay *d, DispClientContext *client)
{
    d->client = client;
    d->ready = FALSE;
    if (!client)
        return;
    client->custom = d;
    client->DisplayControlCaps = on_caps;
}

void
bridge_display_start(BridgeDisplay *d, const ViewScreen *screen)
{
    d->screen = *screen;
    d->sent = (BridgeMonitors){.n = 1, .monitors = {screen->root}};
    d->sent_scale = screen->scale_percent;
    d->known = TRUE;
}

void
bridge_display_set(BridgeDisplay *d, const ViewScreen *screen)
{
    d->screen = *screen;
    push(d);
}

void
bridge_display_set_own(BridgeDisplay *d, gboolean own)
{
    d->own = own;
    push(d);
}

gboolean
bridge_display_is_ready(const BridgeDisplay *d)
{
    return d->client && d->ready;
}
