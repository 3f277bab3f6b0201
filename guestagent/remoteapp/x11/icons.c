// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/icons.h"

#include <string.h>

#define SOURCE_SIDE_MAX 2048
#define SOURCES_MAX 64
#define USUAL_SIDE 256

typedef struct {
    const guint32 *argb;
    guint width, height;
    bool chosen;
} Source;

typedef struct {
    Source source[SOURCES_MAX];
    guint count;
} Sources;

void
ra_icons_clear(RaIcons *icons)
{
    for (guint i = 0; i < icons->count; i++)
        g_free((gpointer)icons->icon[i].argb);
    icons->count = 0;
}

// Mean of up to factor² source pixels, weighted by alpha so that hidden colours do not bleed.
static guint32
mean(const RaIcon *icon, int factor, int x, int y)
{
    guint64 sum[4] = {0};
    guint n = 0;
    for (int sy = y * factor; sy < MIN(icon->height, (y + 1) * factor); sy++) {
        for (int sx = x * factor; sx < MIN(icon->width, (x + 1) * factor); sx++) {
            guint32 p = icon->argb[(gsize)sy * (gsize)icon->width + (gsize)sx];
            guint32 a = p >> 24;
            sum[0] += a;
            for (guint c = 1; c < 4; c++)
                sum[c] += (guint64)((p >> (24 - 8 * c)) & 0xff) * a;
            n++;
        }
    }
    if (n == 0 || sum[0] == 0)
        return 0;
    guint32 out = (guint32)(sum[0] / n) << 24;
    for (guint c = 1; c < 4; c++)
        out |= (guint32)(sum[c] / sum[0]) << (24 - 8 * c);
    return out;
}

RaIcon
ra_icon_square(const RaIcon *icon, int side_max)
{
    int factor = 1;
    while ((MAX(icon->width, icon->height) + factor - 1) / factor > side_max)
        factor *= 2;
    int w = (icon->width + factor - 1) / factor;
    int h = (icon->height + factor - 1) / factor;
    int side = MAX(w, h);
    guint32 *out = g_new0(guint32, (gsize)side * (gsize)side);
    guint32 *to = out + (gssize)((side - h) / 2) * side + (side - w) / 2;
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++)
            to[(gssize)y * side + x] =
                factor == 1 ? icon->argb[(gssize)y * icon->width + x] : mean(icon, factor, x, y);
    }
    return (RaIcon){side, side, out};
}

static gsize
bytes_of(const RaIcons *icons)
{
    gsize sum = 0;
    for (guint i = 0; i < icons->count; i++)
        sum += (gsize)icons->icon[i].width * (gsize)icons->icon[i].height * 4;
    return sum;
}

void
ra_icons_add(RaIcons *icons, const guint32 *argb, guint width, guint height)
{
    gsize bytes = (gsize)width * height * 4;
    if (width == 0 || height == 0 || width > CHAN_WINDOW_ICON_SIDE_MAX ||
        height > CHAN_WINDOW_ICON_SIDE_MAX || icons->count == RA_ICONS_MAX ||
        bytes > CHAN_WINDOW_ICON_BYTES_MAX - bytes_of(icons))
        return;
    icons->icon[icons->count++] = (RaIcon){(int)width, (int)height, g_memdup2(argb, bytes)};
}

static bool
has_size(const Sources *sources, guint width, guint height)
{
    for (guint i = 0; i < sources->count; i++)
        if (sources->source[i].width == width && sources->source[i].height == height)
            return true;
    return false;
}

static void
find_sources(Sources *sources, const guint32 *untrusted_items, gsize count)
{
    gsize at = 0;
    while (count - at > 2 && sources->count < SOURCES_MAX) {
        guint32 width = untrusted_items[at];
        guint32 height = untrusted_items[at + 1];
        at += 2;
        if (width == 0 || height == 0 || width > SOURCE_SIDE_MAX || height > SOURCE_SIDE_MAX ||
            (gsize)width * height > count - at)
            return;
        if (!has_size(sources, width, height))
            sources->source[sources->count++] =
                (Source){.argb = untrusted_items + at, .width = width, .height = height};
        at += (gsize)width * height;
    }
}

static gsize
area(const Source *source)
{
    return (gsize)source->width * source->height;
}

// The smallest that was not chosen yet; NULL: all were.
static Source *
next_source(Sources *sources)
{
    Source *next = NULL;
    for (guint i = 0; i < sources->count; i++) {
        Source *s = &sources->source[i];
        if (!s->chosen && (!next || area(s) < area(next)))
            next = s;
    }
    return next;
}

static void
choose_sources(Sources *sources)
{
    gsize room = CHAN_WINDOW_ICON_BYTES_MAX / 4;
    Sources rest = *sources;
    for (guint n = 0; n < RA_ICONS_MAX;) {
        Source *s = next_source(&rest);
        if (!s || area(s) > room)
            return;
        s->chosen = true; // or looked at
        if (s->width > CHAN_WINDOW_ICON_SIDE_MAX || s->height > CHAN_WINDOW_ICON_SIDE_MAX)
            continue;
        room -= area(s);
        sources->source[s - rest.source].chosen = true;
        n++;
    }
}

void
ra_icons_parse(RaIcons *icons, const guint32 *untrusted_items, gsize count)
{
    Sources sources = {.count = 0};
    ra_icons_clear(icons);
    find_sources(&sources, untrusted_items, count);
    choose_sources(&sources);
    for (guint i = 0; i < sources.count; i++) {
        const Source *s = &sources.source[i];
        if (s->chosen)
            ra_icons_add(icons, s->argb, s->width, s->height);
    }
    const Source *smallest = next_source(&sources);
    if (icons->count > 0 || !smallest)
        return;
    RaIcon whole = {(int)smallest->width, (int)smallest->height, smallest->argb};
    icons->icon[icons->count++] = ra_icon_square(&whole, USUAL_SIDE);
}
