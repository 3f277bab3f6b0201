// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/remoteapp_client.h"

#include "channel/rail.h"
#include "tests/integration/remoteapp_ear.h"

#include <freerdp/addin.h>
#include <freerdp/channels/rdpgfx.h>
#include <freerdp/client/channels.h>
#include <freerdp/client/cliprdr.h>
#include <freerdp/client/rail.h>
#include <freerdp/client/rdpgfx.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/gdi/gfx.h>
#include <string.h>
#include <unistd.h>
#include <winpr/synch.h>

#define EVENTS_MAX 64
#define SLICE_MS 10 // conditions may depend on more than this client

typedef struct {
    rdpContext base;
    TestClient *client;
} ClientContext;

struct TestClient {
    freerdp *instance;
    rdpContext *context;
    TestClientOptions options;
    RailClientContext *rail;
    RdpgfxClientContext *gfx;
    CliprdrClientContext *clip;
    pcRdpgfxSurfaceCommand surface_command;
    pcRdpgfxCreateSurface create_surface;
    GHashTable *windows;
    GArray *stack;
    guint32 active, actives; // what was told last, and how often
    guint pointers, next_event;
    guint64 pixel_bytes;
    bool arc_completed, lost;
    int exec_result;
    char *offer;     // our clipboard text
    bool clip_ready; // the server's channel began
    bool remote_text, fetched;
    char *remote;
};

static TestClient *
of(const void *context)
{
    return ((const ClientContext *)context)->client;
}

static void
window_free(gpointer data)
{
    TestWindow *w = data;
    g_free(w->title);
    g_free(w->app_id);
    g_free(w);
}

TestWindow *
test_client_window(TestClient *c, guint32 id)
{
    return g_hash_table_lookup(c->windows, GUINT_TO_POINTER(id));
}

// ---- window orders ----

static BOOL
on_window_state(rdpContext *context, const WINDOW_ORDER_INFO *info, const WINDOW_STATE_ORDER *s)
{
    TestClient *c = of(context);
    TestWindow *w = test_client_window(c, info->windowId);
    guint32 f = info->fieldFlags;
    if ((f & WINDOW_ORDER_STATE_NEW) != 0) {
        g_assert_null(w); // a window is created once
        w = g_new0(TestWindow, 1);
        w->id = info->windowId;
        w->title = g_strdup("");
        w->app_id = g_strdup("");
        g_hash_table_insert(c->windows, GUINT_TO_POINTER(w->id), w);
    }
    g_assert_nonnull(w); // and known when it is updated
    w->updates++;
    if ((f & WINDOW_ORDER_FIELD_OWNER) != 0)
        w->owner = s->ownerWindowId;
    if ((f & WINDOW_ORDER_FIELD_STYLE) != 0) {
        w->style = s->style;
        w->ex_style = s->extendedStyle;
    }
    if ((f & WINDOW_ORDER_FIELD_SHOW) != 0)
        w->show = s->showState;
    if ((f & WINDOW_ORDER_FIELD_WND_OFFSET) != 0) {
        w->x = s->windowOffsetX;
        w->y = s->windowOffsetY;
    }
    if ((f & WINDOW_ORDER_FIELD_WND_SIZE) != 0) {
        w->width = (int)s->windowWidth;
        w->height = (int)s->windowHeight;
        g_assert_cmpuint(f & WINDOW_ORDER_FIELD_VISIBILITY, !=, 0);
        g_assert_cmpuint(s->numVisibilityRects, ==, 1);
        g_assert_cmpint(s->visibilityRects[0].right, ==, w->width);
        g_assert_cmpint(s->visibilityRects[0].bottom, ==, w->height);
    }
    if ((f & WINDOW_ORDER_FIELD_TITLE) != 0) {
        g_free(w->title);
        w->title = g_utf16_to_utf8((const gunichar2 *)(const void *)s->titleInfo.string,
                                   s->titleInfo.length / 2, NULL, NULL, NULL);
        if (w->title == NULL)
            w->title = g_strdup("");
    }
    return TRUE;
}

