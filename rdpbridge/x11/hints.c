// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/hints.h"

#include "rdpbridge/x11/holder.h"
#include "rdpbridge/x11/paint.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/states.h"
#include "rdpbridge/x11/windows.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/shape.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum {
    MWM_HINTS_FUNCTIONS = 1 << 0,
    MWM_HINTS_DECORATIONS = 1 << 1,
    MWM_FUNC_RESIZE = 1 << 1,
    MWM_FUNC_MOVE = 1 << 2,
    MWM_FUNC_MINIMIZE = 1 << 3,
    MWM_FUNC_MAXIMIZE = 1 << 4,
    MWM_FUNC_CLOSE = 1 << 5,
};

static void
set_text(HostWindow *w, Atom property, Atom type, const char *text)
{
    XChangeProperty(w->view->x->dpy, w->xid, property, type, 8, PropModeReplace,
                    (const unsigned char *)text, (int)strlen(text));
}

static void
set_longs(HostWindow *w, Atom property, Atom type, const long *values, int n)
{
    host_display_set_longs(w->view->x, w->xid, property, type, values, n);
}

// xfwm4 frames a window that has no icon with the theme's of its instance's name, which would be
// the published one. One that has an owner has natively none then, and its instance is named
// otherwise: as no desktop file and no icon can be. Desktops find their entry by the class too.
static bool
owned_by_another(const HostLook *look)
{
    return look->has_props && look->owner != None;
}

static void
push_class(HostWindow *w)
{
    char *wm_class = w->wanted.wm_class;
    g_autofree char *instance =
        owned_by_another(&w->wanted) ? g_strconcat(wm_class, "/owned", NULL) : g_strdup(wm_class);
    XClassHint hint = {instance, wm_class};

    XSetClassHint(w->view->x->dpy, w->xid, &hint);
}

G_STATIC_ASSERT(CHAN_SIZE_USER_POSITION == USPosition && CHAN_SIZE_USER_SIZE == USSize &&
                CHAN_SIZE_PROGRAM_POSITION == PPosition && CHAN_SIZE_PROGRAM_SIZE == PSize &&
                CHAN_SIZE_MIN == PMinSize && CHAN_SIZE_MAX == PMaxSize &&
                CHAN_SIZE_INCREMENTS == PResizeInc && CHAN_SIZE_ASPECT == PAspect &&
                CHAN_SIZE_BASE == PBaseSize && CHAN_SIZE_GRAVITY == PWinGravity);

// As the program said it. Its gravity counts while the window manager places the window; later,
// places are the client area's.
static void
push_own_sizes(HostWindow *w)
{
    const ChanWindowProps *p = &w->wanted.props;
    const ViewRect *g = &w->wanted.geometry;
    int own = p->size_flags & CHAN_SIZE_GRAVITY ? (int)p->gravity : NorthWestGravity;
    bool by_own = w->by_frame || host_screen_moves_by_gravity(w->view->screen);
    XSizeHints h = {.flags = (long)p->size_flags | (by_own ? 0 : PWinGravity),
                    .x = g->x,
                    .y = g->y,
                    .width = (int)g->width,
                    .height = (int)g->height,
                    .min_width = (int)p->min_width,
                    .min_height = (int)p->min_height,
                    .max_width = (int)p->max_width,
                    .max_height = (int)p->max_height,
                    .width_inc = (int)p->width_inc,
                    .height_inc = (int)p->height_inc,
                    .min_aspect = {(int)p->min_aspect_num, (int)p->min_aspect_den},
                    .max_aspect = {(int)p->max_aspect_num, (int)p->max_aspect_den},
                    .base_width = (int)p->base_width,
                    .base_height = (int)p->base_height,
                    .win_gravity = by_own ? own : StaticGravity};

    XSetWMNormalHints(w->view->x->dpy, w->xid, &h);
}

