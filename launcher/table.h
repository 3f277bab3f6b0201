// SPDX-License-Identifier: Apache-2.0
#pragma once

// A table for the eye, in columns as wide as their widest cell.

#include <glib.h>

typedef struct LauncherTable LauncherTable;

// The headings, NULL-terminated. They are not printed when stdout is no terminal, nor is the table
// fitted then: cells are separated by tabs, for cut(1) and the like.
LauncherTable *launcher_table_new(const char *const *headings);
void launcher_table_free(LauncherTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LauncherTable, launcher_table_free)

// A cell of the row that is being filled. Text is cleaned (channel/utf8.h), so that a title cannot
// steer the terminal.
void launcher_table_add(LauncherTable *table, const char *text);
// A cell with the value of a key of a{sv}: text, number or yes/no; empty when it is not there.
void launcher_table_add_key(LauncherTable *table, GVariant *dict, const char *key);

// The text; caller frees.
char *launcher_table_to_text(LauncherTable *table, gboolean terminal);
void launcher_table_print(LauncherTable *table);
