// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a .lnk says beyond the reach of older shells' interfaces, from its bytes ([MS-SHLLINK]).
// Pure.

#include <stddef.h>
#include <stdint.h>

// The AppUserModelID that the link gives its program's windows (System.AppUserModel.ID, in the
// PropertyStoreDataBlock, 2.5.7): its length, without the NUL that is put behind it; 0: none, or
// not in `capacity` units.
size_t win_linkfile_model(const uint8_t *file, size_t size, uint16_t *model, size_t capacity);
