// SPDX-License-Identifier: Apache-2.0
#pragma once

// org.casement.Broker1 on the session bus: turns methods into calls of the broker, and what it
// tells into signals.

#include "hostbroker/broker.h"

typedef struct BrokerService BrokerService;

// Exports the object; the name is main's to own. broker is set before the first method comes.
BrokerService *broker_service_new(GDBusConnection *bus, GError **error);
void broker_service_set_broker(BrokerService *service, Broker *broker);
void broker_service_free(BrokerService *service);

// For broker_new, with the service as user.
const BrokerEvents *broker_service_events(void);
