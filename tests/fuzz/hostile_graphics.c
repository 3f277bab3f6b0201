// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/hostile.h"

#include <freerdp/codec/color.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/gdi/gfx.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 8             // of the cache that are named
#define AREA_MAX (1u << 18) // larger surfaces take long to clear, and are refused over the limits

struct HostileGraphics {
    RdpgfxClientContext base;
    BridgeSession *session;
    GHashTable *surfaces; // as the library's channel keeps them
    gpointer slots[SLOTS];
    guint acknowledged;
    gboolean closed;
};

static HostileGraphics *
of(RdpgfxClientContext *client)
{
    return (HostileGraphics *)client;
}

static UINT
set_surface(RdpgfxClientContext *client, UINT16 id, void *data)
{
    if (data)
        g_hash_table_insert(of(client)->surfaces, GUINT_TO_POINTER((guint)id), data);
    else
        g_hash_table_remove(of(client)->surfaces, GUINT_TO_POINTER((guint)id));
    return CHANNEL_RC_OK;
}

static void *
get_surface(RdpgfxClientContext *client, UINT16 id)
{
    return g_hash_table_lookup(of(client)->surfaces, GUINT_TO_POINTER((guint)id));
}

static UINT
get_ids(RdpgfxClientContext *client, UINT16 **ids, UINT16 *count)
{
    GHashTableIter iter;
    gpointer id;

    *count = 0;
    *ids = calloc(g_hash_table_size(of(client)->surfaces) + 1, sizeof **ids);
    g_hash_table_iter_init(&iter, of(client)->surfaces);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        (*ids)[(*count)++] = (UINT16)GPOINTER_TO_UINT(id);
    return CHANNEL_RC_OK;
}

static UINT
set_slot(RdpgfxClientContext *client, UINT16 slot, void *data)
{
    if (slot >= SLOTS)
        return ERROR_INVALID_INDEX;
    of(client)->slots[slot] = data;
    return CHANNEL_RC_OK;
}

static void *
get_slot(RdpgfxClientContext *client, UINT16 slot)
{
    return slot < SLOTS ? of(client)->slots[slot] : NULL;
}

static UINT
acknowledge(RdpgfxClientContext *client, const RDPGFX_FRAME_ACKNOWLEDGE_PDU *pdu)
{
    of(client)->acknowledged++;
    return CHANNEL_RC_OK;
}

HostileGraphics *
hostile_graphics_new(BridgeSession *session)
{
    HostileGraphics *g = g_new0(HostileGraphics, 1);

    g->session = session;
    g->surfaces = g_hash_table_new(NULL, NULL);
    g->base.SetSurfaceData = set_surface;
    g->base.GetSurfaceData = get_surface;
    g->base.GetSurfaceIds = get_ids;
    g->base.SetCacheSlotData = set_slot;
    g->base.GetCacheSlotData = get_slot;
    g->base.FrameAcknowledge = acknowledge;
    g_assert_true(
        bridge_graphics_attach(session->graphics, bridge_rdp_context(session->rdp), &g->base));
    return g;
}

static void
delete_all(HostileGraphics *g)
{
    UINT16 *ids, count;

    (void)get_ids(&g->base, &ids, &count);
    for (guint i = 0; i < count; i++) {
        RDPGFX_DELETE_SURFACE_PDU pdu = {ids[i]};
        (void)g->base.DeleteSurface(&g->base, &pdu);
    }
    free(ids);
    for (UINT16 i = 0; i < SLOTS; i++) {
        RDPGFX_EVICT_CACHE_ENTRY_PDU pdu = {i};
        if (g->slots[i])
            (void)g->base.EvictCacheEntry(&g->base, &pdu);
    }
}

// The library deletes what is left, then says that the channel is gone.
static void
channel_closed(HostileGraphics *g)
{
    if (g->closed)
        return;
    g->closed = TRUE;
    delete_all(g);
    bridge_graphics_detach(g->session->graphics, bridge_rdp_context(g->session->rdp));
}

void
hostile_graphics_clear(HostileGraphics *g)
{
    RDPGFX_END_FRAME_PDU pdu = {0};

    if (g->closed)
        return;
    delete_all(g);
    (void)g->base.EndFrame(&g->base, &pdu);
}

