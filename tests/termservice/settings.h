// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/options.h"

#include <freerdp/settings.h>
#include <stdbool.h>

// The capability sets ([MS-RDPBCGR] 2.2.7, [MS-RDPERP] 2.2.1.1) and security of each Windows.

bool settings_apply(const Options *options, rdpSettings *settings);
