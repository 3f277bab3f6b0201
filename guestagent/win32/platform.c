// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/platform.h"

#include "guestagent/win32/allowlist.h"
#include "guestagent/win32/certificates.h"
#include "guestagent/win32/icons.h"
#include "guestagent/win32/menu.h"
#include "guestagent/win32/people_watch.h"
#include "guestagent/win32/policy.h"
#include "guestagent/win32/remote_desktop.h"
#include "guestagent/win32/session.h"
#include "guestagent/win32/text.h"
#include "guestagent/win32/types.h"
#include "guestagent/win32/user.h"
#include "guestagent/win32/version.h"
#include "guestagent/win32/watches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_MS 300                  // an installer writes one shortcut after the other
#define LOOK_MS 2000                   // at people, certificates and Remote Desktop
#define WANTED_MAX (CHAN_APPS_MAX * 8) // all there are of seven sides
#define LIST_MS 1000  // so long are icons drawn before the list is told; the others follow it
#define TURN_MS 4     // then icons wait for the pipe's turn
#define YIELD_MS 20   // and so long while it has something to send: the list, or Remote Desktop
#define KEEP_MS 30000 // of what was drawn: a host asks at once, or has it
#define QUEUED_MAX (256 * 1024)

struct AgentPlatform {
    Agent *agent;
    const WinServe *options;
    bool of_session;
    HANDLE user; // of the session; NULL: nobody, or this process's own
    bool cannot; // act for that user: of all users' part alone is anything read
    bool users;  // some of the list is a user's of the session, and read with that user's rights
    char os_name[WIN_EDITION_NAME_MAX];
    const char *refuses; // why this Windows cannot show single programs; NULL: it can
    char *host_name, *user_name, *locale;
    WinMenu menu;
    WinTypes types;
    WinIcons icons;   // that were told of
    unsigned undrawn; // entries from here on may lack theirs
    DWORD draw_at;    // GetTickCount; not before, while the pipe is busy
    DWORD keep_until; // what was drawn
    ChanApp app;      // too large for the stack
    WinWatches *watches;
    bool collect, anew;         // anew: shortcuts of all users lead elsewhere for this one
    DWORD collect_at, look_at;  // GetTickCount
    bool policy_told, unlisted; // by the host
    WinPeopleWatch *people;
    WinRdpProbe probe;
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
    WCHAR folders[WIN_WATCHES_MAX][MAX_PATH];

    win_user_set(p->user);
    p->watches = win_watches_new(folders, win_menu_folders(folders, WIN_WATCHES_MAX));
}

AgentPlatform *
win_platform_new(Agent *agent, const WinServe *options)
{
    AgentPlatform *p = win_alloc(sizeof *p);

    p->agent = agent;
    p->options = options;
    p->of_session = options->user_changed != NULL;
    p->user = p->of_session ? win_session_user() : NULL;
    p->wanted = win_alloc(WANTED_MAX * sizeof *p->wanted);
    describe(p);
    watch(p);
    p->people = win_people_watch_new(options);
    p->look_at = GetTickCount();
    if (win_rdp_probe_init(&p->probe))
        return p;
    win_platform_free(p);
    return NULL;
}

