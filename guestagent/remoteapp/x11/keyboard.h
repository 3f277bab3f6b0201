// SPDX-License-Identifier: Apache-2.0
#pragma once

// The keyboard's map: layout by XKB names, lock keys, and key codes for characters without a key.

#include "channel/window_channel.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaKeyboard RaKeyboard;

// Loads the evdev key codes if the server has others.
RaKeyboard *ra_keyboard_new(RaConn *conn);
void ra_keyboard_free(RaKeyboard *keyboard);

// What the keys of the host mean: the next layout that is set is changed to that.
void ra_keyboard_expect(RaKeyboard *keyboard, const ChanWindowKeymap *keymap);
// NULL or "" parts are the default's (pc105, us). What the server refuses is logged and leaves
// the map as it is, and so does what it has already.
void ra_keyboard_set_layout(RaKeyboard *keyboard, const char *model, const char *layout,
                            const char *variant, const char *options);

// The group of the layout that counts, and how keys that are held repeat (interval 0: not).
void ra_keyboard_set_group(RaKeyboard *keyboard, guint group);
void ra_keyboard_set_repeat(RaKeyboard *keyboard, guint delay_ms, guint interval_ms);

// A key code that gives the character whatever modifiers are held; 0: none. Key codes without a
// key are borrowed, the one used longest ago first: a program looks the character up after the
// key arrived, so that it must not be given back at once.
guint ra_keyboard_keycode_for(RaKeyboard *keyboard, gunichar character);

void ra_keyboard_set_locks(RaKeyboard *keyboard, bool scroll, bool num, bool caps);
