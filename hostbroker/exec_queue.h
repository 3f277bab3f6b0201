// SPDX-License-Identifier: Apache-2.0
#pragma once

// Programs that were asked for and have not been answered for: each is sent to casement-session
// once that is ready, and answered by its result, its own time limit, or the session's end.

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
} BrokerExec;

// error is NULL when the program was started, else borrowed.
typedef void (*BrokerExecDone)(const GError *error, gpointer user);

typedef struct BrokerExecQueue BrokerExecQueue;

BrokerExecQueue *broker_exec_queue_new(const BrokerHost *host);
// Answers what is left with Failed.
void broker_exec_queue_free(BrokerExecQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerExecQueue, broker_exec_queue_free)

// Adds one. done is called once, never from inside this call. FALSE with error set when the
// arguments are longer than a message takes.
gboolean broker_exec_queue_push(BrokerExecQueue *queue, const BrokerExec *exec, BrokerExecDone done,
                                gpointer user, GError **error);

// Sends what has not been sent.
void broker_exec_queue_send(BrokerExecQueue *queue, ChanPacketSocket *control);

// A result came; one that nobody asked for is ignored.
void broker_exec_queue_result(BrokerExecQueue *queue, const CtlExecResult *untrusted_result);

// Answers all, or only those that were sent already, with an error.
void broker_exec_queue_fail(BrokerExecQueue *queue, gboolean sent_only, const GError *error);

guint broker_exec_queue_count(const BrokerExecQueue *queue);

// The next timeout or answer may have made the queue empty: called then.
void broker_exec_queue_on_change(BrokerExecQueue *queue, void (*changed)(gpointer), gpointer user);
