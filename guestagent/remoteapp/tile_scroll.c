// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tile_scroll.h"

#include <string.h>

#define COLUMNS 4 // that are looked at, of all the rectangle's width
#define COLUMN_PIXELS 16
#define COLUMN_BYTES (COLUMN_PIXELS * 4)
#define WINDOW 16       // rows that are found again as one: a single one is like many others
#define LEAST_VOTES 16  // of windows that were found again at the same distance
#define CHECKED_ROWS 24 // of each further column
#define MULTIPLIER 0x9e3779b1u
#define TWICE 0x80000000u // of a place: there are several such windows

// One column of pixels, now and in the shadow (then): a hash of each row, and of WINDOW rows from
// each on.
typedef struct {
    const RaTileShadow *shadow;
    const RaRect *rect;
    const RaPixels *pixels;
    int x;
    guint32 *now, *then, *now_windows, *then_windows;
    guint32 *places; // by hash of then_windows: its row and 1
    guint32 places_mask;
    guint32 *votes; // by distance, from minus the rectangle's height on
} Search;

static const guint8 *
now_at(const Search *s, int x, int row)
{
    return s->pixels->data + (gsize)row * s->pixels->stride + (gsize)(x - s->rect->x) * 4;
}

static const guint8 *
then_at(const Search *s, int x, int row)
{
    return ra_tile_shadow_at(s->shadow, x, s->rect->y + row);
}

static guint32
hash(const guint8 *bytes)
{
    guint64 words[COLUMN_BYTES / 8], h = 0;
    memcpy(words, bytes, sizeof words);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        h = (h ^ words[i]) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (guint32)(h >> 32);
}

static void
hash_windows(const guint32 *rows, int height, guint32 *windows)
{
    guint32 h = 0, out = 1;
    for (int i = 0; i < WINDOW; i++)
        out *= MULTIPLIER;
    for (int y = height - 1; y >= 0; y--) {
        h = h * MULTIPLIER + rows[y];
        if (y + WINDOW < height)
            h -= rows[y + WINDOW] * out;
        windows[y] = h;
    }
}

static void
hash_column(const Search *s)
{
    const int height = s->rect->height;
    for (int y = 0; y < height; y++) {
        s->now[y] = hash(now_at(s, s->x, y));
        s->then[y] = hash(then_at(s, s->x, y));
    }
    hash_windows(s->now, height, s->now_windows);
    hash_windows(s->then, height, s->then_windows);
}

static int
row_of(guint32 place)
{
    return (int)(place & ~TWICE) - 1;
}

static guint32 *
place_of(const Search *s, guint32 window)
{
    guint32 at = window ^ window >> 16;
    while (s->places[at & s->places_mask] != 0 &&
           s->then_windows[row_of(s->places[at & s->places_mask])] != window)
        at++;
    return &s->places[at & s->places_mask];
}

// The distance at which most of what changed is found again; 0: not much is.
static int
vote(const Search *s)
{
    const int height = s->rect->height;
    guint32 changed = 0;
    int best = 0;
    memset(s->places, 0, ((gsize)s->places_mask + 1) * sizeof s->places[0]);
    memset(s->votes, 0, 2 * (gsize)height * sizeof s->votes[0]);
    for (int y = 0; y + WINDOW <= height; y++) {
        guint32 *place = place_of(s, s->then_windows[y]);
        *place = *place != 0 ? *place | TWICE : (guint32)y + 1;
    }
    for (int y = 0; y + WINDOW <= height; y++) {
        if (s->now[y] == s->then[y])
            continue;
        changed++;
        guint32 place = *place_of(s, s->now_windows[y]);
        if (place != 0 && (place & TWICE) == 0)
            s->votes[row_of(place) - y + height]++;
    }
    for (int d = -height; d < height; d++)
        if (s->votes[d + height] > s->votes[best + height])
            best = d;
    return s->votes[best + height] >= MAX(LEAST_VOTES, changed / 4) ? best : 0;
}

// The rows that are found again at that distance, from the first to the last that moved; those
// around them that are alike anyway are of no use.
static bool
find_rows(const Search *s, int distance, int *top, int *bottom)
{
    const int first = MAX(0, -distance), end = MIN(s->rect->height, s->rect->height - distance);
    *top = *bottom = -1;
    for (int y = first; y < end; y++) {
        if (s->now[y] != s->then[y + distance] || s->now[y] == s->then[y])
            continue;
        *top = *top < 0 ? y : *top;
        *bottom = y + 1;
    }
    return *top >= 0 && *bottom - *top >= RA_TILE_SCROLL_LEAST;
}

static bool
column_moved(const Search *s, int x, int top, int bottom, int distance)
{
    int same = 0;
    for (int i = 0; i < CHECKED_ROWS; i++) {
        int row = top + (int)((gint64)(bottom - top) * i / CHECKED_ROWS);
        same += memcmp(now_at(s, x, row), then_at(s, x, row + distance), COLUMN_BYTES) == 0;
    }
    return same >= CHECKED_ROWS * 3 / 4;
}

// Columns of tiles beside the one that was found moved alike.
static void
find_width(const Search *s, int distance, RaRect *moved)
{
    const int right = s->rect->x + s->rect->width;
    const int top = moved->y - s->rect->y, bottom = top + moved->height;
    int x1 = s->x / RA_TILE_SIDE * RA_TILE_SIDE, x2 = MIN(x1 + RA_TILE_SIDE, right);
    while (x1 - RA_TILE_SIDE >= s->rect->x &&
           column_moved(s, x1 - RA_TILE_SIDE, top, bottom, distance))
        x1 -= RA_TILE_SIDE;
    while (x2 + COLUMN_PIXELS <= right && column_moved(s, x2, top, bottom, distance))
        x2 = MIN(x2 + RA_TILE_SIDE, right);
    moved->x = MAX(x1, s->rect->x);
    moved->width = x2 - moved->x;
}

static bool
search_column(Search *s, RaTileMove *move)
{
    int top, bottom;
    hash_column(s);
    int distance = vote(s);
    if (distance == 0 || !find_rows(s, distance, &top, &bottom))
        return false;
    move->to = (RaRect){.y = s->rect->y + top, .height = bottom - top};
    find_width(s, distance, &move->to);
    move->from_y = move->to.y + distance;
    return true;
}

bool
ra_tile_scroll_find(const RaTileShadow *shadow, const RaRect *rect, const RaPixels *pixels,
                    RaTileMove *move)
{
    const gsize height = (gsize)rect->height;
    Search s = {.shadow = shadow, .rect = rect, .pixels = pixels, .places_mask = 255};
    bool found = false;
    if (rect->height < RA_TILE_SCROLL_LEAST || rect->width < COLUMNS * RA_TILE_SIDE)
        return false;
    while (s.places_mask < 2 * height)
        s.places_mask = 2 * s.places_mask + 1;
    g_autofree guint32 *all = g_new(guint32, 6 * height + s.places_mask + 1);
    s.now = all;
    s.then = s.now + height;
    s.now_windows = s.then + height;
    s.then_windows = s.now_windows + height;
    s.votes = s.then_windows + height;
    s.places = s.votes + 2 * height;
    for (int i = 0; i < COLUMNS && !found; i++) {
        s.x = (rect->x + rect->width * (2 * i + 1) / (2 * COLUMNS)) & ~(COLUMN_PIXELS - 1);
        found = search_column(&s, move);
    }
    return found;
}
