// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/wm.h"

#include "guestagent/remoteapp/x11/ewmh.h"
#include "guestagent/remoteapp/x11/focus.h"
#include "guestagent/remoteapp/x11/manager.h"
#include "guestagent/remoteapp/x11/pixels.h"
#include "guestagent/remoteapp/x11/stack.h"
#include "guestagent/remoteapp/x11/workspaces.h"

#include <X11/Xutil.h>
#include <string.h>

#define PLACE_MAX 32767
// A window that is larger than the screen and this gets no more: its pixels would eat the machine.
#define SIDE_MAX 8192
#define CASCADE_STEP 28
#define CASCADE_LENGTH 8

static bool
is_big(const RaStates *s)
{
    return s->fullscreen || s->max_horz || s->max_vert;
}

// The monitor on which the middle of the window is; else the first.
static RaRect
monitor_of(RaDesktop *d, const RaRect *rect)
{
    RaRect middle = {rect->x + rect->width / 2, rect->y + rect->height / 2, 1, 1};
    RaRect both;
    for (guint i = 0; i < d->monitors->len; i++) {
        RaRect *m = &g_array_index(d->monitors, RaRect, i);
        if (ra_rect_intersect(m, &middle, &both))
            return *m;
    }
    return g_array_index(d->monitors, RaRect, 0);
}

static RaRect
work_area_of(RaDesktop *d, const RaRect *rect)
{
    RaRect monitor = monitor_of(d, rect);
    RaRect both;
    return ra_rect_intersect(&monitor, &d->work_area, &both) ? both : monitor;
}

static RaRect
big_rect(RaDesktop *d, const RaClient *c)
{
    RaRect rect = c->restore;
    if (c->states.fullscreen)
        return monitor_of(d, &rect);
    RaRect area = work_area_of(d, &rect);
    if (c->states.max_horz) {
        rect.x = area.x;
        rect.width = area.width;
    }
    if (c->states.max_vert) {
        rect.y = area.y;
        rect.height = area.height;
    }
    return rect;
}

static void
tell_geometry(RaDesktop *d, const RaClient *c, const RaRect *rect)
{
    XEvent event = {.xconfigure = {.type = ConfigureNotify,
                                   .event = c->xid,
                                   .window = c->xid,
                                   .x = rect->x,
                                   .y = rect->y,
                                   .width = rect->width,
                                   .height = rect->height,
                                   .above = None}};
    XSendEvent(d->conn->dpy, c->xid, False, StructureNotifyMask, &event);
}

// The server gives a window of depth 32 an opaque black for what it grows by, which its program may
// never paint over (GTK 4, around its shadow): nothing there, or what the program has for it.
static void
resize_with_alpha(RaConn *conn, const RaClient *c, const RaRect *rect)
{
    Display *dpy = conn->dpy;
    const guint width = (guint)rect->width, height = (guint)rect->height;
    xcb_generic_error_t *failure = NULL;

    XGrabServer(dpy); // nothing that the program has painted there is lost
    xcb_get_geometry_reply_t *now =
        xcb_get_geometry_reply(conn->xcb, xcb_get_geometry(conn->xcb, (guint32)c->xid), &failure);
    XMoveResizeWindow(dpy, c->xid, rect->x, rect->y, width, height);
    if (now) {
        GC nothing = XCreateGC(dpy, c->xid, 0, NULL); // foreground 0
        if (width > now->width) {
            XFillRectangle(dpy, c->xid, nothing, now->width, 0, width - now->width, height);
            XClearArea(dpy, c->xid, now->width, 0, width - now->width, height, False);
        }
        if (height > now->height) {
            XFillRectangle(dpy, c->xid, nothing, 0, now->height, width, height - now->height);
            XClearArea(dpy, c->xid, 0, now->height, width, height - now->height, False);
        }
        XFreeGC(dpy, nothing);
    }
    XUngrabServer(dpy);
    XFlush(dpy);
    free(now);
    free(failure);
}

