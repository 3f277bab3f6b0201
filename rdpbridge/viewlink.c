// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/viewlink.h"

#include "channel/glib/packet.h"

#include <unistd.h>

struct BridgeViewLink {
    GMainContext *context;
    const BridgeViewHandlers *handlers;
    gpointer user;
    ChanPacketSocket *socket;
    GSource *lost; // said from the loop, never from within a send
};

BridgeViewLink *
bridge_viewlink_new(GMainContext *context, const BridgeViewHandlers *handlers, gpointer user)
{
    BridgeViewLink *l = g_new0(BridgeViewLink, 1);

    l->context = context;
    l->handlers = handlers;
    l->user = user;
    return l;
}

static void
forget_lost(BridgeViewLink *l)
{
    if (!l->lost)
        return;
    g_source_destroy(l->lost);
    g_source_unref(l->lost);
    l->lost = NULL;
}

void
bridge_viewlink_free(BridgeViewLink *l)
{
    if (!l)
        return;
    forget_lost(l);
    chan_packet_socket_free(l->socket);
    g_free(l);
}

static gboolean
on_lost(gpointer user)
{
    BridgeViewLink *l = user;

    forget_lost(l);
    l->handlers->lost(l->user);
    return G_SOURCE_REMOVE;
}

static void
drop(BridgeViewLink *l)
{
    chan_packet_socket_free(l->socket);
    l->socket = NULL;
    forget_lost(l);
    l->lost = g_idle_source_new();
    g_source_set_priority(l->lost, G_PRIORITY_DEFAULT);
    g_source_set_callback(l->lost, on_lost, l, NULL);
    g_source_attach(l->lost, l->context);
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    BridgeViewLink *l = user;

    if (socket == l->socket && packet.size > 0 && view_check(packet) && view_fds(packet) == n_fds) {
        l->handlers->message(view_type(packet), packet, n_fds > 0 ? take_fds[0] : -1, l->user);
        return;
    }
    for (guint i = 0; i < n_fds; i++)
        close(take_fds[i]);
    if (packet.size > 0)
        g_warning("view: it sent a packet that is no message of this version; dropping it");
    if (socket == l->socket)
        drop(l);
}

void
bridge_viewlink_attach(BridgeViewLink *l, int take_fd)
{
    forget_lost(l);
    chan_packet_socket_free(l->socket);
    l->socket = chan_packet_socket_new(l->context, take_fd, VIEW_PACKET_MAX, on_packet, l);
}

gboolean
bridge_viewlink_attached(const BridgeViewLink *l)
{
    return l->socket != NULL;
}

void
bridge_viewlink_send(BridgeViewLink *l, gconstpointer message, gsize size, int fd)
{
    if (l->socket && !chan_packet_send(l->socket, message, size, &fd, fd >= 0 ? 1 : 0))
        drop(l);
}

gsize
bridge_viewlink_queued(const BridgeViewLink *l)
{
    return l->socket ? chan_packet_queued(l->socket) : 0;
}
