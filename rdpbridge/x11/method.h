// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's input method, by XIM, as $XMODIFIERS names it: keys of the guest's windows go through
// it as those of any program do; what it makes of them is text for the guest, the others come back.
// It is told where the guest's program writes. Without one named, or while it is not there, keys
// are not touched.
//
// A connection of its own to the X server, and nothing here waits for an answer: an input method
// that hangs costs its keys, as natively, and no pixels.

#include "rdpbridge/x11/window.h"

// NULL where none is named: all functions take that.
HostMethod *host_method_new(View *view);
void host_method_free(HostMethod *method);

// Whether it is there now, for programs that start.
bool host_method_there(HostMethod *method);

// A window of ours that can have the focus was made, or is gone. One that is known keeps what it
// has.
void host_method_add(HostMethod *method, Window xid);
void host_method_forget(HostMethod *method, Window xid);

// The guest was told that this window has the focus; None: none has it.
void host_method_focus(HostMethod *method, Window xid);

// A key of a window: TRUE when the input method has it now. It then comes back by
// host_keyboard_key, or never.
bool host_method_key(HostMethod *method, HostWindow *window, const XKeyEvent *event);

// Whether it has keys that may come back.
bool host_method_holds(const HostMethod *method);

// Where in its window the program writes, and whether it shows itself what is being made of keys.
void host_method_caret(HostMethod *method, Window xid, const ChanWindowCaret *caret);
