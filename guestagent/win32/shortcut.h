// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a .lnk file says (IShellLinkW), with environment variables expanded.

#include <stdbool.h>
#include <windows.h>

#define WIN_ARGUMENTS_MAX 1024

typedef struct {
    WCHAR target[MAX_PATH], arguments[WIN_ARGUMENTS_MAX], comment[WIN_ARGUMENTS_MAX];
    WCHAR icon[MAX_PATH]; // the file that has it; the target where the shortcut names none
    int icon_index;
} WinShortcut;

// False: the file is no shortcut, or to no file (a folder of the shell, a printer). COM must be up.
bool win_shortcut_read(const WCHAR *path, WinShortcut *shortcut);
