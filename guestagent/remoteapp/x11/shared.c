// SPDX-License-Identifier: Apache-2.0

// Memory that the host shares with the X server: a pixmap in it, into which the server copies what
// a window shows. Where the server has no such pixmaps (MIT-SHM 1.1, X_ShmQueryVersion's
// sharedPixmaps), rectangles are copied by this process.

#include "channel/pixel_path.h"
#include "guestagent/remoteapp/x11/manager.h"
#include "guestagent/remoteapp/x11/pixels.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xcb/shm.h>

#define RECTS_MAX 32
G_STATIC_ASSERT(RECTS_MAX >= CHAN_PIXELS_RECTS_MAX);

struct RaShared {
    RaConn *conn;
    int width, height;
    xcb_shm_seg_t segment; // 0: by this process
    xcb_pixmap_t pixmap;
    xcb_gcontext_t gc;
    guint8 *map;
};

static bool
done(RaConn *conn, xcb_void_cookie_t cookie)
{
    xcb_generic_error_t *failure = xcb_request_check(conn->xcb, cookie);
    bool good = failure == NULL;
    free(failure);
    return good;
}

// By the server. The descriptor is XCB's.
static bool
attach(RaShared *s, int take_fd, guint8 depth)
{
    xcb_connection_t *xcb = s->conn->xcb;
    const guint32 no_exposures = 0;
    s->segment = xcb_generate_id(xcb);
    if (!done(s->conn, xcb_shm_attach_fd_checked(xcb, s->segment, take_fd, 0))) {
        s->segment = 0;
        return false;
    }
    s->pixmap = xcb_generate_id(xcb);
    if (!done(s->conn, xcb_shm_create_pixmap_checked(
                           xcb, s->pixmap, (xcb_drawable_t)DefaultRootWindow(s->conn->dpy),
                           (guint16)s->width, (guint16)s->height, depth, s->segment, 0))) {
        s->pixmap = 0;
        return false;
    }
    s->gc = xcb_generate_id(xcb);
    xcb_create_gc(xcb, s->gc, s->pixmap, XCB_GC_GRAPHICS_EXPOSURES, &no_exposures);
    return true;
}

static bool
map_here(RaShared *s, int fd)
{
    void *map = mmap(NULL, (gsize)s->width * 4 * (gsize)s->height, PROT_READ | PROT_WRITE,
                     MAP_SHARED, fd, 0);
    s->map = map != MAP_FAILED ? map : NULL;
    return s->map != NULL;
}

RaShared *
ra_desktop_share(RaDesktop *d, int take_fd, int width, int height, bool alpha)
{
    RaConn *conn = d->conn;
    guint8 depth = alpha ? 32 : (guint8)DefaultDepth(conn->dpy, DefaultScreen(conn->dpy));
    RaShared *s = g_new0(RaShared, 1);
    s->conn = conn;
    s->width = width;
    s->height = height;
    int for_server = conn->has_shm_pixmaps ? fcntl(take_fd, F_DUPFD_CLOEXEC, 0) : -1;
    bool good = (for_server >= 0 && attach(s, for_server, depth)) || map_here(s, take_fd);
    close(take_fd);
    if (good)
        return s;
    ra_shared_free(s);
    return NULL;
}

void
ra_shared_free(RaShared *s)
{
    if (s == NULL)
        return;
    if (s->gc)
        xcb_free_gc(s->conn->xcb, s->gc);
    if (s->pixmap)
        xcb_free_pixmap(s->conn->xcb, s->pixmap);
    if (s->segment)
        xcb_shm_detach(s->conn->xcb, s->segment);
    if (s->map)
        munmap(s->map, (gsize)s->width * 4 * (gsize)s->height);
    g_free(s);
}

static bool
copy_here(RaDesktop *d, RaShared *s, guint32 id, const RaRect *rects, guint count)
{
    RaPixels pixels[RECTS_MAX];
    gsize stride = (gsize)s->width * 4;
    if (!ra_desktop_capture_many(d, id, rects, count, pixels))
        return false;
    for (guint i = 0; i < count; i++)
        for (int y = 0; y < rects[i].height; y++)
            memcpy(s->map + (gsize)(rects[i].y + y) * stride + (gsize)rects[i].x * 4,
                   pixels[i].data + (gsize)y * pixels[i].stride, (gsize)rects[i].width * 4);
    return true;
}

static bool
all_within(const RaShared *s, const RaRect *rects, guint count)
{
    const RaRect all = {0, 0, s->width, s->height};
    for (guint i = 0; i < count; i++) {
        RaRect inside;
        if (!ra_rect_intersect(&rects[i], &all, &inside) || !ra_rect_equal(&inside, &rects[i]))
            return false;
    }
    return true;
}

typedef struct {
    xcb_void_cookie_t copies[RECTS_MAX];
    xcb_get_geometry_cookie_t geometry;
} Asked;

static bool
ask(RaDesktop *d, const RaSharedCopy *copy, Asked *asked)
{
    const RaShared *s = copy->to;
    Drawable from = ra_pixels_pixmap(d, copy->id, copy->rects, copy->count);
    if (from == None)
        return false;
    for (guint i = 0; i < copy->count; i++) {
        const RaRect *r = &copy->rects[i];
        asked->copies[i] = xcb_copy_area_checked(
            s->conn->xcb, (xcb_drawable_t)from, s->pixmap, s->gc, (gint16)r->x, (gint16)r->y,
            (gint16)r->x, (gint16)r->y, (guint16)r->width, (guint16)r->height);
    }
    asked->geometry = xcb_get_geometry(s->conn->xcb, (xcb_drawable_t)from);
    return true;
}

// Whether the pixmap that was copied from has all of the rectangles: what is beyond it the server
// leaves out without a word.
static bool
has_all(RaDesktop *d, const RaSharedCopy *copy, xcb_get_geometry_cookie_t cookie)
{
    xcb_generic_error_t *failure = NULL;
    xcb_get_geometry_reply_t *size = xcb_get_geometry_reply(d->conn->xcb, cookie, &failure);
    bool all = size != NULL;
    for (guint i = 0; all && i < copy->count; i++)
        all = copy->rects[i].x + copy->rects[i].width <= size->width &&
              copy->rects[i].y + copy->rects[i].height <= size->height;
    free(failure);
    free(size);
    return all;
}

static void
settle(RaDesktop *d, RaSharedCopy *copy, const Asked *asked)
{
    copy->done = has_all(d, copy, asked->geometry);
    for (guint i = copy->count; i-- > 0;)
        copy->done &= done(d->conn, asked->copies[i]);
    if (!copy->done)
        ra_pixels_forget(d, copy->id);
}

void
ra_desktop_capture_shared(RaDesktop *d, RaSharedCopy *copies, guint count)
{
    g_autofree Asked *asked = g_new0(Asked, count);
    for (guint i = 0; i < count; i++) {
        RaSharedCopy *c = &copies[i];
        c->done = c->count <= RECTS_MAX && all_within(c->to, c->rects, c->count);
        if (c->done)
            c->done =
                c->to->map ? copy_here(d, c->to, c->id, c->rects, c->count) : ask(d, c, &asked[i]);
    }
    // The last first: its answer comes after all others were done.
    for (guint i = count; i-- > 0;)
        if (copies[i].done && !copies[i].to->map)
            settle(d, &copies[i], &asked[i]);
}

bool
ra_desktop_is_active(const RaDesktop *d, guint32 id)
{
    return d->active && d->active->pub.id == id;
}
