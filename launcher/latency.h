// SPDX-License-Identifier: Apache-2.0
#pragma once

// `casement status --latency`: how fast each guest's session is, once a second.

#include "launcher/launcher.h"

// Prints the figures of the last second, so many times (0: until Ctrl-C): a table, or a line of
// JSON. Guests without a session are left out.
LauncherExit launcher_latency(Launcher *launcher, guint times);
