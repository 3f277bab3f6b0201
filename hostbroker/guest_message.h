// SPDX-License-Identifier: Apache-2.0
#pragma once

// What comes from a guest's agent and goes to it, message by message.

#include "channel/glib/pump.h"
#include "hostbroker/catalog.h"
#include "hostbroker/config.h"
#include "hostbroker/host.h"

typedef struct {
    // The guest's operating system (ChanOs), and in words; who is signed in there. Cleaned.
    void (*guest_info)(guint8 os, const char *os_name, const char *user_name, gpointer user);
    // Who is at the guest, or its certificates: not decoded. FALSE: broken.
    gboolean (*people)(guint16 type, ChanSpan untrusted_payload, gpointer user);
    // A notification of its programs, or one that is gone: not decoded. FALSE: broken.
    gboolean (*notification)(guint16 type, ChanSpan untrusted_payload, gpointer user);
    // A service came or went; texts are cleaned.
    void (*service)(const char *name, gboolean available, const char *reason, gpointer user);
    // One that was just told of as away keeps failing.
    void (*service_failing)(const char *name, gpointer user);
    // A program ended: exit code, or minus the signal.
    void (*program_ended)(guint32 pid, int status, gpointer user);
    // Where a program's output is, in the guest; cleaned. Before the end of one that failed.
    void (*program_output)(guint32 pid, const char *file, gpointer user);
} BrokerGuestMessageHandlers;

// One message. FALSE with error set when it is broken: the caller cuts the guest off. A type that
// is unknown is of a newer agent, and nothing.
gboolean
broker_guest_message(BrokerCatalog *catalog, uint16_t type, ChanSpan untrusted_payload,
                     const BrokerGuestMessageHandlers *handlers, gpointer user, GError **error);

// Sends HOST_INFO and the guest's policy, after the hellos.
gboolean broker_guest_message_greet(ChanPump *pump, const BrokerHost *host,
                                    const BrokerConfig *config, GError **error);

// Sends what the policy is now.
gboolean broker_guest_message_policy(ChanPump *pump, const BrokerConfig *config, GError **error);

// Random bytes for a hello.
void broker_guest_message_nonce(uint8_t nonce[CHAN_NONCE_SIZE]);