gboolean
hostile_graphics_closed(const HostileGraphics *g)
{
    return g->closed;
}

void
hostile_graphics_free(HostileGraphics *g)
{
    channel_closed(g);
    g_assert_cmpuint(g_hash_table_size(g->surfaces), ==, 0);
    g_hash_table_unref(g->surfaces);
    g_free(g);
}

static RECTANGLE_16
rectangle(Bytes *in)
{
    return (RECTANGLE_16){(UINT16)bytes_edge(in), (UINT16)bytes_edge(in), (UINT16)bytes_edge(in),
                          (UINT16)bytes_edge(in)};
}

// Mostly one that is there: the library closes the channel over others.
static UINT16
surface_id(Bytes *in, RdpgfxClientContext *c)
{
    guint8 v = bytes_u8(in);

    for (UINT16 id = 0; id < 16 && v < 0xf0; id++)
        if (get_surface(c, (UINT16)((v + id) % 16)))
            return (UINT16)((v + id) % 16);
    return v < 0xf0 ? v % 16 : (UINT16)bytes_id(in);
}

// Mostly within the surface, for the same reason.
static RECTANGLE_16
inside(Bytes *in, RdpgfxClientContext *c, UINT16 id)
{
    const gdiGfxSurface *s = get_surface(c, id);

    if (!s || bytes_u8(in) % 16 == 15)
        return rectangle(in);
    UINT16 left = (UINT16)(bytes_edge(in) % (s->width + 1u));
    UINT16 top = (UINT16)(bytes_edge(in) % (s->height + 1u));
    return (RECTANGLE_16){left, top, (UINT16)(left + bytes_edge(in) % (s->width + 1u - left)),
                          (UINT16)(top + bytes_edge(in) % (s->height + 1u - top))};
}

static UINT
create(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_CREATE_SURFACE_PDU pdu = {
        bytes_u8(in) % 16, (UINT16)bytes_edge(in), (UINT16)bytes_edge(in),
        bytes_bool(in) ? GFX_PIXEL_FORMAT_XRGB_8888 : GFX_PIXEL_FORMAT_ARGB_8888};
    RDPGFX_DELETE_SURFACE_PDU former = {pdu.surfaceId};
    guint64 area = (guint64)pdu.width * pdu.height;

    if (area > AREA_MAX && area * 4 <= VIEW_BUFFER_BYTES_MAX)
        return CHANNEL_RC_OK;
    (void)c->DeleteSurface(c, &former); // as the library does
    return c->CreateSurface(c, &pdu);
}

static UINT
delete_surface(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_DELETE_SURFACE_PDU pdu = {surface_id(in, c)};

    return c->DeleteSurface(c, &pdu);
}

static UINT
map(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_MAP_SURFACE_TO_WINDOW_PDU pdu = {surface_id(in, c), bytes_id(in), bytes_edge(in),
                                            bytes_edge(in)};

    return c->MapSurfaceToWindow(c, &pdu);
}

// Windows of small ids, which are mostly there, get sides that mostly can be shown.
static UINT
map_scaled(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_MAP_SURFACE_TO_SCALED_WINDOW_PDU pdu = {surface_id(in, c), bytes_id(in),
                                                   bytes_edge(in),    bytes_edge(in),
                                                   bytes_edge(in),    bytes_edge(in)};

    if (pdu.windowId > 0 && pdu.windowId < 12) {
        pdu.mappedWidth %= 256;
        pdu.mappedHeight %= 256;
        pdu.targetWidth %= 256;
        pdu.targetHeight %= 256;
    }
    RDPGFX_MAP_SURFACE_TO_SCALED_OUTPUT_PDU screen = {.surfaceId = pdu.surfaceId,
                                                      .targetWidth = pdu.targetWidth,
                                                      .targetHeight = pdu.targetHeight};
    return pdu.windowId % 12 == 0 ? c->MapSurfaceToScaledOutput(c, &screen)
                                  : c->MapSurfaceToScaledWindow(c, &pdu);
}

static UINT
start(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_START_FRAME_PDU pdu = {.frameId = bytes_u8(in)};

    return c->StartFrame(c, &pdu);
}

