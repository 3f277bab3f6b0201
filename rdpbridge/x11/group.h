// SPDX-License-Identifier: Apache-2.0
#pragma once

// Window groups (WM_HINTS, ICCCM 4.1.2.4) and client leaders (WM_CLIENT_LEADER, ICCCM 5.1): windows
// of the guest that belong together, as their program says. The guest numbers them; on the host
// each is a window that nobody sees, there as long as one of its windows is.

#include "rdpbridge/x11/window.h"

HostGroups *host_groups_new(View *view);
// No window may be left in one.
void host_groups_free(HostGroups *groups);

// The session is another one, whose numbers mean others. Windows keep theirs until they are told.
void host_groups_forget(HostGroups *groups);

void host_group_want(HostWindow *window, const ChanWindowGroup *group);
// The window leaves what it was in.
void host_group_leave(HostWindow *window);

// Before the window says that it is in one: who that is, for taskbars that ask its leader.
void host_group_push(HostWindow *window);