void
win_platform_free(AgentPlatform *p)
{
    if (!p)
        return;
    win_watches_free(p->watches);
    win_user_set(NULL);
    if (p->user)
        CloseHandle(p->user);
    win_people_watch_free(p->people);
    win_rdp_probe_clear(&p->probe);
    win_menu_clear(&p->menu);
    win_types_clear(&p->types);
    win_icons_clear(&p->icons);
    free(p->wanted);
    free(p->host_name);
    free(p->user_name);
    free(p->locale);
    free(p);
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
agent_platform_set_policy(AgentPlatform *p, const ChanPolicy *policy)
{
    p->policy_told = true;
    p->unlisted = policy->flags & CHAN_POLICY_UNLISTED;
    p->look_at = GetTickCount();
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

static void
list_types(const AgentPlatform *p, const WinEntry *e, ChanApp *app)
{
    const char *mime;
    unsigned at = 0;

    while (app->n_mime_types < CHAN_LIST_MAX &&
           (mime = win_types_next(&p->types, e->shortcut.target, &at)))
        app->mime_types[app->n_mime_types++] = CHAN_SPAN_TEXT(mime);
    if (app->n_mime_types > 0)
        app->flags |= CHAN_APP_TAKES_FILES;
}

// What a message has no room for of a text for people is left out, by whole characters.
static ChanSpan
shortened(const char *text, size_t max)
{
    size_t size = strlen(text);

    if (size > max)
        for (size = max; size > 0 && (text[size] & 0xc0) == 0x80;)
            size--;
    return CHAN_SPAN(text, size);
}

// What a message has no room for is no name of windows.
static ChanSpan
fitting(const char *text, size_t max)
{
    return strlen(text) <= max ? CHAN_SPAN_TEXT(text) : CHAN_SPAN_TEXT("");
}

// False: its icon is still to be drawn.
static bool
list_entry(AgentPlatform *p, unsigned i, bool draw)
{
    const WinEntry *e = &p->menu.entries[i];
    const WinKnownIcon *icon =
        win_icons_get(&p->icons, e->shortcut.icon, e->shortcut.icon_index, draw);
    ChanApp *app = &p->app;

    memset(app, 0, sizeof *app);
    app->id = CHAN_SPAN_TEXT(e->id);
    app->name = shortened(e->name, CHAN_NAME_MAX);
    app->comment = shortened(e->comment, CHAN_COMMENT_MAX);
    app->folder = shortened(e->folder, CHAN_NAME_MAX);
    app->wm_class = fitting(e->model, CHAN_ID_MAX);
    app->program = fitting(e->program, CHAN_PROGRAM_MAX);
    app->directory = fitting(e->directory, CHAN_PROGRAM_MAX);
    app->flags = e->sidelined ? CHAN_APP_SIDELINED : 0;
    if (e->opens)
        app->flags |= CHAN_APP_FOREMOST;
    if (e->opens)
        list_types(p, e, app);
    p->keep_until = GetTickCount() + KEEP_MS;
    app->n_icons = (uint16_t)icon->n;
    memcpy(app->icons, icon->refs, icon->n * sizeof *icon->refs);
    agent_list_app(p->agent, app);
    return icon->drawn;
}

static void
collect(AgentPlatform *p, HANDLE user)
{
    p->collect = false;
    if (p->anew)
        win_menu_clear(&p->menu);
    p->anew = false;
    p->users = user != NULL;
    win_user_set(user);
    win_menu_collect(&p->menu);
    win_types_collect(&p->types);
    win_icons_begin(&p->icons);
    agent_list_begin(p->agent);
    p->undrawn = p->menu.n;
    DWORD start = GetTickCount();
    for (unsigned i = 0; i < p->menu.n; i++)
        if (!list_entry(p, i, GetTickCount() - start < LIST_MS) && i < p->undrawn)
            p->undrawn = i;
    agent_list_end(p->agent);
    win_icons_end(&p->icons);
}

// Returns its bytes.
static size_t
send_icon(AgentPlatform *p, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    WinIcon icon;

    if (!win_icons_load(&p->icons, hash, &icon))
        return 0;
    ChanIcon m = {.width = icon.side,
                  .height = icon.side,
                  .pixels = CHAN_SPAN(icon.pixels, (size_t)icon.side * icon.side * 4)};
    memcpy(m.hash, hash, CHAN_ICON_HASH_SIZE);
    agent_icon(p->agent, &m);
    win_icon_clear(&icon, 1);
    return m.pixels.size;
}

// ---- who is there, and Remote Desktop

static void
look_at_people(AgentPlatform *p)
{
    ChanSessions sessions;

    win_people_watch_look(p->people, &sessions);
    agent_sessions(p->agent, &sessions);
}

static void
tell_rdp(AgentPlatform *p, bool yes)
{
    AgentService service = {.name = "rdp",
                            .available = yes,
                            .failing = p->refuses != NULL, // nobody need wait for another Windows
                            .reason = yes ? ""
                                      : p->refuses
                                          ? p->refuses
                                          : "Remote Desktop does not answer in the guest; run "
                                            "casement-agent setup there, or turn it on"};

    if (p->rdp_told && yes == p->rdp_answers)
        return;
    p->rdp_told = true;
    p->rdp_answers = yes;
    agent_service(p->agent, &service);
}

static void
check_probe(AgentPlatform *p)
{
    WinRdpAnswer answer = win_rdp_probe_check(&p->probe);

    if (answer != WIN_RDP_WAIT)
        tell_rdp(p, answer == WIN_RDP_YES);
}

// The certificates before Remote Desktop, so that the host knows them when it signs in.
static void
look(AgentPlatform *p)
{
    ChanCertificates certificates;

    p->look_at = GetTickCount() + LOOK_MS;
    if (is_due(p->keep_until))
        win_icons_drop_pixels(&p->icons);
    look_at_people(p);
    if (p->policy_told) // each time: setup may have been run since
        win_policy_follow(p->unlisted);
    win_certificates_get(&certificates);
    agent_certificates(p->agent, &certificates);
    if (p->refuses)
        tell_rdp(p, false);
    else if (!p->probe.running)
        win_rdp_probe_start(&p->probe, p->options->rdp_port);
}

SOCKET
win_platform_connect(AgentPlatform *p)
{
    // If nobody answers, the host is told of that without waiting for the next look.
    p->look_at = GetTickCount();
    return win_rdp_connect(p->options->rdp_port);
}

// ---- what is due

unsigned
win_platform_handles(const AgentPlatform *p, HANDLE handles[WIN_PLATFORM_HANDLES_MAX])
{
    unsigned n = win_watches_handles(p->watches, handles);

    handles[n++] = p->probe.event;
    handles[n++] = win_people_watch_changed(p->people);
    return n;
}

static void
menu_changed(AgentPlatform *p)
{
    p->collect = true;
    p->collect_at = GetTickCount() + SETTLE_MS;
}

void
win_platform_changed(AgentPlatform *p, unsigned handle)
{
    HANDLE handles[WIN_WATCHES_MAX];
    unsigned n = win_watches_handles(p->watches, handles);

    if (handle == n)
        check_probe(p);
    if (handle == n + 1)
        look_at_people(p);
    if (handle < n && win_watches_heard(p->watches, handle))
        menu_changed(p);
}

void
win_platform_look(AgentPlatform *p)
{
    p->look_at = GetTickCount();
}

void
win_platform_user_changed(AgentPlatform *p)
{
    HANDLE former = p->user;

    win_watches_free(p->watches);
    p->user = win_session_user();
    p->look_at = GetTickCount();
    watch(p);
    if (former)
        CloseHandle(former);
    if (!p->user)
        return; // who left will come back to the same programs; their launch brings them
    p->collect = p->anew = true;
    p->collect_at = GetTickCount() + SETTLE_MS;
}

static bool
has_icons_to_do(const AgentPlatform *p)
{
    return p->n_wanted > 0 || p->undrawn < p->menu.n;
}

// An entry that the host has with its icon is not told again.
static void
send_and_draw(AgentPlatform *p, bool as_user, size_t queued)
{
    if (p->users && !as_user) { // who has left: the files are not for the service to open
        p->n_wanted = 0;
        p->undrawn = p->menu.n;
    }
    DWORD start = GetTickCount();

    if (!has_icons_to_do(p))
        return;
    while (p->n_wanted > 0 && queued < QUEUED_MAX && GetTickCount() - start < TURN_MS)
        queued += send_icon(p, p->wanted[--p->n_wanted]);
    while (p->undrawn < p->menu.n && GetTickCount() - start < TURN_MS)
        list_entry(p, p->undrawn++, true);
    p->draw_at = GetTickCount() + YIELD_MS;
}

static bool
act_for_user(AgentPlatform *p)
{
    bool cannot = p->user && !ImpersonateLoggedOnUser(p->user);

    if (cannot && !p->cannot)
        fprintf(stderr,
                "casement-agent: cannot act for the user who is logged on (error %lu): until it "
                "can, only what all users have is published\n",
                GetLastError());
    if (cannot != p->cannot) {
        p->collect = p->anew = true;
        p->collect_at = GetTickCount();
    }
    p->cannot = cannot;
    return p->user && !cannot;
}

DWORD
win_platform_run(AgentPlatform *p, bool pipe_is_busy, size_t queued)
{
    if (is_due(p->look_at))
        look(p);
    if (win_watches_look(p->watches))
        menu_changed(p);
    check_probe(p);
    // The user's shortcuts and icons are opened with the user's rights, not with the service's.
    bool reads = p->collect || has_icons_to_do(p);
    bool as_user = (reads || p->cannot) && act_for_user(p);
    bool collects = p->collect && is_due(p->collect_at);
    if (collects)
        collect(p, as_user ? p->user : NULL);
    if (!pipe_is_busy || is_due(p->draw_at))
        send_and_draw(p, as_user, queued);
    if (as_user)
        RevertToSelf();
    if (collects)
        win_allow_list_refresh(&p->menu, as_user || !p->of_session);
    if (has_icons_to_do(p))
        return pipe_is_busy ? left(p->draw_at) : 0;
    DWORD next = left(p->look_at), probe = win_rdp_probe_left(&p->probe);
    DWORD watches = win_watches_left(p->watches);
    if (probe < next)
        next = probe;
    if (watches < next)
        next = watches;
    return p->collect && left(p->collect_at) < next ? left(p->collect_at) : next;
}
