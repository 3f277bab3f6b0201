// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/manager.h"

#include "channel/glib/timer.h"
#include "guestagent/remoteapp/x11/ewmh.h"
#include "guestagent/remoteapp/x11/focus.h"
#include "guestagent/remoteapp/x11/owner.h"
#include "guestagent/remoteapp/x11/pixels.h"
#include "guestagent/remoteapp/x11/shape.h"
#include "guestagent/remoteapp/x11/stack.h"
#include "guestagent/remoteapp/x11/wm.h"

#include <X11/extensions/Xfixes.h>
#include <X11/extensions/Xrandr.h>
#include <X11/extensions/shape.h>
#include <string.h>

// Events handled before others in the loop get their turn.
#define EVENTS_PER_TURN 2048
#define ICON_BYTES_PER_S (16 * 1024 * 1024)

static void
track(RaDesktop *d, RaClient *c)
{
    g_hash_table_insert(d->by_xid, GSIZE_TO_POINTER(c->xid), c);
    g_hash_table_insert(d->by_id, GUINT_TO_POINTER(c->pub.id), c);
    g_ptr_array_add(d->clients, c);
    c->app_stale = true;
    d->owners_stale = d->stack_stale = d->list_stale = true;
    ra_unsettle(d);
}

static void
forget(RaDesktop *d, RaClient *c, bool exists)
{
    g_hash_table_remove(d->by_xid, GSIZE_TO_POINTER(c->xid));
    g_hash_table_remove(d->by_id, GUINT_TO_POINTER(c->pub.id));
    g_ptr_array_remove(d->clients, c);
    g_ptr_array_remove(d->stack, c);
    d->owners_stale = d->stack_stale = d->list_stale = true;
    if (d->take_focus == c)
        d->take_focus = NULL;
    if (d->active == c)
        ra_focus_lost(d, c);
    if (exists && !c->override_redirect) {
        XDeleteProperty(d->conn->dpy, c->xid, ATOM(d->conn, WM_STATE));
        XDeleteProperty(d->conn->dpy, c->xid, ATOM(d->conn, _NET_WM_STATE));
        XDeleteProperty(d->conn->dpy, c->xid, ATOM(d->conn, _NET_WM_DESKTOP));
    }
    if (exists)
        XSelectInput(d->conn->dpy, c->xid, NoEventMask);
    guint32 id = c->pub.id;
    bool told = c->told;
    ra_frames_forget(d->frames, c);
    ra_client_free(d->conn, c);
    ra_unsettle(d);
    if (told && d->events.window_gone)
        d->events.window_gone(id, d->user);
}

static RaClient *
meet(RaDesktop *d, Window xid)
{
    if (xid == d->conn->own || d->clients->len >= RA_CLIENTS_MAX)
        return NULL;
    RaClient *c = ra_client_new(d->conn, xid, ++d->last_id);
    if (!c)
        return NULL;
    c->launches = ra_identity_launches(d->identity);
    track(d, c);
    ra_frames_watch(d->frames, c);
    return c;
}

static void
on_map_request(RaDesktop *d, Window xid)
{
    RaClient *c = ra_by_xid(d, xid);
    if (c) {
        ra_wm_restore(d, c);
        XMapWindow(d->conn->dpy, xid);
        ra_wm_shown(d, c);
        return;
    }
    c = meet(d, xid);
    if (c && !c->override_redirect) {
        ra_wm_prepare(d, c);
        ra_stack_new(d, c);
    }
    XMapWindow(d->conn->dpy, xid);
}

static void
on_mapped(RaDesktop *d, Window xid)
{
    RaClient *c = ra_by_xid(d, xid);
    bool comes_back = c && c->told;
    if (!c)
        c = meet(d, xid);
    if (!c)
        return;
    c->pub.mapped = true;
    ra_pixels_start(d, c);
    if (comes_back)
        return;
    c->popup_owner = c->override_redirect && d->active ? d->active->pub.id : 0;
    d->stack_stale = d->owners_stale = true;
    ra_unsettle(d);
    ra_wm_mapped(d, c);
}

// Whether the window is still there for its user, in a taskbar; a program that withdraws it then
// says so by an event of its own making.
static bool
is_put_away(RaDesktop *d, const XUnmapEvent *e)
{
    RaClient *c = ra_by_xid(d, e->window);
    if (!c || e->send_event || c->unmaps == 0)
        return false;
    c->unmaps--;
    return true;
}

static void
on_unmapped(RaDesktop *d, Window xid, bool exists)
{
    RaClient *c = ra_by_xid(d, xid);
    if (c)
        forget(d, c, exists);
}

