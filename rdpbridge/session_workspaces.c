// SPDX-License-Identifier: Apache-2.0

// On which of the host's workspaces its windows are, for a guest of our own: said when the view
// does, or once the guest's channel is there, which may open after its first windows.

#include "rdpbridge/session_private.h"
#include "rdpbridge/window_channel.h"

static void
tell(BridgeWindow *w)
{
    w->workspace_untold = !bridge_window_channel_placed(w->id, w->host_workspace);
}

void
bridge_session_placed(BridgeSession *s, const ViewWorkspace *m)
{
    BridgeWindow *w = bridge_model_workspace_said(s->model, m->id, m->workspace);

    if (w)
        tell(w);
}

void
bridge_session_tell_placed(BridgeSession *s, guint32 window)
{
    BridgeWindow *w = bridge_model_window(s->model, window);

    if (w && w->workspace_untold)
        tell(w);
}
