// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helpers.h"

#include "guestagent/win32/session.h"
#include "guestagent/win32/text.h"

#include <stdio.h>
#include <stdlib.h>

#define AGAIN_MS 30000

typedef struct {
    bool used;
    uint32_t session;
    DWORD started; // GetTickCount
    HANDLE process, thread;
    HANDLE in, out; // the service's ends of the helper's standard input and output
    HANDLE changed;
    CRITICAL_SECTION guard; // of what follows, which the thread writes
    bool reported, ended;
    WinHelperReport report;
} Helper;

struct WinHelpers {
    HANDLE changed;
    Helper helpers[CHAN_SESSIONS_MAX];
};

static bool
read_whole(HANDLE from, uint8_t bytes[WIN_HELPER_REPORT_SIZE])
{
    DWORD n;

    for (DWORD at = 0; at < WIN_HELPER_REPORT_SIZE; at += n)
        if (!ReadFile(from, bytes + at, WIN_HELPER_REPORT_SIZE - at, &n, NULL) || n == 0)
            return false;
    return true;
}

// A helper that breaks its little protocol is heard no more.
static DWORD WINAPI
hear(void *data)
{
    uint8_t untrusted_bytes[WIN_HELPER_REPORT_SIZE];
    WinHelperReport report;
    Helper *h = data;

    while (read_whole(h->out, untrusted_bytes) &&
           win_helper_report_decode(&report, untrusted_bytes)) {
        EnterCriticalSection(&h->guard);
        h->reported = true;
        h->report = report;
        LeaveCriticalSection(&h->guard);
        SetEvent(h->changed);
    }
    EnterCriticalSection(&h->guard);
    h->ended = true;
    h->reported = false;
    LeaveCriticalSection(&h->guard);
    SetEvent(h->changed);
    return 0;
}

static void
close_all(HANDLE *handles, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (handles[i])
            CloseHandle(handles[i]);
}

// The user's own environment, so that nothing of the service's reaches a user.
static void *
environment_of(HANDLE token)
{
    typedef BOOL(WINAPI * Create)(void **, HANDLE, BOOL);
    static HMODULE library;
    void *environment = NULL;

    if (!library)
        library = LoadLibraryW(L"userenv.dll");
    Create create =
        library ? (Create)(uintptr_t)GetProcAddress(library, "CreateEnvironmentBlock") : NULL;
    return create && create(&environment, token, FALSE) ? environment : NULL;
}

static void
free_environment(void *environment)
{
    typedef BOOL(WINAPI * Destroy)(void *);
    HMODULE library = GetModuleHandleW(L"userenv.dll");
    Destroy destroy =
        library ? (Destroy)(uintptr_t)GetProcAddress(library, "DestroyEnvironmentBlock") : NULL;

    if (environment && destroy)
        destroy(environment);
}

// child: its standard input and output.
static HANDLE
start_process(HANDLE token, HANDLE child[2])
{
    static WCHAR desktop[] = L"winsta0\\default";
    WCHAR path[MAX_PATH], line[MAX_PATH + 16];
    STARTUPINFOW start = {.cb = sizeof start,
                          .lpDesktop = desktop,
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdInput = child[0],
                          .hStdOutput = child[1]};
    PROCESS_INFORMATION made;
    DWORD n = GetModuleFileNameW(NULL, path, MAX_PATH);

    if (n == 0 || n >= MAX_PATH || _snwprintf(line, MAX_PATH + 16, L"\"%ls\" --helper", path) < 0)
        return NULL;
    void *environment = environment_of(token);
    BOOL ok = CreateProcessAsUserW(token, path, line, NULL, NULL, TRUE,
                                   CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT, environment, NULL,
                                   &start, &made);
    free_environment(environment);
    if (!ok)
        return NULL;
    CloseHandle(made.hThread);
    return made.hProcess;
}

// False: this session's user cannot be had, or has just left.
static bool
start(Helper *h)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    HANDLE ends[4] = {0}; // read and write of its input, read and write of its output
    HANDLE token = win_session_token(h->session);

    if (token && CreatePipe(&ends[0], &ends[1], &inherited, 0) &&
        CreatePipe(&ends[2], &ends[3], &inherited, 0) &&
        SetHandleInformation(ends[1], HANDLE_FLAG_INHERIT, 0) &&
        SetHandleInformation(ends[2], HANDLE_FLAG_INHERIT, 0)) {
        HANDLE child[2] = {ends[0], ends[3]};
        h->process = start_process(token, child);
    }
    if (token)
        CloseHandle(token);
    if (!h->process) {
        close_all(ends, 4);
        return false;
    }
    CloseHandle(ends[0]);
    CloseHandle(ends[3]);
    h->in = ends[1];
    h->out = ends[2];
    h->thread = CreateThread(NULL, 0, hear, h, 0, NULL);
    return h->thread != NULL;
}

// Its input ends, and so does it; nothing that a user's program does may hold up the service.
static void
stop(Helper *h)
{
    if (h->in)
        CloseHandle(h->in);
    if (h->process && WaitForSingleObject(h->process, 500) != WAIT_OBJECT_0)
        TerminateProcess(h->process, 1);
    if (h->thread)
        WaitForSingleObject(h->thread, 500);
    HANDLE rest[] = {h->out, h->process, h->thread};
    close_all(rest, 3);
    DeleteCriticalSection(&h->guard);
    *h = (Helper){0};
}

static Helper *
find(WinHelpers *all, uint32_t session)
{
    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++)
        if (all->helpers[i].used && all->helpers[i].session == session)
            return &all->helpers[i];
    return NULL;
}

static void
begin(WinHelpers *all, uint32_t session)
{
    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++) {
        Helper *h = &all->helpers[i];
        if (h->used)
            continue;
        *h = (Helper){
            .used = true, .session = session, .started = GetTickCount(), .changed = all->changed};
        InitializeCriticalSection(&h->guard);
        h->ended = !start(h);
        return;
    }
}

WinHelpers *
win_helpers_new(HANDLE changed)
{
    WinHelpers *all = win_alloc(sizeof *all);

    all->changed = changed;
    return all;
}

void
win_helpers_free(WinHelpers *all)
{
    if (!all)
        return;
    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++)
        if (all->helpers[i].used)
            stop(&all->helpers[i]);
    free(all);
}

static bool
is_one_of(uint32_t session, const uint32_t *sessions, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (sessions[i] == session)
            return true;
    return false;
}

void
win_helpers_keep(WinHelpers *all, const uint32_t *sessions, unsigned n)
{
    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++) {
        Helper *h = &all->helpers[i];
        if (h->used && (!is_one_of(h->session, sessions, n) ||
                        (h->ended && GetTickCount() - h->started > AGAIN_MS)))
            stop(h);
    }
    for (unsigned i = 0; i < n; i++)
        if (!find(all, sessions[i]))
            begin(all, sessions[i]);
}

bool
win_helpers_report(WinHelpers *all, uint32_t session, WinHelperReport *report)
{
    Helper *h = find(all, session);

    if (!h)
        return false;
    EnterCriticalSection(&h->guard);
    bool reported = h->reported;
    *report = h->report;
    LeaveCriticalSection(&h->guard);
    return reported;
}
