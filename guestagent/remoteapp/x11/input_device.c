// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/input_device.h"

#include <X11/Xatom.h>
#include <X11/extensions/XInput2.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xorg/xf86-input-inputtest-protocol.h>

#define PENDING_MAX (512 * 1024)
#define GREETING_WITHIN_MS 150
#define GREETING_AFTER_SWITCH_MS 1000
#define SETTLE_WITHIN_MS 50
// Longer than the driver's buffer: it hangs up on an event that claims this.
#define ABSURD_LENGTH 65536

struct RaInputDevice {
    RaConn *conn;
    GMainContext *context;
    char *name;
    int fd;
    bool unsettled;
    GByteArray *pending;
    GSource *writable; // while something is pending
    guint8 answer[64]; // of the server, as far as it has come
    gsize answer_length;
};

static void
drop_pending(RaInputDevice *device)
{
    g_byte_array_set_size(device->pending, 0);
    if (!device->writable)
        return;
    g_source_destroy(device->writable);
    g_clear_pointer(&device->writable, g_source_unref);
}

// Writes what it can. False when the socket is of no use any more.
static bool
write_pending(RaInputDevice *device)
{
    while (device->pending->len > 0) {
        gssize n = send(device->fd, device->pending->data, device->pending->len,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        g_byte_array_remove_range(device->pending, 0, (guint)n);
    }
    return true;
}

static gboolean
on_writable(int fd, GIOCondition condition, gpointer user)
{
    RaInputDevice *device = user;
    bool usable = write_pending(device);
    if (usable && device->pending->len > 0)
        return G_SOURCE_CONTINUE;
    drop_pending(device);
    return G_SOURCE_REMOVE;
}

void
ra_input_device_send(RaInputDevice *device, const void *event, gsize size)
{
    if (device->pending->len + size > PENDING_MAX)
        return;
    g_byte_array_append(device->pending, event, (guint)size);
    device->unsettled = true;
    if (device->writable)
        return;
    if (!write_pending(device)) {
        drop_pending(device);
        return;
    }
    if (device->pending->len == 0)
        return;
    device->writable = g_unix_fd_source_new(device->fd, G_IO_OUT);
    g_source_set_callback(device->writable, G_SOURCE_FUNC(on_writable), device, NULL);
    g_source_attach(device->writable, device->context);
}

// The next answer of this type; others are skipped.
static bool
take_answer(RaInputDevice *device, enum xf86ITResponseType type)
{
    xf86ITResponseHeader header;
    while (device->answer_length >= sizeof header) {
        memcpy(&header, device->answer, sizeof header);
        gsize length = CLAMP(header.length, sizeof header, sizeof device->answer);
        if (device->answer_length < length)
            return false;
        device->answer_length -= length;
        memmove(device->answer, device->answer + length, device->answer_length);
        if (header.type == type)
            return true;
    }
    return false;
}

static bool
wait_answer(RaInputDevice *device, enum xf86ITResponseType type, int within_ms)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)within_ms * 1000;
    while (!take_answer(device, type)) {
        gint64 left_us = deadline_us - g_get_monotonic_time();
        short out = device->pending->len > 0 ? POLLOUT : 0;
        struct pollfd p = {.fd = device->fd, .events = POLLIN | out};
        if (left_us <= 0 || poll(&p, 1, (int)(left_us / 1000) + 1) <= 0)
            return false;
        if ((p.revents & POLLOUT) && !write_pending(device))
            return false;
        if (!(p.revents & (POLLIN | POLLHUP | POLLERR)))
            continue;
        gssize n = recv(device->fd, device->answer + device->answer_length,
                        sizeof device->answer - device->answer_length, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        device->answer_length += n > 0 ? (gsize)n : 0;
    }
    return true;
}

void
ra_input_device_settle(RaInputDevice *device)
{
    if (!device->unsettled)
        return;
    xf86ITEventWaitForSync event = {.header = {sizeof event, XF86IT_EVENT_WAIT_FOR_SYNC}};
    ra_input_device_send(device, &event, sizeof event);
    if (!wait_answer(device, XF86IT_RESPONSE_SYNC_FINISHED, SETTLE_WITHIN_MS))
        g_debug("The X server has not handled the input of %s in time", device->name);
    device->unsettled = false;
}

static void
switch_device(RaConn *conn, int id, bool on)
{
    Atom enabled = XInternAtom(conn->dpy, "Device Enabled", False);
    unsigned char value = on;
    XIChangeProperty(conn->dpy, id, enabled, XA_INTEGER, 8, PropModeReplace, &value, 1);
}

static bool
switch_off_and_on(RaConn *conn, const char *name)
{
    int n = 0;
    int major = 2;
    int minor = 0;
    bool found = false;
    if (XIQueryVersion(conn->dpy, &major, &minor) != Success)
        return false;
    XIDeviceInfo *infos = XIQueryDevice(conn->dpy, XIAllDevices, &n);
    for (int i = 0; infos && i < n; i++) {
        bool slave = infos[i].use == XISlavePointer || infos[i].use == XISlaveKeyboard ||
                     infos[i].use == XIFloatingSlave;
        if (!slave || strcmp(infos[i].name, name) != 0)
            continue;
        switch_device(conn, infos[i].deviceid, false);
        ra_conn_sync(conn);
        switch_device(conn, infos[i].deviceid, true);
        ra_conn_sync(conn);
        found = true;
    }
    if (infos)
        XIFreeDeviceInfo(infos);
    return found;
}

static bool
greet(RaInputDevice *device)
{
    xf86ITEventClientVersion hello = {.header = {sizeof hello, XF86IT_EVENT_CLIENT_VERSION},
                                      .major = XF86IT_PROTOCOL_VERSION_MAJOR,
                                      .minor = XF86IT_PROTOCOL_VERSION_MINOR};
    ra_input_device_send(device, &hello, sizeof hello);
    device->unsettled = false;
    if (wait_answer(device, XF86IT_RESPONSE_SERVER_VERSION, GREETING_WITHIN_MS))
        return true;
    // The connection waits meanwhile, so that it is the one that is taken next.
    return switch_off_and_on(device->conn, device->name) &&
           wait_answer(device, XF86IT_RESPONSE_SERVER_VERSION, GREETING_AFTER_SWITCH_MS);
}

static bool
connect_to(RaInputDevice *device, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    // Non-blocking: the place of a listener that nobody reads may be taken.
    device->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return device->fd >= 0 &&
           connect(device->fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

RaInputDevice *
ra_input_device_new(RaConn *conn, GMainContext *context, const char *dir, const char *name,
                    GError **error)
{
    g_autofree char *path = g_build_filename(dir, "input", name, NULL);
    RaInputDevice *device = g_new0(RaInputDevice, 1);
    device->conn = conn;
    device->context = context;
    device->name = g_strdup(name);
    device->fd = -1;
    device->pending = g_byte_array_new();
    if (!connect_to(device, path))
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "cannot connect to %s: %s",
                    path, g_strerror(errno));
    else if (!greet(device))
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the X server does not answer on %s",
                    path);
    else
        return device;
    ra_input_device_free(device);
    return NULL;
}

void
ra_input_device_free(RaInputDevice *device)
{
    if (!device)
        return;
    if (device->fd >= 0) {
        // Told to hang up, the driver does; merely left, it would read end-of-file in a loop.
        xf86ITEventHeader absurd = {ABSURD_LENGTH, XF86IT_EVENT_KEY};
        ra_input_device_send(device, &absurd, sizeof absurd);
        drop_pending(device);
        close(device->fd);
    }
    g_byte_array_unref(device->pending);
    g_free(device->name);
    g_free(device);
}
