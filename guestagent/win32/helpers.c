// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helpers.h"

#include "guestagent/win32/helper_pipe.h"
#include "guestagent/win32/session.h"
#include "guestagent/win32/text.h"

#include <stdio.h>
#include <stdlib.h>

#define AGAIN_MS 30000 // since it started; one that ends at once does so each time
#define RETRY_MS 4000  // where it could not be started, as while somebody logs on

typedef struct {
    bool used;
    uint32_t session;
    DWORD started; // GetTickCount
    bool ran;      // since then
    HANDLE process;
    WinHelperPipe *pipe; // NULL: it ended, or could not be started
    WinWords words;
    WinTalk talk;
    bool reported;
    WinHelperReport report;
    bool attended, list; // its list is wanted; and to be asked for
    bool tells;          // one that was asked for has begun
} Helper;

struct WinHelpers {
    HANDLE changed;
    WinHeard heard; // too large for the stack
    Helper helpers[CHAN_SESSIONS_MAX];
};

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
start(WinHelpers *all, Helper *h)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    HANDLE ends[4] = {0}; // read and write of its input, read and write of its output
    HANDLE token = win_session_token(h->session);

    h->started = GetTickCount();
    h->ran = false;
    if (token && CreatePipe(&ends[0], &ends[1], &inherited, WIN_HELPER_PIPE_SIZE) &&
        CreatePipe(&ends[2], &ends[3], &inherited, WIN_HELPER_PIPE_SIZE) &&
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
    h->pipe = win_helper_pipe_new(ends[1], ends[2], all->changed);
    h->list = h->attended;
    h->ran = h->pipe != NULL;
    return h->ran;
}

// Its input ends, and so does it, unless it is not to be asked; nothing that a user's program does
// may hold up the service.
static void
end_process(Helper *h, bool ask)
{
    if (h->pipe && ask)
        win_helper_pipe_end_input(h->pipe);
    if (h->process && WaitForSingleObject(h->process, ask ? 500 : 0) != WAIT_OBJECT_0)
        TerminateProcess(h->process, 1);
    win_helper_pipe_free(h->pipe);
    h->pipe = NULL;
    if (h->process)
        CloseHandle(h->process);
    h->process = NULL;
    win_words_clear(&h->words);
    win_talk_restart(&h->talk);
    h->reported = h->tells = false;
}

static void
stop(Helper *h)
{
    end_process(h, true);
    win_talk_clear(&h->talk);
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
        *h = (Helper){.used = true, .session = session};
        if (!start(all, h))
            end_process(h, false);
        return;
    }
}

static void
begin_again(WinHelpers *all, Helper *h)
{
    end_process(h, false);
    if (!start(all, h))
        end_process(h, false);
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

static bool
is_due(const Helper *h)
{
    return GetTickCount() - h->started > (h->ran ? AGAIN_MS : RETRY_MS);
}

void
win_helpers_keep(WinHelpers *all, const uint32_t *sessions, unsigned n)
{
    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++) {
        Helper *h = &all->helpers[i];
        if (h->used && !is_one_of(h->session, sessions, n))
            stop(h);
        else if (h->used && !h->pipe && is_due(h))
            begin_again(all, h);
    }
    for (unsigned i = 0; i < n; i++)
        if (!find(all, sessions[i]))
            begin(all, sessions[i]);
}

bool
win_helpers_report(WinHelpers *all, uint32_t session, WinHelperReport *report)
{
    Helper *h = find(all, session);

    if (!h || !h->reported)
        return false;
    *report = h->report;
    return true;
}

// ---- the list of one

static Helper *
attended(WinHelpers *all)
{
    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++)
        if (all->helpers[i].used && all->helpers[i].attended)
            return &all->helpers[i];
    return NULL;
}

void
win_helpers_attend_none(WinHelpers *all)
{
    Helper *h = attended(all);

    if (!h)
        return;
    h->attended = h->list = h->tells = false;
    win_talk_forget(&h->talk);
}