void
ra_wm_move_resize(RaDesktop *d, RaClient *c, const RaRect *wanted)
{
    int screen[2];
    ra_screen_size(d->screen, &screen[0], &screen[1]);
    RaRect rect = {CLAMP(wanted->x, -PLACE_MAX, PLACE_MAX), CLAMP(wanted->y, -PLACE_MAX, PLACE_MAX),
                   CLAMP(wanted->width, 1, MAX(SIDE_MAX, screen[0])),
                   CLAMP(wanted->height, 1, MAX(SIDE_MAX, screen[1]))};
    bool sized = rect.width != c->pub.rect.width || rect.height != c->pub.rect.height;
    c->requested = rect;
    c->requested_by = NextRequest(d->conn->dpy);
    if (sized && c->pub.alpha)
        resize_with_alpha(d->conn, c, &rect);
    else
        XMoveResizeWindow(d->conn->dpy, c->xid, rect.x, rect.y, (guint)rect.width,
                          (guint)rect.height);
    if (!sized)
        tell_geometry(d, c, &rect); // ICCCM 4.1.5: a move alone is told by a synthetic event
    ra_input_must_settle(d->input);
}

static void
place(RaDesktop *d, RaClient *c, RaRect *rect)
{
    RaClient *owner = c->has_transient ? ra_by_xid(d, c->transient_for) : NULL;
    RaRect area = work_area_of(d, owner ? &owner->pub.rect : &d->work_area);
    RaRect around = owner && owner != c ? owner->pub.rect : area;
    rect->x = around.x + (around.width - rect->width) / 2;
    rect->y = around.y + (around.height - rect->height) / 2;
    if (!owner) {
        int step = (int)(d->placed++ % CASCADE_LENGTH) - CASCADE_LENGTH / 2;
        rect->x += step * CASCADE_STEP;
        rect->y += step * CASCADE_STEP;
    }
    rect->x = MAX(MIN(rect->x, area.x + area.width - rect->width), area.x);
    rect->y = MAX(MIN(rect->y, area.y + area.height - rect->height), area.y);
}

static void
dress(RaDesktop *d, RaClient *c)
{
    XSetWindowBorderWidth(d->conn->dpy, c->xid, 0);
    ra_ewmh_dress(d->conn, c);
}

void
ra_wm_prepare(RaDesktop *d, RaClient *c)
{
    c->states.minimized = c->starts_iconic;
    c->states.focused = false;
    RaRect rect = c->pub.rect;
    if (!c->positioned)
        place(d, c, &rect);
    c->restore = rect;
    if (is_big(&c->states) && !d->hosted)
        rect = big_rect(d, c);
    dress(d, c);
    ra_workspaces_prepare(d, c);
    ra_wm_move_resize(d, c, &rect);
    ra_client_push_states(d->conn, c);
}

static bool
wants_focus(RaDesktop *d, const RaClient *c)
{
    if (c->override_redirect || c->states.minimized || c->no_focus_on_map ||
        !(c->accepts_input || c->can_take_focus))
        return false;
    return c->pub.kind == RA_KIND_NORMAL || c->pub.kind == RA_KIND_DIALOG;
}

// Unmapped, so that the server passes on to us that its program maps it, by which a program asks
// to be shown again (ICCCM 4.1.4).
static void
put_away(RaDesktop *d, RaClient *c)
{
    if (c->put_away) // asked for before it was heard that it is mapped
        return;
    ra_pixels_keep(d, c);
    c->put_away = true;
    c->unmaps++;
    XUnmapWindow(d->conn->dpy, c->xid);
}

void
ra_wm_mapped(RaDesktop *d, RaClient *c)
{
    if (!g_ptr_array_find(d->stack, c, NULL))
        g_ptr_array_add(d->stack, c); // where a new window is; read back when this batch ends
    if (c->states.minimized) {
        ra_stack_lower(d, c);
        put_away(d, c);
    } else {
        ra_stack_raise(d, c); // under popups; a popup above all, wherever it was when last seen
    }
    ra_wm_shown(d, c);
}

