// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/serve.h"

#include "channel/glib/timer.h"

#include <X11/Xatom.h>
#include <string.h>

#define WAITING_MAX 16
#define TRANSFERS_MAX 8
#define PIECE_MAX (64 * 1024)
#define PATIENCE_MS 10000 // for a program that stops reading its pieces

// Content on its way to a program.
typedef struct {
    HostServe *serve;
    Window requestor;
    Atom property, type;
    GBytes *data;
    gsize sent;
    GSource *patience;
    GSource *next; // the piece before was read; goes out in the loop's next turn
} Transfer;

typedef struct {
    XSelectionRequestEvent request;
    uint32_t kind;
} Waiting;

struct HostServe {
    HostDisplay *x;
    GMainContext *context;
    void (*need)(uint32_t kind, gpointer user);
    gpointer user;
    Atom selection;
    uint32_t kinds; // on offer
    Time since;
    GArray *waiting;      // Waiting
    GPtrArray *transfers; // Transfer
};

// Whether the requestor reads something else, too.
static bool
reads_more(const Transfer *t)
{
    for (guint i = 0; i < t->serve->transfers->len; i++) {
        const Transfer *other = g_ptr_array_index(t->serve->transfers, i);
        if (other != t && other->requestor == t->requestor)
            return true;
    }
    return false;
}

static void
transfer_free(gpointer data)
{
    Transfer *t = data;

    chan_timer_clear(&t->patience);
    chan_timer_clear(&t->next);
    if (!reads_more(t))
        XSelectInput(t->serve->x->dpy, t->requestor, NoEventMask);
    g_bytes_unref(t->data);
    g_free(t);
}

HostServe *
host_serve_new(HostDisplay *x, GMainContext *context, ChanClipSelection selection,
               void (*need)(uint32_t kind, gpointer user), gpointer user)
{
    HostServe *s = g_new0(HostServe, 1);

    s->x = x;
    s->context = context;
    s->selection = selection == CHAN_CLIP_PRIMARY ? XA_PRIMARY : x->atoms[ATOM_CLIPBOARD];
    s->need = need;
    s->user = user;
    s->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    s->transfers = g_ptr_array_new_with_free_func(transfer_free);
    return s;
}

void
host_serve_free(HostServe *s)
{
    if (!s)
        return;
    g_array_unref(s->waiting);
    while (s->transfers->len > 0) // one by one, since each looks at the others
        g_ptr_array_remove_index_fast(s->transfers, s->transfers->len - 1);
    g_ptr_array_unref(s->transfers);
    g_free(s);
}

static void
notify(HostServe *s, const XSelectionRequestEvent *r, Atom property)
{
    XEvent e = {.xselection = {.type = SelectionNotify,
                               .requestor = r->requestor,
                               .selection = r->selection,
                               .target = r->target,
                               .property = property,
                               .time = r->time}};

    XSendEvent(s->x->dpy, r->requestor, False, NoEventMask, &e);
}

static gboolean
on_patience(gpointer user)
{
    Transfer *t = user;

    g_ptr_array_remove_fast(t->serve->transfers, t);
    return G_SOURCE_REMOVE;
}

static void
begin_transfer(HostServe *s, const XSelectionRequestEvent *r, Atom type, GBytes *data)
{
    Transfer *t = g_new0(Transfer, 1);
    const long size = (long)g_bytes_get_size(data);

    *t = (Transfer){.serve = s,
                    .requestor = r->requestor,
                    .property = r->property,
                    .type = type,
                    .data = g_bytes_ref(data)};
    g_ptr_array_add(s->transfers, t);
    t->patience = g_timeout_source_new(PATIENCE_MS);
    g_source_set_callback(t->patience, on_patience, t, NULL);
    g_source_attach(t->patience, s->context);
    XSelectInput(s->x->dpy, r->requestor, PropertyChangeMask | StructureNotifyMask);
    XChangeProperty(s->x->dpy, r->requestor, r->property, s->x->atoms[ATOM_INCR], 32,
                    PropModeReplace, (const unsigned char *)&size, 1);
}

static uint32_t
kind_of(const HostServe *s, Atom target)
{
    const Atom *atoms = s->x->atoms;

    if (target == atoms[ATOM_UTF8_STRING] || target == atoms[ATOM_TEXT] || target == XA_STRING ||
        target == atoms[ATOM_TEXT_PLAIN_UTF8] || target == atoms[ATOM_TEXT_PLAIN])
        return CHAN_CLIP_TEXT;
    return target == atoms[ATOM_TEXT_HTML]   ? CHAN_CLIP_HTML
           : target == atoms[ATOM_IMAGE_PNG] ? CHAN_CLIP_PNG
           : target == atoms[ATOM_IMAGE_BMP] ? CHAN_CLIP_BMP
                                             : 0;
}

// Latin-1, for programs that know no better; characters without a place in it are question marks.
static GBytes *
as_latin1(GBytes *utf8)
{
    gsize size = 0, n = 0;
    const char *text = g_bytes_get_data(utf8, &size);
    char *out = g_malloc(size + 1);

    for (const char *at = text; at < text + size; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        out[n++] = c < 0x100 ? (char)c : '?';
    }
    return g_bytes_new_take(out, n);
}

static void
give(HostServe *s, const XSelectionRequestEvent *r, GBytes *data)
{
    const Atom *atoms = s->x->atoms;
    Atom type = r->target == atoms[ATOM_TEXT] ? atoms[ATOM_UTF8_STRING] : r->target;
    g_autoptr(GBytes) out = r->target == XA_STRING ? as_latin1(data) : g_bytes_ref(data);
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(out, &size);

    if (size > PIECE_MAX && s->transfers->len >= TRANSFERS_MAX) {
        notify(s, r, None);
        return;
    }
    if (size > PIECE_MAX)
        begin_transfer(s, r, type, out);
    else
        XChangeProperty(s->x->dpy, r->requestor, r->property, type, 8, PropModeReplace, bytes,
                        (int)size);
    notify(s, r, r->property);
}

