// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/client.h"

#include "guestagent/remoteapp/x11/client_props.h"
#include "guestagent/remoteapp/x11/pixmap_icon.h"
#include "guestagent/remoteapp/x11/server_pid.h"
#include "guestagent/remoteapp/x11/shape.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <string.h>

bool
ra_client_set_rect(RaClient *c, RaRect rect, int border)
{
    c->border = c->override_redirect ? border : 0; // a managed window's is taken off
    rect.width += 2 * c->border;
    rect.height += 2 * c->border;
    bool other = !ra_rect_equal(&rect, &c->pub.rect);
    c->pub.rect = rect;
    return other;
}

static bool
take_attributes(RaConn *conn, RaClient *c, xcb_get_window_attributes_cookie_t attributes_cookie,
                xcb_get_geometry_cookie_t geometry_cookie)
{
    xcb_generic_error_t *failure = NULL;
    xcb_get_window_attributes_reply_t *attributes =
        xcb_get_window_attributes_reply(conn->xcb, attributes_cookie, &failure);
    free(failure);
    failure = NULL;
    xcb_get_geometry_reply_t *geometry =
        xcb_get_geometry_reply(conn->xcb, geometry_cookie, &failure);
    free(failure);
    bool good = attributes && geometry && attributes->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT &&
                (geometry->depth == 24 || geometry->depth == 32);
    if (good) {
        c->override_redirect = attributes->override_redirect;
        c->depth = geometry->depth;
        ra_client_set_rect(c, (RaRect){geometry->x, geometry->y, geometry->width, geometry->height},
                           geometry->border_width);
        c->pub.props.border_width = MIN(geometry->border_width, CHAN_WINDOW_BORDER_MAX);
        c->pub.mapped = attributes->map_state != XCB_MAP_STATE_UNMAPPED;
    }
    free(attributes);
    free(geometry);
    return good;
}

RaClient *
ra_client_new(RaConn *conn, Window window, guint32 id)
{
    xcb_res_query_client_ids_cookie_t pid_cookie = {0};
    RaPropCookies cookies;
    // Notified of changes before the first look, so that none is missed.
    XSelectInput(conn->dpy, window, PropertyChangeMask | FocusChangeMask);
    xcb_get_window_attributes_cookie_t attributes =
        xcb_get_window_attributes(conn->xcb, (guint32)window);
    xcb_get_geometry_cookie_t geometry = xcb_get_geometry(conn->xcb, (guint32)window);
    ra_props_ask(conn, window, ra_props_all(), &cookies);
    if (conn->has_res)
        pid_cookie = ra_server_pid_ask(conn->xcb, (xcb_window_t)window);

    RaClient *c = g_new0(RaClient, 1);
    c->xid = window;
    c->pub.id = id;
    c->type = -1;
    bool good = take_attributes(conn, c, attributes, geometry);
    ra_props_take(conn, c, &cookies);
    if (conn->has_res)
        c->server_pid = ra_server_pid_take(conn->xcb, pid_cookie);
    c->pub.alpha = c->depth == 32;
    // An id's upper bits are its maker's (X11 protocol, connection setup).
    c->pub.props.program = (guint32)window / (xcb_get_setup(conn->xcb)->resource_id_mask + 1);
    c->pub.pid = c->server_pid ? c->server_pid : c->claimed_pid;
    c->stale_rules = 0;
    c->pub.title = g_strdup("");
    c->pub.app_id = g_strdup("");
    c->pub.startup_id = g_strdup("");
    if (!good) {
        XSelectInput(conn->dpy, window, NoEventMask);
        ra_client_free(conn, c);
        return NULL;
    }
    ra_client_derive(conn, c, RA_CHANGED_ALL);
    ra_shape_start(conn, c);
    c->changed = 0;
    return c;
}

void
ra_client_free(RaConn *conn, RaClient *c)
{
    if (!c)
        return;
    if (c->pixmap != None)
        XFreePixmap(conn->dpy, c->pixmap);
    if (c->damage != None)
        XDamageDestroy(conn->dpy, c->damage);
    ra_icons_clear(&c->icons);
    ra_shape_clear(c);
    for (guint i = 0; i < CHAN_NAMES; i++)
        g_free(c->names[i]);
    g_free(c->class_instance);
    g_free(c->class_name);
    g_free(c->own_startup_id);
    g_free(c->pub.title);
    g_free(c->pub.app_id);
    g_free(c->pub.startup_id);
    g_free(c);
}

bool
ra_client_property_changed(RaConn *conn, RaClient *client, Atom property)
{
    guint32 rule = ra_props_rule_of(conn, property);
    client->stale_rules |= rule;
    return rule != 0;
}

