// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/sheets.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/shape.h>

#define SHEETS_MAX 1024
#define ALPHA_DEPTH 32
#define LEVELS 2 // of a frame, in which its program's window is, maybe in another
#define CHILDREN_MAX 32
#define ANCESTORS_MAX 8
#define REGION_LONGS_MAX 4096

typedef struct {
    Window xid;
    XRectangle rect; // with its border
    int border, depth;
    bool shown;
    Region opaque; // NULL: not looked at yet
} Sheet;

struct HostSheets {
    HostDisplay *x;
    Region monitors;
    unsigned n;
    Sheet sheets[]; // bottom first
};

static void
fill(Sheet *s, const xcb_get_window_attributes_reply_t *a, const xcb_get_geometry_reply_t *g)
{
    s->shown = a && g && a->map_state == XCB_MAP_STATE_VIEWABLE &&
               a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT;
    if (!s->shown)
        return;
    s->border = g->border_width;
    s->depth = g->depth;
    s->rect = (XRectangle){g->x, g->y, (unsigned short)(g->width + 2 * s->border),
                           (unsigned short)(g->height + 2 * s->border)};
}

static void
look_at_all(HostSheets *s, const Window *xids)
{
    xcb_connection_t *xcb = s->x->xcb;
    g_autofree xcb_get_window_attributes_cookie_t *attributes =
        g_new(xcb_get_window_attributes_cookie_t, s->n);
    g_autofree xcb_get_geometry_cookie_t *geometry = g_new(xcb_get_geometry_cookie_t, s->n);

    for (unsigned i = 0; i < s->n; i++) {
        attributes[i] = xcb_get_window_attributes(xcb, (xcb_window_t)xids[i]);
        geometry[i] = xcb_get_geometry(xcb, (xcb_drawable_t)xids[i]);
    }
    for (unsigned i = 0; i < s->n; i++) {
        xcb_generic_error_t *gone = NULL;
        xcb_get_window_attributes_reply_t *a =
            xcb_get_window_attributes_reply(xcb, attributes[i], &gone);
        free(gone);
        gone = NULL;
        xcb_get_geometry_reply_t *g = xcb_get_geometry_reply(xcb, geometry[i], &gone);
        free(gone);
        s->sheets[i].xid = xids[i];
        fill(&s->sheets[i], a, g);
        free(a);
        free(g);
    }
}

HostSheets *
host_sheets_read(HostDisplay *x, const ViewScreen *screen)
{
    Window root, parent, *xids = NULL;
    unsigned n = 0;

    if (!XQueryTree(x->dpy, x->root, &root, &parent, &xids, &n) || n > SHEETS_MAX)
        n = 0;
    HostSheets *s = g_malloc0(sizeof *s + n * sizeof s->sheets[0]);
    s->x = x;
    s->n = n;
    s->monitors = XCreateRegion();
    for (uint32_t i = 0; i < screen->n_monitors; i++) {
        const ViewRect *m = &screen->monitors[i];
        XRectangle rect = {(short)m->x, (short)m->y, (unsigned short)m->width,
                           (unsigned short)m->height};
        XUnionRectWithRegion(&rect, s->monitors, s->monitors);
    }
    look_at_all(s, xids);
    if (xids)
        XFree(xids);
    return s;
}

void
host_sheets_free(HostSheets *s)
{
    if (!s)
        return;
    for (unsigned i = 0; i < s->n; i++)
        if (s->sheets[i].opaque)
            XDestroyRegion(s->sheets[i].opaque);
    XDestroyRegion(s->monitors);
    g_free(s);
}

static bool
is_translucent(HostDisplay *x, Window xid)
{
    HostPropertyQuery query = {xid, x->atoms[ATOM__NET_WM_WINDOW_OPACITY], XA_CARDINAL, 32, 1};
    unsigned long *value = host_display_property(x, &query, NULL);
    bool is = value && (value[0] & 0xffffffff) != 0xffffffff; // Xlib keeps a sign

    if (value)
        XFree(value);
    return is;
}

static void
add_said(HostDisplay *x, Window xid, int left, int top, Region to)
{
    HostPropertyQuery query = {xid, x->atoms[ATOM__NET_WM_OPAQUE_REGION], XA_CARDINAL, 32,
                               REGION_LONGS_MAX};
    unsigned long n = 0, *said = host_display_property(x, &query, &n);

    for (unsigned long i = 0; i + 3 < n; i += 4) {
        XRectangle rect = {(short)(left + (int)said[i]), (short)(top + (int)said[i + 1]),
                           (unsigned short)said[i + 2], (unsigned short)said[i + 3]};
        XUnionRectWithRegion(&rect, to, to);
    }
    if (said)
        XFree(said);
}

