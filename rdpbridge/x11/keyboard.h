// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys as Linux input codes, the locks, and the host's layout. Which character a key makes is the
// guest's business: it is given the same layout.

#include "rdpbridge/x11/window.h"

HostKeyboard *host_keyboard_new(View *view);
void host_keyboard_free(HostKeyboard *keyboard);

// A press, a repeat or a release on a window of ours.
void host_keyboard_key(HostKeyboard *keyboard, HostWindow *window, const XKeyEvent *event);

// Releases in the guest what is held: the focus leaves.
void host_keyboard_release_all(HostKeyboard *keyboard);

void host_keyboard_tell_locks(HostKeyboard *keyboard);
// The layout, to a new session or when it changed.
void host_keyboard_tell(HostKeyboard *keyboard);
void host_keyboard_changed(HostKeyboard *keyboard);