static RaKind
kind_of(const RaClient *c)
{
    if (c->override_redirect)
        return c->type == RA_ATOM__NET_WM_WINDOW_TYPE_TOOLTIP ? RA_KIND_TOOLTIP : RA_KIND_POPUP;
    // A window manager manages whatever has no override-redirect, by whichever type.
    switch (c->type) {
    case RA_ATOM__NET_WM_WINDOW_TYPE_SPLASH:
        return RA_KIND_SPLASH;
    case RA_ATOM__NET_WM_WINDOW_TYPE_DIALOG:
        return RA_KIND_DIALOG;
    case RA_ATOM__NET_WM_WINDOW_TYPE_UTILITY:
    case RA_ATOM__NET_WM_WINDOW_TYPE_TOOLBAR:
    case RA_ATOM__NET_WM_WINDOW_TYPE_MENU:
    case RA_ATOM__NET_WM_WINDOW_TYPE_DOCK:
        return RA_KIND_UTILITY;
    case -1:
        return c->has_transient ? RA_KIND_DIALOG : RA_KIND_NORMAL;
    default:
        return RA_KIND_NORMAL;
    }
}

static void
derive_hints(RaClient *c)
{
    RaWindow *w = &c->pub;
    w->kind = kind_of(c);
    w->undecorated = c->override_redirect || c->no_decorations || c->frame_extents ||
                     w->kind == RA_KIND_SPLASH || w->kind == RA_KIND_POPUP ||
                     w->kind == RA_KIND_TOOLTIP;
    w->resizable = !c->override_redirect && !(w->min_width > 0 && w->min_width == w->max_width &&
                                              w->min_height > 0 && w->min_height == w->max_height);
    w->closable = !c->override_redirect;
}

static void
derive_icons(RaConn *conn, RaClient *c)
{
    if (c->icons.count == 0 && c->icon_pixmap != None)
        ra_icons_from_pixmap(conn, &c->icons, c->icon_pixmap, c->icon_mask);
    c->pub.n_icons = c->icons.count;
    memcpy(c->pub.icons, c->icons.icon, sizeof c->pub.icons);
}

static void
derive_title(RaClient *c)
{
    const char *modern = c->names[CHAN_NAME_TITLE];
    const char *title = modern && *modern ? modern : c->names[CHAN_NAME_OLD_TITLE];
    g_free(c->pub.title);
    c->pub.title = g_strdup(title ? title : "");
}

// Whether it is another one than before.
static bool
take_urgent(RaClient *c)
{
    RaWindow *w = &c->pub;
    bool before = w->urgent;
    w->urgent = c->states.urgent || c->hint_urgent;
    w->props.flags = w->urgent ? w->props.flags | CHAN_WINDOW_URGENT
                               : w->props.flags & ~(guint32)CHAN_WINDOW_URGENT;
    return w->urgent != before;
}

void
ra_client_derive(RaConn *conn, RaClient *c, guint32 what)
{
    if (what & RA_CHANGED_TITLE)
        derive_title(c);
    for (guint i = 0; i < CHAN_NAMES; i++)
        c->pub.names[i] = c->names[i];
    if (what & RA_CHANGED_HINTS)
        derive_hints(c);
    if (what & RA_CHANGED_ICON)
        derive_icons(conn, c);
    c->changed |= what | (take_urgent(c) ? RA_CHANGED_HINTS : 0);
}

bool
ra_client_icons_stale(RaConn *conn, const RaClient *c)
{
    return (c->stale_rules & ra_props_rule_of(conn, ATOM(conn, _NET_WM_ICON))) != 0;
}

bool
ra_client_refresh(RaConn *conn, RaClient *c, bool icons)
{
    guint32 later = icons ? 0 : ra_props_rule_of(conn, ATOM(conn, _NET_WM_ICON));
    guint32 now = c->stale_rules & ~later;
    if (now == 0)
        return false;
    RaPropCookies cookies;
    ra_props_ask(conn, c->xid, now, &cookies);
    c->stale_rules &= later;
    guint32 what = ra_props_take(conn, c, &cookies);
    ra_client_derive(conn, c, what);
    return (what & RA_CHANGED_APP) != 0;
}

bool *
ra_client_state_flag(RaConn *conn, RaStates *states, Atom state)
{
    const struct {
        RaAtom atom;
        bool *flag;
    } flags[] = {
        {RA_ATOM__NET_WM_STATE_MAXIMIZED_HORZ, &states->max_horz},
        {RA_ATOM__NET_WM_STATE_MAXIMIZED_VERT, &states->max_vert},
        {RA_ATOM__NET_WM_STATE_FULLSCREEN, &states->fullscreen},
        {RA_ATOM__NET_WM_STATE_HIDDEN, &states->minimized},
        {RA_ATOM__NET_WM_STATE_ABOVE, &states->above},
        {RA_ATOM__NET_WM_STATE_BELOW, &states->below},
        {RA_ATOM__NET_WM_STATE_STICKY, &states->sticky},
        {RA_ATOM__NET_WM_STATE_SHADED, &states->shaded},
        {RA_ATOM__NET_WM_STATE_MODAL, &states->modal},
        {RA_ATOM__NET_WM_STATE_SKIP_TASKBAR, &states->skip_taskbar},
        {RA_ATOM__NET_WM_STATE_SKIP_PAGER, &states->skip_pager},
        {RA_ATOM__NET_WM_STATE_DEMANDS_ATTENTION, &states->urgent},
        {RA_ATOM__NET_WM_STATE_FOCUSED, &states->focused},
    };
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (conn->atom[flags[i].atom] == state)
            return flags[i].flag;
    }
    return NULL;
}

