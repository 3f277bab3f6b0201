// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys that an input method was given and has not given back. It says nothing of those it keeps:
// that one came back which was given later tells it. Of a key that it keeps the press is text; a
// release that it keeps must still reach who had the press.
//
// Pure: no X, no clock.

#include <stdbool.h>
#include <stdint.h>

#define HOST_METHOD_KEYS_MAX 64

typedef struct {
    uint8_t keycode;
    bool down;
    bool follows;  // a release that it was not given: its turn is after those before it
    uint32_t time; // of the X server
} HostMethodKey;

typedef struct {
    HostMethodKey given[HOST_METHOD_KEYS_MAX]; // the oldest first
    unsigned n;
} HostMethodKeys;

// A release that was kept, or whose turn it is.
typedef void (*HostMethodKept)(unsigned keycode, void *user);

// The oldest counts as kept when there is no room.
void
host_method_keys_give(HostMethodKeys *keys, HostMethodKey key, HostMethodKept kept, void *user);
// One came back: those given before it were kept. One that was never given changes nothing.
void
host_method_keys_back(HostMethodKeys *keys, HostMethodKey key, HostMethodKept kept, void *user);
// What follows it has its turn, once the one that came back was dealt with.
void host_method_keys_go_on(HostMethodKeys *keys, HostMethodKept kept, void *user);
// Nothing comes back any more.
void host_method_keys_end(HostMethodKeys *keys, HostMethodKept kept, void *user);
// A release of this key is under way.
bool host_method_keys_releasing(const HostMethodKeys *keys, unsigned keycode);
