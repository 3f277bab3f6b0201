// SPDX-License-Identifier: Apache-2.0
#include "channel/x11/pieces.h"

#include "channel/glib/timer.h"

#define UNDER_WAY_MAX 16
#define PATIENCE_MS 10000

// Content on its way to a program.
typedef struct {
    ChanPieces *all;
    Window requestor;
    Atom property, type;
    GBytes *content;
    gsize sent;
    GSource *patience;
    GSource *next; // the piece before was read; goes out in the loop's next turn
} Transfer;

struct ChanPieces {
    GMainContext *context;
    Display *dpy;
    Atom incr;
    gsize piece_max;
    GPtrArray *transfers; // Transfer
};

static void
transfer_free(gpointer data)
{
    Transfer *t = data;

    chan_timer_clear(&t->patience);
    chan_timer_clear(&t->next);
    g_bytes_unref(t->content);
    g_free(t);
}

ChanPieces *
chan_pieces_new(GMainContext *context, Display *dpy, gsize piece_max)
{
    ChanPieces *p = g_new0(ChanPieces, 1);

    p->context = context;
    p->dpy = dpy;
    p->incr = XInternAtom(dpy, "INCR", False);
    p->piece_max = piece_max;
    p->transfers = g_ptr_array_new_with_free_func(transfer_free);
    return p;
}

void
chan_pieces_free(ChanPieces *p)
{
    if (!p)
        return;
    g_ptr_array_unref(p->transfers);
    g_free(p);
}

// The window may be one whose events are wanted for something else: those stay, and no others come
// that would be taken for that.
static void
watch(ChanPieces *p, Window window)
{
    XWindowAttributes a;

    if (!XGetWindowAttributes(p->dpy, window, &a))
        return;
    long end = a.your_event_mask == NoEventMask ? StructureNotifyMask : NoEventMask;
    XSelectInput(p->dpy, window, a.your_event_mask | PropertyChangeMask | end);
}

static gboolean
on_patience(gpointer user)
{
    Transfer *t = user;

    g_ptr_array_remove_fast(t->all->transfers, t);
    return G_SOURCE_REMOVE;
}

static void
begin(ChanPieces *p, const XSelectionRequestEvent *r, Atom type, GBytes *content)
{
    Transfer *t = g_new0(Transfer, 1);
    const long size = (long)g_bytes_get_size(content);

    *t = (Transfer){.all = p,
                    .requestor = r->requestor,
                    .property = r->property,
                    .type = type,
                    .content = g_bytes_ref(content)};
    t->patience = chan_timer_new(p->context, PATIENCE_MS, on_patience, t);
    g_ptr_array_add(p->transfers, t);
    watch(p, r->requestor);
    XChangeProperty(p->dpy, r->requestor, r->property, p->incr, 32, PropModeReplace,
                    (const unsigned char *)&size, 1);
}

bool
chan_pieces_send(ChanPieces *p, const XSelectionRequestEvent *r, Atom type, GBytes *content)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(content, &size);

    if (size > p->piece_max && p->transfers->len >= UNDER_WAY_MAX)
        return false;
    if (size > p->piece_max)
        begin(p, r, type, content);
    else
        XChangeProperty(p->dpy, r->requestor, r->property, type, 8, PropModeReplace, bytes,
                        (int)size);
    return true;
}

static gboolean
on_next(gpointer user)
{
    Transfer *t = user;
    ChanPieces *p = t->all;
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(t->content, &size);
    gsize n = MIN(size - t->sent, p->piece_max);

    chan_timer_clear(&t->next);
    // An empty piece is the end.
    XChangeProperty(p->dpy, t->requestor, t->property, t->type, 8, PropModeReplace, bytes + t->sent,
                    (int)n);
    XFlush(p->dpy);
    t->sent += n;
    if (n == 0)
        g_ptr_array_remove_fast(p->transfers, t);
    else
        g_source_set_ready_time(t->patience, g_get_monotonic_time() + (gint64)PATIENCE_MS * 1000);
    return G_SOURCE_REMOVE;
}

// The program has read a piece. A quick one asks for the next before this turn is over.
static bool
piece_read(ChanPieces *p, const XPropertyEvent *e)
{
    for (guint i = 0; i < p->transfers->len; i++) {
        Transfer *t = g_ptr_array_index(p->transfers, i);
        if (t->requestor != e->window || t->property != e->atom)
            continue;
        if (t->next)
            return true;
        t->next = g_idle_source_new();
        g_source_set_priority(t->next, G_PRIORITY_DEFAULT);
        g_source_set_callback(t->next, on_next, t, NULL);
        g_source_attach(t->next, p->context);
        return true;
    }
    return false;
}

static bool
requestor_gone(ChanPieces *p, Window window)
{
    bool ours = false;

    for (guint i = p->transfers->len; i-- > 0;) {
        const Transfer *t = g_ptr_array_index(p->transfers, i);
        if (t->requestor != window)
            continue;
        g_ptr_array_remove_index_fast(p->transfers, i);
        ours = true;
    }
    return ours;
}

bool
chan_pieces_event(ChanPieces *p, const XEvent *e)
{
    if (e->type == DestroyNotify)
        return requestor_gone(p, e->xdestroywindow.window);
    return e->type == PropertyNotify && e->xproperty.state == PropertyDelete &&
           piece_read(p, &e->xproperty);
}
