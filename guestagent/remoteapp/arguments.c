// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/arguments.h"

#include <gio/gio.h>
#include <stdbool.h>

static bool
is_space(char c)
{
    return c == ' ' || c == '\t';
}

// Appends what stands in quotes, from behind the opening one. Returns the place behind the closing
// one, or NULL.
static const char *
parse_quoted(const char *at, GString *out)
{
    for (; *at != '\0' && *at != '"'; at++) {
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at++;
        g_string_append_c(out, *at);
    }
    return *at == '"' ? at + 1 : NULL;
}

static const char *
parse_one(const char *at, GString *out)
{
    while (at != NULL && *at != '\0' && !is_space(*at)) {
        if (*at == '"')
            at = parse_quoted(at + 1, out);
        else
            g_string_append_c(out, *at++);
    }
    return at;
}

char **
ra_arguments_parse(const char *untrusted_line, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    const char *at = untrusted_line;
    for (;;) {
        while (is_space(*at))
            at++;
        if (*at == '\0')
            break;
        g_autoptr(GString) one = g_string_new(NULL);
        at = parse_one(at, one);
        if (at == NULL || list->len == RA_ARGUMENTS_MAX) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                        at == NULL ? "a quote in the arguments is never closed"
                                   : "more than %d arguments",
                        RA_ARGUMENTS_MAX);
            return NULL;
        }
        g_ptr_array_add(list, g_string_free(g_steal_pointer(&one), FALSE));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}
