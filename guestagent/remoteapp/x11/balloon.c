// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/balloon.h"

void
ra_balloon_clear(RaBalloonParts *b)
{
    g_clear_pointer(&b->text, g_byte_array_unref);
    b->left = 0;
}

bool
ra_balloon_begin(RaBalloonParts *b, guint32 id, gint32 untrusted_timeout_ms,
                 guint32 untrusted_length)
{
    ra_balloon_clear(b);
    b->text = g_byte_array_new();
    b->id = id;
    b->timeout_ms = MAX(untrusted_timeout_ms, 0);
    b->left = untrusted_length;
    return b->left == 0;
}

bool
ra_balloon_add(RaBalloonParts *b, const char untrusted_part[RA_BALLOON_PART])
{
    if (!b->text || b->left == 0)
        return false;
    gsize came = MIN(b->left, RA_BALLOON_PART);
    g_byte_array_append(b->text, (const guint8 *)untrusted_part,
                        (guint)MIN(came, RA_BALLOON_MAX - b->text->len));
    b->left -= came;
    return b->left == 0;
}

char *
ra_balloon_take(RaBalloonParts *b)
{
    // An empty array has no bytes to point at.
    char *text = b->text->len == 0
                     ? g_strdup("")
                     : g_utf8_make_valid((const char *)b->text->data, (gssize)b->text->len);

    ra_balloon_clear(b);
    return text;
}
