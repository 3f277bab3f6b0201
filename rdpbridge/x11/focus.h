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

// The window that the session was told has it; 0: none.
uint32_t host_focus_told(const HostFocus *focus);

// A window of the guest has it.
bool host_focus_is_ours(const HostFocus *focus);

// The user clicked on something that is not ours, which does not always move the focus: menus of
// the guest close.
void host_focus_clicked_elsewhere(HostFocus *focus);

// The user minimised a window, which has the guest focus another by itself: the next focus of this
// one is told again.
void host_focus_minimized(HostFocus *focus, uint32_t id);

// Whether the host has it on that window.
bool host_focus_is_on(const HostFocus *focus, Window xid);

// The X window is gone. The session is another one.
void host_focus_forget(HostFocus *focus, Window xid);
void host_focus_reset(HostFocus *focus);

// The window is about to be mapped, or restored by the guest: whether the window manager is to
// focus it (rdpbridge/limits.h).
// Not every window manager looks at _NET_WM_USER_TIME, so one that is not to have the focus takes
// no input until it is mapped, and is put where it hides nothing.
void host_focus_before_map(HostFocus *focus, HostWindow *window);
void host_focus_after_map(HostWindow *window);
// A window got its wanted geometry by the guest; whether it hid more than it may before.
void host_focus_grown(HostWindow *window, bool hid);
void host_focus_mapped(HostFocus *focus, HostWindow *window);

// The window manager asks a window whose program takes the focus by itself (WM_TAKE_FOCUS) to do
// so. When the window is unmapped, shaded or minimised, the focus then goes to what the pointer is
// over, as of Java's programs, and no window manager has a say in it.
void host_focus_take(HostWindow *window, Time time);

// The guest made a window (NULL: none of ours) active: the window manager is asked when the user
// has just done something there, otherwise the window only asks for attention. Where the window
// manager does not follow, the guest is told once more which one has the focus.
void host_focus_activate(HostFocus *focus, HostWindow *window);
void host_focus_attention(HostFocus *focus, HostWindow *window);
// The user asked for it, through the broker. NULL: nothing.
void host_focus_raise(HostFocus *focus, HostWindow *window);
