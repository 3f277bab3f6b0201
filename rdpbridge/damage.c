// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/damage.h"

static uint64_t
area(const ViewRect *r)
{
    return (uint64_t)r->width * r->height;
}

static ViewRect
bounds(const ViewRect *a, const ViewRect *b)
{
    int64_t left = a->x < b->x ? a->x : b->x, top = a->y < b->y ? a->y : b->y;
    int64_t right_a = (int64_t)a->x + a->width, right_b = (int64_t)b->x + b->width;
    int64_t bottom_a = (int64_t)a->y + a->height, bottom_b = (int64_t)b->y + b->height;

    return (ViewRect){(int32_t)left, (int32_t)top,
                      (uint32_t)((right_a > right_b ? right_a : right_b) - left),
                      (uint32_t)((bottom_a > bottom_b ? bottom_a : bottom_b) - top)};
}

static bool
contains(const ViewRect *a, const ViewRect *b)
{
    ViewRect both = bounds(a, b);

    return area(&both) == area(a);
}

static void
take_out(BridgeDamage *damage, unsigned i)
{
    damage->rects[i] = damage->rects[--damage->count];
}

// Merges rect with what it makes up a rectangle with, or holds; FALSE when it is held itself.
static bool
absorb(BridgeDamage *damage, ViewRect *rect)
{
    for (unsigned i = 0; i < damage->count;) {
        ViewRect both = bounds(&damage->rects[i], rect);
        if (contains(&damage->rects[i], rect))
            return false;
        if (area(&both) <= area(&damage->rects[i]) + area(rect)) {
            take_out(damage, i);
            *rect = both;
            i = 0; // the larger one may meet others
        } else {
            i++;
        }
    }
    return true;
}

// The rectangle whose union with rect adds the least.
static unsigned
cheapest(const BridgeDamage *damage, const ViewRect *rect)
{
    unsigned best = 0;
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < damage->count; i++) {
        ViewRect both = bounds(&damage->rects[i], rect);
        uint64_t extra = area(&both) - area(&damage->rects[i]);
        if (extra < least) {
            least = extra;
            best = i;
        }
    }
    return best;
}

void
bridge_damage_add(BridgeDamage *damage, ViewRect rect)
{
    if (rect.width == 0 || rect.height == 0)
        return;
    while (absorb(damage, &rect)) {
        if (damage->count < VIEW_DAMAGE_MAX) {
            damage->rects[damage->count++] = rect;
            return;
        }
        unsigned i = cheapest(damage, &rect);
        rect = bounds(&damage->rects[i], &rect);
        take_out(damage, i);
    }
}

uint64_t
bridge_damage_area(const BridgeDamage *damage)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < damage->count; i++)
        sum += area(&damage->rects[i]);
    return sum;
}

void
bridge_damage_clip(BridgeDamage *damage, uint32_t width, uint32_t height)
{
    for (unsigned i = 0; i < damage->count;) {
        ViewRect *r = &damage->rects[i];
        int64_t left = r->x > 0 ? r->x : 0, top = r->y > 0 ? r->y : 0;
        int64_t right = (int64_t)r->x + r->width, bottom = (int64_t)r->y + r->height;
        right = right < width ? right : width;
        bottom = bottom < height ? bottom : height;
        if (left >= right || top >= bottom) {
            take_out(damage, i);
            continue;
        }
        *r = (ViewRect){(int32_t)left, (int32_t)top, (uint32_t)(right - left),
                        (uint32_t)(bottom - top)};
        i++;
    }
}
