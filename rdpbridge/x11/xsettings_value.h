// SPDX-License-Identifier: Apache-2.0
#pragma once

// The _XSETTINGS_SETTINGS property (XSETTINGS 0.5). Pure.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An integer of it; false: it is not there, or the property is broken before it.
bool host_xsettings_integer(const uint8_t *bytes, size_t size, const char *name, int32_t *value);
