// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"
#include "tests/termservice/desk.h"

// The RAIL channel of one client ([MS-RDPERP] 2.2.2).

typedef struct Rail Rail;

typedef struct {
    guint16 type; // TS_RAIL_ORDER_*
    guint32 window, value, icon;
    Area area; // of a move, of the work area
    char *program, *arguments, *directory;
    guint16 flags; // of an exec
} RailRequest;

// Called for every request, in the order they came; the request is the channel's.
typedef void (*RailHandler)(const RailRequest *request, gpointer user);

// Opens the channel and shakes hands: HandshakeEx from 10 on, Handshake before (2.2.2.2.1, .3).
// NULL if the client has not joined it. Raw: no hands are shaken, and what comes is only reported.
Rail *rail_new(Connection *connection, const Options *options, RailHandler handler, gpointer user);
void rail_free(Rail *rail);

// Handles what came. Malformed messages close the connection.
void rail_receive(Rail *rail);

// A PDU as it is.
void rail_write(Rail *rail, const guint8 *bytes, gsize size);

// Server Execute Result PDU (2.2.2.3.2).
void rail_exec_result(Rail *rail, const RailRequest *exec, guint16 result, guint32 raw);
// Get Application ID Response or Extended Response (2.2.2.8.1, 2.2.2.8.2).
void rail_app_id(Rail *rail, const Window *window);
// Min Max Info PDU and Move/Size Start and End PDUs (2.2.2.7.1 to 3).
void rail_min_max(Rail *rail, const Desk *desk, const Window *window);
void rail_move_size(Rail *rail, const Window *window, bool start, guint16 kind, int x, int y);
// Language Bar Information PDU (2.2.2.9.1), to clients that know of docked language bars.
void rail_language_bar(Rail *rail, guint32 status);
// Compartment Status Information PDU (2.2.2.10.2), to clients whose input methods follow the
// server.
void rail_compartments(Rail *rail, const guint32 values[4]);
// Window Cloak State Change PDU (2.2.2.12.1), to clients that know of cloaking.
void rail_cloak(Rail *rail, guint32 window, bool cloaked);