static UINT
end(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_END_FRAME_PDU pdu = {bytes_u8(in)};

    return c->EndFrame(c, &pdu);
}

static UINT
fill(Bytes *in, RdpgfxClientContext *c)
{
    RECTANGLE_16 rects[8];
    RDPGFX_SOLID_FILL_PDU pdu = {.surfaceId = surface_id(in, c),
                                 .fillRectCount = bytes_u8(in) % G_N_ELEMENTS(rects),
                                 .fillRects = rects};

    for (guint i = 0; i < pdu.fillRectCount; i++)
        rects[i] = rectangle(in);
    return c->SolidFill(c, &pdu);
}

// Only codecs that the session itself prepares or looks into: what others do with bytes is the
// library's affair.
static UINT
command(Bytes *in, RdpgfxClientContext *c)
{
    UINT16 id = surface_id(in, c);
    RECTANGLE_16 r = inside(in, c, id);
    gsize size;
    RDPGFX_SURFACE_COMMAND cmd = {
        .surfaceId = id,
        .codecId = bytes_bool(in) ? RDPGFX_CODECID_UNCOMPRESSED : RDPGFX_CODECID_PLANAR,
        .format = bytes_bool(in) ? PIXEL_FORMAT_BGRX32 : PIXEL_FORMAT_BGRA32,
        .left = r.left,
        .top = r.top,
        .right = r.right,
        .bottom = r.bottom};

    if (cmd.right < cmd.left || cmd.bottom < cmd.top)
        return ERROR_INVALID_DATA; // in the library's parser
    cmd.width = cmd.right - cmd.left;
    cmd.height = cmd.bottom - cmd.top;
    cmd.data = hostile_copy(in, 4096, &size);
    cmd.length = (UINT32)size;
    UINT status = c->SurfaceCommand(c, &cmd);
    free(cmd.data);
    return status;
}

// Mostly begins with parameter sets, of 64 × 64 in profile 66, and a slice; those are beyond
// chance.
static RDPGFX_AVC420_BITMAP_STREAM
bitstream(Bytes *in, RdpgfxClientContext *c, UINT16 id, RECTANGLE_16 rects[4])
{
    static const guint8 begin[] = {0, 0, 1,    0x67, 66,   0xc0, 0x1f, 0xda, 0x10, 0x99, 0,
                                   0, 1, 0x68, 0xce, 0x38, 0x80, 0,    0,    1,    0x65};
    RDPGFX_AVC420_BITMAP_STREAM s = {0};
    guint8 how = bytes_u8(in);
    gsize size, begin_size = how & 0x80 ? how & 3 : how & 0x40 ? 17 : sizeof begin;

    s.meta.numRegionRects = how % 5;
    s.meta.regionRects = rects;
    for (guint i = 0; i < s.meta.numRegionRects; i++)
        rects[i] = inside(in, c, id);
    guint8 *rest = hostile_copy(in, 512, &size);
    s.length = (UINT32)(begin_size + size);
    s.data = malloc(s.length + 1u);
    memcpy(s.data, begin, begin_size);
    if (size > 0)
        memcpy(s.data + begin_size, rest, size);
    free(rest);
    return s;
}

static UINT
video(Bytes *in, RdpgfxClientContext *c)
{
    static const UINT16 codecs[] = {RDPGFX_CODECID_AVC420, RDPGFX_CODECID_AVC444,
                                    RDPGFX_CODECID_AVC444v2};
    RECTANGLE_16 rects[2][4];
    RDPGFX_AVC444_BITMAP_STREAM both = {.LC = bytes_u8(in) % 3};
    RDPGFX_SURFACE_COMMAND cmd = {.surfaceId = surface_id(in, c),
                                  .codecId = codecs[bytes_u8(in) % G_N_ELEMENTS(codecs)],
                                  .format = PIXEL_FORMAT_BGRX32};

    for (guint i = 0; i < 2; i++)
        both.bitstream[i] = bitstream(in, c, (UINT16)cmd.surfaceId, rects[i]);
    cmd.extra = cmd.codecId == RDPGFX_CODECID_AVC420 ? (void *)&both.bitstream[0] : &both;
    UINT status = c->SurfaceCommand(c, &cmd);
    free(both.bitstream[0].data);
    free(both.bitstream[1].data);
    return status;
}

