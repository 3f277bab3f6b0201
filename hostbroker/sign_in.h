// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the broker comes by the credentials of a guest that asks who signs in: what was typed while
// it runs, the desktop's keyring, or a question in a window. A wrong password is never tried twice,
// since guests lock accounts; one that was right goes into the keyring.

#include "hostbroker/config.h"
#include "hostbroker/credentials.h"
#include "hostbroker/host.h"

typedef struct BrokerSignIn BrokerSignIn;

// credentials are borrowed; NULL with error: whole sentences for the user.
typedef void (*BrokerSignInDone)(const BrokerCredentials *credentials, const GError *error,
                                 gpointer user);
// stored: in the keyring, not only in the broker's memory. error: what was given is wrong.
typedef void (*BrokerSignInKept)(gboolean stored, const GError *error, gpointer user);

// host and name are borrowed and outlive it.
BrokerSignIn *broker_sign_in_new(const BrokerHost *host, const char *name);
void broker_sign_in_free(BrokerSignIn *sign_in);

// Who signs in, if nobody is known (the user of the guest's own desktop, say); may be NULL.
void broker_sign_in_suggest(BrokerSignIn *sign_in, const char *user);

// Who would sign in, as far as known without asking; "" if nobody.
const char *broker_sign_in_user(const BrokerSignIn *sign_in);

// One at a time. environment: of the desktop to ask on, NULL to ask nobody. Never answers from
// within the call.
void broker_sign_in_get(BrokerSignIn *sign_in, const char *const *environment,
                        BrokerSignInDone done, gpointer user);
// Nobody waits any more; closes the question.
void broker_sign_in_cancel(BrokerSignIn *sign_in);
// A question is on the screen, or a keyring is being opened: how long that takes is the user's.
gboolean broker_sign_in_asking(const BrokerSignIn *sign_in);

// The guest let them in.
void broker_sign_in_accepted(BrokerSignIn *sign_in);
// The guest did not, with this text for the user. Returns whether to ask for others now (three
// times at most in a row).
gboolean broker_sign_in_refused(BrokerSignIn *sign_in, gboolean again, const char *text);

// What the user gave by `casement guest login`; also answers a get that waits.
void broker_sign_in_set(BrokerSignIn *sign_in, BrokerCredentials *take_credentials,
                        BrokerSignInKept done, gpointer user);
// Forgets them, also in the keyring (`casement guest logout`).
void broker_sign_in_forget(BrokerSignIn *sign_in, BrokerSignInKept done, gpointer user);
