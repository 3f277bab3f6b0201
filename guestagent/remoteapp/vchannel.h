// SPDX-License-Identifier: Apache-2.0
#pragma once

// A virtual channel of a link, static or dynamic, as whole messages. For the channels whose few
// messages are read here (rail, cliprdr, disp) rather than by the library's own server objects,
// which would each run a thread and lose the order between the channels and input.

#include "channel/span.h"
#include "guestagent/remoteapp/link.h"

typedef struct RaChannel RaChannel;

// NULL when the client did not join a static channel of this name.
RaChannel *ra_channel_open_static(RaLink *link, const char *name);

// Asks the client for a dynamic channel; NULL when drdynvc is not ready.
RaChannel *ra_channel_open_dynamic(RaLink *link, const char *name);

// NULL-safe.
void ra_channel_free(RaChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaChannel, ra_channel_free)

// True once the client has accepted the channel (static ones: at once).
bool ra_channel_ready(RaChannel *channel);

// False once a dynamic channel was refused, or closed by the client.
bool ra_channel_alive(RaChannel *channel);

// The next message that arrived, or NULL.
GBytes *ra_channel_read(RaChannel *channel);

// Queues a message; ra_link_send sends it.
bool ra_channel_write(RaChannel *channel, const void *data, gsize size);

// The state of drdynvc: dynamic channels can be asked for.
bool ra_channel_dynamic_ready(RaLink *link);
