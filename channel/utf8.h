// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cleaning of text that came from a guest, for everybody in the house.
//
// What comes out is valid UTF-8 without control characters (C0, DEL, C1), line and paragraph
// separators, bidirectional overrides and isolates, zero-width characters other than the joiners
// that scripts and emoji need, noncharacters and private-use tags. Whatever is not allowed is left
// out; bytes that are no UTF-8 become U+FFFD.

#include "channel/span.h"

#include <stdbool.h>

// Writes at most capacity - 1 bytes and a NUL to out, cut between characters. Returns the length.
// A tab or a line break becomes one space; leading and trailing spaces are kept out.
size_t chan_utf8_clean(ChanSpan untrusted_text, char *out, size_t capacity);

// True for 1 to max characters of [A-Za-z0-9._+@-], not starting with '.' or '-': what an
// identifier must be before it may become part of a file name or a command line.
bool chan_id_valid(ChanSpan untrusted_id, size_t max);