static BOOL
on_window_delete(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    g_assert_true(g_hash_table_remove(of(context)->windows, GUINT_TO_POINTER(info->windowId)));
    return TRUE;
}

static BOOL
on_window_icon(rdpContext *context, const WINDOW_ORDER_INFO *info, const WINDOW_ICON_ORDER *icon)
{
    TestWindow *w = test_client_window(of(context), info->windowId);
    g_assert_nonnull(w);
    g_assert_cmpuint(icon->iconInfo->bpp, ==, 32);
    w->icons++;
    return TRUE;
}

static BOOL
on_window_cached_icon(rdpContext *context, const WINDOW_ORDER_INFO *info,
                      const WINDOW_CACHED_ICON_ORDER *icon)
{
    TestWindow *w = test_client_window(of(context), info->windowId);
    g_assert_nonnull(w);
    w->icons++;
    return TRUE;
}

static BOOL
on_desktop(rdpContext *context, const WINDOW_ORDER_INFO *info, const MONITORED_DESKTOP_ORDER *d)
{
    TestClient *c = of(context);
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ARC_COMPLETED) != 0)
        c->arc_completed = true;
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND) != 0)
        c->active = d->activeWindowId;
    c->actives += (info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND) != 0;
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ZORDER) != 0) {
        g_array_set_size(c->stack, 0);
        g_array_append_vals(c->stack, d->windowIds, d->numWindowIds);
    }
    return TRUE;
}

static BOOL
on_desktop_gone(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    return TRUE;
}

// ---- RAIL ----

static UINT
on_handshake(RailClientContext *rail, const RAIL_HANDSHAKE_EX_ORDER *handshake)
{
    TestClient *c = rail->custom;
    g_assert_cmphex(handshake->buildNumber, ==, CHAN_RAIL_BUILD);
    RAIL_HANDSHAKE_ORDER mine = {CHAN_RAIL_BUILD};
    if (!c->options.foreign)
        rail->ClientHandshake(rail, &mine);
    RAIL_CLIENT_STATUS_ORDER status = {TS_RAIL_CLIENTSTATUS_ALLOWLOCALMOVESIZE |
                                       TS_RAIL_CLIENTSTATUS_GET_APPID_RESPONSE_EX_SUPPORTED};
    RAIL_NOTIFY_EVENT_ORDER looks = {c->options.looks, CHAN_RAIL_REQUEST_ID,
                                     CHAN_RAIL_REQUEST_LOOKS};
    UINT error = rail->ClientInformation(rail, &status);
    return error || looks.windowId == 0 ? error : rail->ClientNotifyEvent(rail, &looks);
}

static UINT
on_exec_result(RailClientContext *rail, const RAIL_EXEC_RESULT_ORDER *result)
{
    ((TestClient *)rail->custom)->exec_result = result->execResult;
    return CHANNEL_RC_OK;
}

static UINT
on_min_max(RailClientContext *rail, const RAIL_MINMAXINFO_ORDER *info)
{
    TestWindow *w = test_client_window(rail->custom, info->windowId);
    if (w != NULL)
        w->min_max++;
    return CHANNEL_RC_OK;
}

static UINT
on_app_id(RailClientContext *rail, const RAIL_GET_APPID_RESP_EX *id)
{
    TestWindow *w = test_client_window(rail->custom, id->windowID);
    g_assert_nonnull(w);
    g_free(w->app_id);
    w->app_id = g_utf16_to_utf8((const gunichar2 *)id->applicationID, -1, NULL, NULL, NULL);
    w->pid = id->processId;
    return CHANNEL_RC_OK;
}

static UINT
on_move_size(RailClientContext *rail, const RAIL_LOCALMOVESIZE_ORDER *order)
{
    return CHANNEL_RC_OK;
}

