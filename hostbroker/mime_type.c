// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/mime_type.h"

#include <string.h>

#define PART_MAX 127 // RFC 6838 4.2

// The top-level types with files behind them; desktop-file-validate(1) knows the same ones.
static const char *const media_types[] = {
    "application", "audio", "chemical",  "font", "image",
    "message",     "model", "multipart", "text", "video",
};

static gboolean
media_type_known(const char *text, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(media_types); i++) {
        if (strlen(media_types[i]) == length && memcmp(media_types[i], text, length) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
broker_mime_type_fit(const char *type)
{
    const char *slash = strchr(type, '/');
    if (!slash || !media_type_known(type, (gsize)(slash - type)))
        return FALSE;
    const char *subtype = slash + 1;
    gsize length = strlen(subtype);
    if (length == 0 || length > PART_MAX || !g_ascii_isalnum(subtype[0]))
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(subtype[i]) && !strchr("!#$&-^_.+", subtype[i]))
            return FALSE;
    }
    return TRUE;
}
