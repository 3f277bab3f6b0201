// SPDX-License-Identifier: Apache-2.0
#include <winsock2.h>
// after winsock2.h
#include "channel/win32/viosock.h"

#include <stddef.h>
#include <string.h>
#include <winioctl.h>

// The driver's interface, as in virtio-win's viosock/inc/vio_sockets.h.
#define DEVICE L"\\\\.\\Viosock"
#define GET_ADDRESS_FAMILY 0x0801300c // IOCTL_GET_AF
#define CID_ANY 0xffffffffu
#define CID_HOST 2u

#define PREFIX L"vsock:"
#define PORT_ANY 0xffffffffu
#define BACKLOG 4

typedef struct {
    uint16_t family, reserved;
    uint32_t port, cid; // in the machine's byte order
} Address;

_Static_assert(sizeof(Address) == 12 && offsetof(Address, cid) == 8, "SOCKADDR_VM");

static SOCKET listener = INVALID_SOCKET;
static uint32_t listener_port;

uint32_t
chan_win_viosock_named(const WCHAR *name)
{
    uint64_t port = 0;

    if (wcsncmp(name, PREFIX, wcslen(PREFIX)) != 0)
        return 0;
    for (name += wcslen(PREFIX); *name; name++) {
        if (*name < L'0' || *name > L'9' || port > PORT_ANY)
            return 0;
        port = port * 10 + (uint64_t)(*name - L'0');
    }
    return port < PORT_ANY ? (uint32_t)port : 0;
}

// AF_UNSPEC: the device is not there, or not that driver's.
static uint16_t
address_family(void)
{
    DWORD family = AF_UNSPEC, size = 0;
    HANDLE device =
        CreateFileW(DEVICE, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

    if (device == INVALID_HANDLE_VALUE)
        return AF_UNSPEC;
    if (!DeviceIoControl(device, GET_ADDRESS_FAMILY, NULL, 0, &family, sizeof family, &size,
                         NULL) ||
        size != sizeof family || family > UINT16_MAX)
        family = AF_UNSPEC;
    CloseHandle(device);
    return (uint16_t)family;
}

bool
chan_win_viosock_there(void)
{
    return address_family() != AF_UNSPEC;
}

static void
listen_at(uint32_t port)
{
    Address address = {.family = address_family(), .port = port, .cid = CID_ANY};
    u_long at_once = 1;

    if (address.family == AF_UNSPEC)
        return;
    listener = socket(address.family, SOCK_STREAM, 0);
    if (listener == INVALID_SOCKET)
        return;
    // A helper, which is a user's, must not inherit the way to the host.
    SetHandleInformation((HANDLE)listener, HANDLE_FLAG_INHERIT, 0);
    listener_port = port;
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, BACKLOG) != 0 || ioctlsocket(listener, FIONBIO, &at_once) != 0)
        chan_win_viosock_close();
}

// The driver's sockets are file handles, opened for overlapped I/O; as such they are used, since
// its Winsock knows no overlapped calls.
HANDLE
chan_win_viosock_open(uint32_t port)
{
    u_long waits = 0;

    if (listener != INVALID_SOCKET && listener_port != port)
        chan_win_viosock_close();
    if (listener == INVALID_SOCKET)
        listen_at(port);
    while (listener != INVALID_SOCKET) {
        Address peer = {0};
        int size = sizeof peer;
        SOCKET s = accept(listener, (struct sockaddr *)&peer, &size);
        if (s == INVALID_SOCKET) {
            if (WSAGetLastError() != WSAEWOULDBLOCK)
                chan_win_viosock_close(); // the device went, with a suspend or for good
            break;
        }
        SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, 0);
        // Programs of this guest can connect, too, and are not the host.
        if (peer.cid == CID_HOST && ioctlsocket(s, FIONBIO, &waits) == 0)
            return (HANDLE)s;
        closesocket(s);
    }
    return INVALID_HANDLE_VALUE;
}

void
chan_win_viosock_close(void)
{
    if (listener != INVALID_SOCKET)
        closesocket(listener);
    listener = INVALID_SOCKET;
}
