// SPDX-License-Identifier: Apache-2.0
#pragma once

// One launch, of a program or of the whole desktop, from the request to the guest's answer: guest
// started if it is off, application and policy checked, files given, program started through the
// session.

#include "hostbroker/guest.h"

typedef struct {
    gboolean desktop;        // the guest's whole desktop; nothing of app and args then
    const char *app;         // id or ID:ACTION; NULL for a command
    const char *const *args; // host's files for an application, else the command and its arguments
    const char *const *environment; // of the caller's desktop, NAME=VALUE
    const char *startup_id;         // or ""
    gboolean notify; // nobody reads the answer: tell the user what fails after it, too
} BrokerLaunch;

// error (borrowed) is NULL when the program was started, and did not fail at once.
typedef void (*BrokerLaunchDone)(const GError *error, gpointer user);

// done is called once, maybe from inside this call.
void
broker_launch(BrokerGuest *guest, const BrokerLaunch *launch, BrokerLaunchDone done, gpointer user);
