// SPDX-License-Identifier: Apache-2.0
#pragma once

// "HTML Format", as Windows has HTML on its clipboard: a header of lines "Name:decimal", offsets
// into the whole, then UTF-8.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_CLIP_HTML_MORE 256 // at most so many bytes are around the HTML

// The document in it (StartHTML to EndHTML), or the fragment where no document is named. Empty when
// the offsets lead nowhere. Borrowed from untrusted_data.
ChanSpan chan_clip_html_find(ChanSpan untrusted_data);

// Writes html as a fragment, with a NUL at the end, into out, which has html.size +
// CHAN_CLIP_HTML_MORE bytes. Returns how many it wrote.
size_t chan_clip_html_wrap(ChanSpan html, uint8_t *out);
