// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/pixels.h"

#include "channel/glib/steady.h"
#include "guestagent/remoteapp/x11/manager.h"

#include <X11/extensions/Xcomposite.h>
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <xcb/damage.h>

// A program's batch of drawing reaches us in pieces; without a pause one frame in five is torn.
// What is small (a character, a caret) is whole when the server has come round to us again, after
// all that the program had sent: a message to ourselves tells, in a third of the time that a timer
// takes. Where it is copied by the server (shared.c), the copy's own answer is that, and the
// message is spared: who copies looks for more after it. What is larger pauses until nothing more
// came for a while. Neither lasts longer than RA_MERGE_MOST_US.
#define SMALL_PIXELS (128 * 128)
#define MERGE_QUIET_US 100

static bool
waits(const RaClient *c)
{
    return c->told && !c->announced && c->dirty.count > 0;
}

static bool
all_within(const RaDesktop *d, gint64 most)
{
    gint64 pixels = 0;
    for (guint i = 0; i < d->clients->len; i++) {
        const RaClient *c = d->clients->pdata[i];
        for (guint r = 0; waits(c) && r < c->dirty.count; r++)
            pixels += (gint64)c->dirty.rect[r].width * c->dirty.rect[r].height;
    }
    return pixels <= most;
}

static bool
all_asked_for(const RaDesktop *d)
{
    for (guint i = 0; i < d->clients->len; i++) {
        const RaClient *c = d->clients->pdata[i];
        if (waits(c) && !c->asks_for_more)
            return false;
    }
    return true;
}

static void
send_fence(RaDesktop *d)
{
    RaConn *conn = d->conn;
    XEvent event = {.xclient = {.type = ClientMessage,
                                .window = conn->own,
                                .message_type = ATOM(conn, _CASEMENT_FENCE),
                                .format = 32}};
    XSendEvent(conn->dpy, conn->own, False, NoEventMask, &event);
    XFlush(conn->dpy);
    d->merge = RA_MERGE_FENCE;
}

static void
set_timer(RaDesktop *d, gint64 now)
{
    gint64 left = CLAMP(d->merge_until - now, 1, MERGE_QUIET_US);
    struct itimerspec when = {.it_value.tv_nsec = left * 1000};
    if (timerfd_settime(d->merge_fd, 0, &when, NULL) == 0)
        d->merge = RA_MERGE_TIMER;
}

static void
merge(RaDesktop *d)
{
    gint64 now = g_get_monotonic_time();
    d->merge_more = false;
    if (d->merge == RA_MERGE_NONE)
        d->merge_until = now + RA_MERGE_MOST_US;
    if (d->merge != RA_MERGE_TIMER && all_within(d, SMALL_PIXELS))
        send_fence(d);
    else
        set_timer(d, now);
}

static void
note(RaDesktop *d, RaClient *c, RaRect rect)
{
    ra_rects_add(&c->dirty, rect);
    d->merge_more |= !c->announced;
}

static void
announce(RaDesktop *d)
{
    d->merge = RA_MERGE_NONE;
    d->merge_more = false;
    for (guint i = 0; i < d->clients->len; i++) {
        RaClient *c = d->clients->pdata[i];
        if (!waits(c))
            continue;
        c->announced = true;
        if (d->events.damaged)
            d->events.damaged(c->pub.id, d->user);
    }
}

static gboolean
on_merged(int fd, GIOCondition condition, gpointer user)
{
    RaDesktop *d = user;
    guint64 expirations;
    if (read(fd, &expirations, sizeof expirations) < 0 && errno == EAGAIN)
        return G_SOURCE_CONTINUE;
    ra_manager_drain(d); // what the server has sent meanwhile belongs to it
    announce(d);
    return G_SOURCE_CONTINUE;
}

bool
ra_pixels_fence(RaDesktop *d, const XClientMessageEvent *event)
{
    if (event->message_type != ATOM(d->conn, _CASEMENT_FENCE))
        return false;
    d->fence_back = true;
    return true;
}

void
ra_pixels_drained(RaDesktop *d)
{
    bool back = d->fence_back;
    d->fence_back = false;
    if (d->merge == RA_MERGE_FENCE && !back)
        return;
    bool over = !d->merge_more || g_get_monotonic_time() >= d->merge_until;
    if (d->merge == RA_MERGE_FENCE && over)
        announce(d);
    else if (d->merge == RA_MERGE_NONE && d->merge_more && all_within(d, RA_COPIED_PIXELS) &&
             all_asked_for(d))
        announce(d);
    else if (d->merge_more)
        merge(d);
}

void
ra_pixels_init(RaDesktop *d)
{
    d->capture = ra_capture_new(d->conn);
    d->merge_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (d->merge_fd < 0)
        g_error("No timer for damage: %s", g_strerror(errno));
    d->merge_source = g_unix_fd_source_new(d->merge_fd, G_IO_IN);
    g_source_set_callback(d->merge_source, G_SOURCE_FUNC(on_merged), d, NULL);
    chan_source_keep_polled(d->merge_source);
    g_source_attach(d->merge_source, d->context);
}

void
ra_pixels_clear(RaDesktop *d)
{
    if (d->merge_source) {
        g_source_destroy(d->merge_source);
        g_source_unref(d->merge_source);
        close(d->merge_fd);
    }
    ra_capture_free(d->capture);
}

static void
note_all(RaDesktop *d, RaClient *c)
{
    ra_rects_clear(&c->dirty);
    note(d, c, (RaRect){0, 0, c->pub.rect.width, c->pub.rect.height});
}

