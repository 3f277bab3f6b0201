// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clipboard.h"

#include "guestagent/remoteapp/x11/clip_fetch.h"
#include "guestagent/remoteapp/x11/clip_serve.h"

#include <X11/extensions/Xfixes.h>

struct RaClipboard {
    RaConn *conn;
    Atom selection;
    RaClipFetch *fetch;
    RaClipServe *serve;
};

RaClipboard *
ra_clipboard_new(RaConn *conn, GMainContext *context, ChanClipSelection which,
                 const RaClipboardEvents *events, gpointer user)
{
    RaClipboard *clipboard = g_new0(RaClipboard, 1);
    RaClipSide side = {.conn = conn,
                       .context = context,
                       .which = which,
                       .selection = ra_clip_selection_atom(conn, which),
                       .events = *events,
                       .user = user};
    clipboard->conn = conn;
    clipboard->selection = side.selection;
    clipboard->fetch = ra_clip_fetch_new(&side);
    clipboard->serve = ra_clip_serve_new(&side);
    XFixesSelectSelectionInput(conn->dpy, conn->own, side.selection,
                               XFixesSetSelectionOwnerNotifyMask |
                                   XFixesSelectionWindowDestroyNotifyMask |
                                   XFixesSelectionClientCloseNotifyMask);
    if (XGetSelectionOwner(conn->dpy, side.selection) != None)
        ra_clip_fetch_owner(clipboard->fetch, true);
    return clipboard;
}

void
ra_clipboard_free(RaClipboard *clipboard)
{
    if (!clipboard)
        return;
    ra_clip_fetch_free(clipboard->fetch);
    ra_clip_serve_free(clipboard->serve);
    g_free(clipboard);
}

static void
on_owner(RaClipboard *clipboard, const XFixesSelectionNotifyEvent *e)
{
    if (e->selection != clipboard->selection)
        return;
    if (e->owner == clipboard->conn->own)
        ra_clip_serve_owned(clipboard->serve, e->selection_timestamp);
    else
        // Also who gives it up sets an owner: none.
        ra_clip_fetch_owner(clipboard->fetch,
                            e->subtype == XFixesSetSelectionOwnerNotify && e->owner != None);
}

void
ra_clipboard_handle(RaClipboard *clipboard, const XEvent *e)
{
    if (e->type == clipboard->conn->fixes_event + XFixesSelectionNotify) {
        on_owner(clipboard, (const XFixesSelectionNotifyEvent *)e);
        return;
    }
    switch (e->type) {
    case SelectionRequest:
        if (e->xselectionrequest.selection == clipboard->selection)
            ra_clip_serve_request(clipboard->serve, &e->xselectionrequest);
        break;
    case SelectionClear:
        // By what is, not by an event of before the client's last offer.
        if (e->xselectionclear.selection == clipboard->selection &&
            XGetSelectionOwner(clipboard->conn->dpy, clipboard->selection) != clipboard->conn->own)
            ra_clip_serve_lost(clipboard->serve);
        break;
    case SelectionNotify:
        ra_clip_fetch_event(clipboard->fetch, e);
        break;
    case PropertyNotify:
        ra_clip_fetch_event(clipboard->fetch, e);
        ra_clip_serve_event(clipboard->serve, e);
        break;
    case DestroyNotify:
        ra_clip_serve_event(clipboard->serve, e);
        break;
    default:
        break;
    }
}

bool
ra_clipboard_listing(const RaClipboard *clipboard)
{
    return ra_clip_fetch_listing(clipboard->fetch);
}

void
ra_clipboard_offer(RaClipboard *clipboard, guint32 kinds)
{
    ra_clip_serve_offer(clipboard->serve, kinds);
}

void
ra_clipboard_give(RaClipboard *clipboard, guint32 kind, GBytes *data)
{
    ra_clip_serve_give(clipboard->serve, kind, data);
}

void
ra_clipboard_want(RaClipboard *clipboard, guint32 kind)
{
    ra_clip_fetch_data(clipboard->fetch, kind);
}
