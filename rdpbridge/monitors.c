// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/monitors.h"

#include "rdpbridge/region.h"

#include <string.h>

#define SIDE_MIN 200 // [MS-RDPEDISP] 2.2.2.2.1
#define SIDE_MAX 8192

// They share more than an edge.
static bool
overlap(const ViewRect *a, const ViewRect *b)
{
    return a->x < bridge_rect_right(b) && b->x < bridge_rect_right(a) &&
           a->y < bridge_rect_bottom(b) && b->y < bridge_rect_bottom(a);
}

static bool
touch(const ViewRect *a, const ViewRect *b)
{
    return a->x <= bridge_rect_right(b) && b->x <= bridge_rect_right(a) &&
           a->y <= bridge_rect_bottom(b) && b->y <= bridge_rect_bottom(a);
}

// Monitors that show the same, or a part of another's, are one.
static void
without_mirrors(const ViewScreen *s, BridgeMonitors *out)
{
    for (uint32_t i = 0; i < s->n_monitors; i++) {
        const ViewRect *r = &s->monitors[i];
        bool mirror = false;
        for (uint32_t k = 0; k < s->n_monitors && !mirror; k++) {
            const ViewRect *o = &s->monitors[k];
            bool inside = k != i && r->x >= o->x && r->y >= o->y &&
                          bridge_rect_right(r) <= bridge_rect_right(o) &&
                          bridge_rect_bottom(r) <= bridge_rect_bottom(o);
            mirror = inside && (k < i || memcmp(r, o, sizeof *r) != 0);
        }
        if (!mirror)
            out->monitors[out->n++] = *r;
    }
}

static bool
fit_the_root(const BridgeMonitors *m, const ViewRect *root)
{
    int32_t left = root->x + (int32_t)root->width, top = root->y + (int32_t)root->height;

    for (unsigned i = 0; i < m->n; i++) {
        const ViewRect *r = &m->monitors[i];
        if (r->width < SIDE_MIN || r->height < SIDE_MIN || r->width > SIDE_MAX ||
            r->height > SIDE_MAX || bridge_rect_right(r) > bridge_rect_right(root) ||
            bridge_rect_bottom(r) > bridge_rect_bottom(root))
            return false;
        left = r->x < left ? r->x : left;
        top = r->y < top ? r->y : top;
    }
    return left == root->x && top == root->y;
}

// None overlaps another, and from the first one all are reached.
static bool
are_one_surface(const BridgeMonitors *m)
{
    unsigned reached = 1, queue[VIEW_MONITORS_MAX] = {0}, n_queue = 1;

    for (unsigned i = 0; i < m->n; i++)
        for (unsigned k = i + 1; k < m->n; k++)
            if (overlap(&m->monitors[i], &m->monitors[k]))
                return false;
    while (n_queue > 0) {
        unsigned at = queue[--n_queue];
        for (unsigned k = 0; k < m->n; k++)
            if (!(reached & 1u << k) && touch(&m->monitors[at], &m->monitors[k])) {
                reached |= 1u << k;
                queue[n_queue++] = k;
            }
    }
    return reached == (1u << m->n) - 1;
}

static bool
put_corner_first(BridgeMonitors *m)
{
    for (unsigned i = 0; i < m->n; i++) {
        ViewRect r = m->monitors[i];
        if (r.x != 0 || r.y != 0)
            continue;
        m->monitors[i] = m->monitors[0];
        m->monitors[0] = r;
        return true;
    }
    return false;
}

BridgeMonitors
bridge_monitors_of(const ViewScreen *s, unsigned max, bool own)
{
    const BridgeMonitors whole = {.n = 1, .monitors = {s->root}};
    BridgeMonitors m = {0};

    without_mirrors(s, &m);
    if (m.n < 2 || m.n > max || !fit_the_root(&m, &s->root) ||
        (!own && !(are_one_surface(&m) && put_corner_first(&m))))
        return whole;
    const ViewRect first = m.monitors[0];
    for (unsigned i = 0; i < m.n; i++) {
        m.monitors[i].x -= first.x;
        m.monitors[i].y -= first.y;
    }
    return m;
}