static void
on_configured(RaDesktop *d, const XConfigureEvent *e)
{
    d->stack_stale = true;
    RaClient *c = ra_by_xid(d, e->window);
    if (!c || e->send_event)
        return;
    if (c->requested_by != 0 && (glong)(e->serial - c->requested_by) >= 0)
        c->requested_by = 0;
    if (c->place_request != 0 && (glong)(e->serial - c->place_request) >= 0)
        ra_client_placed(c);
    RaRect rect = {e->x, e->y, e->width, e->height};
    c->override_redirect = e->override_redirect;
    RaRect before = c->pub.rect;
    guint32 border = (guint32)CLAMP(e->border_width, 0, (int)CHAN_WINDOW_BORDER_MAX);
    if (c->override_redirect && border != c->pub.props.border_width) {
        c->pub.props.border_width = border;
        c->changed |= RA_CHANGED_HINTS;
        ra_unsettle(d);
    }
    if (!ra_client_set_rect(c, rect, e->border_width))
        return;
    bool resized = before.width != c->pub.rect.width || before.height != c->pub.rect.height;
    c->changed |= RA_CHANGED_RECT;
    if (resized && c->pub.mapped)
        ra_pixels_resized(d, c);
}

static void
on_property(RaDesktop *d, const XPropertyEvent *e)
{
    d->conn->time = e->time;
    RaClient *c = ra_by_xid(d, e->window);
    if (c && e->atom == ATOM(d->conn, _NET_WM_SYNC_REQUEST_COUNTER))
        ra_frames_watch(d->frames, c);
    if (c && ra_client_property_changed(d->conn, c, e->atom))
        ra_unsettle(d);
    else if (e->window == d->conn->own && e->atom == ATOM(d->conn, _CASEMENT_TIME))
        ra_focus_time_known(d);
}

static void
on_shape(RaDesktop *d, const XShapeEvent *e)
{
    RaClient *c = ra_by_xid(d, e->window);
    if (c)
        ra_shape_changed(d->conn, c, e->kind);
}

static void
handle_selections(RaDesktop *d, const XEvent *e)
{
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        ra_clipboard_handle(d->clipboard[i], e);
    ra_clip_keeper_handle(d->keeper, e);
}

static void
handle_extension(RaDesktop *d, XEvent *e)
{
    RaConn *conn = d->conn;
    if (e->type == conn->damage_event + XDamageNotify)
        ra_pixels_damaged(d, (XDamageNotifyEvent *)e);
    else if (e->type == conn->fixes_event + XFixesCursorNotify)
        ra_pointer_image_changed(d->pointer_image);
    else if (conn->has_shape && e->type == conn->shape_event + ShapeNotify)
        on_shape(d, (const XShapeEvent *)e);
    else if (conn->randr_event >= 0 && e->type == conn->randr_event + RRScreenChangeNotify)
        XRRUpdateConfiguration(e);
    else
        handle_selections(d, e);
}

static void
handle(RaDesktop *d, XEvent *e)
{
    const RaClient *c;

    switch (e->type) {
    case MapRequest:
        on_map_request(d, e->xmaprequest.window);
        break;
    case MapNotify:
        on_mapped(d, e->xmap.window);
        break;
    case UnmapNotify:
        if (is_put_away(d, &e->xunmap))
            break;
        if ((c = ra_by_xid(d, e->xunmap.window)))
            ra_wm_withdraw(d, c);
        on_unmapped(d, e->xunmap.window, true);
        break;
    case DestroyNotify:
        on_unmapped(d, e->xdestroywindow.window, false);
        break;
    case ReparentNotify:
        if (e->xreparent.parent != d->conn->root)
            on_unmapped(d, e->xreparent.window, true);
        break;
    case ConfigureRequest:
        ra_wm_configure_request(d, &e->xconfigurerequest);
        break;
    case ConfigureNotify:
        on_configured(d, &e->xconfigure);
        break;
    case CirculateRequest:
    case CirculateNotify:
        d->stack_stale = true;
        break;
    case PropertyNotify:
        on_property(d, &e->xproperty);
        handle_selections(d, e);
        break;
    case ClientMessage:
        ra_ewmh_message(d, &e->xclient);
        break;
    case FocusIn:
        ra_focus_in(d, &e->xfocus);
        break;
    case MappingNotify:
        XRefreshKeyboardMapping(&e->xmapping);
        break;
    case SelectionRequest:
    case SelectionNotify:
    case SelectionClear:
        handle_selections(d, e);
        break;
    default:
        handle_extension(d, e);
        break;
    }
}

void
ra_manager_drain(RaDesktop *d)
{
    for (int i = 0; i < EVENTS_PER_TURN && XPending(d->conn->dpy) > 0; i++) {
        XEvent event;
        XNextEvent(d->conn->dpy, &event);
        if (event.type == ClientMessage && ra_pixels_fence(d, &event.xclient))
            continue;
        // What a program counts needs nothing settled, nor does damage: that is told by the timer.
        if (ra_frames_event(d->frames, &event))
            continue;
        if (event.type != d->conn->damage_event + XDamageNotify)
            ra_unsettle(d);
        if (!ra_dock_event(d->dock, &event))
            handle(d, &event);
    }
}

