// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/execline.h"

#include <gio/gio.h>
#include <string.h>

static char *
as_path(const char *file)
{
    char *path = NULL;

    if (g_str_has_prefix(file, "file:"))
        path = g_filename_from_uri(file, NULL, NULL);
    return path ? path : g_strdup(file);
}

static char *
as_uri(const char *file)
{
    char *uri = g_path_is_absolute(file) ? g_filename_to_uri(file, NULL, NULL) : NULL;

    return uri ? uri : g_strdup(file);
}

static void
append_code(GString *out, char code, const SupExecContext *c, const char *file)
{
    g_autofree char *text = NULL;

    switch (code) {
    case '%':
        g_string_append_c(out, '%');
        break;
    case 'f':
    case 'F':
        text = file ? as_path(file) : NULL;
        break;
    case 'u':
    case 'U':
        text = file ? as_uri(file) : NULL;
        break;
    case 'c':
        text = g_strdup(c->name);
        break;
    case 'k':
        text = g_strdup(c->desktop_file);
        break;
    default: // %d %D %n %N %v %m are deprecated and stand for nothing
        break;
    }
    if (text)
        g_string_append(out, text);
}

// One word of the line, codes replaced, appended as no, one or several arguments.
static void
append_word(GPtrArray *argv, const char *word, const SupExecContext *c, const char *file)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean lone = word[0] == '%' && word[1] && !word[2];

    if (lone && (word[1] == 'F' || word[1] == 'U')) {
        for (const char *const *f = c->files; *f; f++)
            g_ptr_array_add(argv, word[1] == 'F' ? as_path(*f) : as_uri(*f));
        return;
    }
    if (lone && word[1] == 'i') {
        if (c->icon && *c->icon) {
            g_ptr_array_add(argv, g_strdup("--icon"));
            g_ptr_array_add(argv, g_strdup(c->icon));
        }
        return;
    }
    for (const char *p = word; *p; p++) {
        if (*p == '%' && p[1])
            append_code(out, *++p, c, file);
        else
            g_string_append_c(out, *p);
    }
    if (!lone || out->len > 0)
        g_ptr_array_add(argv, g_strdup(out->str));
}

// Whether the words hold one of the codes.
static gboolean
has_code(char **words, const char *codes)
{
    for (char **word = words; *word; word++)
        for (const char *p = *word; *p; p++) {
            if (*p != '%' || !p[1])
                continue;
            if (strchr(codes, *++p))
                return TRUE;
        }
    return FALSE;
}

static char **
command_line(char **words, const SupExecContext *c, const char *file, gboolean append_file)
{
    GPtrArray *argv = g_ptr_array_new();

    for (char **word = words; *word; word++)
        append_word(argv, *word, c, file);
    if (append_file && file)
        g_ptr_array_add(argv, as_path(file));
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}

GPtrArray *
sup_exec_expand(const char *exec, const SupExecContext *c, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) parse = NULL;

    if (!g_shell_parse_argv(exec, NULL, &words, &parse)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "its Exec line cannot be read (%s)",
                    parse->message);
        return NULL;
    }
    gboolean many = has_code(words, "FU"), one = has_code(words, "fu");
    // A program that says nothing of files gets one all the same, as other launchers do.
    const char *const *file = c->files;
    do {
        g_ptr_array_add(lines, command_line(words, c, *file, !many && !one));
        file += *file ? 1 : 0;
    } while (*file && !many);
    const char *const *first = g_ptr_array_index(lines, 0);
    if (!first[0] || !first[0][0]) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "its Exec line is empty");
        return NULL;
    }
    return g_steal_pointer(&lines);
}
