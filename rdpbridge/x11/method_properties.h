// SPDX-License-Identifier: Apache-2.0
#pragma once

// The properties by which long messages go to the host's input method: as many in turn as Xlib's
// do. libxcb-imdkit would take 512; ibus 1.5.32, Debian 13's, writes the 22nd past the end of its
// list and breaks down after some words typed, for all programs of the user's.

#define HOST_METHOD_PROPERTIES 21
