// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/names.h"

#include "guestagent/win32/environment.h"
#include "guestagent/win32/text.h"

#include <shlwapi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTION_MAX 32767 // what older systems give at most
#define NAME_MAX_CHARS 256

// Windows reads desktop.ini in folders only that are marked as system or read-only; in a Start menu
// it is there for nothing else.
static bool
ini_of(const WCHAR *folder, WCHAR ini[MAX_PATH])
{
    int n = _snwprintf(ini, MAX_PATH, L"%ls\\desktop.ini", folder);

    return n > 0 && n < MAX_PATH && GetFileAttributesW(ini) != INVALID_FILE_ATTRIBUTES;
}

void
win_names_read(WinNames *names, const WCHAR *folder)
{
    WCHAR ini[MAX_PATH];

    names->files = NULL;
    if (!ini_of(folder, ini))
        return;
    names->files = win_alloc((SECTION_MAX + 2) * sizeof(WCHAR));
    GetPrivateProfileSectionW(L"LocalizedFileNames", names->files, SECTION_MAX, ini);
}

void
win_names_clear(WinNames *names)
{
    free(names->files);
    names->files = NULL;
}

// "@%SystemRoot%\system32\shell32.dll,-22016" is a string of that file, in the user's language;
// else the text is the name. NULL: there is no such string.
static char *
said(const WCHAR *text)
{
    WCHAR expanded[MAX_PATH * 2], name[NAME_MAX_CHARS] = L"";

    if (text[0] != '@')
        return text[0] ? win_utf8(text) : NULL;
    if (win_environment_expand(text, expanded, MAX_PATH * 2) == 0 ||
        FAILED(SHLoadIndirectString(expanded, name, NAME_MAX_CHARS, NULL)))
        return NULL;
    return name[0] ? win_utf8(name) : NULL;
}

static char *
listed(const WinNames *names, const WCHAR *file)
{
    size_t length = wcslen(file);

    for (const WCHAR *line = names->files; line && *line; line += wcslen(line) + 1)
        if (_wcsnicmp(line, file, length) == 0 && line[length] == '=')
            return said(line + length + 1);
    return NULL;
}

char *
win_names_of_file(const WinNames *names, const WCHAR *file)
{
    char *name = listed(names, file);
    WCHAR bare[MAX_PATH];

    if (name)
        return name;
    lstrcpynW(bare, file, MAX_PATH);
    size_t length = wcslen(bare);
    if (length > 4 &&
        (_wcsicmp(bare + length - 4, L".lnk") == 0 || _wcsicmp(bare + length - 4, L".url") == 0))
        bare[length - 4] = 0;
    return win_utf8(bare);
}

char *
win_names_of_folder(const WinNames *names, const WCHAR *path)
{
    WCHAR ini[MAX_PATH], own[MAX_PATH] = L"";
    const WCHAR *base = wcsrchr(path, '\\');

    if (ini_of(path, ini))
        GetPrivateProfileStringW(L".ShellClassInfo", L"LocalizedResourceName", L"", own, MAX_PATH,
                                 ini);
    char *name = said(own);
    if (!name)
        name = listed(names, base ? base + 1 : path);
    return name ? name : win_utf8(base ? base + 1 : path);
}
