// SPDX-License-Identifier: Apache-2.0
#pragma once

// $XDG_RUNTIME_DIR/casement/guests/NAME/state: who runs for a guest, so that the next broker finds
// them. Lies outside everything that a guest can write.

#include <gio/gio.h>
#include <sys/types.h>

typedef struct {
    pid_t pid; // 0: none
    guint64 start_time;
} BrokerIdentity;

typedef struct {
    BrokerIdentity guest; // supervisor
    BrokerIdentity session, view;
    gboolean desktop; // the session shows the whole desktop
} BrokerState;

// A missing or broken file is an empty state.
BrokerState broker_state_read(const char *path);

// Writes atomically; an empty state removes the file.
gboolean broker_state_write(const char *path, const BrokerState *state, GError **error);

gboolean broker_state_equal(const BrokerState *a, const BrokerState *b);

// TRUE when the process is there and is the one meant.
gboolean broker_identity_alive(const BrokerIdentity *identity);
