// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <glib.h>
#include <stdbool.h>

// The double as a program, started by a test: its lines read, its commands written.

typedef struct DoubleRig DoubleRig;

// Starts it with the account alice / "the password" and `arguments` (split at blanks), and waits
// for its port.
DoubleRig *double_rig_new(const char *arguments);
// Ends it, and checks that it ended well.
void double_rig_free(DoubleRig *rig);

guint double_rig_port(const DoubleRig *rig);

// Reads lines until one begins with the given text, for 30 s at most; the others are passed
// over. NULL if none comes; free with g_free.
char *double_rig_expect(DoubleRig *rig, const char *beginning);
// The same, and the test ends if none comes; _await is for whom the line itself is nothing.
char *double_rig_need(DoubleRig *rig, const char *beginning);
void double_rig_await(DoubleRig *rig, const char *beginning);

// A connection to a double that listens there, which casement-session may inherit.
int double_rig_connect(const char *path);

// How many lines so far began with the text, passed over or not.
guint double_rig_count(const DoubleRig *rig, const char *beginning);

// It goes on after --hold.
void double_rig_resume(DoubleRig *rig);

// Writes a command ([README.md]).
void double_rig_tell(DoubleRig *rig, const char *command);
