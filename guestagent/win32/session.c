// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/session.h"

#include "guestagent/win32/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wtsapi32.h>

// WTSSessionInfoEx and the beginning of its WTSINFOEXW, which wtsapi32.h has not.
#define SESSION_INFO_EX 25
#define LEVEL 1
typedef struct {
    DWORD level, padding; // the rest is aligned to 8
    DWORD session, state, flags;
} SessionInfoEx;

#define NO_CONSOLE 0xffffffff

// wtsapi32 is loaded only here: no other use of the agent needs it.
typedef BOOL(WINAPI *Enumerate)(HANDLE, DWORD, DWORD, WTS_SESSION_INFOW **, DWORD *);
typedef BOOL(WINAPI *QueryToken)(ULONG session, HANDLE *token);
typedef BOOL(WINAPI *Query)(HANDLE, DWORD session, DWORD what, LPWSTR *found, DWORD *size);
typedef void(WINAPI *Release)(void *);

typedef struct {
    Enumerate enumerate;
    QueryToken query_token;
    Query query;
    Release release;
} Sessions;

static bool
load(Sessions *s)
{
    static HMODULE library;

    if (!library)
        library = LoadLibraryW(L"wtsapi32.dll");
    if (!library)
        return false;
    s->enumerate = (Enumerate)(uintptr_t)GetProcAddress(library, "WTSEnumerateSessionsW");
    s->query_token = (QueryToken)(uintptr_t)GetProcAddress(library, "WTSQueryUserToken");
    s->query = (Query)(uintptr_t)GetProcAddress(library, "WTSQuerySessionInformationW");
    s->release = (Release)(uintptr_t)GetProcAddress(library, "WTSFreeMemory");
    return s->enumerate && s->query_token && s->query && s->release;
}

HANDLE
win_session_token(uint32_t session)
{
    HANDLE token = NULL;
    Sessions s;

    return load(&s) && s.query_token(session, &token) ? token : NULL;
}

static void
copy_text(char to[CHAN_NAME_MAX + 1], const WCHAR *text)
{
    char *utf8 = win_utf8(text);

    // A name that is too long is nobody's: accounts have 20 letters, or 256.
    if (strlen(utf8) <= CHAN_NAME_MAX)
        memcpy(to, utf8, strlen(utf8) + 1);
    free(utf8);
}

// The caller releases it. NULL: Windows does not tell, or less than size.
static void *
query(const Sessions *s, uint32_t session, DWORD what, DWORD least)
{
    LPWSTR found = NULL;
    DWORD size = 0;

    if (!s->query(WTS_CURRENT_SERVER_HANDLE, session, what, &found, &size))
        return NULL;
    if (size >= least)
        return found;
    s->release(found);
    return NULL;
}

static WinSessionUse
use_of(WTS_CONNECTSTATE_CLASS state)
{
    return state == WTSActive         ? WIN_SESSION_ACTIVE
           : state == WTSConnected    ? WIN_SESSION_CONNECTED
           : state == WTSDisconnected ? WIN_SESSION_DISCONNECTED
                                      : WIN_SESSION_OTHER;
}

static void
describe(const Sessions *s, const WinEdition *windows, WinPerson *p)
{
    WCHAR *user = query(s, p->id, WTSUserName, sizeof(WCHAR));

    if (user) {
        copy_text(p->user, user);
        s->release(user);
    }
    if (windows->major < 6 || (windows->major == 6 && windows->minor == 0))
        return; // XP and Vista know no such question
    SessionInfoEx *info = query(s, p->id, SESSION_INFO_EX, sizeof *info);
    if (!info)
        return;
    if (info->level == LEVEL)
        p->asked = win_lock_of(info->flags, windows->major, windows->minor);
    s->release(info);
}

static bool
account_of(const Sessions *s, uint32_t session, WCHAR *account, DWORD room)
{
    WCHAR *user = query(s, session, WTSUserName, sizeof(WCHAR));
    WCHAR *domain = query(s, session, WTSDomainName, sizeof(WCHAR));
    bool named = domain && domain[0];
    bool there = user && user[0] &&
                 _snwprintf(account, room, L"%ls%ls%ls", named ? domain : L"", named ? L"\\" : L"",
                            user) > 0;

    account[room - 1] = 0;
    if (user)
        s->release(user);
    if (domain)
        s->release(domain);
    return there;
}

bool
win_session_sitting(WCHAR *account, DWORD room)
{
    uint32_t console = WTSGetActiveConsoleSessionId();
    DWORD own = NO_CONSOLE;
    Sessions s;

    ProcessIdToSessionId(GetCurrentProcessId(), &own);
    return load(&s) && ((own != NO_CONSOLE && account_of(&s, own, account, room)) ||
                        (console != NO_CONSOLE && account_of(&s, console, account, room)));
}

// Where Windows has no list, there is the session of the screen.
static unsigned
list_console(WinPerson *p)
{
    uint32_t id = WTSGetActiveConsoleSessionId();

    *p = (WinPerson){.id = id, .use = WIN_SESSION_ACTIVE};
    return id != NO_CONSOLE;
}

unsigned
win_session_list(const WinEdition *windows, WinPerson *people, unsigned max)
{
    WTS_SESSION_INFOW *sessions = NULL;
    unsigned listed = 0;
    DWORD n = 0;
    Sessions s;

    if (!load(&s) || max == 0)
        return 0;
    if (!s.enumerate(WTS_CURRENT_SERVER_HANDLE, 0, 1, &sessions, &n))
        n = 0;
    for (DWORD i = 0; i < n && listed < max; i++)
        people[listed++] =
            (WinPerson){.id = sessions[i].SessionId, .use = use_of(sessions[i].State)};
    if (sessions)
        s.release(sessions);
    if (listed == 0)
        listed = list_console(people);
    for (unsigned i = 0; i < listed; i++)
        describe(&s, windows, &people[i]);
    return listed;
}

void
win_session_own(WinPerson *p)
{
    WCHAR name[256];
    DWORD size = 256, id = 0;

    ProcessIdToSessionId(GetCurrentProcessId(), &id);
    *p = (WinPerson){.id = id, .use = WIN_SESSION_ACTIVE};
    if (GetUserNameW(name, &size))
        copy_text(p->user, name);
}
