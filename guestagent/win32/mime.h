// SPDX-License-Identifier: Apache-2.0
#pragma once

// MIME types that Linux desktops know for a file's extension.

#include <windows.h>

// NULL where the extension (".txt") is none of the well-known ones.
const char *win_mime_of(const WCHAR *extension);
