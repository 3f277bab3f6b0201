// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/states.h"

#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/workspaces.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>

enum { STATE_REMOVE = 0, STATE_ADD = 1 }; // EWMH 1.5, _NET_WM_STATE

// Flags that are states of EWMH.
static const struct {
    uint32_t flag;
    HostAtom first;
    int second; // HostAtom, or -1
} flag_states[] = {
    {VIEW_FLAG_MODAL, ATOM__NET_WM_STATE_MODAL, -1},
    {VIEW_FLAG_ABOVE, ATOM__NET_WM_STATE_ABOVE, -1},
    {VIEW_FLAG_SKIP_TASKBAR, ATOM__NET_WM_STATE_SKIP_TASKBAR, ATOM__NET_WM_STATE_SKIP_PAGER},
};

static const struct {
    uint32_t state;
    HostAtom atom;
} chan_states[] = {
    {CHAN_STATE_MAXIMIZED_HORZ, ATOM__NET_WM_STATE_MAXIMIZED_HORZ},
    {CHAN_STATE_MAXIMIZED_VERT, ATOM__NET_WM_STATE_MAXIMIZED_VERT},
    {CHAN_STATE_FULLSCREEN, ATOM__NET_WM_STATE_FULLSCREEN},
    {CHAN_STATE_HIDDEN, ATOM__NET_WM_STATE_HIDDEN},
    {CHAN_STATE_ABOVE, ATOM__NET_WM_STATE_ABOVE},
    {CHAN_STATE_BELOW, ATOM__NET_WM_STATE_BELOW},
    {CHAN_STATE_STICKY, ATOM__NET_WM_STATE_STICKY},
    {CHAN_STATE_SHADED, ATOM__NET_WM_STATE_SHADED},
    {CHAN_STATE_MODAL, ATOM__NET_WM_STATE_MODAL},
    {CHAN_STATE_SKIP_TASKBAR, ATOM__NET_WM_STATE_SKIP_TASKBAR},
    {CHAN_STATE_SKIP_PAGER, ATOM__NET_WM_STATE_SKIP_PAGER},
};
G_STATIC_ASSERT(CHAN_STATES_ALL == (1u << (G_N_ELEMENTS(chan_states) + 1)) - 1); // and ALL_DESKTOPS

uint32_t
host_states_of_flags(uint32_t flags)
{
    return (flags & VIEW_FLAG_MODAL ? CHAN_STATE_MODAL : 0u) |
           (flags & VIEW_FLAG_ABOVE ? CHAN_STATE_ABOVE : 0u) |
           (flags & VIEW_FLAG_SKIP_TASKBAR ? CHAN_STATE_SKIP_TASKBAR | CHAN_STATE_SKIP_PAGER : 0u);
}

// Flags that are told of among the states too.
static uint32_t
in_states(const HostWindow *w)
{
    // A popup that was refused is not always on top either, or it would cover all windows for good;
    // and in no taskbar, where no menu is.
    if (w->wanted.kind != w->kind)
        return VIEW_FLAG_ABOVE;
    return w->wanted.has_props ? VIEW_FLAG_ABOVE | VIEW_FLAG_MODAL | VIEW_FLAG_SKIP_TASKBAR : 0;
}

static void
change(HostWindow *w, bool add, HostAtom first, Atom second)
{
    const Atom *atoms = w->view->x->atoms;
    const long data[5] = {add ? STATE_ADD : STATE_REMOVE, (long)atoms[first], (long)second, 1, 0};

    host_display_tell_root(w->view->x, w->xid, ATOM__NET_WM_STATE, data);
}

static void
change_desktops(HostWindow *w, bool all)
{
    const long data[5] = {all ? HOST_ALL_DESKTOPS : host_workspace_from_all(w), 1, 0, 0, 0};

    host_display_tell_root(w->view->x, w->xid, ATOM__NET_WM_DESKTOP, data);
}

void
host_states_push(HostWindow *w)
{
    const uint32_t both = CHAN_STATE_MAXIMIZED_HORZ | CHAN_STATE_MAXIMIZED_VERT;
    uint32_t to = w->wanted.states, changed = to ^ w->pushed.states;

    // At once, so that the window is never seen maximised one way only.
    if ((changed & both) == both && ((to & both) == both || (to & both) == 0)) {
        change(w, (to & both) != 0, ATOM__NET_WM_STATE_MAXIMIZED_HORZ,
               w->view->x->atoms[ATOM__NET_WM_STATE_MAXIMIZED_VERT]);
        changed &= ~both;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(chan_states); i++)
        if (changed & chan_states[i].state)
            change(w, to & chan_states[i].state, chan_states[i].atom, None);
    if (changed & CHAN_STATE_ALL_DESKTOPS)
        change_desktops(w, to & CHAN_STATE_ALL_DESKTOPS);
}

void
host_states_set_initial(HostWindow *w)
{
    const Atom *atoms = w->view->x->atoms;
    long list[2 * G_N_ELEMENTS(flag_states) + G_N_ELEMENTS(chan_states) + 1];
    int n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(flag_states); i++) {
        if (!(w->wanted.flags & flag_states[i].flag & ~in_states(w)))
            continue;
        list[n++] = (long)atoms[flag_states[i].first];
        if (flag_states[i].second >= 0)
            list[n++] = (long)atoms[flag_states[i].second];
    }
    for (size_t i = 0; i < G_N_ELEMENTS(chan_states); i++)
        if (w->wanted.states & chan_states[i].state)
            list[n++] = (long)atoms[chan_states[i].atom];
    host_workspace_set_initial(w);
    if (w->wanted.attention)
        list[n++] = (long)atoms[ATOM__NET_WM_STATE_DEMANDS_ATTENTION];
    host_display_set_longs(w->view->x, w->xid, atoms[ATOM__NET_WM_STATE], XA_ATOM, list, n);
}

