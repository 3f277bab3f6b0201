// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/rects.h"

// Sending a rectangle of its own costs about as much as this many more pixels.
#define RECT_COST_PIXELS 1024

static gint64
area(const RaRect *r)
{
    return (gint64)r->width * r->height;
}

static RaRect
bounds(const RaRect *a, const RaRect *b)
{
    int x1 = MIN(a->x, b->x);
    int y1 = MIN(a->y, b->y);
    int x2 = MAX(a->x + a->width, b->x + b->width);
    int y2 = MAX(a->y + a->height, b->y + b->height);
    return (RaRect){x1, y1, x2 - x1, y2 - y1};
}

// Pixels that are copied more when both become one; below zero where they overlap.
static gint64
merge_cost(const RaRect *a, const RaRect *b)
{
    RaRect both = bounds(a, b);
    return area(&both) - area(a) - area(b);
}

static void
remove_at(RaRects *rects, guint i)
{
    rects->rect[i] = rects->rect[--rects->count];
}

// Makes one of the pair that costs fewest pixels.
static void
merge_cheapest(RaRects *rects)
{
    guint best_a = 0;
    guint best_b = 1;
    gint64 best = G_MAXINT64;
    for (guint a = 0; a < rects->count; a++) {
        for (guint b = a + 1; b < rects->count; b++) {
            gint64 cost = merge_cost(&rects->rect[a], &rects->rect[b]);
            if (cost < best) {
                best = cost;
                best_a = a;
                best_b = b;
            }
        }
    }
    rects->rect[best_a] = bounds(&rects->rect[best_a], &rects->rect[best_b]);
    remove_at(rects, best_b);
}

void
ra_rects_clear(RaRects *rects)
{
    rects->count = 0;
}

void
ra_rects_add(RaRects *rects, RaRect rect)
{
    if (rect.width <= 0 || rect.height <= 0)
        return;
    // A grown rectangle may now be worth merging with another: start over with it.
    for (guint i = 0; i < rects->count; i++) {
        if (merge_cost(&rects->rect[i], &rect) <= RECT_COST_PIXELS) {
            rect = bounds(&rects->rect[i], &rect);
            remove_at(rects, i);
            i = (guint)-1;
        }
    }
    if (rects->count == RA_RECTS_MAX)
        merge_cheapest(rects);
    rects->rect[rects->count++] = rect;
}

void
ra_rects_limit(RaRects *rects, guint max)
{
    g_assert(max >= 1);
    while (rects->count > max)
        merge_cheapest(rects);
}

void
ra_rects_clip(RaRects *rects, int width, int height)
{
    RaRect window = {0, 0, width, height};
    for (guint i = rects->count; i-- > 0;) {
        if (!ra_rect_intersect(&rects->rect[i], &window, &rects->rect[i]))
            remove_at(rects, i);
    }
}

bool
ra_rect_intersect(const RaRect *a, const RaRect *b, RaRect *both)
{
    int x1 = MAX(a->x, b->x);
    int y1 = MAX(a->y, b->y);
    int x2 = MIN(a->x + a->width, b->x + b->width);
    int y2 = MIN(a->y + a->height, b->y + b->height);
    if (x2 <= x1 || y2 <= y1)
        return false;
    *both = (RaRect){x1, y1, x2 - x1, y2 - y1};
    return true;
}

bool
ra_rect_equal(const RaRect *a, const RaRect *b)
{
    return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}
