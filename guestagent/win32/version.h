// SPDX-License-Identifier: Apache-2.0
#pragma once

// What this Windows says of itself, for edition.h.

#include "guestagent/win32/edition.h"

typedef struct {
    WinEdition edition; // its texts are those below
    char *product_name, *edition_id;
} WinVersion;

void win_version_get(WinVersion *version);
void win_version_clear(WinVersion *version);
