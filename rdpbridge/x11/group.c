// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/group.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>

struct HostGroups {
    View *view;
    GHashTable *by_number; // of this session; HostGroup, owned by the windows in it
};

struct HostGroup {
    HostGroups *groups;
    uint32_t number;
    unsigned windows;
    Window xid; // None until one of them is on the host
};

HostGroups *
host_groups_new(View *view)
{
    HostGroups *gs = g_new0(HostGroups, 1);

    gs->view = view;
    gs->by_number = g_hash_table_new(NULL, NULL);
    return gs;
}

void
host_groups_free(HostGroups *gs)
{
    if (!gs)
        return;
    g_hash_table_unref(gs->by_number);
    g_free(gs);
}

void
host_groups_forget(HostGroups *gs)
{
    g_hash_table_remove_all(gs->by_number);
}

static HostGroup *
join(HostGroups *gs, uint32_t number)
{
    HostGroup *g = g_hash_table_lookup(gs->by_number, GUINT_TO_POINTER(number));

    if (number == 0)
        return NULL;
    if (!g) {
        g = g_new0(HostGroup, 1);
        g->groups = gs;
        g->number = number;
        g_hash_table_insert(gs->by_number, GUINT_TO_POINTER(number), g);
    }
    g->windows++;
    return g;
}

static void
leave(HostGroup *g)
{
    if (!g || --g->windows > 0)
        return;
    HostGroups *gs = g->groups;
    if (g_hash_table_lookup(gs->by_number, GUINT_TO_POINTER(g->number)) == g)
        g_hash_table_remove(gs->by_number, GUINT_TO_POINTER(g->number));
    if (g->xid)
        XDestroyWindow(gs->view->x->dpy, g->xid);
    g_free(g);
}

void
host_group_want(HostWindow *w, const ChanWindowGroup *m)
{
    HostGroup *group = join(w->view->groups, m->group), *leader = join(w->view->groups, m->leader);

    host_group_leave(w); // after: it may be the only one in it
    w->group = group;
    w->leader = leader;
    w->has_group = true;
    w->names_owner = m->owner;
}

void
host_group_leave(HostWindow *w)
{
    leave(g_steal_pointer(&w->group));
    leave(g_steal_pointer(&w->leader));
}

// The class is that of the first of its windows: they are one program's.
static Window
make(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    Window xid = XCreateSimpleWindow(x->dpy, x->root, -10, -10, 1, 1, 0, 0, 0);
    XClassHint hint = {w->wanted.wm_class, w->wanted.wm_class};
    const long self = (long)xid;

    XSetClassHint(x->dpy, xid, &hint);
    host_display_set_longs(x, xid, x->atoms[ATOM_WM_CLIENT_LEADER], XA_WINDOW, &self, 1);
    return xid;
}

static Window
push(HostWindow *w, HostGroup *g)
{
    if (g && !g->xid)
        g->xid = make(w);
    return g ? g->xid : None;
}

void
host_group_push(HostWindow *w)
{
    w->wanted.group = push(w, w->group);
    w->wanted.leader = push(w, w->leader);
}
