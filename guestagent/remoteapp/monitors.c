// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/monitors.h"

RaRect
ra_monitors_arrange(RaMonitors *m)
{
    int left = G_MAXINT, top = G_MAXINT, right = G_MININT, bottom = G_MININT;
    for (guint i = 0; i < m->n_monitors; i++) {
        const RaRect *r = &m->monitors[i];
        left = MIN(left, r->x);
        top = MIN(top, r->y);
        right = MAX(right, r->x + r->width);
        bottom = MAX(bottom, r->y + r->height);
    }
    for (guint i = 0; i < m->n_monitors; i++) {
        m->monitors[i].x -= left;
        m->monitors[i].y -= top;
    }
    return (RaRect){0, 0, right - left, bottom - top};
}
