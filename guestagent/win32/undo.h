// SPDX-License-Identifier: Apache-2.0
#pragma once

// Changes of the registry that can be taken back. Before a value is changed for the first time,
// what was there is kept below HKLM\SOFTWARE\Casement\Agent\Undo, each as a value of its own whose
// name begins with what it is:
//
//   =PATH\NAME   the former value, in its own type
//   -PATH\NAME   there was no such value
//   +PATH        there was no such key: it goes when nothing is left in it
//   *PATH        a key that is all ours: it goes with its values
//   >SID         an account that was no member of the Remote Desktop Users
//
// A path begins with HKLM\ or HKU\. On 64-bit Windows it is always the 64-bit view.

#include <stdbool.h>
#include <windows.h>

#define WIN_UNDO_PATH_MAX 512

typedef struct {
    HKEY kept; // NULL: nothing is kept yet, and nothing may be written
    HANDLE lock;
    bool dry;   // says what would change, and changes nothing
    bool quiet; // the service: says nothing of changes, and waits a moment only
    unsigned failed, changed;
} WinUndo;

// Nobody else changes settings until it is closed. create: also where setup was not run before.
// False (GetLastError): it was not (ERROR_FILE_NOT_FOUND), another changes them (WAIT_TIMEOUT), or
// it cannot be written.
bool win_undo_open(WinUndo *undo, bool create);
void win_undo_close(WinUndo *undo);

// Whether setup is in force: from win_undo_begin until an undo, also of one that leaves something.
void win_undo_begin(WinUndo *undo);
bool win_undo_has_begun(const WinUndo *undo);

// Sets a value, keeping what was there. What is as wanted already is left alone. A failure is said
// and counted.
void win_undo_set(WinUndo *undo, const WCHAR *path, const WCHAR *name, DWORD type, const void *data,
                  DWORD size);
void win_undo_set_dword(WinUndo *undo, const WCHAR *path, const WCHAR *name, DWORD value);

// One of these as it was before, and not kept any more; nothing where it was not changed.
void win_undo_take_back(WinUndo *undo, const WCHAR *path, const WCHAR *name);

// A key that is ours alone, made if need be; NULL where somebody else's is there, or when dry.
// The caller closes it.
HKEY win_undo_own_key(WinUndo *undo, const WCHAR *path);
void win_undo_drop_key(WinUndo *undo, const WCHAR *path); // one that is ours

// An account that is to be a member. A failure to keep it is said and counted.
bool win_undo_keep_member(WinUndo *undo, const WCHAR *sid);
bool win_undo_has_member(const WinUndo *undo, const WCHAR *sid);
void win_undo_forget_member(WinUndo *undo, const WCHAR *sid); // it was one before

// What is kept: each name with its mark in one block, ended by an empty one; the caller frees it.
// NULL: nothing.
WCHAR *win_undo_names(const WinUndo *undo);

// All back as it was; accounts are handed to drop_member. What cannot be put back stays kept and
// counts as failed. Closes undo.
void win_undo_restore(WinUndo *undo, bool (*drop_member)(const WCHAR *sid));
