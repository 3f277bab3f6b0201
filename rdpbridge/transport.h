// SPDX-License-Identifier: Apache-2.0
#pragma once

// The RDP stream as an inherited socket: the library never opens one by itself, and reads ahead
// instead of header byte by header byte (a third of the time per PDU; valid above TLS too).

#include <freerdp/freerdp.h>
#include <glib.h>
#include <stdbool.h>

typedef struct BridgeTransport BridgeTransport;

// Before the first byte is sent; false: the connection fails.
typedef bool (*BridgeTransportConnecting)(rdpContext *context);

// Puts itself between the library and the stream; take_fd becomes the library's with the
// connection. There is one per process: the library hands its callbacks no pointer of ours.
// connecting may be NULL.
BridgeTransport *
bridge_transport_install(rdpContext *context, int take_fd, BridgeTransportConnecting connecting);
void bridge_transport_free(BridgeTransport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeTransport, bridge_transport_free)

// The stream's peer gets this descriptor with the first byte that is written, if it is a process on
// this machine that looks for one; else nobody does.
void bridge_transport_hand_over(BridgeTransport *transport, int take_fd);

// PDUs read so far: a caller that loops sees by it whether there was one more.
guint64 bridge_transport_pdus(const BridgeTransport *transport);

// Bytes that the peer has not taken yet.
gsize bridge_transport_unsent(const BridgeTransport *transport);

// The socket, for an abort by shutdown(); -1 when there is none.
int bridge_transport_fd(const BridgeTransport *transport);

// The server closed the connection while it was told who signs in, without a word: the way of those
// before CredSSP version 3 ([MS-CSSP] 2.2.1, Windows 7) to refuse a wrong password.
bool bridge_transport_lost_in_nla(const BridgeTransport *transport);
