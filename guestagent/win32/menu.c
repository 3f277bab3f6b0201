// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/menu.h"

#include "guestagent/win32/names.h"
#include "guestagent/win32/store.h"
#include "guestagent/win32/text.h"

#include <shlobj.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#define DEPTH_MAX 12

static bool
is_program(const WinShortcut *s)
{
    static const WCHAR *const programs[] = {L".exe", L".com", L".bat", L".cmd", L".msc", L".cpl"};
    const WCHAR *suffix = wcsrchr(s->target, L'.');

    for (unsigned i = 0; suffix && i < sizeof programs / sizeof programs[0]; i++)
        if (lstrcmpiW(suffix, programs[i]) == 0)
            return true;
    return false;
}

// What has explorer.exe open a path, and the icon of like; the caller's to clear.
static WinShortcut
opened_by_shell(const WCHAR *path, const WinShortcut *like)
{
    WCHAR explorer[MAX_PATH] = L"", quoted[MAX_PATH * 2];

    ExpandEnvironmentStringsW(L"%windir%\\explorer.exe", explorer, MAX_PATH);
    _snwprintf(quoted, MAX_PATH * 2 - 1, L"\"%ls\"", path);
    quoted[MAX_PATH * 2 - 1] = 0;
    return (WinShortcut){.target = win_copy(explorer),
                         .arguments = win_copy(quoted),
                         .directory = win_copy(L""),
                         .comment = win_copy(like->comment),
                         .icon = win_copy(like->icon),
                         .model = win_copy(like->model),
                         .icon_index = like->icon_index};
}

static bool
is_uninstaller(const WCHAR *name)
{
    static const WCHAR *const words[] = {L"uninst", L"unins0", L"deinst"};
    WCHAR lower[MAX_PATH];

    lstrcpynW(lower, name, MAX_PATH);
    CharLowerW(lower);
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (wcsstr(lower, words[i]))
            return true;
    return false;
}

bool
win_menu_sidelines(const WCHAR *name, const WinShortcut *s)
{
    const WCHAR *base = wcsrchr(s->target, L'\\');

    base = base ? base + 1 : s->target;
    // What Windows Installer has yet to install has no program, but will have.
    return (!is_program(s) && !s->advertised) || is_uninstaller(name) || is_uninstaller(base) ||
           lstrcmpiW(base, L"msiexec.exe") == 0; // repairs and removes
}

