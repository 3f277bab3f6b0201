// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/session.h"

#include "tests/termservice/report.h"
#include "tests/termservice/requests.h"
#include "tests/termservice/view.h"

#include <freerdp/error.h>
#include <freerdp/freerdp.h>
#include <freerdp/input.h>
#include <freerdp/rail.h>
#include <freerdp/update.h>
#include <freerdp/window.h>

#define DESK_WIDTH 1024
#define DESK_HEIGHT 768

struct Session {
    const Options *options;
    Desk *desk;
    Connection *connection;  // NULL: no client
    View *view;              // the client's
    bool locked, logging_on; // the second: because nobody is logged on
    bool quiet;
    bool stays;     // the desktop's size
    guint32 moving; // 0: no window is being moved by the client
    guint16 move_kind;
    bool fail_exec;
    guint16 exec_result;
    guint32 exec_raw;
};

// The session of callbacks that name a context only: there is one per machine, and one machine.
static Session *the_session;

Session *
session_new(const Options *options)
{
    Session *s = g_new0(Session, 1);
    s->options = options;
    s->desk = desk_new(DESK_WIDTH, DESK_HEIGHT);
    s->locked = s->logging_on = options->logon_screen;
    // The shell's own window, which no client has to show.
    Window *shell = desk_add(s->desk, "Program Manager", "", 0);
    shell->style = WS_POPUP | WS_CLIPSIBLINGS | WS_CLIPCHILDREN;
    shell->ex_style = WS_EX_TOOLWINDOW;
    the_session = s;
    return s;
}

void
session_free(Session *s)
{
    if (s == NULL)
        return;
    view_free(s->view);
    desk_free(s->desk);
    g_free(s);
    the_session = NULL;
}

Desk *
session_desk(Session *s)
{
    return s->desk;
}

// ---- what the client does ----

static BOOL
on_mouse(rdpInput *input, UINT16 flags, UINT16 x, UINT16 y)
{
    Session *s = the_session;
    report("mouse flags=0x%04X x=%u y=%u", flags, x, y);
    bool press = (flags & PTR_FLAGS_DOWN) != 0 && (flags & PTR_FLAGS_BUTTON1) != 0;
    const Window *under = press ? desk_at(s->desk, x, y) : NULL;
    if (under != NULL && under->id != s->desk->active)
        session_raise(s, under->id);
    return TRUE;
}

static BOOL
on_key(rdpInput *input, UINT16 flags, UINT8 code)
{
    report("key flags=0x%04X code=0x%02X", flags, code);
    return TRUE;
}

static BOOL
on_unicode(rdpInput *input, UINT16 flags, UINT16 code)
{
    report("unicode flags=0x%04X code=0x%04X", flags, code);
    return TRUE;
}

static BOOL
on_refresh(rdpContext *context, BYTE count, const RECTANGLE_16 *areas)
{
    for (BYTE i = 0; i < count && the_session->view != NULL; i++) {
        // Inclusive ([MS-RDPBCGR] 2.2.11.1).
        Area area = {areas[i].left, areas[i].top, areas[i].right - areas[i].left + 1,
                     areas[i].bottom - areas[i].top + 1};
        report("refresh x=%d y=%d width=%d height=%d", area.x, area.y, area.width, area.height);
        view_refresh(the_session->view, &area);
    }
    return TRUE;
}

static BOOL
on_suppress(rdpContext *context, BYTE allow, const RECTANGLE_16 *area)
{
    report("suppress %s", allow != 0 ? "off" : "on");
    return TRUE;
}

static void
on_request(const RailRequest *request, gpointer user)
{
    requests_handle(user, request);
}

static void
on_layout(guint32 width, guint32 height, gpointer user)
{
    Session *s = user;
    if (s->stays)
        return;
    desk_resize(s->desk, (int)width, (int)height);
    view_resized(s->view);
}

// ---- clients come and go ----

static void
begin(Session *s)
{
    if (s->view == NULL)
        return;
    if (view_rail(s->view) == NULL)
        view_begin(s->view);
    else
        view_synchronize(s->view);
}

// What the client's core data say, of which both count together ([MS-RDPBCGR] 2.2.1.3.2).
static void
report_scale(const rdpSettings *settings)
{
    guint32 scale = freerdp_settings_get_uint32(settings, FreeRDP_DesktopScaleFactor);
    guint32 device_scale = freerdp_settings_get_uint32(settings, FreeRDP_DeviceScaleFactor);
    bool counts = scale >= 100 && scale <= 500 &&
                  (device_scale == 100 || device_scale == 140 || device_scale == 180);
    report("scale %u", counts ? scale : 0);
}

