// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/session.h"

#include <stdint.h>
#include <wtsapi32.h>

// wtsapi32 is loaded only here: no other use of the agent needs it.
typedef BOOL(WINAPI *Enumerate)(HANDLE, DWORD, DWORD, WTS_SESSION_INFOW **, DWORD *);
typedef BOOL(WINAPI *QueryToken)(ULONG session, HANDLE *token);
typedef void(WINAPI *Release)(void *);

typedef struct {
    Enumerate enumerate;
    QueryToken query_token;
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
    s->release = (Release)(uintptr_t)GetProcAddress(library, "WTSFreeMemory");
    return s->enumerate && s->query_token && s->release;
}

static HANDLE
token_in_state(const Sessions *s, const WTS_SESSION_INFOW *sessions, DWORD n,
               WTS_CONNECTSTATE_CLASS state)
{
    HANDLE token = NULL;

    for (DWORD i = 0; i < n; i++)
        if (sessions[i].State == state && s->query_token(sessions[i].SessionId, &token))
            return token;
    return NULL;
}

HANDLE
win_session_user(void)
{
    WTS_SESSION_INFOW *sessions = NULL;
    HANDLE token = NULL;
    DWORD n = 0;
    Sessions s;

    if (!load(&s) || !s.enumerate(WTS_CURRENT_SERVER_HANDLE, 0, 1, &sessions, &n))
        return NULL;
    token = token_in_state(&s, sessions, n, WTSActive);
    if (!token)
        token = token_in_state(&s, sessions, n, WTSDisconnected);
    s.release(sessions);
    return token;
}

bool
win_session_user_name(HANDLE token, WCHAR *name, DWORD room)
{
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } found;
    WCHAR domain[256];
    DWORD size, domain_size = 256;
    SID_NAME_USE use;

    return GetTokenInformation(token, TokenUser, &found, sizeof found, &size) &&
           LookupAccountSidW(NULL, found.user.User.Sid, name, &room, domain, &domain_size, &use);
}