static void
push_sizes(HostWindow *w)
{
    const HostSizes *s = &w->wanted.sizes;
    const ViewRect *g = &w->wanted.geometry;
    bool tight = w->wanted.state == VIEW_STATE_NORMAL;
    XSizeHints h = {.flags = USPosition | USSize | PPosition | PSize | PWinGravity,
                    .x = g->x,
                    .y = g->y,
                    .width = (int)g->width,
                    .height = (int)g->height,
                    .win_gravity = w->by_frame ? NorthWestGravity : StaticGravity};

    if (w->wanted.has_props) {
        push_own_sizes(w);
        return;
    }

    if (!(w->wanted.flags & VIEW_FLAG_RESIZABLE) && tight) {
        h.flags |= PMinSize | PMaxSize;
        h.min_width = h.max_width = (int)g->width;
        h.min_height = h.max_height = (int)g->height;
    } else {
        if (s->min_width || s->min_height)
            h.flags |= PMinSize;
        h.min_width = (int)MAX(s->min_width, 1);
        h.min_height = (int)MAX(s->min_height, 1);
        if (s->max_width || s->max_height)
            h.flags |= PMaxSize;
        h.max_width = (int)(s->max_width ? s->max_width : VIEW_SIDE_MAX);
        h.max_height = (int)(s->max_height ? s->max_height : VIEW_SIDE_MAX);
    }
    if (s->base_width || s->base_height)
        h.flags |= PBaseSize;
    h.base_width = (int)s->base_width;
    h.base_height = (int)s->base_height;
    if (s->inc_width > 1 || s->inc_height > 1)
        h.flags |= PResizeInc;
    h.width_inc = (int)MAX(s->inc_width, 1);
    h.height_inc = (int)MAX(s->inc_height, 1);
    XSetWMNormalHints(w->view->x->dpy, w->xid, &h);
}

// The shadow that the program draws around itself; none that leaves nothing of the window.
static bool
has_shadow(const HostLook *look)
{
    const ChanWindowProps *p = &look->props;

    return (p->flags & CHAN_WINDOW_FRAME) &&
           (uint64_t)p->frame_left + p->frame_right < look->geometry.width &&
           (uint64_t)p->frame_top + p->frame_bottom < look->geometry.height;
}

static void
push_frame(HostWindow *w)
{
    const ChanWindowProps *p = &w->wanted.props;
    Atom property = w->view->x->atoms[ATOM__GTK_FRAME_EXTENTS];
    const long sides[4] = {p->frame_left, p->frame_right, p->frame_top, p->frame_bottom};

    if (has_shadow(&w->wanted))
        set_longs(w, property, XA_CARDINAL, sides, 4);
    else if (w->pushed.has_props)
        XDeleteProperty(w->view->x->dpy, w->xid, property);
}

static void
push_theme(HostWindow *w)
{
    Atom property = w->view->x->atoms[ATOM__GTK_THEME_VARIANT];

    if (w->wanted.props.flags & CHAN_WINDOW_DARK)
        set_text(w, property, w->view->x->atoms[ATOM_UTF8_STRING], "dark");
    else if (w->pushed.has_props)
        XDeleteProperty(w->view->x->dpy, w->xid, property);
}

// It could take the policy's border away.
static void
push_opacity(HostWindow *w)
{
    Atom property = w->view->x->atoms[ATOM__NET_WM_WINDOW_OPACITY];
    const long value = (long)w->wanted.props.opacity;

    if ((w->wanted.props.flags & CHAN_WINDOW_TRANSLUCENT) && !host_paint_has_border(w->view))
        set_longs(w, property, XA_CARDINAL, &value, 1);
    else if (w->pushed.has_props)
        XDeleteProperty(w->view->x->dpy, w->xid, property);
}

// Whether a compositor should leave the window out, as its program would have it.
static void
push_bypass(HostWindow *w)
{
    const uint32_t said = CHAN_WINDOW_BYPASS | CHAN_WINDOW_NO_BYPASS;
    uint32_t flags = w->wanted.props.flags & said;
    Atom property = w->view->x->atoms[ATOM__NET_WM_BYPASS_COMPOSITOR];
    const long value = flags == said ? 0 : flags == CHAN_WINDOW_BYPASS ? 1 : 2;

    if (flags)
        set_longs(w, property, XA_CARDINAL, &value, 1);
    else if (w->pushed.has_props)
        XDeleteProperty(w->view->x->dpy, w->xid, property);
}

