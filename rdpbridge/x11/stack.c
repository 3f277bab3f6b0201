// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/stack.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/windows.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>

#define CLIENTS_MAX 4096
// The order counts for this long after the user did something: programs raise their windows in
// answer to that, and guests restack by themselves for their pointer.

// Position of each of our X windows in the host's stack, bottom first, from 1.
static GHashTable *
host_order(View *view)
{
    HostDisplay *x = view->x;
    HostPropertyQuery query = {x->root, x->atoms[ATOM__NET_CLIENT_LIST_STACKING], XA_WINDOW, 32,
                               CLIENTS_MAX};
    unsigned long n = 0;
    unsigned long *list = host_display_property(x, &query, &n);
    GHashTable *order = g_hash_table_new(NULL, NULL);

    for (unsigned long i = 0; i < n; i++)
        if (host_windows_by_xid(view->windows, list[i]))
            g_hash_table_insert(order, (gpointer)list[i], GUINT_TO_POINTER(i + 1));
    if (list)
        XFree(list);
    return order;
}

void
host_stack_order(View *view, const ViewStack *m)
{
    const uint32_t *ids = (const uint32_t *)(m + 1);
    const HostWindow *under = host_pointer_window(view->pointer), *above = NULL;
    HostDisplay *x = view->x;

    // The guest raises what the pointer enters; the host does not.
    if (m->count == 0 || !view_pressed_within(view, LIMIT_ORDER_AFTER_PRESS_MS) ||
        (under && under->id == ids[0]))
        return;
    g_autoptr(GHashTable) order = host_order(view);
    guint above_at = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        const HostWindow *w = host_windows_find(view->windows, ids[i]);
        guint at = w && w->xid ? GPOINTER_TO_UINT(g_hash_table_lookup(order, (gpointer)w->xid)) : 0;
        if (at == 0 || !host_window_shown(w))
            continue;
        if (above && at > above_at) {
            XWindowChanges changes = {.sibling = above->xid, .stack_mode = Below};
            XReconfigureWMWindow(x->dpy, w->xid, DefaultScreen(x->dpy), CWSibling | CWStackMode,
                                 &changes);
            at = above_at;
        }
        above = w;
        above_at = at;
    }
}
