// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keyboard layouts that RDP clients name by Windows' input locale ([MS-RDPBCGR] 2.2.1.3.2,
// keyboardLayout), as XKB names.

#include <stdint.h>

typedef struct {
    uint32_t id;
    const char *layout, *variant;
} RaLayout;

// The layout of an id, by the language (low 16 bits) where the variant is not known; NULL for an
// id that says nothing (0) or names a language that is not in the table.
const RaLayout *ra_layout_find(uint32_t id);
