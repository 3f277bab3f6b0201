// SPDX-License-Identifier: Apache-2.0

// The view's own way of keys and pointer to the guest (channel/input_path.h): handing it over, and
// the questions by which the view knows when it may be used. What goes over it is not seen here.

#include "rdpbridge/session_private.h"
#include "rdpbridge/window_channel.h"

#include <unistd.h>

static void
tell_view(BridgeSession *s, guint32 serial)
{
    ViewSettle m = {.serial = serial};

    VIEW_INIT(&m, VIEW_MSG_SETTLED);
    bridge_viewlink_send(s->view, &m, sizeof m, -1);
}

void
bridge_session_input_consider(BridgeSession *s)
{
    if (s->input_fd < 0 || !s->pixels || !bridge_window_channel_open() ||
        !bridge_pixel_path_input(s->pixels, s->input_fd))
        return;
    close(s->input_fd);
    s->input_fd = -1;
    s->settle = 0;
    bridge_input_set_past(s->input, TRUE);
    tell_view(s, 0);
}

void
bridge_session_input_take(BridgeSession *s, int take_fd)
{
    bridge_session_input_clear(s);
    s->input_fd = take_fd;
    bridge_session_input_consider(s);
}

void
bridge_session_input_settle(BridgeSession *s, guint32 serial)
{
    if (bridge_window_channel_settle(serial))
        s->settle = serial;
}

gboolean
bridge_session_input_settled(BridgeSession *s, guint32 untrusted_serial)
{
    if (s->settle == 0 || untrusted_serial != s->settle)
        return FALSE;
    tell_view(s, s->settle);
    s->settle = 0;
    return TRUE;
}

void
bridge_session_input_clear(BridgeSession *s)
{
    if (s->input_fd >= 0)
        close(s->input_fd);
    s->input_fd = -1;
    s->settle = 0;
}
