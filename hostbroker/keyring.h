// SPDX-License-Identifier: Apache-2.0
#pragma once

// A guest's credentials in the desktop's Secret Service (GNOME Keyring, KWallet, KeePassXC; the
// freedesktop.org Secret Service API). One item for each guest, schema org.casement.Guest.
// Every call answers later, from the loop, unless cancelled.

#include "hostbroker/credentials.h"

#include <gio/gio.h>

// credentials is NULL without error: there is none kept. Borrowed. error: there is no Secret
// Service, it stays locked, or it fails.
typedef void (*BrokerKeyringFound)(const BrokerCredentials *credentials, const GError *error,
                                   gpointer user);
typedef void (*BrokerKeyringDone)(const GError *error, gpointer user);

// Not called any more once cancel is cancelled, which may be NULL.
void broker_keyring_find(const char *guest, GCancellable *cancel, BrokerKeyringFound found,
                         gpointer user);

// In place of what was kept for this guest; label is what the user reads in the keyring's list.
void
broker_keyring_store(const char *guest, const char *label, const BrokerCredentials *credentials,
                     GCancellable *cancel, BrokerKeyringDone done, gpointer user);

// Nothing kept: no error. done may be NULL.
void broker_keyring_forget(const char *guest, BrokerKeyringDone done, gpointer user);