// What a window, whose corner is there, and those within say that they are. False: all of it lets
// something through.
static bool
add_within(HostDisplay *x, Window xid, int left, int top, int levels, Region said)
{
    Window root, parent, *children = NULL;
    unsigned n = 0;
    bool good = !is_translucent(x, xid);

    if (!good)
        return false;
    if (said)
        add_said(x, xid, left, top, said);
    if (levels == 0 || !XQueryTree(x->dpy, xid, &root, &parent, &children, &n))
        return true;
    for (unsigned i = 0; i < n && good; i++) {
        int at_x, at_y;
        unsigned width, height, border, depth;
        good = i < CHILDREN_MAX && XGetGeometry(x->dpy, children[i], &root, &at_x, &at_y, &width,
                                                &height, &border, &depth);
        good = good && add_within(x, children[i], left + at_x + (int)border,
                                  top + at_y + (int)border, levels - 1, said);
    }
    if (children)
        XFree(children);
    return good;
}

static Region
shape_of(HostDisplay *x, const Sheet *s, int kind)
{
    int n = 0, ordering;
    XRectangle *rects = XShapeGetRectangles(x->dpy, s->xid, kind, &n, &ordering);
    Region region = XCreateRegion();

    for (int i = 0; i < n; i++)
        XUnionRectWithRegion(&rects[i], region, region);
    XOffsetRegion(region, s->rect.x + s->border, s->rect.y + s->border);
    if (rects)
        XFree(rects);
    return region;
}

static void
look_at(HostSheets *sheets, Sheet *s)
{
    HostDisplay *x = sheets->x;
    int left = s->rect.x + s->border, top = s->rect.y + s->border;
    Region clicked = shape_of(x, s, ShapeInput);

    s->opaque = XCreateRegion();
    if (XEmptyRegion(clicked)) {
        XDestroyRegion(clicked);
        return;
    }
    XDestroyRegion(clicked);
    Region shape = shape_of(x, s, ShapeBounding);
    if (s->depth != ALPHA_DEPTH)
        XUnionRectWithRegion(&s->rect, s->opaque, s->opaque);
    if (add_within(x, s->xid, left, top, LEVELS, s->depth == ALPHA_DEPTH ? s->opaque : NULL))
        XIntersectRegion(s->opaque, shape, s->opaque);
    else
        XSubtractRegion(s->opaque, s->opaque, s->opaque);
    XDestroyRegion(shape);
}

// The root's window that it is in, or is.
static Window
sheet_of(HostDisplay *x, Window xid)
{
    for (int i = 0; i < ANCESTORS_MAX; i++) {
        Window root, parent = None, *children = NULL;
        unsigned n = 0;
        if (!XQueryTree(x->dpy, xid, &root, &parent, &children, &n))
            return None;
        if (children)
            XFree(children);
        if (parent == root)
            return xid;
        xid = parent;
    }
    return None;
}

bool
host_sheets_cover(HostSheets *s, Window xid, uint32_t width, uint32_t height)
{
    Window own = sheet_of(s->x, xid), child;
    int left, top;

    if (own == None ||
        !XTranslateCoordinates(s->x->dpy, xid, s->x->root, 0, 0, &left, &top, &child))
        return false;
    XRectangle rect = {(short)left, (short)top, (unsigned short)width, (unsigned short)height};
    Region rest = XCreateRegion();
    XUnionRectWithRegion(&rect, rest, rest);
    XIntersectRegion(rest, s->monitors, rest);
    unsigned i = s->n;
    for (; i > 0 && s->sheets[i - 1].xid != own; i--) {
        Sheet *above = &s->sheets[i - 1];
        const XRectangle *r = &above->rect;
        if (!above->shown || XRectInRegion(rest, r->x, r->y, r->width, r->height) == RectangleOut)
            continue;
        if (!above->opaque)
            look_at(s, above);
        XSubtractRegion(rest, above->opaque, rest);
    }
    bool covered = i > 0 && XEmptyRegion(rest);
    XDestroyRegion(rest);
    return covered;
}
