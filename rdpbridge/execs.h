// SPDX-License-Identifier: Apache-2.0
#pragma once

// Programs the broker wants started: kept until the guest is ready, sent, and each answered exactly
// once, at the latest after 20 s (some servers never answer).

#include "channel/control.h"
#include "rdpbridge/execline.h"

#include <glib.h>

typedef struct BridgeExecs BridgeExecs;

typedef struct {
    // Sends one to the guest; FALSE when that is impossible.
    gboolean (*start)(const char *program, const char *directory, const char *arguments,
                      gpointer user);
    void (*answer)(guint32 serial, CtlExecCode code, guint32 raw, gpointer user);
} BridgeExecsOut;

// out is borrowed.
BridgeExecs *bridge_execs_new(GMainContext *context, const BridgeExecsOut *out, gpointer user);
// Answers what is open with CTL_EXEC_NO_ANSWER.
void bridge_execs_free(BridgeExecs *execs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeExecs, bridge_execs_free)

void
bridge_execs_add(BridgeExecs *execs, const CtlExec *exec, ChanSpan args, BridgeExeclineStyle style);
// The guest takes programs: starts what waits.
void bridge_execs_ready(BridgeExecs *execs);
// RAIL's result for a program, as it was sent ([MS-RDPERP] 2.2.2.3.2).
void
bridge_execs_result(BridgeExecs *execs, const char *untrusted_program, guint16 code, guint32 raw);
