// SPDX-License-Identifier: Apache-2.0

// What the guest shows instead of its windows when it needs a person: the log-on screen, a lock,
// UAC's secure desktop. It is one window of the model, BRIDGE_SCREEN_ID, and gone when the desktop
// with the windows is back. What is on its way there (no log-on was refused, the user is logged on)
// is not shown, nor is a wallpaper.

#include "rdpbridge/session_private.h"

#include "channel/glib/timer.h"
#include "rdpbridge/style.h"

#include <freerdp/freerdp.h>

#define LOG_ON_WAIT_MS 5000 // a guest that logs the user on says so within this
#define NEVER_SAID_MS 10000 // and one that does not by then never will
#define FRAME_SIDE 8        // room for the frame that a window manager puts around it, at 100 %
#define FRAME_TOP 40
#define SWITCH_WAIT_MS 200 // and shows its windows' desktop again within this if it only flickers

static gboolean
is_needed(const BridgeSession *s)
{
    if (!s->connected || (s->setup.flags & CTL_SIGN_IN) == 0)
        return FALSE;
    if (s->as_desktop)
        return TRUE;
    return s->elsewhere || (!s->monitored && !s->logged_on);
}

// Where it fits on the host's first monitor, frame and all: the guest's screen has the size of all
// of them, and is shown smaller. A desktop has a size of its own.
static ViewRect
place_of(const BridgeSession *s, guint32 width, guint32 height)
{
    const ViewRect *area = &s->screen.work_area, *monitor = &s->screen.monitors[0];
    gint side = FRAME_SIDE * (gint)s->screen.scale_percent / 100;
    gint top = FRAME_TOP * (gint)s->screen.scale_percent / 100;
    gint left_x = MAX(area->x, monitor->x) + side, left_y = MAX(area->y, monitor->y) + top;
    gint room_width =
        MIN(area->x + (gint)area->width, monitor->x + (gint)monitor->width) - side - left_x;
    gint room_height =
        MIN(area->y + (gint)area->height, monitor->y + (gint)monitor->height) - side - left_y;

    if (s->as_desktop || room_width < 1 || room_height < 1)
        return (ViewRect){0, 0, width, height};
    double factor = MIN(1.0, MIN((double)room_width / width, (double)room_height / height));
    ViewRect r = {.width = MAX(1, (guint32)(width * factor + 0.5)),
                  .height = MAX(1, (guint32)(height * factor + 0.5))};
    r.x = left_x + (room_width - (gint)r.width) / 2;
    r.y = left_y + (room_height - (gint)r.height) / 2;
    return r;
}

// The whole desktop may be made larger and smaller where the guest follows.
static void
set_limits(BridgeSession *s, guint32 width, guint32 height, gboolean resizable)
{
    const uint32_t fixed[4] = {width, height, width, height};
    static const uint32_t free_size[4] = {
        DISPLAY_CONTROL_MIN_MONITOR_WIDTH, DISPLAY_CONTROL_MIN_MONITOR_HEIGHT,
        DISPLAY_CONTROL_MAX_MONITOR_WIDTH, DISPLAY_CONTROL_MAX_MONITOR_HEIGHT};

    bridge_model_set_limits(s->model, BRIDGE_SCREEN_ID, resizable ? free_size : fixed);
}

void
bridge_session_show_screen(BridgeSession *s)
{
    const rdpSettings *settings = bridge_rdp_context(s->rdp)->settings;
    gboolean resizable = s->as_desktop && bridge_display_is_ready(s->display);
    g_autofree char *title = s->as_desktop ? g_strdup(s->setup.label)
                                           : g_strdup_printf("%s: log-on screen", s->setup.guest);
    guint32 width = freerdp_settings_get_uint32(settings, FreeRDP_DesktopWidth);
    guint32 height = freerdp_settings_get_uint32(settings, FreeRDP_DesktopHeight);
    ViewRect place = place_of(s, width, height);
    BridgeOrder order = {.fields = BRIDGE_ORDER_STYLE | BRIDGE_ORDER_TITLE | BRIDGE_ORDER_SIZE |
                                   (s->screen_shown ? 0 : BRIDGE_ORDER_SHOW | BRIDGE_ORDER_OFFSET),
                         .style = BRIDGE_WS_CAPTION | BRIDGE_WS_SYSMENU | BRIDGE_WS_MINIMIZEBOX |
                                  (resizable ? BRIDGE_WS_THICKFRAME | BRIDGE_WS_MAXIMIZEBOX : 0),
                         .show = BRIDGE_SHOW,
                         .title = title,
                         .x = place.x,
                         .y = place.y,
                         .width = place.width,
                         .height = place.height};
    gboolean zooms = place.width != width || place.height != height;

    s->screen_shown = bridge_model_order(s->model, BRIDGE_SCREEN_ID, TRUE, &order);
    bridge_model_set_app(s->model, BRIDGE_SCREEN_ID, CTL_APP_NONE);
    bridge_model_set_zoom(s->model, BRIDGE_SCREEN_ID, zooms ? width : 0, zooms ? height : 0);
    set_limits(s, place.width, place.height, resizable);
}

// Servers need not say that somebody is logged on, and those that show a desktop as it is (not
// Windows) do not. Where a log-on screen is shown, saying so early harms nobody.
static gboolean
on_never_said(gpointer user)
{
    BridgeSession *s = user;

    chan_timer_clear(&s->screen_timer);
    bridge_session_get_ready(s);
    return G_SOURCE_REMOVE;
}