bool
win_helpers_attend(WinHelpers *all, uint32_t session)
{
    Helper *h = find(all, session);

    if (attended(all) != h)
        win_helpers_attend_none(all);
    if (!h)
        return false;
    if (!h->attended)
        h->list = true;
    h->attended = true;
    return h->pipe != NULL;
}

void
win_helpers_list(WinHelpers *all)
{
    Helper *h = attended(all);

    if (h)
        h->list = true;
}

void
win_helpers_want(WinHelpers *all, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    Helper *h = attended(all);

    if (h)
        win_talk_want(&h->talk, hash);
}

void
win_helpers_forget(WinHelpers *all)
{
    Helper *h = attended(all);

    if (h)
        win_talk_forget(&h->talk);
}

// ---- what is heard, and said

static void
tell(const Helper *h, const WinHeard *heard, const WinHelperEvents *events, void *user)
{
    if (heard->kind == WIN_WORD_ICON && heard->wanted)
        events->icon(&heard->icon, user);
    if (!h->tells)
        return;
    if (heard->kind == WIN_WORD_BEGIN)
        events->begin(user);
    else if (heard->kind == WIN_WORD_ENTRY)
        events->entry(&heard->entry, user);
    else if (heard->kind == WIN_WORD_END)
        events->end(user);
}

// False: it breaks the rules.
static bool
hear_piece(WinHelpers *all, Helper *h, const WinHelperEvents *events, void *user, bool *news)
{
    ChanSpan untrusted_piece = win_helper_pipe_piece(h->pipe);
    WinWordsState state = WIN_WORDS_MORE;
    WinWord word;

    while (untrusted_piece.size > 0 &&
           (state = win_words_next(&h->words, &untrusted_piece, &word)) == WIN_WORDS_ONE) {
        if (!win_talk_hear(&h->talk, &word, &all->heard))
            return false;
        if (all->heard.kind == WIN_WORD_REPORT) {
            h->report = all->heard.report;
            h->reported = *news = true;
        }
        if (all->heard.kind == WIN_WORD_BEGIN)
            h->tells = h->attended && !h->list;
        tell(h, &all->heard, events, user);
    }
    win_helper_pipe_taken(h->pipe);
    return state != WIN_WORDS_BAD;
}

static void
say(Helper *h)
{
    uint8_t *room = win_helper_pipe_room(h->pipe);
    ChanSpan list = {0};

    if (!room)
        return;
    if (h->list)
        list = win_word_encode(WIN_WORD_LIST, (ChanSpan){0}, room, WIN_HELPER_PIPE_SIZE);
    h->list = false;
    ChanSpan wants = win_talk_ask(&h->talk, room + list.size, WIN_HELPER_PIPE_SIZE - list.size);
    if (list.size + wants.size > 0)
        win_helper_pipe_write(h->pipe, list.size + wants.size);
}

bool
win_helpers_hear(WinHelpers *all, const WinHelperEvents *events, void *user)
{
    bool news = false;

    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++) {
        Helper *h = &all->helpers[i];
        if (!h->used || !h->pipe)
            continue;
        bool ended = win_helper_pipe_ended(h->pipe);
        bool bad = !ended && win_helper_pipe_piece(h->pipe).size > 0 &&
                   !hear_piece(all, h, events, user, &news);
        if (bad)
            fprintf(stderr,
                    "casement-agent: what the helper in session %lu says breaks the rules (after "
                    "a word of kind %u); it was ended, and another one starts soon\n",
                    (unsigned long)h->session, all->heard.kind);
        if (ended || bad) {
            end_process(h, false);
            news = true;
        } else {
            say(h);
        }
    }
    return news;
}

bool
win_helpers_are_waiting(WinHelpers *all)
{
    for (unsigned i = 0; i < CHAN_SESSIONS_MAX; i++) {
        Helper *h = &all->helpers[i];
        if (h->used && h->pipe && win_helper_pipe_piece(h->pipe).size > 0)
            return true;
    }
    return false;
}
