// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/setup.h"

#include "guestagent/win32/account.h"
#include "guestagent/win32/allowlist.h"
#include "guestagent/win32/menu.h"
#include "guestagent/win32/policy.h"
#include "guestagent/win32/session.h"
#include "guestagent/win32/text.h"
#include "guestagent/win32/undo.h"
#include "guestagent/win32/version.h"

#include <objbase.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    bool undo, dry;
    const WCHAR *user;
} SetupOptions;

#define SERVER L"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
#define KEYBOARD L"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Keyboard Layout"
#define ACCOUNT_MAX 512 // a domain and a name
#define DAYS_5_MS 432000000
#define EXPLORER L"Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Advanced"

typedef struct {
    const WCHAR *path, *name;
    DWORD value;
    enum { ALWAYS, OF_USER } when;
} Setting;

static const Setting settings[] = {
    {SERVER, L"fDenyTSConnections", 0, ALWAYS},
    {WIN_ALLOW_LIST, L"fDisabledAllowList", 0, ALWAYS},
    {WIN_POLICY, L"fInheritInitialProgram", 1, ALWAYS}, // the client says what is started
    // A session stays when its last program is closed: the next one opens without signing in. 0
    // would log off at once; this is the longest that the policy's own list has.
    {WIN_POLICY, L"RemoteAppLogoffTimeLimit", DAYS_5_MS, ALWAYS},
    {WIN_POLICY, L"MaxIdleTime", 0, ALWAYS},
    // A host that went without a word is noticed within a minute, and its session freed.
    {WIN_POLICY, L"KeepAliveEnable", 1, ALWAYS},
    {WIN_POLICY, L"KeepAliveInterval", 1, ALWAYS},
    {SERVER L"\\WinStations", L"DWMFRAMEINTERVAL", 15, ALWAYS}, // 60 frames a second, not 30
    // The keyboard layout is the guest's own: the host sends keys, not characters.
    {KEYBOARD, L"IgnoreRemoteKeyboardLayout", 1, ALWAYS},
    // Windows 11 shows its bar over the host's own edge of the screen.
    {EXPLORER, L"EnableSnapBar", 0, OF_USER},
};

static bool
parse(SetupOptions *o, int argc, WCHAR **argv)
{
    for (int i = 0; i < argc; i++) {
        if (lstrcmpW(argv[i], L"--undo") == 0)
            o->undo = true;
        else if (lstrcmpW(argv[i], L"--dry-run") == 0)
            o->dry = true;
        else if (lstrcmpW(argv[i], L"--user") == 0 && i + 1 < argc)
            o->user = argv[++i];
        else
            return false;
    }
    return !(o->undo && (o->user || o->dry));
}

static bool
is_loaded(const WCHAR *sid)
{
    HKEY key;
    LONG error = RegOpenKeyExW(HKEY_USERS, sid, 0, KEY_READ, &key);

    if (error == ERROR_SUCCESS)
        RegCloseKey(key);
    return error != ERROR_FILE_NOT_FOUND;
}

// Settings of a user can be had only where there is a user, and while that user's registry is.
static bool
has_settings(const WCHAR *sid)
{
    if (win_account_is_system(sid))
        return false;
    if (is_loaded(sid))
        return true;
    printf("skip the settings of the account %ls, which is not logged on: run this again when it "
           "is\n",
           sid);
    return false;
}

static void
write_settings(WinUndo *undo, const WCHAR *sid)
{
    bool with_user = has_settings(sid);
    WCHAR path[WIN_UNDO_PATH_MAX];

    for (unsigned i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const Setting *s = &settings[i];
        bool of_user = s->when == OF_USER;
        if (of_user && !with_user)
            continue;
        _snwprintf(path, WIN_UNDO_PATH_MAX, L"%ls%ls%ls%ls", of_user ? L"HKU\\" : L"",
                   of_user ? sid : L"", of_user ? L"\\" : L"", s->path);
        win_undo_set_dword(undo, path, s->name, s->value);
    }
}

static void
let_in(WinUndo *undo, const WCHAR *sid)
{
    if (win_account_is_system(sid))
        return; // a deployment: who may come is not known
    if (undo->dry) {
        printf("would add the account %ls to the Remote Desktop users\n", sid);
        return;
    }
    bool noted = win_undo_has_member(undo, sid);
    if (!noted && win_account_is_remote(sid))
        return;
    // Noted first, so that one who was let in is taken out again even if this ends in between.
    if (!noted && !win_undo_keep_member(undo, sid))
        return;
    WinMember member = win_account_add_remote(sid);
    DWORD error = GetLastError();
    if (!noted && member != WIN_MEMBER_ADDED)
        win_undo_forget_member(undo, sid);
    switch (member) {
    case WIN_MEMBER_ADDED:
        printf("add the account %ls to the Remote Desktop users\n", sid);
        break;
    case WIN_MEMBER_ALREADY:
        break;
    case WIN_MEMBER_FAILED:
        fprintf(stderr,
                "casement-agent: cannot add the account %ls to the Remote Desktop users (error "
                "%lu); add it in the system's settings for Remote Desktop\n",
                sid, error);
        undo->failed++;
        break;
    }
}

