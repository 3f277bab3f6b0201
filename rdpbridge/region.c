// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/region.h"

#include <stdlib.h>
#include <string.h>

void
bridge_region_clear(BridgeRegion *r)
{
    free(r->rects);
    *r = (BridgeRegion){0};
}

int32_t
bridge_rect_right(const ViewRect *r)
{
    return r->x + (int32_t)r->width;
}

int32_t
bridge_rect_bottom(const ViewRect *r)
{
    return r->y + (int32_t)r->height;
}

static ViewRect
between(int32_t left, int32_t top, int32_t right, int32_t bottom)
{
    if (left >= right || top >= bottom)
        return (ViewRect){0};
    return (ViewRect){left, top, (uint32_t)(right - left), (uint32_t)(bottom - top)};
}

ViewRect
bridge_rect_both(ViewRect a, ViewRect b)
{
    return between(a.x > b.x ? a.x : b.x, a.y > b.y ? a.y : b.y,
                   bridge_rect_right(&a) < bridge_rect_right(&b) ? bridge_rect_right(&a)
                                                                 : bridge_rect_right(&b),
                   bridge_rect_bottom(&a) < bridge_rect_bottom(&b) ? bridge_rect_bottom(&a)
                                                                   : bridge_rect_bottom(&b));
}

static void
append(BridgeRegion *r, ViewRect rect)
{
    if (rect.width == 0 || rect.height == 0 || r->count == BRIDGE_REGION_MAX)
        return;
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 8;
        ViewRect *rects = realloc(r->rects, r->capacity * sizeof rects[0]);
        if (!rects)
            abort();
        r->rects = rects;
    }
    r->rects[r->count++] = rect;
}

// What is left of `of` around `both`, which lies in it.
static void
append_around(BridgeRegion *r, const ViewRect *of, const ViewRect *both)
{
    append(r, between(of->x, of->y, bridge_rect_right(of), both->y));
    append(r, between(of->x, both->y, both->x, bridge_rect_bottom(both)));
    append(r, between(bridge_rect_right(both), both->y, bridge_rect_right(of),
                      bridge_rect_bottom(both)));
    append(r,
           between(of->x, bridge_rect_bottom(both), bridge_rect_right(of), bridge_rect_bottom(of)));
}

void
bridge_region_take(BridgeRegion *r, ViewRect rect)
{
    for (unsigned i = 0, n = r->count; i < n;) {
        ViewRect of = r->rects[i], both = bridge_rect_both(of, rect);
        if (both.width == 0) {
            i++;
            continue;
        }
        // The last one that was not looked at takes its place, the last of all takes that one's.
        r->rects[i] = r->rects[--n];
        r->rects[n] = r->rects[--r->count];
        append_around(r, &of, &both);
    }
}

void
bridge_region_add(BridgeRegion *r, ViewRect rect)
{
    bridge_region_take(r, rect);
    append(r, rect);
}

void
bridge_region_clip(BridgeRegion *r, ViewRect rect)
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->count; i++) {
        ViewRect both = bridge_rect_both(r->rects[i], rect);
        if (both.width > 0)
            r->rects[n++] = both;
    }
    r->count = n;
}

void
bridge_region_keep(BridgeRegion *r, const BridgeRegion *other)
{
    BridgeRegion kept = {0};

    for (unsigned i = 0; i < r->count; i++)
        for (unsigned j = 0; j < other->count; j++)
            append(&kept, bridge_rect_both(r->rects[i], other->rects[j]));
    bridge_region_clear(r);
    *r = kept;
}

void
bridge_region_take_all(BridgeRegion *r, const BridgeRegion *other)
{
    for (unsigned i = 0; i < other->count && r->count > 0; i++)
        bridge_region_take(r, other->rects[i]);
}

void
bridge_region_move(BridgeRegion *r, int32_t dx, int32_t dy)
{
    for (unsigned i = 0; i < r->count; i++) {
        r->rects[i].x += dx;
        r->rects[i].y += dy;
    }
}

void
bridge_region_copy(BridgeRegion *to, const BridgeRegion *from)
{
    to->count = 0;
    for (unsigned i = 0; i < from->count; i++)
        append(to, from->rects[i]);
}

ViewRect
bridge_region_bounds(const BridgeRegion *r)
{
    if (r->count == 0)
        return (ViewRect){0};
    int32_t left = r->rects[0].x, top = r->rects[0].y;
    int32_t right = bridge_rect_right(&r->rects[0]), bottom = bridge_rect_bottom(&r->rects[0]);

    for (unsigned i = 1; i < r->count; i++) {
        const ViewRect *a = &r->rects[i];
        left = a->x < left ? a->x : left;
        top = a->y < top ? a->y : top;
        right = bridge_rect_right(a) > right ? bridge_rect_right(a) : right;
        bottom = bridge_rect_bottom(a) > bottom ? bridge_rect_bottom(a) : bottom;
    }
    return between(left, top, right, bottom);
}
