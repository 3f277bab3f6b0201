// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a broker comes to the pipe of a guest's agent: one implementation for each kind of guest
// (kind_*.c). A link starts what has to be started, opens pipes, and ends the guest; what goes over
// the pipe is the guest's (hostbroker/guest.h).

#include "hostbroker/config.h"
#include "hostbroker/host.h"
#include "hostbroker/state_file.h"

typedef struct BrokerLink BrokerLink;

typedef struct {
    // A pipe to the agent is open; both descriptors (maybe the same) are the handler's.
    void (*opened)(BrokerLink *link, int take_read_fd, int take_write_fd, gpointer user);
    // No pipe now: the asker may ask again. error is borrowed.
    void (*not_opened)(BrokerLink *link, const GError *error, gpointer user);
    // The guest could not be made, and asking again would not help. error is borrowed.
    void (*failed)(BrokerLink *link, const GError *error, gpointer user);
    // The guest is gone: why is NULL when it ended in order. The handler may free the link.
    void (*ended)(BrokerLink *link, const char *why, gpointer user);
    // The guest's process is known, or has changed.
    void (*identity)(BrokerLink *link, gpointer user);
} BrokerLinkEvents;

// Every handler is called from the main loop, never from inside a call of the link's user, except
// where a function says otherwise.
typedef struct {
    // Makes the guest, or finds the one that runs, and opens a pipe: `opened`, `not_opened` or
    // `failed` follows. FALSE with error set when it fails at once.
    gboolean (*start)(BrokerLink *link, GError **error);
    // The same for another pipe to a guest that runs.
    gboolean (*reopen)(BrokerLink *link, GError **error);
    // Finds a guest that a former broker started. Does not open a pipe.
    gboolean (*find)(BrokerLink *link, const BrokerIdentity *identity);
    // Ends the guest, at first in order; `ended` follows.
    void (*stop)(BrokerLink *link);
    void (*free)(BrokerLink *link);
    // Started again with back-off when it ends while the guest is up.
    gboolean restarts;
    // The pipe is a Unix socket to the agent itself: descriptors may travel over it.
    gboolean passes_fds;
} BrokerKind;

struct BrokerLink {
    const BrokerKind *kind;
    const BrokerHost *host;
    const BrokerConfig *config; // may be replaced by a newer one while the guest is off
    const BrokerLinkEvents *events;
    gpointer user;
    BrokerIdentity identity; // of the guest's process; pid 0: none
};

typedef BrokerLink *(*BrokerLinkNew)(void);

// A link for the guest's kind; everything is borrowed and must outlive it.
BrokerLink *broker_link_new(const BrokerHost *host, const BrokerConfig *config,
                            const BrokerLinkEvents *events, gpointer user);

// Frees the link and leaves the guest alone. NULL-safe.
void broker_link_free(BrokerLink *link);

BrokerLink *broker_kind_sandbox_new(void);
BrokerLink *broker_kind_local_new(void);
BrokerLink *broker_kind_socket_new(void);
BrokerLink *broker_kind_command_new(void);
BrokerLink *broker_kind_vsock_new(void);
