// SPDX-License-Identifier: Apache-2.0
#pragma once

// Launches under way: the startup id of each goes to the program's first window, and the desktop's
// launch feedback ends when that is there, when the launch has failed, or after a while without a
// window (Startup Notification specification 0.1).

#include "rdpbridge/x11/window.h"

HostLaunches *host_launches_new(View *view);
void host_launches_free(HostLaunches *launches);

void host_launches_add(HostLaunches *launches, const CtlStartup *message);

// Whether the user launched a program a short while ago and no window but popups came since: what
// comes first may be its splash screen.
bool host_launches_splash(const HostLaunches *launches);

// A top-level window is being created: gives it the startup id and time of its launch, if any.
void host_launches_take(HostLaunches *launches, HostWindow *window);

// A window that is there is to have the focus, as programs do with what was launched when they run
// already, some after a window that is soon gone. True: that is the answer to a launch of its
// program after left_us, when the user last went elsewhere; once. The launch is over, and the focus
// may be asked for with this X time (CurrentTime: it is not known).
bool
host_launches_answer(HostLaunches *launches, const HostWindow *window, gint64 left_us, Time *time);

// It has been mapped.
void host_launches_mapped(HostLaunches *launches, HostWindow *window);
