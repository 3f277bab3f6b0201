// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/undo.h"

#include "guestagent/win32/setup_lock.h"
#include "guestagent/win32/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT L"SOFTWARE\\Casement\\Agent\\Undo"
#define IN_FORCE L"!"        // beside what is kept
#define WAIT_MS 30000        // for another who changes settings
#define QUIET_WAIT_MS 1000   // which takes less
#define VIEW KEY_WOW64_64KEY // Windows XP of 32 bits has only one, and takes the flag

// ---- paths

static HKEY
root_of(const WCHAR **path)
{
    bool users = wcsncmp(*path, L"HKU\\", 4) == 0;

    *path += users ? 4 : 5;
    return users ? HKEY_USERS : HKEY_LOCAL_MACHINE;
}

static LONG
open_key(const WCHAR *path, REGSAM access, HKEY *key)
{
    HKEY root = root_of(&path);

    return RegOpenKeyExW(root, path, 0, access | VIEW, key);
}

static LONG
create_key(const WCHAR *path, HKEY *key)
{
    HKEY root = root_of(&path);

    return RegCreateKeyExW(root, path, 0, NULL, 0, KEY_READ | KEY_WRITE | VIEW, NULL, key, NULL);
}

// In its parent, so that the view is the parent's. Windows refuses one that has keys below.
static LONG
delete_key(const WCHAR *path)
{
    const WCHAR *name = wcsrchr(path, L'\\');
    WCHAR parent[WIN_UNDO_PATH_MAX];
    HKEY key;

    lstrcpynW(parent, path, (int)(name - path) + 1);
    LONG error = open_key(parent, KEY_READ | KEY_WRITE, &key);
    if (error != ERROR_SUCCESS)
        return error;
    error = RegDeleteKeyW(key, name + 1);
    RegCloseKey(key);
    return error;
}

