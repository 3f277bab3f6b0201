// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_fetch.h"

#include "channel/glib/timer.h"

#include <X11/Xatom.h>
#include <string.h>

#define ANSWER_WITHIN_MS 5000
#define TARGETS_MAX 4096

struct RaClipFetch {
    RaClipSide side;
    Atom property, targets_property;
    bool asking_targets, ask_again;
    bool has_list;      // else only text is tried, in all forms
    GArray *targets;    // Atom, those that are known
    guint32 kind, next; // fetched now, and after it; 0: none
    guint tried;        // the target being tried
    Atom target;
    bool incremental;
    Atom type;
    GByteArray *bytes;
    GSource *deadline;
    GSource *targets_deadline;
    GSource *piece; // one has come and is taken in the loop's next turn
};

RaClipFetch *
ra_clip_fetch_new(const RaClipSide *side)
{
    RaClipFetch *fetch = g_new0(RaClipFetch, 1);
    RaConn *conn = side->conn;
    bool primary = side->which == CHAN_CLIP_PRIMARY;
    fetch->side = *side;
    fetch->property = primary ? ATOM(conn, _CASEMENT_PRIMARY) : ATOM(conn, _CASEMENT_CLIPBOARD);
    fetch->targets_property =
        primary ? ATOM(conn, _CASEMENT_PRIMARY_TARGETS) : ATOM(conn, _CASEMENT_TARGETS);
    fetch->targets = g_array_new(FALSE, FALSE, sizeof(Atom));
    return fetch;
}

static void
stop_deadline(RaClipFetch *fetch)
{
    chan_timer_clear(&fetch->deadline);
}

void
ra_clip_fetch_free(RaClipFetch *fetch)
{
    if (!fetch)
        return;
    stop_deadline(fetch);
    chan_timer_clear(&fetch->targets_deadline);
    chan_timer_clear(&fetch->piece);
    g_clear_pointer(&fetch->bytes, g_byte_array_unref);
    g_array_unref(fetch->targets);
    g_free(fetch);
}

static bool try_next(RaClipFetch *fetch);

static void
begin(RaClipFetch *fetch, guint32 kind)
{
    fetch->kind = kind;
    fetch->tried = 0;
    fetch->incremental = false;
    if (!try_next(fetch)) {
        fetch->kind = 0;
        fetch->side.events.data(fetch->side.which, NULL, fetch->side.user);
    }
}

static void
finish(RaClipFetch *fetch, GBytes *data)
{
    guint32 next = fetch->next;
    stop_deadline(fetch);
    chan_timer_clear(&fetch->piece);
    fetch->kind = fetch->next = 0;
    fetch->incremental = false;
    g_clear_pointer(&fetch->bytes, g_byte_array_unref);
    if (next)
        begin(fetch, next);
    else
        fetch->side.events.data(fetch->side.which, data, fetch->side.user);
}

static gboolean
on_deadline(gpointer user)
{
    RaClipFetch *fetch = user;
    g_debug("The owner of the clipboard did not answer");
    finish(fetch, NULL);
    return G_SOURCE_REMOVE;
}

static void
start_deadline(RaClipFetch *fetch)
{
    stop_deadline(fetch);
    fetch->deadline = g_timeout_source_new(ANSWER_WITHIN_MS);
    g_source_set_callback(fetch->deadline, on_deadline, fetch, NULL);
    g_source_attach(fetch->deadline, fetch->side.context);
}

static void ask_targets(RaClipFetch *fetch);

static void
stop_asking_targets(RaClipFetch *fetch)
{
    fetch->asking_targets = fetch->ask_again = false;
    chan_timer_clear(&fetch->targets_deadline);
}

// An owner that hangs must not keep what another one has from the client.
static gboolean
on_targets_deadline(gpointer user)
{
    RaClipFetch *fetch = user;
    bool again = fetch->ask_again;
    stop_asking_targets(fetch);
    if (again)
        ask_targets(fetch);
    return G_SOURCE_REMOVE;
}

static void
ask_targets(RaClipFetch *fetch)
{
    RaConn *conn = fetch->side.conn;
    fetch->ask_again = fetch->asking_targets;
    if (fetch->asking_targets)
        return;
    fetch->asking_targets = true;
    fetch->targets_deadline =
        chan_timer_new(fetch->side.context, ANSWER_WITHIN_MS, on_targets_deadline, fetch);
    XConvertSelection(conn->dpy, fetch->side.selection, ATOM(conn, TARGETS),
                      fetch->targets_property, conn->own, CurrentTime);
}

void
ra_clip_fetch_owner(RaClipFetch *fetch, bool there)
{
    if (there) {
        ask_targets(fetch);
        return;
    }
    stop_asking_targets(fetch);
    // Nothing further will come of its pieces.
    if (fetch->incremental)
        finish(fetch, NULL);
    fetch->side.events.offered(fetch->side.which, 0, fetch->side.user);
}

static bool
has_target(const RaClipFetch *fetch, Atom target)
{
    if (!fetch->has_list)
        return ra_clip_kind_of(fetch->side.conn, target) == CHAN_CLIP_TEXT;
    for (guint i = 0; i < fetch->targets->len; i++)
        if (g_array_index(fetch->targets, Atom, i) == target)
            return true;
    return false;
}

// Asks for the next form of the kind that the owner has; false: there is none.
static bool
try_next(RaClipFetch *fetch)
{
    RaConn *conn = fetch->side.conn;
    for (guint32 kind;;) {
        Atom target = ra_clip_target(conn, fetch->tried++, &kind);
        if (target == None)
            return false;
        if (kind != fetch->kind || !has_target(fetch, target))
            continue;
        fetch->target = target;
        XConvertSelection(conn->dpy, fetch->side.selection, target, fetch->property, conn->own,
                          CurrentTime);
        start_deadline(fetch);
        return true;
    }
}

