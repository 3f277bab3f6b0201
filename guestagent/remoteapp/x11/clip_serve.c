// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_serve.h"

#include "guestagent/remoteapp/x11/clip_fetch.h"

#include <X11/Xatom.h>
#include <string.h>

#define WAITING_MAX 64 // requests until the client's text is there
#define PIECES_MAX 16  // texts that go out in pieces at a time
#define PIECE_BYTES (256 * 1024)
#define GIVE_UP_MS 10000
// A program that is refused one form of the text asks for the next at once: refused without asking.
#define NOTHING_HOLDS_US G_USEC_PER_SEC

typedef struct {
    Window requestor;
    Atom property, type;
    GBytes *bytes;
    gsize sent;
} Pieces;

struct RaClipServe {
    RaConn *conn;
    GMainContext *context;
    RaClipboardEvents events;
    gpointer user;
    bool own;
    bool asked;
    char *text;        // of this offer, once it is known
    gint64 nothing_us; // until then there is none
    GArray *waiting;   // XSelectionRequestEvent
    GPtrArray *pieces; // Pieces
    GSource *deadline; // while anything waits
};

static void
pieces_free(gpointer data)
{
    Pieces *p = data;
    g_bytes_unref(p->bytes);
    g_free(p);
}

RaClipServe *
ra_clip_serve_new(RaConn *conn, GMainContext *context, const RaClipboardEvents *events,
                  gpointer user)
{
    RaClipServe *serve = g_new0(RaClipServe, 1);
    serve->conn = conn;
    serve->context = context;
    serve->events = *events;
    serve->user = user;
    serve->waiting = g_array_new(FALSE, FALSE, sizeof(XSelectionRequestEvent));
    serve->pieces = g_ptr_array_new_with_free_func(pieces_free);
    return serve;
}

static void
stop_deadline(RaClipServe *serve)
{
    if (!serve->deadline)
        return;
    g_source_destroy(serve->deadline);
    g_clear_pointer(&serve->deadline, g_source_unref);
}

void
ra_clip_serve_free(RaClipServe *serve)
{
    if (!serve)
        return;
    stop_deadline(serve);
    g_array_unref(serve->waiting);
    g_ptr_array_unref(serve->pieces);
    g_free(serve->text);
    g_free(serve);
}

static void
answer(RaClipServe *serve, const XSelectionRequestEvent *e, Atom property)
{
    XEvent event = {.xselection = {.type = SelectionNotify,
                                   .requestor = e->requestor,
                                   .selection = e->selection,
                                   .target = e->target,
                                   .property = property,
                                   .time = e->time}};
    XSendEvent(serve->conn->dpy, e->requestor, False, NoEventMask, &event);
}

static void
refuse_waiting(RaClipServe *serve)
{
    for (guint i = 0; i < serve->waiting->len; i++)
        answer(serve, &g_array_index(serve->waiting, XSelectionRequestEvent, i), None);
    g_array_set_size(serve->waiting, 0);
}

static gboolean
on_deadline(gpointer user)
{
    RaClipServe *serve = user;
    refuse_waiting(serve);
    serve->asked = false;
    g_ptr_array_set_size(serve->pieces, 0);
    g_clear_pointer(&serve->deadline, g_source_unref);
    return G_SOURCE_REMOVE;
}

static void
renew_deadline(RaClipServe *serve)
{
    stop_deadline(serve);
    if (serve->waiting->len == 0 && serve->pieces->len == 0)
        return;
    serve->deadline = g_timeout_source_new(GIVE_UP_MS);
    g_source_set_callback(serve->deadline, on_deadline, serve, NULL);
    g_source_attach(serve->deadline, serve->context);
}

void
ra_clip_serve_offer(RaClipServe *serve, bool text)
{
    RaConn *conn = serve->conn;
    g_clear_pointer(&serve->text, g_free);
    serve->nothing_us = 0;
    serve->asked = serve->waiting->len > 0; // those are for the text of before
    if (serve->asked && text)
        serve->events.wanted(serve->user);
    if (text)
        XSetSelectionOwner(conn->dpy, ATOM(conn, CLIPBOARD), conn->own, CurrentTime);
    else if (serve->own)
        XSetSelectionOwner(conn->dpy, ATOM(conn, CLIPBOARD), None, CurrentTime);
    serve->own = text;
    if (!text)
        ra_clip_serve_give(serve, NULL);
}

// The window may be one of a program that we watch already: what is selected stays selected.
static void
watch(RaConn *conn, Window window)
{
    xcb_generic_error_t *failure = NULL;
    xcb_get_window_attributes_reply_t *attributes = xcb_get_window_attributes_reply(
        conn->xcb, xcb_get_window_attributes(conn->xcb, (guint32)window), &failure);
    free(failure);
    if (attributes)
        XSelectInput(conn->dpy, window, (long)attributes->your_event_mask | PropertyChangeMask);
    free(attributes);
}

