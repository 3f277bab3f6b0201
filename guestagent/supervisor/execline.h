// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Exec line of a desktop entry as command lines (Desktop Entry Specification 1.5, "The Exec
// key").

#include <glib.h>

typedef struct {
    const char *name, *icon, *desktop_file; // for %c, %i, %k; NULL: none
    const char *const *files;               // paths or URIs, NULL-terminated
} SupExecContext;

// One command line, or one for each file where the program takes one at a time (%f, %u). The
// caller frees the array (of GStrv). NULL with error set when the line is no valid one.
GPtrArray *sup_exec_expand(const char *exec, const SupExecContext *context, GError **error);