static UINT
copy(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_POINT16 points[4];
    RDPGFX_SURFACE_TO_SURFACE_PDU pdu = {.surfaceIdSrc = surface_id(in, c),
                                         .surfaceIdDest = surface_id(in, c),
                                         .destPtsCount = bytes_u8(in) % G_N_ELEMENTS(points),
                                         .destPts = points};

    pdu.rectSrc = inside(in, c, pdu.surfaceIdSrc);
    for (guint i = 0; i < pdu.destPtsCount; i++)
        points[i] = (RDPGFX_POINT16){(UINT16)bytes_edge(in), (UINT16)bytes_edge(in)};
    return c->SurfaceToSurface(c, &pdu);
}

static UINT
to_cache(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_SURFACE_TO_CACHE_PDU pdu = {.surfaceId = surface_id(in, c),
                                       .cacheSlot = bytes_u8(in) % SLOTS};
    RDPGFX_EVICT_CACHE_ENTRY_PDU former = {pdu.cacheSlot};

    pdu.rectSrc = inside(in, c, pdu.surfaceId);
    if (of(c)->slots[pdu.cacheSlot])
        (void)c->EvictCacheEntry(c, &former);
    return c->SurfaceToCache(c, &pdu);
}

static UINT
from_cache(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_POINT16 point = {(UINT16)bytes_edge(in), (UINT16)bytes_edge(in)};
    RDPGFX_CACHE_TO_SURFACE_PDU pdu = {bytes_u8(in) % SLOTS, surface_id(in, c), 1, &point};

    return c->CacheToSurface(c, &pdu);
}

static UINT
reset(Bytes *in, RdpgfxClientContext *c)
{
    RDPGFX_RESET_GRAPHICS_PDU pdu = {.width = bytes_edge(in), .height = bytes_edge(in)};

    return c->ResetGraphics(c, &pdu);
}

// Pixels past RDPGFX: the path begins, is lost, or brings a frame, mostly of memory that there is.
// The guest writes what it likes.
static void
shared(Bytes *in, BridgeGraphics *graphics)
{
    ChanPixelsFrame frame = {.header.type = CHAN_PIXELS_FRAME,
                             .buffer = bytes_u8(in) % 24,
                             .serial = bytes_u8(in),
                             .count = 1 + bytes_u8(in) % 4};
    guint8 what = bytes_u8(in);

    if (what < 24) {
        bridge_graphics_share(graphics, what % 2);
        return;
    }
    if (what < 32) {
        bridge_graphics_unshare(graphics);
        return;
    }
    for (guint i = 0; i < frame.count; i++)
        frame.rects[i] = (ChanPixelsRect){(guint16)bytes_edge(in), (guint16)bytes_edge(in),
                                          (guint16)bytes_edge(in), (guint16)bytes_edge(in)};
    if (!chan_pixels_check(CHAN_SPAN((guint8 *)&frame, chan_pixels_frame_size(frame.count)), true))
        return;
    BridgeDamage damage = {0};
    for (guint i = 0; i < frame.count; i++)
        bridge_damage_add(&damage, (ViewRect){frame.rects[i].x, frame.rects[i].y,
                                              frame.rects[i].width, frame.rects[i].height});
    if (!bridge_graphics_shared_frame(graphics, frame.buffer, frame.serial, &damage))
        bridge_graphics_unshare(graphics);
}

void
hostile_graphics(Bytes *in, HostileGraphics *g)
{
    static UINT (*const pdus[])(Bytes * in, RdpgfxClientContext * c) = {
        create, create, delete_surface, map,     map,  map_scaled, start,      end,  end,
        fill,   fill,   command,        command, copy, to_cache,   from_cache, reset};

    if (g->closed)
        return;
    guint8 which = bytes_u8(in);
    if (which >= 0xe0 && which < 0xee) {
        shared(in, g->session->graphics);
        return;
    }
    UINT status =
        which >= 0xee ? video(in, &g->base) : pdus[which % G_N_ELEMENTS(pdus)](in, &g->base);
    if (status)
        channel_closed(g);
}
