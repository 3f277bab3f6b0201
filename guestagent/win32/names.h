// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names for people, in the user's language, as a folder's desktop.ini has them: of the files and
// folders in it ([LocalizedFileNames]) and of itself (LocalizedResourceName). It is read here and
// not asked of the shell, which takes a millisecond for each name.

#include <windows.h>

typedef struct {
    WCHAR *files; // "NAME=@FILE,-NUMBER", each ended by 0, the last one by two; NULL: none
} WinNames;

void win_names_read(WinNames *names, const WCHAR *folder);
void win_names_clear(WinNames *names);

// UTF-8, the caller's to free: the name of a file, without .lnk or .url where it has no other.
char *win_names_of_file(const WinNames *names, const WCHAR *file);
// Likewise of a folder by its whole path, which is in the folder that names was read from.
char *win_names_of_folder(const WinNames *names, const WCHAR *path);