void
host_serve_data(HostServe *s, uint32_t kind, GBytes *data)
{
    for (guint i = 0; i < s->waiting->len;) {
        const Waiting *w = &g_array_index(s->waiting, Waiting, i);
        if (w->kind != kind) {
            i++;
            continue;
        }
        if (data)
            give(s, &w->request, data);
        else
            notify(s, &w->request, None);
        g_array_remove_index(s->waiting, i);
    }
}

uint32_t
host_serve_waiting(const HostServe *s)
{
    return s->waiting->len > 0 ? g_array_index(s->waiting, Waiting, 0).kind : 0;
}

void
host_serve_offer(HostServe *s, uint32_t kinds)
{
    for (guint i = 0; i < s->waiting->len; i++)
        notify(s, &g_array_index(s->waiting, Waiting, i).request, None);
    g_array_set_size(s->waiting, 0);
    s->kinds = kinds;
}

void
host_serve_owned(HostServe *s, Time since)
{
    s->since = since;
}

static void
serve_targets(HostServe *s, const XSelectionRequestEvent *r)
{
    const Atom *atoms = s->x->atoms;
    const Atom all[] = {atoms[ATOM_UTF8_STRING], atoms[ATOM_TEXT_PLAIN_UTF8],
                        atoms[ATOM_TEXT_HTML],   atoms[ATOM_IMAGE_PNG],
                        atoms[ATOM_IMAGE_BMP],   atoms[ATOM_TEXT_PLAIN],
                        atoms[ATOM_TEXT],        XA_STRING};
    Atom targets[2 + G_N_ELEMENTS(all)] = {atoms[ATOM_TARGETS], atoms[ATOM_TIMESTAMP]};
    int n = 2;

    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (kind_of(s, all[i]) & s->kinds)
            targets[n++] = all[i];
    XChangeProperty(s->x->dpy, r->requestor, r->property, XA_ATOM, 32, PropModeReplace,
                    (const unsigned char *)targets, n);
    notify(s, r, r->property);
}

static void
serve_timestamp(HostServe *s, const XSelectionRequestEvent *r)
{
    const long since = (long)s->since;

    XChangeProperty(s->x->dpy, r->requestor, r->property, XA_INTEGER, 32, PropModeReplace,
                    (const unsigned char *)&since, 1);
    notify(s, r, r->property);
}

static void
on_request(HostServe *s, XSelectionRequestEvent r)
{
    const Atom *atoms = s->x->atoms;
    Waiting w;

    if (r.property == None)
        r.property = r.target; // an obsolete client, ICCCM 2.2
    if (s->kinds != 0 && r.target == atoms[ATOM_TARGETS]) {
        serve_targets(s, &r);
        return;
    }
    if (s->kinds != 0 && r.target == atoms[ATOM_TIMESTAMP]) {
        serve_timestamp(s, &r);
        return;
    }
    w = (Waiting){r, kind_of(s, r.target)};
    if (!(w.kind & s->kinds) || s->waiting->len >= WAITING_MAX) {
        notify(s, &r, None);
        return;
    }
    g_array_append_val(s->waiting, w);
    s->need(w.kind, s->user);
}

static gboolean
on_next(gpointer user)
{
    Transfer *t = user;
    HostServe *s = t->serve;
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(t->data, &size);
    gsize n = MIN(size - t->sent, PIECE_MAX);

    XChangeProperty(s->x->dpy, t->requestor, t->property, t->type, 8, PropModeReplace,
                    bytes + t->sent, (int)n);
    XFlush(s->x->dpy);
    chan_timer_clear(&t->next);
    t->sent += n;
    if (n == 0)
        g_ptr_array_remove_fast(s->transfers, t);
    else
        g_source_set_ready_time(t->patience, g_get_monotonic_time() + (gint64)PATIENCE_MS * 1000);
    return G_SOURCE_REMOVE;
}

// The program has read a piece: the next one follows, and an empty one at the end. A quick program
// asks again before this turn of the loop is over, which has other things to do, too.
static void
on_piece_read(HostServe *s, Transfer *t)
{
    if (t->next)
        return;
    t->next = g_idle_source_new();
    g_source_set_priority(t->next, G_PRIORITY_DEFAULT);
    g_source_set_callback(t->next, on_next, t, NULL);
    g_source_attach(t->next, s->context);
}

static gboolean
on_requestor_gone(HostServe *s, Window window)
{
    gboolean ours = FALSE;

    for (guint i = s->transfers->len; i-- > 0;) {
        const Transfer *t = g_ptr_array_index(s->transfers, i);
        if (t->requestor != window)
            continue;
        g_ptr_array_remove_index_fast(s->transfers, i);
        ours = TRUE;
    }
    return ours;
}

gboolean
host_serve_event(HostServe *s, const XEvent *e)
{
    if (e->type == SelectionRequest && e->xselectionrequest.selection == s->selection) {
        on_request(s, e->xselectionrequest);
        return TRUE;
    }
    if (e->type == DestroyNotify)
        return on_requestor_gone(s, e->xdestroywindow.window);
    if (e->type != PropertyNotify || e->xproperty.state != PropertyDelete)
        return FALSE;
    for (guint i = 0; i < s->transfers->len; i++) {
        Transfer *t = g_ptr_array_index(s->transfers, i);
        if (t->requestor == e->xproperty.window && t->property == e->xproperty.atom) {
            on_piece_read(s, t);
            return TRUE;
        }
    }
    return FALSE;
}
