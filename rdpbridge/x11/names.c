// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/names.h"

#include "channel/utf8.h"

#include <X11/Xatom.h>
#include <string.h>

static void
clear(char **texts)
{
    for (unsigned i = 0; i < CHAN_NAMES; i++)
        g_clear_pointer(&texts[i], g_free);
}

void
host_names_clear(HostNames *n)
{
    clear(n->text);
    clear(n->pushed);
}

static char *
cleaned(ChanSpan untrusted_text)
{
    char text[VIEW_TITLE_MAX + 1];

    chan_utf8_clean(untrusted_text, text, sizeof text);
    return g_strdup(text);
}

void
host_names_set_title(HostNames *n, ChanSpan untrusted_title)
{
    clear(n->text);
    n->text[0] = cleaned(untrusted_title);
    for (unsigned i = 1; i < CHAN_NAME_ROLE; i++)
        n->text[i] = g_strdup(n->text[0]);
    n->stale = true;
}

void
host_names_set(HostNames *n, const ChanWindowNames *names_said)
{
    clear(n->text);
    for (unsigned i = 0; i < CHAN_NAMES; i++)
        if (names_said->said & (1u << i))
            n->text[i] = cleaned(names_said->untrusted_text[i]);
    n->stale = true;
}

const char *
host_names_title(const HostNames *n)
{
    const char *modern = n->text[CHAN_NAME_TITLE], *old = n->text[CHAN_NAME_OLD_TITLE];

    return modern && *modern ? modern : old ? old : "";
}

void
host_names_refresh(HostNames *n)
{
    n->stale = true;
}

void
host_names_forget(HostNames *n)
{
    clear(n->pushed);
    n->stale = true;
}

void
host_names_inherit(HostNames *n, HostNames *former)
{
    clear(n->pushed);
    for (unsigned i = 0; i < CHAN_NAMES; i++)
        n->pushed[i] = g_steal_pointer(&former->pushed[i]);
    n->stale = true;
}

static void
change(Display *dpy, Window xid, Atom property, Atom type, const char *text)
{
    XChangeProperty(dpy, xid, property, type, 8, PropModeReplace, (const unsigned char *)text,
                    (int)strlen(text));
}

// The older ones are Latin-1, for those who do not know the others.
static void
change_latin_1(Display *dpy, Window xid, Atom property, const char *text)
{
    g_autofree char *latin = g_malloc(strlen(text) + 1);
    size_t n = 0;

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        latin[n++] = c <= 0xff ? (char)c : '?';
    }
    latin[n] = 0;
    change(dpy, xid, property, XA_STRING, latin);
}

// An older title is there as a newer one, too; and without any the policy's prefix still is. NULL:
// there is none.
static char *
shown(const View *view, const HostNames *n, ChanWindowName which)
{
    const char *prefix = view->setup.title_prefix, *text = n->text[which];

    if (which == CHAN_NAME_ROLE)
        return g_strdup(text);
    if (!text && which == CHAN_NAME_TITLE)
        text = n->text[CHAN_NAME_OLD_TITLE];
    if (!text && !(*prefix && which == CHAN_NAME_TITLE))
        return NULL;
    // A guest's file keeps no space at a value's end.
    const char *space = *prefix && !g_str_has_suffix(prefix, " ") ? " " : "";
    return g_strconcat(prefix, space, text ? text : "", NULL);
}

void
host_names_push(const View *view, Window xid, HostNames *n)
{
    Display *dpy = view->x->dpy;
    const Atom *atoms = view->x->atoms;
    const Atom properties[CHAN_NAMES] = {atoms[ATOM__NET_WM_NAME], XA_WM_NAME,
                                         atoms[ATOM__NET_WM_ICON_NAME], XA_WM_ICON_NAME,
                                         atoms[ATOM_WM_WINDOW_ROLE]};

    if (!n->stale)
        return;
    n->stale = false;
    for (unsigned i = 0; i < CHAN_NAMES; i++) {
        char *text = shown(view, n, (ChanWindowName)i);
        if (!text && n->pushed[i])
            XDeleteProperty(dpy, xid, properties[i]);
        else if (text && g_strcmp0(text, n->pushed[i]) != 0)
            i == CHAN_NAME_OLD_TITLE || i == CHAN_NAME_OLD_ICON || i == CHAN_NAME_ROLE
                ? change_latin_1(dpy, xid, properties[i], text)
                : change(dpy, xid, properties[i], atoms[ATOM_UTF8_STRING], text);
        g_free(n->pushed[i]);
        n->pushed[i] = text;
    }
}
