// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tile_shadow.h"

#include <string.h>

// In blocks of RA_TILE_RUN_MAX by RA_TILE_SIDE pixels, row after row of blocks: one that changed
// whole lies without a gap, as it is compressed.
struct RaTileShadow {
    int width, height;
    guint8 *pixels;
    guint8 *notes; // one a block
};

static int
blocks_in_row(const RaTileShadow *s)
{
    return (s->width + RA_TILE_RUN_MAX - 1) / RA_TILE_RUN_MAX;
}

RaTileShadow *
ra_tile_shadow_new(int width, int height)
{
    RaTileShadow *s = g_new0(RaTileShadow, 1);
    s->width = width;
    s->height = height;
    s->pixels = g_malloc0((gsize)width * 4 * (gsize)height);
    s->notes =
        g_malloc0((gsize)blocks_in_row(s) * (gsize)((height + RA_TILE_SIDE - 1) / RA_TILE_SIDE));
    return s;
}

void
ra_tile_shadow_free(RaTileShadow *s)
{
    if (s == NULL)
        return;
    g_free(s->pixels);
    g_free(s->notes);
    g_free(s);
}

bool
ra_tile_shadow_holds(const RaTileShadow *s, const RaRect *r)
{
    return r->x >= 0 && r->y >= 0 && r->x + r->width <= s->width && r->y + r->height <= s->height;
}

guint8 *
ra_tile_shadow_note(RaTileShadow *s, int x, int y)
{
    return &s->notes[y / RA_TILE_SIDE * blocks_in_row(s) + x / RA_TILE_RUN_MAX];
}

typedef struct {
    RaTileShadow *shadow;
    const RaRect *rect;
    const guint8 *pixels; // of the rectangle's corner
    gsize stride;
    RaTileChanged changed;
    gpointer user;
} Update;

static const guint8 *
news_at(const Update *u, int x, int y)
{
    return u->pixels + (gsize)(y - u->rect->y) * u->stride + (gsize)(x - u->rect->x) * 4;
}

static int
block_width(const RaTileShadow *s, int x)
{
    return MIN(RA_TILE_RUN_MAX, s->width - x / RA_TILE_RUN_MAX * RA_TILE_RUN_MAX);
}

// Whose rows are block_width pixels long.
static guint8 *
shadow_at(const RaTileShadow *s, int x, int y)
{
    int left = x / RA_TILE_RUN_MAX * RA_TILE_RUN_MAX, top = y / RA_TILE_SIDE * RA_TILE_SIDE;
    int high = MIN(RA_TILE_SIDE, s->height - top), wide = block_width(s, x);
    gsize before = (gsize)top * (gsize)s->width + (gsize)left * (gsize)high;
    return s->pixels + (before + (gsize)(y - top) * (gsize)wide + (gsize)(x - left)) * 4;
}

const guint8 *
ra_tile_shadow_at(const RaTileShadow *s, int x, int y)
{
    return shadow_at(s, x, y);
}

static void
move_row(RaTileShadow *s, const RaRect *to, int y, int from_y)
{
    const int right = to->x + to->width;
    for (int x = to->x, next; x < right; x = next) {
        next = MIN((x / RA_TILE_RUN_MAX + 1) * RA_TILE_RUN_MAX, right);
        memcpy(shadow_at(s, x, y), shadow_at(s, x, from_y), (gsize)(next - x) * 4);
    }
}

// No row is written before it was read.
void
ra_tile_shadow_move(RaTileShadow *s, const RaTileMove *move)
{
    const RaRect from = {move->to.x, move->from_y, move->to.width, move->to.height};
    g_assert(ra_tile_shadow_holds(s, &move->to) && ra_tile_shadow_holds(s, &from));
    for (int i = 0; i < from.height; i++) {
        int row = from.y > move->to.y ? i : from.height - 1 - i;
        move_row(s, &move->to, move->to.y + row, from.y + row);
    }
}

static bool
differs(const Update *u, const RaRect *part)
{
    for (int y = part->y; y < part->y + part->height; y++)
        if (memcmp(news_at(u, part->x, y), shadow_at(u->shadow, part->x, y),
                   (gsize)part->width * 4) != 0)
            return true;
    return false;
}

static void
tell(const Update *u, const RaRect *run)
{
    for (int y = run->y; y < run->y + run->height; y++)
        memcpy(shadow_at(u->shadow, run->x, y), news_at(u, run->x, y), (gsize)run->width * 4);
    u->changed(run, shadow_at(u->shadow, run->x, run->y), (gsize)block_width(u->shadow, run->x) * 4,
               u->user);
}

// Parts that changed beside each other are told of as one.
static void
update_band(const Update *u, int top, int bottom)
{
    const int right = u->rect->x + u->rect->width;
    RaRect run = {.y = top, .height = bottom - top};
    for (int x = u->rect->x, next; x < right; x = next) {
        next = MIN((x / RA_TILE_SIDE + 1) * RA_TILE_SIDE, right);
        RaRect part = {x, top, next - x, bottom - top};
        bool changed = differs(u, &part);
        if (run.width > 0 && (!changed || x % RA_TILE_RUN_MAX == 0)) {
            tell(u, &run);
            run.width = 0;
        }
        if (changed && run.width == 0)
            run.x = x;
        if (changed)
            run.width += part.width;
    }
    if (run.width > 0)
        tell(u, &run);
}

void
ra_tile_shadow_update(RaTileShadow *s, const RaRect *rect, const guint8 *pixels, gsize stride,
                      RaTileChanged changed, gpointer user)
{
    const Update u = {s, rect, pixels, stride, changed, user};
    const int bottom = rect->y + rect->height;
    g_assert(ra_tile_shadow_holds(s, rect));
    for (int y = rect->y, next; y < bottom; y = next) {
        next = MIN((y / RA_TILE_SIDE + 1) * RA_TILE_SIDE, bottom);
        update_band(&u, y, next);
    }
}

void
ra_tile_shadow_read(const RaTileShadow *s, const RaRect *rect, RaTileChanged told, gpointer user)
{
    const int right = rect->x + rect->width, bottom = rect->y + rect->height;
    g_assert(ra_tile_shadow_holds(s, rect));
    for (int y = rect->y, below; y < bottom; y = below) {
        below = MIN((y / RA_TILE_SIDE + 1) * RA_TILE_SIDE, bottom);
        for (int x = rect->x, next; x < right; x = next) {
            next = MIN((x / RA_TILE_RUN_MAX + 1) * RA_TILE_RUN_MAX, right);
            const RaRect part = {x, y, next - x, below - y};
            told(&part, shadow_at(s, x, y), (gsize)block_width(s, x) * 4, user);
        }
    }
}
