// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/watches.h"

#include "guestagent/win32/text.h"
#include "guestagent/win32/turns.h"

#include <stdlib.h>

#define OFTEN_MS 1000   // whether a folder is there, and still the same
#define SELDOM_MS 10000 // where asking may take long, or Windows tells of no changes
#define ENDS_WITHIN_MS 2000
#define CHANGES                                                                                    \
    (FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME | FILE_NOTIFY_CHANGE_LAST_WRITE)

typedef struct {
    WCHAR path[MAX_PATH];
    HANDLE folder; // INVALID_HANDLE_VALUE: it is not watched
    HANDLE event;
    OVERLAPPED asked;
    // Names are not read: many changes, for which it has no room, are one change like any other.
    DWORD names[256];
    bool remote;
    bool absent;
    bool stuck;    // what was asked has not ended, though its folder was left
    DWORD look_at; // GetTickCount
} Watch;

struct WinWatches {
    Watch *at[WIN_WATCHES_MAX];
    unsigned n;
};

static bool
is_remote(const WCHAR *path)
{
    WCHAR root[] = {path[0], L':', L'\\', 0};

    return path[0] == L'\\' || GetDriveTypeW(root) == DRIVE_REMOTE;
}

static HANDLE
open_folder(const WCHAR *path, DWORD access)
{
    return CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
}

// What was asked ends with the folder's handle, or it would write into the watch. False: it has
// not ended yet.
static bool
leave(Watch *w)
{
    DWORD wait = w->stuck ? 0 : ENDS_WITHIN_MS;

    if (w->folder == INVALID_HANDLE_VALUE && !w->stuck)
        return true;
    if (w->folder != INVALID_HANDLE_VALUE) {
        CancelIo(w->folder);
        CloseHandle(w->folder);
    }
    w->folder = INVALID_HANDLE_VALUE;
    w->stuck = WaitForSingleObject(w->event, wait) != WAIT_OBJECT_0;
    return !w->stuck;
}

// Nothing is asked of it.
static void
drop(Watch *w)
{
    ResetEvent(w->event);
    CloseHandle(w->folder);
    w->folder = INVALID_HANDLE_VALUE;
}

static bool
ask(Watch *w)
{
    w->asked = (OVERLAPPED){.hEvent = w->event};
    return ReadDirectoryChangesW(w->folder, w->names, sizeof w->names, TRUE, CHANGES, NULL,
                                 &w->asked, NULL);
}

static bool
enter(Watch *w)
{
    w->folder = open_folder(w->path, FILE_LIST_DIRECTORY);
    DWORD error = w->folder == INVALID_HANDLE_VALUE ? GetLastError() : NO_ERROR;
    w->absent = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;
    if (error == NO_ERROR && ask(w))
        return true;
    if (error == NO_ERROR)
        drop(w);
    return false;
}

static void
look_later(Watch *w)
{
    bool unheard = w->folder == INVALID_HANDLE_VALUE && !w->absent;

    w->look_at = GetTickCount() + (w->remote || unheard ? SELDOM_MS : OFTEN_MS);
}

WinWatches *
win_watches_new(WCHAR folders[][MAX_PATH], unsigned n)
{
    WinWatches *watches = win_alloc(sizeof *watches);

    for (unsigned i = 0; i < n && watches->n < WIN_WATCHES_MAX; i++) {
        Watch *w = win_alloc(sizeof *w);
        lstrcpynW(w->path, folders[i], MAX_PATH);
        w->event = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (!w->event) {
            free(w);
            continue;
        }
        w->remote = is_remote(w->path);
        enter(w);
        look_later(w);
        watches->at[watches->n++] = w;
    }
    return watches;
}

void
win_watches_free(WinWatches *watches)
{
    if (!watches)
        return;
    for (unsigned i = 0; i < watches->n; i++) {
        Watch *w = watches->at[i];
        if (!leave(w))
            continue; // it may still be written into
        CloseHandle(w->event);
        free(w);
    }
    free(watches);
}

unsigned
win_watches_handles(const WinWatches *watches, HANDLE handles[WIN_WATCHES_MAX])
{
    for (unsigned i = 0; i < watches->n; i++)
        handles[i] = watches->at[i]->event;
    return watches->n;
}

bool
win_watches_heard(WinWatches *watches, unsigned handle)
{
    Watch *w = watches->at[handle];
    DWORD size = 0;

    if (w->folder == INVALID_HANDLE_VALUE || !HasOverlappedIoCompleted(&w->asked))
        return false;
    // An error is of a folder that is being removed.
    if (!GetOverlappedResult(w->folder, &w->asked, &size, FALSE) || !ask(w)) {
        drop(w);
        w->look_at = GetTickCount() + OFTEN_MS;
    }
    return true;
}

static bool
is_same(const BY_HANDLE_FILE_INFORMATION *a, const BY_HANDLE_FILE_INFORMATION *b)
{
    return a->dwVolumeSerialNumber == b->dwVolumeSerialNumber &&
           a->nFileIndexHigh == b->nFileIndexHigh && a->nFileIndexLow == b->nFileIndexLow &&
           CompareFileTime(&a->ftCreationTime, &b->ftCreationTime) == 0;
}

// Renamed, it would be watched on under another name.
static bool
is_in_place(const Watch *w)
{
    BY_HANDLE_FILE_INFORMATION watched, found;
    HANDLE folder = open_folder(w->path, FILE_READ_ATTRIBUTES);
    bool known = folder != INVALID_HANDLE_VALUE && GetFileInformationByHandle(folder, &found);

    if (folder != INVALID_HANDLE_VALUE)
        CloseHandle(folder);
    return known && GetFileInformationByHandle(w->folder, &watched) && is_same(&watched, &found);
}

static bool
look_at(Watch *w)
{
    bool was_absent = w->absent, watched = w->folder != INVALID_HANDLE_VALUE;

    if (watched && is_in_place(w))
        return false;
    if (!leave(w))
        return false;
    ResetEvent(w->event);
    return enter(w) || watched || !was_absent || !w->absent;
}

bool
win_watches_look(WinWatches *watches)
{
    bool changed = false;

    for (unsigned i = 0; i < watches->n; i++) {
        Watch *w = watches->at[i];
        if (!win_turn_is_due(w->look_at))
            continue;
        changed |= look_at(w);
        look_later(w);
    }
    return changed;
}

DWORD
win_watches_left(const WinWatches *watches)
{
    DWORD next = INFINITE;

    for (unsigned i = 0; i < watches->n; i++) {
        DWORD left = win_turn_left(watches->at[i]->look_at);
        if (left < next)
            next = left;
    }
    return next;
}
