// SPDX-License-Identifier: Apache-2.0
#pragma once

// Texts between Windows (UTF-16) and the channel (UTF-8). Running out of memory ends the process.

#include <stddef.h>
#include <stdint.h>
#include <windows.h>

// Copies, the caller's to free. What is no valid UTF-16 becomes U+FFFD.
char *win_utf8(const WCHAR *text);
WCHAR *win_wide(const char *utf8);

WCHAR *win_copy(const WCHAR *text); // the caller's to free

// FNV-1a of the text in lower case.
uint32_t win_hash(const WCHAR *text);

void *win_alloc(size_t size); // zeroed
