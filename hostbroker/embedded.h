// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kinds sandbox and local have in common: a guest of this machine, held by
// casement-supervisor, that outlives the broker. The broker makes the listener for the agent's
// channel and hands it down, so that a pipe can be asked for before the agent is there, and again
// by the next broker.

#include "hostbroker/link.h"
#include "hostbroker/process.h"

typedef struct BrokerEmbedded BrokerEmbedded;

// How a kind starts the supervisor. `spawn` gets the listener as agent_fd (borrowed) and sets
// e->process or calls broker_embedded_running later.
typedef struct {
    BrokerKind base; // first
    gboolean (*spawn)(BrokerEmbedded *e, int agent_fd, GError **error);
    void (*cleared)(BrokerEmbedded *e); // the guest is gone: drop what belonged to it
} BrokerEmbeddedKind;

struct BrokerEmbedded {
    BrokerLink link;        // first
    BrokerProcess *guest;   // the supervisor, as the host sees it
    BrokerProcess *monitor; // sandbox: bwrap, a child, whose exit code is the supervisor's
    GSource *soon;          // a pipe to be opened on the next turn
    GSource *deadline;      // of an orderly stop
    gboolean stopping;
};

// Members of BrokerKind.
gboolean broker_embedded_start(BrokerLink *link, GError **error);
gboolean broker_embedded_reopen(BrokerLink *link, GError **error);
gboolean broker_embedded_find(BrokerLink *link, const BrokerIdentity *identity);
void broker_embedded_stop(BrokerLink *link);
void broker_embedded_clear(BrokerEmbedded *e);

// For kinds: the guest's process is known, e->guest; opens the pipe on the next turn.
void broker_embedded_running(BrokerEmbedded *e);
// For kinds: handlers of the processes.
void broker_embedded_guest_ended(BrokerProcess *process, int status, gpointer user);
void broker_embedded_monitor_ended(BrokerProcess *process, int status, gpointer user);

// Environment of a guest's supervisor: the user's language and the guest's own settings, nothing
// else of the host. Caller frees with g_strfreev.
char **broker_embedded_environment(const BrokerLink *link);

// Opens the guest's log for appending (an old long one is put aside); -1 when it cannot be.
int broker_embedded_log(const BrokerLink *link, const char *leaf);

// Deletes a folder and all in it, without following links.
void broker_delete_tree(const char *path);