static bool
is_empty(const WCHAR *path)
{
    DWORD keys = 1, values = 1;
    HKEY key;

    if (open_key(path, KEY_READ, &key) != ERROR_SUCCESS)
        return false;
    RegQueryInfoKeyW(key, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    RegCloseKey(key);
    return keys == 0 && values == 0;
}

static void
say(const char *what, const WCHAR *path, const WCHAR *name, LONG error)
{
    char *key = win_utf8(path), *value = win_utf8(name);

    if (error != ERROR_SUCCESS)
        fprintf(stderr, "casement-agent: cannot %s %s%s%s (error %ld)\n", what, key,
                *value ? "\\" : "", value, error);
    else
        printf("%s %s%s%s\n", what, key, *value ? "\\" : "", value);
    free(key);
    free(value);
}

static void
fail(WinUndo *u, const char *what, const WCHAR *path, const WCHAR *name, LONG error)
{
    u->failed++;
    say(what, path, name, error);
}

// ---- what is kept

bool
win_undo_open(WinUndo *u, bool create)
{
    HKEY key;

    if (!u->dry && !(u->lock = win_setup_lock(u->quiet ? QUIET_WAIT_MS : WAIT_MS)))
        return false;
    LONG error = create && !u->dry ? create_key(L"HKLM\\" KEPT, &key)
                                   : open_key(L"HKLM\\" KEPT, KEY_READ | KEY_WRITE, &key);

    u->kept = error == ERROR_SUCCESS ? key : NULL;
    if (u->kept || (create && u->dry))
        return true;
    win_undo_close(u);
    SetLastError((DWORD)error);
    return false;
}

static void
close_kept(WinUndo *u)
{
    if (u->kept)
        RegCloseKey(u->kept);
    u->kept = NULL;
}

void
win_undo_close(WinUndo *u)
{
    close_kept(u);
    win_setup_unlock(u->lock);
    u->lock = NULL;
}

void
win_undo_begin(WinUndo *u)
{
    LONG error = u->dry ? ERROR_SUCCESS : RegSetValueExW(u->kept, IN_FORCE, 0, REG_NONE, NULL, 0);

    if (error != ERROR_SUCCESS)
        fail(u, "set", L"HKLM\\" KEPT, IN_FORCE, error);
}

bool
win_undo_has_begun(const WinUndo *u)
{
    return u->kept && RegQueryValueExW(u->kept, IN_FORCE, NULL, NULL, NULL, NULL) == ERROR_SUCCESS;
}

static void
mark(WCHAR kept[WIN_UNDO_PATH_MAX], WCHAR kind, const WCHAR *path, const WCHAR *name)
{
    _snwprintf(kept, WIN_UNDO_PATH_MAX - 1, L"%lc%ls%ls%ls", kind, path, name ? L"\\" : L"",
               name ? name : L"");
    kept[WIN_UNDO_PATH_MAX - 1] = 0;
}

static bool
is_kept(const WinUndo *u, WCHAR kind, const WCHAR *path, const WCHAR *name)
{
    WCHAR kept[WIN_UNDO_PATH_MAX];

    mark(kept, kind, path, name);
    return u->kept && RegQueryValueExW(u->kept, kept, NULL, NULL, NULL, NULL) == ERROR_SUCCESS;
}

static LONG
keep(WinUndo *u, WCHAR kind, const WCHAR *path, const WCHAR *name, DWORD type, const BYTE *data,
     DWORD size)
{
    WCHAR kept[WIN_UNDO_PATH_MAX];

    mark(kept, kind, path, name);
    return RegSetValueExW(u->kept, kept, 0, type, data, size);
}

bool
win_undo_keep_member(WinUndo *u, const WCHAR *sid)
{
    LONG error = keep(u, L'>', sid, NULL, REG_NONE, NULL, 0);

    if (error != ERROR_SUCCESS)
        fail(u, "keep", sid, L"", error);
    return error == ERROR_SUCCESS;
}

bool
win_undo_has_member(const WinUndo *u, const WCHAR *sid)
{
    return is_kept(u, L'>', sid, NULL);
}

void
win_undo_forget_member(WinUndo *u, const WCHAR *sid)
{
    WCHAR kept[WIN_UNDO_PATH_MAX];

    mark(kept, L'>', sid, NULL);
    RegDeleteValueW(u->kept, kept);
}

// Each key on the way to path that is not there yet.
static LONG
keep_missing_keys(WinUndo *u, const WCHAR *path)
{
    WCHAR part[WIN_UNDO_PATH_MAX];
    LONG error = ERROR_SUCCESS;
    HKEY key;

    for (const WCHAR *end = wcschr(path, L'\\'); end && error == ERROR_SUCCESS;) {
        end = wcschr(end + 1, L'\\');
        lstrcpynW(part, path, end ? (int)(end - path) + 1 : WIN_UNDO_PATH_MAX);
        if (open_key(part, KEY_READ, &key) == ERROR_SUCCESS)
            RegCloseKey(key);
        else
            error = keep(u, L'+', part, NULL, REG_NONE, NULL, 0);
    }
    return error;
}

WCHAR *
win_undo_names(const WinUndo *u)
{
    DWORD n = 0, longest = 0, at = 0;

    if (!u->kept)
        return NULL;
    RegQueryInfoKeyW(u->kept, NULL, NULL, NULL, NULL, NULL, NULL, &n, &longest, NULL, NULL, NULL);
    WCHAR *names = win_alloc(((size_t)n * (longest + 1) + 1) * sizeof(WCHAR));
    for (DWORD i = 0; i < n; i++) {
        DWORD length = longest + 1;
        if (RegEnumValueW(u->kept, i, names + at, &length, NULL, NULL, NULL, NULL) == ERROR_SUCCESS)
            at += length + 1;
    }
    names[at] = 0;
    return names;
}

// ---- values

// The value as it is, to be freed; NULL: there is none.
static BYTE *
read_value(HKEY key, const WCHAR *name, DWORD *type, DWORD *size)
{
    *size = 0;
    if (RegQueryValueExW(key, name, NULL, type, NULL, size) != ERROR_SUCCESS)
        return NULL;
    BYTE *data = win_alloc(*size + 1);
    if (RegQueryValueExW(key, name, NULL, type, data, size) == ERROR_SUCCESS)
        return data;
    free(data);
    return NULL;
}

static LONG
keep_and_set(WinUndo *u, const WCHAR *path, const WCHAR *name, DWORD type, const void *data,
             DWORD size)
{
    LONG error = keep_missing_keys(u, path);
    DWORD former_type, former_size;
    HKEY key;

    if (error == ERROR_SUCCESS)
        error = create_key(path, &key);
    if (error != ERROR_SUCCESS)
        return error;
    // What was there before the first setup counts, not what was there before this one.
    if (!is_kept(u, L'=', path, name) && !is_kept(u, L'-', path, name)) {
        BYTE *former = read_value(key, name, &former_type, &former_size);
        error = former ? keep(u, L'=', path, name, former_type, former, former_size)
                       : keep(u, L'-', path, name, REG_NONE, NULL, 0);
        free(former);
    }
    if (error == ERROR_SUCCESS)
        error = RegSetValueExW(key, name, 0, type, data, size);
    RegCloseKey(key);
    return error;
}

static bool
is_set(const WCHAR *path, const WCHAR *name, DWORD type, const void *data, DWORD size)
{
    DWORD found_type = 0, found_size = 0;
    HKEY key;

    if (open_key(path, KEY_READ, &key) != ERROR_SUCCESS)
        return false;
    BYTE *found = read_value(key, name, &found_type, &found_size);
    bool same = found && found_type == type && found_size == size && memcmp(found, data, size) == 0;
    free(found);
    RegCloseKey(key);
    return same;
}

void
win_undo_set(WinUndo *u, const WCHAR *path, const WCHAR *name, DWORD type, const void *data,
             DWORD size)
{
    if (is_set(path, name, type, data, size))
        return;
    u->changed++;
    LONG error = u->dry ? ERROR_SUCCESS : keep_and_set(u, path, name, type, data, size);
    if (error != ERROR_SUCCESS)
        fail(u, "set", path, name, error);
    else if (!u->quiet)
        say(u->dry ? "would set" : "set", path, name, ERROR_SUCCESS);
}

void
win_undo_set_dword(WinUndo *u, const WCHAR *path, const WCHAR *name, DWORD value)
{
    win_undo_set(u, path, name, REG_DWORD, &value, sizeof value);
}

// ---- keys of our own

HKEY
win_undo_own_key(WinUndo *u, const WCHAR *path)
{
    WCHAR parent[WIN_UNDO_PATH_MAX];
    bool ours = is_kept(u, L'*', path, NULL);
    LONG error = ERROR_SUCCESS;
    HKEY key;

    if (!ours && open_key(path, KEY_READ, &key) == ERROR_SUCCESS) {
        RegCloseKey(key);
        return NULL;
    }
    if (!ours && !u->quiet)
        say(u->dry ? "would add" : "add", path, L"", ERROR_SUCCESS);
    u->changed += !ours;
    if (u->dry)
        return NULL;
    lstrcpynW(parent, path, (int)(wcsrchr(path, L'\\') - path) + 1);
    if (!ours)
        error = keep_missing_keys(u, parent);
    if (!ours && error == ERROR_SUCCESS)
        error = keep(u, L'*', path, NULL, REG_NONE, NULL, 0);
    if (error == ERROR_SUCCESS)
        error = create_key(path, &key);
    if (error == ERROR_SUCCESS)
        return key;
    fail(u, "add", path, L"", error);
    return NULL;
}

void
win_undo_drop_key(WinUndo *u, const WCHAR *path)
{
    WCHAR kept[WIN_UNDO_PATH_MAX];
    LONG error = delete_key(path);

    mark(kept, L'*', path, NULL);
    if (error == ERROR_SUCCESS || error == ERROR_FILE_NOT_FOUND)
        RegDeleteValueW(u->kept, kept);
    else
        fail(u, "remove", path, L"", error);
}

// ---- back again

static LONG
restore_value(WinUndo *u, const WCHAR *kept)
{
    WCHAR path[WIN_UNDO_PATH_MAX];
    const WCHAR *name = wcsrchr(kept, L'\\');
    DWORD type, size;
    HKEY key;

    lstrcpynW(path, kept + 1, (int)(name - kept));
    LONG error = kept[0] == L'=' ? create_key(path, &key) // it may have gone meanwhile
                                 : open_key(path, KEY_READ | KEY_WRITE, &key);
    if (error == ERROR_FILE_NOT_FOUND && wcsncmp(path, L"HKLM", 4) == 0)
        return ERROR_SUCCESS; // all of it is gone; a user's may only not be there now
    if (error != ERROR_SUCCESS)
        return error;
    if (kept[0] == L'=') {
        BYTE *data = read_value(u->kept, kept, &type, &size);
        error =
            data ? RegSetValueExW(key, name + 1, 0, type, data, size) : (LONG)ERROR_FILE_NOT_FOUND;
        free(data);
    } else {
        error = RegDeleteValueW(key, name + 1);
        if (error == ERROR_FILE_NOT_FOUND)
            error = ERROR_SUCCESS;
    }
    RegCloseKey(key);
    return error;
}

void
win_undo_take_back(WinUndo *u, const WCHAR *path, const WCHAR *name)
{
    WCHAR kept[WIN_UNDO_PATH_MAX];

    for (const WCHAR *kind = L"=-"; *kind; kind++) {
        if (!is_kept(u, *kind, path, name))
            continue;
        mark(kept, *kind, path, name);
        LONG error = restore_value(u, kept);
        if (error == ERROR_SUCCESS)
            RegDeleteValueW(u->kept, kept);
        else
            fail(u, "put back", path, name, error);
    }
}

static LONG
restore(WinUndo *u, const WCHAR *kept, bool (*drop_member)(const WCHAR *sid))
{
    LONG error;

    switch (kept[0]) {
    case L'>':
        return drop_member(kept + 1) ? ERROR_SUCCESS : (LONG)GetLastError();
    case L'*':
        error = delete_key(kept + 1);
        return error == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : error;
    case L'+':
        return is_empty(kept + 1) ? delete_key(kept + 1) : ERROR_SUCCESS; // others use it now
    default:
        return restore_value(u, kept);
    }
}

// A key that is still there for what could not be put back, or that is not to be seen now, goes the
// next time.
static bool
waits(const WinUndo *u, const WCHAR *kept)
{
    return kept[0] == L'+' && u->failed > 0 && !is_empty(kept + 1);
}

// Those of one kind; the longest first, since a key goes before the one that it is in.
static void
restore_kind(WinUndo *u, WCHAR *names, WCHAR kind, bool (*drop_member)(const WCHAR *sid))
{
    for (;;) {
        WCHAR *longest = NULL;
        for (WCHAR *name = names; *name; name += wcslen(name) + 1)
            if (*name == kind && (!longest || wcslen(name) > wcslen(longest)))
                longest = name;
        if (!longest)
            return;
        bool later = waits(u, longest);
        LONG error = later ? ERROR_SUCCESS : restore(u, longest, drop_member);
        if (error != ERROR_SUCCESS)
            fail(u, "put back", longest + 1, L"", error);
        else if (!later)
            RegDeleteValueW(u->kept, longest);
        *longest = L' '; // done
    }
}

void
win_undo_restore(WinUndo *u, bool (*drop_member)(const WCHAR *sid))
{
    static const WCHAR order[] = L">=-*+";
    static const WCHAR *const ours[] = {L"HKLM\\" KEPT, L"HKLM\\SOFTWARE\\Casement\\Agent",
                                        L"HKLM\\SOFTWARE\\Casement"};
    WCHAR *names = win_undo_names(u);

    RegDeleteValueW(u->kept, IN_FORCE);
    for (const WCHAR *kind = order; *kind; kind++)
        restore_kind(u, names, *kind, drop_member);
    free(names);
    close_kept(u);
    for (unsigned i = 0; i < sizeof ours / sizeof ours[0] && is_empty(ours[i]); i++)
        delete_key(ours[i]);
    win_undo_close(u);
}
