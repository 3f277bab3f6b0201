// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/keyfile.h"

#include "hostbroker/error.h"

#include <string.h>

#define BAD(error, file, line, ...) bad_line((error), (file), (line), g_strdup_printf(__VA_ARGS__))

static void
line_free(gpointer data)
{
    BrokerKeyLine *line = data;

    g_free(line->group);
    g_free(line->key);
    g_free(line->value);
    g_free(line);
}

static gboolean
is_key(const char *text)
{
    if (!*text)
        return FALSE;
    for (; *text; text++)
        if (!g_ascii_isalnum(*text) && *text != '_' && *text != '-')
            return FALSE;
    return TRUE;
}

static gboolean
bad_line(GError **error, const char *file, guint line, char *take_what)
{
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "%s:%u: %s", file, line,
                take_what);
    g_free(take_what);
    return FALSE;
}

typedef struct {
    const char *file;
    guint number;
    char *group;
    GHashTable *groups; // names seen
    GPtrArray *lines;
} Parser;

static gboolean
parse_group(Parser *p, char *text, GError **error)
{
    gsize n = strlen(text);

    if (n < 3 || text[n - 1] != ']')
        return BAD(error, p->file, p->number, "'%s' is not a group's name in brackets", text);
    text[n - 1] = '\0';
    if (g_hash_table_contains(p->groups, text + 1))
        return BAD(error, p->file, p->number, "group [%s] is there twice", text + 1);
    p->group = g_strdup(text + 1);
    g_hash_table_add(p->groups, p->group);
    return TRUE;
}

static gboolean
parse_key(Parser *p, char *text, GError **error)
{
    char *equals = strchr(text, '=');

    if (!equals)
        return BAD(error, p->file, p->number, "'%s' is neither [GROUP], KEY=VALUE nor a comment",
                   text);
    *equals = '\0';
    g_strchomp(text);
    if (!is_key(text))
        return BAD(error, p->file, p->number, "'%s' cannot be a key", text);
    if (!p->group)
        return BAD(error, p->file, p->number, "key '%s' comes before the first [GROUP]", text);
    for (guint i = 0; i < p->lines->len; i++) {
        const BrokerKeyLine *other = g_ptr_array_index(p->lines, i);
        if (g_str_equal(other->group, p->group) && g_str_equal(other->key, text))
            return BAD(error, p->file, p->number, "key '%s' is there twice, first in line %u", text,
                       other->line);
    }
    BrokerKeyLine *line = g_new0(BrokerKeyLine, 1);
    line->group = g_strdup(p->group);
    line->key = g_strdup(text);
    line->value = g_strdup(g_strstrip(equals + 1));
    line->line = p->number;
    g_ptr_array_add(p->lines, line);
    return TRUE;
}

static gboolean
parse_line(Parser *p, char *text, GError **error)
{
    if (!g_utf8_validate(text, -1, NULL))
        return BAD(error, p->file, p->number, "the line is not valid UTF-8");
    g_strstrip(text);
    if (!*text || *text == '#')
        return TRUE;
    return *text == '[' ? parse_group(p, text, error) : parse_key(p, text, error);
}

GPtrArray *
broker_keyfile_parse(const char *file, const char *text, gsize size, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(line_free);
    g_autoptr(GHashTable) groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Parser p = {.file = file, .groups = groups, .lines = lines};

    for (gsize at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        gsize length = end ? (gsize)(end - text) - at : size - at;
        g_autofree char *line = g_strndup(text + at, length);
        p.number++;
        if (strlen(line) != length) {
            BAD(error, file, p.number, "the line has a NUL byte in it");
            return NULL;
        }
        if (!parse_line(&p, line, error))
            return NULL;
        at += length + 1;
    }
    return g_steal_pointer(&lines);
}

// The character an escape stands for; 0 for a wrong one.
static char
escaped(char c, gboolean list)
{
    switch (c) {
    case 's':
        return ' ';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case '\\':
        return '\\';
    case ';':
        return list ? ';' : 0;
    default:
        return 0;
    }
}

char *
broker_keyfile_text(const char *value)
{
    GString *out = g_string_new(NULL);

    for (; *value; value++) {
        char c = *value;
        if (c == '\\') {
            c = escaped(*++value, FALSE);
            if (!c) {
                g_string_free(out, TRUE);
                return NULL;
            }
        }
        g_string_append_c(out, c);
    }
    return g_string_free(out, FALSE);
}

char **
broker_keyfile_list(const char *value)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) entry = g_string_new(NULL);

    for (; *value; value++) {
        char c = *value;
        if (c == ';') {
            g_ptr_array_add(list, g_strdup(entry->str));
            g_string_truncate(entry, 0);
            continue;
        }
        if (c == '\\' && !(c = escaped(*++value, TRUE)))
            return NULL;
        g_string_append_c(entry, c);
    }
    if (entry->len > 0)
        g_ptr_array_add(list, g_strdup(entry->str));
    g_ptr_array_add(list, NULL);
    char **result = (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
    return result;
}
