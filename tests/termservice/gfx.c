// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/gfx.h"

#include "tests/termservice/picture.h"
#include "tests/termservice/planar.h"
#include "tests/termservice/report.h"
#include "tests/termservice/scene.h"

#include <freerdp/channels/drdynvc.h>
#include <freerdp/channels/wtsvc.h>
#include <freerdp/codec/color.h>
#include <freerdp/codec/planar.h>
#include <freerdp/server/rdpgfx.h>
#include <winpr/synch.h>

#define SCREEN_SURFACE 0xFFF0

typedef struct {
    guint16 id;
    int width, height;               // its own
    int target_width, target_height; // that it is shown in
    Video *video;                    // NULL: none was sent yet
} Surface;

struct Gfx {
    Connection *connection;
    const Desk *desk;
    RdpgfxServerContext *server;
    void (*on_ready)(gpointer user);
    gpointer user;
    bool opened, ready, told, screen;
    Surface output;       // of the whole desktop; width 0: none
    GHashTable *surfaces; // window → Surface
    guint16 next_surface;
    guint32 next_frame;
    int scale[2];
    VideoCodec codec;
    Spoil spoil;
};

// The newest of those offered that a Windows 10 knows (2.2.3). The first one in the client's list
// is what some servers take; a Windows does not.
static UINT
on_caps_advertise(RdpgfxServerContext *server, const RDPGFX_CAPS_ADVERTISE_PDU *offer)
{
    Gfx *g = server->custom;
    RDPGFX_CAPSET best = {0};
    for (UINT16 i = 0; i < offer->capsSetCount; i++)
        if (offer->capsSets[i].version <= RDPGFX_CAPVERSION_107 &&
            offer->capsSets[i].version > best.version)
            best = offer->capsSets[i];
    if (best.version == 0)
        return ERROR_NOT_SUPPORTED;
    RDPGFX_CAPS_CONFIRM_PDU confirm = {&best};
    g->ready = true;
    // The flag was none before the version 10.0, nor is it one of 10.1 (2.2.3.3, 2.2.3.4).
    bool without =
        best.version < RDPGFX_CAPVERSION_10 || (best.version != RDPGFX_CAPVERSION_101 &&
                                                (best.flags & RDPGFX_CAPS_FLAG_AVC_DISABLED) != 0);
    if (without)
        g->codec = VIDEO_NONE;
    report("gfx version=0x%08X video=%s", best.version, without ? "no" : "yes");
    return server->CapsConfirm(server, &confirm);
}

static UINT
on_frame_acknowledge(RdpgfxServerContext *server, const RDPGFX_FRAME_ACKNOWLEDGE_PDU *ack)
{
    return CHANNEL_RC_OK;
}

// Reset Graphics PDU (2.2.2.14): the first thing that a Windows sends.
static void
reset(Gfx *g)
{
    MONITOR_DEF monitor = {0, 0, g->desk->width - 1, g->desk->height - 1, MONITOR_PRIMARY};
    RDPGFX_RESET_GRAPHICS_PDU pdu = {
        .width = (UINT32)g->desk->width,
        .height = (UINT32)g->desk->height,
        .monitorCount = 1,
        .monitorDefArray = &monitor,
    };
    (void)g->server->ResetGraphics(g->server, &pdu);
}

static bool
open_channel(Gfx *g)
{
    HANDLE manager = connection_channels(g->connection);
    if (g->opened)
        return true;
    if (!WTSVirtualChannelManagerIsChannelJoined(manager, DRDYNVC_SVC_CHANNEL_NAME) ||
        WTSVirtualChannelManagerGetDrdynvcState(manager) != DRDYNVC_STATE_READY)
        return false;
    g->opened = true;
    if (!g->server->Open(g->server))
        report("gfx refused");
    connection_flush(g->connection);
    return true;
}

void
gfx_receive(Gfx *g)
{
    if (!open_channel(g))
        return;
    HANDLE event = rdpgfx_server_get_event_handle(g->server);
    while (event != NULL && WaitForSingleObject(event, 0) == WAIT_OBJECT_0) {
        UINT rc = rdpgfx_server_handle_messages(g->server);
        if (rc == ERROR_NO_DATA)
            break;
        if (rc != CHANNEL_RC_OK) {
            report("gfx malformed");
            connection_close(g->connection, 0);
            return;
        }
    }
    if (!g->ready || g->told)
        return;
    g->told = true;
    reset(g);
    g->on_ready(g->user);
}

