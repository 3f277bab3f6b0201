// SPDX-License-Identifier: Apache-2.0
#pragma once

// Apps of the Store (Windows 8 and later), which have no shortcut: what the shell's folder of
// applications has by an AppUserModelID of the form PACKAGE!APP. The shell knows each as
// "shell:AppsFolder\PACKAGE!APP": it is started and has its picture by that name.

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

// path: its name for the shell; name: for people.
typedef void (*WinStoreEach)(const WCHAR *path, const WCHAR *name, void *user);

// Calls each for every app; none on older systems. COM must be up.
void win_store_each(WinStoreEach each, void *user);

bool win_store_is_app(const WCHAR *path);

// The app's picture at side × side, the caller's to delete; NULL: it has none. Its alpha may be
// straight or premultiplied.
HBITMAP win_store_picture(const WCHAR *path, uint16_t side);
