// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys as Linux input codes, the locks, and the host's layout. Which character a key makes is the
// guest's business: it is given the same layout.

#include "rdpbridge/x11/window.h"

#include <X11/XKBlib.h>

HostKeyboard *host_keyboard_new(View *view);
void host_keyboard_free(HostKeyboard *keyboard);

// A press, a repeat or a release on a window of ours: keeps which keys are down on the host. TRUE
// if this one was already: a repeat.
bool host_keyboard_holds(HostKeyboard *keyboard, const XKeyEvent *event);
// The same, to the guest.
void host_keyboard_key(HostKeyboard *keyboard, HostWindow *window, const XKeyEvent *event);

// Releases in the guest what is held: the focus leaves.
void host_keyboard_release_all(HostKeyboard *keyboard);

// Which keys are down, a bit for each key code (KeymapNotify): when a window of ours is given the
// focus. The guest is told by host_keyboard_hold.
void host_keyboard_held(HostKeyboard *keyboard, const char keys[32]);
// Presses in the guest the modifiers that are down, and releases what is not any more.
void host_keyboard_hold(HostKeyboard *keyboard);
// The same by a mask of modifiers, for a guest without the focus.
void host_keyboard_hold_modifiers(HostKeyboard *keyboard, unsigned modifiers);

void host_keyboard_tell_locks(HostKeyboard *keyboard);
// The layout, to a new session or when it changed.
void host_keyboard_tell(HostKeyboard *keyboard);
// The layout's name or the repeat rate may have changed.
void host_keyboard_changed(HostKeyboard *keyboard);
// Another group counts. The guest's X server is switched by the same keys, so that it is told after
// those of them that the input method has.
void host_keyboard_switched(HostKeyboard *keyboard, const XkbStateNotifyEvent *event);
// The input method has no more keys that may come back.
void host_keyboard_caught_up(HostKeyboard *keyboard);
// What keys mean may have: told once what comes together has come, or before the next key.
void host_keyboard_remapped(HostKeyboard *keyboard);
void host_keyboard_drained(HostKeyboard *keyboard);
