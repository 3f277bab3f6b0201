// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/serve.h"

#include "channel/msg.h"
#include "channel/win32/pump.h"
#include "guestagent/win32/icon.h"
#include "guestagent/win32/platform.h"
#include "guestagent/win32/ports.h"

#include <objbase.h>
#include <stdio.h>
#include <string.h>
#include <wincrypt.h>

#define RETRY_MS 1000

typedef struct {
    const WinServe *options;
    Agent *agent;
    AgentPlatform *platform;
    ChanWinPump *pump;
    bool stops; // the event is set; it stays so
} Run;

static bool
send_message(uint16_t type, ChanSpan payload, void *user)
{
    return chan_win_pump_send(((Run *)user)->pump, type, payload);
}

static void
on_ready(ChanWinPump *pump, void *user)
{
    Run *run = user;

    run->pump = pump;
    agent_host_ready(run->agent, send_message, run);
}

static bool
on_message(ChanWinPump *pump, uint16_t type, ChanSpan untrusted_payload, void *user)
{
    return agent_message(((Run *)user)->agent, type, untrusted_payload);
}

static SOCKET
on_open_stream(ChanWinPump *pump, const char *untrusted_service, void *user)
{
    if (strcmp(untrusted_service, "rdp") != 0)
        return INVALID_SOCKET;
    return win_platform_connect(((Run *)user)->platform);
}

// Perhaps because Remote Desktop ended.
static void
on_stream_ended(ChanWinPump *pump, void *user)
{
    win_platform_look(((Run *)user)->platform);
}

static const ChanWinPumpHandlers handlers = {on_ready, on_message, on_open_stream, on_stream_ended};

static bool
make_nonce(uint8_t nonce[CHAN_NONCE_SIZE])
{
    HCRYPTPROV provider;

    if (!CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_FULL, CRYPT_VERIFYCONTEXT))
        return false;
    bool ok = CryptGenRandom(provider, CHAN_NONCE_SIZE, nonce);
    CryptReleaseContext(provider, 0);
    return ok;
}

// What the platform waits for, and after it what the service tells.
static unsigned
gather(const Run *run, HANDLE others[CHAN_WIN_OTHERS_MAX])
{
    unsigned n = win_platform_handles(run->platform, others);

    HANDLE of_service[] = {run->options->user_changed, run->options->lock_changed,
                           run->options->resumed, run->options->stop};

    for (unsigned i = 0; i < sizeof of_service / sizeof of_service[0]; i++)
        if (of_service[i])
            others[n++] = of_service[i];
    return n;
}

static void
heard(Run *run, HANDLE other, unsigned index)
{
    if (other == run->options->stop)
        run->stops = true;
    else if (other == run->options->user_changed || other == run->options->lock_changed ||
             other == run->options->resumed)
        win_platform_look(run->platform);
    else
        win_platform_changed(run->platform, index);
}

// Until the pipe is lost, or it is to stop; takes the handles.
static void
serve_host(Run *run, HANDLE read, HANDLE write)
{
    ChanConnConfig config = {.role = CHAN_ROLE_GUEST,
                             .software = "casement-agent " CASEMENT_VERSION};
    HANDLE others[CHAN_WIN_OTHERS_MAX];

    if (!make_nonce(config.nonce))
        return;
    ChanWinPump *pump = chan_win_pump_new(read, write, &config, &handlers, run);
    while (pump && !chan_win_pump_lost(pump) && !run->stops) {
        DWORD timeout = win_platform_run(run->platform, chan_win_pump_sending(pump),
                                         chan_win_pump_queued(pump));
        unsigned n = gather(run, others);
        int other = chan_win_pump_turn(pump, others, n, timeout);
        if (other >= 0)
            heard(run, others[other], (unsigned)other);
    }
    agent_host_left(run->agent);
    if (run->stops)
        return; // the process ends, and must not wait here for what the port is doing
    if (pump)
        fprintf(stderr, "casement-agent: %s\n", chan_win_pump_lost(pump));
    chan_win_pump_free(pump);
}

static void
wait_a_little(Run *run)
{
    if (run->options->stop)
        run->stops = WaitForSingleObject(run->options->stop, RETRY_MS) == WAIT_OBJECT_0;
    else
        Sleep(RETRY_MS);
}

static void
serve_ports(Run *run)
{
    while (!run->stops) {
        HANDLE port = win_ports_open(run->options->ports, run->options->n_ports);
        if (port != INVALID_HANDLE_VALUE)
            serve_host(run, port, port);
        if (!run->stops)
            wait_a_little(run);
    }
}

int
win_serve(const WinServe *options)
{
    Run run = {.options = options, .agent = agent_new()};
    WSADATA winsock;

    if (FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)) ||
        WSAStartup(MAKEWORD(2, 2), &winsock) != 0 || !win_icon_init()) {
        fprintf(stderr,
                "casement-agent: Windows lacks COM, Winsock or its cryptography (error %lu)\n",
                GetLastError());
        return 1;
    }
    run.platform = win_platform_new(run.agent, options);
    if (!run.platform) {
        fprintf(stderr, "casement-agent: Windows has no event left (error %lu)\n", GetLastError());
        return 1;
    }
    agent_set_platform(run.agent, run.platform);
    if (options->stdio)
        serve_host(&run, GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE));
    else
        serve_ports(&run);
    if (run.stops)
        return 0; // a pump may still be there
    win_platform_free(run.platform);
    agent_free(run.agent);
    return 0;
}
