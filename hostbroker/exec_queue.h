// SPDX-License-Identifier: Apache-2.0
#pragma once

// Programs that were asked for: each is sent to casement-session once that is ready. What cannot be
// started is answered by its result, its own time limit, or the session's end. What was started is
// answered when a window comes, when the program ends, or after a short grace, whichever is first;
// one that failed before it showed a window has failed. Windows and ends are the guest's word.

#include "channel/control.h"
#include "channel/glib/packet.h"
#include "hostbroker/host.h"

typedef struct {
    CtlExecKind kind;
    const char *program;     // application id (or ID:ACTION), or the command
    const char *const *args; // files' paths in the guest, or the command's arguments
    const char *startup_id;  // or ""
    const char *guest;       // for messages
    guint timeout_s;
    guint app_index;       // of the table; CTL_APP_NONE for a command
    gboolean tell_late;    // of a failure after the grace, and within timeout_s, tell is called
    const char *directory; // in the guest; NULL: its own choice
} BrokerExec;

typedef struct {
    void (*changed)(gpointer user); // the queue may be empty now
    void (*tell)(const char *text, gpointer user);
} BrokerExecQueueEvents;

// error is NULL when the program was started, else borrowed.
typedef void (*BrokerExecDone)(const GError *error, gpointer user);

typedef struct BrokerExecQueue BrokerExecQueue;

// events may be NULL.
BrokerExecQueue *
broker_exec_queue_new(const BrokerHost *host, const BrokerExecQueueEvents *events, gpointer user);
// Answers what is left with Failed.
void broker_exec_queue_free(BrokerExecQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerExecQueue, broker_exec_queue_free)

// Adds one. done is called once, never from inside this call. FALSE with error set when the
// arguments are longer than a message takes.
gboolean broker_exec_queue_push(BrokerExecQueue *queue, const BrokerExec *exec, BrokerExecDone done,
                                gpointer user, GError **error);

// While held, what is queued has no time limit; afterwards it has its whole one again.
void broker_exec_queue_hold(BrokerExecQueue *queue, gboolean hold);

// Sends what has not been sent.
void broker_exec_queue_send(BrokerExecQueue *queue, ChanPacketSocket *control);

// A result came; one that nobody asked for is ignored.
void broker_exec_queue_result(BrokerExecQueue *queue, const CtlExecResult *untrusted_result);

// A window that was not there before, of this application or CTL_APP_NONE. One of an application
// that is waited for is of its programs, any other may be of each.
void broker_exec_queue_window(BrokerExecQueue *queue, guint app_index);

// A program of the guest ended: exit code, or minus the signal. output: cleaned; where to read what
// it said, or "".
void broker_exec_queue_ended(BrokerExecQueue *queue, guint32 pid, int status, const char *output);

// Answers all with an error, or only those that were sent already: of these, what was started is a
// success.
void broker_exec_queue_fail(BrokerExecQueue *queue, gboolean sent_only, const GError *error);

// Those that are not answered yet.
guint broker_exec_queue_count(const BrokerExecQueue *queue);
