// SPDX-License-Identifier: Apache-2.0

// Says what the service's platform lists first: each application's name and MIME types in a line,
// and then, if it has an icon, how many bytes of pixels came of the one that was asked for. Its own
// environment has other TOOLS than the user's. The helper in the session, which is this program
// again, is a real one, or writes the bytes of SAYS_FILE.
//
// usage: service_list [NAME]
//
// NAME: goes on until an application of that name is told.

#include "guestagent/win32/platform.h"
// after winsock2.h
#include "guestagent/win32/helper.h"
#include "guestagent/win32/helper_words.h"
#include "guestagent/win32/icon.h"

#include <objbase.h>
#include <stdio.h>
#include <string.h>

#define SAYS_FILE "C:\\helper-says"

typedef struct {
    bool listed, asked, came, named;
    const char *name; // NULL: any
    Agent *agent;
} Host;

static void
on_locks(WinLocks *locks)
{
    *locks = (WinLocks){0}; // nothing was locked
}

static void
ask(Host *host, const ChanApp *app)
{
    uint8_t buffer[CHAN_ICON_HASH_SIZE];

    host->asked = true;
    agent_message(host->agent, CHAN_MSG_ICON_WANT,
                  chan_icon_want_encode(app->icons[0].hash, buffer, sizeof buffer));
}

static bool
on_message(uint16_t type, ChanSpan payload, void *user)
{
    static ChanApp app;
    Host *host = user;
    ChanIcon icon;

    host->listed |= type == CHAN_MSG_APPS_END;
    if (type == CHAN_MSG_ICON && chan_icon_decode(&icon, payload)) {
        printf("icon: %u\n", (unsigned)icon.pixels.size);
        host->came = true;
    }
    if (type != CHAN_MSG_APP || !chan_app_decode(&app, payload))
        return true;
    printf("%.*s:", (int)app.name.size, (const char *)app.name.data);
    for (unsigned i = 0; i < app.n_mime_types; i++)
        printf(" %.*s", (int)app.mime_types[i].size, (const char *)app.mime_types[i].data);
    printf("\n");
    fflush(stdout);
    host->named |= !host->name || (strlen(host->name) == app.name.size &&
                                   memcmp(host->name, app.name.data, app.name.size) == 0);
    if (app.n_icons > 0 && !host->asked)
        ask(host, &app);
    return true;
}

// Not before the service asks, and there until it is ended.
static int
play_helper(FILE *says)
{
    static uint8_t bytes[1024 * 1024];
    size_t size = fread(bytes, 1, sizeof bytes, says);
    char asked[WIN_WORD_HEAD];
    DWORD n;

    if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), asked, sizeof asked, &n, NULL))
        return 1;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, (DWORD)size, &n, NULL);
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), asked, sizeof asked, &n, NULL) && n > 0)
        ;
    return 0;
}

static int
helper(void)
{
    FILE *says = fopen(SAYS_FILE, "rb");

    return says ? play_helper(says) : win_helper();
}

int
main(int argc, char **argv)
{
    WinServe options = {.user_changed = CreateEventW(NULL, FALSE, FALSE, NULL), .locks = on_locks};
    HANDLE handles[WIN_PLATFORM_HANDLES_MAX];
    Host host = {0};
    WSADATA sockets;

    if (argc == 2 && strcmp(argv[1], "--helper") == 0)
        return helper();
    if (argc > 2 || WSAStartup(MAKEWORD(2, 2), &sockets) != 0 ||
        FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)) || !win_icon_init())
        return 2;
    host.name = argv[1];
    SetEnvironmentVariableW(L"TOOLS", L"C:\\Of the service");
    Agent *agent = host.agent = agent_new();
    AgentPlatform *platform = win_platform_new(agent, &options);
    if (!platform)
        return 2;
    agent_set_platform(agent, platform);
    agent_host_ready(agent, on_message, &host);
    while (!host.listed || !host.named || (host.asked && !host.came)) {
        DWORD timeout = win_platform_run(platform, false, 0);
        WaitForMultipleObjects(win_platform_handles(platform, handles), handles, FALSE, timeout);
    }
    win_platform_free(platform);
    agent_free(agent);
    return 0;
}
