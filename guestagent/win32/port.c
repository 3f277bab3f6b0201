// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/port.h"

#include "channel/win32/viosock.h"
#include "guestagent/win32/account.h"
#include "guestagent/win32/port_find.h"
#include "guestagent/win32/ports.h"

#include <stdio.h>

enum { DONE = 0, FAILED = 1, USAGE = 2, NOT_ADMINISTRATOR = 3, NO_WAY = 4 };

#define FIND_S 60
#define FIND_MAX_S 3600
#define COM_MAX 256

static unsigned
number_after(const WCHAR *text, const WCHAR *prefix, unsigned max)
{
    size_t size = wcslen(prefix);
    unsigned number = 0;

    if (_wcsnicmp(text, prefix, size) != 0 || !text[size])
        return 0;
    for (text += size; *text; text++) {
        if (*text < L'0' || *text > L'9' || number > max)
            return 0;
        number = number * 10 + (unsigned)(*text - L'0');
    }
    return number <= max ? number : 0;
}

// False: no name of a port.
static bool
append(WCHAR list[WIN_PORTS_LIST_MAX], size_t *at, const WCHAR *name)
{
    unsigned com = number_after(name, L"COM", COM_MAX);
    bool known = com || chan_win_viosock_named(name) || wcsncmp(name, L"\\\\.\\", 4) == 0;
    size_t room = WIN_PORTS_LIST_MAX - *at;

    if (!known || wcslen(name) + 6 > room)
        return false;
    *at += 1 + (size_t)_snwprintf(list + *at, room, L"%ls%ls", com ? L"\\\\.\\" : L"", name);
    list[*at] = 0;
    return true;
}

static int
set(const WCHAR *list)
{
    LONG error = win_ports_write(list);

    if (error != ERROR_SUCCESS) {
        fprintf(stderr, "casement-agent: cannot set the ports: the registry refuses (error %ld)\n",
                error);
        return FAILED;
    }
    for (; *list; list += wcslen(list) + 1)
        printf("the host is reached over %ls\n", list);
    return DONE;
}

static int
find(unsigned seconds)
{
    WCHAR list[WIN_PORTS_LIST_MAX] = {0}, found[WIN_SERIAL_NAME_MAX];
    size_t at = 0;

    printf("start the guest on the host now (casement guest start NAME)\n");
    if (win_port_find(seconds, found) && append(list, &at, found))
        return set(list);
    fprintf(stderr, "casement-agent: no host spoke on a serial port of this guest within %u s\n",
            seconds);
    return FAILED;
}

static int
show(void)
{
    WCHAR list[WIN_PORTS_LIST_MAX];
    bool virtio = win_ports_has_default(), vsock = chan_win_viosock_there();

    win_ports_read(list);
    if (virtio)
        printf("virtio-serial\n");
    for (const WCHAR *name = list; *name; name += wcslen(name) + 1)
        printf("%ls\n", name);
    if (vsock && !*list)
        printf("vsock:%u\n", CHAN_WIN_VIOSOCK_PORT);
    if (virtio || vsock || *list)
        return DONE;
    printf("no way to a host: no virtio-serial port, no vsock, and no port is set\n");
    return NO_WAY;
}

static int
usage(void)
{
    fprintf(stderr, "usage: casement-agent port [NAME... | --find [SECONDS] | --none]\n");
    return USAGE;
}

int
win_port(int argc, WCHAR **argv)
{
    WCHAR list[WIN_PORTS_LIST_MAX] = {0};
    unsigned seconds = FIND_S;
    size_t at = 0;

    bool finds = argc > 0 && lstrcmpW(argv[0], L"--find") == 0;
    bool none = argc == 1 && lstrcmpW(argv[0], L"--none") == 0;

    if (argc == 0)
        return show();
    if (finds && argc == 2)
        seconds = number_after(argv[1], L"", FIND_MAX_S);
    if (finds && (argc > 2 || seconds == 0))
        return usage();
    for (int i = 0; i < argc && !finds && !none; i++)
        if (!append(list, &at, argv[i]))
            return usage();
    if (!win_account_is_administrator()) {
        fprintf(stderr, "casement-agent: port changes what the service does: run it as "
                        "administrator (right click, \"Run as administrator\")\n");
        return NOT_ADMINISTRATOR;
    }
    return finds ? find(seconds) : set(list);
}