// A window that opens has the focus at once (input methods of GTK 4 miss it where it comes later);
// one that comes back asks a client of ours, since keys that are meant for another would go to it.
void
ra_wm_shown(RaDesktop *d, RaClient *c)
{
    if (!wants_focus(d, c))
        return;
    if (d->hosted && d->active != c && c->told)
        ra_focus_ask(d, c);
    else
        ra_focus(d, c);
}

void
ra_wm_adopt(RaDesktop *d, RaClient *c)
{
    c->restore = c->pub.rect;
    c->states.focused = false;
    dress(d, c);
    if (is_big(&c->states)) {
        // Where it was before is not known: in the middle, smaller.
        c->restore = work_area_of(d, &c->pub.rect);
        c->restore.x += c->restore.width / 8;
        c->restore.y += c->restore.height / 8;
        c->restore.width -= c->restore.width / 4;
        c->restore.height -= c->restore.height / 4;
    }
    ra_client_push_states(d->conn, c);
    c->changed = 0;
}

// A request of a window that is not managed (yet), or a popup: as it is.
static void
pass_on(RaDesktop *d, const XConfigureRequestEvent *e)
{
    XWindowChanges changes = {.x = e->x,
                              .y = e->y,
                              .width = e->width,
                              .height = e->height,
                              .border_width = e->border_width,
                              .sibling = e->above,
                              .stack_mode = e->detail};
    XConfigureWindow(d->conn->dpy, e->window, (guint)e->value_mask, &changes);
}

static void
restack(RaDesktop *d, RaClient *c, const XConfigureRequestEvent *e)
{
    bool relative = (e->value_mask & CWSibling) != 0;
    if (e->detail == Above || e->detail == TopIf || e->detail == Opposite)
        ra_stack_raise(d, c);
    else if (!relative)
        ra_stack_lower(d, c);
}

int
ra_wm_gravity(const RaClient *c)
{
    const ChanWindowProps *p = &c->pub.props;
    return p->size_flags & CHAN_SIZE_GRAVITY ? (int)p->gravity : NorthWestGravity;
}

// From the frame's reference point to the client area's corner (ICCCM 4.1.2.3, win_gravity).
static RaPoint
frame_offset(const ChanWindowHost *h, int gravity)
{
    int left = (int)h->frame_left, right = (int)h->frame_right;
    int top = (int)h->frame_top, bottom = (int)h->frame_bottom;
    if (gravity < NorthWestGravity || gravity > SouthEastGravity)
        return (RaPoint){0, 0};
    const int x[] = {left, (left - right) / 2, -right};
    const int y[] = {top, (top - bottom) / 2, -bottom};
    return (RaPoint){x[(gravity - NorthWestGravity) % 3], y[(gravity - NorthWestGravity) / 3]};
}

RaPoint
ra_wm_frame_offset(const RaClient *c, int gravity)
{
    return frame_offset(&c->told_host, gravity);
}

void
ra_wm_withdraw(RaDesktop *d, const RaClient *c)
{
    RaRect r = is_big(&c->states) ? c->restore : *ra_wm_newest_rect(c);
    RaPoint frame = frame_offset(&c->told_normal, ra_wm_gravity(c));

    if (c->override_redirect)
        return;
    XMoveResizeWindow(d->conn->dpy, c->xid, r.x - frame.x, r.y - frame.y, (guint)r.width,
                      (guint)r.height);
}

const RaRect *
ra_wm_newest_rect(const RaClient *c)
{
    return c->requested_by != 0 ? &c->requested : &c->pub.rect;
}

