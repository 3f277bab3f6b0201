// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one line in which RAIL carries a program's arguments (channel/rail.h says how it is quoted).

#include "channel/span.h"

#include <stdbool.h>

// [MS-RDPERP] 2.2.2.3.1: fields of the Client Execute PDU are at most this long, in bytes of
// UTF-16: program and directory 520, arguments 16,000.
#define BRIDGE_EXEC_PROGRAM_MAX 260
#define BRIDGE_EXEC_ARGUMENTS_MAX 8000

// Writes the arguments, each with its NUL in args, as one line with a NUL to line. FALSE when it
// does not fit capacity bytes.
bool bridge_execline(ChanSpan args, char *line, size_t capacity);