void
session_attach(Session *s, Connection *connection, bool signed_in)
{
    static const ViewHandlers handlers = {.request = on_request, .layout = on_layout};
    rdpContext *context = connection_peer(connection)->context;
    Connection *former = s->connection;
    if (former != NULL) {
        session_detach(s, former);
        connection_close(former, ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION);
    }
    report_scale(context->settings);
    desk_resize(s->desk, (int)freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopWidth),
                (int)freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopHeight));
    context->input->MouseEvent = on_mouse;
    context->input->KeyboardEvent = on_key;
    context->input->UnicodeKeyboardEvent = on_unicode;
    context->update->RefreshRect = on_refresh;
    context->update->SuppressOutput = on_suppress;
    s->connection = connection;
    s->view = view_new(connection, s->options, s->desk, &handlers, s);
    s->logging_on = s->logging_on || !signed_in;
    s->locked = s->locked || s->logging_on;
    if (!s->logging_on)
        connection_tell_logon(connection);
    report("active %s", s->locked ? "logon-screen" : "session");
    if (s->locked)
        view_screen(s->view);
    else
        begin(s);
}

void
session_receive(Session *s, Connection *connection)
{
    if (connection == s->connection)
        view_receive(s->view);
}

void
session_detach(Session *s, Connection *connection)
{
    if (connection != s->connection)
        return;
    s->connection = NULL;
    s->moving = 0;
    g_clear_pointer(&s->view, view_free);
}

void
session_stay(Session *s, bool stays)
{
    s->stays = stays;
}

void
session_log_off(Session *s)
{
    if (s->connection != NULL)
        connection_close(s->connection, ERRINFO_LOGOFF_BY_USER);
}

void
session_lock(Session *s)
{
    s->locked = true;
    if (s->view == NULL)
        return;
    view_unmonitor(s->view);
    view_screen(s->view);
}

void
session_unlock(Session *s)
{
    if (!s->locked)
        return;
    s->locked = false;
    if (s->logging_on && s->connection != NULL)
        connection_tell_logon(s->connection);
    s->logging_on = false;
    begin(s);
}

bool
session_locked(const Session *s)
{
    return s->locked;
}

View *
session_view(Session *s)
{
    return s->view;
}

const Options *
session_options(const Session *s)
{
    return s->options;
}

// ---- windows ----

static Window *
show_new(Session *s, Window *w)
{
    if (s->view != NULL)
        view_created(s->view, w);
    w->show = SHOW_NORMAL;
    report("window id=0x%08X owner=0x%08X app=%s title=%s", w->id, w->owner, w->app, w->title);
    desk_activate(s->desk, w->id);
    if (s->view != NULL) {
        view_changed(s->view, w, ORDER_ALL);
        view_stack(s->view);
        view_painted(s->view, w);
    }
    return w;
}

Window *
session_open(Session *s, const char *app, const char *title)
{
    return show_new(s, desk_add(s->desk, title, app, 0));
}

Window *
session_popup(Session *s, Window *owner)
{
    return show_new(s, desk_add(s->desk, "", owner->app, owner->id));
}

Window *
session_shadow(Session *s, Window *owner)
{
    Window *w = desk_add(s->desk, "", owner->app, owner->id);
    w->ex_style = WS_EX_LAYERED | WS_EX_TRANSPARENT | WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE;
    w->normal = owner->normal;
    return show_new(s, w);
}

void
session_close(Session *s, Window *window)
{
    guint32 id = window->id;
    for (guint i = s->desk->stack->len; i > 0; i--) {
        const Window *w = g_ptr_array_index(s->desk->stack, i - 1);
        if (w->owner != id)
            continue;
        guint32 owned = w->id;
        desk_remove(s->desk, owned);
        if (s->view != NULL)
            view_gone(s->view, owned);
    }
    desk_remove(s->desk, id);
    report("closed id=0x%08X", id);
    if (s->view == NULL)
        return;
    view_gone(s->view, id);
    view_stack(s->view);
    view_painted(s->view, NULL);
}

static void
end_move(Session *s, const Window *w)
{
    if (s->moving != w->id)
        return;
    s->moving = 0;
    if (s->view != NULL && view_rail(s->view) != NULL)
        rail_move_size(view_rail(s->view), w, false, s->move_kind, w->normal.x, w->normal.y);
}

void
session_move(Session *s, Window *w, const Area *area)
{
    Area from = desk_area(s->desk, w);
    desk_place(w, area);
    end_move(s, w);
    if (s->view == NULL)
        return;
    view_changed(s->view, w, ORDER_AREA);
    if (from.width == area->width && from.height == area->height)
        view_moved(s->view, w, &from);
    view_painted(s->view, w);
}

