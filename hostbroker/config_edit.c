// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/config.h"
#include "hostbroker/error.h"
#include "hostbroker/keyfile.h"

#include <string.h>

// Where a key stands, or would: lines count from 0.
typedef struct {
    int line;  // of the key; -1: not in there
    int after; // the last line of its group with anything in it; -1: no such group
} Place;

static Place
find(char **lines, const char *group, const char *key)
{
    Place place = {-1, -1};
    g_autofree char *header = g_strdup_printf("[%s]", group);
    bool inside = false;

    for (int i = 0; lines[i]; i++) {
        g_autofree char *line = g_strstrip(g_strdup(lines[i]));
        if (line[0] == '[')
            inside = g_str_equal(line, header);
        if (!inside || line[0] == '\0' || line[0] == '#')
            continue;
        place.after = i;
        char *equals = line[0] == '[' ? NULL : strchr(line, '=');
        if (!equals)
            continue;
        *equals = '\0';
        if (g_str_equal(g_strchomp(line), key))
            place.line = i;
    }
    return place;
}

// value NULL: without the key.
static char *
with_key(const char *text, const char *group, const char *key, const char *value)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Place place = find(lines, group, key);
    GString *all = g_string_new(NULL);

    for (int i = 0; lines[i]; i++) {
        bool last = !lines[i + 1];
        if (i != place.line)
            g_string_append_printf(all, "%s%s", lines[i], last ? "" : "\n");
        if (value && (i == place.line || (place.line < 0 && i == place.after)))
            g_string_append_printf(all, "%s%s=%s%s", i != place.line && last ? "\n" : "", key,
                                   value, last ? "" : "\n");
    }
    if (value && place.line < 0 && place.after < 0)
        g_string_append_printf(all, "%s\n[%s]\n%s=%s\n", g_str_has_suffix(text, "\n") ? "" : "\n",
                               group, key, value);
    return g_string_free(all, FALSE);
}

static const char *
kind_of(GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        const BrokerKeyLine *line = g_ptr_array_index(lines, i);
        if (g_str_equal(line->group, "Guest") && g_str_equal(line->key, "kind"))
            return line->value;
    }
    return NULL;
}

static bool
change(char **text, const char *kind, const char *key, const char *value, GError **error)
{
    const char *group = broker_config_group(kind, key, value, error);

    if (!group)
        return false;
    char *changed = with_key(*text, group, key, value);
    g_free(*text);
    *text = changed;
    return true;
}

static bool
change_all(char **text, const char *kind, GHashTable *options, const char *const *reset,
           GError **error)
{
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init(&iter, options);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (!change(text, kind, key, value, error))
            return false;
    for (gsize i = 0; reset[i]; i++) {
        if (g_hash_table_contains(options, reset[i])) {
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                        "Option '%s' cannot be both set and reset", reset[i]);
            return false;
        }
        if (!change(text, kind, reset[i], NULL, error))
            return false;
    }
    return true;
}

char *
broker_config_edit(const char *name, const char *path, const char *text, GHashTable *options,
                   const char *const *reset, GError **error)
{
    g_autoptr(GPtrArray) lines = broker_keyfile_parse(path, text, strlen(text), error);
    const char *kind = lines ? kind_of(lines) : NULL;
    g_autofree char *changed = g_strdup(text);

    if (!lines)
        return NULL;
    // Without a kind the check of the whole says so.
    if (kind && !change_all(&changed, kind, options, reset, error))
        return NULL;
    g_autoptr(BrokerConfig) config =
        broker_config_parse(name, path, changed, strlen(changed), error);
    return config ? g_steal_pointer(&changed) : NULL;
}
