// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps what a program is given over D-Bus in order with its keys, which it gets from the X server:
// text waits until the program has asked about every key that was given before. Programs ask about
// each key that they get while they write text; one that is not asked about for RA_METHOD_ORDER_MS
// went elsewhere (a menu, a shortcut of somebody's) and is waited for no longer.
//
// Neither I/O nor clock: times are the caller's, of one monotonic clock.

#include "channel/window_channel.h"

#include <glib.h>
#include <stdbool.h>

#define RA_METHOD_ORDER_MS 1000
#define RA_METHOD_ORDER_MAX 256 // keys and gifts; beyond, the first ones wait no longer

typedef struct {
    const char *text;                 // NULL:
    const ChanWindowPreedit *preedit; // what is being made
} RaMethodGift;

// The gift's turn has come. Borrowed; must not call back.
typedef void (*RaMethodGive)(const RaMethodGift *gift, gpointer user);

typedef struct RaMethodOrder RaMethodOrder;
RaMethodOrder *ra_method_order_new(RaMethodGive give, gpointer user);
void ra_method_order_free(RaMethodOrder *order);

// A key is given to the X server.
void ra_method_order_key(RaMethodOrder *order, guint keycode, bool down, gint64 now_ms);

// Gives now, or when the keys before have been asked about. The gift is copied.
void ra_method_order_give(RaMethodOrder *order, const RaMethodGift *gift, gint64 now_ms);

// The program asks about a key: what was given before that one has its turn. TRUE: a text waits
// right behind it, for ra_method_order_go_on.
bool ra_method_order_asked(RaMethodOrder *order, guint keycode, bool down);
// It has been answered: what waits right behind has its turn.
void ra_method_order_go_on(RaMethodOrder *order);

// When ra_method_order_expire is to be called, -1: there is nothing that waits.
gint64 ra_method_order_due_ms(const RaMethodOrder *order);
void ra_method_order_expire(RaMethodOrder *order, gint64 now_ms);

// Another program has the focus: keys are forgotten, and what waits has its turn.
void ra_method_order_finish(RaMethodOrder *order);
