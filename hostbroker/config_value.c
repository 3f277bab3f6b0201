// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/config_value.h"

#include "channel/msg.h"
#include "channel/utf8.h"
#include "hostbroker/keyfile.h"

#include <string.h>

#define FIELD(type, object, key) (*(type *)((char *)(object) + (key)->offset))
#define FIELD_CONST(type, object, key) (*(type const *)((const char *)(object) + (key)->offset))

static gboolean
parse_text(const BrokerValueKey *key, const char *text, gpointer object, char **why)
{
    g_autofree char *value = broker_keyfile_text(text);

    if (!value)
        *why = g_strdup_printf("'%s' has a wrong escape (known: \\s \\n \\t \\r \\\\)", text);
    else if (strlen(value) > (gsize)key->max)
        *why = g_strdup_printf("is longer than %d bytes", (int)key->max);
    else if (key->type == BROKER_VALUE_PATH && !g_path_is_absolute(value))
        *why = g_strdup_printf("'%s' is not an absolute path", value);
    else {
        g_free(FIELD(char *, object, key));
        FIELD(char *, object, key) = g_steal_pointer(&value);
        return TRUE;
    }
    return FALSE;
}

static gboolean
parse_bool(const BrokerValueKey *key, const char *text, gpointer object, char **why)
{
    if (!g_str_equal(text, "true") && !g_str_equal(text, "false")) {
        *why = g_strdup_printf("'%s' is neither true nor false", text);
        return FALSE;
    }
    FIELD(gboolean, object, key) = g_str_equal(text, "true");
    return TRUE;
}

static gboolean
parse_int(const BrokerValueKey *key, const char *text, gpointer object, char **why)
{
    if (g_ascii_string_to_signed(text, 10, key->min, key->max, &FIELD(gint64, object, key), NULL))
        return TRUE;
    *why = g_strdup_printf("'%s' is not a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                           text, key->min, key->max);
    return FALSE;
}

static gboolean
parse_choice(const BrokerValueKey *key, const char *text, gpointer object, char **why)
{
    for (int i = 0; key->choices[i]; i++) {
        if (!g_str_equal(text, key->choices[i]))
            continue;
        FIELD(int, object, key) = i;
        return TRUE;
    }
    g_autofree char *all = g_strjoinv(", ", (char **)key->choices);
    *why = g_strdup_printf("'%s' is none of %s", text, all);
    return FALSE;
}

static gboolean
parse_colour(const BrokerValueKey *key, const char *text, gpointer object, char **why)
{
    guint64 rgb = 0;

    if (g_str_equal(text, "none")) {
        FIELD(guint32, object, key) = 0;
        return TRUE;
    }
    if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6) {
        *why = g_strdup_printf("'%s' is neither none nor a colour like #ff8800", text);
        return FALSE;
    }
    rgb = g_ascii_strtoull(text + 1, NULL, 16);
    FIELD(guint32, object, key) = 0x01000000u | (guint32)rgb;
    return TRUE;
}

static gboolean
entry_valid(BrokerValueType type, const char *entry)
{
    switch (type) {
    case BROKER_VALUE_IDS:
        return chan_id_valid(CHAN_SPAN_TEXT(entry), CHAN_ID_MAX);
    case BROKER_VALUE_SHARES:
        return g_path_is_absolute(entry);
    case BROKER_VALUE_ENVIRONMENT:
        return entry[0] != '=' && strchr(entry, '=') != NULL;
    default:
        return TRUE;
    }
}

static const char *
entry_meaning(BrokerValueType type)
{
    switch (type) {
    case BROKER_VALUE_IDS:
        return "the id of an application";
    case BROKER_VALUE_SHARES:
        return "an absolute path";
    case BROKER_VALUE_ENVIRONMENT:
        return "NAME=VALUE";
    default:
        return "an entry";
    }
}