static BYTE *
paint(guint32 id, guint32 seed, int width, int height)
{
    guint32 *pixels = g_new(guint32, (gsize)width * (gsize)height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixels[y * width + x] = GUINT32_TO_LE(picture_pixel(id, seed, x, y));
    return (BYTE *)pixels;
}

// Replaces the pixels by their planar encoding ([MS-RDPEGDI] 2.2.2.5.1).
static BYTE *
encode_planar(RDPGFX_SURFACE_COMMAND *command)
{
    UINT32 size = 0;
    BITMAP_PLANAR_CONTEXT *planar =
        freerdp_bitmap_planar_context_new(planar_flags(), command->width, command->height);
    freerdp_planar_topdown_image(planar, TRUE); // as all of RDPGFX is
    BYTE *out =
        freerdp_bitmap_compress_planar(planar, command->data, command->format, command->width,
                                       command->height, command->width * 4, NULL, &size);
    freerdp_bitmap_planar_context_free(planar);
    command->codecId = RDPGFX_CODECID_PLANAR;
    command->data = out;
    command->length = size;
    return out;
}

// The encoder goes where other codecs take turns with it, so that what they painted is not taken
// for its own.
static bool
encode_video(Gfx *g, Surface *s, RDPGFX_SURFACE_COMMAND *command)
{
    Spoil spoil = g->spoil;
    g->spoil.kind = SPOIL_NOTHING;
    if (s->video == NULL)
        s->video = video_new(g->codec, s->width, s->height);
    if (s->video == NULL)
        g_error("the library has no H.264 encoder");
    return video_encode(s->video, command, &spoil);
}

// One frame of one command for all of a surface (2.2.2.1, 2.2.2.11, 2.2.2.12).
static void
send_pixels(Gfx *g, Surface *s, BYTE *pixels, bool planar)
{
    BYTE *encoded = NULL;
    RDPGFX_SURFACE_COMMAND command = {
        .surfaceId = s->id,
        .codecId = RDPGFX_CODECID_UNCOMPRESSED,
        .format = PIXEL_FORMAT_BGRX32,
        .right = (UINT32)s->width,
        .bottom = (UINT32)s->height,
        .width = (UINT32)s->width,
        .height = (UINT32)s->height,
        .length = (UINT32)(s->width * s->height * 4),
        .data = pixels,
    };
    RDPGFX_START_FRAME_PDU start = {.frameId = ++g->next_frame};
    RDPGFX_END_FRAME_PDU end = {.frameId = g->next_frame};
    bool sends = true;
    if (g->codec == VIDEO_NONE || planar)
        g_clear_pointer(&s->video, video_free);
    if (planar)
        encoded = encode_planar(&command);
    else if (g->codec != VIDEO_NONE)
        sends = encode_video(g, s, &command);
    if (sends)
        (void)g->server->SurfaceFrameCommand(g->server, &command, &start, &end);
    if (s->video != NULL && video_rest(s->video, &command)) {
        start.frameId = end.frameId = ++g->next_frame;
        (void)g->server->SurfaceFrameCommand(g->server, &command, &start, &end);
    }
    free(encoded);
    connection_flush(g->connection);
}

static void
send_picture(Gfx *g, Surface *s, guint32 id, guint32 seed)
{
    BYTE *pixels = paint(id, seed, s->width, s->height);
    send_pixels(g, s, pixels, (seed & 1) != 0);
    g_free(pixels);
}

static void
create(Gfx *g, const Surface *s)
{
    RDPGFX_CREATE_SURFACE_PDU pdu = {
        .surfaceId = s->id,
        .width = (UINT16)s->width,
        .height = (UINT16)s->height,
        .pixelFormat = GFX_PIXEL_FORMAT_XRGB_8888,
    };
    (void)g->server->CreateSurface(g->server, &pdu);
}

static void delete (Gfx *g, guint16 id)
{
    RDPGFX_DELETE_SURFACE_PDU pdu = {.surfaceId = id};
    (void)g->server->DeleteSurface(g->server, &pdu);
}

// Upward where it does not come out even: a surface covers all of what it shows.
static int
unscaled(const Gfx *g, int side)
{
    return g->scale[0] > 0 ? (side * g->scale[1] + g->scale[0] - 1) / g->scale[0] : side;
}

static Surface
surface_for(const Gfx *g, guint16 id, int width, int height)
{
    return (Surface){id, unscaled(g, width), unscaled(g, height), width, height, NULL};
}

static void
map_to_window(Gfx *g, const Surface *s, guint32 window)
{
    RDPGFX_MAP_SURFACE_TO_WINDOW_PDU map = {
        .surfaceId = s->id,
        .windowId = window,
        .mappedWidth = (UINT32)s->width,
        .mappedHeight = (UINT32)s->height,
    };
    RDPGFX_MAP_SURFACE_TO_SCALED_WINDOW_PDU scaled = {
        .surfaceId = s->id,
        .windowId = window,
        .mappedWidth = (UINT32)s->width,
        .mappedHeight = (UINT32)s->height,
        .targetWidth = (UINT32)s->target_width,
        .targetHeight = (UINT32)s->target_height,
    };
    if (g->scale[0] > 0)
        (void)g->server->MapSurfaceToScaledWindow(g->server, &scaled);
    else
        (void)g->server->MapSurfaceToWindow(g->server, &map);
}

static void
map_to_output(Gfx *g, const Surface *s)
{
    RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU map = {.surfaceId = s->id};
    RDPGFX_MAP_SURFACE_TO_SCALED_OUTPUT_PDU scaled = {
        .surfaceId = s->id,
        .targetWidth = (UINT32)s->target_width,
        .targetHeight = (UINT32)s->target_height,
    };
    if (g->scale[0] > 0)
        (void)g->server->MapSurfaceToScaledOutput(g->server, &scaled);
    else
        (void)g->server->MapSurfaceToOutput(g->server, &map);
}

static void
surface_free(gpointer data)
{
    Surface *s = data;
    video_free(s->video);
    g_free(s);
}

static Surface *
new_surface(Gfx *g, guint32 window, const Area *area)
{
    Surface *s = g_new0(Surface, 1);
    *s = surface_for(g, ++g->next_surface, area->width, area->height);
    create(g, s);
    map_to_window(g, s, window);
    g_hash_table_replace(g->surfaces, GUINT_TO_POINTER(window), s);
    return s;
}

void
gfx_window(Gfx *g, const Window *w)
{
    if (!g->ready || !desk_visible(w))
        return;
    Area area = desk_area(g->desk, w);
    Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(w->id));
    bool fits = s != NULL && s->target_width == area.width && s->target_height == area.height;
    guint16 former = s != NULL && !fits ? s->id : 0;
    if (!fits)
        s = new_surface(g, w->id, &area);
    send_picture(g, s, w->id, w->seed);
    if (former != 0)
        delete (g, former);
    connection_flush(g->connection);
}

