// SPDX-License-Identifier: Apache-2.0
#pragma once

// How casement-agent --stdio (join.h) hands its stdin and stdout to the agent that runs, so that
// what goes over them passes no further process. At the agent's socket, where else a channel
// begins: an offer, with both descriptors, and the agent's answer. From then on the socket only
// tells each that the other has gone. An agent from before answers with a channel's hello, since it
// skips what it does not know: then stdio is to be copied.

#include <glib.h>

// FALSE: the socket does not take it.
gboolean agent_stdio_offer(int fd);

// What answered, once something has, waiting for that: TRUE: it has stdin and stdout. Else they are
// to be copied, beginning with the *n bytes that came.
#define AGENT_STDIO_ANSWER_MAX 32
gboolean agent_stdio_taken(int fd, guint8 first[AGENT_STDIO_ANSWER_MAX], gsize *n);

typedef enum {
    AGENT_STDIO_NOTHING, // has come yet
    AGENT_STDIO_CHANNEL, // it is a channel, of which nothing was read
    AGENT_STDIO_OFFER,   // fds, the caller's; and it was answered
    AGENT_STDIO_GONE,
} AgentStdioFound;
AgentStdioFound agent_stdio_look(int fd, int fds[2]);
