// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/client_props.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <string.h>

#define TEXT_CHARS_MAX 512
#define NAME_ITEMS                                                                                 \
    (CHAN_WINDOW_NAME_MAX / 4 + 1) // one that is cut off within a character is too long
#define SIDE_MAX ((int)CHAN_WINDOW_SIDE_MAX)

// Both lists are EWMH's, in one order.
G_STATIC_ASSERT(RA_ATOM__NET_WM_WINDOW_TYPE_NORMAL - RA_ATOM__NET_WM_WINDOW_TYPE_DESKTOP ==
                CHAN_TYPE_NORMAL - CHAN_TYPE_DESKTOP);
G_STATIC_ASSERT(RA_ATOM__NET_WM_WINDOW_TYPE_DIALOG - RA_ATOM__NET_WM_WINDOW_TYPE_DESKTOP ==
                CHAN_TYPE_DIALOG - CHAN_TYPE_DESKTOP);

static char *
take_text(RaConn *conn, const RaProp *prop, glong max_chars)
{
    g_autofree char *text = ra_prop_text(conn, prop);
    if (!text)
        return NULL;
    if (g_utf8_strlen(text, -1) > max_chars)
        *g_utf8_offset_to_pointer(text, max_chars) = '\0';
    return g_steal_pointer(&text);
}

static void
take_name(RaConn *conn, RaClient *c, const RaProp *prop, ChanWindowName which)
{
    char *text = ra_prop_text(conn, prop);
    if (text && strlen(text) > CHAN_WINDOW_NAME_MAX)
        *g_utf8_find_prev_char(text, text + CHAN_WINDOW_NAME_MAX + 1) = '\0';
    g_free(c->names[which]);
    c->names[which] = text;
}

static void
take_net_name(RaConn *conn, RaClient *c, const RaProp *prop)
{
    take_name(conn, c, prop, CHAN_NAME_TITLE);
}

static void
take_wm_name(RaConn *conn, RaClient *c, const RaProp *prop)
{
    take_name(conn, c, prop, CHAN_NAME_OLD_TITLE);
}

static void
take_net_icon_name(RaConn *conn, RaClient *c, const RaProp *prop)
{
    take_name(conn, c, prop, CHAN_NAME_ICON);
}

static void
take_wm_icon_name(RaConn *conn, RaClient *c, const RaProp *prop)
{
    take_name(conn, c, prop, CHAN_NAME_OLD_ICON);
}

static void
take_role(RaConn *conn, RaClient *c, const RaProp *prop)
{
    take_name(conn, c, prop, CHAN_NAME_ROLE);
}

static void
take_class(RaConn *conn, RaClient *c, const RaProp *prop)
{
    g_clear_pointer(&c->class_instance, g_free);
    g_clear_pointer(&c->class_name, g_free);
    if (prop->format != 8 || prop->count == 0)
        return;
    const char *data = prop->data;
    gsize first = strnlen(data, prop->count);
    c->class_instance = g_utf8_make_valid(data, (gssize)first);
    if (first + 1 < prop->count) {
        gsize second = strnlen(data + first + 1, prop->count - first - 1);
        c->class_name = g_utf8_make_valid(data + first + 1, (gssize)second);
    }
}

static void
take_transient_for(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->has_transient = n >= 1;
    c->transient_for = n >= 1 ? items[0] : None;
}

static void
take_window_type(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->type = -1;
    for (guint i = 0; i < n && c->type < 0; i++) {
        for (int a = RA_ATOM__NET_WM_WINDOW_TYPE_DESKTOP; a <= RA_ATOM__NET_WM_WINDOW_TYPE_NORMAL;
             a++) {
            if (conn->atom[a] == items[i])
                c->type = a;
        }
    }
    c->pub.props.type =
        c->type < 0 ? CHAN_TYPE_NONE
                    : (guint32)(c->type - RA_ATOM__NET_WM_WINDOW_TYPE_DESKTOP + CHAN_TYPE_DESKTOP);
}

static void
set_flag(RaClient *c, ChanWindowFlags flag, bool on)
{
    c->pub.props.flags = on ? c->pub.props.flags | flag : c->pub.props.flags & ~(guint32)flag;
}

