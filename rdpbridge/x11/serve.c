// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/serve.h"

#include <X11/Xatom.h>
#include <string.h>

#define WAITING_MAX 16
#define TRANSFERS_MAX 8
#define PIECE_MAX (64 * 1024)
#define PATIENCE_MS 10000 // for a program that stops reading its pieces

// A large text on its way to a program.
typedef struct {
    HostServe *serve;
    Window requestor;
    Atom property, type;
    char *text; // NULL: all is sent, the last, empty piece included
    size_t size, sent;
    GSource *patience;
} Transfer;

struct HostServe {
    HostDisplay *x;
    GMainContext *context;
    void (*need_text)(gpointer user);
    gpointer user;
    GArray *waiting;      // XSelectionRequestEvent
    GPtrArray *transfers; // Transfer
};

static void
transfer_free(gpointer data)
{
    Transfer *t = data;

    if (t->patience) {
        g_source_destroy(t->patience);
        g_source_unref(t->patience);
    }
    g_free(t->text);
    g_free(t);
}

HostServe *
host_serve_new(HostDisplay *x, GMainContext *context, void (*need_text)(gpointer user),
               gpointer user)
{
    HostServe *s = g_new0(HostServe, 1);

    s->x = x;
    s->context = context;
    s->need_text = need_text;
    s->user = user;
    s->waiting = g_array_new(FALSE, FALSE, sizeof(XSelectionRequestEvent));
    s->transfers = g_ptr_array_new_with_free_func(transfer_free);
    return s;
}

void
host_serve_free(HostServe *s)
{
    if (!s)
        return;
    g_array_unref(s->waiting);
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
begin_transfer(HostServe *s, const XSelectionRequestEvent *r, Atom type, char *take_text)
{
    Transfer *t = g_new0(Transfer, 1);
    const long size = (long)strlen(take_text);

    *t = (Transfer){.serve = s,
                    .requestor = r->requestor,
                    .property = r->property,
                    .type = type,
                    .text = take_text,
                    .size = (size_t)size};
    g_ptr_array_add(s->transfers, t);
    t->patience = g_timeout_source_new(PATIENCE_MS);
    g_source_set_callback(t->patience, on_patience, t, NULL);
    g_source_attach(t->patience, s->context);
    XSelectInput(s->x->dpy, r->requestor, PropertyChangeMask);
    XChangeProperty(s->x->dpy, r->requestor, r->property, s->x->atoms[ATOM_INCR], 32,
                    PropModeReplace, (const unsigned char *)&size, 1);
}

static void
give(HostServe *s, const XSelectionRequestEvent *r, const char *text)
{
    const Atom *atoms = s->x->atoms;
    bool latin = r->target == XA_STRING;
    Atom type = latin ? XA_STRING : atoms[ATOM_UTF8_STRING];
    g_autofree char *out =
        latin ? g_convert_with_fallback(text, -1, "ISO-8859-1", "UTF-8", "?", NULL, NULL, NULL)
              : g_strdup(text);

    if (!out || (strlen(out) > PIECE_MAX && s->transfers->len >= TRANSFERS_MAX)) {
        notify(s, r, None);
        return;
    }
    if (strlen(out) > PIECE_MAX)
        begin_transfer(s, r, type, g_steal_pointer(&out));
    else
        XChangeProperty(s->x->dpy, r->requestor, r->property, type, 8, PropModeReplace,
                        (const unsigned char *)out, (int)strlen(out));
    notify(s, r, r->property);
}

void
host_serve_text(HostServe *s, const char *text)
{
    for (guint i = 0; i < s->waiting->len; i++) {
        const XSelectionRequestEvent *r = &g_array_index(s->waiting, XSelectionRequestEvent, i);
        if (text)
            give(s, r, text);
        else
            notify(s, r, None);
    }
    g_array_set_size(s->waiting, 0);
}

static void
on_request(HostServe *s, XSelectionRequestEvent r)
{
    const Atom *atoms = s->x->atoms;

    if (r.property == None)
        r.property = r.target; // an obsolete client, ICCCM 2.2
    if (r.target == atoms[ATOM_TARGETS]) {
        const Atom targets[] = {atoms[ATOM_TARGETS], atoms[ATOM_UTF8_STRING], atoms[ATOM_TEXT],
                                XA_STRING};
        XChangeProperty(s->x->dpy, r.requestor, r.property, XA_ATOM, 32, PropModeReplace,
                        (const unsigned char *)targets, G_N_ELEMENTS(targets));
        notify(s, &r, r.property);
        return;
    }
    bool text = r.target == atoms[ATOM_UTF8_STRING] || r.target == atoms[ATOM_TEXT] ||
                r.target == XA_STRING;
    if (!text || s->waiting->len >= WAITING_MAX) {
        notify(s, &r, None);
        return;
    }
    g_array_append_val(s->waiting, r);
    s->need_text(s->user);
}

// The program has read a piece: the next one, and an empty one at the end.
static void
on_piece_read(HostServe *s, Transfer *t)
{
    size_t n = MIN(t->size - t->sent, PIECE_MAX);

    XChangeProperty(s->x->dpy, t->requestor, t->property, t->type, 8, PropModeReplace,
                    (const unsigned char *)t->text + t->sent, (int)n);
    t->sent += n;
    if (n == 0)
        g_ptr_array_remove_fast(s->transfers, t);
    else
        g_source_set_ready_time(t->patience, g_get_monotonic_time() + (gint64)PATIENCE_MS * 1000);
}

gboolean
host_serve_event(HostServe *s, const XEvent *e)
{
    if (e->type == SelectionRequest) {
        on_request(s, e->xselectionrequest);
        return TRUE;
    }
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
