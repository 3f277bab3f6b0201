// SPDX-License-Identifier: Apache-2.0
#pragma once

// While a menu of the guest is open the pointer is grabbed, as its program has it in the guest: a
// click outside reaches the program, which closes its menu, and nothing beneath. Only for a short
// while after a press of the user's in the guest, and for one click outside: a guest whose menus
// stay, or come again, has the pointer no longer.

#include "rdpbridge/x11/window.h"

typedef struct HostMenuGrab HostMenuGrab;

HostMenuGrab *host_menu_grab_new(View *view);
void host_menu_grab_free(HostMenuGrab *grab);

// Menus open and close.
void host_menu_grab_update(HostMenuGrab *grab);

bool host_menu_grab_active(const HostMenuGrab *grab);

// The click outside is over.
void host_menu_grab_end(HostMenuGrab *grab);
