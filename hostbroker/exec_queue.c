// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/exec_queue.h"

#include "hostbroker/error.h"

#include <string.h>

typedef struct {
    BrokerExecQueue *queue;
    guint32 serial;
    GByteArray *packet; // CtlExec and its arguments
    char *program, *guest;
    guint timeout_s;
    gboolean sent;
    GSource *deadline;
    BrokerExecDone done;
    gpointer user;
} Entry;

struct BrokerExecQueue {
    const BrokerHost *host;
    GPtrArray *entries; // of Entry
    guint32 last_serial;
    void (*changed)(gpointer);
    gpointer changed_user;
};

static void
entry_free(gpointer data)
{
    Entry *e = data;

    broker_timer_clear(&e->deadline);
    g_byte_array_unref(e->packet);
    g_free(e->program);
    g_free(e->guest);
    g_free(e);
}

BrokerExecQueue *
broker_exec_queue_new(const BrokerHost *host)
{
    BrokerExecQueue *q = g_new0(BrokerExecQueue, 1);

    q->host = host;
    q->entries = g_ptr_array_new();
    return q;
}

void
broker_exec_queue_free(BrokerExecQueue *q)
{
    g_autoptr(GError) error = NULL;

    if (!q)
        return;
    q->changed = NULL;
    g_set_error(&error, BROKER_ERROR, BROKER_ERROR_FAILED, "The guest was removed");
    broker_exec_queue_fail(q, FALSE, error);
    g_ptr_array_unref(q->entries);
    g_free(q);
}

guint
broker_exec_queue_count(const BrokerExecQueue *q)
{
    return q->entries->len;
}

void
broker_exec_queue_on_change(BrokerExecQueue *q, void (*changed)(gpointer), gpointer user)
{
    q->changed = changed;
    q->changed_user = user;
}

// Takes the entry out before its asker hears: that may ask again.
static void
finish(Entry *e, const GError *error)
{
    BrokerExecQueue *q = e->queue;
    BrokerExecDone done = e->done;
    gpointer user = e->user;

    g_ptr_array_remove(q->entries, e);
    entry_free(e);
    if (q->changed)
        q->changed(q->changed_user);
    done(error, user);
}

static gboolean
on_deadline(gpointer user)
{
    Entry *e = user;
    g_autoptr(GError) error = NULL;

    g_set_error(&error, BROKER_ERROR, BROKER_ERROR_TIMEOUT,
                "Guest %s did not start '%s' within %u s; look at `casement status`, or stop the "
                "guest and try again",
                e->guest, e->program, e->timeout_s);
    finish(e, error);
    return G_SOURCE_REMOVE;
}

static gboolean
build_packet(Entry *e, const BrokerExec *exec, GError **error)
{
    CtlExec m = {0};

    if (strlen(exec->program) >= sizeof m.program) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "The program's name is longer than %u bytes", (guint)sizeof m.program - 1);
        return FALSE;
    }
    CTL_INIT(&m, CTL_EXEC);
    m.serial = e->serial;
    m.kind = exec->kind;
    CTL_SET_TEXT(m.program, exec->program);
    CTL_SET_TEXT(m.startup_id, exec->startup_id);
    e->packet = g_byte_array_new();
    g_byte_array_append(e->packet, (const guint8 *)&m, sizeof m);
    for (const char *const *arg = exec->args; arg && *arg; arg++)
        g_byte_array_append(e->packet, (const guint8 *)*arg, (guint)strlen(*arg) + 1);
    if (e->packet->len > CTL_PACKET_MAX) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "The arguments of '%s' are too long (%u bytes; at most %u)", exec->program,
                    e->packet->len - (guint)sizeof m, CTL_PACKET_MAX - (guint)sizeof m);
        return FALSE;
    }
    CtlHeader *header = (CtlHeader *)(void *)e->packet->data;
    header->size = e->packet->len;
    return TRUE;
}

gboolean
broker_exec_queue_push(BrokerExecQueue *q, const BrokerExec *exec, BrokerExecDone done,
                       gpointer user, GError **error)
{
    Entry *e = g_new0(Entry, 1);

    e->queue = q;
    e->serial = ++q->last_serial;
    if (!build_packet(e, exec, error)) {
        g_clear_pointer(&e->packet, g_byte_array_unref);
        g_free(e);
        return FALSE;
    }
    e->program = g_strdup(exec->program);
    e->guest = g_strdup(exec->guest);
    e->timeout_s = exec->timeout_s;
    e->done = done;
    e->user = user;
    e->deadline = broker_timer_new(q->host->context, exec->timeout_s * 1000, on_deadline, e);
    g_ptr_array_add(q->entries, e);
    return TRUE;
}

void
broker_exec_queue_send(BrokerExecQueue *q, ChanPacketSocket *control)
{
    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (!e->sent)
            e->sent = chan_packet_send(control, e->packet->data, e->packet->len, NULL, 0);
    }
}

static GError *
error_of(const Entry *e, guint32 code)
{
    switch (code) {
    case CTL_EXEC_OK:
        return NULL;
    case CTL_EXEC_NOT_FOUND:
        return g_error_new(BROKER_ERROR, BROKER_ERROR_NO_SUCH_APP,
                           "Guest %s has no program '%s'; `casement apps %s` lists what it has",
                           e->guest, e->program, e->guest);
    case CTL_EXEC_NOT_ALLOWED:
        return g_error_new(BROKER_ERROR, BROKER_ERROR_NOT_ALLOWED, "Guest %s refuses to start '%s'",
                           e->guest, e->program);
    case CTL_EXEC_NO_ANSWER:
        return g_error_new(BROKER_ERROR, BROKER_ERROR_TIMEOUT,
                           "Guest %s gave no answer about '%s'; try again", e->guest, e->program);
    default:
        return g_error_new(BROKER_ERROR, BROKER_ERROR_FAILED,
                           "Guest %s has '%s', but it did not start", e->guest, e->program);
    }
}

void
broker_exec_queue_result(BrokerExecQueue *q, const CtlExecResult *untrusted_result)
{
    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (!e->sent || e->serial != untrusted_result->serial)
            continue;
        g_autoptr(GError) error = error_of(e, untrusted_result->code);
        finish(e, error);
        return;
    }
}

void
broker_exec_queue_fail(BrokerExecQueue *q, gboolean sent_only, const GError *error)
{
    g_autoptr(GPtrArray) failed = g_ptr_array_new();

    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (e->sent || !sent_only)
            g_ptr_array_add(failed, e);
    }
    for (guint i = 0; i < failed->len; i++)
        finish(g_ptr_array_index(failed, i), error);
}
