// SPDX-License-Identifier: Apache-2.0
#pragma once

// A listener on this machine's loopback, from which any RDP client of this user reaches a guest's
// RDP server through the guest's channel (`casement forward`). Connections of other users are
// refused: on loopback they could reach it, too.
//
// A guest's RDP server serves one client: each connection that is let in ends Casement's own
// session of the guest, one that is in use only with `take`. Where it is refused, the user is told.

#include "hostbroker/broker.h"

typedef struct BrokerForward BrokerForward;

// listen: ADDRESS:PORT with a numeric loopback address, or "" for 127.0.0.1 and a free port. NULL
// with error set. broker is borrowed and outlives it.
BrokerForward *broker_forward_new(Broker *broker, const char *guest, const char *listen,
                                  gboolean take, GError **error);
// Closes listener and connections. NULL-safe.
void broker_forward_free(BrokerForward *forward);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerForward, broker_forward_free)

// Whether an address can be listened on, as far as it says. FALSE with error set.
gboolean broker_forward_check(const char *listen, GError **error);

const char *broker_forward_guest(const BrokerForward *forward);
// ADDRESS:PORT as it listens.
const char *broker_forward_address(const BrokerForward *forward);
// Whether a client is connected.
gboolean broker_forward_in_use(const BrokerForward *forward);

// Ends the guest's own session for it. FALSE with error set (BUSY) when that is in use and `take`
// is FALSE.
gboolean broker_forward_make_way(BrokerGuest *guest, gboolean take, GError **error);