void
gfx_map_scaled(Gfx *g, guint32 window, const guint32 sides[4])
{
    const Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(window));
    if (s == NULL)
        return;
    RDPGFX_MAP_SURFACE_TO_SCALED_WINDOW_PDU map = {s->id,    window,   sides[0],
                                                   sides[1], sides[2], sides[3]};
    (void)g->server->MapSurfaceToScaledWindow(g->server, &map);
    connection_flush(g->connection);
}

void
gfx_gone(Gfx *g, guint32 window)
{
    const Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(window));
    if (s == NULL)
        return;
    delete (g, s->id);
    g_hash_table_remove(g->surfaces, GUINT_TO_POINTER(window));
    connection_flush(g->connection);
}

void
gfx_screen(Gfx *g, bool shown)
{
    Surface s = surface_for(g, SCREEN_SURFACE, g->desk->width, g->desk->height);
    if (!g->ready || g->screen == shown)
        return;
    g->screen = shown;
    if (shown) {
        create(g, &s);
        map_to_output(g, &s);
        send_picture(g, &s, PICTURE_LOGON_SCREEN, 0);
        video_free(s.video);
    } else {
        delete (g, s.id);
    }
    connection_flush(g->connection);
}

void
gfx_desktop(Gfx *g, bool screen)
{
    Surface s = {.id = SCREEN_SURFACE, .width = g->desk->width, .height = g->desk->height};
    if (!g->ready)
        return;
    if (s.width != g->output.width || s.height != g->output.height) {
        RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU map = {.surfaceId = s.id};
        if (g->output.width > 0)
            delete (g, s.id);
        create(g, &s);
        (void)g->server->MapSurfaceToOutput(g->server, &map);
        video_free(g->output.video);
        g->output = s;
    }
    guint32 *pixels = g_new(guint32, (gsize)s.width * (gsize)s.height);
    scene_paint(g->desk, screen, pixels);
    send_pixels(g, &g->output, (BYTE *)pixels, false);
    g_free(pixels);
}

void
gfx_resized(Gfx *g)
{
    if (g->ready)
        reset(g);
}

Gfx *
gfx_new(Connection *connection, const Desk *desk, void (*ready)(gpointer user), gpointer user)
{
    Gfx *g = g_new0(Gfx, 1);
    g->connection = connection;
    g->desk = desk;
    g->on_ready = ready;
    g->user = user;
    g->surfaces = g_hash_table_new_full(NULL, NULL, NULL, surface_free);
    g->server = rdpgfx_server_context_new(connection_channels(connection));
    g_assert(g->server != NULL);
    g->server->rdpcontext = connection_peer(connection)->context;
    g->server->custom = g;
    g->server->CapsAdvertise = on_caps_advertise;
    g->server->FrameAcknowledge = on_frame_acknowledge;
    (void)g->server->Initialize(g->server, TRUE);
    return g;
}

void
gfx_scale(Gfx *g, const int scale[2])
{
    g->scale[0] = scale[0];
    g->scale[1] = scale[1];
}

void
gfx_video(Gfx *g, VideoCodec codec)
{
    g->codec = codec;
}

void
gfx_spoil(Gfx *g, const Spoil *spoil)
{
    g->spoil = *spoil;
}

void
gfx_free(Gfx *g)
{
    if (g == NULL)
        return;
    rdpgfx_server_context_free(g->server);
    g_hash_table_unref(g->surfaces);
    video_free(g->output.video);
    g_free(g);
}
