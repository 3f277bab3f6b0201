// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/keeper.h"

#include "channel/x11/conversion.h"
#include "rdpbridge/x11/session.h"

#include <X11/extensions/Xfixes.h>

#define ANSWER_BYTES_MAX 64

struct HostKeeper {
    View *view;
    Atom manager;
    ChanConversion *save;
    uint32_t asked, started, saved; // serials of the guest's
};

static void begin(HostKeeper *k);

// Asked for meanwhile was what there has been since.
static void
on_saved(const ChanConverted *result, gpointer user)
{
    HostKeeper *k = user;

    k->saved = k->started;
    host_keeper_tell(k);
    if (k->asked != k->started)
        begin(k);
}

HostKeeper *
host_keeper_new(View *view)
{
    HostKeeper *k = g_new0(HostKeeper, 1);
    HostDisplay *x = view->x;
    ChanConversionPlace place = {.dpy = x->dpy,
                                 .window = x->leader,
                                 .selection = x->atoms[ATOM_CLIPBOARD_MANAGER],
                                 .property = x->atoms[ATOM_CASEMENT_KEEPER],
                                 .max = ANSWER_BYTES_MAX};

    k->view = view;
    k->manager = place.selection;
    k->save = chan_conversion_new(view->context, &place, on_saved, k);
    if (x->xfixes_event >= 0)
        XFixesSelectSelectionInput(x->dpy, x->leader, k->manager,
                                   XFixesSetSelectionOwnerNotifyMask |
                                       XFixesSelectionWindowDestroyNotifyMask |
                                       XFixesSelectionClientCloseNotifyMask);
    return k;
}

void
host_keeper_free(HostKeeper *k)
{
    if (!k)
        return;
    chan_conversion_free(k->save);
    g_free(k);
}

static bool
is_there(const HostKeeper *k)
{
    return (k->view->setup.flags & CTL_CLIPBOARD_TO_HOST) != 0 &&
           XGetSelectionOwner(k->view->x->dpy, k->manager) != None;
}

void
host_keeper_tell(HostKeeper *k)
{
    ViewKeeper m = {.keeper = {.there = is_there(k), .saved = k->saved}};

    VIEW_INIT(&m, VIEW_MSG_KEEPER);
    host_session_send(k->view, &m, sizeof m);
}

static void
begin(HostKeeper *k)
{
    HostDisplay *x = k->view->x;
    bool guests = XGetSelectionOwner(x->dpy, x->atoms[ATOM_CLIPBOARD]) == x->leader;

    k->started = k->asked;
    if (guests && is_there(k)) {
        chan_conversion_start(k->save, x->atoms[ATOM_SAVE_TARGETS]);
        return;
    }
    k->saved = k->started;
    host_keeper_tell(k);
}

void
host_keeper_save(HostKeeper *k, uint32_t serial)
{
    k->asked = serial;
    if (!chan_conversion_busy(k->save))
        begin(k);
}

gboolean
host_keeper_event(HostKeeper *k, const XEvent *e)
{
    HostDisplay *x = k->view->x;
    const XFixesSelectionNotifyEvent *n = (const XFixesSelectionNotifyEvent *)e;

    if (x->xfixes_event >= 0 && e->type == x->xfixes_event + XFixesSelectionNotify &&
        n->selection == k->manager) {
        host_keeper_tell(k);
        return TRUE;
    }
    return chan_conversion_event(k->save, e);
}
