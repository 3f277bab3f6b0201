// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/graphics.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/video.h"

#include <freerdp/codec/region.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/gdi/gfx.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CANVAS 64

typedef struct {
    BridgeSource source;
    gsize bytes;
    guint32 width, height; // of the surface itself, whatever is mapped of it
    BridgeSps sps;         // of the video in it
    bool waits;            // its memory's last frame is not shown yet
} Surface;

// Of frames that came past RDPGFX: the model's ids of them have the buffer above the serial.
#define SHARED_FRAME (UINT64_C(1) << 63)

struct BridgeGraphics {
    BridgeModel *model;
    const BridgeGraphicsOut *out;
    gpointer user;
    gboolean video; // the guest was told that it may send it
    RdpgfxClientContext *client;
    GHashTable *surfaces; // surface id → Surface
    GHashTable *shared;   // buffer id → Surface
    bool shares, streams; // streams: this process paints what is shared
    GPtrArray *touched;   // surfaces of the open frame
    gsize bytes;
    guint32 planar_width, planar_height; // what the decoder's scratch memory is made for
    guint32 frames;                      // decoded
    pcRdpgfxStartFrame start_frame;      // the library's own
    pcRdpgfxEndFrame end_frame;
    pcRdpgfxSurfaceCommand surface_command;
    pcRdpgfxCreateSurface create_surface;
    pcRdpgfxDeleteSurface delete_surface;
    pcRdpgfxResetGraphics reset;
    pcRdpgfxMapSurfaceToOutput map_output;
    pcRdpgfxMapSurfaceToScaledOutput map_scaled_output;
};

// client->custom is the library's; there is one graphics channel in a process.
static BridgeGraphics *the_graphics;

static void
surface_free(gpointer data)
{
    Surface *s = data;

    bridge_model_unmap(the_graphics->model, &s->source);
    if (s->source.shared)
        g_hash_table_remove(the_graphics->shared, GUINT_TO_POINTER(s->source.shared->id));
    bridge_surface_unref(s->source.shared);
    the_graphics->bytes -= s->bytes;
    g_free(s);
}

BridgeGraphics *
bridge_graphics_new(BridgeModel *model, const BridgeGraphicsOut *out, gpointer user)
{
    BridgeGraphics *g = g_new0(BridgeGraphics, 1);

    g_assert(!the_graphics);
    the_graphics = g;
    g->model = model;
    g->out = out;
    g->user = user;
    g->surfaces = g_hash_table_new_full(NULL, NULL, NULL, surface_free);
    g->shared = g_hash_table_new(NULL, NULL);
    g->touched = g_ptr_array_new();
    return g;
}

void
bridge_graphics_free(BridgeGraphics *g)
{
    if (!g)
        return;
    g_ptr_array_unref(g->touched);
    g_hash_table_unref(g->surfaces);
    g_hash_table_unref(g->shared);
    the_graphics = NULL;
    g_free(g);
}

static Surface *
find(BridgeGraphics *g, UINT16 id)
{
    return g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER((guint)id));
}

static void
forget(BridgeGraphics *g, UINT16 id)
{
    Surface *s = find(g, id);

    if (!s)
        return;
    g_ptr_array_remove_fast(g->touched, s);
    g_hash_table_remove(g->surfaces, GUINT_TO_POINTER((guint)id));
}

static UINT
refuse(BridgeGraphics *g, const char *what, guint width, guint height)
{
    g_autofree char *text = g_strdup_printf("%s (%u × %u)", what, width, height);

    g->out->fail(text, g->user);
    return ERROR_INVALID_DATA;
}

// The library paints a surface white when it makes it. Whole pages of that are given back: nobody
// will use them.
static void
give_back(const gdiGfxSurface *library)
{
    const guintptr page = (guintptr)sysconf(_SC_PAGESIZE);
    guintptr begin = ((guintptr)library->data + page - 1) / page * page;
    guintptr end =
        ((guintptr)library->data + (gsize)library->scanline * library->height) / page * page;

    if (end > begin)
        (void)madvise((gpointer)begin, end - begin, MADV_DONTNEED);
}

static void
share(BridgeGraphics *g, Surface *s)
{
    BridgeSurface *memory = bridge_model_new_shared(g->model, s->width, s->height);
    const gdiGfxSurface *library = g->client->GetSurfaceData(g->client, s->source.surface_id);

    // Nobody else is to write it.
    if (memory && g->streams && !bridge_surface_seal(memory))
        g_clear_pointer(&memory, bridge_surface_unref);
    if (memory) {
        memory->streamed = g->streams;
        s->source.shared = memory;
        s->source.pixels = memory->pixels;
        s->source.stride = memory->stride;
        s->source.painted = false;
        g_hash_table_insert(g->shared, GUINT_TO_POINTER(memory->id), s);
        if (library)
            give_back(library);
    }
    g->out->memory(s->source.surface_id, memory, g->user);
}

