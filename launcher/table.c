// SPDX-License-Identifier: Apache-2.0
#include "launcher/table.h"

#include "channel/utf8.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CELL_MAX 1024
#define GAP 2
#define COLUMNS_MAX 16

struct LauncherTable {
    guint columns;
    GPtrArray *cells; // the headings first
};

LauncherTable *
launcher_table_new(const char *const *headings)
{
    LauncherTable *table = g_new0(LauncherTable, 1);
    table->columns = g_strv_length((char **)headings);
    g_assert(table->columns <= COLUMNS_MAX);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < table->columns; i++)
        launcher_table_add(table, headings[i]);
    return table;
}

void
launcher_table_free(LauncherTable *table)
{
    if (!table)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void
launcher_table_add(LauncherTable *table, const char *text)
{
    char cell[CELL_MAX];
    chan_utf8_clean(CHAN_SPAN_TEXT(text), cell, sizeof cell);
    g_ptr_array_add(table->cells, g_strdup(cell));
}

static char *
variant_text(GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return g_variant_dup_string(value, NULL);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
        return g_strdup(g_variant_get_boolean(value) ? _("yes") : _("no"));
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY)) {
        g_autofree const char **list = g_variant_get_strv(value, NULL);
        return g_strjoinv(", ", (char **)list);
    }
    return g_variant_print(value, FALSE);
}

void
launcher_table_add_key(LauncherTable *table, GVariant *dict, const char *key)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(dict, key, NULL);
    g_autofree char *text = value ? variant_text(value) : g_strdup("");
    launcher_table_add(table, text);
}

// Columns of the terminal that the text takes.
static guint
text_width(const char *text)
{
    guint width = 0;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (!g_unichar_iszerowidth(c))
            width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

static void
append_row(GString *out, LauncherTable *table, guint first, const guint *widths)
{
    guint last = table->columns - 1;
    for (guint i = 0; i < table->columns; i++) {
        const char *cell = g_ptr_array_index(table->cells, first + i);
        g_string_append(out, cell);
        if (i == last)
            continue;
        if (!widths) {
            g_string_append_c(out, '\t');
            continue;
        }
        for (guint pad = text_width(cell); pad < widths[i] + GAP; pad++)
            g_string_append_c(out, ' ');
    }
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

char *
launcher_table_to_text(LauncherTable *table, gboolean terminal)
{
    guint widths[COLUMNS_MAX] = {0};
    for (guint i = 0; i < table->cells->len; i++) {
        guint width = text_width(g_ptr_array_index(table->cells, i));
        widths[i % table->columns] = MAX(widths[i % table->columns], width);
    }
    GString *out = g_string_new(NULL);
    for (guint i = terminal ? 0 : table->columns; i + table->columns <= table->cells->len;
         i += table->columns)
        append_row(out, table, i, terminal ? widths : NULL);
    return g_string_free(out, FALSE);
}

void
launcher_table_print(LauncherTable *table)
{
    g_autofree char *text = launcher_table_to_text(table, isatty(STDOUT_FILENO));
    (void)fputs(text, stdout);
}