static void
push_workspace(RaConn *conn, RaClient *c)
{
    guint32 workspace = c->states.all_desktops ? CHAN_WORKSPACE_ALL : c->workspace;
    if (c->ever_pushed && c->pushed_workspace == workspace)
        return;
    long value = workspace;
    ra_prop_set(conn, c->xid, RA_ATOM__NET_WM_DESKTOP, XA_CARDINAL, &value, 1);
    c->pushed_workspace = workspace;
}

static void
write_states(RaConn *conn, RaClient *c)
{
    long atoms[16];
    guint n = 0;
    for (int a = RA_ATOM__NET_WM_STATE_MODAL; a <= RA_ATOM__NET_WM_STATE_FOCUSED; a++) {
        const bool *flag = ra_client_state_flag(conn, &c->states, conn->atom[a]);
        if (flag && *flag &&
            (a != RA_ATOM__NET_WM_STATE_FOCUSED || (conn->looks & CHAN_LOOKS_FOCUS_MARKED)))
            atoms[n++] = (long)conn->atom[a];
    }
    ra_prop_set(conn, c->xid, RA_ATOM__NET_WM_STATE, XA_ATOM, atoms, n);
    if (c->ever_pushed && c->states.minimized == c->pushed_states.minimized)
        return;
    long wm_state[] = {c->states.minimized ? IconicState : NormalState, None};
    ra_prop_set(conn, c->xid, RA_ATOM_WM_STATE, ATOM(conn, WM_STATE), wm_state, 2);
}

void
ra_client_push_states(RaConn *conn, RaClient *c)
{
    RaStates *s = &c->states;
    RaWindow *w = &c->pub;
    RaShowState state = s->minimized                 ? RA_MINIMIZED
                        : s->fullscreen              ? RA_FULLSCREEN
                        : s->max_horz && s->max_vert ? RA_MAXIMIZED
                                                     : RA_NORMAL;
    if (state != w->state)
        c->changed |= RA_CHANGED_STATE;
    w->state = state;
    if (take_urgent(c) || w->above != s->above || w->modal != s->modal ||
        w->skip_taskbar != s->skip_taskbar)
        c->changed |= RA_CHANGED_HINTS;
    guint32 states =
        (s->max_horz ? CHAN_STATE_MAXIMIZED_HORZ : 0u) |
        (s->max_vert ? CHAN_STATE_MAXIMIZED_VERT : 0u) |
        (s->fullscreen ? CHAN_STATE_FULLSCREEN : 0u) | (s->minimized ? CHAN_STATE_HIDDEN : 0u) |
        (s->above ? CHAN_STATE_ABOVE : 0u) | (s->below ? CHAN_STATE_BELOW : 0u) |
        (s->sticky ? CHAN_STATE_STICKY : 0u) | (s->shaded ? CHAN_STATE_SHADED : 0u) |
        (s->all_desktops ? CHAN_STATE_ALL_DESKTOPS : 0u) | (s->modal ? CHAN_STATE_MODAL : 0u) |
        (s->skip_taskbar ? CHAN_STATE_SKIP_TASKBAR : 0u) |
        (s->skip_pager ? CHAN_STATE_SKIP_PAGER : 0u);
    if (w->props.states != states)
        c->changed |= RA_CHANGED_HINTS;
    w->props.states = states;
    w->above = s->above;
    w->modal = s->modal;
    w->skip_taskbar = s->skip_taskbar;
    if (c->override_redirect)
        return;
    push_workspace(conn, c);
    if (c->ever_pushed && memcmp(s, &c->pushed_states, sizeof *s) == 0)
        return;
    write_states(conn, c);
    c->pushed_states = *s;
    c->ever_pushed = true;
}

void
ra_client_placed(RaClient *c)
{
    c->place_request = 0;
    if (c->pub.props.place_serial == c->told_host.place_serial)
        return;
    c->pub.props.place_serial = c->told_host.place_serial;
    c->changed |= RA_CHANGED_HINTS;
}

void
ra_client_states_stale(RaClient *c)
{
    c->pushed_states.focused = !c->states.focused;
}

char *
ra_client_read_startup_id(RaConn *conn, Window window)
{
    if (window == None)
        return NULL;
    g_auto(RaProp) prop = ra_prop_read(conn, window, ATOM(conn, _NET_STARTUP_ID), 256);
    return ra_prop_text(conn, &prop);
}

bool
ra_client_presentable(const RaClient *c)
{
    // Toolkits keep such windows for grabs and selections, mapped and never seen. One that is
    // managed has a frame, by which it is seen natively.
    bool pixel = c->pub.rect.width <= 1 && c->pub.rect.height <= 1;

    return c->pub.mapped && !(pixel && c->override_redirect);
}
