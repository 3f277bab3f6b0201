// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_fetch.h"

#include "channel/x11/conversion.h"

#include <X11/Xatom.h>
#include <string.h>

#define TARGETS_MAX 4096

struct RaClipFetch {
    RaClipSide side;
    ChanConversion *list, *content;
    bool ask_again;     // for the list
    bool has_list;      // else only text is tried, in all forms
    GArray *targets;    // Atom, those that are known
    guint32 kind, next; // fetched now, and after it; 0: none
    guint tried;        // the target being tried
};

static void on_list(const ChanConverted *result, gpointer user);
static void on_content(const ChanConverted *result, gpointer user);

RaClipFetch *
ra_clip_fetch_new(const RaClipSide *side)
{
    RaClipFetch *fetch = g_new0(RaClipFetch, 1);
    RaConn *conn = side->conn;
    bool primary = side->which == CHAN_CLIP_PRIMARY;
    ChanConversionPlace place = {.dpy = conn->dpy,
                                 .window = conn->own,
                                 .selection = side->selection,
                                 .property = primary ? ATOM(conn, _CASEMENT_PRIMARY)
                                                     : ATOM(conn, _CASEMENT_CLIPBOARD),
                                 .max = CHAN_CLIP_MAX};
    fetch->side = *side;
    fetch->content = chan_conversion_new(side->context, &place, on_content, fetch);
    place.property =
        primary ? ATOM(conn, _CASEMENT_PRIMARY_TARGETS) : ATOM(conn, _CASEMENT_TARGETS);
    place.max = TARGETS_MAX * 4;
    fetch->list = chan_conversion_new(side->context, &place, on_list, fetch);
    fetch->targets = g_array_new(FALSE, FALSE, sizeof(Atom));
    return fetch;
}

void
ra_clip_fetch_free(RaClipFetch *fetch)
{
    if (!fetch)
        return;
    chan_conversion_free(fetch->list);
    chan_conversion_free(fetch->content);
    g_array_unref(fetch->targets);
    g_free(fetch);
}

static bool try_next(RaClipFetch *fetch);

static void
begin(RaClipFetch *fetch, guint32 kind)
{
    fetch->kind = kind;
    fetch->tried = 0;
    if (!try_next(fetch)) {
        fetch->kind = 0;
        fetch->side.events.data(fetch->side.which, NULL, fetch->side.user);
    }
}

static void
finish(RaClipFetch *fetch, GBytes *data)
{
    guint32 next = fetch->next;
    fetch->kind = fetch->next = 0;
    if (next)
        begin(fetch, next);
    else
        fetch->side.events.data(fetch->side.which, data, fetch->side.user);
}

static void
ask_list(RaClipFetch *fetch)
{
    fetch->ask_again = chan_conversion_busy(fetch->list);
    if (!fetch->ask_again)
        chan_conversion_start(fetch->list, ATOM(fetch->side.conn, TARGETS));
}

void
ra_clip_fetch_owner(RaClipFetch *fetch, bool there)
{
    if (there) {
        ask_list(fetch);
        return;
    }
    fetch->ask_again = false;
    chan_conversion_stop(fetch->list);
    // Nothing further will come of its pieces.
    chan_conversion_owner_gone(fetch->content);
    fetch->side.events.offered(fetch->side.which, 0, fetch->side.user);
    fetch->side.events.listed(fetch->side.which, fetch->side.user);
}

bool
ra_clip_fetch_listing(const RaClipFetch *fetch)
{
    return chan_conversion_busy(fetch->list);
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
        chan_conversion_start(fetch->content, target);
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
read_list(RaClipFetch *fetch, GBytes *list)
{
    gsize size = 0;
    const Atom *items = g_bytes_get_data(list, &size);
    guint32 kinds = 0;
    for (gsize i = 0; i < size / sizeof *items; i++) {
        guint32 kind = ra_clip_kind_of(fetch->side.conn, items[i]);
        if (kind && !has_target(fetch, items[i]))
            g_array_append_val(fetch->targets, items[i]);
        kinds |= kind;
    }
    return kinds;
}

static void
tell_list(RaClipFetch *fetch, const ChanConverted *result)
{
    g_array_set_size(fetch->targets, 0);
    fetch->has_list = result->end == CHAN_CONVERTED;
    // An owner that cannot list its targets is an old one, and those have text.
    guint32 kinds = !fetch->has_list       ? CHAN_CLIP_TEXT
                    : result->format == 32 ? read_list(fetch, result->data)
                                           : 0;
    fetch->side.events.offered(fetch->side.which, kinds, fetch->side.user);
}

// An owner that hangs must not keep what another one has from the client.
static void
on_list(const ChanConverted *result, gpointer user)
{
    RaClipFetch *fetch = user;
    if (fetch->ask_again) {
        ask_list(fetch);
        return;
    }
    if (result->end != CHAN_GIVEN_UP)
        tell_list(fetch, result);
    fetch->side.events.listed(fetch->side.which, fetch->side.user);
}

// Text in another encoding than UTF-8 is turned into it; the rest stays as it is.
static GBytes *
as_content(RaClipFetch *fetch, const ChanConverted *result)
{
    RaConn *conn = fetch->side.conn;
    gsize size = 0;
    if (fetch->kind != CHAN_CLIP_TEXT ||
        (result->type != XA_STRING && result->type != ATOM(conn, COMPOUND_TEXT)))
        return g_bytes_ref(result->data);
    const guint8 *bytes = g_bytes_get_data(result->data, &size);
    g_autofree char *terminated = g_strndup((const char *)bytes, size);
    RaProp prop = {
        .type = result->type, .format = 8, .count = (guint)size, .data = (guint8 *)terminated};
    char *text = ra_prop_text(conn, &prop);
    return text ? g_bytes_new_take(text, strlen(text)) : NULL;
}

static void
on_content(const ChanConverted *result, gpointer user)
{
    RaClipFetch *fetch = user;
    g_autoptr(GBytes) data = NULL;
    if (result->end == CHAN_REFUSED && try_next(fetch))
        return;
    if (result->end == CHAN_CONVERTED && result->format == 8)
        data = as_content(fetch, result);
    finish(fetch, data);
}

void
ra_clip_fetch_event(RaClipFetch *fetch, const XEvent *e)
{
    if (!chan_conversion_event(fetch->list, e))
        (void)chan_conversion_event(fetch->content, e);
}
