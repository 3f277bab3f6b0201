// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/fetch.h"

#include "channel/glib/timer.h"

#include <X11/Xatom.h>
#include <string.h>

#define PATIENCE_MS 5000
#define TARGETS_MAX 4096

// Which targets are which kind, better ones first.
static const struct {
    HostAtom target; // HOST_ATOM_COUNT: STRING
    uint32_t kind;
} known[] = {
    {ATOM_UTF8_STRING, CHAN_CLIP_TEXT}, {ATOM_TEXT_PLAIN_UTF8, CHAN_CLIP_TEXT},
    {HOST_ATOM_COUNT, CHAN_CLIP_TEXT},  {ATOM_TEXT_HTML, CHAN_CLIP_HTML},
    {ATOM_IMAGE_PNG, CHAN_CLIP_PNG},    {ATOM_IMAGE_BMP, CHAN_CLIP_BMP},
};

struct HostFetch {
    HostDisplay *x;
    GMainContext *context;
    HostFetchHandler handler;
    gpointer user;
    Atom selection, property, targets_property;
    bool asking, ask_again;          // for targets
    Atom found[G_N_ELEMENTS(known)]; // the owner's, None: it has not got it
    uint32_t kind, next;             // fetched now, and after it; 0: none
    Atom target;
    GByteArray *bytes; // that have come
    bool incremental;
    GSource *patience;
    GSource *targets_patience;
    GSource *piece; // one has come and is taken in the loop's next turn
};

HostFetch *
host_fetch_new(HostDisplay *x, GMainContext *context, ChanClipSelection selection,
               const HostFetchHandler *handler, gpointer user)
{
    HostFetch *f = g_new0(HostFetch, 1);
    bool primary = selection == CHAN_CLIP_PRIMARY;

    f->x = x;
    f->context = context;
    f->handler = *handler;
    f->user = user;
    f->selection = primary ? XA_PRIMARY : x->atoms[ATOM_CLIPBOARD];
    f->property = x->atoms[primary ? ATOM_CASEMENT_PRIMARY : ATOM_CASEMENT_CLIPBOARD];
    f->targets_property =
        x->atoms[primary ? ATOM_CASEMENT_PRIMARY_TARGETS : ATOM_CASEMENT_CLIPBOARD_TARGETS];
    return f;
}

static void
stop_patience(HostFetch *f)
{
    chan_timer_clear(&f->patience);
    chan_timer_clear(&f->piece);
}

void
host_fetch_free(HostFetch *f)
{
    if (!f)
        return;
    stop_patience(f);
    chan_timer_clear(&f->targets_patience);
    g_clear_pointer(&f->bytes, g_byte_array_unref);
    g_free(f);
}

static bool start(HostFetch *f, uint32_t kind);

// What a program has as STRING is Latin-1; what it calls UTF-8 must be.
static GBytes *
as_content(HostFetch *f, GByteArray *take_bytes)
{
    GBytes *data = g_byte_array_free_to_bytes(take_bytes);
    gsize size = 0, length = 0;
    const char *bytes = g_bytes_get_data(data, &size);

    if (size == 0 || f->kind != CHAN_CLIP_TEXT ||
        (f->target != XA_STRING && g_utf8_validate_len(bytes, size, NULL)))
        return data;
    char *utf8 = f->target == XA_STRING
                     ? g_convert(bytes, (gssize)size, "UTF-8", "ISO-8859-1", NULL, &length, NULL)
                     : NULL;
    g_bytes_unref(data);
    return utf8 ? g_bytes_new_take(utf8, length) : NULL;
}

static void
finish(HostFetch *f, bool good)
{
    g_autoptr(GBytes) data = NULL;
    GByteArray *bytes = g_steal_pointer(&f->bytes);
    uint32_t next = f->next;

    stop_patience(f);
    f->incremental = false;
    if (bytes && good && next == 0)
        data = as_content(f, bytes);
    else if (bytes)
        g_byte_array_unref(bytes);
    f->kind = f->next = 0;
    if (next == 0)
        f->handler.data(data, f->user);
    else if (!start(f, next))
        f->handler.data(NULL, f->user);
}

static gboolean
on_patience(gpointer user)
{
    finish(user, false);
    return G_SOURCE_REMOVE;
}

static void
wait_more(HostFetch *f)
{
    stop_patience(f);
    f->patience = chan_timer_new(f->context, PATIENCE_MS, on_patience, f);
}

static void
convert(HostFetch *f, Atom target, Atom property)
{
    XConvertSelection(f->x->dpy, f->selection, target, property, f->x->leader, CurrentTime);
}

// An owner that hangs must not keep what another one has from the guest.
static gboolean
on_targets_patience(gpointer user)
{
    HostFetch *f = user;

    chan_timer_clear(&f->targets_patience);
    f->asking = false;
    if (f->ask_again)
        host_fetch_targets(f);
    return G_SOURCE_REMOVE;
}

void
host_fetch_targets(HostFetch *f)
{
    f->ask_again = f->asking;
    if (f->asking)
        return;
    f->asking = true;
    chan_timer_clear(&f->targets_patience);
    f->targets_patience = chan_timer_new(f->context, PATIENCE_MS, on_targets_patience, f);
    convert(f, f->x->atoms[ATOM_TARGETS], f->targets_property);
}

