// SPDX-License-Identifier: Apache-2.0
#pragma once

// GVariant as JSON (RFC 8259), for --json.

#include <glib.h>

// Dictionaries with string keys become objects, other arrays and tuples arrays, variants what they
// hold. Strings are escaped; the result is valid JSON in UTF-8. Caller frees.
char *launcher_json_from_variant(GVariant *value);

// The same on stdout, with a line break.
void launcher_json_print(GVariant *value);
