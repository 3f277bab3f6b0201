// SPDX-License-Identifier: Apache-2.0
#pragma once

// The input method of the guest's programs, which stands for the host's. Programs tell it where
// they write, and are given the text that the host's made of keys. It takes no keys: those that
// come here are what the host's left.
//
// How programs know of it is a matter of ways (method_front.h); the one whose program said last
// that it has the focus is asked.

#include "channel/window_channel.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaMethod RaMethod;

// The program with the focus writes at this place of a window that is a child of the root. At most
// each RA_METHOD_CARET_MS, the last one always.
typedef void (*RaMethodCaret)(Window top_level, const ChanWindowCaret *caret, gpointer user);
#define RA_METHOD_CARET_MS 20

// A key that has waited is to be given to the X server now.
typedef void (*RaMethodKey)(guint keycode, bool down, gpointer user);

typedef struct {
    RaMethodCaret caret;
    RaMethodKey key;
} RaMethodEvents;

RaMethod *
ra_method_new(RaConn *conn, GMainContext *context, const RaMethodEvents *events, gpointer user);
void ra_method_free(RaMethod *method);

// Whether there is one. Programs that have it by XIM lose it; those that have it over D-Bus, and
// would lose the keys that they ask about just then, have one that leaves all keys. What a way
// fails at is said, and is its own.
void ra_method_offer(RaMethod *method, bool offered);

// A key (X key code) is to be given to the X server: FALSE: now; TRUE: it waits for the program.
bool ra_method_key(RaMethod *method, guint keycode, bool down);
// Gives what waits, before what must be behind it.
void ra_method_give_keys(RaMethod *method);

// Gives UTF-8 to the program with the focus, which has it before any input that is given later.
// FALSE: it takes none this way.
bool ra_method_commit(RaMethod *method, const char *text);

// What is being made, which a program shows that asked for that.
void ra_method_preedit(RaMethod *method, const ChanWindowPreedit *preedit);