static bool
send_text(RaClipServe *serve, const XSelectionRequestEvent *e, GBytes *bytes, Atom type)
{
    RaConn *conn = serve->conn;
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    if (length <= PIECE_BYTES) {
        XChangeProperty(conn->dpy, e->requestor, e->property, type, 8, PropModeReplace, data,
                        (int)length);
        return true;
    }
    if (serve->pieces->len >= PIECES_MAX)
        return false;
    Pieces *p = g_new0(Pieces, 1);
    p->requestor = e->requestor;
    p->property = e->property;
    p->type = type;
    p->bytes = g_bytes_ref(bytes);
    g_ptr_array_add(serve->pieces, p);
    watch(conn, e->requestor);
    long announced = (long)length;
    XChangeProperty(conn->dpy, e->requestor, e->property, ATOM(conn, INCR), 32, PropModeReplace,
                    (const guint8 *)&announced, 1);
    return true;
}

static void
serve_text(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    RaConn *conn = serve->conn;
    Atom type = e->target == ATOM(conn, TEXT) ? ATOM(conn, UTF8_STRING) : e->target;
    g_autoptr(GBytes) bytes = NULL;
    if (type == XA_STRING) {
        gsize length = 0;
        char *latin1 = g_convert_with_fallback(serve->text, -1, "ISO-8859-1", "UTF-8", "?", NULL,
                                               &length, NULL);
        bytes = g_bytes_new_take(latin1, latin1 ? length : 0);
    } else {
        bytes = g_bytes_new(serve->text, strlen(serve->text));
    }
    answer(serve, e, send_text(serve, e, bytes, type) ? e->property : None);
}

static void
serve_targets(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    RaConn *conn = serve->conn;
    long targets[] = {(long)ATOM(conn, TARGETS),     (long)ATOM(conn, TIMESTAMP),
                      (long)ATOM(conn, UTF8_STRING), (long)ATOM(conn, TEXT_PLAIN_UTF8),
                      (long)ATOM(conn, TEXT),        XA_STRING};
    XChangeProperty(conn->dpy, e->requestor, e->property, XA_ATOM, 32, PropModeReplace,
                    (const guint8 *)targets, G_N_ELEMENTS(targets));
    answer(serve, e, e->property);
}

static void
serve_timestamp(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    long time = (long)serve->conn->time;
    XChangeProperty(serve->conn->dpy, e->requestor, e->property, XA_INTEGER, 32, PropModeReplace,
                    (const guint8 *)&time, 1);
    answer(serve, e, e->property);
}

void
ra_clip_serve_request(RaClipServe *serve, const XSelectionRequestEvent *event)
{
    RaConn *conn = serve->conn;
    XSelectionRequestEvent e = *event;
    if (e.property == None)
        e.property = e.target; // ICCCM 2.2: an obsolete client
    bool text = e.target == ATOM(conn, UTF8_STRING) || e.target == ATOM(conn, TEXT) ||
                e.target == XA_STRING || e.target == ATOM(conn, TEXT_PLAIN_UTF8);
    if (!serve->own || e.selection != ATOM(conn, CLIPBOARD)) {
        answer(serve, &e, None);
    } else if (e.target == ATOM(conn, TARGETS)) {
        serve_targets(serve, &e);
    } else if (e.target == ATOM(conn, TIMESTAMP)) {
        serve_timestamp(serve, &e);
    } else if (!text || serve->waiting->len >= WAITING_MAX) {
        answer(serve, &e, None);
    } else if (serve->text) {
        serve_text(serve, &e);
        renew_deadline(serve);
    } else if (g_get_monotonic_time() < serve->nothing_us) {
        answer(serve, &e, None);
    } else {
        g_array_append_val(serve->waiting, e);
        renew_deadline(serve);
        if (!serve->asked) {
            serve->asked = true;
            serve->events.wanted(serve->user);
        }
    }
}

void
ra_clip_serve_give(RaClipServe *serve, const char *text)
{
    serve->asked = false;
    g_free(serve->text);
    serve->text = text && strlen(text) <= RA_CLIP_BYTES_MAX ? g_strdup(text) : NULL;
    if (serve->text) {
        for (guint i = 0; i < serve->waiting->len; i++)
            serve_text(serve, &g_array_index(serve->waiting, XSelectionRequestEvent, i));
        g_array_set_size(serve->waiting, 0);
    } else {
        serve->nothing_us = g_get_monotonic_time() + NOTHING_HOLDS_US;
        refuse_waiting(serve);
    }
    renew_deadline(serve);
}

void
ra_clip_serve_lost(RaClipServe *serve)
{
    serve->own = false;
    g_clear_pointer(&serve->text, g_free);
    refuse_waiting(serve);
    serve->asked = false;
    renew_deadline(serve);
}

void
ra_clip_serve_property(RaClipServe *serve, const XPropertyEvent *e)
{
    if (e->state != PropertyDelete)
        return;
    for (guint i = 0; i < serve->pieces->len; i++) {
        Pieces *p = serve->pieces->pdata[i];
        if (p->requestor != e->window || p->property != e->atom)
            continue;
        gsize length;
        const guint8 *data = g_bytes_get_data(p->bytes, &length);
        gsize piece = MIN(length - p->sent, PIECE_BYTES);
        // An empty piece is the end.
        XChangeProperty(serve->conn->dpy, p->requestor, p->property, p->type, 8, PropModeReplace,
                        data + p->sent, (int)piece);
        p->sent += piece;
        if (piece == 0)
            g_ptr_array_remove_index_fast(serve->pieces, i);
        renew_deadline(serve);
        return;
    }
}
