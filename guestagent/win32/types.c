// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/types.h"

#include "guestagent/win32/environment.h"
#include "guestagent/win32/mime.h"
#include "guestagent/win32/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 256 // characters of a key's name, and of paths made of two
#define TYPES_MAX 16384

// An extension or a scheme on its way to its programs.
typedef struct {
    WinTypes *types;
    const char *mime;
} Offer;

static bool
text_of(HKEY root, const WCHAR *key, const WCHAR *name, WCHAR *text, unsigned chars)
{
    DWORD size = (chars - 1) * (DWORD)sizeof(WCHAR), type = 0;
    HKEY handle;

    if (RegOpenKeyExW(root, key, 0, KEY_READ, &handle) != ERROR_SUCCESS)
        return false;
    LONG code = RegQueryValueExW(handle, name, NULL, &type, (BYTE *)text, &size);
    RegCloseKey(handle);
    text[code == ERROR_SUCCESS ? size / sizeof(WCHAR) : 0] = 0; // it need not end by itself
    return code == ERROR_SUCCESS && (type == REG_SZ || type == REG_EXPAND_SZ);
}

// Up to the quote; without quotes up to the first blank after a suffix of programs, as a path may
// have blanks, too.
static size_t
program_length(const WCHAR *command)
{
    static const WCHAR *const suffixes[] = {L".exe", L".com", L".bat", L".cmd"};

    for (const WCHAR *at = wcschr(command, '.'); at; at = wcschr(at + 1, '.'))
        for (unsigned i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
            if (_wcsnicmp(at, suffixes[i], 4) == 0 && (at[4] == 0 || at[4] == ' '))
                return (size_t)(at - command) + 4;
    return 0;
}

// A bare name is on the search path; a path of 8.3 names, as old installers write them, is the same
// file.
static void
find_program(WCHAR program[MAX_PATH])
{
    WCHAR whole[MAX_PATH];
    DWORD n = 0;

    if (!wcschr(program, '\\'))
        n = SearchPathW(NULL, program, L".exe", MAX_PATH, whole, NULL);
    else if (wcschr(program, '~'))
        n = GetLongPathNameW(program, whole, MAX_PATH);
    if (n > 0 && n < MAX_PATH)
        lstrcpynW(program, whole, MAX_PATH);
}

bool
win_types_program(const WCHAR *command, WCHAR program[MAX_PATH])
{
    WCHAR text[KEY_MAX * 4];

    if (win_environment_expand(command, text, KEY_MAX * 4) == 0)
        return false;
    const WCHAR *start = text + (text[0] == '"');
    size_t length = start == text ? program_length(text) : wcscspn(start, L"\"");
    if (length == 0 || length >= MAX_PATH)
        return false;
    lstrcpynW(program, start, (int)length + 1);
    find_program(program);
    return true;
}

static void
add(WinTypes *l, const WCHAR *program, const char *mime)
{
    uint32_t hash = win_hash(program);

    for (unsigned i = 0; i < l->n; i++)
        if (l->types[i].hash == hash && strcmp(l->types[i].mime, mime) == 0 &&
            _wcsicmp(l->types[i].program, program) == 0)
            return;
    if (l->n == TYPES_MAX)
        return;
    if (l->n == l->room) {
        l->room = l->room ? l->room * 2 : 256;
        l->types = realloc(l->types, l->room * sizeof *l->types);
        if (!l->types)
            abort();
    }
    WinType *type = &l->types[l->n++];
    type->program = win_copy(program);
    type->hash = hash;
    snprintf(type->mime, sizeof type->mime, "%s", mime);
}

static void
join(WCHAR key[KEY_MAX * 2], const WCHAR *parent, const WCHAR *child)
{
    _snwprintf(key, KEY_MAX * 2 - 1, L"%ls\\%ls", parent, child);
    key[KEY_MAX * 2 - 1] = 0; // one that is cut off does not exist
}

// class: a ProgID or a scheme.
static void
offer(const Offer *o, const WCHAR *class)
{
    WCHAR shell[KEY_MAX * 2], key[KEY_MAX * 2], verb[KEY_MAX], command[KEY_MAX * 4];
    WCHAR program[MAX_PATH];

    join(shell, class, L"shell");
    if (!text_of(HKEY_CLASSES_ROOT, shell, NULL, verb, KEY_MAX) || !verb[0])
        lstrcpynW(verb, L"open", KEY_MAX);
    verb[wcscspn(verb, L", ")] = 0; // of several, the first
    join(key, shell, verb);
    join(shell, key, L"command");
    if (text_of(HKEY_CLASSES_ROOT, shell, NULL, command, KEY_MAX * 4) &&
        win_types_program(command, program))
        add(o->types, program, o->mime);
}

static bool
has_only(const char *text, const char *extra)
{
    for (const char *c = text; *c; c++) {
        bool plain =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (!plain && !strchr(extra, *c))
            return false;
    }
    return text[0];
}

// What files with this extension are, for a host; false: there is no name for it.
static bool
mime_of(const WCHAR *extension, char *mime, int size)
{
    const char *known = win_mime_of(extension);
    WCHAR text[KEY_MAX];

    if (known) {
        snprintf(mime, (size_t)size, "%s", known);
        return true;
    }
    if (!text_of(HKEY_CLASSES_ROOT, extension, L"Content Type", text, KEY_MAX) ||
        WideCharToMultiByte(CP_UTF8, 0, text, -1, mime, size, NULL, NULL) == 0)
        return false;
    const char *slash = strchr(mime, '/');
    return slash && slash != mime && slash[1] && has_only(mime, "/.+-_") && !strchr(slash + 1, '/');
}

static bool
scheme_of(const WCHAR *name, char *mime, int size)
{
    static const char prefix[] = "x-scheme-handler/";
    int head = (int)sizeof prefix - 1;

    memcpy(mime, prefix, sizeof prefix);
    if (WideCharToMultiByte(CP_UTF8, 0, name, -1, mime + head, size - head, NULL, NULL) == 0)
        return false;
    for (char *c = mime + head; *c; c++)
        *c |= *c >= 'A' && *c <= 'Z' ? 0x20 : 0;
    return has_only(mime + head, ".+-");
}

// A value's name, and its text where that is asked for ("" where it is none). False: no more.
static bool
next_value(HKEY key, DWORD index, WCHAR name[KEY_MAX], WCHAR *text)
{
    DWORD length = KEY_MAX, size = (KEY_MAX - 1) * sizeof(WCHAR), type = 0;
    LONG code =
        RegEnumValueW(key, index, name, &length, NULL, &type, (BYTE *)text, text ? &size : NULL);

    if (code != ERROR_SUCCESS)
        name[0] = 0;
    if (text)
        text[code == ERROR_SUCCESS && type == REG_SZ ? size / sizeof(WCHAR) : 0] = 0;
    return code == ERROR_SUCCESS || code == ERROR_MORE_DATA;
}

static void
read_extension(WinTypes *types, const WCHAR *extension)
{
    WCHAR class[KEY_MAX], key[KEY_MAX * 2];
    char mime[sizeof types->types->mime];
    Offer o = {.types = types, .mime = mime};
    HKEY others;

    if (!mime_of(extension, mime, sizeof mime))
        return;
    if (text_of(HKEY_CLASSES_ROOT, extension, NULL, class, KEY_MAX) && class[0])
        offer(&o, class);
    join(key, extension, L"OpenWithProgids");
    if (RegOpenKeyExW(HKEY_CLASSES_ROOT, key, 0, KEY_READ, &others) != ERROR_SUCCESS)
        return;
    for (DWORD i = 0; next_value(others, i, class, NULL); i++)
        offer(&o, class);
    RegCloseKey(others);
}

static bool
is_scheme(const WCHAR *name)
{
    HKEY handle;

    if (RegOpenKeyExW(HKEY_CLASSES_ROOT, name, 0, KEY_READ, &handle) != ERROR_SUCCESS)
        return false;
    bool yes = RegQueryValueExW(handle, L"URL Protocol", NULL, NULL, NULL, NULL) == ERROR_SUCCESS;
    RegCloseKey(handle);
    return yes;
}

static void
read_classes(WinTypes *types)
{
    char mime[sizeof types->types->mime];
    Offer o = {.types = types, .mime = mime};
    WCHAR name[KEY_MAX];

    for (DWORD i = 0; RegEnumKeyW(HKEY_CLASSES_ROOT, i, name, KEY_MAX) == ERROR_SUCCESS; i++) {
        if (name[0] == '.')
            read_extension(types, name);
        else if (!wcschr(name, '.') && is_scheme(name) && scheme_of(name, mime, sizeof mime))
            offer(&o, name); // a ProgID has a dot
    }
}

// The values of a key of Capabilities: an extension or a scheme, and the ProgID for it.
static void
read_associations(WinTypes *types, HKEY root, const WCHAR *capabilities, bool schemes)
{
    WCHAR key[KEY_MAX * 2], name[KEY_MAX], class[KEY_MAX];
    char mime[sizeof types->types->mime];
    Offer o = {.types = types, .mime = mime};
    HKEY handle;

    join(key, capabilities, schemes ? L"URLAssociations" : L"FileAssociations");
    if (RegOpenKeyExW(root, key, 0, KEY_READ, &handle) != ERROR_SUCCESS)
        return;
    for (DWORD i = 0; next_value(handle, i, name, class); i++)
        if (class[0] &&
            (schemes ? scheme_of(name, mime, sizeof mime) : mime_of(name, mime, sizeof mime)))
            offer(&o, class);
    RegCloseKey(handle);
}

static void
read_registered(WinTypes *types, HKEY root)
{
    WCHAR name[KEY_MAX], path[KEY_MAX];
    HKEY handle;

    if (RegOpenKeyExW(root, L"SOFTWARE\\RegisteredApplications", 0, KEY_READ, &handle) !=
        ERROR_SUCCESS)
        return;
    for (DWORD i = 0; next_value(handle, i, name, path); i++) {
        if (!path[0])
            continue;
        read_associations(types, root, path, false);
        read_associations(types, root, path, true);
    }
    RegCloseKey(handle);
}

void
win_types_collect(WinTypes *types)
{
    win_types_clear(types);
    read_classes(types);
    read_registered(types, HKEY_LOCAL_MACHINE);
    read_registered(types, HKEY_CURRENT_USER);
}

void
win_types_clear(WinTypes *l)
{
    for (unsigned i = 0; i < l->n; i++)
        free(l->types[i].program);
    free(l->types);
    *l = (WinTypes){0};
}

const char *
win_types_next(const WinTypes *l, const WCHAR *program, unsigned *at)
{
    uint32_t hash = win_hash(program);

    while (*at < l->n) {
        const WinType *type = &l->types[(*at)++];
        if (type->hash == hash && _wcsicmp(type->program, program) == 0)
            return type->mime;
    }
    return NULL;
}