void
ra_wm_configure_request(RaDesktop *d, const XConfigureRequestEvent *e)
{
    RaClient *c = ra_by_xid(d, e->window);
    if (!c || c->override_redirect) {
        pass_on(d, e);
        return;
    }
    const gulong geometry = CWX | CWY | CWWidth | CWHeight;
    RaPoint frame = ra_wm_frame_offset(c, ra_wm_gravity(c));
    RaRect rect = *ra_wm_newest_rect(c);
    if (e->value_mask & CWX)
        rect.x = e->x + frame.x;
    if (e->value_mask & CWY)
        rect.y = e->y + frame.y;
    if (e->value_mask & CWWidth)
        rect.width = e->width;
    if (e->value_mask & CWHeight)
        rect.height = e->height;
    if (is_big(&c->states)) {
        c->restore = rect;
        tell_geometry(d, c, &c->pub.rect);
    } else if (e->value_mask & geometry) {
        ra_wm_move_resize(d, c, &rect);
    } else if (e->value_mask & CWBorderWidth) {
        tell_geometry(d, c, &c->pub.rect);
    }
    if (e->value_mask & CWStackMode)
        restack(d, c, e);
}

static void
apply_minimized(RaDesktop *d, RaClient *c)
{
    if (!c->states.minimized) {
        if (c->put_away)
            XMapWindow(d->conn->dpy, c->xid);
        c->put_away = false;
        ra_stack_raise(d, c);
        return;
    }
    ra_stack_lower(d, c);
    // The focus first, as window managers do: a window that is unmapped with it has it go to the
    // root, and Chromium does not take it again.
    if (d->active == c) {
        c->states.focused = false;
        ra_focus_lost(d, c);
    }
    put_away(d, c);
}

// Its program finds both, in the order that window managers have. Between the two it would lay out
// for a state and a size that do not belong together, and what follows from that may stay (GIMP).
static void
show_at_once(RaDesktop *d, RaClient *c, const RaRect *rect)
{
    XGrabServer(d->conn->dpy);
    ra_client_push_states(d->conn, c);
    ra_wm_move_resize(d, c, rect);
    XUngrabServer(d->conn->dpy);
    XFlush(d->conn->dpy);
}

void
ra_wm_show_as(RaDesktop *d, RaClient *c, const RaStates *wanted, const RaRect *rect)
{
    RaStates before = c->states;
    if (!is_big(&before))
        c->restore = c->pub.rect;
    c->states = *wanted;
    bool big_changed = before.fullscreen != wanted->fullscreen ||
                       before.max_horz != wanted->max_horz || before.max_vert != wanted->max_vert;
    if (rect && big_changed && before.minimized == wanted->minimized) {
        show_at_once(d, c, rect);
    } else if (rect) {
        ra_wm_move_resize(d, c, rect);
    } else if (big_changed && !d->hosted) {
        RaRect own = is_big(wanted) ? big_rect(d, c) : c->restore;
        ra_wm_move_resize(d, c, &own);
    }
    if (before.minimized != wanted->minimized)
        apply_minimized(d, c);
    else if (wanted->below && !before.below)
        ra_stack_lower(d, c);
    else if (wanted->above != before.above || wanted->below != before.below)
        ra_stack_raise(d, c);
    ra_unsettle(d);
}

void
ra_wm_apply(RaDesktop *d, RaClient *c, const RaStates *wanted)
{
    if (memcmp(&c->states, wanted, sizeof c->states) != 0)
        ra_wm_show_as(d, c, wanted, NULL);
}

void
ra_wm_restore(RaDesktop *d, RaClient *c)
{
    RaStates wanted = c->states;
    wanted.minimized = false;
    ra_wm_apply(d, c, &wanted);
}

void
ra_wm_fit_all(RaDesktop *d)
{
    for (guint i = 0; i < d->clients->len && !d->hosted; i++) {
        RaClient *c = d->clients->pdata[i];
        if (c->override_redirect || !is_big(&c->states))
            continue;
        RaRect rect = big_rect(d, c);
        if (!ra_rect_equal(&rect, &c->pub.rect))
            ra_wm_move_resize(d, c, &rect);
    }
}
