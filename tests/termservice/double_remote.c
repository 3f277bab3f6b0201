// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/double_remote.h"

#include "tests/termservice/picture.h"

#include <freerdp/addin.h>
#include <freerdp/client/channels.h>
#include <freerdp/client/rail.h>
#include <freerdp/client/rdpgfx.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/gdi/gfx.h>
#include <string.h>

// A library callback names a context only.
static DoubleRemote *the_remote;

static void
window_free(gpointer data)
{
    RemoteWindow *w = data;
    g_free(w->title);
    g_free(w);
}

RemoteWindow *
double_remote_window(const DoubleRemote *r, guint32 id)
{
    return g_hash_table_lookup(r->windows, GUINT_TO_POINTER(id));
}

// ---- window orders ----

static RemoteWindow *
window_of(const WINDOW_ORDER_INFO *info)
{
    RemoteWindow *w = double_remote_window(the_remote, info->windowId);
    if ((info->fieldFlags & WINDOW_ORDER_STATE_NEW) != 0) {
        g_assert_null(w);
        w = g_new0(RemoteWindow, 1);
        w->id = info->windowId;
        g_hash_table_insert(the_remote->windows, GUINT_TO_POINTER(w->id), w);
    }
    g_assert_nonnull(w);
    return w;
}

static BOOL
on_state(rdpContext *context, const WINDOW_ORDER_INFO *info, const WINDOW_STATE_ORDER *s)
{
    RemoteWindow *w = window_of(info);
    guint32 f = info->fieldFlags;
    if ((f & WINDOW_ORDER_FIELD_OWNER) != 0)
        w->owner = s->ownerWindowId;
    if ((f & WINDOW_ORDER_FIELD_STYLE) != 0)
        w->style = s->style;
    if ((f & WINDOW_ORDER_FIELD_SHOW) != 0)
        w->show = s->showState;
    if ((f & WINDOW_ORDER_FIELD_WND_OFFSET) != 0) {
        w->x = s->windowOffsetX;
        w->y = s->windowOffsetY;
    }
    if ((f & WINDOW_ORDER_FIELD_WND_SIZE) != 0) {
        w->width = (int)s->windowWidth;
        w->height = (int)s->windowHeight;
    }
    if ((f & WINDOW_ORDER_FIELD_TITLE) != 0) {
        g_free(w->title);
        const void *text = s->titleInfo.length > 0 ? s->titleInfo.string : (const BYTE *)"";
        w->title = g_utf16_to_utf8(text, s->titleInfo.length / 2, NULL, NULL, NULL);
    }
    return TRUE;
}

static BOOL
on_delete(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    g_assert_true(g_hash_table_remove(the_remote->windows, GUINT_TO_POINTER(info->windowId)));
    return TRUE;
}

static BOOL
on_icon(rdpContext *context, const WINDOW_ORDER_INFO *info, const WINDOW_ICON_ORDER *icon)
{
    window_of(info)->icons++;
    return TRUE;
}

static BOOL
on_notify(rdpContext *context, const WINDOW_ORDER_INFO *info, const NOTIFY_ICON_STATE_ORDER *order)
{
    the_remote->notify_icons++;
    return TRUE;
}

static BOOL
on_notify_delete(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    the_remote->notify_icons--;
    return TRUE;
}

static BOOL
on_desktop(rdpContext *context, const WINDOW_ORDER_INFO *info, const MONITORED_DESKTOP_ORDER *d)
{
    guint32 f = info->fieldFlags;
    // The client forgets the windows when a synchronization begins.
    if ((f & WINDOW_ORDER_FIELD_DESKTOP_ARC_BEGAN) != 0) {
        g_hash_table_remove_all(the_remote->windows);
        the_remote->synchronized = the_remote->unmonitored = false;
    }
    if ((f & WINDOW_ORDER_FIELD_DESKTOP_ARC_COMPLETED) != 0)
        the_remote->synchronized = true;
    if ((f & WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND) != 0)
        the_remote->active = d->activeWindowId;
    if ((f & WINDOW_ORDER_FIELD_DESKTOP_ZORDER) != 0) {
        g_array_set_size(the_remote->stack, 0);
        g_array_append_vals(the_remote->stack, d->windowIds, d->numWindowIds);
    }
    return TRUE;
}

static BOOL
on_unmonitored(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    the_remote->unmonitored = true;
    return TRUE;
}

// ---- RAIL ----

// The library has answered with a handshake of its own.
static UINT
greet(RailClientContext *rail)
{
    RAIL_CLIENT_STATUS_ORDER status = {TS_RAIL_CLIENTSTATUS_ALLOWLOCALMOVESIZE |
                                       TS_RAIL_CLIENTSTATUS_GET_APPID_RESPONSE_EX_SUPPORTED};
    return rail->ClientInformation(rail, &status);
}

static UINT
on_handshake(RailClientContext *rail, const RAIL_HANDSHAKE_ORDER *handshake)
{
    return greet(rail);
}

