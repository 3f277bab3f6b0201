// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <glib.h>

// What happens, line by line on stdout, for the test that runs this program. A line is written
// whole and at once, so that a test can wait for it.

// Ends the line itself.
void report(const char *format, ...) G_GNUC_PRINTF(1, 2);

// The process stops itself (SIGSTOP) after the next line with this beginning: a machine that falls
// silent there. NULL: none.
void report_hold(const char *beginning);