// The surface has what RDPGFX brings, once it brings something; until then its window keeps what
// it shows.
static void
stop_sharing(BridgeGraphics *g, Surface *s)
{
    const gdiGfxSurface *library =
        g->client ? g->client->GetSurfaceData(g->client, s->source.surface_id) : NULL;

    if (!s->source.shared || !library)
        return;
    g_hash_table_remove(g->shared, GUINT_TO_POINTER(s->source.shared->id));
    g_clear_pointer(&s->source.shared, bridge_surface_unref);
    s->source.pixels = library->data;
    s->source.stride = library->scanline;
    s->source.painted = false;
    s->source.damage.count = 0;
    s->waits = false;
}

static UINT
on_create_surface(RdpgfxClientContext *client, const RDPGFX_CREATE_SURFACE_PDU *pdu)
{
    BridgeGraphics *g = the_graphics;
    gsize bytes = ((gsize)pdu->width + 16) * 4 * ((gsize)pdu->height + 16);

    forget(g, pdu->surfaceId);
    if (pdu->width < 1 || pdu->height < 1 || pdu->width > VIEW_SIDE_MAX ||
        pdu->height > VIEW_SIDE_MAX || bytes > VIEW_BUFFER_BYTES_MAX)
        return refuse(g, "the guest made a window surface of an impossible size", pdu->width,
                      pdu->height);
    if (g_hash_table_size(g->surfaces) >= LIMIT_SURFACES || g->bytes + bytes > LIMIT_DECODED_BYTES)
        return refuse(g, "the guest made more window surfaces than memory is set aside for",
                      pdu->width, pdu->height);
    UINT error = g->create_surface(client, pdu);
    if (error)
        return error;
    gdiGfxSurface *library = client->GetSurfaceData(client, pdu->surfaceId);
    Surface *s = g_new0(Surface, 1);
    s->source = (BridgeSource){.surface_id = pdu->surfaceId,
                               .pixels = library->data,
                               .stride = library->scanline,
                               .width = pdu->width,
                               .height = pdu->height};
    s->width = pdu->width;
    s->height = pdu->height;
    s->bytes = bytes;
    g->bytes += bytes;
    g_hash_table_insert(g->surfaces, GUINT_TO_POINTER((guint)pdu->surfaceId), s);
    if (g->shares)
        share(g, s);
    return CHANNEL_RC_OK;
}

static UINT
on_delete_surface(RdpgfxClientContext *client, const RDPGFX_DELETE_SURFACE_PDU *pdu)
{
    forget(the_graphics, pdu->surfaceId);
    return the_graphics->delete_surface(client, pdu);
}

// What is mapped may be less than the surface, and never more; it is shown in the target's size.
static UINT
take_size(BridgeGraphics *g, Surface *s, const gdiGfxSurface *library)
{
    guint32 width = library->outputTargetWidth, height = library->outputTargetHeight;
    // The library rounds its surface's sides up, and looks at none of what is mapped.
    BridgeScale scale = {MIN(library->mappedWidth, s->width), MIN(library->mappedHeight, s->height),
                         width, height};
    bool scaled = width != library->mappedWidth || height != library->mappedHeight;

    if (!scaled) { // cut to the surface
        scale.to_width = scale.from_width;
        scale.to_height = scale.from_height;
    } else if (width > VIEW_SIDE_MAX || height > VIEW_SIDE_MAX ||
               (gsize)width * 4 * height > VIEW_BUFFER_BYTES_MAX ||
               bridge_scale_work(&scale) > BRIDGE_SCALE_PIXELS_MAX) {
        return refuse(g, "the guest scaled a window surface to an impossible size", width, height);
    }
    if (scaled && !bridge_scale_is_valid(&scale)) { // of nothing, or to nothing: not shown
        scale = (BridgeScale){0};
        scaled = false;
    }
    bool same = scaled == s->source.scaled &&
                (!scaled || memcmp(&scale, &s->source.scale, sizeof scale) == 0);
    s->source.width = scale.to_width;
    s->source.height = scale.to_height;
    s->source.scale = scale;
    s->source.scaled = scaled;
    if (!same) { // what was damaged was so in the former size
        s->source.damage.count = 0;
        bridge_damage_add(&s->source.damage, (ViewRect){0, 0, scale.to_width, scale.to_height});
    }
    return CHANNEL_RC_OK;
}

