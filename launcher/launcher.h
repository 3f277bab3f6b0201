// SPDX-License-Identifier: Apache-2.0
#pragma once

// What all verbs of `casement` share: the options that each of them has, the way to the broker, and
// the end of it all: an exit code and, when something failed, words for the user.

#include "launcher-broker1.h"

#include <gio/gio.h>

typedef enum {
    LAUNCHER_OK = 0,
    LAUNCHER_FAILED = 1,
    LAUNCHER_USAGE = 2,        // what was given is wrong
    LAUNCHER_NOT_FOUND = 3,    // no such guest or application
    LAUNCHER_GUEST_FAILED = 4, // the guest did not start, or was lost
    LAUNCHER_TIMEOUT = 5,
    LAUNCHER_REFUSED = 6,       // the guest's policy refuses it, or its kind cannot
    LAUNCHER_NO_BROKER = 7,     // casementd or the session bus cannot be reached
    LAUNCHER_BUSY = 8,          // try again later
    LAUNCHER_PROGRAM_ENDED = 9, // it started, and failed before it showed a window
    LAUNCHER_INTERRUPTED = 130, // Ctrl-C while waiting
} LauncherExit;

typedef struct {
    gboolean json;
    LauncherBroker1 *broker; // made by launcher_broker()
    GMainContext *context;
    GAsyncResult *answer;
    guint interrupt; // source of what Ctrl-C does
} Launcher;

typedef struct {
    const char *name;                                               // "run"
    const char *arguments;                                          // for the usage line
    const char *summary;                                            // one line; for gettext
    LauncherExit (*run)(Launcher *launcher, int argc, char **argv); // argv[0] is the verb
} LauncherVerb;

// The verb of this name in a NULL-terminated list, or NULL.
const LauncherVerb *launcher_verb_find(const LauncherVerb *const *verbs, const char *name);

// The broker, borrowed; NULL with error set when bus or broker cannot be reached.
LauncherBroker1 *launcher_broker(Launcher *launcher, GError **error);

// How long the broker may take: for what it answers by itself, and for what waits for a guest,
// where the broker has time limits of its own.
#define LAUNCHER_QUICK_MS (60 * 1000)
#define LAUNCHER_PATIENT_MS G_MAXINT

// Callback for the calls of the generated proxy; user is the Launcher.
void launcher_on_answer(GObject *source, GAsyncResult *result, gpointer user);

// Waits for the answer to the call under way; borrowed until the next one. Ctrl-C ends the process
// with LAUNCHER_INTERRUPTED; what was asked for goes on.
GAsyncResult *launcher_wait(Launcher *launcher);

// Ctrl-C is the verb's own from now on.
void launcher_interrupt_clear(Launcher *launcher);

// Tells the user what was tried and why it failed, in words on stderr or as JSON on stdout, and
// returns the exit code for it. Takes the error.
LauncherExit launcher_fail(Launcher *launcher, GError *take_error, const char *tried);

// Says how the verb is used; LAUNCHER_USAGE. problem may be NULL.
LauncherExit launcher_usage(Launcher *launcher, const LauncherVerb *verb, const char *problem);

// With --json: prints {"ok": true}. Otherwise prints the text, if any.
LauncherExit launcher_done(Launcher *launcher, const char *text);

void launcher_clear(Launcher *launcher);
