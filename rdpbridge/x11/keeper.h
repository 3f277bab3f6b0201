// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's clipboard manager, where there is one that keeps what a program is about to take along
// (SAVE_TARGETS of CLIPBOARD_MANAGER, the freedesktop.org specification of clipboard managers): a
// guest's programs ask it as the host's do.

#include "rdpbridge/x11/view.h"

typedef struct HostKeeper HostKeeper;

HostKeeper *host_keeper_new(View *view);
void host_keeper_free(HostKeeper *keeper);

// Whether there is one, to a new session or after a change of policy.
void host_keeper_tell(HostKeeper *keeper);
// A program of the guest wants kept what the guest has in CLIPBOARD. The session is told once that
// is done, or cannot be.
void host_keeper_save(HostKeeper *keeper, uint32_t serial);
gboolean host_keeper_event(HostKeeper *keeper, const XEvent *event);
