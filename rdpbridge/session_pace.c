// SPDX-License-Identifier: Apache-2.0

// How often the host paints windows and which of them are seen, for a guest of our own; and when
// its frames were shown.

#include "rdpbridge/session_private.h"
#include "rdpbridge/window_channel.h"

void
bridge_session_paced(BridgeSession *s, const ViewPace *m)
{
    BridgeWindow *w = bridge_model_window(s->model, m->id);

    if (w)
        w->unseen = bridge_window_channel_pace(m->id, &m->pace) && m->pace.seen != CHAN_SEEN;
}

void
bridge_session_unpaced(BridgeSession *s)
{
    const ChanWindowPace usual = {CHAN_WINDOW_REFRESH_USUAL, CHAN_SEEN};
    BridgeWindow *w;

    for (unsigned i = 0; (w = bridge_model_nth(s->model, i)) != NULL; i++) {
        if (w->unseen)
            (void)bridge_window_channel_pace(w->id, &usual);
        w->unseen = false;
    }
}

void
bridge_session_shown(BridgeSession *s, const ViewShown *m)
{
    s->shown = m;
    bridge_model_shown(s->model, m->id, m->serial);
    s->shown = NULL;
}