// Both kinds of mapping, once the library has accepted them.
static UINT
on_mapped(RdpgfxClientContext *client, UINT16 surface_id, UINT64 window_id)
{
    BridgeGraphics *g = the_graphics;
    Surface *s = find(g, surface_id);
    gdiGfxSurface *library = client->GetSurfaceData(client, surface_id);

    if (!s || !library)
        return CHANNEL_RC_OK;
    UINT error = take_size(g, s, library);
    if (error)
        return error;
    s->source.window_id = window_id;
    if (window_id == BRIDGE_SCREEN_ID) // no window of the guest's
        return CHANNEL_RC_OK;
    bridge_damage_clip(&s->source.damage, s->source.width, s->source.height);
    bridge_model_map(g->model, &s->source);
    return CHANNEL_RC_OK;
}

// The guest's own screen, of which there is one part: the client has told of one monitor.
static UINT
map_output(BridgeGraphics *g, UINT16 surface_id)
{
    Surface *s = find(g, surface_id);
    const gdiGfxSurface *library = g->client->GetSurfaceData(g->client, surface_id);

    if (!s || !library)
        return CHANNEL_RC_OK;
    UINT error = take_size(g, s, library);
    if (error)
        return error;
    s->source.window_id = BRIDGE_SCREEN_ID;
    bridge_damage_clip(&s->source.damage, s->source.width, s->source.height);
    bridge_model_map(g->model, &s->source);
    return CHANNEL_RC_OK;
}

static UINT
on_map_output(RdpgfxClientContext *client, const RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU *pdu)
{
    UINT error = the_graphics->map_output(client, pdu);

    return error ? error : map_output(the_graphics, pdu->surfaceId);
}

static UINT
on_map_scaled_output(RdpgfxClientContext *client,
                     const RDPGFX_MAP_SURFACE_TO_SCALED_OUTPUT_PDU *pdu)
{
    UINT error = the_graphics->map_scaled_output(client, pdu);

    return error ? error : map_output(the_graphics, pdu->surfaceId);
}

static void
add_damage(BridgeSource *source, ViewRect rect)
{
    bridge_damage_add(&source->damage,
                      source->scaled ? bridge_scale_rect(&source->scale, rect) : rect);
}

// The library calls it for every command with exactly what changed.
static UINT
on_area(RdpgfxClientContext *client, UINT16 surface_id, UINT32 count, const RECTANGLE_16 *rects)
{
    BridgeGraphics *g = the_graphics;
    Surface *s = find(g, surface_id);

    if (!s)
        return CHANNEL_RC_OK;
    if (count > 0)
        stop_sharing(g, s); // its guest has taken that way again: what is painted last counts
    for (UINT32 i = 0; i < count; i++) {
        const RECTANGLE_16 *r = &rects[i];
        if (r->right > r->left && r->bottom > r->top)
            add_damage(&s->source, (ViewRect){r->left, r->top, (guint32)(r->right - r->left),
                                              (guint32)(r->bottom - r->top)});
    }
    if (s->source.touched || count == 0)
        return CHANNEL_RC_OK;
    s->source.touched = true;
    g_ptr_array_add(g->touched, s);
    return CHANNEL_RC_OK;
}

// The library keeps a region per surface too, and clears it only for desktops: left alone it grows
// and every later update costs more.
static void
settle_touched(BridgeGraphics *g, RdpgfxClientContext *client)
{
    for (guint i = 0; i < g->touched->len; i++) {
        Surface *s = g->touched->pdata[i];
        gdiGfxSurface *library = client->GetSurfaceData(client, s->source.surface_id);
        if (library)
            region16_clear(&library->invalidRegion);
        bridge_damage_clip(&s->source.damage, s->source.width, s->source.height);
        if (!s->source.mapped) { // shown when it is mapped
            s->source.touched = false;
            s->source.painted = true;
        }
    }
    g_ptr_array_set_size(g->touched, 0);
}

// Also after each command outside of a frame.
static UINT
on_update_surfaces(RdpgfxClientContext *client)
{
    BridgeGraphics *g = the_graphics;
    rdpGdi *gdi = client->custom;

    if (gdi->inGfxFrame)
        return CHANNEL_RC_OK; // on_end_frame does it
    settle_touched(g, client);
    bridge_model_frame_end(g->model, false, 0);
    return CHANNEL_RC_OK;
}

static UINT
on_start_frame(RdpgfxClientContext *client, const RDPGFX_START_FRAME_PDU *pdu)
{
    bridge_model_frame_begin(the_graphics->model);
    return the_graphics->start_frame(client, pdu);
}