static void
use_rail(TestClient *c, RailClientContext *rail)
{
    c->rail = rail;
    rail->custom = c;
    rail->ServerHandshakeEx = on_handshake;
    rail->ServerExecuteResult = on_exec_result;
    rail->ServerMinMaxInfo = on_min_max;
    rail->ServerGetAppidResponseExtended = on_app_id;
    rail->ServerLocalMoveSize = on_move_size;
}

// ---- graphics ----

static UINT
on_surface_command(RdpgfxClientContext *gfx, const RDPGFX_SURFACE_COMMAND *command)
{
    TestClient *c = of(((rdpGdi *)gfx->custom)->context);
    c->pixel_bytes += command->length;
    return c->surface_command(gfx, command);
}

static UINT
on_map_window(RdpgfxClientContext *gfx, UINT16 surface, UINT64 window)
{
    TestClient *c = of(((rdpGdi *)gfx->custom)->context);
    TestWindow *w = test_client_window(c, (guint32)window);
    g_assert_nonnull(w); // orders come before the surfaces of their windows
    const gdiGfxSurface *s = gfx->GetSurfaceData(gfx, surface);
    w->surfaces++;
    w->surface = surface;
    w->surface_width = (int)s->mappedWidth;
    w->surface_height = (int)s->mappedHeight;
    g_assert_cmpint(w->surface_width, ==, w->width);
    g_assert_cmpint(w->surface_height, ==, w->height);
    return CHANNEL_RC_OK;
}

static UINT
on_unmap_window(RdpgfxClientContext *gfx, UINT64 window)
{
    return CHANNEL_RC_OK;
}

static UINT
on_update_window(RdpgfxClientContext *gfx, gdiGfxSurface *surface)
{
    TestClient *c = of(((rdpGdi *)gfx->custom)->context);
    TestWindow *w = test_client_window(c, (guint32)surface->windowId);
    if (w != NULL && !region16_is_empty(&surface->invalidRegion))
        w->frames++;
    region16_clear(&surface->invalidRegion);
    return CHANNEL_RC_OK;
}

static void
use_graphics(TestClient *c, RdpgfxClientContext *gfx)
{
    c->gfx = gfx;
    g_assert_true(
        gdi_graphics_pipeline_init_ex(c->context->gdi, gfx, on_map_window, on_unmap_window, NULL));
    gfx->UpdateWindowFromSurface = on_update_window;
    c->surface_command = gfx->SurfaceCommand;
    gfx->SurfaceCommand = on_surface_command;
}

guint32
test_client_argb(TestClient *c, guint32 id, int x, int y)
{
    const TestWindow *w = test_client_window(c, id);
    if (w == NULL || w->surfaces == 0 || x >= w->surface_width || y >= w->surface_height)
        return 0;
    const gdiGfxSurface *s = c->gfx->GetSurfaceData(c->gfx, w->surface);
    guint32 pixel = 0;
    memcpy(&pixel, s->data + (gsize)y * s->scanline + (gsize)x * 4, 4);
    return GUINT32_FROM_LE(pixel);
}

guint32
test_client_pixel(TestClient *c, guint32 id, int x, int y)
{
    const TestWindow *w = test_client_window(c, id);
    if (w == NULL || w->surfaces == 0 || x >= w->surface_width || y >= w->surface_height)
        return G_MAXUINT32;
    return test_client_argb(c, id, x, y) & 0xFFFFFF;
}

// ---- clipboard ----

static UINT
send_formats(TestClient *c)
{
    CLIPRDR_FORMAT format = {.formatId = CF_UNICODETEXT};
    CLIPRDR_FORMAT_LIST list = {
        .common.msgType = CB_FORMAT_LIST,
        .numFormats = c->offer != NULL ? 1 : 0,
        .formats = &format,
    };
    return c->clip->ClientFormatList(c->clip, &list);
}