// Window managers that frame a window take it away, and those that do not show it.
static void
push_x_border(HostWindow *w)
{
    XSetWindowBorderWidth(w->view->x->dpy, w->xid, w->wanted.props.border_width);
}

static void
push_motif(HostWindow *w)
{
    const ChanWindowProps *p = &w->wanted.props;
    uint32_t f = w->wanted.flags;
    long functions = MWM_FUNC_MOVE;
    Atom motif = w->view->x->atoms[ATOM__MOTIF_WM_HINTS];

    if (w->wanted.has_props) {
        const long own[5] = {(long)p->motif_flags, (long)p->motif_functions,
                             (long)p->motif_decorations, (int32_t)p->motif_input_mode, 0};
        if (p->flags & CHAN_WINDOW_MOTIF)
            set_longs(w, motif, motif, own, 5);
        else
            XDeleteProperty(w->view->x->dpy, w->xid, motif);
        return;
    }

    functions |= f & VIEW_FLAG_RESIZABLE ? MWM_FUNC_RESIZE : 0;
    functions |= f & VIEW_FLAG_MINIMIZABLE ? MWM_FUNC_MINIMIZE : 0;
    functions |= f & VIEW_FLAG_MAXIMIZABLE ? MWM_FUNC_MAXIMIZE : 0;
    functions |= f & VIEW_FLAG_CLOSABLE ? MWM_FUNC_CLOSE : 0;
    const long hints[5] = {MWM_HINTS_FUNCTIONS | MWM_HINTS_DECORATIONS, functions,
                           f & VIEW_FLAG_UNDECORATED ? 0 : 1, 0, 0};
    set_longs(w, motif, motif, hints, 5);
}

static void
push_wm_hints(HostWindow *w)
{
    XWMHints h = {.flags = InputHint | StateHint,
                  .input = w->wanted.kind != VIEW_KIND_TOOLTIP,
                  .initial_state =
                      w->wanted.state == VIEW_STATE_MINIMIZED ? IconicState : NormalState};

    if (w->wanted.has_props) {
        h.input = (w->wanted.props.flags & CHAN_WINDOW_INPUT) != 0;
        if (!(w->wanted.props.flags & CHAN_WINDOW_INPUT_SAID) && h.input)
            h.flags &= ~(long)InputHint;
    }
    if (w->quiet) {
        h.flags |= InputHint;
        h.input = False;
    }
    if (w->wanted.attention)
        h.flags |= XUrgencyHint;
    if (w->wanted.group) {
        h.flags |= WindowGroupHint;
        h.window_group = w->wanted.group;
    }
    XSetWMHints(w->view->x->dpy, w->xid, &h);
}

