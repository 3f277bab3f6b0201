// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rectangles of pixels row after row without a gap. Pure.

#include "guestagent/remoteapp/desktop.h"

// Bytes of it.
gsize ra_rows_size(const RaRect *rect);
void ra_rows_pack(guint8 *to, const RaRect *rect, const RaPixels *pixels);
