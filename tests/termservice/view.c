// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/view.h"

#include "tests/termservice/classic.h"
#include "tests/termservice/gfx.h"
#include "tests/termservice/report.h"
#include "tests/termservice/touch.h"

#include <freerdp/freerdp.h>
#include <freerdp/rail.h>

struct View {
    Connection *connection;
    const Options *options;
    Desk *desk;
    const ViewHandlers *handlers;
    gpointer user;
    Rail *rail;
    Gfx *gfx; // one of the two
    Classic *classic;
    Layout *layout; // with gfx
    Touch *touch;   // of a Windows that knows it
    bool monitoring, screen;
    bool desktop, begun; // of a client that asks for no RemoteApp
};

static void
paint_all(View *v)
{
    if (v->classic != NULL) {
        classic_present(v->classic, v->screen);
        return;
    }
    if (v->desktop) {
        if (v->begun || v->screen)
            gfx_desktop(v->gfx, v->screen);
        return;
    }
    gfx_screen(v->gfx, v->screen);
    if (!v->monitoring)
        return;
    for (guint i = v->desk->stack->len; i > 0; i--)
        gfx_window(v->gfx, g_ptr_array_index(v->desk->stack, i - 1));
}

static void
on_gfx_ready(gpointer user)
{
    paint_all(user);
}

View *
view_new(Connection *connection, const Options *options, Desk *desk, const ViewHandlers *handlers,
         gpointer user)
{
    const rdpSettings *settings = connection_peer(connection)->context->settings;
    View *v = g_new0(View, 1);
    v->connection = connection;
    v->options = options;
    v->desk = desk;
    v->handlers = handlers;
    v->user = user;
    v->desktop = !freerdp_settings_get_bool(settings, FreeRDP_RemoteApplicationMode);
    if (options->profile >= PROFILE_10 &&
        freerdp_settings_get_bool(settings, FreeRDP_SupportGraphicsPipeline))
        v->gfx = gfx_new(connection, desk, on_gfx_ready, v);
    if (v->gfx != NULL && options->scale[0] > 0)
        gfx_scale(v->gfx, options->scale);
    if (v->gfx != NULL)
        gfx_video(v->gfx, options->video);
    if (v->gfx != NULL)
        v->layout = layout_new(connection, handlers->layout, user);
    else
        v->classic = classic_new(connection, desk);
    if (options->profile >= PROFILE_10)
        v->touch = touch_new(connection);
    report("pixels %s", v->gfx != NULL ? "gfx" : "classic");
    return v;
}

void
view_free(View *v)
{
    if (v == NULL)
        return;
    rail_free(v->rail);
    layout_free(v->layout);
    touch_free(v->touch);
    gfx_free(v->gfx);
    classic_free(v->classic);
    g_free(v);
}

void
view_receive(View *v)
{
    if (v->rail != NULL)
        rail_receive(v->rail);
    if (v->gfx != NULL)
        gfx_receive(v->gfx);
    if (v->layout != NULL)
        layout_receive(v->layout);
    if (v->touch != NULL)
        touch_receive(v->touch);
}

void
view_suspend_touch(View *v, bool on)
{
    if (v->touch != NULL)
        touch_suspend(v->touch, on);
}

void
view_screen(View *v)
{
    v->screen = true;
    paint_all(v);
}

void
view_begin(View *v)
{
    if (v->rail != NULL)
        return;
    v->screen = false;
    v->begun = true;
    if (v->desktop)
        report("desktop width=%d height=%d", v->desk->width, v->desk->height);
    else
        v->rail = rail_new(v->connection, v->options, v->handlers->request, v->user);
    if (v->rail == NULL && !v->desktop)
        report("no rail");
    paint_all(v);
}

// A window that is there already, to a client that does not know it.
static void
tell(View *v, const Window *w)
{
    orders_created(v->connection, w);
    if (w->show == SHOW_HIDDEN)
        return;
    orders_icon(v->connection, w);
    orders_changed(v->connection, v->desk, w, ORDER_ALL);
}

void
view_synchronize(View *v)
{
    v->monitoring = true;
    v->screen = false;
    orders_sync_began(v->connection);
    for (guint i = v->desk->stack->len; i > 0; i--)
        tell(v, g_ptr_array_index(v->desk->stack, i - 1));
    orders_stack(v->connection, v->desk);
    orders_sync_completed(v->connection);
    rail_language_bar(v->rail, TF_SFT_SHOWNORMAL);
    report("synchronized");
    paint_all(v);
}

void
view_unmonitor(View *v)
{
    if (!v->monitoring)
        return;
    v->monitoring = false;
    orders_unmonitored(v->connection);
}

void
view_created(View *v, const Window *w)
{
    if (!v->monitoring)
        return;
    orders_created(v->connection, w);
    orders_icon(v->connection, w);
}

void
view_changed(View *v, const Window *w, OrderFields fields)
{
    if (v->monitoring)
        orders_changed(v->connection, v->desk, w, fields);
}

void
view_painted(View *v, const Window *w)
{
    if (v->classic != NULL)
        classic_present(v->classic, v->screen);
    else if (v->desktop)
        paint_all(v);
    else if (v->monitoring && w != NULL)
        gfx_window(v->gfx, w);
}

void
view_scale(View *v, guint32 window, const guint32 sides[4])
{
    if (v->gfx != NULL)
        gfx_map_scaled(v->gfx, window, sides);
}

void
view_spoil(View *v, const Spoil *spoil)
{
    if (v->gfx != NULL)
        gfx_spoil(v->gfx, spoil);
}

void
view_moved(View *v, const Window *w, const Area *from)
{
    if (v->classic != NULL && !v->screen)
        classic_moved(v->classic, w, from);
}

void
view_gone(View *v, guint32 window)
{
    if (v->monitoring)
        orders_deleted(v->connection, window);
    if (v->gfx != NULL)
        gfx_gone(v->gfx, window);
}

void
view_stack(View *v)
{
    if (v->monitoring)
        orders_stack(v->connection, v->desk);
}

void
view_refresh(View *v, const Area *area)
{
    if (v->classic == NULL)
        return;
    classic_forget(v->classic, area);
    classic_present(v->classic, v->screen);
}

void
view_resized(View *v)
{
    gfx_resized(v->gfx);
    paint_all(v);
}

Rail *
view_rail(View *v)
{
    return v->rail;
}

void
view_order(View *v, const guint8 *bytes, gsize size)
{
    orders_raw(v->connection, bytes, size);
}

Connection *
view_monitoring(View *v)
{
    return v->monitoring ? v->connection : NULL;
}
