// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/workspaces.h"

#include "guestagent/remoteapp/x11/ewmh.h"
#include "guestagent/remoteapp/x11/wm.h"

#include <X11/Xatom.h>
#include <string.h>

static void
push(RaDesktop *d)
{
    long count = (long)d->workspaces.count;
    long current = (long)d->workspaces.current;
    ra_ewmh_push_screen(d); // the work area of each
    ra_prop_set(d->conn, d->conn->root, RA_ATOM__NET_NUMBER_OF_DESKTOPS, XA_CARDINAL, &count, 1);
    ra_prop_set(d->conn, d->conn->root, RA_ATOM__NET_CURRENT_DESKTOP, XA_CARDINAL, &current, 1);
}

void
ra_workspaces_reset(RaDesktop *d)
{
    d->workspaces = (ChanWindowWorkspaces){.count = 1};
    push(d);
    for (guint i = 0; i < d->clients->len; i++)
        ((RaClient *)d->clients->pdata[i])->workspace = 0;
}

void
ra_desktop_set_workspaces(RaDesktop *d, const ChanWindowWorkspaces *workspaces)
{
    if (memcmp(&d->workspaces, workspaces, sizeof *workspaces) == 0)
        return;
    d->workspaces = *workspaces;
    push(d);
    ra_unsettle(d);
}

static void
ask(RaClient *c, guint32 workspace)
{
    c->pub.asks_workspace = true;
    c->pub.workspace = workspace;
    c->changed |= RA_CHANGED_WORKSPACE;
}

void
ra_workspaces_prepare(RaDesktop *d, RaClient *c)
{
    c->workspace = d->workspaces.current;
    if (!c->has_first_workspace)
        return;
    ask(c, c->first_workspace);
    if (c->first_workspace < d->workspaces.count)
        c->workspace = c->first_workspace;
}

void
ra_workspaces_ask(RaDesktop *d, RaClient *c, guint32 workspace)
{
    if (!chan_window_workspace_valid(workspace))
        return;
    ask(c, workspace);
    RaStates wanted = c->states;
    wanted.all_desktops = workspace == CHAN_WORKSPACE_ALL;
    if (c->states.all_desktops && workspace < d->workspaces.count)
        c->workspace = workspace;
    ra_wm_apply(d, c, &wanted);
}

void
ra_desktop_placed(RaDesktop *d, guint32 id, guint32 workspace)
{
    RaClient *c = ra_by_id(d, id);
    if (!c || c->override_redirect)
        return;
    c->pub.asks_workspace = false;
    if (workspace != CHAN_WORKSPACE_ALL) // which comes as a state
        c->workspace = workspace;
    ra_unsettle(d);
}
