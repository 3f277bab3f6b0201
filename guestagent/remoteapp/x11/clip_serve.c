// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_serve.h"

#include "channel/glib/timer.h"
#include "channel/x11/pieces.h"
#include "channel/x11/request.h"

#include <X11/Xatom.h>
#include <string.h>

#define WAITING_MAX 64 // requests until the client's content is there
#define PIECE_BYTES (256 * 1024)
#define KEPT_MAX (1024 * 1024) // larger content is asked for again when it is pasted again
#define CLIENT_MS 60000        // on a client: as long as its largest content may take
// A program that is refused one form of the content asks for the next at once: refused without
// asking.
#define NOTHING_HOLDS_US G_USEC_PER_SEC

typedef struct {
    ChanRequest request;
    guint32 kind;
} Waiting;

struct RaClipServe {
    RaClipSide side;
    guint32 kinds;                      // on offer; 0: the selection is not ours
    Time since;                         // ours, by the server's time
    guint32 asked;                      // of the client; 0: nothing
    GBytes *kept[CHAN_CLIP_KINDS];      // of this offer
    gint64 nothing_us[CHAN_CLIP_KINDS]; // until then there is none
    GArray *waiting;                    // Waiting
    ChanPieces *pieces;
    GSource *deadline; // while anything waits
};

RaClipServe *
ra_clip_serve_new(const RaClipSide *side)
{
    RaClipServe *serve = g_new0(RaClipServe, 1);
    serve->side = *side;
    serve->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    serve->pieces = chan_pieces_new(side->context, side->conn->dpy, PIECE_BYTES);
    return serve;
}

static void
forget(RaClipServe *serve)
{
    for (guint i = 0; i < CHAN_CLIP_KINDS; i++)
        g_clear_pointer(&serve->kept[i], g_bytes_unref);
    memset(serve->nothing_us, 0, sizeof serve->nothing_us);
}

void
ra_clip_serve_free(RaClipServe *serve)
{
    if (!serve)
        return;
    chan_timer_clear(&serve->deadline);
    for (guint i = 0; i < serve->waiting->len; i++)
        chan_request_drop(&g_array_index(serve->waiting, Waiting, i).request);
    g_array_unref(serve->waiting);
    chan_pieces_free(serve->pieces);
    forget(serve);
    g_free(serve);
}

// 0: all that waits.
static void
refuse(RaClipServe *serve, guint32 kind)
{
    for (guint i = serve->waiting->len; i-- > 0;) {
        const Waiting w = g_array_index(serve->waiting, Waiting, i);
        if (kind && w.kind != kind)
            continue;
        g_array_remove_index(serve->waiting, i);
        chan_request_answer(&w.request, false);
    }
}

static gboolean
on_deadline(gpointer user)
{
    RaClipServe *serve = user;
    refuse(serve, 0);
    serve->asked = 0;
    chan_timer_clear(&serve->deadline);
    return G_SOURCE_REMOVE;
}

static void
ask_next(RaClipServe *serve)
{
    chan_timer_clear(&serve->deadline);
    if (serve->waiting->len == 0)
        return;
    serve->deadline = g_timeout_source_new(CLIENT_MS);
    g_source_set_callback(serve->deadline, on_deadline, serve, NULL);
    g_source_attach(serve->deadline, serve->side.context);
    serve->asked = g_array_index(serve->waiting, Waiting, 0).kind;
    serve->side.events.wanted(serve->side.which, serve->asked, serve->side.user);
}

void
ra_clip_serve_offer(RaClipServe *serve, guint32 kinds)
{
    RaConn *conn = serve->side.conn;
    forget(serve);
    if (kinds)
        XSetSelectionOwner(conn->dpy, serve->side.selection, conn->own, CurrentTime);
    else if (serve->kinds)
        XSetSelectionOwner(conn->dpy, serve->side.selection, None, CurrentTime);
    serve->kinds = kinds;
    serve->asked = 0;
    if (!kinds)
        refuse(serve, 0);
    ask_next(serve); // those waited for the content of before
}

