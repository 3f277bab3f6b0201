// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/fetch.h"

#include "channel/x11/conversion.h"

#include <X11/Xatom.h>
#include <string.h>

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
    HostFetchHandler handler;
    gpointer user;
    ChanConversion *targets, *content;
    bool ask_again; // for targets
    Atom selection;
    Atom found[G_N_ELEMENTS(known)]; // the owner's, None: it has not got it
    uint32_t kind, next;             // fetched now, and after it; 0: none
    Atom target;
};

static void on_targets(const ChanConverted *result, gpointer user);
static void on_content(const ChanConverted *result, gpointer user);

HostFetch *
host_fetch_new(HostDisplay *x, GMainContext *context, ChanClipSelection selection,
               const HostFetchHandler *handler, gpointer user)
{
    HostFetch *f = g_new0(HostFetch, 1);
    bool primary = selection == CHAN_CLIP_PRIMARY;

    f->x = x;
    f->handler = *handler;
    f->user = user;
    f->selection = primary ? XA_PRIMARY : x->atoms[ATOM_CLIPBOARD];
    ChanConversionPlace place = {
        .dpy = x->dpy,
        .window = x->leader,
        .selection = f->selection,
        .property = x->atoms[primary ? ATOM_CASEMENT_PRIMARY : ATOM_CASEMENT_CLIPBOARD],
        .max = CHAN_CLIP_MAX};
    f->content = chan_conversion_new(context, &place, on_content, f);
    place.property =
        x->atoms[primary ? ATOM_CASEMENT_PRIMARY_TARGETS : ATOM_CASEMENT_CLIPBOARD_TARGETS];
    place.max = TARGETS_MAX * 4;
    f->targets = chan_conversion_new(context, &place, on_targets, f);
    return f;
}

void
host_fetch_free(HostFetch *f)
{
    if (!f)
        return;
    chan_conversion_free(f->targets);
    chan_conversion_free(f->content);
    g_free(f);
}

// What a program has as STRING is Latin-1; what it calls UTF-8 must be.
static GBytes *
as_content(const HostFetch *f, GBytes *data)
{
    gsize size = 0, length = 0;
    const char *bytes = g_bytes_get_data(data, &size);

    if (size == 0 || f->kind != CHAN_CLIP_TEXT ||
        (f->target != XA_STRING && g_utf8_validate_len(bytes, size, NULL)))
        return g_bytes_ref(data);
    char *utf8 = f->target == XA_STRING
                     ? g_convert(bytes, (gssize)size, "UTF-8", "ISO-8859-1", NULL, &length, NULL)
                     : NULL;
    return utf8 ? g_bytes_new_take(utf8, length) : NULL;
}

static bool
start(HostFetch *f, uint32_t kind)
{
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        if (known[i].kind != kind || f->found[i] == None)
            continue;
        f->kind = kind;
        f->target = f->found[i];
        chan_conversion_start(f->content, f->target);
        return true;
    }
    return false;
}

static void
on_content(const ChanConverted *result, gpointer user)
{
    HostFetch *f = user;
    uint32_t next = f->next;
    g_autoptr(GBytes) data = NULL;

    if (result->end == CHAN_CONVERTED && result->format == 8 && next == 0)
        data = as_content(f, result->data);
    f->kind = f->next = 0;
    if (next == 0 || !start(f, next))
        f->handler.data(data, f->user);
}

void
host_fetch_targets(HostFetch *f)
{
    f->ask_again = chan_conversion_busy(f->targets);
    if (!f->ask_again)
        chan_conversion_start(f->targets, f->x->atoms[ATOM_TARGETS]);
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
    chan_conversion_owner_gone(f->content);
    chan_conversion_stop(f->targets);
    f->ask_again = false;
}

static uint32_t
read_targets(HostFetch *f, const ChanConverted *result)
{
    const Atom *atoms = f->x->atoms;
    gsize size = 0;
    const Atom *list = g_bytes_get_data(result->data, &size);
    uint32_t kinds = 0;

    memset(f->found, 0, sizeof f->found);
    for (guint k = 0; k < G_N_ELEMENTS(known); k++) {
        Atom target = known[k].target == HOST_ATOM_COUNT ? XA_STRING : atoms[known[k].target];
        for (gsize i = 0; i < size / sizeof *list && f->found[k] == None; i++)
            if (list[i] == target)
                f->found[k] = target;
        kinds |= f->found[k] != None ? known[k].kind : 0;
    }
    return kinds;
}

// As ICCCM 2.6.2 has it for one that knows no TARGETS: most have text then.
static uint32_t
untold_targets(HostFetch *f)
{
    memset(f->found, 0, sizeof f->found);
    for (guint k = 0; k < G_N_ELEMENTS(known); k++)
        if (known[k].target == HOST_ATOM_COUNT)
            f->found[k] = XA_STRING;
    return CHAN_CLIP_TEXT;
}

// An owner that does not say what it has: nothing we could ask for. It must not keep what another
// one has from the guest.
static void
on_targets(const ChanConverted *result, gpointer user)
{
    HostFetch *f = user;

    if (f->ask_again)
        host_fetch_targets(f);
    else if (result->end == CHAN_CONVERTED && result->format == 32)
        f->handler.targets(read_targets(f, result), f->user);
    else if (result->end == CHAN_REFUSED)
        f->handler.targets(untold_targets(f), f->user);
}

gboolean
host_fetch_event(HostFetch *f, const XEvent *e)
{
    return chan_conversion_event(f->targets, e) || chan_conversion_event(f->content, e) ||
           (e->type == SelectionNotify && e->xselection.requestor == f->x->leader &&
            e->xselection.selection == f->selection);
}
