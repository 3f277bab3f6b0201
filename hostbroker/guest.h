// SPDX-License-Identifier: Apache-2.0
#pragma once

// One guest: its file, the link to its agent, the channel, what it publishes, its session. Goes
// through the states of guest_state.h. Nothing that comes over the channel is trusted: a guest that
// breaks the protocol loses its channel and its session, and costs nobody else anything.

#include "hostbroker/catalog.h"
#include "hostbroker/config.h"
#include "hostbroker/documents.h"
#include "hostbroker/guest_people.h"
#include "hostbroker/guest_state.h"
#include "hostbroker/host.h"
#include "hostbroker/session.h"
#include "hostbroker/waiters.h"

#include "channel/glib/pump.h"

// What it publishes, in the folder of its state, for the next broker (broker_catalog_keep).
#define BROKER_GUEST_APPS "apps"

typedef struct {
    // State or error changed (GuestChanged).
    void (*changed)(BrokerGuest *guest, gpointer user);
    // What it publishes changed and has to be written.
    void (*apps_changed)(BrokerGuest *guest, gpointer user);
    // The user has to read something that nobody asked for.
    void (*tell)(BrokerGuest *guest, const char *text, gpointer user);
} BrokerGuestEvents;

// Microseconds since the start was asked for; 0: not yet.
typedef struct {
    guint64 guest, channel, apps, session, ready;
} BrokerGuestTimes;

// name, of a guest whose file is configured next. host and events are borrowed.
BrokerGuest *broker_guest_new(const BrokerHost *host, const char *name,
                              const BrokerGuestEvents *events, gpointer user);
// Leaves the guest and its session running.
void broker_guest_free(BrokerGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerGuest, broker_guest_free)

// The guest's file was read: a new configuration, or why it is none (borrowed). What only matters
// to a start (kind, paths) is used from the next one on.
void broker_guest_configure(BrokerGuest *guest, BrokerConfig *take_config, const GError *error);

// What was read last counts from the next start.
gboolean broker_guest_pending(const BrokerGuest *guest);

// Finds the guest and the session that a former broker started.
void broker_guest_find(BrokerGuest *guest);

// Starts the guest; done is called when it is up or has failed, never from inside this call.
void broker_guest_start(BrokerGuest *guest, BrokerGuestDone done, gpointer user);
// Ends session and guest; done is called when they are gone.
void broker_guest_stop(BrokerGuest *guest, BrokerGuestDone done, gpointer user);

// A launch waits: from now on until none does, an agent that has ended is noticed soon.
void broker_guest_watch(BrokerGuest *guest);

// Asks for the full list. FALSE with error set when the guest is not up.
gboolean broker_guest_sync(BrokerGuest *guest, GError **error);

const BrokerHost *broker_guest_host(const BrokerGuest *guest);
const char *broker_guest_name(const BrokerGuest *guest);
const BrokerConfig *broker_guest_config(const BrokerGuest *guest); // NULL while the file is broken
GuestState broker_guest_state(const BrokerGuest *guest);
const char *broker_guest_error(const BrokerGuest *guest); // "" if none
// Whether the guest has logged this failure, or told the user of it, by itself.
gboolean broker_guest_logged(const BrokerGuest *guest, const GError *error);
gboolean broker_guest_told(const BrokerGuest *guest, const GError *error);
const char *broker_guest_os(const BrokerGuest *guest); // "" while unknown
pid_t broker_guest_pid(const BrokerGuest *guest);
BrokerCatalog *broker_guest_catalog(BrokerGuest *guest);
BrokerSession *broker_guest_session(BrokerGuest *guest); // NULL while the file is broken
BrokerSignIn *broker_guest_sign_in(BrokerGuest *guest);
const BrokerGuestPeople *broker_guest_people(const BrokerGuest *guest);
BrokerDocuments *broker_guest_documents(BrokerGuest *guest); // NULL: this kind takes no files
// A new stream to the guest's RDP server, the caller's to close; -1 with error set.
int broker_guest_open_rdp(BrokerGuest *guest, GError **error);
// FALSE while there is no channel.
gboolean broker_guest_channel(BrokerGuest *guest, ChanPumpStats *stats);
BrokerGuestTimes broker_guest_times(const BrokerGuest *guest);