void
session_move_asked(Session *s, Window *w, const Area *area)
{
    Area from = desk_area(s->desk, w);
    if (!s->quiet || area->width != from.width || area->height != from.height) {
        session_move(s, w, area);
        return;
    }
    desk_place(w, area);
    if (s->view != NULL)
        view_painted(s->view, NULL);
}

void
session_quiet(Session *s, bool quiet)
{
    s->quiet = quiet;
}

void
session_show(Session *s, Window *w, Show show)
{
    if (w->show == show)
        return;
    desk_show(w, show);
    report("show id=0x%08X state=%d", w->id, show);
    if (!desk_visible(w) && s->desk->active == w->id)
        s->desk->active = 0;
    else if (desk_visible(w))
        desk_activate(s->desk, w->id);
    if (s->view == NULL)
        return;
    view_changed(s->view, w, ORDER_STYLE | ORDER_SHOW | ORDER_AREA);
    view_stack(s->view);
    view_painted(s->view, w);
}

void
session_shape(Session *s, Window *w, int corner)
{
    w->corner = corner;
    if (s->view == NULL)
        return;
    view_changed(s->view, w, ORDER_AREA);
    view_painted(s->view, w);
}

void
session_frame(Session *s, Window *w, const int sides[4])
{
    w->frame.left = sides[0];
    w->frame.top = sides[1];
    w->frame.right = sides[2];
    w->frame.bottom = sides[3];
    if (s->view != NULL)
        view_changed(s->view, w, ORDER_AREA);
}

void
session_title(Session *s, Window *w, const char *title)
{
    g_free(w->title);
    w->title = g_strdup(title);
    if (s->view != NULL)
        view_changed(s->view, w, ORDER_TITLE);
}

void
session_raise(Session *s, guint32 window)
{
    desk_activate(s->desk, window);
    report("active id=0x%08X", s->desk->active);
    if (s->view == NULL)
        return;
    view_stack(s->view);
    view_painted(s->view, NULL);
}

void
session_scale(Session *s, guint32 window, const guint32 sides[4])
{
    if (s->view != NULL)
        view_scale(s->view, window, sides);
}

void
session_paint(Session *s, Window *w, guint32 seed)
{
    w->seed = seed;
    if (s->view != NULL)
        view_painted(s->view, w);
}

void
session_move_size(Session *s, Window *w, guint16 kind)
{
    if (s->view == NULL || view_rail(s->view) == NULL)
        return;
    s->moving = w->id;
    s->move_kind = kind;
    // A move counts from the window's corner, the others from the screen's.
    bool relative = kind == RAIL_WMSZ_MOVE;
    int x = (relative ? 0 : w->normal.x) + w->normal.width / 2;
    int y = (relative ? 0 : w->normal.y) + 10;
    rail_min_max(view_rail(s->view), s->desk, w);
    rail_move_size(view_rail(s->view), w, true, kind, x, y);
}

void
session_notify(Session *s, guint32 window, guint32 icon, const char *tip)
{
    Connection *c = s->view != NULL ? view_monitoring(s->view) : NULL;
    if (c == NULL)
        return;
    if (tip != NULL)
        orders_notify(c, window, icon, tip);
    else
        orders_notify_deleted(c, window, icon);
}

void
session_notify_state(Session *s, guint32 window, guint32 icon, bool hidden)
{
    Connection *c = s->view != NULL ? view_monitoring(s->view) : NULL;
    if (c != NULL)
        orders_notify_state(c, window, icon, hidden ? 1 : 0);
}

void
session_balloon(Session *s, guint32 window, guint32 icon, const char *title, const char *text)
{
    Connection *c = s->view != NULL ? view_monitoring(s->view) : NULL;
    if (c != NULL)
        orders_balloon(c, window, icon, title, text);
}

void
session_cloak(Session *s, guint32 window, bool cloaked)
{
    if (s->view != NULL && view_rail(s->view) != NULL)
        rail_cloak(view_rail(s->view), window, cloaked);
}

bool
session_raw_order(Session *s, const guint8 *bytes, gsize size)
{
    if (s->view == NULL)
        return false;
    view_order(s->view, bytes, size);
    return true;
}

bool
session_raw_pdu(Session *s, const guint8 *bytes, gsize size)
{
    if (s->view == NULL || view_rail(s->view) == NULL)
        return false;
    rail_write(view_rail(s->view), bytes, size);
    return true;
}

void
session_fail_exec(Session *s, guint16 result, guint32 raw)
{
    s->fail_exec = true;
    s->exec_result = result;
    s->exec_raw = raw;
}

bool
session_take_exec_failure(Session *s, guint16 *result, guint32 *raw)
{
    bool fail = s->fail_exec;
    *result = s->exec_result;
    *raw = s->exec_raw;
    s->fail_exec = false;
    return fail;
}
