// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/platform.h"

#include "guestagent/win32/certificates.h"
#include "guestagent/win32/people_watch.h"
#include "guestagent/win32/policy.h"
#include "guestagent/win32/publish.h"
#include "guestagent/win32/remote_desktop.h"
#include "guestagent/win32/text.h"
#include "guestagent/win32/told.h"
#include "guestagent/win32/turns.h"
#include "guestagent/win32/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 2000 // at people, certificates and Remote Desktop
#define AGAIN_MS 500 // at a Remote Desktop that did not answer: somebody may wait for it

struct AgentPlatform {
    Agent *agent;
    const WinServe *options;
    // Of the two one: of a service what is told to it, else what this process reads.
    WinTold *told;
    WinCatalog *own;
    WinPublish publish; // of own
    char os_name[WIN_EDITION_NAME_MAX];
    const char *refuses; // why this Windows cannot show single programs; NULL: it can
    char *host_name, *locale;
    DWORD look_at;              // GetTickCount
    bool policy_told, unlisted; // by the host
    WinPeopleWatch *people;
    WinRdpProbe probe;
    bool rdp_told, rdp_answers;
    DWORD probe_at; // GetTickCount, while it does not answer
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
    p->locale = locale_name();
}

static void
look_at_people(AgentPlatform *p)
{
    ChanSessions sessions;
    uint32_t session = 0;

    win_people_watch_look(p->people, &sessions);
    agent_sessions(p->agent, &sessions);
    if (p->told) {
        bool in_use = win_people_watch_in_use(p->people, &session);
        win_told_session(p->told, in_use, session);
    }
}

AgentPlatform *
win_platform_new(Agent *agent, const WinServe *options)
{
    AgentPlatform *p = win_alloc(sizeof *p);

    p->agent = agent;
    p->options = options;
    describe(p);
    p->people = win_people_watch_new(options);
    p->publish = (WinPublish){.agent = agent, .whole = true};
    if (options->user_changed)
        p->told = win_told_new(agent, win_people_watch_helpers(p->people));
    else
        p->own = win_catalog_new(WIN_MENU_USERS, &win_publish, &p->publish);
    look_at_people(p);
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
    win_told_free(p->told);
    win_catalog_free(p->own);
    win_people_watch_free(p->people);
    win_rdp_probe_clear(&p->probe);
    free(p->host_name);
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
                            .user_name = CHAN_SPAN_TEXT(win_people_watch_user(p->people)),
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
    if (p->told)
        win_told_collect(p->told);
    else
        win_catalog_collect(p->own);
}

void
agent_platform_want_icon(AgentPlatform *p, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    if (p->told)
        win_told_want(p->told, hash);
    else
        win_catalog_want(p->own, hash);
}

void
agent_platform_host_left(AgentPlatform *p)
{
    if (p->told)
        win_told_forget(p->told);
    else
        win_catalog_forget(p->own);
}

// ---- who is there, and Remote Desktop

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

    if (answer == WIN_RDP_WAIT)
        return;
    p->probe_at = GetTickCount() + AGAIN_MS;
    tell_rdp(p, answer == WIN_RDP_YES);
}

static bool
awaits_rdp(const AgentPlatform *p)
{
    return p->rdp_told && !p->rdp_answers && !p->refuses && !p->probe.running;
}

// The certificates before Remote Desktop, so that the host knows them when it signs in.
static void
look(AgentPlatform *p)
{
    ChanCertificates certificates;

    p->look_at = GetTickCount() + LOOK_MS;
    if (p->told)
        win_told_look(p->told);
    else
        win_catalog_look(p->own);
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

static unsigned
menu_handles(const AgentPlatform *p, HANDLE handles[WIN_CATALOG_HANDLES_MAX])
{
    return p->told ? win_told_handles(p->told, handles) : win_catalog_handles(p->own, handles);
}

unsigned
win_platform_handles(const AgentPlatform *p, HANDLE handles[WIN_PLATFORM_HANDLES_MAX])
{
    unsigned n = menu_handles(p, handles);

    handles[n++] = p->probe.event;
    handles[n++] = win_people_watch_changed(p->people); // whose helpers are heard in each run
    return n;
}

void
win_platform_changed(AgentPlatform *p, unsigned handle)
{
    HANDLE handles[WIN_CATALOG_HANDLES_MAX];
    unsigned n = menu_handles(p, handles);

    if (handle == n)
        check_probe(p);
    if (handle >= n)
        return;
    if (p->told)
        win_told_changed(p->told, handle);
    else
        win_catalog_changed(p->own, handle);
}

void
win_platform_look(AgentPlatform *p)
{
    p->look_at = GetTickCount();
}

static DWORD
run_menu(AgentPlatform *p, bool pipe_is_busy, size_t queued)
{
    bool news = false;

    if (p->own)
        return win_catalog_run(p->own, pipe_is_busy, queued);
    DWORD next = win_told_run(p->told, pipe_is_busy, queued, &news);
    if (!news)
        return next;
    look_at_people(p);
    return 0;
}

DWORD
win_platform_run(AgentPlatform *p, bool pipe_is_busy, size_t queued)
{
    if (win_turn_is_due(p->look_at))
        look(p);
    check_probe(p);
    if (awaits_rdp(p) && win_turn_is_due(p->probe_at))
        win_rdp_probe_start(&p->probe, p->options->rdp_port);
    DWORD next = run_menu(p, pipe_is_busy, queued);
    DWORD others = win_turn_left(p->look_at);
    DWORD probe = awaits_rdp(p) ? win_turn_left(p->probe_at) : win_rdp_probe_left(&p->probe);
    if (probe < others)
        others = probe;
    return others < next ? others : next;
}
