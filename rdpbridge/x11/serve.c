// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/serve.h"

#include "channel/x11/pieces.h"
#include "channel/x11/request.h"

#include <X11/Xatom.h>
#include <string.h>

#define WAITING_MAX 64
#define PIECE_MAX (64 * 1024)

typedef struct {
    ChanRequest request;
    uint32_t kind;
} Waiting;

struct HostServe {
    HostDisplay *x;
    void (*need)(uint32_t kind, gpointer user);
    gpointer user;
    Atom selection;
    uint32_t kinds; // on offer
    Time since;
    GArray *waiting; // Waiting
    ChanPieces *pieces;
};

HostServe *
host_serve_new(HostDisplay *x, GMainContext *context, ChanClipSelection selection,
               void (*need)(uint32_t kind, gpointer user), gpointer user)
{
    HostServe *s = g_new0(HostServe, 1);

    s->x = x;
    s->selection = selection == CHAN_CLIP_PRIMARY ? XA_PRIMARY : x->atoms[ATOM_CLIPBOARD];
    s->need = need;
    s->user = user;
    s->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    s->pieces = chan_pieces_new(context, x->dpy, PIECE_MAX);
    return s;
}

void
host_serve_free(HostServe *s)
{
    if (!s)
        return;
    for (guint i = 0; i < s->waiting->len; i++)
        chan_request_drop(&g_array_index(s->waiting, Waiting, i).request);
    g_array_unref(s->waiting);
    chan_pieces_free(s->pieces);
    g_free(s);
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
give(HostServe *s, const ChanRequest *request, GBytes *data)
{
    const Atom *atoms = s->x->atoms;
    const XSelectionRequestEvent *r = &request->event;
    Atom type = r->target == atoms[ATOM_TEXT] ? atoms[ATOM_UTF8_STRING] : r->target;
    g_autoptr(GBytes) out = r->target == XA_STRING ? as_latin1(data) : g_bytes_ref(data);

    chan_request_answer(request, chan_pieces_send(s->pieces, r, type, out));
}

void
host_serve_data(HostServe *s, uint32_t kind, GBytes *data)
{
    for (guint i = 0; i < s->waiting->len;) {
        const Waiting w = g_array_index(s->waiting, Waiting, i);
        if (w.kind != kind) {
            i++;
            continue;
        }
        g_array_remove_index(s->waiting, i);
        if (data)
            give(s, &w.request, data);
        else
            chan_request_answer(&w.request, false);
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
        chan_request_answer(&g_array_index(s->waiting, Waiting, i).request, false);
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
    Atom targets[3 + G_N_ELEMENTS(all)] = {atoms[ATOM_TARGETS], atoms[ATOM_MULTIPLE],
                                           atoms[ATOM_TIMESTAMP]};
    int n = 3;

    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (kind_of(s, all[i]) & s->kinds)
            targets[n++] = all[i];
    XChangeProperty(s->x->dpy, r->requestor, r->property, XA_ATOM, 32, PropModeReplace,
                    (const unsigned char *)targets, n);
}

static void
serve_timestamp(HostServe *s, const XSelectionRequestEvent *r)
{
    const long since = (long)s->since;

    XChangeProperty(s->x->dpy, r->requestor, r->property, XA_INTEGER, 32, PropModeReplace,
                    (const unsigned char *)&since, 1);
}

static void
on_request(const ChanRequest *request, gpointer user)
{
    HostServe *s = user;
    const Atom *atoms = s->x->atoms;
    const XSelectionRequestEvent *r = &request->event;
    Waiting w = {*request, kind_of(s, r->target)};

    if (s->kinds != 0 && r->target == atoms[ATOM_TARGETS]) {
        serve_targets(s, r);
        chan_request_answer(request, true);
    } else if (s->kinds != 0 && r->target == atoms[ATOM_TIMESTAMP]) {
        serve_timestamp(s, r);
        chan_request_answer(request, true);
    } else if (!(w.kind & s->kinds) || s->waiting->len >= WAITING_MAX) {
        chan_request_answer(request, false);
    } else {
        g_array_append_val(s->waiting, w);
        s->need(w.kind, s->user);
    }
}

gboolean
host_serve_event(HostServe *s, const XEvent *e)
{
    if (e->type == SelectionRequest && e->xselectionrequest.selection == s->selection) {
        chan_request_take(&e->xselectionrequest, s->x->atoms[ATOM_MULTIPLE], on_request, s);
        return TRUE;
    }
    return chan_pieces_event(s->pieces, e);
}
