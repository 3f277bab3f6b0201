// SPDX-License-Identifier: Apache-2.0
#pragma once

// The arguments of a RAIL exec order are one string ([MS-RDPERP] 2.2.2.3.1); this is how it becomes
// a list again, by the rules of channel/rail.h: separated by spaces or tabs; in double quotes where
// empty or holding a space, a tab or a quote; inside quotes \" is a quote and \\ a backslash, and
// any other backslash is itself. Outside quotes a backslash is an ordinary character, so that what
// a foreign client sends (C:\x) survives.

#include <glib.h>

#define RA_ARGUMENTS_MAX 1024

// A NULL-terminated list (g_strfreev), or NULL with error set: a quote is never closed, or there
// are more than RA_ARGUMENTS_MAX.
char **ra_arguments_parse(const char *untrusted_line, GError **error);