static void
push_type(HostWindow *w)
{
    static const HostAtom types[] = {
        [VIEW_KIND_NORMAL] = ATOM__NET_WM_WINDOW_TYPE_NORMAL,
        [VIEW_KIND_DIALOG] = ATOM__NET_WM_WINDOW_TYPE_DIALOG,
        [VIEW_KIND_POPUP] = ATOM__NET_WM_WINDOW_TYPE_POPUP_MENU,
        [VIEW_KIND_TOOLTIP] = ATOM__NET_WM_WINDOW_TYPE_TOOLTIP,
        [VIEW_KIND_SPLASH] = ATOM__NET_WM_WINDOW_TYPE_SPLASH,
        [VIEW_KIND_UTILITY] = ATOM__NET_WM_WINDOW_TYPE_UTILITY,
    };
    // None of DESKTOP and DOCK: those would lie under or over all of the host's windows.
    static const HostAtom own_types[CHAN_TYPE_LAST + 1] = {
        [CHAN_TYPE_TOOLBAR] = ATOM__NET_WM_WINDOW_TYPE_TOOLBAR,
        [CHAN_TYPE_MENU] = ATOM__NET_WM_WINDOW_TYPE_MENU,
        [CHAN_TYPE_UTILITY] = ATOM__NET_WM_WINDOW_TYPE_UTILITY,
        [CHAN_TYPE_SPLASH] = ATOM__NET_WM_WINDOW_TYPE_SPLASH,
        [CHAN_TYPE_DIALOG] = ATOM__NET_WM_WINDOW_TYPE_DIALOG,
        [CHAN_TYPE_DROPDOWN_MENU] = ATOM__NET_WM_WINDOW_TYPE_DROPDOWN_MENU,
        [CHAN_TYPE_POPUP_MENU] = ATOM__NET_WM_WINDOW_TYPE_POPUP_MENU,
        [CHAN_TYPE_TOOLTIP] = ATOM__NET_WM_WINDOW_TYPE_TOOLTIP,
        [CHAN_TYPE_NOTIFICATION] = ATOM__NET_WM_WINDOW_TYPE_NOTIFICATION,
        [CHAN_TYPE_COMBO] = ATOM__NET_WM_WINDOW_TYPE_COMBO,
        [CHAN_TYPE_DND] = ATOM__NET_WM_WINDOW_TYPE_DND,
        [CHAN_TYPE_NORMAL] = ATOM__NET_WM_WINDOW_TYPE_NORMAL,
    };
    const Atom *atoms = w->view->x->atoms;
    bool as_asked = w->wanted.has_props && w->wanted.kind == w->kind;
    HostAtom own = as_asked ? own_types[w->wanted.props.type] : 0;
    const long type = (long)atoms[own ? own : types[w->wanted.kind]];

    // What window managers take such a window for is not what the type of its kind would make it:
    // mutter's shadow is another around a popup of no type (xterm's menus) than around a menu.
    if (as_asked && w->wanted.props.type == CHAN_TYPE_NONE) {
        XDeleteProperty(w->view->x->dpy, w->xid, atoms[ATOM__NET_WM_WINDOW_TYPE]);
        return;
    }
    set_longs(w, atoms[ATOM__NET_WM_WINDOW_TYPE], XA_ATOM, &type, 1);
}

static void
push_owner(HostWindow *w)
{
    HostDisplay *x = w->view->x;

    if (w->wanted.owner)
        XSetTransientForHint(x->dpy, w->xid, w->wanted.owner);
    else
        XDeleteProperty(x->dpy, w->xid, XA_WM_TRANSIENT_FOR);
}

static void
push_leader(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    const long leader = (long)w->wanted.leader;

    if (leader)
        set_longs(w, x->atoms[ATOM_WM_CLIENT_LEADER], XA_WINDOW, &leader, 1);
    else
        XDeleteProperty(x->dpy, w->xid, x->atoms[ATOM_WM_CLIENT_LEADER]);
}

// _NET_WM_ICON: width, height and pixels of each, one after the other, in longs.
static void
push_icon(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    int n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(w->icons); i++)
        n += w->icons[i].pixels ? 2 + (int)(w->icons[i].width * w->icons[i].height) : 0;
    if (n == 0) {
        XDeleteProperty(x->dpy, w->xid, x->atoms[ATOM__NET_WM_ICON]);
        return;
    }
    long *values = g_new(long, n);
    int at = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(w->icons); i++) {
        const HostIcon *icon = &w->icons[i];
        if (!icon->pixels)
            continue;
        values[at++] = icon->width;
        values[at++] = icon->height;
        for (uint32_t p = 0; p < icon->width * icon->height; p++)
            values[at++] = icon->pixels[p];
    }
    set_longs(w, x->atoms[ATOM__NET_WM_ICON], XA_CARDINAL, values, n);
    g_free(values);
}

