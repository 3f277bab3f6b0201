// SPDX-License-Identifier: Apache-2.0

// Plays a host that asks for all icons of the last application it is told of when their file is
// gone already: what was drawn for the list is what comes. Before that, as if much waited to be
// sent. Prints how many it asked for, how many came then, and how many in the end.
//
// usage: kept_icons FILE

#include "guestagent/win32/platform.h"
// after winsock2.h
#include "guestagent/win32/icon.h"

#include <objbase.h>
#include <stdio.h>
#include <string.h>

#define MUCH (1024 * 1024)

typedef struct {
    bool listed;
    ChanIconRef icons[CHAN_ICONS_MAX];
    unsigned asked, came;
} Host;

static bool
on_message(uint16_t type, ChanSpan payload, void *user)
{
    Host *host = user;
    static ChanApp app;

    if (type == CHAN_MSG_APP && chan_app_decode(&app, payload)) {
        host->asked = app.n_icons;
        memcpy(host->icons, app.icons, app.n_icons * sizeof *app.icons);
    }
    host->listed |= type == CHAN_MSG_APPS_END;
    host->came += type == CHAN_MSG_ICON;
    return true;
}

static bool
ask(Agent *agent, const Host *host)
{
    uint8_t buffer[CHAN_ICON_HASH_SIZE];
    bool ok = true;

    for (unsigned i = 0; i < host->asked; i++)
        ok &= agent_message(agent, CHAN_MSG_ICON_WANT,
                            chan_icon_want_encode(host->icons[i].hash, buffer, sizeof buffer));
    return ok;
}

// As often as it has something to do at once.
static void
run(AgentPlatform *platform)
{
    while (win_platform_run(platform, false, 0) == 0)
        ;
}

int
main(int argc, char **argv)
{
    WinServe options = {0};
    Host host = {0};
    WSADATA sockets;

    if (argc != 2 || WSAStartup(MAKEWORD(2, 2), &sockets) != 0 ||
        FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)) || !win_icon_init())
        return 2;
    Agent *agent = agent_new();
    AgentPlatform *platform = win_platform_new(agent, &options);
    if (!platform)
        return 2;
    agent_set_platform(agent, platform);
    agent_host_ready(agent, on_message, &host);
    while (!host.listed)
        run(platform);
    if (!DeleteFileA(argv[1]) || !ask(agent, &host))
        return 2;
    for (unsigned i = 0; i < 10; i++)
        win_platform_run(platform, true, MUCH);
    printf("%u %u ", host.asked, host.came);
    run(platform);
    printf("%u\n", host.came);
    win_platform_free(platform);
    agent_free(agent);
    return 0;
}