static UINT
on_end_frame(RdpgfxClientContext *client, const RDPGFX_END_FRAME_PDU *pdu)
{
    BridgeGraphics *g = the_graphics;
    UINT error = g->end_frame(client, pdu);

    g->frames++;
    settle_touched(g, client);
    bridge_model_frame_end(g->model, true, pdu->frameId);
    return error;
}

// Planar scratch memory is 18 bytes a pixel of the largest image: it grows with what comes, and
// only for what fits its surface.
static gboolean
ensure_planar(BridgeGraphics *g, RdpgfxClientContext *client, const RDPGFX_SURFACE_COMMAND *cmd)
{
    gdiGfxSurface *library =
        client->GetSurfaceData(client, (UINT16)MIN(cmd->surfaceId, G_MAXUINT16));

    if (!library || cmd->width > library->width || cmd->height > library->height)
        return FALSE;
    if (cmd->width <= g->planar_width && cmd->height <= g->planar_height)
        return TRUE;
    guint32 width = MAX(g->planar_width, cmd->width), height = MAX(g->planar_height, cmd->height);
    if ((guint64)width * height > LIMIT_PLANAR_PIXELS) { // a wide and a high one: one at a time
        width = cmd->width;
        height = cmd->height;
    }
    g->planar_width = width;
    g->planar_height = height;
    return freerdp_client_codecs_reset(client->codecs, FREERDP_CODEC_PLANAR, width, height);
}

static UINT
decode_video(BridgeGraphics *g, RdpgfxClientContext *client, const RDPGFX_SURFACE_COMMAND *cmd)
{
    Surface *s = cmd->surfaceId <= G_MAXUINT16 ? find(g, (UINT16)cmd->surfaceId) : NULL;

    if (!s || !g->video) // not asked for
        return ERROR_INVALID_DATA;
    const char *wrong = bridge_video_check(&s->sps, cmd, s->width, s->height);
    if (wrong)
        return refuse(g, wrong, s->width, s->height);
    g->out->slow(true, g->user);
    UINT error = g->surface_command(client, cmd);
    g->out->slow(false, g->user);
    return error;
}

static UINT
on_surface_command(RdpgfxClientContext *client, const RDPGFX_SURFACE_COMMAND *cmd)
{
    BridgeGraphics *g = the_graphics;

    if (cmd->codecId == RDPGFX_CODECID_PLANAR && !ensure_planar(g, client, cmd))
        return ERROR_INVALID_DATA;
    if (bridge_video_is(cmd))
        return decode_video(g, client, cmd);
    return g->surface_command(client, cmd);
}

static UINT
on_reset(RdpgfxClientContext *client, const RDPGFX_RESET_GRAPHICS_PDU *pdu)
{
    // The library makes the decoder's memory anew, of its canvas' size.
    the_graphics->planar_width = the_graphics->planar_height = CANVAS;
    return the_graphics->reset(client, pdu);
}

static UINT
on_open(RdpgfxClientContext *client, BOOL *do_caps_advertise, BOOL *do_frame_acks)
{
    *do_caps_advertise = TRUE;
    *do_frame_acks = FALSE;
    return CHANNEL_RC_OK;
}

static void
hook(BridgeGraphics *g, RdpgfxClientContext *c)
{
    g->start_frame = c->StartFrame;
    g->end_frame = c->EndFrame;
    g->surface_command = c->SurfaceCommand;
    g->create_surface = c->CreateSurface;
    g->delete_surface = c->DeleteSurface;
    g->reset = c->ResetGraphics;
    g->map_output = c->MapSurfaceToOutput;
    g->map_scaled_output = c->MapSurfaceToScaledOutput;
    c->StartFrame = on_start_frame;
    c->EndFrame = on_end_frame;
    c->SurfaceCommand = on_surface_command;
    c->CreateSurface = on_create_surface;
    c->DeleteSurface = on_delete_surface;
    c->ResetGraphics = on_reset;
    c->MapSurfaceToOutput = on_map_output;
    c->MapSurfaceToScaledOutput = on_map_scaled_output;
    c->UpdateSurfaces = on_update_surfaces;
    c->OnOpen = on_open;
}

