// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who signs in to a guest. Lives in memory only; what is freed is wiped.

#include <glib.h>

#define BROKER_CREDENTIAL_MAX 767 // bytes of a name or a password

typedef struct {
    char *user;   // as typed: NAME, DOMAIN\NAME, .\NAME or NAME@DOMAIN
    char *name;   // what of it is the name
    char *domain; // what of it is the domain; "" for none
    char *password;
} BrokerCredentials;

// NULL with error set (INVALID_ARGUMENT) when a text is empty (an empty password is one), too long
// or no UTF-8.
BrokerCredentials *broker_credentials_new(const char *user, const char *password, GError **error);
BrokerCredentials *broker_credentials_copy(const BrokerCredentials *credentials);
void broker_credentials_free(BrokerCredentials *credentials); // NULL-safe
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerCredentials, broker_credentials_free)

// Overwrites a text and frees it. NULL-safe.
void broker_credentials_wipe(char *take_text);
