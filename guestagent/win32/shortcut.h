// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a .lnk file says (IShellLinkW), with environment variables expanded. Of one that Windows
// Installer advertises it is the program that it installed, not the file with its icon; where it is
// not installed yet, the shortcut itself, which Windows installs when it opens it. A link to a page
// (.url) is its own target, with the address as its comment.

#include <stdbool.h>
#include <windows.h>

typedef struct {
    WCHAR *target, *arguments, *directory, *comment; // directory: to start it in, may be empty
    WCHAR *icon; // the file that has it; the target where the shortcut names none
    int icon_index;
    WCHAR *model;    // the AppUserModelID that it gives its windows, or empty
    bool advertised; // the target is Windows Installer's to say, and may change behind the file
} WinShortcut;

// False: the file is no shortcut, or to no file (a folder of the shell, a printer); then there is
// nothing to clear. COM must be up.
bool win_shortcut_read(const WCHAR *path, WinShortcut *shortcut);
bool win_shortcut_is_page(const WCHAR *path); // .url
void win_shortcut_clear(WinShortcut *shortcut);
