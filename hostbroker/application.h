// SPDX-License-Identifier: Apache-2.0
#pragma once

// One application as the catalog keeps it, made from what the guest sent: cleaned and bounded.

#include "hostbroker/catalog.h"

typedef enum {
    BROKER_APPLICATION_OK,
    BROKER_APPLICATION_BAD_ID,  // the id may not become part of a file name
    BROKER_APPLICATION_OUR_OWN, // an entry that Casement published
} BrokerApplicationVerdict;

// Fills *app (freed by broker_application_clear) on OK only. index is left 0.
BrokerApplicationVerdict broker_application_init(BrokerApp *app, const ChanApp *untrusted_app);
void broker_application_clear(BrokerApp *app);

// Whether the table of session and view (CtlApp) says the same of two with one id.
gboolean broker_application_known_alike(const BrokerApp *a, const BrokerApp *b);

// Bytes of text that the application keeps, for the catalog's budget.
gsize broker_application_size(const BrokerApp *app);

// TRUE for the sizes of icons that are published (those that hicolor's index has, up to 256).
gboolean broker_icon_size_fit(guint size);
