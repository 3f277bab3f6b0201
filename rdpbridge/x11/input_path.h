// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys and pointer to the guest: past the session (channel/input_path.h) while nothing that they
// must come after is on its way through that, and else by it. The view writes to the guest there
// and reads nothing.

#include "rdpbridge/x11/view.h"

HostInputPath *host_input_path_new(View *view);
void host_input_path_free(HostInputPath *path);

// A session is there: a new way is made, and the guest's end goes to it.
void host_input_path_has_session(HostInputPath *path);

// Sends VIEW_MSG_KEY or VIEW_MSG_POINTER, whose headers are filled.
void host_input_path_key(HostInputPath *path, const ViewKey *key);
void host_input_path_pointer(HostInputPath *path, const ViewPointer *pointer);

// This goes to the session now.
void host_input_path_said(HostInputPath *path, ViewMsgType type);
// The session has VIEW_MSG_SETTLED for us.
void host_input_path_settled(HostInputPath *path, uint32_t untrusted_serial);