static UINT
on_monitor_ready(CliprdrClientContext *clip, const CLIPRDR_MONITOR_READY *ready)
{
    TestClient *c = clip->custom;
    CLIPRDR_GENERAL_CAPABILITY_SET general = {
        .capabilitySetType = CB_CAPSTYPE_GENERAL,
        .capabilitySetLength = 12,
        .version = CB_CAPS_VERSION_2,
        .generalFlags = CB_USE_LONG_FORMAT_NAMES,
    };
    CLIPRDR_CAPABILITIES caps = {
        .cCapabilitiesSets = 1,
        .capabilitySets = (CLIPRDR_CAPABILITY_SET *)&general,
    };
    clip->ClientCapabilities(clip, &caps);
    c->clip_ready = true;
    return send_formats(c);
}

static UINT
on_formats(CliprdrClientContext *clip, const CLIPRDR_FORMAT_LIST *list)
{
    TestClient *c = clip->custom;
    c->remote_text = false;
    for (guint i = 0; i < list->numFormats; i++)
        c->remote_text |= list->formats[i].formatId == CF_UNICODETEXT;
    CLIPRDR_FORMAT_LIST_RESPONSE ok = {.common.msgFlags = CB_RESPONSE_OK};
    return clip->ClientFormatListResponse(clip, &ok);
}

static UINT
on_data_request(CliprdrClientContext *clip, const CLIPRDR_FORMAT_DATA_REQUEST *request)
{
    TestClient *c = clip->custom;
    glong units = 0;
    g_autofree gunichar2 *text = g_utf8_to_utf16(c->offer, -1, NULL, &units, NULL);
    CLIPRDR_FORMAT_DATA_RESPONSE response = {
        .common.msgFlags = CB_RESPONSE_OK,
        .common.dataLen = (UINT32)(units + 1) * 2,
        .requestedFormatData = (const BYTE *)text,
    };
    return clip->ClientFormatDataResponse(clip, &response);
}

static UINT
on_data_response(CliprdrClientContext *clip, const CLIPRDR_FORMAT_DATA_RESPONSE *response)
{
    TestClient *c = clip->custom;
    c->fetched = true;
    if ((response->common.msgFlags & CB_RESPONSE_OK) != 0)
        c->remote = g_utf16_to_utf8((const gunichar2 *)(const void *)response->requestedFormatData,
                                    response->common.dataLen / 2, NULL, NULL, NULL);
    return CHANNEL_RC_OK;
}

static UINT
on_capabilities(CliprdrClientContext *clip, const CLIPRDR_CAPABILITIES *capabilities)
{
    return CHANNEL_RC_OK;
}

static UINT
on_formats_taken(CliprdrClientContext *clip, const CLIPRDR_FORMAT_LIST_RESPONSE *response)
{
    return CHANNEL_RC_OK;
}

static void
use_clipboard(TestClient *c, CliprdrClientContext *clip)
{
    c->clip = clip;
    clip->custom = c;
    clip->MonitorReady = on_monitor_ready;
    clip->ServerFormatList = on_formats;
    clip->ServerFormatDataRequest = on_data_request;
    clip->ServerFormatDataResponse = on_data_response;
    clip->ServerCapabilities = on_capabilities;
    clip->ServerFormatListResponse = on_formats_taken;
}

// ---- the connection ----

static BOOL
on_pointer(rdpContext *context, rdpPointer *pointer)
{
    return TRUE;
}

static BOOL
on_pointer_new(rdpContext *context, rdpPointer *pointer)
{
    of(context)->pointers++;
    return TRUE;
}

static void
on_pointer_free(rdpContext *context, rdpPointer *pointer)
{
}

static BOOL
on_pointer_simple(rdpContext *context)
{
    return TRUE;
}

static BOOL
on_pointer_position(rdpContext *context, UINT32 x, UINT32 y)
{
    return TRUE;
}

