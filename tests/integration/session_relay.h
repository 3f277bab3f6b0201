// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands between a real RDP server and casement-session, in a process of its own, and records or
// falsifies what the server says (streams on one machine are not encrypted).

#include <glib.h>

typedef enum {
    RELAY_FAITHFUL,
    RELAY_HUGE_SURFACES, // each surface claims 65,535 × 65,535 pixels
    RELAY_MANY_SURFACES, // each claims 16,384 × 8,000: memory runs out
    RELAY_WRONG_SURFACE, // pixels go to surfaces that were never made
    RELAY_VIDEO,         // they say that they are H.264, which nobody asked for
    RELAY_LAST_WORDS,    // relay_last_words can be called
} RelayMode;

typedef struct {
    GPid pid;
    int client; // the session's end, the caller's to pass on
} Relay;

// Takes the server's stream. record: a file for the server's bytes, or NULL.
Relay *relay_new(int take_server_fd, RelayMode mode, const char *record);

// What the server answers to a launch of "nothing", which say asks for, becomes its last words:
// they and the stream's end are there when session, stopped meanwhile, looks again.
void relay_last_words(Relay *relay, GPid session, void (*say)(gpointer user), gpointer user);
void relay_free(Relay *relay);
