// SPDX-License-Identifier: Apache-2.0
#pragma once

// casement-session signed in at the double, its broker and view played by the test.

#include "tests/integration/session_harness.h"
#include "tests/termservice/double_rig.h"

#define SESSION_RIG_PATIENCE_S 15

typedef struct {
    DoubleRig *guest;
    Harness *h;
    char *dir, *path;
} SessionRig;

// profile: "10", "7" or "xp"; arguments: more for the double. Until its session is active.
SessionRig *session_rig_new(const char *profile, const char *arguments);
// With the guest's desktop; until the client is active.
SessionRig *session_rig_new_desktop(const char *profile, const char *arguments);
void session_rig_free(SessionRig *rig);

// Writes a command; waits for a line with that beginning and returns it (g_free).
void session_rig_tell(SessionRig *rig, const char *format, ...) G_GNUC_PRINTF(2, 3);
char *session_rig_expect(SessionRig *rig, const char *beginning);
// A new window by the double's `open`; its id.
guint32 session_rig_open(SessionRig *rig, const char *app, const char *title);