static gboolean
parse_list(const BrokerValueKey *key, const char *text, gpointer object, char **why)
{
    g_auto(GStrv) list = broker_keyfile_list(text);

    if (!list) {
        *why = g_strdup_printf("'%s' has a wrong escape (known: \\; \\s \\n \\t \\r \\\\)", text);
        return FALSE;
    }
    guint n = g_strv_length(list);
    if (n < key->min || n > key->max) {
        *why = g_strdup_printf("has %u entries, not %d to %d", n, (int)key->min, (int)key->max);
        return FALSE;
    }
    for (guint i = 0; i < n; i++) {
        if (entry_valid(key->type, list[i]))
            continue;
        *why = g_strdup_printf("'%s' is not %s", list[i], entry_meaning(key->type));
        return FALSE;
    }
    g_strfreev(FIELD(char **, object, key));
    FIELD(char **, object, key) = g_steal_pointer(&list);
    return TRUE;
}

gboolean
broker_value_parse(const BrokerValueKey *key, const char *text, gpointer object, char **why)
{
    switch (key->type) {
    case BROKER_VALUE_TEXT:
    case BROKER_VALUE_PATH:
        return parse_text(key, text, object, why);
    case BROKER_VALUE_BOOL:
        return parse_bool(key, text, object, why);
    case BROKER_VALUE_INT:
        return parse_int(key, text, object, why);
    case BROKER_VALUE_CHOICE:
        return parse_choice(key, text, object, why);
    case BROKER_VALUE_COLOUR:
        return parse_colour(key, text, object, why);
    default:
        return parse_list(key, text, object, why);
    }
}

static void
append_escaped(GString *out, const char *text, gboolean list)
{
    for (; *text; text++) {
        if (*text == '\\' || (list && *text == ';'))
            g_string_append_c(out, '\\');
        if (*text == '\n')
            g_string_append(out, "\\n");
        else if (*text == '\t')
            g_string_append(out, "\\t");
        else if (*text == '\r')
            g_string_append(out, "\\r");
        else
            g_string_append_c(out, *text);
    }
}

static char *
format_strings(const BrokerValueKey *key, gconstpointer object)
{
    GString *out = g_string_new(NULL);

    if (key->type == BROKER_VALUE_TEXT || key->type == BROKER_VALUE_PATH) {
        const char *text = FIELD_CONST(char *, object, key);
        append_escaped(out, text ? text : "", FALSE);
        return g_string_free(out, FALSE);
    }
    char **list = FIELD_CONST(char **, object, key);
    for (; list && *list; list++) {
        append_escaped(out, *list, TRUE);
        g_string_append_c(out, ';');
    }
    return g_string_free(out, FALSE);
}

char *
broker_value_format(const BrokerValueKey *key, gconstpointer object)
{
    guint32 colour;

    switch (key->type) {
    case BROKER_VALUE_BOOL:
        return g_strdup(FIELD_CONST(gboolean, object, key) ? "true" : "false");
    case BROKER_VALUE_INT:
        return g_strdup_printf("%" G_GINT64_FORMAT, FIELD_CONST(gint64, object, key));
    case BROKER_VALUE_CHOICE:
        return g_strdup(key->choices[FIELD_CONST(int, object, key)]);
    case BROKER_VALUE_COLOUR:
        colour = FIELD_CONST(guint32, object, key);
        return colour ? g_strdup_printf("#%06x", colour & 0xffffffu) : g_strdup("none");
    default:
        return format_strings(key, object);
    }
}

void
broker_value_clear(const BrokerValueKey *key, gpointer object)
{
    switch (key->type) {
    case BROKER_VALUE_BOOL:
    case BROKER_VALUE_INT:
    case BROKER_VALUE_CHOICE:
    case BROKER_VALUE_COLOUR:
        return;
    case BROKER_VALUE_TEXT:
    case BROKER_VALUE_PATH:
        g_clear_pointer(&FIELD(char *, object, key), g_free);
        return;
    default:
        g_clear_pointer(&FIELD(char **, object, key), g_strfreev);
    }
}
