// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads who signs in: from the terminal without echo, or a line of the standard input where that is
// none (a script's pipe).

#include <glib.h>

// NULL with error set when there is nothing to read, or it is interrupted. Caller wipes.
char *launcher_password_read(const char *prompt, GError **error);
void launcher_password_wipe(char *take_password); // NULL-safe

// A line of the terminal, with echo; NULL where the standard input is none. Caller frees.
char *launcher_password_read_name(const char *prompt);
