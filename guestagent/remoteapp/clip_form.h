// SPDX-License-Identifier: Apache-2.0
#pragma once

// Content between the forms of X11 and those of Windows that a foreign client has.

#include "channel/clip.h"

#include <glib.h>

#define RA_CLIP_TEXT_MAX (16 * 1024 * 1024) // bytes of UTF-8, where text is converted

// New references; NULL when there is nothing, or nothing that can be read.
GBytes *ra_clip_form_encode(GBytes *data, ChanClipForm form);
GBytes *ra_clip_form_decode(GBytes *untrusted_data, ChanClipForm form);
