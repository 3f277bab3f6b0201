// SPDX-License-Identifier: Apache-2.0

// casement-agent.exe: the agent of a Windows guest.
//
// usage: casement-agent [--port NAME]… [--stdio] [--rdp-port N] [--version]

#include "channel/msg.h"
#include "channel/win32/pump.h"
#include "guestagent/win32/icon.h"
#include "guestagent/win32/platform.h"
#include "guestagent/win32/text.h"

#include <objbase.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wincrypt.h>

#define PORTS_MAX 8
#define RETRY_MS 1000
#define RDP_PORT 3389

// The virtio-serial port that QEMU and libvirt give a guest for Casement.
#define DEFAULT_PORT L"\\\\.\\Global\\org.casement.channel.0"

typedef struct {
    const WCHAR *ports[PORTS_MAX];
    unsigned n_ports;
    bool stdio, version;
    unsigned short rdp_port;
} Options;

typedef struct {
    Agent *agent;
    AgentPlatform *platform;
    ChanWinPump *pump;
} Run;

static int
refuse(const char *what)
{
    fprintf(stderr,
            "casement-agent: %s\n"
            "usage: casement-agent [--port NAME]... [--stdio] [--rdp-port N] [--version]\n",
            what);
    return 2;
}

static bool
parse(Options *o, int argc, WCHAR **argv)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (lstrcmpW(argv[i], L"--stdio") == 0)
            o->stdio = true;
        else if (lstrcmpW(argv[i], L"--version") == 0)
            o->version = true;
        else if (lstrcmpW(argv[i], L"--port") == 0 && more && o->n_ports < PORTS_MAX)
            o->ports[o->n_ports++] = argv[++i];
        else if (lstrcmpW(argv[i], L"--rdp-port") == 0 && more)
            o->rdp_port = (unsigned short)wcstoul(argv[++i], NULL, 10);
        else
            return false;
    }
    if (o->n_ports == 0)
        o->ports[o->n_ports++] = DEFAULT_PORT;
    return o->rdp_port != 0;
}

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

static const ChanWinPumpHandlers handlers = {on_ready, on_message, on_open_stream};

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

// Until the pipe is lost; takes the handles.
static void
serve(Run *run, HANDLE read, HANDLE write)
{
    ChanConnConfig config = {.role = CHAN_ROLE_GUEST,
                             .software = "casement-agent " CASEMENT_VERSION};
    HANDLE others[WIN_PLATFORM_HANDLES_MAX];
    unsigned n = win_platform_handles(run->platform, others);

    if (!make_nonce(config.nonce))
        return;
    ChanWinPump *pump = chan_win_pump_new(read, write, &config, &handlers, run);
    while (pump && !chan_win_pump_lost(pump)) {
        int other = chan_win_pump_turn(pump, others, n, win_platform_run(run->platform));
        if (other >= 0)
            win_platform_changed(run->platform, (unsigned)other);
    }
    agent_host_left(run->agent);
    if (pump)
        fprintf(stderr, "casement-agent: %s\n", chan_win_pump_lost(pump));
    chan_win_pump_free(pump);
}

static HANDLE
open_port(const Options *o)
{
    HANDLE port = INVALID_HANDLE_VALUE;

    for (unsigned i = 0; i < o->n_ports && port == INVALID_HANDLE_VALUE; i++)
        port = CreateFileW(o->ports[i], GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                           FILE_FLAG_OVERLAPPED, NULL);
    if (port != INVALID_HANDLE_VALUE) {
        // Where it is a serial one: no time-outs beyond "give what there is".
        COMMTIMEOUTS timeouts = {.ReadIntervalTimeout = MAXDWORD,
                                 .ReadTotalTimeoutMultiplier = MAXDWORD,
                                 .ReadTotalTimeoutConstant = 1000};
        SetCommTimeouts(port, &timeouts);
    }
    return port;
}

static int
work(const Options *o)
{
    Run run = {.agent = agent_new()};
    WSADATA winsock;

    if (FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)) ||
        WSAStartup(MAKEWORD(2, 2), &winsock) != 0 || !win_icon_init()) {
        fprintf(stderr,
                "casement-agent: Windows lacks COM, Winsock or its cryptography (error %lu)\n",
                GetLastError());
        return 1;
    }
    run.platform = win_platform_new(run.agent, o->rdp_port);
    agent_set_platform(run.agent, run.platform);
    if (o->stdio)
        serve(&run, GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE));
    while (!o->stdio) {
        HANDLE port = open_port(o);
        if (port != INVALID_HANDLE_VALUE)
            serve(&run, port, port);
        Sleep(RETRY_MS);
    }
    win_platform_free(run.platform);
    agent_free(run.agent);
    return 0;
}

int
main(void)
{
    Options options = {.rdp_port = RDP_PORT};
    int argc = 0;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (!argv || !parse(&options, argc, argv))
        return refuse("unknown or incomplete option");
    if (options.version) {
        printf("casement-agent %s\n", CASEMENT_VERSION);
        return 0;
    }
    return work(&options);
}
