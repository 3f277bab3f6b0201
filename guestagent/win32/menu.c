// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/menu.h"

#include "guestagent/win32/text.h"

#include <shlobj.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#define DEPTH_MAX 12
#define ENTRIES_MAX 4000 // CHAN_APPS_MAX, and a little less

bool
win_menu_leaves_out(const WCHAR *name, const WinShortcut *s)
{
    static const WCHAR *const programs[] = {L".exe", L".com", L".bat", L".cmd", L".msc"};
    static const WCHAR *const words[] = {L"uninst", L"unins0", L"deinst"};
    const WCHAR *suffix = wcsrchr(s->target, L'.');
    const WCHAR *base = wcsrchr(s->target, L'\\');
    bool program = false;
    WCHAR lower[MAX_PATH];

    for (unsigned i = 0; suffix && i < sizeof programs / sizeof programs[0]; i++)
        program |= lstrcmpiW(suffix, programs[i]) == 0;
    if (!program)
        return true; // a text, a picture, a page
    base = base ? base + 1 : s->target;
    if (lstrcmpiW(base, L"msiexec.exe") == 0)
        return true; // repairs and removes
    for (int what = 0; what < 2; what++) {
        lstrcpynW(lower, what ? name : base, MAX_PATH);
        CharLowerW(lower);
        for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
            if (wcsstr(lower, words[i]))
                return true;
    }
    return false;
}

// ASCII of the name for people, a hash of the whole place for the machine.
static void
make_id(const WCHAR *place, const WCHAR *name, char id[WIN_ID_MAX])
{
    uint32_t hash = 2166136261u; // FNV-1a
    unsigned n = 0;

    for (const WCHAR *c = place; *c; c++)
        hash = (hash ^ (uint32_t)towlower(*c)) * 16777619u;
    for (const WCHAR *c = name; *c && n < WIN_ID_MAX - 16; c++) {
        WCHAR lower = towlower(*c);
        bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        if (plain)
            id[n++] = (char)lower;
        else if (n > 0 && id[n - 1] != '-')
            id[n++] = '-';
    }
    snprintf(id + n, WIN_ID_MAX - n, "%s%08x", n > 0 && id[n - 1] != '-' ? "-" : "", hash);
}

// As the shell shows it: in the user's language where desktop.ini has names.
static char *
display_name(const WCHAR *path)
{
    SHFILEINFOW info = {0};

    if (!SHGetFileInfoW(path, 0, &info, sizeof info, SHGFI_DISPLAYNAME) || !info.szDisplayName[0]) {
        const WCHAR *base = wcsrchr(path, L'\\');
        lstrcpynW(info.szDisplayName, base ? base + 1 : path, MAX_PATH);
    }
    size_t length = wcslen(info.szDisplayName);
    if (length > 4 && lstrcmpiW(info.szDisplayName + length - 4, L".lnk") == 0)
        info.szDisplayName[length - 4] = 0;
    return win_utf8(info.szDisplayName);
}

static WinEntry *
place_for(WinMenu *menu, const char *id)
{
    for (unsigned i = 0; i < menu->n; i++)
        if (strcmp(menu->entries[i].id, id) == 0) {
            free(menu->entries[i].name);
            free(menu->entries[i].comment);
            free(menu->entries[i].folder);
            return &menu->entries[i];
        }
    if (menu->n == menu->room) {
        menu->room = menu->room ? menu->room * 2 : 64;
        menu->entries = realloc(menu->entries, menu->room * sizeof *menu->entries);
        if (!menu->entries)
            abort();
    }
    return &menu->entries[menu->n++];
}

static void
add(WinMenu *menu, const WCHAR *path, const WCHAR *place, const char *folder)
{
    WinShortcut shortcut;
    const WCHAR *name = wcsrchr(place, L'\\');
    char id[WIN_ID_MAX];
    WCHAR bare[MAX_PATH];

    lstrcpynW(bare, name ? name + 1 : place, MAX_PATH);
    size_t length = wcslen(bare);
    if (length <= 4 || lstrcmpiW(bare + length - 4, L".lnk") != 0 || menu->n >= ENTRIES_MAX)
        return;
    bare[length - 4] = 0;
    if (!win_shortcut_read(path, &shortcut) || win_menu_leaves_out(bare, &shortcut))
        return;
    make_id(place, bare, id);
    WinEntry *entry = place_for(menu, id);
    memcpy(entry->id, id, sizeof entry->id);
    entry->name = display_name(path);
    entry->comment = win_utf8(shortcut.comment);
    entry->folder = _strdup(folder);
    entry->shortcut = shortcut;
}

// root: length of the menu's own path within path; folder: the same in names for people.
static void
walk(WinMenu *menu, const WCHAR *path, size_t root, const char *folder, int depth)
{
    WCHAR below[MAX_PATH];
    WIN32_FIND_DATAW found;

    if (depth > DEPTH_MAX || _snwprintf(below, MAX_PATH - 1, L"%ls\\*", path) < 0)
        return;
    below[MAX_PATH - 1] = 0;
    HANDLE search = FindFirstFileW(below, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        if (found.cFileName[0] == L'.' ||
            _snwprintf(below, MAX_PATH - 1, L"%ls\\%ls", path, found.cFileName) < 0)
            continue;
        below[MAX_PATH - 1] = 0;
        if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
            add(menu, below, below + root + 1, folder);
            continue;
        }
        char *name = display_name(below);
        size_t size = strlen(folder) + strlen(name) + 2;
        char *inner = win_alloc(size);
        snprintf(inner, size, "%s%s%s", folder, *folder ? "/" : "", name);
        walk(menu, below, root, inner, depth + 1);
        free(inner);
        free(name);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

static HANDLE user; // whose menu it is

void
win_menu_set_user(HANDLE token)
{
    user = token;
}

unsigned
win_menu_folders(WCHAR folders[][MAX_PATH], unsigned n)
{
    // The user's last, so that it counts.
    static const int csidl[] = {CSIDL_COMMON_PROGRAMS, CSIDL_PROGRAMS};
    unsigned found = 0;

    for (unsigned i = 0; i < sizeof csidl / sizeof csidl[0] && found < n; i++)
        found += SHGetFolderPathW(NULL, csidl[i], user, SHGFP_TYPE_CURRENT, folders[found]) == S_OK;
    return found;
}

void
win_menu_collect(WinMenu *menu)
{
    WCHAR folders[4][MAX_PATH];
    unsigned n = win_menu_folders(folders, 4);

    for (unsigned i = 0; i < n; i++)
        walk(menu, folders[i], wcslen(folders[i]), "", 0);
}

void
win_menu_clear(WinMenu *menu)
{
    for (unsigned i = 0; i < menu->n; i++) {
        free(menu->entries[i].name);
        free(menu->entries[i].comment);
        free(menu->entries[i].folder);
    }
    free(menu->entries);
    *menu = (WinMenu){0};
}
