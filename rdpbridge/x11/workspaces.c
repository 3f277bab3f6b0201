// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/workspaces.h"

#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/states.h"
#include "rdpbridge/x11/windows.h"

#include <X11/Xatom.h>

#define BY_PROGRAM 1 // source indication

// Nobody is asked for one that the host does not have.
static bool
is_there(const HostWindow *w, uint32_t workspace)
{
    return workspace < host_screen_workspaces(w->view->screen)->count;
}

void
host_workspace_want(HostWindow *w, uint32_t workspace)
{
    w->workspace.asks = w->workspace.stale = workspace != CHAN_WORKSPACE_ALL;
    w->workspace.wanted = workspace;
    if (w->xid)
        host_workspace_push(w);
}

void
host_workspace_push(HostWindow *w)
{
    const long data[5] = {(long)w->workspace.wanted, BY_PROGRAM};

    if (!w->workspace.stale || !w->mapped || w->wanted.override_redirect)
        return;
    w->workspace.stale = false;
    w->workspace.asks = is_there(w, w->workspace.wanted);
    if (w->workspace.asks)
        host_display_tell_root(w->view->x, w->xid, ATOM__NET_WM_DESKTOP, data);
}

void
host_workspace_set_initial(HostWindow *w)
{
    bool all = (w->wanted.states & CHAN_STATE_ALL_DESKTOPS) != 0;
    bool asks = w->workspace.stale && is_there(w, w->workspace.wanted);
    const long workspace = all ? HOST_ALL_DESKTOPS : (long)w->workspace.wanted;

    if (all || asks)
        host_display_set_longs(w->view->x, w->xid, w->view->x->atoms[ATOM__NET_WM_DESKTOP],
                               XA_CARDINAL, &workspace, 1);
    w->workspace.stale = false;
}

long
host_workspace_from_all(HostWindow *w)
{
    const HostWorkspace *has = &w->workspace;

    if (has->asks && is_there(w, has->wanted)) {
        w->workspace.stale = false;
        return (long)has->wanted;
    }
    // The window manager may have done already what was asked before.
    return has->has_told && has->told != CHAN_WORKSPACE_ALL
               ? (long)has->told
               : (long)host_screen_desktop(w->view->screen);
}

void
host_workspace_changed(HostWindow *w)
{
    w->workspace.dirty = true;
    host_windows_had_event(w->view->windows, w);
}

void
host_workspace_all_changed(View *view)
{
    host_windows_each(view->windows, host_workspace_changed);
}

static void
tell(HostWindow *w, uint32_t workspace)
{
    ViewWorkspace m = {.id = w->id, .workspace = workspace};

    if (w->workspace.has_told && w->workspace.told == workspace)
        return;
    w->workspace.has_told = true;
    w->workspace.told = workspace;
    VIEW_INIT(&m, VIEW_MSG_PLACED);
    host_session_send(w->view, &m, sizeof m);
}

void
host_workspace_sync(HostWindow *w)
{
    if (!w->workspace.dirty)
        return;
    w->workspace.dirty = false;
    if (!w->xid || !w->mapped || w->wanted.override_redirect || w->is_orphan ||
        host_screen_workspaces(w->view->screen)->count == 0)
        return;
    uint32_t workspace = (uint32_t)host_states_desktop(w, CHAN_WORKSPACES_MAX);
    if (!chan_window_workspace_valid(workspace)) // it says none
        return;
    if (workspace != CHAN_WORKSPACE_ALL && !w->workspace.stale)
        w->workspace.asks = false;
    tell(w, workspace);
}
