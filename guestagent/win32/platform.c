// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/platform.h"

#include "guestagent/win32/allowlist.h"
#include "guestagent/win32/icon.h"
#include "guestagent/win32/menu.h"
#include "guestagent/win32/session.h"
#include "guestagent/win32/text.h"
#include "guestagent/win32/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_MS 300 // an installer writes one shortcut after the other
#define LOOK_MS 2000  // for Remote Desktop
#define WANTED_MAX 4096
#define ICONS_A_TURN 8

// The icon of a file, drawn once for all entries that have it.
typedef struct {
    unsigned entry; // of the menu: one that has it
    unsigned n;
    ChanIconRef refs[CHAN_ICONS_MAX];
} Known;

struct AgentPlatform {
    Agent *agent;
    unsigned short rdp_port;
    bool of_session;
    HANDLE user; // of the session; NULL: nobody, or this process's own
    char os_name[WIN_EDITION_NAME_MAX];
    const char *refuses; // why this Windows cannot show single programs; NULL: it can
    char *host_name, *user_name, *locale;
    WinMenu menu;
    Known *known; // icons that were told of
    unsigned n_known;
    HANDLE changes[WIN_PLATFORM_HANDLES_MAX];
    unsigned n_changes;
    bool collect;
    DWORD collect_at, look_at; // GetTickCount
    bool rdp_told, rdp_answers;
    uint8_t (*wanted)[CHAN_ICON_HASH_SIZE];
    unsigned n_wanted;
};

static char *
locale_name(void)
{
    char language[16] = "en", country[16] = "US", *name = win_alloc(64);

    GetLocaleInfoA(LOCALE_USER_DEFAULT, LOCALE_SISO639LANGNAME, language, sizeof language);
    GetLocaleInfoA(LOCALE_USER_DEFAULT, LOCALE_SISO3166CTRYNAME, country, sizeof country);
    snprintf(name, 64, "%s_%s.UTF-8", language, country);
    return name;
}

static void
describe(AgentPlatform *p)
{
    WinVersion version;
    WCHAR text[256];
    DWORD size = 256;

    win_version_get(&version);
    win_edition_name(&version.edition, p->os_name);
    p->refuses = win_edition_refuses(&version.edition);
    win_version_clear(&version);
    p->host_name = win_utf8(GetComputerNameW(text, &size) ? text : L"");
    size = 256;
    bool named = p->user ? win_session_user_name(p->user, text, size)
                         : !p->of_session && GetUserNameW(text, &size);
    p->user_name = win_utf8(named ? text : L"");
    p->locale = locale_name();
}

static void
watch(AgentPlatform *p)
{
    WCHAR folders[WIN_PLATFORM_HANDLES_MAX][MAX_PATH];

    win_menu_set_user(p->user);
    unsigned n = win_menu_folders(folders, WIN_PLATFORM_HANDLES_MAX);
    for (unsigned i = 0; i < n; i++) {
        HANDLE change = FindFirstChangeNotificationW(folders[i], TRUE,
                                                     FILE_NOTIFY_CHANGE_FILE_NAME |
                                                         FILE_NOTIFY_CHANGE_DIR_NAME |
                                                         FILE_NOTIFY_CHANGE_LAST_WRITE);
        if (change != INVALID_HANDLE_VALUE)
            p->changes[p->n_changes++] = change;
    }
}

static void
unwatch(AgentPlatform *p)
{
    while (p->n_changes > 0)
        FindCloseChangeNotification(p->changes[--p->n_changes]);
}

AgentPlatform *
win_platform_new(Agent *agent, unsigned short rdp_port, bool of_session)
{
    AgentPlatform *p = win_alloc(sizeof *p);

    p->agent = agent;
    p->rdp_port = rdp_port;
    p->of_session = of_session;
    p->user = of_session ? win_session_user() : NULL;
    p->wanted = win_alloc(WANTED_MAX * sizeof *p->wanted);
    describe(p);
    watch(p);
    p->look_at = GetTickCount();
    return p;
}

void
win_platform_free(AgentPlatform *p)
{
    if (!p)
        return;
    unwatch(p);
    win_menu_set_user(NULL);
    if (p->user)
        CloseHandle(p->user);
    win_menu_clear(&p->menu);
    free(p->known);
    free(p->wanted);
    free(p->host_name);
    free(p->user_name);
    free(p->locale);
    free(p);
}

