// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/mime_type.h"

#include <string.h>

#define PART_MAX 127 // RFC 6838 4.2
#define SCHEME_MIN 2 // one letter is a drive
#define SCHEME_MAX 64

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

static gboolean
scheme_fit(const char *scheme)
{
    gsize length = strlen(scheme);
    if (length < SCHEME_MIN || length > SCHEME_MAX || !g_ascii_islower(scheme[0]) ||
        strcmp(scheme, "file") == 0)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_islower(scheme[i]) && !g_ascii_isdigit(scheme[i]) && !strchr("+-.", scheme[i]))
            return FALSE;
    }
    return TRUE;
}

gboolean
broker_scheme_type_fit(const char *type)
{
    return g_str_has_prefix(type, BROKER_SCHEME_PREFIX) &&
           scheme_fit(type + strlen(BROKER_SCHEME_PREFIX));
}

char *
broker_scheme_type_of(const char *address)
{
    const char *colon = strchr(address, ':');
    if (!colon)
        return NULL;
    g_autofree char *scheme = g_ascii_strdown(address, colon - address);
    return scheme_fit(scheme) ? g_strconcat(BROKER_SCHEME_PREFIX, scheme, NULL) : NULL;
}
