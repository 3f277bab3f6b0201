// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/paint.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/x11/control.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/window.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <xcb/shm.h>

#define BORDER 3

typedef struct {
    uint32_t sequence; // of the request whose completion answers it
    uint32_t id, serial;
} Waiting;

struct HostPainter {
    GQueue waiting; // Waiting, in the order of sequence
};

HostPainter *
host_painter_new(View *view)
{
    HostPainter *p = g_new0(HostPainter, 1);

    g_queue_init(&p->waiting);
    return p;
}

void
host_painter_free(HostPainter *p)
{
    if (!p)
        return;
    g_queue_clear_full(&p->waiting, g_free);
    g_free(p);
}

void
host_paint_answer(View *view, uint32_t id, uint32_t serial)
{
    ViewShown m = {.id = id, .serial = serial};
    guint64 now = (guint64)g_get_monotonic_time();

    VIEW_INIT(&m, VIEW_MSG_SHOWN);
    m.shown_us_low = (uint32_t)now;
    m.shown_us_high = (uint32_t)(now >> 32);
    host_session_send(view, &m, sizeof m);
    view->frames++;
    host_control_figures_changed(view);
}

static bool
clip(ViewRect *r, uint32_t width, uint32_t height)
{
    int64_t left = MAX(r->x, 0), top = MAX(r->y, 0);
    int64_t right = MIN((int64_t)r->x + r->width, (int64_t)width);
    int64_t bottom = MIN((int64_t)r->y + r->height, (int64_t)height);

    if (right <= left || bottom <= top)
        return false;
    *r =
        (ViewRect){(int32_t)left, (int32_t)top, (uint32_t)(right - left), (uint32_t)(bottom - top)};
    return true;
}

// Xlib copies the pixels into its requests, in pieces that the server takes.
static void
put_by_socket(View *view, HostWindow *w, const ViewRect *r)
{
    HostDisplay *x = view->x;
    const HostBuffer *b = w->buffer;
    XImage *image = XCreateImage(x->dpy, w->visual->visual, (unsigned)w->visual->depth, ZPixmap, 0,
                                 (char *)b->data, b->width, b->height, 32, (int)b->stride);
    int edge = (int)w->edge;

    if (!image)
        return;
    XPutImage(x->dpy, w->xid, w->visual->gc, image, r->x, r->y, r->x - edge, r->y - edge, r->width,
              r->height);
    image->data = NULL;
    XDestroyImage(image);
}

// Returns the request's sequence number when the server will send an event about it, or 0.
static uint32_t
put(View *view, HostWindow *w, const ViewRect *r, bool with_event)
{
    const HostBuffer *b = w->buffer;

    view->pixels_painted += (uint64_t)r->width * r->height;
    if (!b->segment) {
        put_by_socket(view, w, r);
        return 0;
    }
    xcb_void_cookie_t cookie = xcb_shm_put_image(
        view->x->xcb, (xcb_drawable_t)w->xid, (xcb_gcontext_t)XGContextFromGC(w->visual->gc),
        (uint16_t)(b->stride / 4), (uint16_t)b->height, (uint16_t)r->x, (uint16_t)r->y,
        (uint16_t)r->width, (uint16_t)r->height, (int16_t)(r->x - (int32_t)w->edge),
        (int16_t)(r->y - (int32_t)w->edge), (uint8_t)w->visual->depth, XCB_IMAGE_FORMAT_Z_PIXMAP,
        with_event, b->segment, 0);
    return with_event ? cookie.sequence : 0;
}

// A request whose PropertyNotify comes after everything before it.
static uint32_t
mark(HostDisplay *x)
{
    unsigned long sequence = NextRequest(x->dpy);

    XChangeProperty(x->dpy, x->leader, x->atoms[ATOM_CASEMENT_MARK], XA_INTEGER, 32,
                    PropModeReplace, NULL, 0);
    return (uint32_t)sequence;
}

// Where the session's pixels go: all of the window, or what the border leaves of it where the
// policy asks for one. False: nowhere.
static bool
inner(const View *view, const HostWindow *w, ViewRect *area)
{
    const ViewRect *g = &w->pushed.geometry;
    uint32_t border = host_paint_has_border(view) ? BORDER : 0;

    if (g->width <= 2 * border || g->height <= 2 * border)
        return border == 0;
    area->x = area->y = (int32_t)border;
    area->width = g->width - 2 * border;
    area->height = g->height - 2 * border;
    return true;
}

// True when something of r is left.
static bool
clip_to_inner(const View *view, const HostWindow *w, ViewRect *r)
{
    ViewRect area = {0};

    if (!host_paint_has_border(view))
        return true;
    if (!inner(view, w, &area))
        return false;
    ViewRect moved = {r->x - area.x, r->y - area.y, r->width, r->height};
    if (!clip(&moved, area.width, area.height))
        return false;
    *r = (ViewRect){moved.x + area.x, moved.y + area.y, moved.width, moved.height};
    return true;
}

bool
host_paint_has_border(const View *view)
{
    return view->setup.border_rgb >> 24 != 0;
}

