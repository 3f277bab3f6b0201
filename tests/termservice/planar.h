// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <winpr/wtypes.h>

// Of the library's planar encoder, without alpha: run lengths, but where it takes rows that become
// darker for lighter ones (3.11.0 to 3.17.1).
DWORD planar_flags(void);
