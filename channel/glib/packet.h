// SPDX-License-Identifier: Apache-2.0
#pragma once

// Packets with file descriptors over a SOCK_SEQPACKET Unix socket, in a GMainContext. Carries the
// control pipes (channel/control.h), the view protocol (rdpbridge/viewproto.h) and the guest
// supervisor's requests.
//
// Packets leave in order and none is dropped: what the socket does not take now waits in a queue of
// at most CHAN_PACKET_QUEUE_MAX bytes. Closing is seen as an empty packet by the handler.

#include "channel/span.h"

#include <glib.h>

#define CHAN_PACKET_FDS_MAX 4
#define CHAN_PACKET_QUEUE_MAX (8 * 1024 * 1024)

typedef struct ChanPacketSocket ChanPacketSocket;

// One packet with the descriptors that came along; take_fds are the handler's to close. packet.size
// is 0 when the peer closed or sent something over packet_max bytes (a broken peer): no further
// call comes, and the handler may free the socket.
typedef void (*ChanPacketHandler)(ChanPacketSocket *socket, ChanSpan untrusted_packet,
                                  const int *take_fds, guint n_fds, gpointer user);

// Takes fd, which becomes non-blocking. packet_max: the longest packet the peer may send.
ChanPacketSocket *chan_packet_socket_new(GMainContext *context, int take_fd, gsize packet_max,
                                         ChanPacketHandler handler, gpointer user);

// Safe inside the handler. NULL-safe. What is still queued is lost.
void chan_packet_socket_free(ChanPacketSocket *socket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChanPacketSocket, chan_packet_socket_free)

// Sends or queues a packet. fds are borrowed (duplicated when queued). FALSE when the peer is gone
// or the queue is full: the caller treats the peer as lost (the handler also hears of a closed
// one).
gboolean chan_packet_send(ChanPacketSocket *socket, gconstpointer data, gsize size, const int *fds,
                          guint n_fds);

// Bytes waiting: for senders that would rather skip something than queue it.
gsize chan_packet_queued(const ChanPacketSocket *socket);

// Calls nothing until resumed; for back-pressure.
void chan_packet_socket_pause(ChanPacketSocket *socket, gboolean paused);

// A connected pair, close-on-exec. FALSE with error set.
gboolean chan_packet_pair(int fds[2], GError **error);
