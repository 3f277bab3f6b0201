// SPDX-License-Identifier: Apache-2.0

// casement-agent.exe: the agent of a Windows guest.
//
// usage: casement-agent [--port NAME]… [--stdio] [--rdp-port N]
//        casement-agent setup [--undo | [--user NAME] [--dry-run]]
//        casement-agent port [NAME... | --find [SECONDS] | --none]
//        casement-agent service install|remove|start|stop
//        casement-agent --version | --help

#include "guestagent/win32/helper.h"
#include "guestagent/win32/port.h"
#include "guestagent/win32/serve.h"
#include "guestagent/win32/service.h"
#include "guestagent/win32/setup.h"

#include <shellapi.h>
#include <stdio.h>

static const char usage[] = "usage: casement-agent [--port NAME]... [--stdio] [--rdp-port N]\n"
                            "       casement-agent setup [--user NAME] [--dry-run]\n"
                            "       casement-agent setup --undo\n"
                            "       casement-agent port [NAME... | --find [SECONDS] | --none]\n"
                            "       casement-agent service install|remove|start|stop\n"
                            "       casement-agent --version | --help\n";

static int
refuse(void)
{
    fprintf(stderr, "casement-agent: unknown or incomplete option\n%s", usage);
    return 2;
}

static bool
parse_port(const WCHAR *text, unsigned short *port)
{
    WCHAR *end;
    unsigned long number = wcstoul(text, &end, 10);

    *port = (unsigned short)number;
    return *text >= L'0' && *text <= L'9' && !*end && number >= 1 && number <= 65535;
}

static bool
parse(WinServe *serve, int argc, WCHAR **argv)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (lstrcmpW(argv[i], L"--stdio") == 0)
            serve->stdio = true;
        else if (lstrcmpW(argv[i], L"--port") == 0 && more && serve->n_ports < WIN_SERVE_PORTS_MAX)
            serve->ports[serve->n_ports++] = argv[++i];
        else if (lstrcmpW(argv[i], L"--rdp-port") == 0 && more &&
                 parse_port(argv[i + 1], &serve->rdp_port))
            i++;
        else
            return false;
    }
    return true;
}

int
main(void)
{
    WinServe serve = {0};
    int argc = 0;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (argv && argc == 2 && lstrcmpW(argv[1], L"--version") == 0) {
        printf("casement-agent %s\n", CASEMENT_VERSION);
        return 0;
    }
    if (argv && argc == 2 && lstrcmpW(argv[1], L"--help") == 0) {
        printf("%s", usage);
        return 0;
    }
    if (argv && argc == 2 && lstrcmpW(argv[1], L"--helper") == 0)
        return win_helper();
    if (argv && argc > 1 && lstrcmpW(argv[1], L"setup") == 0)
        return win_setup(argc - 2, argv + 2);
    if (argv && argc > 1 && lstrcmpW(argv[1], L"port") == 0)
        return win_port(argc - 2, argv + 2);
    if (argv && argc > 1 && lstrcmpW(argv[1], L"service") == 0)
        return win_service(argc - 2, argv + 2);
    return argv && parse(&serve, argc, argv) ? win_serve(&serve) : refuse();
}
