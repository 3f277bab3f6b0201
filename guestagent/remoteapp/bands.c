// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/bands.h"

RaBands
ra_bands(const RaRect *rects, guint count, int width, int height)
{
    return (RaBands){.rects = rects, .count = count, .width = width, .height = height};
}

static RaRect
clip(const RaRect *r, int width, int height)
{
    int x1 = MAX(r->x, 0), y1 = MAX(r->y, 0);
    int x2 = MIN(r->x + r->width, width), y2 = MIN(r->y + r->height, height);
    return (RaRect){x1, y1, x2 - x1, y2 - y1};
}

bool
ra_bands_next(RaBands *b, RaRect *piece)
{
    for (; b->at < b->count; b->at++, b->row = 0) {
        RaRect r = clip(&b->rects[b->at], b->width, b->height);
        if (r.width <= 0 || b->row >= r.height)
            continue;
        int rows = MAX(RA_BAND_BYTES / (r.width * 4), 1);
        *piece = (RaRect){r.x, r.y + b->row, r.width, MIN(rows, r.height - b->row)};
        b->row += piece->height;
        return true;
    }
    return false;
}

bool
ra_bands_single(const RaBands *bands)
{
    RaBands copy = *bands;
    RaRect piece;
    return ra_bands_next(&copy, &piece) && !ra_bands_next(&copy, &piece);
}