// ---- platform.h

void
agent_platform_guest_info(AgentPlatform *p, ChanGuestInfo *info)
{
    *info = (ChanGuestInfo){.os = CHAN_OS_WINDOWS,
                            .os_name = CHAN_SPAN_TEXT(p->os_name),
                            .host_name = CHAN_SPAN_TEXT(p->host_name),
                            .user_name = CHAN_SPAN_TEXT(p->user_name),
                            .locale = CHAN_SPAN_TEXT(p->locale)};
}

void
agent_platform_set_locale(AgentPlatform *p, const char *locale)
{
    // Shortcuts have the names that the shell of this user's language gives them, and no others.
}

void
agent_platform_collect(AgentPlatform *p)
{
    if (p->collect)
        return;
    p->collect = true;
    p->collect_at = GetTickCount();
}

void
agent_platform_want_icon(AgentPlatform *p, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    if (p->n_wanted < WANTED_MAX)
        memcpy(p->wanted[p->n_wanted++], hash, CHAN_ICON_HASH_SIZE);
}

void
agent_platform_host_left(AgentPlatform *p)
{
    p->n_wanted = 0;
}

// ---- the list

static bool
same_icon(const AgentPlatform *p, unsigned a, unsigned b)
{
    const WinShortcut *x = &p->menu.entries[a].shortcut, *y = &p->menu.entries[b].shortcut;

    return x->icon_index == y->icon_index && lstrcmpiW(x->icon, y->icon) == 0;
}

static const Known *
icon_of(AgentPlatform *p, unsigned entry)
{
    const WinShortcut *s = &p->menu.entries[entry].shortcut;
    WinIcon icons[CHAN_ICONS_MAX];

    for (unsigned k = 0; k < p->n_known; k++)
        if (same_icon(p, p->known[k].entry, entry))
            return &p->known[k];
    Known *known = &p->known[p->n_known++];
    *known =
        (Known){.entry = entry, .n = win_icon_load(s->icon, s->icon_index, icons, CHAN_ICONS_MAX)};
    for (unsigned i = 0; i < known->n; i++) {
        known->refs[i].size = icons[i].side;
        memcpy(known->refs[i].hash, icons[i].hash, CHAN_ICON_HASH_SIZE);
    }
    win_icon_clear(icons, known->n);
    return known;
}

static void
list_entry(AgentPlatform *p, unsigned i, ChanApp *app)
{
    const WinEntry *e = &p->menu.entries[i];
    const Known *icon = icon_of(p, i);

    memset(app, 0, sizeof *app);
    app->id = CHAN_SPAN_TEXT(e->id);
    app->name = CHAN_SPAN_TEXT(e->name);
    app->comment = CHAN_SPAN_TEXT(e->comment);
    app->folder = CHAN_SPAN_TEXT(e->folder);
    app->n_icons = (uint16_t)icon->n;
    memcpy(app->icons, icon->refs, icon->n * sizeof *icon->refs);
    agent_list_app(p->agent, app);
}

static void
collect(AgentPlatform *p)
{
    ChanApp *app = win_alloc(sizeof *app);

    p->collect = false;
    win_menu_clear(&p->menu);
    win_menu_collect(&p->menu);
    free(p->known);
    p->known = win_alloc((p->menu.n + 1) * sizeof *p->known);
    p->n_known = 0;
    agent_list_begin(p->agent);
    for (unsigned i = 0; i < p->menu.n; i++)
        list_entry(p, i, app);
    agent_list_end(p->agent);
    free(app);
}

static bool
has_hash(const Known *known, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    for (unsigned i = 0; i < known->n; i++)
        if (memcmp(known->refs[i].hash, hash, CHAN_ICON_HASH_SIZE) == 0)
            return true;
    return false;
}