static void
push_shape(HostWindow *w)
{
    static const int kinds[] = {
        [CHAN_SHAPE_BOUNDING] = ShapeBounding, [CHAN_SHAPE_INPUT] = ShapeInput};
    Display *dpy = w->view->x->dpy;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const HostShape *shape = &w->shapes[i];
        g_autofree XRectangle *rects = g_new0(XRectangle, shape->count);
        for (unsigned k = 0; k < shape->count; k++)
            rects[k] = (XRectangle){(short)(shape->rects[k].x - (int)w->edge),
                                    (short)(shape->rects[k].y - (int)w->edge),
                                    shape->rects[k].width, shape->rects[k].height};
        if (i == CHAN_SHAPE_INPUT && w->wanted.kind == VIEW_KIND_TOOLTIP)
            continue; // takes none
        // A shape could take the policy's border away.
        bool bordered = i == CHAN_SHAPE_BOUNDING && host_paint_has_border(w->view);
        if (shape->shaped && !bordered)
            XShapeCombineRectangles(dpy, w->xid, kinds[i], 0, 0, rects, (int)shape->count, ShapeSet,
                                    Unsorted);
        else
            XShapeCombineMask(dpy, w->xid, kinds[i], 0, 0, None, ShapeSet);
    }
}

// What compositors need not paint beneath.
static void
push_opaque(HostWindow *w)
{
    const HostShape *shape = &w->shapes[CHAN_SHAPE_OPAQUE];
    Atom property = w->view->x->atoms[ATOM__NET_WM_OPAQUE_REGION];
    g_autofree long *values = g_new(long, shape->count * 4 + 1);

    for (unsigned i = 0; i < shape->count; i++) {
        const ChanWindowRect *r = &shape->rects[i];
        const long rect[4] = {r->x, r->y, r->width, r->height};
        memcpy(&values[i * 4], rect, sizeof rect);
    }
    if (shape->shaped)
        set_longs(w, property, XA_CARDINAL, values, (int)shape->count * 4);
    else
        XDeleteProperty(w->view->x->dpy, w->xid, property);
}

// ICCCM 4.1.7, globally active: it is asked to take the focus, and never given it.
static bool
takes_focus(const HostWindow *w)
{
    uint32_t model = w->wanted.props.flags & (CHAN_WINDOW_INPUT | CHAN_WINDOW_TAKES_FOCUS);

    return w->wanted.has_props && model == CHAN_WINDOW_TAKES_FOCUS;
}

// A guest's program that answers no pings cannot hang for the window manager, as natively.
static void
push_protocols(HostWindow *w)
{
    const Atom *atoms = w->view->x->atoms;
    Atom protocols[4] = {atoms[ATOM_WM_DELETE_WINDOW]};
    int n = 1;

    if (!w->quiet && takes_focus(w))
        protocols[n++] = atoms[ATOM_WM_TAKE_FOCUS];

    if (!w->wanted.has_props || (w->wanted.props.flags & CHAN_WINDOW_PINGED))
        protocols[n++] = atoms[ATOM__NET_WM_PING];
    if (w->sync.counter != None)
        protocols[n++] = atoms[ATOM__NET_WM_SYNC_REQUEST];
    XSetWMProtocols(w->view->x->dpy, w->xid, protocols, n);
}

// What never changes.
static void
push_constants(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    const long pid = w->holder ? (long)host_holder_pid(w->holder) : (long)getpid();
    char host[256] = "";

    set_longs(w, x->atoms[ATOM__NET_WM_PID], XA_CARDINAL, &pid, 1);
    if (gethostname(host, sizeof host - 1) == 0)
        set_text(w, XA_WM_CLIENT_MACHINE, XA_STRING, host);
    if (w->startup_id[0])
        set_text(w, x->atoms[ATOM__NET_STARTUP_ID], x->atoms[ATOM_UTF8_STRING], w->startup_id);
}

// Whether the program says anything else of these fields and flags. A property that is set to what
// it was is not the same as one that is left alone: mutter sizes and frames the window anew.
static bool
says_other(const HostWindow *w, size_t from, size_t to, uint32_t flags)
{
    const HostLook *a = &w->wanted, *b = &w->pushed;
    const char *here = (const char *)&a->props, *there = (const char *)&b->props;

    return a->has_props && (!b->has_props || ((a->props.flags ^ b->props.flags) & flags) ||
                            memcmp(here + from, there + from, to - from) != 0);
}