static void
on_channel(void *user, const ChannelConnectedEventArgs *e)
{
    TestClient *c = of(user);
    if (strcmp(e->name, RAIL_SVC_CHANNEL_NAME) == 0)
        use_rail(c, e->pInterface);
    else if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) == 0)
        use_graphics(c, e->pInterface);
    else if (strcmp(e->name, CLIPRDR_SVC_CHANNEL_NAME) == 0)
        use_clipboard(c, e->pInterface);
}

static void
on_channel_gone(void *user, const ChannelDisconnectedEventArgs *e)
{
    TestClient *c = of(user);
    if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) == 0 && c->gfx != NULL) {
        gdi_graphics_pipeline_uninit(c->context->gdi, c->gfx);
        c->gfx = NULL;
    }
}

static BOOL
on_pre_connect(freerdp *instance)
{
    rdpContext *context = instance->context;
    PubSub_SubscribeChannelConnected(context->pubSub, on_channel);
    PubSub_SubscribeChannelDisconnected(context->pubSub, on_channel_gone);
    return TRUE;
}

static BOOL
on_post_connect(freerdp *instance)
{
    if (!gdi_init(instance, PIXEL_FORMAT_BGRX32))
        return FALSE;
    rdpPointer pointer = {
        .size = sizeof(rdpPointer),
        .New = on_pointer_new,
        .Free = on_pointer_free,
        .Set = on_pointer,
        .SetNull = on_pointer_simple,
        .SetDefault = on_pointer_simple,
        .SetPosition = on_pointer_position,
    };
    graphics_register_pointer(instance->context->graphics, &pointer);
    rdpWindowUpdate *window = instance->context->update->window;
    window->WindowCreate = on_window_state;
    window->WindowUpdate = on_window_state;
    window->WindowDelete = on_window_delete;
    window->WindowIcon = on_window_icon;
    window->WindowCachedIcon = on_window_cached_icon;
    window->MonitoredDesktop = on_desktop;
    window->NonMonitoredDesktop = on_desktop_gone;
    return TRUE;
}

static void
on_post_disconnect(freerdp *instance)
{
    gdi_free(instance);
}

static void
configure(TestClient *c, int fd)
{
    rdpSettings *s = c->context->settings;
    guint32 width = c->options.width != 0 ? c->options.width : 1280;
    guint32 height = c->options.height != 0 ? c->options.height : 800;
    freerdp_settings_set_string(s, FreeRDP_ServerHostname, "|"); // the port is a descriptor
    freerdp_settings_set_uint32(s, FreeRDP_ServerPort, (UINT32)fd);
    freerdp_settings_set_string(s, FreeRDP_Username, "test");
    freerdp_settings_set_string(s, FreeRDP_Password, "test");
    freerdp_settings_set_uint32(s, FreeRDP_DesktopWidth, width);
    freerdp_settings_set_uint32(s, FreeRDP_DesktopHeight, height);
    freerdp_settings_set_uint32(s, FreeRDP_ColorDepth, 32);
    freerdp_settings_set_uint32(s, FreeRDP_KeyboardLayout, c->options.keyboard);
    freerdp_settings_set_bool(s, FreeRDP_RemoteApplicationMode, TRUE);
    freerdp_settings_set_string(s, FreeRDP_RemoteApplicationProgram, "");
    freerdp_settings_set_bool(s, FreeRDP_Workarea, TRUE);
    freerdp_settings_set_bool(s, FreeRDP_SupportGraphicsPipeline, TRUE);
    freerdp_settings_set_bool(s, FreeRDP_RemoteFxCodec, FALSE);
    freerdp_settings_set_bool(s, FreeRDP_TlsSecurity, FALSE);
    freerdp_settings_set_bool(s, FreeRDP_NlaSecurity, FALSE);
    freerdp_settings_set_bool(s, FreeRDP_RdpSecurity, TRUE);
    freerdp_settings_set_bool(s, FreeRDP_UseRdpSecurityLayer, TRUE);
    freerdp_settings_set_bool(s, FreeRDP_IgnoreCertificate, TRUE);
    if (c->options.sound)
        test_ear_install(s);
    freerdp_settings_set_bool(s, FreeRDP_RedirectClipboard, c->options.clipboard);
    freerdp_settings_set_bool(s, FreeRDP_SynchronousStaticChannels, TRUE);
    freerdp_settings_set_bool(s, FreeRDP_SynchronousDynamicChannels, TRUE);
    freerdp_settings_set_uint32(s, FreeRDP_ThreadingFlags, THREADING_FLAGS_DISABLE_THREADS);
}

