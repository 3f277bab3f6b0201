// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/cursor.h"

#include "rdpbridge/x11/buffer.h"
#include "rdpbridge/x11/windows.h"

#include <X11/Xutil.h>
#include <X11/cursorfont.h>
#include <X11/extensions/Xrender.h>
#include <stdlib.h>

struct HostCursor {
    View *view;
    Cursor arrow, current; // current may be arrow
    bool has_render;
};

HostCursor *
host_cursor_new(View *view)
{
    HostCursor *c = g_new0(HostCursor, 1);
    int event, error, major = 0, minor = 0;

    c->view = view;
    c->arrow = c->current = XCreateFontCursor(view->x->dpy, XC_left_ptr);
    c->has_render = XRenderQueryExtension(view->x->dpy, &event, &error) &&
                    XRenderQueryVersion(view->x->dpy, &major, &minor) &&
                    (major > 0 || minor >= 5) && view->x->alpha.depth == 32;
    return c;
}

void
host_cursor_free(HostCursor *c)
{
    if (!c)
        return;
    if (c->current != c->arrow)
        XFreeCursor(c->view->x->dpy, c->current);
    XFreeCursor(c->view->x->dpy, c->arrow);
    g_free(c);
}

// Puts cursor (owned) in the place of the former one.
static void
use(HostCursor *c, Cursor cursor)
{
    GHashTableIter iter;
    gpointer window;
    Cursor former = c->current;

    c->current = cursor;
    host_windows_iter(c->view->windows, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window))
        if (((HostWindow *)window)->xid)
            host_cursor_define(c, ((HostWindow *)window)->xid);
    if (former != c->arrow && former != cursor)
        XFreeCursor(c->view->x->dpy, former);
}

// pixels: premultiplied BGRA8, as the server's ARGB32 format is in memory.
static Cursor
from_pixels(HostCursor *c, const ViewCursor *m, uint32_t *pixels)
{
    HostDisplay *x = c->view->x;
    Pixmap pixmap = XCreatePixmap(x->dpy, x->root, m->width, m->height, 32);
    XImage *image = XCreateImage(x->dpy, x->alpha.visual, 32, ZPixmap, 0, (char *)pixels, m->width,
                                 m->height, 32, (int)m->width * 4);

    if (image) {
        XPutImage(x->dpy, pixmap, x->alpha.gc, image, 0, 0, 0, 0, m->width, m->height);
        image->data = NULL;
        XDestroyImage(image);
    }
    Picture picture = XRenderCreatePicture(
        x->dpy, pixmap, XRenderFindStandardFormat(x->dpy, PictStandardARGB32), 0, NULL);
    Cursor cursor = XRenderCreateCursor(x->dpy, picture, m->hot_x, m->hot_y);
    XRenderFreePicture(x->dpy, picture);
    XFreePixmap(x->dpy, pixmap);
    return cursor;
}

gboolean
host_cursor_set(HostCursor *c, const ViewCursor *m, int take_fd, GError **error)
{
    static const uint32_t nothing = 0;
    const ViewCursor hidden = {.width = 1, .height = 1};

    if (m->kind == VIEW_CURSOR_IMAGE) {
        g_autofree uint32_t *pixels =
            host_buffer_read_once(take_fd, (size_t)m->width * m->height * 4, error);
        if (!pixels)
            return FALSE;
        if (c->has_render)
            use(c, from_pixels(c, m, pixels));
    } else if (m->kind == VIEW_CURSOR_HIDDEN && c->has_render) {
        uint32_t pixel = nothing;
        use(c, from_pixels(c, &hidden, &pixel));
    } else {
        use(c, c->arrow);
    }
    return TRUE;
}

void
host_cursor_define(HostCursor *c, Window xid)
{
    XDefineCursor(c->view->x->dpy, xid, c->current);
}

void
host_cursor_reset(HostCursor *c)
{
    use(c, c->arrow);
}