static gboolean
on_screen_due(gpointer user)
{
    BridgeSession *s = user;

    if (s->doubt) // whether the log-on was refused is about to be known
        return G_SOURCE_CONTINUE;
    chan_timer_clear(&s->screen_timer);
    bridge_session_show_screen(s);
    if (s->as_desktop && !s->ready)
        s->screen_timer = chan_timer_new(s->context, NEVER_SAID_MS, on_never_said, s);
    return G_SOURCE_REMOVE;
}

static void
begin(BridgeSession *s)
{
    // What is held down belongs to a window, and is none of that desktop's business.
    bridge_input_release_all(s->input);
    if (s->as_desktop && s->logged_on) {
        bridge_session_show_screen(s);
        return;
    }
    s->screen_timer = chan_timer_new(s->context, s->elsewhere ? SWITCH_WAIT_MS : LOG_ON_WAIT_MS,
                                     on_screen_due, s);
}

static void
end(BridgeSession *s)
{
    chan_timer_clear(&s->screen_timer);
    s->screen_shown = FALSE;
    bridge_model_delete(s->model, BRIDGE_SCREEN_ID);
    if (s->focus == 0)
        return;
    bridge_rail_activate(s->rail, s->focus, TRUE);
    bridge_input_focus(s->input, TRUE);
}

void
bridge_session_consider_screen(BridgeSession *s)
{
    gboolean needed = is_needed(s);

    if (needed == s->screen_needed)
        return;
    s->screen_needed = needed;
    if (needed)
        begin(s);
    else
        end(s);
}

void
bridge_session_monitored(gboolean monitored, gpointer user)
{
    BridgeSession *s = user;

    s->monitored = monitored;
    s->elsewhere = !monitored;
    bridge_desktop_set_monitored(s->desktop, monitored);
    bridge_session_consider_screen(s);
}

void
bridge_session_logged_on(gpointer user)
{
    BridgeSession *s = user;

    s->logged_on = TRUE;
    if (s->as_desktop) {
        chan_timer_clear(&s->screen_timer);
        bridge_session_desktop_logged_on(s);
    } else {
        bridge_session_consider_screen(s);
    }
}

gboolean
bridge_session_resized(rdpContext *context, gpointer user)
{
    BridgeSession *s = user;

    if (!bridge_classic_resized(s->classic, context))
        return FALSE;
    if (s->screen_shown && bridge_session_desktop_follows(s))
        bridge_session_show_screen(s);
    return TRUE;
}

gboolean
bridge_session_screen_focus(BridgeSession *s, guint32 id)
{
    if (!s->screen_needed)
        return FALSE;
    bridge_input_focus(s->input, id == BRIDGE_SCREEN_ID);
    if (id != 0 && !s->screen_shown && !s->screen_timer)
        bridge_session_show_screen(s); // was closed, and is what that window waits for
    return TRUE;
}

gboolean
bridge_session_takes_key(const BridgeSession *s)
{
    return !s->screen_needed || s->focus == BRIDGE_SCREEN_ID;
}

gboolean
bridge_session_takes_pointer(BridgeSession *s, ViewPointer *pointer)
{
    const BridgeWindow *w = bridge_model_window(s->model, pointer->id);

    if (pointer->id != BRIDGE_SCREEN_ID)
        return !s->screen_needed;
    if (!w)
        return FALSE;
    pointer->root_x -= w->rect.x; // the host puts it anywhere, in the guest it is at 0, 0
    pointer->root_y -= w->rect.y;
    if (w->zoom_width) {
        pointer->root_x = (gint32)((gint64)pointer->root_x * w->zoom_width / w->rect.width);
        pointer->root_y = (gint32)((gint64)pointer->root_y * w->zoom_height / w->rect.height);
    }
    return TRUE;
}

static guint32
show_of(const BridgeSession *s, ViewState state)
{
    switch (state) {
    case VIEW_STATE_MINIMIZED:
        return BRIDGE_SHOW_MINIMIZED;
    case VIEW_STATE_MAXIMIZED:
        return s->as_desktop ? BRIDGE_SHOW_MAXIMIZED : BRIDGE_SHOW;
    case VIEW_STATE_FULLSCREEN:
        return s->as_desktop ? BRIDGE_SHOW_FULLSCREEN : BRIDGE_SHOW;
    default:
        return BRIDGE_SHOW;
    }
}

void
bridge_session_screen_state(BridgeSession *s, ViewState state)
{
    BridgeOrder order = {.fields = BRIDGE_ORDER_SHOW, .show = show_of(s, state)};

    bridge_model_order(s->model, BRIDGE_SCREEN_ID, FALSE, &order);
}

void
bridge_session_screen_close(BridgeSession *s)
{
    if (!s->ready) {
        bridge_session_end_unsigned(s, BRIDGE_RDP_REFUSED,
                                    s->as_desktop
                                        ? "its desktop was closed before anybody had signed in; "
                                          "open it again to see it once more"
                                        : "its log-on screen was closed before anybody had signed "
                                          "in; start the program again to see it once more");
        return;
    }
    s->screen_shown = FALSE;
    bridge_session_desktop_clear(s);
    bridge_model_delete(s->model, BRIDGE_SCREEN_ID); // a desktop's broker ends the session then
}

void
bridge_session_screen_clear(BridgeSession *s)
{
    chan_timer_clear(&s->screen_timer);
}