static void
forget_pixmap(RaDesktop *d, RaClient *c)
{
    if (c->pixmap != None)
        XFreePixmap(d->conn->dpy, c->pixmap);
    c->pixmap = None;
}

void
ra_pixels_start(RaDesktop *d, RaClient *c)
{
    if (c->damage == None)
        c->damage = XDamageCreate(d->conn->dpy, c->xid, XDamageReportDeltaRectangles);
    forget_pixmap(d, c);
    note_all(d, c);
}

void
ra_pixels_resized(RaDesktop *d, RaClient *c)
{
    forget_pixmap(d, c);
    note_all(d, c);
}

void
ra_pixels_keep(RaDesktop *d, RaClient *c)
{
    if (c->pixmap == None)
        c->pixmap = XCompositeNameWindowPixmap(d->conn->dpy, c->xid);
}

void
ra_pixels_told(RaDesktop *d, RaClient *c)
{
    if (waits(c) && d->merge == RA_MERGE_NONE)
        merge(d); // also when told outside of the loop's turn
}

// The server paints a border without a word: it is taken with whatever else is.
static RaRect
area_of(const RaClient *c, const XRectangle *area)
{
    if (c->border > 0)
        return (RaRect){0, 0, c->pub.rect.width, c->pub.rect.height};
    return (RaRect){area->x, area->y, area->width, area->height};
}

void
ra_pixels_damaged(RaDesktop *d, const XDamageNotifyEvent *event)
{
    RaClient *c = ra_by_xid(d, event->drawable);
    if (c)
        note(d, c, area_of(c, &event->area));
}

guint
ra_desktop_take_damage(RaDesktop *d, guint32 id, bool all, RaRect *rects, guint max)
{
    RaClient *c = ra_by_id(d, id);
    if (!c || max == 0)
        return 0;
    RaRects *dirty = &c->dirty;
    ra_rects_clip(dirty, c->pub.rect.width, c->pub.rect.height);
    if (all) {
        ra_rects_clear(dirty);
        ra_rects_add(dirty, (RaRect){0, 0, c->pub.rect.width, c->pub.rect.height});
    }
    if (dirty->count == 0) {
        c->announced = false;
        return 0;
    }
    ra_rects_limit(dirty, max);
    guint count = dirty->count;
    memcpy(rects, dirty->rect, count * sizeof rects[0]);
    ra_rects_clear(dirty);
    c->announced = false;
    // Sent before the pixels are asked for: what is drawn later is reported again. By XCB, so that
    // one write has both and the server is woken once.
    if (c->damage != None)
        xcb_damage_subtract(d->conn->xcb, (xcb_damage_damage_t)c->damage, XCB_NONE, XCB_NONE);
    return count;
}

bool
ra_desktop_take_more(RaDesktop *d, guint32 id, RaRect *rects, guint *count, guint max)
{
    RaClient *c = ra_by_id(d, id);
    XEvent event;
    if (!c || *count == 0 || max == 0)
        return false;
    while (
        XCheckTypedWindowEvent(d->conn->dpy, c->xid, d->conn->damage_event + XDamageNotify, &event))
        ra_pixels_damaged(d, (const XDamageNotifyEvent *)&event);
    if (c->dirty.count == 0)
        return false;
    for (guint i = 0; i < *count; i++)
        ra_rects_add(&c->dirty, rects[i]);
    *count = ra_desktop_take_damage(d, id, false, rects, max);
    return *count > 0;
}

void
ra_desktop_asks_for_more(RaDesktop *d, guint32 id, bool asks)
{
    RaClient *c = ra_by_id(d, id);
    if (c)
        c->asks_for_more = asks;
}

Drawable
ra_pixels_pixmap(RaDesktop *d, guint32 id, const RaRect *rects, guint count)
{
    RaClient *c = ra_by_id(d, id);
    if (!c || !c->pub.mapped || d->conn->lost)
        return None;
    RaRect window = {0, 0, c->pub.rect.width, c->pub.rect.height};
    for (guint i = 0; i < count; i++) {
        RaRect inside;
        if (!ra_rect_intersect(&rects[i], &window, &inside) || !ra_rect_equal(&inside, &rects[i]))
            return None;
    }
    if (c->pixmap == None)
        c->pixmap = XCompositeNameWindowPixmap(d->conn->dpy, c->xid);
    return c->pixmap;
}

void
ra_pixels_forget(RaDesktop *d, guint32 id)
{
    RaClient *c = ra_by_id(d, id);
    if (c)
        forget_pixmap(d, c);
}

gboolean
ra_desktop_capture_many(RaDesktop *d, guint32 id, const RaRect *rects, guint count,
                        RaPixels *pixels)
{
    Drawable pixmap = ra_pixels_pixmap(d, id, rects, count);
    if (pixmap == None)
        return FALSE;
    if (ra_capture_take(d->capture, pixmap, rects, count, pixels))
        return TRUE;
    ra_pixels_forget(d, id);
    return FALSE;
}

gboolean
ra_desktop_capture(RaDesktop *d, guint32 id, const RaRect *rect, guint8 *dst, gsize stride)
{
    RaPixels pixels;
    if (!ra_desktop_capture_many(d, id, rect, 1, &pixels))
        return FALSE;
    for (int y = 0; y < rect->height; y++)
        memcpy(dst + (gsize)y * stride, pixels.data + (gsize)y * pixels.stride,
               (gsize)rect->width * 4);
    return TRUE;
}
