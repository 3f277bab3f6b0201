// SPDX-License-Identifier: Apache-2.0

// Says what the service's platform lists for the user of a session, as whom it may act or not: each
// application's name and MIME types in a line. Its own environment has other TOOLS than the user's.
//
// usage: list_as whom-it-may|whom-it-may-not

#include "guestagent/win32/platform.h"

#include <objbase.h>
#include <stdio.h>
#include <string.h>

static DWORD access;
static bool listed;

// Wine has no log-on of users: the session's is this process's, by a token with these rights.
HANDLE __wrap_win_session_user(void);

HANDLE
__wrap_win_session_user(void)
{
    HANDLE token;

    return OpenProcessToken(GetCurrentProcess(), access, &token) ? token : NULL;
}

static void
on_locks(WinLocks *locks)
{
    *locks = (WinLocks){0}; // nothing was locked
}

static bool
on_message(uint16_t type, ChanSpan payload, void *user)
{
    ChanApp app;

    listed |= type == CHAN_MSG_APPS_END;
    if (type != CHAN_MSG_APP || !chan_app_decode(&app, payload))
        return true;
    printf("%.*s:", (int)app.name.size, (const char *)app.name.data);
    for (unsigned i = 0; i < app.n_mime_types; i++)
        printf(" %.*s", (int)app.mime_types[i].size, (const char *)app.mime_types[i].data);
    printf("\n");
    return true;
}

int
main(int argc, char **argv)
{
    WinServe options = {.user_changed = CreateEventW(NULL, FALSE, FALSE, NULL), .locks = on_locks};
    HANDLE handles[WIN_PLATFORM_HANDLES_MAX];
    WSADATA sockets;

    bool may = argc == 2 && strcmp(argv[1], "whom-it-may") == 0;
    if (!may && (argc != 2 || strcmp(argv[1], "whom-it-may-not") != 0))
        return 2; // also when the platform starts it as its helper
    if (WSAStartup(MAKEWORD(2, 2), &sockets) != 0 ||
        FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)))
        return 2;
    access = may ? TOKEN_ALL_ACCESS : TOKEN_QUERY;
    SetEnvironmentVariableW(L"TOOLS", L"C:\\Of the service");
    Agent *agent = agent_new();
    AgentPlatform *platform = win_platform_new(agent, &options);
    if (!platform)
        return 2;
    agent_set_platform(agent, platform);
    agent_host_ready(agent, on_message, NULL);
    agent_platform_collect(platform);
    while (!listed) {
        DWORD timeout = win_platform_run(platform, false, 0);
        if (!listed)
            WaitForMultipleObjects(win_platform_handles(platform, handles), handles, FALSE,
                                   timeout);
    }
    win_platform_free(platform);
    agent_free(agent);
    return 0;
}
