// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a window is called: title and icon's name (ICCCM 4.1.2.1, EWMH 1.5), each in its older and
// its newer property, and its role, as the guest's program set them. A guest that is not ours has a
// title alone, which then is all names. Each name begins with the policy's prefix, and all are
// cleaned. Only what differs is told to the server.

#include "rdpbridge/x11/view.h"

typedef struct {
    char *text[CHAN_NAMES];   // without the prefix; NULL: there is none
    char *pushed[CHAN_NAMES]; // as the X window has it; NULL: it has none
    bool stale;
} HostNames;

void host_names_clear(HostNames *names);
// For all names; there is no role.
void host_names_set_title(HostNames *names, ChanSpan untrusted_title);
void host_names_set(HostNames *names, const ChanWindowNames *names_said);
// The title as window managers show it, without the prefix; "" if there is none.
const char *host_names_title(const HostNames *names);
// The prefix is another one.
void host_names_refresh(HostNames *names);

// The X window is new and has none.
void host_names_forget(HostNames *names);
// It is another's, with what that told of it.
void host_names_inherit(HostNames *names, HostNames *former);
void host_names_push(const View *view, Window xid, HostNames *names);
