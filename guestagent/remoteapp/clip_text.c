// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/clip_text.h"

#include <string.h>

guint8 *
ra_clip_text_encode(const char *text, gsize *size)
{
    g_autoptr(GString) lines = g_string_sized_new(strlen(text) + 64);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n' && (at == text || at[-1] != '\r'))
            g_string_append_c(lines, '\r');
        g_string_append_c(lines, *at);
    }
    glong units = 0;
    gunichar2 *data = g_utf8_to_utf16(lines->str, (glong)lines->len, NULL, &units, NULL);
    if (data == NULL)
        return NULL;
    for (glong i = 0; i < units; i++)
        data[i] = GUINT16_TO_LE(data[i]);
    *size = ((gsize)units + 1) * sizeof *data;
    return (guint8 *)data;
}

static char *
to_utf8(const gunichar2 *units)
{
    glong used = 0;
    char *text = g_utf16_to_utf8(units, -1, &used, NULL, NULL);
    // Up to what is broken, which may have been noticed one unit later.
    for (int back = 0; text == NULL && back <= 1 && used >= back; back++)
        text = g_utf16_to_utf8(units, used - back, NULL, NULL, NULL);
    return text != NULL ? text : g_strdup("");
}

char *
ra_clip_text_decode(ChanSpan untrusted_data)
{
    gsize count = untrusted_data.size / 2;
    gunichar2 *units = g_new0(gunichar2, count + 1);
    memcpy(units, untrusted_data.data, count * 2);
    for (gsize i = 0; i < count; i++)
        units[i] = GUINT16_FROM_LE(units[i]);
    char *text = to_utf8(units);
    g_free(units);
    char *to = text;
    for (const char *at = text; *at != '\0'; at++)
        if (at[0] != '\r' || at[1] != '\n')
            *to++ = *at;
    *to = '\0';
    return text;
}
