// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_serve.h"

#include "channel/glib/timer.h"

#include <X11/Xatom.h>
#include <string.h>

#define WAITING_MAX 64 // requests until the client's content is there
#define PIECES_MAX 16  // transfers that go out in pieces at a time
#define PIECE_BYTES (256 * 1024)
#define KEPT_MAX (1024 * 1024) // larger content is asked for again when it is pasted again
#define GIVE_UP_MS 10000       // on a program that does not read
#define CLIENT_MS 60000        // on a client: as long as its largest content may take
// A program that is refused one form of the content asks for the next at once: refused without
// asking.
#define NOTHING_HOLDS_US G_USEC_PER_SEC

typedef struct {
    RaClipServe *serve;
    Window requestor;
    Atom property, type;
    GBytes *bytes;
    gsize sent;
    GSource *deadline;
    GSource *next; // the one before was read; goes out in the loop's next turn
} Pieces;

typedef struct {
    XSelectionRequestEvent request;
    guint32 kind;
} Waiting;

struct RaClipServe {
    RaClipSide side;
    guint32 kinds;                      // on offer; 0: the selection is not ours
    guint32 asked;                      // of the client; 0: nothing
    GBytes *kept[CHAN_CLIP_KINDS];      // of this offer
    gint64 nothing_us[CHAN_CLIP_KINDS]; // until then there is none
    GArray *waiting;                    // Waiting
    GPtrArray *pieces;                  // Pieces
    GSource *deadline;                  // while anything waits
};

static void
pieces_free(gpointer data)
{
    Pieces *p = data;
    chan_timer_clear(&p->deadline);
    chan_timer_clear(&p->next);
    g_bytes_unref(p->bytes);
    g_free(p);
}

RaClipServe *
ra_clip_serve_new(const RaClipSide *side)
{
    RaClipServe *serve = g_new0(RaClipServe, 1);
    serve->side = *side;
    serve->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    serve->pieces = g_ptr_array_new_with_free_func(pieces_free);
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
    g_array_unref(serve->waiting);
    g_ptr_array_unref(serve->pieces);
    forget(serve);
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
    XSendEvent(serve->side.conn->dpy, e->requestor, False, NoEventMask, &event);
}

