// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's session bus. Its end is the end of the guest.

#include "guestagent/supervisor/places.h"
#include "guestagent/supervisor/reaper.h"

typedef struct SupBus SupBus;

typedef struct {
    void (*ready)(gpointer user);
    void (*lost)(const char *reason, gpointer user);
} SupBusEvents;

SupBus *
sup_bus_new(const SupPlaces *places, SupReaper *reaper, const SupBusEvents *events, gpointer user);
void sup_bus_free(SupBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupBus, sup_bus_free)

// env is what services that the bus activates get, so it has DISPLAY. FALSE with error set when
// dbus-daemon is missing or cannot be executed.
gboolean sup_bus_start(SupBus *bus, char **env, GError **error);
pid_t sup_bus_pid(const SupBus *bus); // 0: not running
