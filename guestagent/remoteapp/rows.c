// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/rows.h"

#include <string.h>

gsize
ra_rows_size(const RaRect *rect)
{
    return (gsize)rect->width * 4 * (gsize)rect->height;
}

void
ra_rows_pack(guint8 *to, const RaRect *rect, const RaPixels *pixels)
{
    gsize row = (gsize)rect->width * 4;
    if (pixels->stride == row) {
        memcpy(to, pixels->data, ra_rows_size(rect));
        return;
    }
    for (int y = 0; y < rect->height; y++)
        memcpy(to + (gsize)y * row, pixels->data + (gsize)y * pixels->stride, row);
}
