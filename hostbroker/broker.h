// SPDX-License-Identifier: Apache-2.0
#pragma once

// All guests of the user: their files, which it watches, what they publish, and who wants to hear
// of changes. Knows no D-Bus methods (hostbroker/service.h).

#include "hostbroker/guest.h"
#include "hostbroker/host.h"

typedef struct Broker Broker;

typedef struct {
    void (*guest_changed)(const char *name, const char *state, const char *error, gpointer user);
    void (*apps_changed)(const char *name, gpointer user);
} BrokerEvents;

// Reads all guests' files, finds what a former broker started, takes away what was published of
// guests that are gone. host and events are borrowed.
Broker *
broker_new(const BrokerHost *host, const BrokerEvents *events, gpointer user, GError **error);
// Leaves guests and sessions running.
void broker_free(Broker *broker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Broker, broker_free)

// NULL with error set (NO_SUCH_GUEST, saying which there are).
BrokerGuest *broker_find(Broker *broker, const char *name, GError **error);

// Guests by name; of BrokerGuest *; caller unrefs the array.
GPtrArray *broker_guests(Broker *broker);

// Writes a guest's file. options: string → string.
gboolean
broker_add(Broker *broker, const char *name, const char *kind, GHashTable *options, GError **error);

// Changes keys of a guest's file (broker_config_edit). *pending: they count from its next start.
gboolean broker_set(Broker *broker, BrokerGuest *guest, GHashTable *options,
                    const char *const *reset, gboolean *pending, GError **error);

// Ends a guest and removes its file and what it published; purge: its home too. done as
// broker_guest_stop's, with guest NULL.
void broker_remove(Broker *broker, BrokerGuest *guest, gboolean purge, BrokerGuestDone done,
                   gpointer user);

const BrokerHost *broker_host(const Broker *broker);
