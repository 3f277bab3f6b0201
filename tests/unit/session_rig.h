// SPDX-License-Identifier: Apache-2.0
#pragma once

// A guest's session as the broker keeps it, with programs that do nothing by themselves: what they
// say, and when which of them ends, is the test's to choose. In a home of session_home.h.

#include "channel/control.h"
#include "hostbroker/session.h"
#include "tests/unit/wait_for.h"

typedef struct {
    char *name, *display;
    pid_t pid;
    int control; // the program's end of its control pipe
    int life;    // a byte ends it, with that exit code
} Member;

typedef struct {
    BrokerHost *host;
    BrokerConfig *config;
    BrokerSession *session;
    BrokerSignIn *sign_in;
    GPtrArray *members; // in the order of their start
    GSource *source;
    int listener, guest_end;
    guint changed, told, done;
    guint pixels; // streams of them that were asked for
    gboolean refuses_pixels;
    char *text;      // told last
    GError *error;   // of the last launch
    gboolean ending; // whoever comes is told to end
} Rig;

// Runs the broker until the condition holds; it must, before the deadline.
#define WAIT_FOR(rig, condition) WAIT_FOR_IN((rig)->host->context, condition)

// Of each session of the rig; user: the rig.
extern const BrokerSessionEvents rig_events;

Rig *rig_new(void);
// Ends all of its programs.
void rig_free(Rig *rig);
// The guest's file has this line from now on.
void rig_set_config(Rig *rig, const char *line);

// Waits for the program of that number, from 0, to be started.
Member *rig_started(Rig *rig, guint number, const char *name);
// Of two that are started at once, and come in the order that the machine likes.
Member *rig_started_of_two(Rig *rig, guint first, const char *name);
// What a program says, and its end with an exit code.
void rig_say(const Member *member, const void *message, gsize size);
void rig_say_plain(const Member *member, CtlType type);
void rig_say_window(const Member *member, guint32 id);
void rig_say_started(const Member *member, guint32 serial);
void rig_end(const Member *member, guint8 code);
// A message of this type has come from the broker; what came before it is forgotten.
gboolean rig_hears(const Member *member, CtlType type);
// Ends the first view by a signal; the next one.
Member *rig_kill_view(Rig *rig, const Member *view);

// variable: DISPLAY=…
gboolean rig_prepare(Rig *rig, const char *variable, GError **error);
void rig_exec(Rig *rig, CtlExecKind kind);
guint rig_count_windows(const Rig *rig);
// View and session of a first launch, both ready: the program was asked for and not answered for;
// it has started; it has a window.
void rig_launch(Rig *rig, Member **view, Member **session);
void rig_launch_started(Rig *rig, Member **view, Member **session);
void rig_launch_shown(Rig *rig, Member **view, Member **session);
