// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a guest's agent said of who is at the guest, and of the certificates that its RDP server may
// present: as last told, cleaned.

#include "channel/msg.h"

#include <glib.h>

typedef struct BrokerGuestPeople BrokerGuestPeople;

BrokerGuestPeople *broker_guest_people_new(void);
void broker_guest_people_free(BrokerGuestPeople *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerGuestPeople, broker_guest_people_free)

// Another agent is there, which has said nothing yet.
void broker_guest_people_forget(BrokerGuestPeople *people);

// FALSE when the message is broken.
gboolean broker_guest_people_sessions(BrokerGuestPeople *people, ChanSpan untrusted_payload);
gboolean broker_guest_people_certificates(BrokerGuestPeople *people, ChanSpan untrusted_payload);

const ChanCertificates *broker_guest_people_known(const BrokerGuestPeople *people);

// Who is logged on: on a screen or connection, else left. NULL: nobody that is known.
const char *broker_guest_people_user(const BrokerGuestPeople *people);

// For status: aa{sv} of "id" (u), "state" ("logged-on", "log-on-screen"), "lock" ("", "open",
// "locked"), "connected" (b), "user" (s), "keyboard" (u), "dpi" (u).
GVariant *broker_guest_people_describe(const BrokerGuestPeople *people);
// as: "sha256:HEX" or "sha1:HEX".
GVariant *broker_guest_people_describe_certificates(const BrokerGuestPeople *people);
