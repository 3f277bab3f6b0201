// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ends the process when a library does not come back from what the guest made it do: with a last
// packet to the broker, and without any of the library's own way out. One at a time; uses SIGALRM,
// and leaves an alarm that was set before as it was.

#include "channel/control.h"

// words: what the broker is told, copied; fd: its pipe, or -1.
void bridge_watchdog_start(unsigned limit_s, int fd, const CtlNotice *words);
void bridge_watchdog_stop(void);
