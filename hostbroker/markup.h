// SPDX-License-Identifier: Apache-2.0
#pragma once

// The body of a guest's notification: text with the markup of the Desktop Notifications
// Specification, of which b, i and u are left. What comes out is well-formed, whatever went in;
// links and pictures are not among it, since they would lead from the desktop to where the guest
// says.

#include <glib.h>

// text is UTF-8 of at most some KiB. Lines stay lines, other control characters go. Caller frees.
char *broker_markup_clean(const char *text);
