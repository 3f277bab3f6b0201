// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of a guest's windows may be without a window manager: such a window covers what it likes
// and looks as it likes, so a guest gets one only in answer to the user, and never one that could
// pass for a screen. What is refused is shown as a managed utility window.

#include "rdpbridge/x11/window.h"

// Whether the window, of VIEW_KIND_POPUP or _TOOLTIP, may open as override-redirect.
bool host_popup_admit(const HostWindow *window);

// Whether the window's wanted geometry, with the other popups that are open, leaves enough of every
// monitor uncovered. For one that is open already and wants to grow.
bool host_popup_fits(const HostWindow *window);
// Likewise, so much that nobody takes it for more than a notice.
bool host_popup_is_small(const HostWindow *window);
// A refused popup that is more than that.
bool host_popup_hides(const HostWindow *window);
