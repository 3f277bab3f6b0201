// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/fetch.h"

#include "rdpbridge/viewproto.h"

#include <X11/Xatom.h>
#include <string.h>

#define PATIENCE_MS 5000
#define TARGETS_MAX 256

struct HostFetch {
    HostDisplay *x;
    GMainContext *context;
    HostFetchHandler handler;
    gpointer user;
    GString *text; // under way
    bool incremental;
    GSource *patience;
};

HostFetch *
host_fetch_new(HostDisplay *x, GMainContext *context, const HostFetchHandler *handler,
               gpointer user)
{
    HostFetch *f = g_new0(HostFetch, 1);

    f->x = x;
    f->context = context;
    f->handler = *handler;
    f->user = user;
    return f;
}

static void
stop_patience(HostFetch *f)
{
    if (!f->patience)
        return;
    g_source_destroy(f->patience);
    g_source_unref(f->patience);
    f->patience = NULL;
}

void
host_fetch_free(HostFetch *f)
{
    if (!f)
        return;
    stop_patience(f);
    if (f->text)
        g_string_free(f->text, TRUE);
    g_free(f);
}

static void
finish(HostFetch *f, bool good)
{
    GString *text = g_steal_pointer(&f->text);

    stop_patience(f);
    f->incremental = false;
    if (!good || !g_utf8_validate_len(text->str, text->len, NULL)) {
        g_string_free(text, TRUE);
        text = NULL;
    }
    f->handler.text(text, f->user);
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
    f->patience = g_timeout_source_new(PATIENCE_MS);
    g_source_set_callback(f->patience, on_patience, f, NULL);
    g_source_attach(f->patience, f->context);
}

static void
convert(HostFetch *f, HostAtom target, HostAtom property)
{
    const Atom *atoms = f->x->atoms;

    XConvertSelection(f->x->dpy, atoms[ATOM_CLIPBOARD], atoms[target], atoms[property],
                      f->x->leader, CurrentTime);
}

void
host_fetch_targets(HostFetch *f)
{
    convert(f, ATOM_TARGETS, ATOM_TARGETS);
}

void
host_fetch_text(HostFetch *f)
{
    if (f->text)
        return;
    f->text = g_string_new(NULL);
    wait_more(f);
    convert(f, ATOM_UTF8_STRING, ATOM_CASEMENT_SELECTION);
}

static void
on_targets(HostFetch *f, const XSelectionEvent *e)
{
    const Atom *atoms = f->x->atoms;
    HostPropertyQuery query = {f->x->leader, atoms[ATOM_TARGETS], AnyPropertyType, 32, TARGETS_MAX};
    unsigned long n = 0;
    bool has_text = false;

    if (e->property == None)
        return; // an owner that cannot say what it has: nothing we could ask for
    Atom *list = host_display_property(f->x, &query, &n);
    for (unsigned long i = 0; i < n; i++)
        has_text |= list[i] == atoms[ATOM_UTF8_STRING];
    if (list)
        XFree(list);
    XDeleteProperty(f->x->dpy, f->x->leader, atoms[ATOM_TARGETS]);
    f->handler.targets(has_text, f->user);
}

// Appends the property's bytes. Returns how many there were, -1 when it announces pieces, -2 when
// the text is over all bounds.
static long
take_property(HostFetch *f)
{
    Atom type = None, property = f->x->atoms[ATOM_CASEMENT_SELECTION];
    int format = 0;
    unsigned long n = 0, left = 0;
    unsigned char *data = NULL;
    long result = 0;

    XGetWindowProperty(f->x->dpy, f->x->leader, property, 0, VIEW_CLIP_TEXT_MAX / 4, True,
                       AnyPropertyType, &type, &format, &n, &left, &data);
    if (type == f->x->atoms[ATOM_INCR]) {
        result = -1;
    } else if (format == 8 && f->text->len + n + left <= VIEW_CLIP_TEXT_MAX) {
        g_string_append_len(f->text, (const char *)data, (gssize)n);
        result = (long)n;
    } else if (left > 0 || format == 8) {
        result = -2;
    }
    if (data)
        XFree(data);
    return result;
}

static void
on_text(HostFetch *f, const XSelectionEvent *e)
{
    if (!f->text)
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

static void
on_piece(HostFetch *f)
{
    long n = take_property(f);

    if (n > 0)
        wait_more(f);
    else
        finish(f, n == 0);
}

gboolean
host_fetch_event(HostFetch *f, const XEvent *e)
{
    const Atom *atoms = f->x->atoms;

    if (e->type == SelectionNotify && e->xselection.requestor == f->x->leader) {
        if (e->xselection.target == atoms[ATOM_TARGETS])
            on_targets(f, &e->xselection);
        else
            on_text(f, &e->xselection);
        return TRUE;
    }
    if (e->type == PropertyNotify && e->xproperty.window == f->x->leader &&
        e->xproperty.atom == atoms[ATOM_CASEMENT_SELECTION]) {
        if (f->incremental && e->xproperty.state == PropertyNewValue)
            on_piece(f);
        return TRUE;
    }
    return FALSE;
}
