// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a tray icon of the older kind has its tray say to the user, put together from the messages
// in which it comes (System Tray Protocol 0.4, balloon messages): one at a time of each icon, and
// no more than RA_BALLOON_MAX bytes of it. Pure: no X11.

#include <glib.h>
#include <stdbool.h>

#define RA_BALLOON_MAX 4096
#define RA_BALLOON_PART 20 // bytes of a message

typedef struct {
    GByteArray *text; // NULL: none has begun
    guint32 id;       // its program's
    gint32 timeout_ms;
    gsize left; // bytes that are to come
} RaBalloonParts;

void ra_balloon_clear(RaBalloonParts *parts);

// One begins, in the place of one that has not come to its end. True when it is whole.
bool ra_balloon_begin(RaBalloonParts *parts, guint32 id, gint32 untrusted_timeout_ms,
                      guint32 untrusted_length);
// A part of it. True when it is whole.
bool ra_balloon_add(RaBalloonParts *parts, const char untrusted_part[RA_BALLOON_PART]);

// The text of one that is whole, which is over then: UTF-8, the caller's.
char *ra_balloon_take(RaBalloonParts *parts);
