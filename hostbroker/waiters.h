// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who waits for a guest to be up, and who for it to be gone.

#include <glib.h>

typedef struct BrokerGuest BrokerGuest;

// error (borrowed) is NULL when what was asked for is done.
typedef void (*BrokerGuestDone)(BrokerGuest *guest, const GError *error, gpointer user);

typedef enum { BROKER_WAIT_START, BROKER_WAIT_STOP } BrokerWaitFor;

typedef struct BrokerWaiters BrokerWaiters;

BrokerWaiters *broker_waiters_new(void);
// Nobody may be waiting any more. NULL-safe.
void broker_waiters_free(BrokerWaiters *waiters);

// done may be NULL: nobody is told.
void
broker_waiters_add(BrokerWaiters *waiters, BrokerWaitFor what, BrokerGuestDone done, gpointer user);

// Tells all who wait for this; who asks again from there is told the next time.
void broker_waiters_answer(BrokerWaiters *waiters, BrokerWaitFor what, BrokerGuest *guest,
                           const GError *error);