#define SAYS_OTHER(w, first, last, flags)                                                          \
    says_other(w, offsetof(ChanWindowProps, first),                                                \
               offsetof(ChanWindowProps, last) + sizeof(uint32_t), flags)

static bool
sizes_differ(const HostWindow *w)
{
    const HostLook *a = &w->wanted, *b = &w->pushed;
    bool fixed = !(a->flags & VIEW_FLAG_RESIZABLE);

    if (a->has_props)
        return SAYS_OTHER(w, size_flags, gravity, 0) || b->sizes.inc_width == UINT32_MAX;
    return memcmp(&a->sizes, &b->sizes, sizeof a->sizes) != 0 ||
           ((a->flags ^ b->flags) & VIEW_FLAG_RESIZABLE) ||
           (fixed && (a->state != b->state || a->geometry.width != b->geometry.width ||
                      a->geometry.height != b->geometry.height));
}

void
host_hints_set_user_time(HostWindow *w, uint32_t time)
{
    const long value = time;

    set_longs(w, w->view->x->atoms[ATOM__NET_WM_USER_TIME], XA_CARDINAL, &value, 1);
}

void
host_hints_set_input(HostWindow *w)
{
    push_wm_hints(w);
    if (takes_focus(w))
        push_protocols(w);
}

// Where a program can say more of it than RAIL carries.
static void
push_own(HostWindow *w, bool all)
{
    const HostLook *a = &w->wanted, *b = &w->pushed;
    const uint32_t focus =
        CHAN_WINDOW_INPUT_SAID | CHAN_WINDOW_INPUT | CHAN_WINDOW_TAKES_FOCUS | CHAN_WINDOW_URGENT;

    if (SAYS_OTHER(w, frame_left, frame_bottom, CHAN_WINDOW_FRAME) ||
        has_shadow(a) != has_shadow(b))
        push_frame(w);
    if (says_other(w, 0, 0, CHAN_WINDOW_BYPASS | CHAN_WINDOW_NO_BYPASS))
        push_bypass(w);
    if (SAYS_OTHER(w, opacity, opacity, CHAN_WINDOW_TRANSLUCENT) ||
        (a->has_props && a->shape_serial != b->shape_serial)) // there is a border, or none any more
        push_opacity(w);
    if (all ||
        says_other(w, 0, 0, CHAN_WINDOW_PINGED | CHAN_WINDOW_INPUT | CHAN_WINDOW_TAKES_FOCUS))
        push_protocols(w);
    if (says_other(w, 0, 0, CHAN_WINDOW_DARK))
        push_theme(w);
    if (a->props.border_width != b->props.border_width && w->kind == a->kind &&
        !a->override_redirect && !w->mapped) // a refused popup's is in its pixels
        push_x_border(w);
    if (all || SAYS_OTHER(w, motif_flags, motif_input_mode, CHAN_WINDOW_MOTIF) ||
        (!a->has_props && a->flags != b->flags))
        push_motif(w);
    if (all || says_other(w, 0, 0, focus) || a->attention != b->attention || a->kind != b->kind ||
        a->group != b->group)
        push_wm_hints(w);
    if (all || SAYS_OTHER(w, type, type, 0) || a->kind != b->kind)
        push_type(w);
}

void
host_hints_push(HostWindow *w, bool all)
{
    const HostLook *a = &w->wanted, *b = &w->pushed;

    if (all)
        push_constants(w);
    host_names_push(w->view, w->xid, &w->names);
    if (all || strcmp(a->wm_class, b->wm_class) != 0 || owned_by_another(a) != owned_by_another(b))
        push_class(w);
    if (all || sizes_differ(w))
        push_sizes(w);
    push_own(w, all);
    if (a->shape_serial != b->shape_serial) {
        push_shape(w);
        push_opaque(w);
    }
    if (a->owner != b->owner)
        push_owner(w);
    if (a->leader != b->leader)
        push_leader(w);
    if (a->icon_serial != b->icon_serial)
        push_icon(w);
    if (a->user_time != 0 && a->user_time != b->user_time)
        host_hints_set_user_time(w, a->user_time);
    if (!all && w->mapped)
        host_states_push_flags(w);
}