static UINT
on_handshake_ex(RailClientContext *rail, const RAIL_HANDSHAKE_EX_ORDER *handshake)
{
    the_remote->extended = true;
    return greet(rail);
}

static UINT
on_exec_result(RailClientContext *rail, const RAIL_EXEC_RESULT_ORDER *result)
{
    the_remote->exec_raw = result->rawResult;
    the_remote->exec_result = result->execResult;
    return CHANNEL_RC_OK;
}

static UINT
on_min_max(RailClientContext *rail, const RAIL_MINMAXINFO_ORDER *info)
{
    the_remote->min_width = (guint32)info->minTrackWidth;
    return CHANNEL_RC_OK;
}

static UINT
on_move_size(RailClientContext *rail, const RAIL_LOCALMOVESIZE_ORDER *order)
{
    if (order->isMoveSizeStart)
        the_remote->move_started = order->windowId;
    else
        the_remote->move_ended = order->windowId;
    return CHANNEL_RC_OK;
}

static UINT
on_app_id(RailClientContext *rail, const RAIL_GET_APPID_RESP_EX *id)
{
    g_free(the_remote->app_id);
    g_free(the_remote->image);
    the_remote->app_id = g_utf16_to_utf8(id->applicationID, -1, NULL, NULL, NULL);
    the_remote->image = g_utf16_to_utf8(id->processImageName, -1, NULL, NULL, NULL);
    return CHANNEL_RC_OK;
}

static void
use_rail(RailClientContext *rail)
{
    the_remote->rail = rail;
    rail->custom = the_remote; // without one the library calls nobody
    rail->ServerHandshake = on_handshake;
    rail->ServerHandshakeEx = on_handshake_ex;
    rail->ServerExecuteResult = on_exec_result;
    rail->ServerMinMaxInfo = on_min_max;
    rail->ServerLocalMoveSize = on_move_size;
    rail->ServerGetAppidResponseExtended = on_app_id;
}

void
double_remote_exec(DoubleRemote *r, const char *program)
{
    RailClientContext *rail = r->rail;
    RAIL_EXEC_ORDER exec = {
        .RemoteApplicationProgram = program,
        .RemoteApplicationWorkingDir = "",
        .RemoteApplicationArguments = "",
    };
    r->exec_result = -1;
    g_assert_cmpuint(rail->ClientExecute(rail, &exec), ==, CHANNEL_RC_OK);
}

void
double_remote_ask_app(DoubleRemote *r, guint32 id)
{
    RailClientContext *rail = r->rail;
    RAIL_GET_APPID_REQ_ORDER order = {id};
    g_assert_cmpuint(rail->ClientGetAppIdRequest(rail, &order), ==, CHANNEL_RC_OK);
}

void
double_remote_move(DoubleRemote *r, guint32 id, int x, int y, int width, int height)
{
    RailClientContext *rail = r->rail;
    RAIL_WINDOW_MOVE_ORDER order = {id, (INT16)x, (INT16)y, (INT16)(x + width),
                                    (INT16)(y + height)};
    g_assert_cmpuint(rail->ClientWindowMove(rail, &order), ==, CHANNEL_RC_OK);
}

void
double_remote_command(DoubleRemote *r, guint32 id, guint16 command)
{
    RailClientContext *rail = r->rail;
    RAIL_SYSCOMMAND_ORDER order = {id, command};
    g_assert_cmpuint(rail->ClientSystemCommand(rail, &order), ==, CHANNEL_RC_OK);
}

void
double_remote_activate(DoubleRemote *r, guint32 id)
{
    RailClientContext *rail = r->rail;
    RAIL_ACTIVATE_ORDER order = {id, TRUE};
    g_assert_cmpuint(rail->ClientActivate(rail, &order), ==, CHANNEL_RC_OK);
}

// ---- pixels ----

static UINT
on_map(RdpgfxClientContext *gfx, UINT16 surface, UINT64 window)
{
    RemoteWindow *w = double_remote_window(the_remote, (guint32)window);
    g_assert_nonnull(w); // orders come before the surfaces of their windows
    w->mapped = true;
    w->surface = surface;
    return CHANNEL_RC_OK;
}

static UINT
on_unmap(RdpgfxClientContext *gfx, UINT64 window)
{
    return CHANNEL_RC_OK;
}

static UINT
on_update(RdpgfxClientContext *gfx, gdiGfxSurface *surface)
{
    region16_clear(&surface->invalidRegion);
    return CHANNEL_RC_OK;
}

static void
use_gfx(RdpgfxClientContext *gfx)
{
    the_remote->gfx = gfx;
    g_assert_true(
        gdi_graphics_pipeline_init_ex(the_remote->context->gdi, gfx, on_map, on_unmap, NULL));
    gfx->UpdateWindowFromSurface = on_update;
}

static guint32
at(const BYTE *data, guint32 stride, int x, int y)
{
    guint32 pixel = 0;
    memcpy(&pixel, data + (gsize)y * stride + (gsize)x * 4, 4);
    return GUINT32_FROM_LE(pixel) & 0xFFFFFF;
}

