// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <glib.h>

// A home of the test's own, with programs that are the one beside this test (self: its argv[0]).
// Caller frees, after session_home_remove.
char *session_home_new(const char *self);
void session_home_remove(const char *path);
