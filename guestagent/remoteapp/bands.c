// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/bands.h"

guint
ra_bands_clip(RaRect *rects, guint count, int width, int height)
{
    guint left = 0;
    for (guint i = 0; i < count; i++) {
        int x1 = MAX(rects[i].x, 0), y1 = MAX(rects[i].y, 0);
        int x2 = MIN(rects[i].x + rects[i].width, width);
        int y2 = MIN(rects[i].y + rects[i].height, height);
        if (x1 < x2 && y1 < y2)
            rects[left++] = (RaRect){x1, y1, x2 - x1, y2 - y1};
    }
    return left;
}

int
ra_bands_rows(const RaRect *rect)
{
    return MAX(RA_BAND_BYTES / (rect->width * 4), 1);
}
