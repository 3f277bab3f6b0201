// SPDX-License-Identifier: Apache-2.0

// The guest's whole desktop in one window, BRIDGE_SCREEN_ID, instead of its windows: ready when the
// user is logged on, as large as the host makes it where the guest follows ([MS-RDPEDISP]).

#include "rdpbridge/session_private.h"

#include "channel/glib/timer.h"

#include <freerdp/freerdp.h>

#define REST_MS 250    // a resize by hand rests for so long when it is over
#define ANSWER_MS 3000 // for a guest to have the size that it was told

static void
start_timer(BridgeSession *s, guint ms, GSourceFunc callback)
{
    chan_timer_clear(&s->resize_timer);
    s->resize_timer = chan_timer_new(s->context, ms, callback, s);
}

// One monitor of that size; a guest's width is even.
static ViewScreen
screen_of(const BridgeSession *s, guint32 width, guint32 height)
{
    ViewScreen screen = s->screen;
    ViewRect root = {
        0, 0,
        CLAMP(width, DISPLAY_CONTROL_MIN_MONITOR_WIDTH, DISPLAY_CONTROL_MAX_MONITOR_WIDTH) & ~1u,
        CLAMP(height, DISPLAY_CONTROL_MIN_MONITOR_HEIGHT, DISPLAY_CONTROL_MAX_MONITOR_HEIGHT)};

    screen.root = screen.work_area = root;
    screen.n_monitors = 1;
    for (guint i = 0; i < VIEW_MONITORS_MAX; i++)
        screen.monitors[i] = i == 0 ? root : (ViewRect){0};
    return screen;
}

ViewScreen
bridge_session_desktop_screen(const BridgeSession *s)
{
    const ViewRect *room = &s->screen.work_area;
    guint32 width = s->setup.desktop_width, height = s->setup.desktop_height;

    if (width == 0 || height == 0)
        return screen_of(s, room->width / 4 * 3, room->height / 4 * 3);
    return screen_of(s, MIN(width, room->width), MIN(height, room->height));
}

void
bridge_session_desktop_logged_on(BridgeSession *s)
{
    if (s->ready)
        return;
    bridge_session_get_ready(s);
    if (s->screen_needed && !s->screen_shown)
        bridge_session_show_screen(s);
}

static gboolean
has_size(BridgeSession *s, const ViewRect *size)
{
    const rdpSettings *settings = bridge_rdp_context(s->rdp)->settings;

    return freerdp_settings_get_uint32(settings, FreeRDP_DesktopWidth) == size->width &&
           freerdp_settings_get_uint32(settings, FreeRDP_DesktopHeight) == size->height;
}

static gboolean
on_unanswered(gpointer user)
{
    BridgeSession *s = user;

    chan_timer_clear(&s->resize_timer);
    s->asked = FALSE;
    bridge_session_show_screen(s); // the size that the guest keeps
    return G_SOURCE_REMOVE;
}

static gboolean
on_rest(gpointer user)
{
    BridgeSession *s = user;
    const BridgeWindow *w = bridge_model_window(s->model, BRIDGE_SCREEN_ID);

    chan_timer_clear(&s->resize_timer);
    if (!w || !s->connected)
        return G_SOURCE_REMOVE;
    ViewScreen screen = screen_of(s, w->rect.width, w->rect.height);
    if (!s->asked && has_size(s, &screen.root))
        return G_SOURCE_REMOVE;
    s->asked = TRUE;
    bridge_display_set(s->display, &screen);
    start_timer(s, ANSWER_MS, on_unanswered);
    return G_SOURCE_REMOVE;
}

void
bridge_session_desktop_resize(BridgeSession *s)
{
    if (s->as_desktop && bridge_display_is_ready(s->display))
        start_timer(s, REST_MS, on_rest);
}

// What answers a size of before the host's last one is passed over.
gboolean
bridge_session_desktop_follows(BridgeSession *s)
{
    const BridgeWindow *w = bridge_model_window(s->model, BRIDGE_SCREEN_ID);

    if (!s->as_desktop || !s->resize_timer || !w)
        return TRUE;
    ViewScreen wanted = screen_of(s, w->rect.width, w->rect.height);
    if (!has_size(s, &wanted.root))
        return FALSE;
    chan_timer_clear(&s->resize_timer);
    s->asked = FALSE;
    return TRUE;
}

void
bridge_session_desktop_ready(gpointer user)
{
    BridgeSession *s = user;

    if (s->as_desktop && s->screen_shown)
        bridge_session_show_screen(s);
}

void
bridge_session_desktop_exec(BridgeSession *s, const CtlExec *exec)
{
    gboolean here = s->as_desktop && exec->kind == CTL_EXEC_DESKTOP;

    bridge_control_exec_result(s->control, exec->serial, here ? CTL_EXEC_OK : CTL_EXEC_FAILED, 0);
}

void
bridge_session_desktop_clear(BridgeSession *s)
{
    chan_timer_clear(&s->resize_timer);
}