// 0: all that waits.
static void
refuse(RaClipServe *serve, guint32 kind)
{
    for (guint i = serve->waiting->len; i-- > 0;) {
        const Waiting *w = &g_array_index(serve->waiting, Waiting, i);
        if (kind && w->kind != kind)
            continue;
        answer(serve, &w->request, None);
        g_array_remove_index(serve->waiting, i);
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

static gboolean
on_unread(gpointer user)
{
    Pieces *p = user;
    g_ptr_array_remove_fast(p->serve->pieces, p);
    return G_SOURCE_REMOVE;
}

static void
begin_pieces(RaClipServe *serve, const XSelectionRequestEvent *e, GBytes *bytes, Atom type)
{
    RaConn *conn = serve->side.conn;
    Pieces *p = g_new0(Pieces, 1);
    *p = (Pieces){.serve = serve,
                  .requestor = e->requestor,
                  .property = e->property,
                  .type = type,
                  .bytes = g_bytes_ref(bytes),
                  .deadline = g_timeout_source_new(GIVE_UP_MS)};
    g_source_set_callback(p->deadline, on_unread, p, NULL);
    g_source_attach(p->deadline, serve->side.context);
    g_ptr_array_add(serve->pieces, p);
    watch(conn, e->requestor);
    long announced = (long)g_bytes_get_size(bytes);
    XChangeProperty(conn->dpy, e->requestor, e->property, ATOM(conn, INCR), 32, PropModeReplace,
                    (const guint8 *)&announced, 1);
}

static bool
send_content(RaClipServe *serve, const XSelectionRequestEvent *e, GBytes *bytes, Atom type)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    if (length > PIECE_BYTES && serve->pieces->len >= PIECES_MAX)
        return false;
    if (length > PIECE_BYTES)
        begin_pieces(serve, e, bytes, type);
    else
        XChangeProperty(serve->side.conn->dpy, e->requestor, e->property, type, 8, PropModeReplace,
                        data, (int)length);
    return true;
}

static void
serve_content(RaClipServe *serve, const XSelectionRequestEvent *e, GBytes *content)
{
    RaConn *conn = serve->side.conn;
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
    answer(serve, e, send_content(serve, e, bytes, type) ? e->property : None);
}

static void
serve_targets(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    RaConn *conn = serve->side.conn;
    long targets[16] = {(long)ATOM(conn, TARGETS), (long)ATOM(conn, TIMESTAMP)};
    guint n = 2;
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
    answer(serve, e, e->property);
}

static void
serve_timestamp(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    long time = (long)serve->side.conn->time;
    XChangeProperty(serve->side.conn->dpy, e->requestor, e->property, XA_INTEGER, 32,
                    PropModeReplace, (const guint8 *)&time, 1);
    answer(serve, e, e->property);
}

static guint
index_of(guint32 kind)
{
    return (guint)g_bit_nth_lsf(kind, -1);
}

static void
request_content(RaClipServe *serve, const XSelectionRequestEvent *e)
{
    Waiting w = {*e, ra_clip_kind_of(serve->side.conn, e->target)};
    if (!(w.kind & serve->kinds) || serve->waiting->len >= WAITING_MAX ||
        g_get_monotonic_time() < serve->nothing_us[index_of(w.kind)]) {
        answer(serve, e, None);
        return;
    }
    GBytes *kept = serve->kept[index_of(w.kind)];
    if (kept) {
        serve_content(serve, e, kept);
        return;
    }
    g_array_append_val(serve->waiting, w);
    if (!serve->asked)
        ask_next(serve);
}

void
ra_clip_serve_request(RaClipServe *serve, const XSelectionRequestEvent *event)
{
    RaConn *conn = serve->side.conn;
    XSelectionRequestEvent e = *event;
    if (e.property == None)
        e.property = e.target; // ICCCM 2.2: an obsolete client
    if (!serve->kinds)
        answer(serve, &e, None);
    else if (e.target == ATOM(conn, TARGETS))
        serve_targets(serve, &e);
    else if (e.target == ATOM(conn, TIMESTAMP))
        serve_timestamp(serve, &e);
    else
        request_content(serve, &e);
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

static gboolean
on_next(gpointer user)
{
    Pieces *p = user;
    gsize length;
    const guint8 *data = g_bytes_get_data(p->bytes, &length);
    gsize piece = MIN(length - p->sent, PIECE_BYTES);
    chan_timer_clear(&p->next);
    // An empty piece is the end.
    XChangeProperty(p->serve->side.conn->dpy, p->requestor, p->property, p->type, 8,
                    PropModeReplace, data + p->sent, (int)piece);
    XFlush(p->serve->side.conn->dpy);
    p->sent += piece;
    if (piece == 0)
        g_ptr_array_remove_fast(p->serve->pieces, p);
    else
        g_source_set_ready_time(p->deadline, g_get_monotonic_time() + (gint64)GIVE_UP_MS * 1000);
    return G_SOURCE_REMOVE;
}

// A quick reader asks for the next piece before this turn is over: one a turn of the loop, which
// has other things to do, too.
void
ra_clip_serve_property(RaClipServe *serve, const XPropertyEvent *e)
{
    if (e->state != PropertyDelete)
        return;
    for (guint i = 0; i < serve->pieces->len; i++) {
        Pieces *p = serve->pieces->pdata[i];
        if (p->requestor != e->window || p->property != e->atom || p->next)
            continue;
        p->next = g_idle_source_new();
        g_source_set_priority(p->next, G_PRIORITY_DEFAULT);
        g_source_set_callback(p->next, on_next, p, NULL);
        g_source_attach(p->next, serve->side.context);
        return;
    }
}
