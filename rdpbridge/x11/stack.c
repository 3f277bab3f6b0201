// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/stack.h"

#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/x11/cost.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/windows.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <string.h>

#define CLIENTS_MAX 4096
#define ECHO_US G_USEC_PER_SEC
#define ASKED_MAX 16
// In which the focus comes that goes with it. A window manager that is asked for both may do the
// raise last, which is one above the guest's windows alone (xfwm4).
#define RAISE_MS 10

typedef struct {
    uint32_t id;
    gint64 at_us;
} Asked;

struct HostStack {
    View *view;
    GArray *last; // of uint32_t: the guest's last order, top first
    Asked asked[ASKED_MAX];
    unsigned n_asked; // oldest first: what the guest has not said back yet
    uint32_t raised;  // that a program raised last
    bool several;     // and others before, within the time
    GSource *raise;
};

HostStack *
host_stack_new(View *view)
{
    HostStack *s = g_new0(HostStack, 1);

    s->view = view;
    s->last = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return s;
}

void
host_stack_free(HostStack *s)
{
    if (!s)
        return;
    chan_timer_clear(&s->raise);
    g_array_unref(s->last);
    g_free(s);
}

void
host_stack_reset(HostStack *s)
{
    chan_timer_clear(&s->raise);
    g_array_set_size(s->last, 0);
    s->n_asked = 0;
}

static void
drop_asked(HostStack *s, unsigned n)
{
    s->n_asked -= n;
    memmove(s->asked, s->asked + n, s->n_asked * sizeof s->asked[0]);
}

void
host_stack_asked(HostStack *s, uint32_t id)
{
    uint32_t top = s->last->len > 0 ? g_array_index(s->last, uint32_t, 0) : 0;

    if (s->raised == id)
        chan_timer_clear(&s->raise);
    if (s->n_asked > 0)
        top = s->asked[s->n_asked - 1].id;
    if (top == id)
        return; // it has nothing to raise, and will say nothing
    if (s->n_asked == ASKED_MAX)
        drop_asked(s, 1);
    s->asked[s->n_asked++] = (Asked){id, g_get_monotonic_time()};
}

// Whether the guest raised this one because it was told to.
static bool
take_echo(HostStack *s, uint32_t id)
{
    gint64 now = g_get_monotonic_time();

    while (s->n_asked > 0 && now - s->asked[0].at_us > ECHO_US)
        drop_asked(s, 1);
    for (unsigned i = 0; i < s->n_asked; i++) {
        if (s->asked[i].id == id) {
            drop_asked(s, i + 1);
            return true;
        }
    }
    return false;
}

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

typedef struct {
    const HostWindow *w;
    guint at; // on the host, bottom first
} Placed;

// The guest's order of those that the host shows.
static GArray *
placed_windows(View *view, const uint32_t *ids, uint32_t n)
{
    g_autoptr(GHashTable) order = host_order(view);
    GArray *placed = g_array_new(FALSE, FALSE, sizeof(Placed));

    for (uint32_t i = 0; i < n; i++) {
        const HostWindow *w = host_windows_find(view->windows, ids[i]);
        guint at = w && w->xid ? GPOINTER_TO_UINT(g_hash_table_lookup(order, (gpointer)w->xid)) : 0;
        if (at != 0 && host_window_shown(w))
            g_array_append_val(placed, ((Placed){w, at}));
    }
    return placed;
}

static void
put(const Placed *p, int mode, const Placed *sibling)
{
    HostDisplay *x = p->w->view->x;
    XWindowChanges changes = {.sibling = sibling->w->xid, .stack_mode = mode};

    p->w->view->raises++;
    XReconfigureWMWindow(x->dpy, p->w->xid, DefaultScreen(x->dpy), CWSibling | CWStackMode,
                         &changes);
}

// All that the guest has under the first. Where none of the host's windows is between, this one
// above the others is the same, and one request.
static void
lower_others(const GArray *placed)
{
    const Placed *top = &g_array_index(placed, Placed, 0), *highest = top;
    guint n = 0;

    for (guint i = 1; i < placed->len; i++) {
        const Placed *p = &g_array_index(placed, Placed, i);
        n += p->at > top->at;
        highest = p->at > highest->at ? p : highest;
    }
    if (n > 0 && highest->at - top->at == n) {
        put(top, Above, highest);
        return;
    }
    for (guint i = placed->len; i-- > 1;)
        if (g_array_index(placed, Placed, i).at > top->at)
            put(&g_array_index(placed, Placed, i), Below, top);
}