static bool
policy_denies(void)
{
    DWORD denies = 0, size = sizeof denies, type = REG_DWORD;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, WIN_POLICY + wcslen(L"HKLM\\"), 0,
                      KEY_READ | KEY_WOW64_64KEY, &key) != ERROR_SUCCESS)
        return false;
    RegQueryValueExW(key, L"fDenyTSConnections", NULL, &type, (BYTE *)&denies, &size);
    RegCloseKey(key);
    return type == REG_DWORD && denies;
}

// What no setting of ours helps against.
static void
warn(void)
{
    WinVersion version;

    win_version_get(&version);
    const char *refuses = win_edition_refuses(&version.edition);
    if (refuses)
        fprintf(stderr, "casement-agent: %s\n", refuses);
    win_version_clear(&version);
    if (policy_denies())
        fprintf(stderr, "casement-agent: a policy turns Remote Desktop off in this guest; whoever "
                        "manages it must allow it (\"Allow users to connect remotely by using "
                        "Remote Desktop Services\")\n");
}

static void
say_for(const WCHAR *account, const char *why)
{
    char *utf8 = win_utf8(account);

    printf("for the account %s%s\n", utf8, why);
    free(utf8);
}

// The one that was named, else who is logged on here, else whose process this is: who has no
// administrator's rights starts this with another account's.
static bool
choose_account(const SetupOptions *o, WCHAR sid[WIN_SID_MAX])
{
    WCHAR sitting[ACCOUNT_MAX];
    const WCHAR *name = o->user;
    bool own = !name && win_account_of_token(NULL, sid);

    if (own && win_account_is_system(sid)) { // a deployment
        printf("for no account: this runs as Windows itself (name one: --user NAME)\n");
        return true;
    }
    if (!name && win_session_sitting(sitting, ACCOUNT_MAX))
        name = sitting;
    bool found = name && win_account_find(name, sid);
    if (found || own)
        say_for(found ? name : sid, o->user ? ""
                                    : found ? ", logged on here (another: --user NAME)"
                                            : ", as this runs");
    return found || own;
}

static void
say_not_open(void)
{
    DWORD error = GetLastError();

    if (error == WAIT_TIMEOUT)
        fprintf(stderr,
                "casement-agent: another setup changes the settings; run this again when it "
                "is done\n");
    else
        fprintf(stderr, "casement-agent: cannot keep what was: the registry refuses (error %lu)\n",
                error);
}

static int
make_ready(const SetupOptions *o)
{
    WinUndo undo = {.dry = o->dry};
    WCHAR sid[WIN_SID_MAX];
    WinMenu menu = {0};

    if (!choose_account(o, sid)) {
        fprintf(stderr, "casement-agent: no account of that name is here (error %lu)\n",
                GetLastError());
        return WIN_SETUP_FAILED;
    }
    if (SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)))
        win_menu_collect(&menu, WIN_MENU_USERS);
    if (!win_undo_open(&undo, true)) {
        say_not_open();
        win_menu_clear(&menu);
        return WIN_SETUP_FAILED;
    }
    win_undo_begin(&undo);
    write_settings(&undo, sid);
    win_allow_list_write(&undo, &menu);
    win_menu_clear(&menu);
    let_in(&undo, sid);
    win_undo_close(&undo);
    warn();
    if (undo.failed)
        return WIN_SETUP_FAILED;
    printf(o->dry ? "nothing was changed\n"
                  : "this guest is ready; casement-agent setup --undo puts back what was\n");
    return WIN_SETUP_DONE;
}

static int
put_back(void)
{
    WinUndo undo = {0};

    if (!win_undo_open(&undo, false)) {
        if (GetLastError() != ERROR_FILE_NOT_FOUND) {
            say_not_open();
            return WIN_SETUP_FAILED;
        }
        printf("nothing to put back: setup was not run here\n");
        return WIN_SETUP_DONE;
    }
    win_undo_restore(&undo, win_account_drop_remote);
    if (undo.failed) {
        fprintf(stderr, "casement-agent: not all is as it was; what is left stays noted, and setup "
                        "--undo can be run again (for a user's own settings: while that user is "
                        "logged on)\n");
        return WIN_SETUP_FAILED;
    }
    printf("all is as it was before setup\n");
    return WIN_SETUP_DONE;
}

int
win_setup(int argc, WCHAR **argv)
{
    SetupOptions o = {0};

    if (!parse(&o, argc, argv)) {
        fprintf(stderr, "usage: casement-agent setup [--user NAME] [--dry-run]\n"
                        "       casement-agent setup --undo\n");
        return WIN_SETUP_USAGE;
    }
    if (!o.dry && !win_account_is_administrator()) {
        fprintf(stderr, "casement-agent: setup changes settings of the whole system: run it as "
                        "administrator (right click, \"Run as administrator\")\n");
        return WIN_SETUP_NOT_ADMINISTRATOR;
    }
    return o.undo ? put_back() : make_ready(&o);
}
