// SPDX-License-Identifier: Apache-2.0
#pragma once

// casement-view to casement-holder and back, over a SOCK_SEQPACKET socket of their own: what a
// window is made with, and what it is then; and the messages that go to who made a window (window
// managers': XSendEvent without an event mask), which the view is meant by.

#include <stdint.h>

typedef struct {
    uint32_t root, visual, colormap;
    int16_t x, y;
    uint16_t width, height;
    uint32_t depth, override_redirect;
} HolderRequest;

typedef enum {
    HOLDER_MADE = 1,    // the answer to a request: the window, 0: it could not be made
    HOLDER_MESSAGE = 2, // a ClientMessage of format 32 to the window
} HolderKind;

typedef struct {
    uint32_t kind; // HolderKind
    uint32_t window;
    uint32_t type; // from here on of a MESSAGE
    int32_t data[5];
} HolderSaid;

// casement-holder's exit codes.
enum {
    HOLDER_EXIT_RELEASED = 0, // the view needs it no more
    HOLDER_EXIT_USAGE = 2,
    HOLDER_EXIT_KILLED = 3, // the X server closed its connection
};
