// SPDX-License-Identifier: Apache-2.0
#include "launcher/json.h"

#include <math.h>
#include <stdio.h>

static void append_value(GString *out, GVariant *value, guint depth);

static void
append_string(GString *out, const char *text)
{
    static const char short_form[] = "btn-fr"; // of U+0008 to U+000D, but for U+000B
    g_string_append_c(out, '"');
    for (const char *at = text; *at; at++) {
        guchar c = (guchar)*at;
        if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", c);
        else if (c >= 8 && c <= 13 && c != 11)
            g_string_append_printf(out, "\\%c", short_form[c - 8]);
        else if (c < 0x20 || c == 0x7f)
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_c(out, (char)c);
    }
    g_string_append_c(out, '"');
}

static void
append_double(GString *out, double number)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (isfinite(number))
        g_string_append(out, g_ascii_dtostr(buffer, sizeof buffer, number));
    else
        g_string_append(out, "null"); // JSON has no other word for it
}

static void
append_break(GString *out, guint depth)
{
    g_string_append_c(out, '\n');
    for (guint i = 0; i < depth; i++)
        g_string_append(out, "  ");
}

// An object, of the dictionary's entries, or an array.
static void
append_container(GString *out, GVariant *value, guint depth)
{
    gboolean object = g_variant_is_of_type(value, G_VARIANT_TYPE("a{s*}"));
    gsize count = g_variant_n_children(value);
    g_string_append_c(out, object ? '{' : '[');
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(value, i);
        if (i > 0)
            g_string_append_c(out, ',');
        append_break(out, depth + 1);
        if (object) {
            g_autoptr(GVariant) key = g_variant_get_child_value(child, 0);
            g_autoptr(GVariant) content = g_variant_get_child_value(child, 1);
            append_string(out, g_variant_get_string(key, NULL));
            g_string_append(out, ": ");
            append_value(out, content, depth + 1);
        } else {
            append_value(out, child, depth + 1);
        }
    }
    if (count > 0)
        append_break(out, depth);
    g_string_append_c(out, object ? '}' : ']');
}

static void
append_integer(GString *out, GVariant *value)
{
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_BYTE:
        g_string_append_printf(out, "%u", g_variant_get_byte(value));
        break;
    case G_VARIANT_CLASS_INT16:
        g_string_append_printf(out, "%d", g_variant_get_int16(value));
        break;
    case G_VARIANT_CLASS_UINT16:
        g_string_append_printf(out, "%u", g_variant_get_uint16(value));
        break;
    case G_VARIANT_CLASS_INT32:
        g_string_append_printf(out, "%d", g_variant_get_int32(value));
        break;
    case G_VARIANT_CLASS_UINT32:
        g_string_append_printf(out, "%u", g_variant_get_uint32(value));
        break;
    case G_VARIANT_CLASS_INT64:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, g_variant_get_int64(value));
        break;
    case G_VARIANT_CLASS_UINT64:
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, g_variant_get_uint64(value));
        break;
    default:
        g_string_append(out, "null");
        break;
    }
}

static void
append_value(GString *out, GVariant *value, guint depth)
{
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_BOOLEAN:
        g_string_append(out, g_variant_get_boolean(value) ? "true" : "false");
        break;
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
        append_string(out, g_variant_get_string(value, NULL));
        break;
    case G_VARIANT_CLASS_DOUBLE:
        append_double(out, g_variant_get_double(value));
        break;
    case G_VARIANT_CLASS_VARIANT: {
        g_autoptr(GVariant) content = g_variant_get_variant(value);
        append_value(out, content, depth);
        break;
    }
    case G_VARIANT_CLASS_ARRAY:
    case G_VARIANT_CLASS_TUPLE:
        append_container(out, value, depth);
        break;
    default:
        append_integer(out, value);
        break;
    }
}

char *
launcher_json_from_variant(GVariant *value)
{
    GString *out = g_string_new(NULL);
    append_value(out, value, 0);
    return g_string_free(out, FALSE);
}

void
launcher_json_print(GVariant *value)
{
    g_autofree char *text = launcher_json_from_variant(value);
    (void)puts(text);
}
