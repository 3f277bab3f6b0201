// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the D-Bus interface tells of guests, in its words (packaging/dbus/org.casement.Broker1.xml).
// Everything returned is floating.

#include "hostbroker/broker.h"

GVariant *broker_status_guests(Broker *broker);                  // aa{sv}, ListGuests
GVariant *broker_status_apps(Broker *broker, BrokerGuest *only); // aa{sv}, ListApps; NULL: all
GVariant *broker_status_windows(Broker *broker);                 // aa{sv}, ListWindows
GVariant *broker_status_all(Broker *broker);                     // a{sv}, GetStatus