void
ra_manager_adopt(RaDesktop *d)
{
    d->adopted = true;
    xcb_generic_error_t *failure = NULL;
    xcb_query_tree_reply_t *tree = xcb_query_tree_reply(
        d->conn->xcb, xcb_query_tree(d->conn->xcb, (guint32)d->conn->root), &failure);
    free(failure);
    const xcb_window_t *children = tree ? xcb_query_tree_children(tree) : NULL;
    for (int i = 0; tree && i < xcb_query_tree_children_length(tree); i++) {
        if (ra_by_xid(d, children[i]))
            continue;
        RaClient *c = meet(d, children[i]);
        if (!c)
            continue;
        if (!c->pub.mapped && c->was_managed && c->states.minimized && !c->override_redirect) {
            XMapWindow(d->conn->dpy, c->xid); // put away by the one before, which had its pixels
            c->pub.mapped = true;
        }
        if (!c->pub.mapped) {
            forget(d, c, false);
            continue;
        }
        ra_pixels_start(d, c);
        if (!c->override_redirect)
            ra_wm_adopt(d, c);
    }
    free(tree);
    ra_focus_adopt(d);
}

// Whether the text, NULL for none, is another one than before.
static bool
replace(char **text, const char *by)
{
    if (strcmp(*text, by ? by : "") == 0)
        return false;
    g_free(*text);
    *text = g_strdup(by ? by : "");
    return true;
}

static void
refresh_app(RaDesktop *d, RaClient *c)
{
    c->app_stale = false;
    g_autofree char *of_group = ra_client_read_startup_id(d->conn, c->group);
    g_autofree char *of_leader = ra_client_read_startup_id(d->conn, c->leader);
    RaFacts facts = {.startup_id = {c->own_startup_id, of_group, of_leader},
                     .class_instance = c->class_instance,
                     .class_name = c->class_name,
                     .pid = c->pub.pid,
                     .launches = c->launches};
    const char *startup_id = c->own_startup_id ? c->own_startup_id
                             : of_group        ? of_group
                                               : of_leader;
    bool other_id = replace(&c->pub.startup_id, startup_id);
    if (replace(&c->pub.app_id, ra_identity_match(d->identity, &facts)) || other_id)
        c->changed |= RA_CHANGED_APP;
}

static gboolean
on_icons(gpointer user)
{
    RaDesktop *d = user;
    chan_timer_clear(&d->icons_timer);
    ra_unsettle(d);
    return G_SOURCE_REMOVE;
}

// An icon can be of megabytes, and a program change it as fast as it likes: no more is read, and
// told, than in so many bytes a second.
static bool
refresh(RaDesktop *d, RaClient *c)
{
    bool icons = ra_client_icons_stale(d->conn, c);
    gint64 now = icons ? g_get_monotonic_time() : 0;
    bool may = now >= d->icons_from_us;
    bool changed = ra_client_refresh(d->conn, c, may);
    if (icons && may)
        d->icons_from_us = now + (gint64)c->icon_items * 4 * G_USEC_PER_SEC / ICON_BYTES_PER_S;
    else if (icons && !d->icons_timer)
        d->icons_timer =
            chan_timer_new(d->context, (guint)((d->icons_from_us - now) / 1000) + 1, on_icons, d);
    return changed;
}

static void
settle_client(RaDesktop *d, RaClient *c)
{
    c->app_stale |= refresh(d, c) || d->apps_stale;
    if (c->changed & RA_CHANGED_HINTS)
        d->owners_stale = true;
    if (c->app_stale)
        refresh_app(d, c);
    ra_client_push_states(d->conn, c);
}

static void
tell_client(RaDesktop *d, RaClient *c)
{
    guint32 changed = c->changed;
    c->changed = 0;
    if (!c->told) {
        if (!ra_client_presentable(c))
            return;
        c->told = true;
        d->stack_stale = true;
        if (d->events.window_new)
            d->events.window_new(&c->pub, d->user);
        ra_pixels_told(d, c);
    } else if (changed && d->events.window_changed) {
        d->events.window_changed(&c->pub, changed, d->user);
    }
}

void
ra_settle(RaDesktop *d)
{
    while (d->unsettled) {
        d->unsettled = false;
        for (guint i = 0; i < d->clients->len; i++)
            settle_client(d, d->clients->pdata[i]);
        d->apps_stale = false;
        if (d->owners_stale)
            ra_owners_refresh(d);
        for (guint i = 0; i < d->clients->len; i++)
            tell_client(d, d->clients->pdata[i]);
        if (d->stack_stale)
            ra_stack_refresh(d);
        ra_focus_tell_asks(d);
        ra_ewmh_push(d);
        ra_pointer_image_tell(d->pointer_image);
    }
}

void
ra_manager_clear(RaDesktop *d)
{
    chan_timer_clear(&d->icons_timer);
    for (guint i = 0; d->clients && i < d->clients->len; i++)
        ra_client_free(d->conn, d->clients->pdata[i]);
}
