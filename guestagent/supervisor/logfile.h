// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a program says on stdout and stderr, kept in a file of bounded size: when it is full, it
// becomes NAME.log.old and a new one begins.

#include <glib.h>

#define SUP_LOG_MAX (256 * 1024)

// Makes a pipe whose output goes to folder/NAME.log until the last writer closed it, and returns
// the end to write to, the caller's to close; -1 with error set. Only one program writes to a file
// at a time in the common case; more are mixed line by line at best.
int sup_log_file_open(const char *folder, const char *program, GError **error);

// Where it is kept; caller frees.
char *sup_log_file_path(const char *folder, const char *program);
