// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clipboard.h"

#include "guestagent/remoteapp/x11/clip_fetch.h"
#include "guestagent/remoteapp/x11/clip_serve.h"

#include <X11/extensions/Xfixes.h>

struct RaClipboard {
    RaConn *conn;
    RaClipFetch *fetch;
    RaClipServe *serve;
};

RaClipboard *
ra_clipboard_new(RaConn *conn, GMainContext *context, const RaClipboardEvents *events,
                 gpointer user)
{
    RaClipboard *clipboard = g_new0(RaClipboard, 1);
    clipboard->conn = conn;
    clipboard->fetch = ra_clip_fetch_new(conn, context, events, user);
    clipboard->serve = ra_clip_serve_new(conn, context, events, user);
    XFixesSelectSelectionInput(conn->dpy, conn->own, ATOM(conn, CLIPBOARD),
                               XFixesSetSelectionOwnerNotifyMask |
                                   XFixesSelectionWindowDestroyNotifyMask |
                                   XFixesSelectionClientCloseNotifyMask);
    Window owner = XGetSelectionOwner(conn->dpy, ATOM(conn, CLIPBOARD));
    if (owner != None)
        ra_clip_fetch_owner(clipboard->fetch, owner);
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
    if (e->selection != ATOM(clipboard->conn, CLIPBOARD) || e->owner == clipboard->conn->own)
        return;
    bool there = e->subtype == XFixesSetSelectionOwnerNotify;
    ra_clip_fetch_owner(clipboard->fetch, there ? e->owner : None);
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
        ra_clip_serve_request(clipboard->serve, &e->xselectionrequest);
        break;
    case SelectionClear:
        if (e->xselectionclear.selection == ATOM(clipboard->conn, CLIPBOARD))
            ra_clip_serve_lost(clipboard->serve);
        break;
    case SelectionNotify:
        ra_clip_fetch_notify(clipboard->fetch, &e->xselection);
        break;
    case PropertyNotify:
        ra_clip_fetch_property(clipboard->fetch, &e->xproperty);
        ra_clip_serve_property(clipboard->serve, &e->xproperty);
        break;
    default:
        break;
    }
}

void
ra_clipboard_offer(RaClipboard *clipboard, bool text)
{
    ra_clip_serve_offer(clipboard->serve, text);
}

void
ra_clipboard_give(RaClipboard *clipboard, const char *text)
{
    ra_clip_serve_give(clipboard->serve, text);
}

void
ra_clipboard_want(RaClipboard *clipboard)
{
    ra_clip_fetch_text(clipboard->fetch);
}