void
ra_clip_fetch_data(RaClipFetch *fetch, guint32 kind)
{
    if (fetch->kind == kind)
        fetch->next = 0; // who asks twice gets the answer that is under way
    else if (fetch->kind)
        fetch->next = kind;
    else
        begin(fetch, kind);
}

static guint32
read_targets(RaClipFetch *fetch, Atom property)
{
    RaConn *conn = fetch->side.conn;
    g_auto(RaProp) prop = ra_prop_read(conn, conn->own, property, TARGETS_MAX);
    guint n;
    guint32 kinds = 0;
    const guint32 *items = ra_prop_items(&prop, &n);
    for (guint i = 0; i < n; i++) {
        Atom target = items[i];
        guint32 kind = ra_clip_kind_of(conn, target);
        if (kind && !has_target(fetch, target))
            g_array_append_val(fetch->targets, target);
        kinds |= kind;
    }
    XDeleteProperty(conn->dpy, conn->own, property);
    return kinds;
}

static void
on_targets(RaClipFetch *fetch, const XSelectionEvent *e)
{
    bool again = fetch->ask_again;
    stop_asking_targets(fetch);
    if (again) {
        ask_targets(fetch);
        return;
    }
    g_array_set_size(fetch->targets, 0);
    fetch->has_list = e->property != None;
    // An owner that cannot list its targets is an old one, and those have text.
    guint32 kinds = fetch->has_list ? read_targets(fetch, e->property) : CHAN_CLIP_TEXT;
    fetch->side.events.offered(fetch->side.which, kinds, fetch->side.user);
}

// Text in another encoding than UTF-8 is turned into it; the rest stays as it is.
static void
finish_bytes(RaClipFetch *fetch)
{
    RaConn *conn = fetch->side.conn;
    g_autoptr(GBytes) data = NULL;
    if (fetch->kind == CHAN_CLIP_TEXT &&
        (fetch->type == XA_STRING || fetch->type == ATOM(conn, COMPOUND_TEXT))) {
        guint size = fetch->bytes->len;
        g_byte_array_append(fetch->bytes, (const guint8 *)"", 1);
        RaProp prop = {.type = fetch->type, .format = 8, .count = size, .data = fetch->bytes->data};
        char *text = ra_prop_text(conn, &prop);
        data = text ? g_bytes_new_take(text, strlen(text)) : NULL;
    } else {
        data = g_byte_array_free_to_bytes(g_steal_pointer(&fetch->bytes));
    }
    finish(fetch, data);
}

// Takes the property away, which tells an incremental sender to go on.
static RaProp
take(RaClipFetch *fetch)
{
    RaConn *conn = fetch->side.conn;
    xcb_get_property_cookie_t cookie =
        xcb_get_property(conn->xcb, 1, (guint32)conn->own, (guint32)fetch->property,
                         XCB_GET_PROPERTY_TYPE_ANY, 0, CHAN_CLIP_MAX / 4 + 1);
    return ra_prop_take(conn, cookie);
}

void
ra_clip_fetch_notify(RaClipFetch *fetch, const XSelectionEvent *e)
{
    RaConn *conn = fetch->side.conn;
    if (e->target == ATOM(conn, TARGETS)) {
        if (fetch->asking_targets)
            on_targets(fetch, e);
        return;
    }
    if (!fetch->kind || fetch->incremental || e->target != fetch->target)
        return;
    if (e->property == None) {
        if (!try_next(fetch))
            finish(fetch, NULL);
        return;
    }
    g_auto(RaProp) prop = take(fetch);
    g_clear_pointer(&fetch->bytes, g_byte_array_unref);
    fetch->bytes = g_byte_array_new();
    if (prop.type == ATOM(conn, INCR)) {
        fetch->incremental = true;
        start_deadline(fetch);
        return;
    }
    if (prop.format != 8 || prop.count > CHAN_CLIP_MAX) {
        finish(fetch, NULL);
        return;
    }
    fetch->type = prop.type;
    g_byte_array_append(fetch->bytes, prop.data, prop.count);
    finish_bytes(fetch);
}

static void
take_piece(RaClipFetch *fetch)
{
    RaConn *conn = fetch->side.conn;
    g_auto(RaProp) prop = take(fetch);
    if (prop.type == ATOM(conn, INCR))
        return; // the notice of the announcement itself
    if (prop.type != None && prop.count == 0) {
        finish_bytes(fetch);
        return;
    }
    if (prop.format != 8 || fetch->bytes->len + prop.count > CHAN_CLIP_MAX) {
        finish(fetch, NULL);
        return;
    }
    fetch->type = prop.type;
    g_byte_array_append(fetch->bytes, prop.data, prop.count);
    start_deadline(fetch);
}

static gboolean
on_piece(gpointer user)
{
    RaClipFetch *fetch = user;
    chan_timer_clear(&fetch->piece);
    take_piece(fetch);
    return G_SOURCE_REMOVE;
}

// A quick owner has the next piece ready before the last one was looked at: one a turn of the loop,
// which has other things to do, too.
void
ra_clip_fetch_property(RaClipFetch *fetch, const XPropertyEvent *e)
{
    if (!fetch->incremental || e->window != fetch->side.conn->own || e->state != PropertyNewValue ||
        e->atom != fetch->property || fetch->piece)
        return;
    fetch->piece = g_idle_source_new();
    g_source_set_priority(fetch->piece, G_PRIORITY_DEFAULT);
    g_source_set_callback(fetch->piece, on_piece, fetch, NULL);
    g_source_attach(fetch->piece, fetch->side.context);
}
