// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shortcuts that Windows Installer advertises: they name a product, a feature and a component
// instead of a file ([MS-SHLLINK] 2.5.3). msi.dll is loaded when the first one comes.

#include <stdbool.h>
#include <windows.h>
// after windows.h
#include <shlobj.h>

bool win_advertised(IShellLinkW *link);

// The component's program where it is installed. False: it is not (Windows would install it when
// the shortcut is opened), or there is no Windows Installer.
bool win_advertised_target(const WCHAR *shortcut, WCHAR target[MAX_PATH]);
