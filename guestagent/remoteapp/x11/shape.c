// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/shape.h"

#include <X11/extensions/shape.h>

// What servers tell of a window without a shape of its own lacks one border's width.
static bool
covers(const RaClient *c, const XRectangle *r)
{
    return r->x <= 0 && r->y <= 0 && r->x + r->width >= c->pub.rect.width - c->border &&
           r->y + r->height >= c->pub.rect.height - c->border;
}

static ChanWindowRect
as_told(const XRectangle *r)
{
    return (ChanWindowRect){r->x, r->y, r->width, r->height};
}

// Their bounds, where there are more than are told of.
static void
take_rects(ChanWindowShape *shape, const XRectangle *rects, int n)
{
    if (n <= CHAN_WINDOW_SHAPE_MAX) {
        for (int i = 0; i < n; i++)
            shape->rects[i] = as_told(&rects[i]);
        shape->count = (uint16_t)n;
        return;
    }
    int left = rects[0].x, top = rects[0].y, right = left, bottom = top;
    for (int i = 0; i < n; i++) {
        left = MIN(left, rects[i].x);
        top = MIN(top, rects[i].y);
        right = MAX(right, rects[i].x + rects[i].width);
        bottom = MAX(bottom, rects[i].y + rects[i].height);
    }
    shape->rects[0] = (ChanWindowRect){(int16_t)left, (int16_t)top, (uint16_t)(right - left),
                                       (uint16_t)(bottom - top)};
    shape->count = 1;
}

static ChanWindowShape *
read_shape(RaConn *conn, const RaClient *c, int kind)
{
    int n = 0, ordering;
    XRectangle *rects = XShapeGetRectangles(conn->dpy, c->xid, kind, &n, &ordering);
    for (int i = 0; i < n; i++) {
        rects[i].x = (short)(rects[i].x + c->border);
        rects[i].y = (short)(rects[i].y + c->border);
    }
    ChanWindowShape *shape = NULL;

    // Nothing at all: none, if the server answered; of a window that vanished it does not matter.
    if (!(n == 1 && covers(c, &rects[0]))) {
        shape = g_new0(ChanWindowShape, 1);
        shape->which = kind == ShapeInput ? CHAN_SHAPE_INPUT : CHAN_SHAPE_BOUNDING;
        shape->shaped = 1;
        take_rects(shape, rects, n);
    }
    if (rects)
        XFree(rects);
    return shape;
}

void
ra_shape_changed(RaConn *conn, RaClient *c, int kind)
{
    if (!conn->has_shape || (kind != ShapeBounding && kind != ShapeInput))
        return;
    ChanWindowShape **kept =
        &c->pub.shapes[kind == ShapeInput ? CHAN_SHAPE_INPUT : CHAN_SHAPE_BOUNDING];
    ChanWindowShape *now = read_shape(conn, c, kind);
    if (!now && !*kept)
        return;
    g_free(*kept);
    *kept = now;
    c->changed |= RA_CHANGED_SHAPE;
}

void
ra_shape_start(RaConn *conn, RaClient *c)
{
    if (!conn->has_shape)
        return;
    XShapeSelectInput(conn->dpy, c->xid, ShapeNotifyMask);
    ra_shape_changed(conn, c, ShapeBounding);
    ra_shape_changed(conn, c, ShapeInput);
}

void
ra_shape_clear(RaClient *c)
{
    for (guint i = 0; i < G_N_ELEMENTS(c->pub.shapes); i++)
        g_clear_pointer(&c->pub.shapes[i], g_free);
}
