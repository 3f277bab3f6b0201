// SPDX-License-Identifier: Apache-2.0
#pragma once

// The library's planar encoder ([MS-RDPEGDI] 2.2.2.5.1), as far as it can be trusted.

#include <freerdp/codec/planar.h>
#include <stdbool.h>

// For freerdp_bitmap_planar_context_new: with run lengths where the library encodes rows that
// become darker right; libfreerdp from 3.11 to 3.17 does not, and the planes go as they are.
DWORD ra_planar_flags(bool alpha);
