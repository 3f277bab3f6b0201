// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pointer held within a window whose program wants its movements alone, as games do
// (VIEW_MSG_LOCK). Only for the window that has the focus and the pointer, and once the user has
// pressed something there, once for each press; losing the focus ends it, and so does the program.

#include "rdpbridge/x11/window.h"

#include <X11/extensions/XInput2.h>

typedef struct HostPointerLock HostPointerLock;

HostPointerLock *host_pointer_lock_new(View *view);
void host_pointer_lock_free(HostPointerLock *lock);

// The window's program wants it, or no more. NULL: no window does.
void host_pointer_lock_wanted(HostPointerLock *lock, HostWindow *window, bool wanted);

// Focus, pointer, windows or presses may have changed; under: the window with the pointer, or NULL.
// Returns whether one that was held is let go: the window it was held for is not asked.
bool host_pointer_lock_update(HostPointerLock *lock, const HostWindow *under);

bool host_pointer_lock_active(const HostPointerLock *lock);
// The id of the window it was held for last.
uint32_t host_pointer_lock_id(const HostPointerLock *lock);

// While active: what a device told of a movement by itself (XI_RawMotion), before that movement.
void host_pointer_lock_raw(HostPointerLock *lock, const XIRawEvent *event);
// While active: by how much the user moved it, whole where the device told that.
void host_pointer_lock_motion(HostPointerLock *lock, const XMotionEvent *event, int *dx, int *dy);