static void
serve_content(RaClipServe *serve, const ChanRequest *request, GBytes *content)
{
    RaConn *conn = serve->side.conn;
    const XSelectionRequestEvent *e = &request->event;
    Atom type = e->target == ATOM(conn, TEXT) || e->target == ATOM(conn, COMPOUND_TEXT)
                    ? ATOM(conn, UTF8_STRING)
                    : e->target;
    g_autoptr(GBytes) bytes = g_bytes_ref(content);
    if (type == XA_STRING) {
        gsize length = 0, size = 0;
        const char *text = g_bytes_get_data(content, &size);
        char *latin1 = g_convert_with_fallback(text, (gssize)size, "ISO-8859-1", "UTF-8", "?", NULL,
                                               &length, NULL);
        g_bytes_unref(bytes);
        bytes = g_bytes_new_take(latin1, latin1 ? length : 0);
    }
    chan_request_answer(request, chan_pieces_send(serve->pieces, e, type, bytes));
}

static void
serve_targets(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    RaConn *conn = serve->side.conn;
    long targets[16] = {(long)ATOM(conn, TARGETS), (long)ATOM(conn, MULTIPLE),
                        (long)ATOM(conn, TIMESTAMP)};
    guint n = 3;
    guint32 kind = 0;
    for (guint i = 0; n < G_N_ELEMENTS(targets); i++) {
        Atom target = ra_clip_target(conn, i, &kind);
        if (target == None)
            break;
        if ((serve->kinds & kind) && target != ATOM(conn, COMPOUND_TEXT))
            targets[n++] = (long)target;
    }
    XChangeProperty(conn->dpy, e->requestor, e->property, XA_ATOM, 32, PropModeReplace,
                    (const guint8 *)targets, (int)n);
}

static void
serve_timestamp(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    const long since = (long)serve->since;
    XChangeProperty(serve->side.conn->dpy, e->requestor, e->property, XA_INTEGER, 32,
                    PropModeReplace, (const guint8 *)&since, 1);
}

static guint
index_of(guint32 kind)
{
    return (guint)g_bit_nth_lsf(kind, -1);
}

static void
request_content(RaClipServe *serve, const ChanRequest *request)
{
    Waiting w = {*request, ra_clip_kind_of(serve->side.conn, request->event.target)};
    if (!(w.kind & serve->kinds) || serve->waiting->len >= WAITING_MAX ||
        g_get_monotonic_time() < serve->nothing_us[index_of(w.kind)]) {
        chan_request_answer(request, false);
        return;
    }
    GBytes *kept = serve->kept[index_of(w.kind)];
    if (kept) {
        serve_content(serve, request, kept);
        return;
    }
    g_array_append_val(serve->waiting, w);
    if (!serve->asked)
        ask_next(serve);
}

static void
on_request(const ChanRequest *request, gpointer user)
{
    RaClipServe *serve = user;
    RaConn *conn = serve->side.conn;
    const XSelectionRequestEvent *e = &request->event;
    if (!serve->kinds) {
        chan_request_answer(request, false);
    } else if (e->target == ATOM(conn, TARGETS)) {
        serve_targets(serve, e);
        chan_request_answer(request, true);
    } else if (e->target == ATOM(conn, TIMESTAMP)) {
        serve_timestamp(serve, e);
        chan_request_answer(request, true);
    } else {
        request_content(serve, request);
    }
}

void
ra_clip_serve_request(RaClipServe *serve, const XSelectionRequestEvent *event)
{
    chan_request_take(event, ATOM(serve->side.conn, MULTIPLE), on_request, serve);
}

void
ra_clip_serve_owned(RaClipServe *serve, Time since)
{
    serve->since = since;
}

void
ra_clip_serve_give(RaClipServe *serve, guint32 kind, GBytes *data)
{
    guint at = index_of(kind);
    serve->asked = 0;
    if (!data) {
        serve->nothing_us[at] = g_get_monotonic_time() + NOTHING_HOLDS_US;
        refuse(serve, kind);
        ask_next(serve);
        return;
    }
    g_clear_pointer(&serve->kept[at], g_bytes_unref);
    if (g_bytes_get_size(data) <= KEPT_MAX)
        serve->kept[at] = g_bytes_ref(data);
    for (guint i = 0; i < serve->waiting->len;) {
        Waiting w = g_array_index(serve->waiting, Waiting, i);
        if (w.kind != kind) {
            i++;
            continue;
        }
        g_array_remove_index(serve->waiting, i);
        serve_content(serve, &w.request, data);
    }
    ask_next(serve);
}

void
ra_clip_serve_lost(RaClipServe *serve)
{
    serve->kinds = serve->asked = 0;
    forget(serve);
    refuse(serve, 0);
    chan_timer_clear(&serve->deadline);
}

void
ra_clip_serve_event(RaClipServe *serve, const XEvent *e)
{
    (void)chan_pieces_event(serve->pieces, e);
}
