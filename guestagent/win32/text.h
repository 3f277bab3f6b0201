// SPDX-License-Identifier: Apache-2.0
#pragma once

// Texts between Windows (UTF-16) and the channel (UTF-8). Running out of memory ends the process.

#include <stddef.h>
#include <windows.h>

// Copies, the caller's to free. What is no valid UTF-16 becomes U+FFFD.
char *win_utf8(const WCHAR *text);
WCHAR *win_wide(const char *utf8);

void *win_alloc(size_t size); // zeroed
