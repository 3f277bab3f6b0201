// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/allowlist.h"

#include "guestagent/win32/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLICATIONS WIN_ALLOW_LIST L"\\Applications\\"

// Win32_TSPublishedApplication, CommandLineSetting. A shortcut's own arguments come only with the
// last; such a program gets no files from the host.
enum { ARGUMENTS_ANY = 1, ARGUMENTS_REQUIRED = 2 };

static LONG
put(HKEY key, const WCHAR *name, const WCHAR *text)
{
    return RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)text,
                          (DWORD)((wcslen(text) + 1) * sizeof(WCHAR)));
}

static LONG
put_number(HKEY key, const WCHAR *name, DWORD value)
{
    return RegSetValueExW(key, name, 0, REG_DWORD, (const BYTE *)&value, sizeof value);
}

static void
write_entry(WinUndo *undo, const WinEntry *e)
{
    const WinShortcut *s = &e->shortcut;
    WCHAR path[WIN_UNDO_PATH_MAX];
    bool required = s->arguments[0] != 0;

    _snwprintf(path, WIN_UNDO_PATH_MAX, APPLICATIONS L"%hs", e->id);
    HKEY key = win_undo_own_key(undo, path);
    if (!key)
        return;
    WCHAR *name = win_wide(e->name);
    bool failed =
        put(key, L"Name", name) || put(key, L"Path", s->target) || put(key, L"VPath", s->target) ||
        put(key, L"IconPath", s->icon) || put_number(key, L"IconIndex", (DWORD)s->icon_index) ||
        put(key, L"RequiredCommandLine", s->arguments) ||
        put_number(key, L"CommandLineSetting", required ? ARGUMENTS_REQUIRED : ARGUMENTS_ANY) ||
        put_number(key, L"ShowInTSWA", 0);
    if (failed) {
        fprintf(stderr, "casement-agent: cannot write the alias %s\n", e->id);
        undo->failed++;
    }
    free(name);
    RegCloseKey(key);
}

static bool
is_listed(const WinMenu *menu, const WCHAR *alias)
{
    char *id = win_utf8(alias);
    bool found = false;

    for (unsigned i = 0; i < menu->n && !found; i++)
        found = strcmp(menu->entries[i].id, id) == 0;
    free(id);
    return found;
}

static void
drop_gone(WinUndo *undo, const WinMenu *menu)
{
    size_t prefix = wcslen(APPLICATIONS);
    WCHAR *names = win_undo_names(undo);

    for (WCHAR *name = names; name && *name; name += wcslen(name) + 1)
        if (*name == L'*' && wcsncmp(name + 1, APPLICATIONS, prefix) == 0 &&
            !is_listed(menu, name + 1 + prefix))
            win_undo_drop_key(undo, name + 1);
    free(names);
}

static void
write_all(WinUndo *undo, const WinMenu *menu)
{
    for (unsigned i = 0; i < menu->n; i++)
        write_entry(undo, &menu->entries[i]);
}

void
win_allow_list_write(WinUndo *undo, const WinMenu *menu)
{
    if (!undo->dry)
        drop_gone(undo, menu);
    write_all(undo, menu);
}

void
win_allow_list_refresh(const WinMenu *menu, bool whole)
{
    WinUndo undo = {.quiet = true};

    if (!win_undo_open(&undo, false))
        return;
    if (win_undo_has_begun(&undo)) {
        if (whole)
            drop_gone(&undo, menu);
        write_all(&undo, menu);
    }
    win_undo_close(&undo);
}