// ASCII of the name for people, a hash of the whole place for the machine.
static void
make_id(uint32_t hash, const WCHAR *name, char id[WIN_ID_MAX])
{
    unsigned n = 0;

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

static void
entry_clear(WinEntry *e)
{
    free(e->name);
    free(e->comment);
    free(e->folder);
    free(e->model);
    free(e->program);
    free(e->directory);
    if (e->own_texts)
        win_shortcut_clear(&e->shortcut);
}

static WinEntry *
place_for(WinMenu *menu, uint32_t hash, const char *id)
{
    for (unsigned i = 0; i < menu->n; i++)
        if (menu->entries[i].hash == hash && strcmp(menu->entries[i].id, id) == 0) {
            entry_clear(&menu->entries[i]);
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

// As Windows names the program of a process: without the short names that a shortcut may have.
static char *
program_of(const WinShortcut *s)
{
    WCHAR path[MAX_PATH];
    DWORD n = wcschr(s->target, L'~') ? GetLongPathNameW(s->target, path, MAX_PATH) : 0;

    return win_utf8(n > 0 && n < MAX_PATH ? path : s->target);
}

// A folder of the menu on the way down.
typedef struct {
    WinMenu *menu;
    const WCHAR *path;
    size_t root;      // length of the menu's own path within path
    const char *name; // of the folder within the menu, for people
    WinNames names;
    int depth;
} MenuFolder;

static void
add(const MenuFolder *f, const WCHAR *path, const WIN32_FIND_DATAW *found)
{
    const WCHAR *place = path + f->root + 1, *suffix = wcsrchr(found->cFileName, L'.');
    WCHAR bare[MAX_PATH];
    char id[WIN_ID_MAX];

    if (f->menu->n >= WIN_ENTRIES_MAX || !suffix || suffix == found->cFileName ||
        (lstrcmpiW(suffix, L".lnk") != 0 && !win_shortcut_is_page(path)))
        return;
    const WinShortcut *shortcut = win_links_read(&f->menu->links, path, found);
    if (!shortcut)
        return;
    lstrcpynW(bare, found->cFileName, (int)(suffix - found->cFileName) + 1);
    uint32_t hash = win_hash(place);
    make_id(hash, bare, id);
    WinEntry *entry = place_for(f->menu, hash, id);
    *entry =
        (WinEntry){.hash = hash,
                   .name = win_names_of_file(&f->names, found->cFileName),
                   .comment = win_utf8(shortcut->comment),
                   .folder = _strdup(f->name),
                   .model = win_utf8(shortcut->model),
                   .program = is_program(shortcut) ? program_of(shortcut) : win_utf8(L""),
                   .directory = win_utf8(is_program(shortcut) ? shortcut->directory : L""),
                   .sidelined = win_menu_sidelines(bare, shortcut),
                   .by_shell = !is_program(shortcut),
                   .own_texts = !is_program(shortcut),
                   .shortcut = is_program(shortcut) ? *shortcut : opened_by_shell(path, shortcut)};
    memcpy(entry->id, id, sizeof entry->id);
}

static void walk(MenuFolder *f);

// Programs may be named with a dot before all else.
static bool
is_folder_itself(const WCHAR *name)
{
    return wcscmp(name, L".") == 0 || wcscmp(name, L"..") == 0;
}

static void
walk_inner(const MenuFolder *f, const WCHAR *path)
{
    char *own = win_names_of_folder(&f->names, path);
    size_t size = strlen(f->name) + strlen(own) + 2;
    char *name = win_alloc(size);
    MenuFolder inner = {
        .menu = f->menu, .path = path, .root = f->root, .name = name, .depth = f->depth + 1};

    snprintf(name, size, "%s%s%s", f->name, *f->name ? "/" : "", own);
    walk(&inner);
    free(name);
    free(own);
}

// A junction or a link to a folder: who may write in a menu must not have all of a disk read.
static bool
is_elsewhere(const WIN32_FIND_DATAW *found)
{
    return (found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) &&
           (found->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
}

static void
walk(MenuFolder *f)
{
    WCHAR below[MAX_PATH];
    WIN32_FIND_DATAW found;

    if (f->depth > DEPTH_MAX || _snwprintf(below, MAX_PATH - 1, L"%ls\\*", f->path) < 0)
        return;
    below[MAX_PATH - 1] = 0;
    HANDLE search = FindFirstFileW(below, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    win_names_read(&f->names, f->path);
    do {
        if (is_folder_itself(found.cFileName) ||
            _snwprintf(below, MAX_PATH - 1, L"%ls\\%ls", f->path, found.cFileName) < 0)
            continue;
        below[MAX_PATH - 1] = 0;
        if (is_elsewhere(&found))
            continue;
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            walk_inner(f, below);
        else
            add(f, below, &found);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    win_names_clear(&f->names);
}

static unsigned
add_folders(const int csidl[2], WinMenuOf of, WCHAR folders[][MAX_PATH], unsigned n)
{
    unsigned found = 0, kinds = of == WIN_MENU_COMMON ? 1 : 2;

    for (unsigned i = 0; i < kinds && found < n; i++)
        found += SHGetFolderPathW(NULL, csidl[i], NULL, SHGFP_TYPE_CURRENT, folders[found]) == S_OK;
    return found;
}

// The user's last, so that it counts.
static unsigned
program_folders(WinMenuOf of, WCHAR folders[][MAX_PATH], unsigned n)
{
    static const int csidl[] = {CSIDL_COMMON_PROGRAMS, CSIDL_PROGRAMS};

    return add_folders(csidl, of, folders, n);
}

// What lies beside Programs is above all others in the menus of XP and 7.
static unsigned
menu_folders(WinMenuOf of, WCHAR folders[][MAX_PATH], unsigned n)
{
    static const int csidl[] = {CSIDL_COMMON_STARTMENU, CSIDL_STARTMENU};

    return add_folders(csidl, of, folders, n);
}

unsigned
win_menu_folders(WinMenuOf of, WCHAR folders[][MAX_PATH], unsigned n)
{
    unsigned found = menu_folders(of, folders, n);

    return found + program_folders(of, folders + found, n - found);
}

// Its id is of its package's name, which has no language.
static void
add_app(const WCHAR *path, const WCHAR *name, void *into)
{
    WinShortcut app = {.comment = L"", .icon = (WCHAR *)path, .model = wcschr(path, '\\') + 1};
    uint32_t hash = win_hash(path);
    WCHAR package[MAX_PATH];
    WinMenu *menu = into;
    char id[WIN_ID_MAX];

    if (menu->n >= WIN_ENTRIES_MAX)
        return;
    lstrcpynW(package, wcschr(path, '\\') + 1, MAX_PATH);
    package[wcscspn(package, L"_!")] = 0;
    make_id(hash, package, id);
    WinEntry *entry = place_for(menu, hash, id);
    *entry = (WinEntry){.hash = hash,
                        .name = win_utf8(name),
                        .comment = win_utf8(L""),
                        .folder = win_utf8(L""),
                        .model = win_utf8(app.model),
                        .program = win_utf8(L""),
                        .directory = win_utf8(L""),
                        .by_shell = true,
                        .own_texts = true,
                        .shortcut = opened_by_shell(path, &app)};
    memcpy(entry->id, id, sizeof entry->id);
}

static void
forget_entries(WinMenu *menu)
{
    for (unsigned i = 0; i < menu->n; i++)
        entry_clear(&menu->entries[i]);
    menu->n = 0;
}

// Whether a opens files rather than b: one without arguments does, else the first.
static bool
is_better(const WinEntry *a, const WinEntry *b)
{
    bool plain_a = !a->shortcut.arguments[0], plain_b = !b->shortcut.arguments[0];

    return !a->sidelined && !a->by_shell && (plain_a > plain_b || (plain_a == plain_b && a < b));
}

static void
choose_openers(WinMenu *menu)
{
    uint32_t *programs = win_alloc((menu->n + 1) * sizeof *programs);

    for (unsigned i = 0; i < menu->n; i++) {
        programs[i] = win_hash(menu->entries[i].shortcut.target);
        menu->entries[i].opens = !menu->entries[i].sidelined && !menu->entries[i].by_shell;
    }
    for (unsigned i = 0; i < menu->n; i++)
        for (unsigned k = 0; k < menu->n && menu->entries[i].opens; k++)
            if (programs[k] == programs[i] && is_better(&menu->entries[k], &menu->entries[i]))
                menu->entries[i].opens = false;
    free(programs);
}

void
win_menu_collect(WinMenu *menu, WinMenuOf of)
{
    WCHAR folders[2][MAX_PATH];

    forget_entries(menu);
    win_links_begin(&menu->links);
    unsigned n = menu_folders(of, folders, 2);
    for (unsigned i = 0; i < n; i++) {
        const WCHAR *own = wcsrchr(folders[i], L'\\'); // in the place, which no program's has
        MenuFolder root = {.menu = menu,
                           .path = folders[i],
                           .root = own ? (size_t)(own - folders[i]) : wcslen(folders[i]),
                           .name = "",
                           .depth = DEPTH_MAX};
        walk(&root);
    }
    n = program_folders(of, folders, 2);
    for (unsigned i = 0; i < n; i++) {
        MenuFolder root = {
            .menu = menu, .path = folders[i], .root = wcslen(folders[i]), .name = ""};
        walk(&root);
    }
    win_links_end(&menu->links);
    if (of == WIN_MENU_USERS)
        win_store_each(add_app, menu);
    choose_openers(menu);
}

// As many bytes as there are; no NUL is among them.
static char *
text_of(ChanSpan text)
{
    char *copy = win_alloc(text.size + 1);

    memcpy(copy, text.data ? text.data : (const uint8_t *)"", text.size);
    return copy;
}

static WCHAR *
wide_of(ChanSpan text)
{
    char *utf8 = text_of(text);
    WCHAR *wide = win_wide(utf8);

    free(utf8);
    return wide;
}

void
win_menu_put_told(WinMenu *menu, const WinHelperEntry *e)
{
    char *id = text_of(e->app.id);
    WCHAR *wide = win_wide(id);
    uint32_t hash = win_hash(wide);
    WinEntry *entry = place_for(menu, hash, id);

    *entry = (WinEntry){.hash = hash,
                        .name = text_of(e->app.name),
                        .own_texts = true,
                        .shortcut = {.target = wide_of(e->target),
                                     .arguments = wide_of(e->arguments),
                                     .icon = wide_of(e->icon),
                                     .icon_index = e->icon_index}};
    memcpy(entry->id, id, e->app.id.size + 1);
    free(wide);
    free(id);
}

void
win_menu_clear(WinMenu *menu)
{
    forget_entries(menu);
    free(menu->entries);
    win_links_clear(&menu->links);
    *menu = (WinMenu){0};
}