static void
fill(View *view, HostWindow *w, ViewRect r, const ViewRect *area)
{
    // Both are in the window, so that clipping to the area is clipping to a moved rectangle.
    ViewRect moved = {r.x - area->x, r.y - area->y, r.width, r.height};

    if (r.width == 0 || r.height == 0 || !clip(&moved, area->width, area->height))
        return;
    moved.x += area->x;
    moved.y += area->y;
    if (clip_to_inner(view, w, &moved))
        XFillRectangle(view->x->dpy, w->xid, w->visual->gc, moved.x - (int)w->edge,
                       moved.y - (int)w->edge, moved.width, moved.height);
}

// What the buffer does not cover gets the colour of its last pixel until the guest has followed.
static void
pad(View *view, HostWindow *w, const ViewRect *area)
{
    const HostBuffer *b = w->buffer;
    const ViewRect *g = &w->pushed.geometry;
    uint32_t mask = w->visual->depth == 32 ? 0xffffffff : 0xffffff;

    if (g->width <= b->width && g->height <= b->height)
        return;
    XSetForeground(view->x->dpy, w->visual->gc,
                   host_buffer_pixel(b, b->width - 1, b->height - 1) & mask);
    if (g->width > b->width)
        fill(view, w, (ViewRect){(int32_t)b->width, 0, g->width - b->width, g->height}, area);
    if (g->height > b->height)
        fill(view, w, (ViewRect){0, (int32_t)b->height, b->width, g->height - b->height}, area);
}

// The X border of a popup has the colour that its program gave it, as its pixels show.
static void
colour_edge(const View *view, const HostWindow *w)
{
    if (!w->edge)
        return;
    uint32_t pixel = host_buffer_pixel(w->buffer, 0, 0);
    XSetWindowBorder(view->x->dpy, w->xid, w->visual->depth == 32 ? pixel : pixel & 0xffffff);
}

// The border that marks a guest's windows, where the policy asks for one. Nothing else is ever
// drawn there; a window that has room for nothing else is all of that colour.
static void
draw_border(View *view, HostWindow *w)
{
    uint32_t rgb = view->setup.border_rgb;
    uint32_t width = w->pushed.geometry.width, height = w->pushed.geometry.height;

    if (!host_paint_has_border(view))
        return;
    XRectangle sides[] = {
        {0, 0, (uint16_t)width, BORDER},
        {0, (int16_t)MAX((int32_t)height - BORDER, 0), (uint16_t)width, BORDER},
        {0, 0, BORDER, (uint16_t)height},
        {(int16_t)MAX((int32_t)width - BORDER, 0), 0, BORDER, (uint16_t)height},
    };
    XSetForeground(view->x->dpy, w->visual->gc,
                   w->visual->depth == 32 ? rgb | 0xff000000 : rgb & 0xffffff);
    XFillRectangles(view->x->dpy, w->xid, w->visual->gc, sides, G_N_ELEMENTS(sides));
}

void
host_paint_commit(View *view, HostWindow *w, uint32_t serial, const ViewRect *damage, uint32_t n)
{
    uint32_t sequence = 0;

    if (n == 0 || !w->buffer || !w->viewable) {
        host_paint_answer(view, w->id, serial);
        return;
    }
    colour_edge(view, w);
    for (uint32_t i = 0; i < n; i++) {
        ViewRect seen = damage[i];
        if (clip_to_inner(view, w, &seen))
            sequence = put(view, w, &seen, i + 1 == n);
        else
            sequence = 0;
    }
    draw_border(view, w);
    if (sequence == 0)
        sequence = mark(view->x);
    Waiting *waiting = g_new(Waiting, 1);
    *waiting = (Waiting){.sequence = sequence, .id = w->id, .serial = serial};
    g_queue_push_tail(&view->painter->waiting, waiting);
    if (g_queue_get_length(&view->painter->waiting) >= LIMIT_PUTS_UNDER_WAY)
        host_session_pause(view, true);
}

void
host_paint_area(View *view, HostWindow *w, ViewRect area)
{
    if (!w->buffer || !w->xid)
        return;
    colour_edge(view, w);
    ViewRect inside = area;
    if (clip(&inside, w->buffer->width, w->buffer->height) && clip_to_inner(view, w, &inside))
        put(view, w, &inside, false);
    pad(view, w, &area);
    draw_border(view, w);
    host_control_figures_changed(view);
}

void
host_paint_padding(View *view, HostWindow *w)
{
    ViewRect all = {0, 0, w->pushed.geometry.width, w->pushed.geometry.height};

    pad(view, w, &all);
}

void
host_paint_all(View *view, HostWindow *w)
{
    if (w->viewable)
        host_paint_area(view, w,
                        (ViewRect){0, 0, w->pushed.geometry.width, w->pushed.geometry.height});
}

void
host_paint_done(View *view, unsigned long sequence)
{
    Waiting *first;

    while ((first = g_queue_peek_head(&view->painter->waiting)) &&
           (int32_t)((uint32_t)sequence - first->sequence) >= 0) {
        g_queue_pop_head(&view->painter->waiting);
        if (first->id == host_focus_told(view->focus))
            host_latency_painted(&view->latency, g_get_monotonic_time());
        host_paint_answer(view, first->id, first->serial);
        g_free(first);
    }
    if (g_queue_get_length(&view->painter->waiting) < LIMIT_PUTS_UNDER_WAY)
        host_session_pause(view, false);
}

void
host_paint_forget(View *view)
{
    g_queue_clear_full(&view->painter->waiting, g_free);
}
