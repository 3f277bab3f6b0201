// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_fetch.h"

#include <X11/Xatom.h>
#include <string.h>

#define ANSWER_WITHIN_MS 5000

// Which forms of text are tried, best first.
static const RaAtom forms[] = {RA_ATOM_UTF8_STRING, RA_ATOM_COMPOUND_TEXT, RA_ATOM_TEXT};
#define FORM_LATIN1 G_N_ELEMENTS(forms)

struct RaClipFetch {
    RaConn *conn;
    GMainContext *context;
    RaClipboardEvents events;
    gpointer user;

    bool asking_targets;
    bool fetching;
    guint form;
    bool incremental;
    Atom type;
    GByteArray *bytes;
    GSource *deadline;
};

RaClipFetch *
ra_clip_fetch_new(RaConn *conn, GMainContext *context, const RaClipboardEvents *events,
                  gpointer user)
{
    RaClipFetch *fetch = g_new0(RaClipFetch, 1);
    fetch->conn = conn;
    fetch->context = context;
    fetch->events = *events;
    fetch->user = user;
    return fetch;
}

static void
stop_deadline(RaClipFetch *fetch)
{
    if (!fetch->deadline)
        return;
    g_source_destroy(fetch->deadline);
    g_clear_pointer(&fetch->deadline, g_source_unref);
}

void
ra_clip_fetch_free(RaClipFetch *fetch)
{
    if (!fetch)
        return;
    stop_deadline(fetch);
    g_clear_pointer(&fetch->bytes, g_byte_array_unref);
    g_free(fetch);
}

static void
finish(RaClipFetch *fetch, const char *text)
{
    stop_deadline(fetch);
    fetch->fetching = false;
    fetch->incremental = false;
    fetch->events.text(text, fetch->user);
    g_clear_pointer(&fetch->bytes, g_byte_array_unref);
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
    g_source_attach(fetch->deadline, fetch->context);
}

void
ra_clip_fetch_owner(RaClipFetch *fetch, Window owner)
{
    RaConn *conn = fetch->conn;
    fetch->asking_targets = owner != None;
    if (owner == None)
        fetch->events.offered(false, fetch->user);
    else
        XConvertSelection(conn->dpy, ATOM(conn, CLIPBOARD), ATOM(conn, TARGETS),
                          ATOM(conn, _CASEMENT_TARGETS), conn->own, CurrentTime);
}

static void
ask(RaClipFetch *fetch)
{
    RaConn *conn = fetch->conn;
    Atom form = fetch->form < FORM_LATIN1 ? conn->atom[forms[fetch->form]] : XA_STRING;
    XConvertSelection(conn->dpy, ATOM(conn, CLIPBOARD), form, ATOM(conn, _CASEMENT_CLIPBOARD),
                      conn->own, CurrentTime);
    start_deadline(fetch);
}

void
ra_clip_fetch_text(RaClipFetch *fetch)
{
    if (fetch->fetching)
        return; // who asks twice gets the answer that is under way
    fetch->fetching = true;
    fetch->incremental = false;
    fetch->form = 0;
    ask(fetch);
}

static void
on_targets(RaClipFetch *fetch, const XSelectionEvent *e)
{
    RaConn *conn = fetch->conn;
    // An owner that cannot list its targets is an old one, and those have text.
    bool text = e->property == None;
    if (e->property != None) {
        g_auto(RaProp) prop = ra_prop_read(conn, conn->own, e->property, 1024);
        guint n;
        const guint32 *items = ra_prop_items(&prop, &n);
        for (guint i = 0; i < n; i++) {
            text |= items[i] == XA_STRING;
            for (guint f = 0; f < G_N_ELEMENTS(forms); f++)
                text |= items[i] == conn->atom[forms[f]];
        }
        XDeleteProperty(conn->dpy, conn->own, e->property);
    }
    fetch->asking_targets = false;
    fetch->events.offered(text, fetch->user);
}

static void
finish_bytes(RaClipFetch *fetch)
{
    g_byte_array_append(fetch->bytes, (const guint8 *)"", 1);
    RaProp prop = {.type = fetch->type,
                   .format = 8,
                   .count = fetch->bytes->len - 1,
                   .data = fetch->bytes->data};
    g_autofree char *text = ra_prop_text(fetch->conn, &prop);
    finish(fetch, text);
}

// Takes the property away, which tells an incremental sender to go on.
static RaProp
take(RaClipFetch *fetch)
{
    RaConn *conn = fetch->conn;
    xcb_get_property_cookie_t cookie =
        xcb_get_property(conn->xcb, 1, (guint32)conn->own, (guint32)ATOM(conn, _CASEMENT_CLIPBOARD),
                         XCB_GET_PROPERTY_TYPE_ANY, 0, RA_CLIP_BYTES_MAX / 4 + 1);
    return ra_prop_take(conn, cookie);
}

void
ra_clip_fetch_notify(RaClipFetch *fetch, const XSelectionEvent *e)
{
    RaConn *conn = fetch->conn;
    if (e->selection != ATOM(conn, CLIPBOARD))
        return;
    if (e->target == ATOM(conn, TARGETS)) {
        if (fetch->asking_targets)
            on_targets(fetch, e);
        return;
    }
    if (!fetch->fetching || fetch->incremental)
        return;
    if (e->property == None) {
        if (fetch->form++ < FORM_LATIN1)
            ask(fetch);
        else
            finish(fetch, NULL);
        return;
    }
    g_auto(RaProp) prop = take(fetch);
    fetch->bytes = g_byte_array_new();
    if (prop.type == ATOM(conn, INCR)) {
        fetch->incremental = true;
        start_deadline(fetch);
        return;
    }
    if (prop.format != 8 || prop.count > RA_CLIP_BYTES_MAX) {
        finish(fetch, NULL);
        return;
    }
    fetch->type = prop.type;
    g_byte_array_append(fetch->bytes, prop.data, prop.count);
    finish_bytes(fetch);
}

void
ra_clip_fetch_property(RaClipFetch *fetch, const XPropertyEvent *e)
{
    RaConn *conn = fetch->conn;
    if (!fetch->incremental || e->window != conn->own || e->state != PropertyNewValue ||
        e->atom != ATOM(conn, _CASEMENT_CLIPBOARD))
        return;
    g_auto(RaProp) prop = take(fetch);
    if (prop.type == ATOM(conn, INCR))
        return; // the notice of the announcement itself
    if (prop.type != None && prop.count == 0) {
        finish_bytes(fetch);
        return;
    }
    if (prop.format != 8 || fetch->bytes->len + prop.count > RA_CLIP_BYTES_MAX) {
        finish(fetch, NULL);
        return;
    }
    fetch->type = prop.type;
    g_byte_array_append(fetch->bytes, prop.data, prop.count);
    start_deadline(fetch);
}
