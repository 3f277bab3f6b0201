// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/classic.h"

#include "tests/termservice/orders.h"
#include "tests/termservice/planar.h"
#include "tests/termservice/report.h"
#include "tests/termservice/scene.h"

#include <freerdp/codec/color.h>
#include <freerdp/codec/planar.h>
#include <freerdp/freerdp.h>
#include <freerdp/update.h>
#include <string.h>

#define TILE 100 // larger than one fast-path update, which is then sent in fragments

struct Classic {
    Connection *connection;
    const Desk *desk;
    int width, height;
    guint32 *now, *sent;
    guint8 *known; // per tile: the client has what `sent` says
    BITMAP_PLANAR_CONTEXT *planar;
};

static int
columns(const Classic *c)
{
    return (c->width + TILE - 1) / TILE;
}

static int
rows(const Classic *c)
{
    return (c->height + TILE - 1) / TILE;
}

// The client's colour depth: an XP may have to give 24 or 16 bits.
static gsize
put_pixel(guint8 *to, guint32 pixel, guint32 depth)
{
    guint32 r = pixel >> 16 & 255, g = pixel >> 8 & 255, b = pixel & 255;
    guint32 value = depth == 16 ? (r >> 3) << 11 | (g >> 2) << 5 | b >> 3 : pixel;
    gsize size = depth / 8;
    for (gsize i = 0; i < size; i++)
        to[i] = (guint8)(value >> (8 * i));
    return size;
}

// RDP 6.0 bitmap compression ([MS-RDPEGDI] 2.2.2.5.1), at 32 bits a pixel; not where that makes it
// longer. What the library encodes at fewer bits decodes to something else.
static void
compress(Classic *c, BITMAP_DATA *bitmap, guint8 *to, gsize room)
{
    UINT32 size = (UINT32)room;
    if (bitmap->bitsPerPixel != 32)
        return;
    guint32 *rows = g_new0(guint32, (gsize)bitmap->width * bitmap->height);
    for (guint32 y = 0; y < bitmap->height; y++)
        for (guint32 x = 0; x < bitmap->width; x++)
            rows[y * bitmap->width + x] = c->now[(bitmap->destTop + y) * (guint32)c->width +
                                                 MIN(bitmap->destLeft + x, bitmap->destRight)];
    const BYTE *out =
        freerdp_bitmap_compress_planar(c->planar, (BYTE *)rows, PIXEL_FORMAT_BGRX32, bitmap->width,
                                       bitmap->height, bitmap->width * 4, to, &size);
    g_free(rows);
    if (out == NULL || size >= bitmap->bitmapLength)
        return;
    bitmap->compressed = TRUE;
    bitmap->bitmapDataStream = to;
    bitmap->bitmapLength = bitmap->cbCompMainBodySize = size;
}

// TS_BITMAP_DATA ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.2): rows from the bottom up, and a width in
// multiples of four.
static void
send_tile(Classic *c, const Area *t)
{
    rdpContext *context = connection_peer(c->connection)->context;
    guint32 depth = freerdp_settings_get_uint32(context->settings, FreeRDP_ColorDepth);
    guint8 data[TILE * TILE * 4], packed[TILE * TILE * 8];
    gsize size = 0;
    int padded = (t->width + 3) & ~3;
    for (int y = t->height - 1; y >= 0; y--)
        for (int x = 0; x < padded; x++)
            size += put_pixel(data + size,
                              c->now[(t->y + y) * c->width + t->x + MIN(x, t->width - 1)], depth);
    BITMAP_DATA bitmap = {
        .destLeft = (UINT32)t->x,
        .destTop = (UINT32)t->y,
        .destRight = (UINT32)(t->x + t->width - 1),
        .destBottom = (UINT32)(t->y + t->height - 1),
        .width = (UINT32)padded,
        .height = (UINT32)t->height,
        .bitsPerPixel = depth,
        .bitmapLength = (UINT32)size,
        .bitmapDataStream = data,
    };
    if ((t->x / TILE + t->y / TILE) % 2 != 0)
        compress(c, &bitmap, packed, sizeof packed);
    BITMAP_UPDATE update = {.number = 1, .rectangles = &bitmap, .skipCompression = TRUE};
    (void)context->update->BitmapUpdate(context, &update);
}