guint32
double_remote_pixel(const DoubleRemote *r, guint32 id, int x, int y)
{
    static const RemoteWindow screen;
    const RemoteWindow *w = id != 0 ? double_remote_window(r, id) : &screen;
    const rdpGdi *gdi = r->context->gdi;
    if (w == NULL)
        return G_MAXUINT32;
    if (!w->mapped) {
        x += w->x;
        y += w->y;
        bool inside = x >= 0 && y >= 0 && x < gdi->width && y < gdi->height;
        return inside ? at(gdi->primary_buffer, gdi->stride, x, y) : G_MAXUINT32;
    }
    RdpgfxClientContext *gfx = r->gfx;
    const gdiGfxSurface *s = gfx->GetSurfaceData(gfx, w->surface);
    bool inside = s != NULL && x < (int)s->mappedWidth && y < (int)s->mappedHeight;
    return inside ? at(s->data, s->scanline, x, y) : G_MAXUINT32;
}

bool
double_remote_shows(const DoubleRemote *r, guint32 id, guint32 seed)
{
    const RemoteWindow *w = double_remote_window(r, id);
    if (w == NULL || w->width == 0)
        return false;
    for (int y = 0; y < w->height; y++)
        for (int x = 0; x < w->width; x++)
            if (double_remote_pixel(r, id, x, y) != (picture_pixel(id, seed, x, y) & 0xFFFFFF))
                return false;
    return true;
}

// ---- the connection ----

static BOOL
on_resize(rdpContext *context)
{
    const rdpSettings *s = context->settings;
    return gdi_resize(context->gdi, freerdp_settings_get_uint32(s, FreeRDP_DesktopWidth),
                      freerdp_settings_get_uint32(s, FreeRDP_DesktopHeight));
}

static void
on_channel(void *context, const ChannelConnectedEventArgs *e)
{
    if (strcmp(e->name, RAIL_SVC_CHANNEL_NAME) == 0)
        use_rail(e->pInterface);
    else if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) == 0)
        use_gfx(e->pInterface);
}

static void
on_channel_gone(void *context, const ChannelDisconnectedEventArgs *e)
{
    if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) != 0 || the_remote->gfx == NULL)
        return;
    gdi_graphics_pipeline_uninit(the_remote->context->gdi, the_remote->gfx);
    the_remote->gfx = NULL;
}

static bool
configure(rdpSettings *s)
{
    return freerdp_settings_set_uint32(s, FreeRDP_DesktopWidth, 1024) &&
           freerdp_settings_set_uint32(s, FreeRDP_DesktopHeight, 768) &&
           freerdp_settings_set_uint32(s, FreeRDP_ColorDepth, 32) &&
           freerdp_settings_set_bool(s, FreeRDP_RemoteApplicationMode, TRUE) &&
           freerdp_settings_set_string(s, FreeRDP_RemoteApplicationProgram, "") &&
           freerdp_settings_set_bool(s, FreeRDP_Workarea, TRUE) &&
           freerdp_settings_set_bool(s, FreeRDP_SupportGraphicsPipeline, TRUE) &&
           freerdp_settings_set_bool(s, FreeRDP_SynchronousStaticChannels, TRUE) &&
           freerdp_settings_set_bool(s, FreeRDP_SynchronousDynamicChannels, TRUE) &&
           freerdp_settings_set_uint32(s, FreeRDP_ThreadingFlags, THREADING_FLAGS_DISABLE_THREADS);
}

DoubleRemote *
double_remote_new(freerdp *instance)
{
    DoubleRemote *r = g_new0(DoubleRemote, 1);
    r->context = instance->context;
    r->windows = g_hash_table_new_full(NULL, NULL, NULL, window_free);
    r->stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    r->exec_result = -1;
    instance->LoadChannels = freerdp_client_load_channels;
    freerdp_register_addin_provider(freerdp_channels_load_static_addin_entry, 0);
    g_assert_true(configure(instance->context->settings));
    return r;
}

void
double_remote_free(DoubleRemote *r)
{
    g_hash_table_unref(r->windows);
    g_array_unref(r->stack);
    g_free(r->app_id);
    g_free(r->image);
    g_free(r);
}

void
double_remote_enter(DoubleRemote *r)
{
    the_remote = r;
}

void
double_remote_pre_connect(DoubleRemote *r)
{
    PubSub_SubscribeChannelConnected(r->context->pubSub, on_channel);
    PubSub_SubscribeChannelDisconnected(r->context->pubSub, on_channel_gone);
}

void
double_remote_post_connect(DoubleRemote *r)
{
    rdpWindowUpdate *window = r->context->update->window;
    r->context->update->DesktopResize = on_resize;
    window->WindowCreate = on_state;
    window->WindowUpdate = on_state;
    window->WindowDelete = on_delete;
    window->WindowIcon = on_icon;
    window->NotifyIconCreate = on_notify;
    window->NotifyIconUpdate = on_notify;
    window->NotifyIconDelete = on_notify_delete;
    window->MonitoredDesktop = on_desktop;
    window->NonMonitoredDesktop = on_unmonitored;
}