TestClient *
test_client_new(int take_fd, const TestClientOptions *options)
{
    TestClient *c = g_new0(TestClient, 1);
    c->windows = g_hash_table_new_full(NULL, NULL, NULL, window_free);
    c->stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    c->options = options != NULL ? *options : (TestClientOptions){0};
    c->instance = freerdp_new();
    c->instance->ContextSize = sizeof(ClientContext);
    c->instance->PreConnect = on_pre_connect;
    c->instance->PostConnect = on_post_connect;
    c->instance->PostDisconnect = on_post_disconnect;
    c->instance->LoadChannels = freerdp_client_load_channels;
    freerdp_register_addin_provider(freerdp_channels_load_static_addin_entry, 0);
    g_assert_true(freerdp_context_new(c->instance));
    c->context = c->instance->context;
    ((ClientContext *)c->context)->client = c;
    configure(c, take_fd);
    if (c->options.prepare != NULL)
        c->options.prepare(c->context, take_fd);
    if (freerdp_connect(c->instance))
        return c;
    c->lost = true;
    test_client_free(c);
    return NULL;
}

void
test_client_free(TestClient *c)
{
    if (c == NULL)
        return;
    freerdp_disconnect(c->instance);
    freerdp_context_free(c->instance);
    freerdp_free(c->instance);
    g_hash_table_unref(c->windows);
    g_array_unref(c->stack);
    g_free(c->offer);
    g_free(c->remote);
    g_free(c);
}

bool
test_client_until(TestClient *c, TestDone done, gconstpointer data, guint timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    while (!done(c, data)) {
        gint64 left = deadline - g_get_monotonic_time();
        if (left <= 0 || c->lost)
            return false;
        HANDLE events[EVENTS_MAX];
        DWORD n = freerdp_get_event_handles(c->context, events, EVENTS_MAX);
        WaitForMultipleObjects(n, events, FALSE, (DWORD)MIN(left / 1000 + 1, SLICE_MS));
        if (!freerdp_check_event_handles(c->context) ||
            freerdp_shall_disconnect_context(c->context))
            c->lost = true;
    }
    return true;
}

// ---- conditions ----

static bool
has_title(TestClient *c, gconstpointer title)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, c->windows);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (strcmp(((const TestWindow *)value)->title, title) == 0)
            return true;
    return false;
}

TestWindow *
test_client_wait_window(TestClient *c, const char *title, guint timeout_ms)
{
    if (!test_client_until(c, has_title, title, timeout_ms))
        return NULL;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, c->windows);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (strcmp(((const TestWindow *)value)->title, title) == 0)
            return value;
    return NULL;
}

static bool
is_gone(TestClient *c, gconstpointer id)
{
    return test_client_window(c, GPOINTER_TO_UINT(id)) == NULL;
}

bool
test_client_wait_gone(TestClient *c, guint32 id, guint timeout_ms)
{
    return test_client_until(c, is_gone, GUINT_TO_POINTER(id), timeout_ms);
}

typedef struct {
    guint32 id;
    int x, y;
    guint32 rgb;
} WantedPixel;

static bool
has_pixel(TestClient *c, gconstpointer data)
{
    const WantedPixel *p = data;
    return test_client_pixel(c, p->id, p->x, p->y) == p->rgb;
}

