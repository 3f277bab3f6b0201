// SPDX-License-Identifier: Apache-2.0

// The stream of a guest's pixels (channel/tile_stream.h), which a session gets beside that of RDP.

#include "hostbroker/session_private.h"

#include <unistd.h>

void
broker_session_give_pixels(BrokerSession *s)
{
    const CtlPlain m = {CTL_PIXELS, sizeof m};
    g_autoptr(GError) error = NULL;

    // A Windows has none, and a whole desktop is no window of ours.
    if (s->signs_in || s->runs_desktop || s->config->pixels == BROKER_PIXELS_RDP)
        return;
    int fd = s->events->open_pixels ? s->events->open_pixels(s->user, &error) : -1;
    if (fd < 0) // RDP brings them
        return;
    chan_packet_send(s->session.control, &m, sizeof m, &fd, 1);
    close(fd);
}