static void
send_icon(AgentPlatform *p, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    WinIcon icons[CHAN_ICONS_MAX];
    unsigned k = 0;

    while (k < p->n_known && !has_hash(&p->known[k], hash))
        k++;
    if (k == p->n_known)
        return;
    const WinShortcut *s = &p->menu.entries[p->known[k].entry].shortcut;
    unsigned n = win_icon_load(s->icon, s->icon_index, icons, CHAN_ICONS_MAX);
    for (unsigned i = 0; i < n; i++) {
        if (memcmp(icons[i].hash, hash, CHAN_ICON_HASH_SIZE) != 0)
            continue;
        ChanIcon m = {.width = icons[i].side,
                      .height = icons[i].side,
                      .pixels =
                          CHAN_SPAN(icons[i].pixels, (size_t)icons[i].side * icons[i].side * 4)};
        memcpy(m.hash, hash, CHAN_ICON_HASH_SIZE);
        agent_icon(p->agent, &m);
    }
    win_icon_clear(icons, n);
}

// ---- Remote Desktop

SOCKET
win_platform_connect(const AgentPlatform *p)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(p->rdp_port)};
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    u_long nonblocking = 1;

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s == INVALID_SOCKET)
        return s;
    ioctlsocket(s, FIONBIO, &nonblocking);
    if (connect(s, (struct sockaddr *)&here, sizeof here) == 0 ||
        WSAGetLastError() == WSAEWOULDBLOCK)
        return s;
    closesocket(s);
    return INVALID_SOCKET;
}

// Whether somebody accepts there. Nothing is said, so that TermService takes it for no session.
static bool
answers(const AgentPlatform *p)
{
    SOCKET s = win_platform_connect(p);
    struct timeval patience = {.tv_sec = 1};
    fd_set writable, failed;

    if (s == INVALID_SOCKET)
        return false;
    FD_ZERO(&writable);
    FD_ZERO(&failed);
    FD_SET(s, &writable);
    FD_SET(s, &failed);
    bool yes = select(0, NULL, &writable, &failed, &patience) > 0 && FD_ISSET(s, &writable);
    closesocket(s);
    return yes;
}

static void
look_for_rdp(AgentPlatform *p)
{
    bool yes = !p->refuses && answers(p);
    AgentService service = {.name = "rdp",
                            .available = yes,
                            .failing = p->refuses != NULL, // nobody need wait for another Windows
                            .reason = yes ? ""
                                      : p->refuses
                                          ? p->refuses
                                          : "Remote Desktop does not answer in the guest; run "
                                            "casement-agent setup there, or turn it on"};

    p->look_at = GetTickCount() + LOOK_MS;
    if (p->rdp_told && yes == p->rdp_answers)
        return;
    p->rdp_told = true;
    p->rdp_answers = yes;
    agent_service(p->agent, &service);
}

// ---- what is due

unsigned
win_platform_handles(const AgentPlatform *p, HANDLE handles[WIN_PLATFORM_HANDLES_MAX])
{
    memcpy(handles, p->changes, p->n_changes * sizeof *handles);
    return p->n_changes;
}

void
win_platform_changed(AgentPlatform *p, unsigned handle)
{
    FindNextChangeNotification(p->changes[handle]);
    p->collect = true;
    p->collect_at = GetTickCount() + SETTLE_MS;
}

void
win_platform_user_changed(AgentPlatform *p)
{
    HANDLE former = p->user;

    unwatch(p);
    p->user = win_session_user();
    watch(p);
    if (former)
        CloseHandle(former);
    if (!p->user)
        return; // who left will come back to the same programs; their launch brings them
    p->collect = true;
    p->collect_at = GetTickCount() + SETTLE_MS;
}

static bool
is_due(DWORD at)
{
    return (LONG)(GetTickCount() - at) >= 0;
}

static DWORD
left(DWORD at)
{
    return is_due(at) ? 0 : at - GetTickCount();
}

DWORD
win_platform_run(AgentPlatform *p)
{
    if (is_due(p->look_at))
        look_for_rdp(p);
    bool collects = p->collect && is_due(p->collect_at);
    // The user's shortcuts and icons are opened with the user's rights, not with the service's.
    bool as_user = p->user && ImpersonateLoggedOnUser(p->user);
    if (collects)
        collect(p);
    for (unsigned i = 0; i < ICONS_A_TURN && p->n_wanted > 0; i++)
        send_icon(p, p->wanted[--p->n_wanted]);
    if (as_user)
        RevertToSelf();
    if (collects)
        win_allow_list_refresh(&p->menu, p->user || !p->of_session);
    if (p->n_wanted > 0)
        return 0;
    DWORD look = left(p->look_at), again = p->collect ? left(p->collect_at) : look;
    return again < look ? again : look;
}
