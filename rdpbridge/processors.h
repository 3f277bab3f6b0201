// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many processors the RDP library sees: one. Its H.264 contexts would otherwise make a pool of
// threads for each surface and wait for it, whatever the settings say of threads, and the sandbox
// has none to give. The decoders behind it run in the caller's thread by themselves.

#include <stdbool.h>

// Whether the library has asked since the last call, so that a version that counts in another way
// is noticed.
bool bridge_processors_asked(void);
