// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks of what was typed, for the verbs.

#include <glib.h>

// TRUE when argv[*index] is this option, as "--name VALUE" or "--name=VALUE"; *index is moved on to
// the value. *value is NULL when the option comes last, without a value.
gboolean launcher_option(char **argv, int *index, const char *name, const char **value);

// KEY=VALUE into the dictionary, as a string. FALSE with *problem set (caller frees) for another
// text.
gboolean launcher_setting(GVariantDict *settings, const char *text, char **problem);

// The dictionary as a{ss}, floating; ends it.
GVariant *launcher_settings(GVariantDict *settings);

// D-Bus carries UTF-8 only. FALSE with *problem set (caller frees) for an argument that is none.
gboolean launcher_check_utf8(char **argv, char **problem);
