// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of the guest's windows has the keyboard, as the host's window manager says; and the wishes
// of guest and broker to have one raised.

#include "rdpbridge/x11/window.h"

HostFocus *host_focus_new(View *view);
void host_focus_free(HostFocus *focus);

void host_focus_event(HostFocus *focus, const XFocusChangeEvent *event);
// What is held comes after each focus in (and each entering of the pointer): keys that went down
// elsewhere count where the focus is now, and those that went up elsewhere count no more.
void host_focus_keymap(HostFocus *focus, const XKeymapEvent *event);
// The pointer did something over a window of ours while these modifiers were down (0: it left):
// they count there even if the focus is elsewhere.
void host_focus_pointed(HostFocus *focus, unsigned modifiers);
// A batch of events is done, or a window got another id: tells the session if the focus moved.
void host_focus_sync(HostFocus *focus);

// The user clicked on something that is not ours, which does not always move the focus: menus of
// the guest close.
void host_focus_clicked_elsewhere(HostFocus *focus);

// The user minimised a window, which has the guest focus another by itself: the next focus of this
// one is told again.
void host_focus_minimized(HostFocus *focus, uint32_t id);

// The X window is gone. The session is another one.
void host_focus_forget(HostFocus *focus, Window xid);
void host_focus_reset(HostFocus *focus);

// The guest made a window (NULL: none of ours) active: the window manager is asked when the user
// has just done something there, otherwise the window only asks for attention.
void host_focus_activate(HostFocus *focus, HostWindow *window);
void host_focus_attention(HostFocus *focus, HostWindow *window);
// The user asked for it, through the broker. NULL: nothing.
void host_focus_raise(HostFocus *focus, HostWindow *window);