static bool
tile_same(const Classic *c, const Area *t)
{
    for (int y = t->y; y < t->y + t->height; y++)
        if (memcmp(c->now + y * c->width + t->x, c->sent + y * c->width + t->x,
                   (gsize)t->width * 4) != 0)
            return false;
    return true;
}

static Area
tile_at(const Classic *c, int column, int row)
{
    int x = column * TILE, y = row * TILE;
    return (Area){x, y, MIN(TILE, c->width - x), MIN(TILE, c->height - y)};
}

void
classic_present(Classic *c, bool screen)
{
    scene_paint(c->desk, screen, c->now);
    for (int row = 0; row < rows(c); row++)
        for (int column = 0; column < columns(c); column++) {
            Area tile = tile_at(c, column, row);
            guint8 *known = &c->known[row * columns(c) + column];
            if (*known != 0 && tile_same(c, &tile))
                continue;
            *known = 1;
            send_tile(c, &tile);
        }
    memcpy(c->sent, c->now, (gsize)c->width * (gsize)c->height * 4);
    connection_flush(c->connection);
}

static bool
is_inside(const Classic *c, const Area *a)
{
    return a->x >= 0 && a->y >= 0 && a->x + a->width <= c->width && a->y + a->height <= c->height;
}

static bool
is_free(const Classic *c, const Window *window, const Area *a)
{
    for (guint i = 0; g_ptr_array_index(c->desk->stack, i) != window; i++) {
        const Window *above = g_ptr_array_index(c->desk->stack, i);
        Area b = desk_area(c->desk, above);
        if (desk_visible(above) && a->x < b.x + b.width && b.x < a->x + a->width &&
            a->y < b.y + b.height && b.y < a->y + a->height)
            return false;
    }
    return is_inside(c, a);
}

// The client has now in `to` what it had in `from`.
static void
copy_sent(Classic *c, const Area *from, const Area *to)
{
    gsize row = (gsize)to->width * 4;
    guint8 *pixels = g_malloc(row * (gsize)to->height);
    for (int y = 0; y < to->height; y++)
        memcpy(pixels + (gsize)y * row, c->sent + (from->y + y) * c->width + from->x, row);
    for (int y = 0; y < to->height; y++)
        memcpy(c->sent + (to->y + y) * c->width + to->x, pixels + (gsize)y * row, row);
    g_free(pixels);
}

void
classic_moved(Classic *c, const Window *w, const Area *from)
{
    Area to = desk_area(c->desk, w);
    if (!desk_visible(w) || w->corner > 0 || !is_free(c, w, from) || !is_free(c, w, &to))
        return;
    orders_scrblt(c->connection, from, &to);
    copy_sent(c, from, &to);
    report("scrblt x=%d y=%d width=%d height=%d", to.x, to.y, to.width, to.height);
}

void
classic_forget(Classic *c, const Area *area)
{
    for (int row = 0; row < rows(c); row++)
        for (int column = 0; column < columns(c); column++) {
            Area t = tile_at(c, column, row);
            if (t.x < area->x + area->width && area->x < t.x + t.width &&
                t.y < area->y + area->height && area->y < t.y + t.height)
                c->known[row * columns(c) + column] = 0;
        }
}

Classic *
classic_new(Connection *connection, const Desk *desk)
{
    Classic *c = g_new0(Classic, 1);
    c->connection = connection;
    c->desk = desk;
    c->width = desk->width;
    c->height = desk->height;
    c->now = g_new0(guint32, (gsize)c->width * (gsize)c->height);
    c->sent = g_new0(guint32, (gsize)c->width * (gsize)c->height);
    c->planar = freerdp_bitmap_planar_context_new(planar_flags(), TILE, TILE);
    c->known = g_new0(guint8, (gsize)columns(c) * (gsize)rows(c));
    return c;
}

void
classic_free(Classic *c)
{
    if (c == NULL)
        return;
    g_free(c->now);
    g_free(c->sent);
    g_free(c->known);
    freerdp_bitmap_planar_context_free(c->planar);
    g_free(c);
}
