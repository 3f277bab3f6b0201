// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"

// A dynamic channel of one client ([MS-RDPEDYC]).

typedef struct Dynamic Dynamic;

// name is borrowed.
Dynamic *dynamic_new(Connection *connection, const char *name);
void dynamic_free(Dynamic *dynamic);

// Opens it as soon as that can be. TRUE: it is open.
bool dynamic_is_open(Dynamic *dynamic);

// Once it is open.
void dynamic_write(Dynamic *dynamic, BYTE *data, gsize size);
// A message of at most that size; 0: none is there.
gsize dynamic_read(Dynamic *dynamic, BYTE *data, gsize size);
