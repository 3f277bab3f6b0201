// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/pixel_path.h"

#include "channel/glib/packet.h"
#include "rdpbridge/limits.h"

#include <string.h>
#include <unistd.h>

struct BridgePixelPath {
    ChanPacketSocket *socket; // NULL: nobody is there
    int guests_end;
    gboolean ready;
    const BridgePixelPathHandlers *handlers;
    gpointer user;
};

static void
hang_up(BridgePixelPath *path)
{
    gboolean was_ready = path->ready;

    g_clear_pointer(&path->socket, chan_packet_socket_free);
    path->ready = FALSE;
    if (was_ready)
        path->handlers->lost(path->user);
}

static gboolean
handle(BridgePixelPath *path, ChanSpan untrusted_packet)
{
    ChanPixelsFrame frame = {0};
    ChanPixelsHello hello;

    switch (chan_pixels_check(untrusted_packet, true)) {
    case CHAN_PIXELS_HELLO:
        memcpy(&hello, untrusted_packet.data, sizeof hello);
        if (path->ready || hello.version != CHAN_PIXELS_VERSION)
            return FALSE;
        path->ready = TRUE;
        path->handlers->ready(path->user);
        return TRUE;
    case CHAN_PIXELS_FRAME:
        memcpy(&frame, untrusted_packet.data, untrusted_packet.size);
        return path->ready && path->handlers->frame(&frame, path->user);
    default:
        return FALSE;
    }
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan untrusted_packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    BridgePixelPath *path = user;

    (void)socket;
    for (guint i = 0; i < n_fds; i++) // a guest has none to give
        close(take_fds[i]);
    if (!handle(path, untrusted_packet))
        hang_up(path);
}

BridgePixelPath *
bridge_pixel_path_new(GMainContext *context, const BridgePixelPathHandlers *handlers, gpointer user,
                      GError **error)
{
    int fds[2];

    if (!chan_packet_pair(fds, error))
        return NULL;
    BridgePixelPath *path = g_new0(BridgePixelPath, 1);
    path->handlers = handlers;
    path->user = user;
    path->guests_end = fds[1];
    path->socket = chan_packet_socket_new(context, fds[0], CHAN_PIXELS_PACKET_MAX, on_packet, path);
    return path;
}

void
bridge_pixel_path_free(BridgePixelPath *path)
{
    if (!path)
        return;
    path->ready = FALSE; // nobody is to be told
    hang_up(path);
    if (path->guests_end >= 0)
        close(path->guests_end);
    g_free(path);
}

int
bridge_pixel_path_take_guests_end(BridgePixelPath *path)
{
    int fd = path->guests_end;

    path->guests_end = -1;
    return fd;
}

void
bridge_pixel_path_pause(BridgePixelPath *path, gboolean paused)
{
    if (path->socket)
        chan_packet_socket_pause(path->socket, paused);
}

static void
say(BridgePixelPath *path, gconstpointer message, gsize size, const int *fd)
{
    if (!path->socket)
        return;
    if (!chan_packet_send(path->socket, message, size, fd, fd ? 1 : 0) ||
        chan_packet_queued(path->socket) > LIMIT_PIXEL_ANSWERS)
        hang_up(path);
}

void
bridge_pixel_path_offer(BridgePixelPath *path, guint16 surface_id, const BridgeSurface *memory)
{
    const ChanPixelsBuffer m = {.header.type = CHAN_PIXELS_BUFFER,
                                .surface = surface_id,
                                .buffer = memory->id,
                                .width = memory->width,
                                .height = memory->height,
                                .stride = memory->stride};

    say(path, &m, sizeof m, &memory->fd);
}

void
bridge_pixel_path_refuse(BridgePixelPath *path, guint16 surface_id)
{
    const ChanPixelsBuffer m = {.header.type = CHAN_PIXELS_REFUSED, .surface = surface_id};

    say(path, &m, sizeof m, NULL);
}

gboolean
bridge_pixel_path_input(BridgePixelPath *path, int fd)
{
    const ChanPixelsHeader m = {.type = CHAN_PIXELS_INPUT};

    if (!path->ready)
        return FALSE;
    say(path, &m, sizeof m, &fd);
    return path->ready;
}

void
bridge_pixel_path_shown(BridgePixelPath *path, guint32 buffer, guint32 serial, gint64 shown_us)
{
    const ChanPixelsShown m = {.header.type = CHAN_PIXELS_SHOWN,
                               .buffer = buffer,
                               .serial = serial,
                               .shown_us_low = (guint32)shown_us,
                               .shown_us_high = (guint32)((guint64)shown_us >> 32)};

    say(path, &m, sizeof m, NULL);
}
