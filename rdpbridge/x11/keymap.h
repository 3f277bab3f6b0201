// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the host's keys mean, key by key, whoever made it so: its layout, or xmodmap.

#include "channel/window_channel.h"
#include "rdpbridge/x11/display.h"

// Without what ends the host's X server.
void host_keymap_read(HostDisplay *x, ChanWindowKeymap *keymap);
