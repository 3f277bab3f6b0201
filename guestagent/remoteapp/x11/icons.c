// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/icons.h"

#define SOURCE_SIDE_MAX 2048

void
ra_icons_clear(RaIcons *icons)
{
    for (guint i = 0; i < icons->count; i++)
        g_free((gpointer)icons->icon[i].argb);
    icons->count = 0;
}

// Mean of up to factor² source pixels, weighted by alpha so that hidden colours do not bleed.
static guint32
mean(const guint32 *argb, guint width, guint height, guint factor, guint x, guint y)
{
    guint64 sum[4] = {0};
    guint n = 0;
    for (guint sy = y * factor; sy < MIN(height, (y + 1) * factor); sy++) {
        for (guint sx = x * factor; sx < MIN(width, (x + 1) * factor); sx++) {
            guint32 p = argb[(gsize)sy * width + sx];
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

static int
by_side_descending(const void *a, const void *b)
{
    return ((const RaIcon *)b)->side - ((const RaIcon *)a)->side;
}

void
ra_icons_add(RaIcons *icons, const guint32 *argb, guint width, guint height)
{
    if (width == 0 || height == 0 || width > SOURCE_SIDE_MAX || height > SOURCE_SIDE_MAX ||
        icons->count == RA_ICONS_MAX)
        return;
    guint factor = 1;
    while ((MAX(width, height) + factor - 1) / factor > RA_ICON_SIDE_MAX)
        factor *= 2;
    guint w = (width + factor - 1) / factor;
    guint h = (height + factor - 1) / factor;
    guint side = MAX(w, h);
    for (guint i = 0; i < icons->count; i++) {
        if (icons->icon[i].side == (int)side)
            return;
    }
    guint32 *out = g_new0(guint32, (gsize)side * side);
    guint32 *to = out + (gsize)((side - h) / 2) * side + (side - w) / 2;
    for (guint y = 0; y < h; y++) {
        for (guint x = 0; x < w; x++)
            to[(gsize)y * side + x] =
                factor == 1 ? argb[(gsize)y * w + x] : mean(argb, width, height, factor, x, y);
    }
    icons->icon[icons->count++] = (RaIcon){.side = (int)side, .argb = out};
    qsort(icons->icon, icons->count, sizeof icons->icon[0], by_side_descending);
}

void
ra_icons_parse(RaIcons *icons, const guint32 *untrusted_items, gsize count)
{
    ra_icons_clear(icons);
    gsize at = 0;
    while (count - at > 2) {
        guint32 width = untrusted_items[at];
        guint32 height = untrusted_items[at + 1];
        at += 2;
        if (width == 0 || height == 0 || width > SOURCE_SIDE_MAX || height > SOURCE_SIDE_MAX ||
            (gsize)width * height > count - at)
            return;
        ra_icons_add(icons, untrusted_items + at, width, height);
        at += (gsize)width * height;
    }
}
