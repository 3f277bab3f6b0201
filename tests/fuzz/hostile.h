// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a guest can have the library call, made of fuzz bytes as the library's parsers would hand it
// over: for fuzz_session, which owns the session.

#include "rdpbridge/session_private.h"
#include "tests/fuzz/bytes.h"

// Bytes of their own exact size: reading past them is seen. NULL where the library has NULL.
guint8 *hostile_copy(Bytes *in, gsize max, gsize *size);

// One window order ([MS-RDPERP] 2.2.1.3) or pointer.
void hostile_order(Bytes *in, rdpContext *context);

// The rail channel's client interface, whose requests go nowhere; to be freed by g_free.
RailClientContext *hostile_rail_new(void);
// One PDU of the server's ([MS-RDPERP] 2.2.2).
void hostile_rail(Bytes *in, RailClientContext *rail);

// The graphics channel: the library's own handling of surfaces, into the session.
typedef struct HostileGraphics HostileGraphics;
HostileGraphics *hostile_graphics_new(BridgeSession *session);
void hostile_graphics_free(HostileGraphics *graphics);
// The guest deletes its surfaces and ends its frame.
void hostile_graphics_clear(HostileGraphics *graphics);
gboolean hostile_graphics_closed(const HostileGraphics *graphics);
// One PDU of the server's ([MS-RDPEGFX] 2.2.2). After one that the library or the session refused,
// the channel is closed, as the library closes it, and nothing happens any more.
void hostile_graphics(Bytes *in, HostileGraphics *graphics);
