// SPDX-License-Identifier: Apache-2.0
#pragma once

// The input method of the guest's programs (XIM, $XMODIFIERS=@im=casement): stands for the host's.
// Programs tell it where they write, and are given the text that the host's made of keys. It takes
// no keys: those that come here are what the host's left.
//
// A connection of its own to the X server; what programs say is bounded by the library.

#include "channel/window_channel.h"
#include "guestagent/remoteapp/x11/conn.h"

#define RA_METHOD_NAME "casement" // as in $XMODIFIERS (guestagent/supervisor/programs.c)

typedef struct RaMethod RaMethod;

// The program with the focus writes at this place of a window that is a child of the root. At most
// each RA_METHOD_CARET_MS, the last one always.
typedef void (*RaMethodCaret)(Window top_level, const ChanWindowCaret *caret, gpointer user);
#define RA_METHOD_CARET_MS 20

RaMethod *ra_method_new(RaConn *conn, GMainContext *context, RaMethodCaret caret, gpointer user);
void ra_method_free(RaMethod *method);

// Whether there is one. Programs that have it lose it.
void ra_method_offer(RaMethod *method, bool offered);

// Gives UTF-8 to the program with the focus, which has it before any input that is given later.
// FALSE: it takes none this way.
bool ra_method_commit(RaMethod *method, const char *text);

// What is being made, which a program shows that asked for that.
void ra_method_preedit(RaMethod *method, const ChanWindowPreedit *preedit);
