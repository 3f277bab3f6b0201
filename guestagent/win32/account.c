// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/account.h"

#include <sddl.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#define REMOTE_DESKTOP_USERS L"S-1-5-32-555"
#define NAME_MAX_CHARS 256
#define ALL_AT_ONCE 0xffffffff // MAX_PREFERRED_LENGTH

// lmaccess.h, lmerr.h: from netapi32, which is loaded only here.
typedef DWORD(WINAPI *ChangeMembers)(const WCHAR *server, const WCHAR *group, DWORD level,
                                     BYTE *members, DWORD n);
typedef DWORD(WINAPI *GetMembers)(const WCHAR *server, const WCHAR *group, DWORD level,
                                  BYTE **members, DWORD room, DWORD *n, DWORD *total,
                                  ULONG_PTR *resume);
typedef DWORD(WINAPI *FreeBuffer)(void *buffer);
typedef struct {
    PSID sid;
} Member; // LOCALGROUP_MEMBERS_INFO_0

bool
win_account_is_administrator(void)
{
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    PSID administrators = NULL;
    BOOL member = FALSE;

    if (!AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID,
                                  DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0, &administrators))
        return false;
    CheckTokenMembership(NULL, administrators, &member);
    FreeSid(administrators);
    return member;
}

static bool
as_text(PSID sid, WCHAR text[WIN_SID_MAX])
{
    WCHAR *found = NULL;

    if (!ConvertSidToStringSidW(sid, &found))
        return false;
    lstrcpynW(text, found, WIN_SID_MAX);
    LocalFree(found);
    return true;
}

bool
win_account_find(const WCHAR *name, WCHAR text[WIN_SID_MAX])
{
    union {
        SID sid;
        BYTE room[SECURITY_MAX_SID_SIZE];
    } found;
    WCHAR domain[NAME_MAX_CHARS];
    DWORD size = sizeof found, domain_size = NAME_MAX_CHARS;
    SID_NAME_USE use;

    return LookupAccountNameW(NULL, name, &found, &size, domain, &domain_size, &use) &&
           as_text(&found, text);
}

bool
win_account_of_token(HANDLE token, WCHAR text[WIN_SID_MAX])
{
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } found;
    HANDLE own = NULL;
    DWORD size;

    if (!token && !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &own))
        return false;
    bool ok = GetTokenInformation(token ? token : own, TokenUser, &found, sizeof found, &size) &&
              as_text(found.user.User.Sid, text);
    if (own)
        CloseHandle(own);
    return ok;
}

bool
win_account_is_system(const WCHAR *sid)
{
    return wcscmp(sid, L"S-1-5-18") == 0;
}

static bool
remote_group(WCHAR name[NAME_MAX_CHARS])
{
    WCHAR domain[NAME_MAX_CHARS];
    DWORD size = NAME_MAX_CHARS, domain_size = NAME_MAX_CHARS;
    SID_NAME_USE use;
    PSID sid;

    if (!ConvertStringSidToSidW(REMOTE_DESKTOP_USERS, &sid))
        return false;
    bool ok = LookupAccountSidW(NULL, sid, name, &size, domain, &domain_size, &use);
    LocalFree(sid);
    return ok;
}

static DWORD
change_members(const char *how, const WCHAR *text)
{
    WCHAR group[NAME_MAX_CHARS];
    HMODULE library = LoadLibraryW(L"netapi32.dll");
    ChangeMembers change = library ? (ChangeMembers)(uintptr_t)GetProcAddress(library, how) : NULL;
    Member member;

    if (!change || !remote_group(group) || !ConvertStringSidToSidW(text, &member.sid))
        return GetLastError();
    DWORD error = change(NULL, group, 0, (BYTE *)&member, 1);
    LocalFree(member.sid);
    FreeLibrary(library);
    SetLastError(error);
    return error;
}

static bool
has(const Member *members, DWORD n, const WCHAR *text)
{
    WCHAR member[WIN_SID_MAX];

    for (DWORD i = 0; i < n; i++)
        if (as_text(members[i].sid, member) && wcscmp(member, text) == 0)
            return true;
    return false;
}

bool
win_account_is_remote(const WCHAR *text)
{
    HMODULE library = LoadLibraryW(L"netapi32.dll");
    GetMembers get =
        library ? (GetMembers)(uintptr_t)GetProcAddress(library, "NetLocalGroupGetMembers") : NULL;
    FreeBuffer drop =
        library ? (FreeBuffer)(uintptr_t)GetProcAddress(library, "NetApiBufferFree") : NULL;
    WCHAR group[NAME_MAX_CHARS];
    BYTE *members = NULL;
    DWORD n = 0, total;

    bool is = get && drop && remote_group(group) &&
              get(NULL, group, 0, &members, ALL_AT_ONCE, &n, &total, NULL) == NO_ERROR &&
              has((const Member *)members, n, text);
    if (members)
        drop(members);
    if (library)
        FreeLibrary(library);
    return is;
}

WinMember
win_account_add_remote(const WCHAR *sid)
{
    switch (change_members("NetLocalGroupAddMembers", sid)) {
    case NO_ERROR:
        return WIN_MEMBER_ADDED;
    case ERROR_MEMBER_IN_ALIAS:
        return WIN_MEMBER_ALREADY;
    default:
        return WIN_MEMBER_FAILED;
    }
}

bool
win_account_drop_remote(const WCHAR *sid)
{
    DWORD error = change_members("NetLocalGroupDelMembers", sid);

    return error == NO_ERROR || error == ERROR_MEMBER_NOT_IN_ALIAS;
}
