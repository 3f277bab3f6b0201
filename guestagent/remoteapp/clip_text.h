// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text as CF_UNICODETEXT: UTF-16LE with a terminator, lines ended by CR LF.

#include "channel/span.h"

#include <glib.h>

// Bytes of the caller's (g_free); NULL when text is no UTF-8.
guint8 *ra_clip_text_encode(const char *text, gsize *size);

// UTF-8 with lines ended by LF, up to the terminator or the end; unpaired surrogates end it. The
// caller's (g_free).
char *ra_clip_text_decode(ChanSpan untrusted_data);
