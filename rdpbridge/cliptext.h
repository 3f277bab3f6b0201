// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text of the clipboard between Linux (UTF-8, lines end in LF) and Windows (UTF-16LE, CR LF, a NUL
// at the end). Pure.

#include "channel/span.h"

#include <stdint.h>

#define BRIDGE_CLIPTEXT_MAX (16u * 1024 * 1024) // bytes of UTF-8 where it is converted

// Both return bytes made by malloc with their size, or NULL without memory. What is no valid text
// becomes U+FFFD; a NUL ends the text; the result is at most max bytes, cut between characters.
uint8_t *bridge_cliptext_to_guest(ChanSpan utf8, size_t max, size_t *size);
uint8_t *bridge_cliptext_to_host(ChanSpan untrusted_utf16, size_t max, size_t *size);
