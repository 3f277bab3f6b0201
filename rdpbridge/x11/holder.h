// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whose the windows are for the X server: each of the guest's programs has a process with a
// connection of its own (casement-holder), that makes them. So XKillClient and a signal to the
// process that _NET_WM_PID or XRes names, which is what "kill" and "force quit" of window managers
// do, hit the one program, as natively: its windows are gone, and the guest is told to end it.

#include "rdpbridge/x11/holder_wire.h"
#include "rdpbridge/x11/view.h"

// Starts one ahead, so that a program's first window need not wait for it.
HostHolders *host_holders_new(View *view);
// All windows are gone.
void host_holders_free(HostHolders *holders);

// Makes a window in the name of the program with this key; *holder is then the caller's until
// host_holder_release. None: it cannot be made so, and is to be made in our own name.
Window host_holders_make(HostHolders *holders, uint32_t key, const HolderRequest *request,
                         HostHolder **holder);

// A window of its is gone, or is going. Without any it is another program's next.
void host_holder_release(HostHolder *holder);

// The process.
uint32_t host_holder_pid(const HostHolder *holder);