static void
take_hints(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    guint32 flags = n >= 1 ? items[0] : 0;
    c->accepts_input = !(flags & InputHint) || n < 2 || items[1] != 0;
    c->starts_iconic = (flags & StateHint) && n >= 3 && items[2] == IconicState;
    c->icon_pixmap = (flags & IconPixmapHint) && n >= 4 ? items[3] : None;
    c->icon_mask = (flags & IconMaskHint) && n >= 8 ? items[7] : None;
    c->group = (flags & WindowGroupHint) && n >= 9 ? items[8] : None;
    c->hint_urgent = (flags & XUrgencyHint) != 0;
    set_flag(c, CHAN_WINDOW_INPUT_SAID, (flags & InputHint) != 0);
    set_flag(c, CHAN_WINDOW_INPUT, c->accepts_input);
}

static int
side(const guint32 *untrusted_items, guint n, guint i)
{
    return i < n ? CLAMP((gint32)untrusted_items[i], 0, SIDE_MAX) : 0;
}

// What counts is the one over the other: both grow smaller alike, and neither becomes nothing.
static void
keep_aspect(guint32 *num, guint32 *den, const guint32 *untrusted_items, guint n, guint i)
{
    int over = i + 1 < n ? MAX((gint32)untrusted_items[i], 0) : 0;
    int under = i + 1 < n ? MAX((gint32)untrusted_items[i + 1], 0) : 0;

    while (over > SIDE_MAX || under > SIDE_MAX) {
        over = over > 1 ? over / 2 : over;
        under = under > 1 ? under / 2 : under;
    }
    *num = (guint32)over;
    *den = (guint32)under;
}

// As the program said it, but for values that no window can have.
static void
keep_normal_hints(RaClient *c, const guint32 *items, guint n)
{
    ChanWindowProps *p = &c->pub.props;
    guint32 *fields[] = {&p->min_width,  &p->min_height, &p->max_width,
                         &p->max_height, &p->width_inc,  &p->height_inc};

    p->size_flags = n >= 15 ? items[0] & CHAN_SIZE_ALL : 0;
    if (n < 18) // older programs
        p->size_flags &= ~(guint32)(CHAN_SIZE_BASE | CHAN_SIZE_GRAVITY);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        *fields[i] = (guint32)side(items, n, 5 + i);
    keep_aspect(&p->min_aspect_num, &p->min_aspect_den, items, n, 11);
    keep_aspect(&p->max_aspect_num, &p->max_aspect_den, items, n, 13);
    p->base_width = (guint32)side(items, n, 15);
    p->base_height = (guint32)side(items, n, 16);
    p->gravity = n >= 18 && items[17] <= StaticGravity ? items[17] : NorthWestGravity;
}

static void
take_normal_hints(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    guint32 flags = n >= 15 ? items[0] : 0;
    RaWindow *w = &c->pub;
    keep_normal_hints(c, items, n);
    c->hint_flags = flags;
    c->positioned = (flags & (USPosition | PPosition)) != 0;
    w->min_width = flags & PMinSize ? side(items, n, 5) : 0;
    w->min_height = flags & PMinSize ? side(items, n, 6) : 0;
    w->max_width = flags & PMaxSize ? side(items, n, 7) : 0;
    w->max_height = flags & PMaxSize ? side(items, n, 8) : 0;
    w->inc_width = flags & PResizeInc ? side(items, n, 9) : 0;
    w->inc_height = flags & PResizeInc ? side(items, n, 10) : 0;
    w->base_width = flags & PBaseSize ? side(items, n, 15) : w->min_width;
    w->base_height = flags & PBaseSize ? side(items, n, 16) : w->min_height;
    if (!(flags & PMinSize)) {
        w->min_width = w->base_width;
        w->min_height = w->base_height;
    }
    if (w->max_width > 0 && w->max_width < w->min_width)
        w->max_width = w->min_width;
    if (w->max_height > 0 && w->max_height < w->min_height)
        w->max_height = w->min_height;
}

static void
take_motif_hints(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    // Flag 2: the third item (decorations) counts.
    c->no_decorations = n >= 3 && (items[0] & 2) && items[2] == 0;
    ChanWindowProps *p = &c->pub.props;
    set_flag(c, CHAN_WINDOW_MOTIF, n >= 3);
    p->motif_flags = n >= 3 ? items[0] : 0;
    p->motif_functions = n >= 3 ? items[1] : 0;
    p->motif_decorations = n >= 3 ? items[2] : 0;
    p->motif_input_mode = n >= 4 ? items[3] : 0;
}

static void
take_frame_extents(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    ChanWindowProps *p = &c->pub.props;
    c->frame_extents = n >= 4;
    set_flag(c, CHAN_WINDOW_FRAME, n >= 4);
    p->frame_left = (guint32)side(items, n, 0);
    p->frame_right = (guint32)side(items, n, 1);
    p->frame_top = (guint32)side(items, n, 2);
    p->frame_bottom = (guint32)side(items, n, 3);
}