void
host_states_push_flags(HostWindow *w)
{
    uint32_t changed = (w->wanted.flags ^ w->pushed.flags) & ~in_states(w);
    const Atom *atoms = w->view->x->atoms;

    for (size_t i = 0; i < G_N_ELEMENTS(flag_states); i++)
        if (changed & flag_states[i].flag)
            change(w, w->wanted.flags & flag_states[i].flag, flag_states[i].first,
                   flag_states[i].second < 0 ? None : atoms[flag_states[i].second]);
    if (w->wanted.attention != w->pushed.attention)
        change(w, w->wanted.attention, ATOM__NET_WM_STATE_DEMANDS_ATTENTION, None);
}

static unsigned long
first_long(const HostWindow *w, HostAtom property, Atom type, unsigned long otherwise)
{
    HostDisplay *x = w->view->x;
    unsigned long *value = host_display_property(
        x, &(HostPropertyQuery){w->xid, x->atoms[property], type, 32, 1}, NULL);
    unsigned long first = value ? value[0] & 0xffffffff : otherwise; // Xlib keeps a sign

    if (value)
        XFree(value);
    return first;
}

static uint32_t
listed_states(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    unsigned long n = 0;
    unsigned long *list = host_display_property(
        x, &(HostPropertyQuery){w->xid, x->atoms[ATOM__NET_WM_STATE], XA_ATOM, 32, 64}, &n);
    uint32_t states = 0;

    for (unsigned long i = 0; i < n; i++)
        for (unsigned k = 0; k < G_N_ELEMENTS(chan_states); k++)
            if (list[i] == x->atoms[chan_states[k].atom])
                states |= chan_states[k].state;
    if (list)
        XFree(list);
    if (first_long(w, ATOM__NET_WM_DESKTOP, XA_CARDINAL, 0) == HOST_ALL_DESKTOPS)
        states |= CHAN_STATE_ALL_DESKTOPS;
    return states;
}

unsigned long
host_states_desktop(const HostWindow *w, unsigned long otherwise)
{
    return first_long(w, ATOM__NET_WM_DESKTOP, XA_CARDINAL, otherwise);
}

bool
host_states_is_iconic(const HostWindow *w)
{
    return first_long(w, ATOM_WM_STATE, w->view->x->atoms[ATOM_WM_STATE], WithdrawnState) ==
           IconicState;
}

// WM_STATE is Iconic for shaded windows and on other workspaces too, and _NET_WM_STATE_HIDDEN is
// there for shaded ones, each with some window managers.
static bool
is_minimized(HostWindow *w, unsigned long icccm, uint32_t states)
{
    if (!host_screen_marks_hidden(w->view->screen))
        return icccm == IconicState;
    return (states & CHAN_STATE_HIDDEN) && !(states & CHAN_STATE_SHADED) &&
           (icccm == IconicState || !w->viewable);
}

uint32_t
host_states_main(uint32_t states)
{
    const uint32_t both = CHAN_STATE_MAXIMIZED_HORZ | CHAN_STATE_MAXIMIZED_VERT;

    if (states & CHAN_STATE_HIDDEN)
        return VIEW_STATE_MINIMIZED;
    if (states & CHAN_STATE_FULLSCREEN)
        return VIEW_STATE_FULLSCREEN;
    return (states & both) == both ? VIEW_STATE_MAXIMIZED : VIEW_STATE_NORMAL;
}

gboolean
host_states_read(HostWindow *w, uint32_t *state, uint32_t *states)
{
    unsigned long icccm =
        first_long(w, ATOM_WM_STATE, w->view->x->atoms[ATOM_WM_STATE], WithdrawnState);

    if (icccm == WithdrawnState)
        return FALSE;
    *states = listed_states(w);
    bool minimized = is_minimized(w, icccm, *states);
    *states = minimized ? *states | CHAN_STATE_HIDDEN : *states & ~(uint32_t)CHAN_STATE_HIDDEN;
    *state = host_states_main(*states);
    return TRUE;
}

bool
host_states_read_frame(HostWindow *w, ViewFrame *frame)
{
    HostDisplay *x = w->view->x;
    unsigned long n = 0;
    unsigned long *sides = host_display_property(
        x, &(HostPropertyQuery){w->xid, x->atoms[ATOM__NET_FRAME_EXTENTS], XA_CARDINAL, 32, 4}, &n);
    bool good = sides && n == 4;

    for (unsigned long i = 0; good && i < n; i++)
        good &= sides[i] <= VIEW_FRAME_MAX;
    if (good) // left, right, top, bottom
        *frame = (ViewFrame){(uint32_t)sides[0], (uint32_t)sides[1], (uint32_t)sides[2],
                             (uint32_t)sides[3], frame->edges};
    if (sides)
        XFree(sides);
    return good;
}

uint32_t
host_states_read_edges(HostWindow *w)
{
    unsigned long edges = first_long(w, ATOM__GTK_EDGE_CONSTRAINTS, XA_CARDINAL, 0);

    return edges <= CHAN_WINDOW_EDGES_ALL ? (uint32_t)edges : 0;
}