bool
test_client_wait_pixel(TestClient *c, guint32 id, int x, int y, guint32 rgb)
{
    WantedPixel p = {id, x, y, rgb};
    return test_client_until(c, has_pixel, &p, 10000);
}

static bool
is_lost(TestClient *c, gconstpointer data)
{
    return c->lost;
}

bool
test_client_wait_disconnected(TestClient *c, guint timeout_ms)
{
    return test_client_until(c, is_lost, NULL, timeout_ms);
}

static bool
has_rail(TestClient *c, gconstpointer data)
{
    return c->arc_completed;
}

static bool
has_exec_result(TestClient *c, gconstpointer data)
{
    return c->exec_result >= 0;
}

int
test_client_exec(TestClient *c, const char *program, const char *arguments)
{
    if (!test_client_until(c, has_rail, NULL, 10000))
        return -1;
    c->exec_result = -1;
    RAIL_EXEC_ORDER exec = {.RemoteApplicationProgram = program,
                            .RemoteApplicationWorkingDir = "",
                            .RemoteApplicationArguments = arguments};
    c->rail->ClientExecute(c->rail, &exec);
    return test_client_until(c, has_exec_result, NULL, 10000) ? c->exec_result : -1;
}

// The library only queues what goes to a channel, input would overtake it.
static void
flush(TestClient *c)
{
    c->lost |= !freerdp_check_event_handles(c->context);
}

void
test_client_activate(TestClient *c, guint32 id)
{
    RAIL_ACTIVATE_ORDER order = {id, TRUE};
    c->rail->ClientActivate(c->rail, &order);
    flush(c);
}

void
test_client_command(TestClient *c, guint32 id, guint16 command)
{
    RAIL_SYSCOMMAND_ORDER order = {id, command};
    c->rail->ClientSystemCommand(c->rail, &order);
    flush(c);
}

void
test_client_move(TestClient *c, guint32 id, int x, int y, int width, int height)
{
    RAIL_WINDOW_MOVE_ORDER order = {id, (INT16)x, (INT16)y, (INT16)(x + width),
                                    (INT16)(y + height)};
    c->rail->ClientWindowMove(c->rail, &order);
    flush(c);
}

static bool
clip_is_ready(TestClient *c, gconstpointer data)
{
    return c->clip_ready;
}

void
test_client_offer_text(TestClient *c, const char *text)
{
    g_assert_true(test_client_until(c, clip_is_ready, NULL, 10000));
    g_free(c->offer);
    c->offer = g_strdup(text);
    send_formats(c);
}

static bool
has_remote_text(TestClient *c, gconstpointer data)
{
    return c->remote_text;
}

static bool
has_fetched(TestClient *c, gconstpointer data)
{
    return c->fetched;
}

char *
test_client_fetch_text(TestClient *c, guint timeout_ms)
{
    if (!test_client_until(c, has_remote_text, NULL, timeout_ms))
        return NULL;
    c->fetched = false;
    CLIPRDR_FORMAT_DATA_REQUEST request = {.requestedFormatId = CF_UNICODETEXT};
    c->clip->ClientFormatDataRequest(c->clip, &request);
    (void)test_client_until(c, has_fetched, NULL, timeout_ms);
    return g_steal_pointer(&c->remote);
}

GHashTable *
test_client_windows(TestClient *c)
{
    return c->windows;
}

rdpInput *
test_client_input(TestClient *c)
{
    return c->context->input;
}

guint32
test_client_active(TestClient *c)
{
    return c->active;
}

guint
test_client_actives(TestClient *c)
{
    return c->actives;
}

const GArray *
test_client_stack(TestClient *c)
{
    return c->stack;
}

guint
test_client_pointers(TestClient *c)
{
    return c->pointers;
}

guint64
test_client_pixel_bytes(TestClient *c)
{
    return c->pixel_bytes;
}

bool
test_client_arc_completed(TestClient *c)
{
    return c->arc_completed;
}