// Called within the library's prepare: its scratch memory must not be the desktop's size.
static gboolean
init_small(rdpContext *context, RdpgfxClientContext *client)
{
    rdpSettings *s = context->settings;
    UINT32 width = freerdp_settings_get_uint32(s, FreeRDP_DesktopWidth);
    UINT32 height = freerdp_settings_get_uint32(s, FreeRDP_DesktopHeight);

    return freerdp_settings_set_uint32(s, FreeRDP_DesktopWidth, CANVAS) &&
           freerdp_settings_set_uint32(s, FreeRDP_DesktopHeight, CANVAS) &&
           gdi_graphics_pipeline_init_ex(context->gdi, client, on_mapped, NULL, on_area) &&
           freerdp_settings_set_uint32(s, FreeRDP_DesktopWidth, width) &&
           freerdp_settings_set_uint32(s, FreeRDP_DesktopHeight, height);
}

// The library makes one that no surface uses: each has its own.
static void
drop_video(rdpCodecs *codecs)
{
    if (codecs && codecs->h264)
        h264_context_free(codecs->h264);
    if (codecs)
        codecs->h264 = NULL;
}

gboolean
bridge_graphics_attach(BridgeGraphics *g, rdpContext *context, RdpgfxClientContext *client)
{
    bridge_graphics_detach(g, context);
    if (!init_small(context, client))
        return FALSE;
    drop_video(client->codecs);
    drop_video(context->codecs);
    g->client = client;
    g->video = freerdp_settings_get_bool(context->settings, FreeRDP_GfxH264);
    g->planar_width = g->planar_height = CANVAS;
    hook(g, client);
    return TRUE;
}

void
bridge_graphics_detach(BridgeGraphics *g, rdpContext *context)
{
    if (!g->client)
        return;
    g_ptr_array_set_size(g->touched, 0);
    g_hash_table_remove_all(g->surfaces);
    gdi_graphics_pipeline_uninit(context->gdi, g->client);
    g->client = NULL;
}

static void
tell_shown(BridgeGraphics *g, guint32 buffer, guint32 serial)
{
    Surface *s = g_hash_table_lookup(g->shared, GUINT_TO_POINTER(buffer));

    if (s)
        s->waits = false;
    g->out->shown(buffer, serial, g->user);
}

void
bridge_graphics_acknowledge(BridgeGraphics *g, guint64 frame_id)
{
    RDPGFX_FRAME_ACKNOWLEDGE_PDU pdu = {.queueDepth = QUEUE_DEPTH_UNAVAILABLE,
                                        .frameId = (guint32)frame_id,
                                        .totalFramesDecoded = g->frames};

    if (frame_id & SHARED_FRAME)
        tell_shown(g, (guint32)((frame_id & ~SHARED_FRAME) >> 32), (guint32)frame_id);
    else if (g->client)
        g->client->FrameAcknowledge(g->client, &pdu);
}

void
bridge_graphics_share(BridgeGraphics *g, gboolean streamed)
{
    GHashTableIter iter;
    gpointer value;

    g->shares = true;
    g->streams = streamed;
    g_hash_table_iter_init(&iter, g->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (!((const Surface *)value)->source.shared)
            share(g, value);
}

void
bridge_graphics_unshare(BridgeGraphics *g)
{
    GHashTableIter iter;
    gpointer value;

    g->shares = false;
    g_hash_table_iter_init(&iter, g->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        stop_sharing(g, value);
}

BridgeSurface *
bridge_graphics_shared(const BridgeGraphics *g, guint32 untrusted_buffer, gboolean *free)
{
    const Surface *s = g_hash_table_lookup(g->shared, GUINT_TO_POINTER(untrusted_buffer));

    *free = s && !s->waits;
    return s ? s->source.shared : NULL;
}

gboolean
bridge_graphics_shared_frame(BridgeGraphics *g, guint32 untrusted_buffer, guint32 serial,
                             const BridgeDamage *untrusted_damage)
{
    Surface *s = g_hash_table_lookup(g->shared, GUINT_TO_POINTER(untrusted_buffer));

    if (!s) { // the guest has deleted its surface meanwhile
        g->out->shown(untrusted_buffer, serial, g->user);
        return TRUE;
    }
    // The guest's X server has mapped the memory by now.
    if (s->waits || !bridge_surface_seal(s->source.shared))
        return FALSE;
    for (unsigned i = 0; i < untrusted_damage->count; i++)
        add_damage(&s->source, untrusted_damage->rects[i]);
    bridge_damage_clip(&s->source.damage, s->source.width, s->source.height);
    s->source.painted = true; // also where it is mapped only later
    s->waits = true;
    g->frames++;
    if (s->source.mapped)
        bridge_model_shared_frame(g->model, &s->source,
                                  SHARED_FRAME | (guint64)untrusted_buffer << 32 | serial);
    else
        tell_shown(g, untrusted_buffer, serial);
    return TRUE;
}