static void
take_bypass(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    set_flag(c, CHAN_WINDOW_BYPASS, n >= 1 && items[0] <= 1);
    set_flag(c, CHAN_WINDOW_NO_BYPASS, n >= 1 && (items[0] == 0 || items[0] == 2));
}

// Whole, or not at all: more than is so would be left out by compositors.
static void
take_opaque(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    ChanWindowShape **kept = &c->pub.shapes[CHAN_SHAPE_OPAQUE];
    g_clear_pointer(kept, g_free);
    if (n < 4 || n > CHAN_WINDOW_SHAPE_MAX * 4)
        return;
    *kept = g_new0(ChanWindowShape, 1);
    **kept = (ChanWindowShape){.which = CHAN_SHAPE_OPAQUE, .shaped = 1, .count = 0};
    for (guint i = 0; i + 3 < n; i += 4) {
        gint64 x = (gint64)(gint32)items[i] + c->border,
               y = (gint64)(gint32)items[i + 1] + c->border;
        guint32 width = items[i + 2], height = items[i + 3];
        if (x >= G_MININT16 && x <= G_MAXINT16 && y >= G_MININT16 && y <= G_MAXINT16 &&
            width <= G_MAXUINT16 && height <= G_MAXUINT16)
            (*kept)->rects[(*kept)->count++] =
                (ChanWindowRect){(int16_t)x, (int16_t)y, (uint16_t)width, (uint16_t)height};
    }
}

static void
take_theme(RaConn *conn, RaClient *c, const RaProp *prop)
{
    g_autofree char *variant = take_text(conn, prop, TEXT_CHARS_MAX);
    set_flag(c, CHAN_WINDOW_DARK, g_strcmp0(variant, "dark") == 0);
}

// Compositors draw the window so; what it shows is told as it is.
static void
take_opacity(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    set_flag(c, CHAN_WINDOW_TRANSLUCENT, n >= 1);
    c->pub.props.opacity = n >= 1 ? items[0] : 0;
}

static void
take_protocols(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    bool answers = false;
    c->can_delete = c->can_take_focus = false;
    for (guint i = 0; i < n; i++) {
        c->can_delete |= items[i] == ATOM(conn, WM_DELETE_WINDOW);
        c->can_take_focus |= items[i] == ATOM(conn, WM_TAKE_FOCUS);
        answers |= items[i] == ATOM(conn, _NET_WM_PING);
    }
    set_flag(c, CHAN_WINDOW_DELETES, c->can_delete);
    set_flag(c, CHAN_WINDOW_TAKES_FOCUS, c->can_take_focus);
    set_flag(c, CHAN_WINDOW_PINGED, answers);
}

static void
take_icon(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->icon_items = n;
    ra_icons_parse(&c->icons, items, n);
}

static void
take_startup_id(RaConn *conn, RaClient *c, const RaProp *prop)
{
    g_free(c->own_startup_id);
    c->own_startup_id = take_text(conn, prop, TEXT_CHARS_MAX);
}

static void
take_client_leader(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->leader = n >= 1 ? items[0] : None;
}

static void
take_pid(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->claimed_pid = n >= 1 ? items[0] : 0;
}

static void
take_user_time(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->no_focus_on_map = n >= 1 && items[0] == 0;
    set_flag(c, CHAN_WINDOW_NO_FOCUS, c->no_focus_on_map);
}

static void
take_net_state(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    for (guint i = 0; i < n; i++) {
        bool *flag = ra_client_state_flag(conn, &c->states, items[i]);
        if (flag)
            *flag = true;
    }
}

static void
take_wm_state(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->was_managed = n >= 1 && items[0] != WithdrawnState;
    if (n >= 1 && items[0] == IconicState)
        c->states.minimized = true;
}

static void
take_net_desktop(RaConn *conn, RaClient *c, const RaProp *prop)
{
    guint n;
    const guint32 *items = ra_prop_items(prop, &n);
    c->states.all_desktops = n >= 1 && items[0] == CHAN_WORKSPACE_ALL;
    c->has_first_workspace = n >= 1 && items[0] < CHAN_WORKSPACES_MAX;
    c->first_workspace = c->has_first_workspace ? items[0] : 0;
}