static void
lower_last(const GArray *placed)
{
    const Placed *last = &g_array_index(placed, Placed, placed->len - 1), *lowest = last;

    for (guint i = 0; i < placed->len; i++)
        if (g_array_index(placed, Placed, i).at < lowest->at)
            lowest = &g_array_index(placed, Placed, i);
    if (lowest != last)
        put(last, Below, lowest);
}

// Several moved at once: owners with their dialogs.
static void
follow_all(const GArray *placed)
{
    guint above = 0;

    for (guint i = 1; i < placed->len; i++) {
        Placed *p = &g_array_index(placed, Placed, i);
        const Placed *a = &g_array_index(placed, Placed, above);
        if (p->at > a->at) {
            put(p, Below, a);
            p->at = a->at;
        }
        above = i;
    }
}

// Those of a that are in b too, but for one.
static GArray *
common(const GArray *a, const GArray *b, uint32_t without)
{
    GArray *both = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GHashTable) in_b = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < b->len; i++)
        g_hash_table_add(in_b, GUINT_TO_POINTER(g_array_index(b, uint32_t, i)));
    for (guint i = 0; i < a->len; i++) {
        uint32_t id = g_array_index(a, uint32_t, i);
        if (id != without && g_hash_table_contains(in_b, GUINT_TO_POINTER(id)))
            g_array_append_val(both, id);
    }
    return both;
}

static bool
equal_without(const GArray *a, const GArray *b, uint32_t without)
{
    g_autoptr(GArray) left = common(a, b, without);
    g_autoptr(GArray) right = common(b, a, without);

    return left->len == right->len &&
           (left->len == 0 || memcmp(left->data, right->data, left->len * sizeof(uint32_t)) == 0);
}

typedef enum { SAME, RAISED, LOWERED, MANY } Change;

static Change
change_between(const GArray *before, const GArray *now)
{
    if (equal_without(before, now, 0))
        return SAME;
    if (equal_without(before, now, g_array_index(now, uint32_t, 0)))
        return RAISED;
    if (equal_without(before, now, g_array_index(now, uint32_t, now->len - 1)))
        return LOWERED;
    return MANY;
}

static gboolean
on_raise(gpointer user)
{
    HostStack *s = user;
    uint64_t before = s->view->raises;

    chan_timer_clear(&s->raise);
    g_autoptr(GArray) placed =
        placed_windows(s->view, (const uint32_t *)(const void *)s->last->data, s->last->len);
    if (placed->len >= 2 && s->several)
        follow_all(placed);
    else if (placed->len >= 2 && g_array_index(placed, Placed, 0).w->id == s->raised)
        lower_others(placed);
    host_session_cost(s->view, (uint32_t)(s->view->raises - before) * HOST_COST_RAISE_US);
    return G_SOURCE_REMOVE;
}

void
host_stack_order(HostStack *s, const ViewStack *m)
{
    const uint32_t *ids = (const uint32_t *)(m + 1);
    g_autoptr(GArray) before = s->last;

    s->last = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_array_append_vals(s->last, ids, m->count);
    if (m->count == 0)
        return;
    Change change = change_between(before, s->last);
    if (change != LOWERED && take_echo(s, ids[0]))
        return;
    if (change == SAME || !view_pressed_within(s->view, LIMIT_ORDER_AFTER_PRESS_MS))
        return;
    if (change == RAISED) {
        s->several = s->raise && (s->several || s->raised != ids[0]);
        s->raised = ids[0];
        if (!s->raise)
            s->raise = chan_timer_new(s->view->context, RAISE_MS, on_raise, s);
        return;
    }
    g_autoptr(GArray) placed = placed_windows(s->view, ids, m->count);
    if (placed->len < 2)
        return;
    if (change == LOWERED)
        lower_last(placed);
    else if (change == MANY)
        follow_all(placed);
}
