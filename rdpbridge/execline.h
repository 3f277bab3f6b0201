// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one line in which RAIL carries a program's arguments.

#include "channel/span.h"

#include <stdbool.h>

// [MS-RDPERP] 2.2.2.3.1: fields of the Client Execute PDU are at most this long, in units of
// UTF-16.
#define BRIDGE_EXEC_PROGRAM_MAX 260
#define BRIDGE_EXEC_ARGUMENTS_MAX 8000

// How its receiver takes the line apart.
typedef enum {
    BRIDGE_EXECLINE_OURS,    // casement-remoteapp: channel/rail.h
    BRIDGE_EXECLINE_WINDOWS, // as CommandLineToArgvW: backslashes are escaped before a quote only
} BridgeExeclineStyle;

// Writes the arguments, each with its NUL in args, as one line with a NUL to line. FALSE when it
// does not fit capacity bytes.
bool bridge_execline(ChanSpan args, BridgeExeclineStyle style, char *line, size_t capacity);
