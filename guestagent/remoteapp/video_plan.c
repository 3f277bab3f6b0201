// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/video_plan.h"

#include "channel/tile_stream.h"

// Ten times a second at least: while the way is busy with a frame, a program's next picture is all
// that is known of its rate.
#define SOON_US 100000
#define STEADY_FRAMES 4
#define STEADY_US 500000
#define PIXELS_LEAST (160 * 120)
#define HEAVY_US 25000 // that a frame takes the way
#define SMALL_PART 8   // a frame of less than this part of the area says nothing of it
#define COUNTED_US 1000000
#define SHORT_FRAMES 10 // of a video that was not worth its beginning
#define AGAIN_US 10000000
#define WAY_PART 0.5
#define BITS_A_PIXEL 12 // and second, where the way takes more
#define BITS_LEAST 200000

static gint64
area_of(const RaRect *r)
{
    return (gint64)r->width * r->height;
}

static RaRect
around(const RaRect *a, const RaRect *b)
{
    int x = MIN(a->x, b->x), y = MIN(a->y, b->y);
    return (RaRect){x, y, MAX(a->x + a->width, b->x + b->width) - x,
                    MAX(a->y + a->height, b->y + b->height) - y};
}

// 4:2:0 has pairs of pixels; a row or column that is left over goes as anything else.
static RaRect
even(const RaRect *r)
{
    int x = (r->x + 1) & ~1, y = (r->y + 1) & ~1;
    return (RaRect){x, y, ((r->x + r->width) & ~1) - x, ((r->y + r->height) & ~1) - y};
}

static gint64
painted_in(const RaVideoPlan *p)
{
    bool after = p->shown_us > p->taken_us && p->dirty_us > p->shown_us;
    return p->dirty_us - (after ? p->shown_us : p->taken_us);
}

static bool
is_soon(const RaVideoPlan *p)
{
    return p->dirty_us != 0 && painted_in(p) <= SOON_US;
}

void
ra_video_plan_damaged(RaVideoPlan *p, gint64 now)
{
    if (p->dirty_us == 0)
        p->dirty_us = now;
}

void
ra_video_plan_shown(RaVideoPlan *p, gint64 now)
{
    p->shown_us = now;
}

static RaRect
largest(const RaRect *rects, guint count)
{
    RaRect most = {0};
    for (guint i = 0; i < count; i++)
        if (area_of(&rects[i]) > area_of(&most))
            most = rects[i];
    return most;
}

static void
follow(RaVideoPlan *p, const RaRect *most, gint64 now)
{
    RaRect both = p->steady > 0 ? around(&p->area, most) : *most;
    bool same = p->steady > 0 && area_of(&both) * 4 <= area_of(&p->area) * 5 &&
                area_of(&both) * 4 <= area_of(most) * 5;
    if (same && p->heavy && is_soon(p)) {
        p->steady++;
        p->area = both;
        return;
    }
    p->steady = 1;
    p->area = *most;
    p->since_us = now;
}

static void
count_anew(RaVideoPlan *p, gint64 now)
{
    p->count_us = now;
    p->frames = p->soon = 0;
    p->painted_us = p->lossless_us = p->encode_us = p->sent_us = 0;
}

static void
turn_on(RaVideoPlan *p, gint64 now)
{
    RaRect area = even(&p->area);
    bool steady = p->steady >= STEADY_FRAMES && now - p->since_us >= STEADY_US;
    if (!steady || now < p->not_before_us || area_of(&area) < PIXELS_LEAST ||
        area_of(&area) > CHAN_TILES_VIDEO_PIXELS_MAX)
        return;
    p->area = area;
    p->on = true;
    p->last_us = now;
    p->all = 0;
    count_anew(p, now);
}

bool
ra_video_plan_frame(RaVideoPlan *p, const RaRect *rects, guint count, gint64 now)
{
    RaRect most = largest(rects, count);
    bool small = p->steady > 0 && area_of(&most) * SMALL_PART < area_of(&p->area);
    p->counts = !small && count > 0;
    if (!p->on && p->counts) {
        follow(p, &most, now);
        turn_on(p, now);
    }
    if (p->on && is_soon(p)) {
        p->soon++;
        p->painted_us += painted_in(p);
    }
    if (count > 0) {
        p->taken_us = now;
        p->dirty_us = 0;
    }
    return p->on;
}

static gint64
way_us(const RaWay *way, gsize bytes)
{
    return (gint64)((double)bytes / way->bytes_per_us);
}

void
ra_video_plan_lossless(RaVideoPlan *p, const RaWay *way, gsize bytes)
{
    if (p->counts)
        p->heavy = way->bytes_per_us > 0 && way_us(way, bytes) > HEAVY_US;
}

static void
turn_off(RaVideoPlan *p, gint64 now, bool again)
{
    p->on = false;
    p->steady = 0;
    if (!again)
        p->not_before_us = now + AGAIN_US;
}

bool
ra_video_plan_video(RaVideoPlan *p, const RaWay *way, gsize lossless_bytes, gsize bytes,
                    gint64 encode_us, gint64 now)
{
    p->last_us = now;
    p->frames++;
    p->all++;
    p->encode_us += encode_us;
    p->sent_us += way_us(way, bytes);
    p->lossless_us += way_us(way, lossless_bytes);
    if (now - p->count_us < COUNTED_US)
        return true;
    bool slow = 2 * p->soon < p->frames; // by the program, whatever the way or the host does
    bool dear = 2 * (p->encode_us + p->sent_us) > p->lossless_us;
    bool fits = p->lossless_us < p->painted_us * 3 / 4; // the way takes it as it is
    if (slow || dear || fits)
        turn_off(p, now, false);
    count_anew(p, now);
    return p->on;
}

bool
ra_video_plan_rest(RaVideoPlan *p, gint64 now)
{
    if (!p->on || now - p->last_us < RA_VIDEO_REST_US)
        return false;
    turn_off(p, now, p->all >= SHORT_FRAMES);
    return true;
}

void
ra_video_plan_stop(RaVideoPlan *p, gint64 now)
{
    turn_off(p, now, false);
}

gint64
ra_video_plan_bit_rate(const RaWay *way, gint64 pixels, guint videos)
{
    gint64 most = (gint64)(way->bytes_per_us * 8e6 * WAY_PART / MAX(videos, 1));
    return MAX(MIN(most, pixels * BITS_A_PIXEL), BITS_LEAST);
}
