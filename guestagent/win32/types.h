// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the guest's programs say they open: file types and URL schemes, by the program's path, as
// MIME types. From the registry: what is registered for extensions and schemes in HKEY_CLASSES_ROOT
// (also what is only offered to open with), and the Capabilities of registered applications; of
// this process's user and of all users.

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

typedef struct {
    WCHAR *program; // of its file
    uint32_t hash;  // of program
    char mime[128]; // "text/plain", "x-scheme-handler/http"
} WinType;

typedef struct {
    WinType *types; // each once
    unsigned n, room;
} WinTypes;

// Reads them anew. Takes some tens of milliseconds.
void win_types_collect(WinTypes *types);
void win_types_clear(WinTypes *types);

// The next type of the program at or after *at, which then is after it; NULL: no more.
const char *win_types_next(const WinTypes *types, const WCHAR *program, unsigned *at);

// The program of a text as shell\open\command has it; false: none is named.
bool win_types_program(const WCHAR *command, WCHAR program[MAX_PATH]);