static bool
start(HostFetch *f, uint32_t kind)
{
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        if (known[i].kind != kind || f->found[i] == None)
            continue;
        f->kind = kind;
        f->target = f->found[i];
        f->bytes = g_byte_array_new();
        wait_more(f);
        convert(f, f->target, f->property);
        return true;
    }
    return false;
}

void
host_fetch_data(HostFetch *f, uint32_t kind)
{
    if (f->kind)
        f->next = kind;
    else if (!start(f, kind))
        f->handler.data(NULL, f->user);
}

void
host_fetch_owner_gone(HostFetch *f)
{
    // An owner that is asked for something was told so by an event, and its answer may be here.
    if (f->incremental)
        finish(f, false);
    f->asking = f->ask_again = false;
    chan_timer_clear(&f->targets_patience);
}

static uint32_t
read_targets(HostFetch *f)
{
    const Atom *atoms = f->x->atoms;
    HostPropertyQuery query = {f->x->leader, f->targets_property, AnyPropertyType, 32, TARGETS_MAX};
    unsigned long n = 0;
    uint32_t kinds = 0;
    Atom *list = host_display_property(f->x, &query, &n);

    memset(f->found, 0, sizeof f->found);
    for (guint k = 0; k < G_N_ELEMENTS(known); k++) {
        Atom target = known[k].target == HOST_ATOM_COUNT ? XA_STRING : atoms[known[k].target];
        for (unsigned long i = 0; i < n && f->found[k] == None; i++)
            if (list[i] == target)
                f->found[k] = target;
        kinds |= f->found[k] != None ? known[k].kind : 0;
    }
    if (list)
        XFree(list);
    XDeleteProperty(f->x->dpy, f->x->leader, f->targets_property);
    return kinds;
}

static void
on_targets(HostFetch *f, const XSelectionEvent *e)
{
    bool again = f->ask_again;

    if (!f->asking)
        return;
    f->asking = f->ask_again = false;
    chan_timer_clear(&f->targets_patience);
    if (again) {
        host_fetch_targets(f);
        return;
    }
    // An owner that cannot say what it has: nothing we could ask for.
    if (e->property != None)
        f->handler.targets(read_targets(f), f->user);
}

// Appends the property's bytes. Returns how many there were, -1 when it announces pieces, -2 when
// the content is over all bounds.
static long
take_property(HostFetch *f)
{
    Atom type = None;
    int format = 0;
    unsigned long n = 0, left = 0;
    unsigned char *data = NULL;
    long result = 0;

    XGetWindowProperty(f->x->dpy, f->x->leader, f->property, 0, CHAN_CLIP_MAX / 4, True,
                       AnyPropertyType, &type, &format, &n, &left, &data);
    if (type == f->x->atoms[ATOM_INCR]) {
        result = -1;
    } else if (format == 8 && f->bytes->len + n + left <= CHAN_CLIP_MAX) {
        g_byte_array_append(f->bytes, data, (guint)n);
        result = (long)n;
    } else if (left > 0 || format == 8) {
        result = -2;
        XDeleteProperty(f->x->dpy, f->x->leader, f->property);
    }
    if (data)
        XFree(data);
    return result;
}

static void
on_data(HostFetch *f, const XSelectionEvent *e)
{
    if (!f->kind || f->incremental || e->target != f->target)
        return;
    if (e->property == None) {
        finish(f, false);
        return;
    }
    long n = take_property(f);
    if (n == -1) {
        f->incremental = true;
        wait_more(f);
    } else {
        finish(f, n >= 0);
    }
}

static gboolean
on_piece(gpointer user)
{
    HostFetch *f = user;
    long n = take_property(f);

    chan_timer_clear(&f->piece);
    if (n > 0 || n == -1)
        wait_more(f);
    else
        finish(f, n == 0);
    return G_SOURCE_REMOVE;
}

// A quick owner has the next piece ready before the last one was looked at: one a turn of the loop,
// which has other things to do, too.
static void
expect_piece(HostFetch *f)
{
    if (f->piece)
        return;
    f->piece = g_idle_source_new();
    g_source_set_priority(f->piece, G_PRIORITY_DEFAULT);
    g_source_set_callback(f->piece, on_piece, f, NULL);
    g_source_attach(f->piece, f->context);
}

gboolean
host_fetch_event(HostFetch *f, const XEvent *e)
{
    if (e->type == SelectionNotify && e->xselection.requestor == f->x->leader &&
        e->xselection.selection == f->selection) {
        if (e->xselection.target == f->x->atoms[ATOM_TARGETS])
            on_targets(f, &e->xselection);
        else
            on_data(f, &e->xselection);
        return TRUE;
    }
    if (e->type == PropertyNotify && e->xproperty.window == f->x->leader &&
        e->xproperty.atom == f->property) {
        if (f->incremental && e->xproperty.state == PropertyNewValue)
            expect_piece(f);
        return TRUE;
    }
    return FALSE;
}
