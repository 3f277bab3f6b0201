// SPDX-License-Identifier: Apache-2.0
#pragma once

// Key files with line numbers: GKeyFile knows the same syntax, but not where a key stands, and a
// user who has to mend a file wants to be told.

#include <glib.h>

typedef struct {
    char *group, *key, *value; // value as written, without outer spaces
    guint line;                // from 1
} BrokerKeyLine;

// Lines of a key file in their order, of BrokerKeyLine; caller unrefs. NULL with error set
// ("FILE:LINE: …") for a line that is none, a key before the first group, a key or group twice, or
// text that is not UTF-8.
GPtrArray *broker_keyfile_parse(const char *file, const char *text, gsize size, GError **error);

// The value with \s \n \t \r \\ resolved; caller frees. NULL for another escape.
char *broker_keyfile_text(const char *value);

// The list's entries, split at ';' (\; is a semicolon), escapes resolved; a last empty one is left
// out. Caller frees with g_strfreev. NULL for a wrong escape.
char **broker_keyfile_list(const char *value);
