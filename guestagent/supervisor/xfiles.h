// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files that the X server reads at its start.

#include "guestagent/supervisor/places.h"

// A cookie of the guest's own, for server and programs.
gboolean sup_xauthority_write(const SupPlaces *places, GError **error);

// Xorg with the dummy driver; keyboard, pointer and touch screen are sockets in input/
// (inputtestdrv(4)).
gboolean sup_xorg_conf_write(const SupPlaces *places, GError **error);
