// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asks for a password in a window of its own, by the desktop's pinentry program (GnuPG's: there is
// one for every toolkit; the Assuan protocol over two pipes). The password is in no argument,
// environment, file or log.

#include "hostbroker/host.h"

typedef struct BrokerPinentry BrokerPinentry;

typedef struct {
    const char *const *environment; // of the desktop, NAME=VALUE
    const char *title, *description, *prompt;
    const char *failure; // what was wrong with the former answer, or NULL
} BrokerPinentryAsk;

// Called once. password is borrowed and wiped afterwards; NULL with error: cancelled by the user
// (NOT_ALLOWED), or it could not be asked (NOT_SUPPORTED: no pinentry or no display).
typedef void (*BrokerPinentryAnswer)(const char *password, const GError *error, gpointer user);

// NULL with error set (NOT_SUPPORTED).
BrokerPinentry *broker_pinentry_new(const BrokerHost *host, const BrokerPinentryAsk *ask,
                                    BrokerPinentryAnswer answer, gpointer user, GError **error);

// Closes the window when it is still open. NULL-safe; also from within the answer.
void broker_pinentry_free(BrokerPinentry *pinentry);