// Read in this order. The last three belong to the window manager once the window is mapped.
static const RaPropRule rules[] = {
    {RA_ATOM__NET_WM_NAME, NAME_ITEMS, RA_CHANGED_TITLE | RA_CHANGED_NAMES, take_net_name},
    {-1, NAME_ITEMS, RA_CHANGED_TITLE | RA_CHANGED_NAMES, take_wm_name, XA_WM_NAME},
    {RA_ATOM__NET_WM_ICON_NAME, NAME_ITEMS, RA_CHANGED_NAMES, take_net_icon_name},
    {-1, NAME_ITEMS, RA_CHANGED_NAMES, take_wm_icon_name, XA_WM_ICON_NAME},
    {RA_ATOM_WM_WINDOW_ROLE, NAME_ITEMS, RA_CHANGED_NAMES, take_role},
    {-1, 256, RA_CHANGED_APP, take_class, XA_WM_CLASS},
    {-1, 1, RA_CHANGED_HINTS, take_transient_for, XA_WM_TRANSIENT_FOR},
    {-1, 9, RA_CHANGED_HINTS | RA_CHANGED_ICON, take_hints, XA_WM_HINTS},
    {-1, 18, RA_CHANGED_HINTS, take_normal_hints, XA_WM_NORMAL_HINTS},
    {RA_ATOM__NET_WM_WINDOW_TYPE, 32, RA_CHANGED_HINTS, take_window_type},
    {RA_ATOM__MOTIF_WM_HINTS, 5, RA_CHANGED_HINTS, take_motif_hints},
    {RA_ATOM__GTK_FRAME_EXTENTS, 4, RA_CHANGED_HINTS, take_frame_extents},
    {RA_ATOM__NET_WM_BYPASS_COMPOSITOR, 1, RA_CHANGED_HINTS, take_bypass},
    {RA_ATOM__NET_WM_OPAQUE_REGION, CHAN_WINDOW_SHAPE_MAX * 4 + 1, RA_CHANGED_SHAPE, take_opaque},
    {RA_ATOM__GTK_THEME_VARIANT, 16, RA_CHANGED_HINTS, take_theme},
    {RA_ATOM__NET_WM_WINDOW_OPACITY, 1, RA_CHANGED_HINTS, take_opacity},
    {RA_ATOM_WM_PROTOCOLS, 32, RA_CHANGED_HINTS, take_protocols},
    {RA_ATOM__NET_WM_ICON, RA_ICON_ITEMS_MAX, RA_CHANGED_ICON, take_icon},
    {RA_ATOM__NET_STARTUP_ID, 256, RA_CHANGED_APP, take_startup_id},
    {RA_ATOM_WM_CLIENT_LEADER, 1, RA_CHANGED_APP, take_client_leader},
    {RA_ATOM__NET_WM_PID, 1, RA_CHANGED_APP, take_pid},
    {RA_ATOM__NET_WM_USER_TIME, 1, 0, take_user_time},
    {RA_ATOM__NET_WM_DESKTOP, 1, 0, take_net_desktop},
    {RA_ATOM__NET_WM_STATE, 32, 0, take_net_state},
    {RA_ATOM_WM_STATE, 2, 0, take_wm_state},
};

#define N_RULES G_N_ELEMENTS(rules)
#define N_RULES_AFTER_MAP (N_RULES - 3)
G_STATIC_ASSERT(N_RULES <= 32);

static Atom
rule_atom(RaConn *conn, const RaPropRule *rule)
{
    return rule->atom >= 0 ? conn->atom[rule->atom] : rule->predefined;
}

guint32
ra_props_all(void)
{
    return (guint32)((1ull << N_RULES) - 1);
}

guint32
ra_props_rule_of(RaConn *conn, Atom property)
{
    for (guint i = 0; i < N_RULES_AFTER_MAP; i++) {
        if (rule_atom(conn, &rules[i]) == property)
            return 1u << i;
    }
    return 0;
}

void
ra_props_ask(RaConn *conn, Window window, guint32 which, RaPropCookies *cookies)
{
    cookies->which = which;
    for (guint i = 0; i < N_RULES; i++) {
        if (which & (1u << i))
            cookies->cookie[i] =
                ra_prop_ask(conn, window, rule_atom(conn, &rules[i]), rules[i].max_items);
    }
}

guint32
ra_props_take(RaConn *conn, RaClient *client, const RaPropCookies *cookies)
{
    guint32 changed = 0;
    for (guint i = 0; i < N_RULES; i++) {
        if (!(cookies->which & (1u << i)))
            continue;
        g_auto(RaProp) prop = ra_prop_take(conn, cookies->cookie[i]);
        rules[i].take(conn, client, &prop);
        changed |= rules[i].changes;
    }
    return changed;
}
