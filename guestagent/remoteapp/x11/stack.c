// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/stack.h"

#include "guestagent/remoteapp/x11/manager.h"

#include <stdlib.h>
#include <string.h>

static int
layer_of(const RaClient *c)
{
    if (c->override_redirect)
        return 5;
    if (c->states.minimized)
        return 0;
    if (c->type == RA_ATOM__NET_WM_WINDOW_TYPE_DESKTOP)
        return 1;
    if (c->states.below)
        return 2;
    return c->states.above || c->type == RA_ATOM__NET_WM_WINDOW_TYPE_DOCK ? 4 : 3;
}

// Owned windows go with their owner and lie above it.
static bool
belongs_to(RaDesktop *d, const RaClient *c, const RaClient *owner)
{
    for (int i = 0; c && i < 32; i++) {
        if (c == owner)
            return true;
        c = ra_by_id(d, c->pub.owner_id);
    }
    return false;
}

static guint
first_above_layer(RaDesktop *d, int layer)
{
    guint i = d->stack->len;
    while (i > 0 && layer_of(d->stack->pdata[i - 1]) > layer)
        i--;
    return i;
}

static void
push_below_next(RaDesktop *d, guint i)
{
    RaClient *c = d->stack->pdata[i];
    XWindowChanges changes = {.stack_mode = Above};
    guint mask = CWStackMode;
    if (i + 1 < d->stack->len) {
        changes.sibling = ((RaClient *)d->stack->pdata[i + 1])->xid;
        changes.stack_mode = Below;
        mask |= CWSibling;
    }
    XConfigureWindow(d->conn->dpy, c->xid, mask, &changes);
}

static bool
same_order(const GPtrArray *a, const GPtrArray *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->pdata, b->pdata, a->len * sizeof a->pdata[0]) == 0);
}

static void
raise_with(RaDesktop *d, RaClient *raised, bool owned)
{
    g_autoptr(GPtrArray) before = g_ptr_array_copy(d->stack, NULL, NULL);
    g_autoptr(GPtrArray) group = g_ptr_array_new(); // bottom first: the raised one, then its own
    g_ptr_array_add(group, raised);
    for (guint i = 0; i < before->len && owned; i++) {
        RaClient *c = before->pdata[i];
        if (c != raised && !c->override_redirect && belongs_to(d, c, raised))
            g_ptr_array_add(group, c);
    }
    for (guint i = 0; i < group->len; i++)
        g_ptr_array_remove(d->stack, group->pdata[i]);
    for (guint i = 0; i < group->len; i++) {
        RaClient *c = group->pdata[i];
        g_ptr_array_insert(d->stack, (int)first_above_layer(d, layer_of(c)), c);
    }
    if (same_order(before, d->stack))
        return;
    for (guint i = d->stack->len; i-- > 0;) {
        if (g_ptr_array_find(group, d->stack->pdata[i], NULL))
            push_below_next(d, i);
    }
    d->stack_stale = true;
    ra_unsettle(d);
}

void
ra_stack_raise(RaDesktop *d, RaClient *c)
{
    raise_with(d, c, true);
}

void
ra_stack_raise_alone(RaDesktop *d, RaClient *c)
{
    raise_with(d, c, false);
}

void
ra_stack_shield(RaDesktop *d, bool on)
{
    XWindowChanges changes = {.x = -10, .y = -10, .width = 1, .height = 1, .stack_mode = Above};
    if (d->shielded == on || (on && ra_input_holds_button(d->input)))
        return;
    d->shielded = on;
    if (on) {
        changes.x = changes.y = 0;
        ra_screen_size(d->screen, &changes.width, &changes.height);
    }
    XConfigureWindow(d->conn->dpy, d->conn->own, CWX | CWY | CWWidth | CWHeight | CWStackMode,
                     &changes);
}

void
ra_stack_new(RaDesktop *d, const RaClient *c)
{
    XWindowChanges changes = {.sibling = d->conn->own, .stack_mode = Below};
    if (d->shielded)
        XConfigureWindow(d->conn->dpy, c->xid, CWSibling | CWStackMode, &changes);
}

void
ra_stack_lower(RaDesktop *d, RaClient *c)
{
    g_ptr_array_remove(d->stack, c);
    guint i = 0;
    while (i < d->stack->len && layer_of(d->stack->pdata[i]) < layer_of(c))
        i++;
    g_ptr_array_insert(d->stack, (int)i, c);
    push_below_next(d, i);
    d->stack_stale = true;
    ra_unsettle(d);
}

static void
read_order(RaDesktop *d)
{
    xcb_generic_error_t *failure = NULL;
    xcb_query_tree_reply_t *tree = xcb_query_tree_reply(
        d->conn->xcb, xcb_query_tree(d->conn->xcb, (guint32)d->conn->root), &failure);
    free(failure);
    if (!tree)
        return;
    g_ptr_array_set_size(d->stack, 0);
    const xcb_window_t *children = xcb_query_tree_children(tree);
    for (int i = 0; i < xcb_query_tree_children_length(tree); i++) {
        RaClient *c = ra_by_xid(d, children[i]);
        if (c && c->pub.mapped)
            g_ptr_array_add(d->stack, c);
    }
    free(tree);
}

void
ra_stack_refresh(RaDesktop *d)
{
    d->stack_stale = false;
    if (d->shielded)
        XRaiseWindow(d->conn->dpy, d->conn->own);
    read_order(d);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = d->stack->len; i-- > 0;) {
        const RaClient *c = d->stack->pdata[i];
        if (c->told)
            g_array_append_val(ids, c->pub.id);
    }
    guint32 active = d->active && d->active->told ? d->active->pub.id : 0;
    bool same =
        active == d->told_active && ids->len == d->told_stack->len &&
        (ids->len == 0 || memcmp(ids->data, d->told_stack->data, ids->len * sizeof(guint32)) == 0);
    if (same)
        return;
    d->list_stale = true;
    d->told_active = active;
    g_array_unref(d->told_stack);
    d->told_stack = g_array_ref(ids);
    if (d->events.stack_changed)
        d->events.stack_changed((const guint32 *)(gconstpointer)ids->data, ids->len, active,
                                d->user);
}
