// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/exec_queue.h"

#include "channel/glib/timer.h"
#include "hostbroker/error.h"

#include <signal.h>
#include <string.h>

#define GRACE_MS 1000 // for a program that fails at once, or shows its window
#define ENDS_KEPT 16  // of programs that may end before their result comes: it goes another way

typedef enum {
    QUEUED,
    SENT,
    STARTED, // within its grace
    LATE,    // answered
} Phase;

typedef struct {
    BrokerExecQueue *queue;
    guint32 serial;
    GByteArray *packet; // CtlExec and its arguments
    char *program, *guest;
    guint timeout_s, app_index;
    Phase phase;
    gboolean tell_late;
    gboolean shown; // a window came that may be the program's
    guint32 pid;    // in the guest; from STARTED on
    GSource *deadline;
    BrokerExecDone done;
    gpointer user;
} Entry;

typedef struct {
    guint32 pid;
    int status;
    char *output;
} End;

struct BrokerExecQueue {
    const BrokerHost *host;
    const BrokerExecQueueEvents *events;
    gpointer user;
    GPtrArray *entries; // of Entry
    guint32 last_serial;
    gboolean held;       // no time limit for what is queued
    End ends[ENDS_KEPT]; // newest before next_end
    guint next_end;
};

static void
entry_free(gpointer data)
{
    Entry *e = data;

    chan_timer_clear(&e->deadline);
    g_byte_array_unref(e->packet);
    g_free(e->program);
    g_free(e->guest);
    g_free(e);
}

BrokerExecQueue *
broker_exec_queue_new(const BrokerHost *host, const BrokerExecQueueEvents *events, gpointer user)
{
    BrokerExecQueue *q = g_new0(BrokerExecQueue, 1);

    q->host = host;
    q->events = events;
    q->user = user;
    q->entries = g_ptr_array_new();
    return q;
}

void
broker_exec_queue_free(BrokerExecQueue *q)
{
    g_autoptr(GError) error = NULL;

    if (!q)
        return;
    q->events = NULL;
    g_set_error(&error, BROKER_ERROR, BROKER_ERROR_FAILED, "The guest was removed");
    broker_exec_queue_fail(q, FALSE, error);
    g_ptr_array_unref(q->entries);
    for (guint i = 0; i < ENDS_KEPT; i++)
        g_free(q->ends[i].output);
    g_free(q);
}

guint
broker_exec_queue_count(const BrokerExecQueue *q)
{
    guint n = 0;

    for (guint i = 0; i < q->entries->len; i++)
        n += ((const Entry *)g_ptr_array_index(q->entries, i))->phase != LATE;
    return n;
}

// Takes the entry out before its asker hears: that may ask again. One that was answered already
// goes without a word, or with that to the user.
static void
finish(Entry *e, const GError *error)
{
    BrokerExecQueue *q = e->queue;
    BrokerExecDone done = e->phase == LATE ? NULL : e->done;
    gboolean tell = e->phase == LATE && error && q->events;
    gpointer user = e->user;

    g_ptr_array_remove(q->entries, e);
    entry_free(e);
    if (tell)
        q->events->tell(error->message, q->user);
    if (!done)
        return;
    if (q->events)
        q->events->changed(q->user);
    done(error, user);
}

// Answered, but its end is waited for a while longer.
static void
answer_early(Entry *e)
{
    BrokerExecQueue *q = e->queue;
    BrokerExecDone done = e->done;
    gpointer user = e->user;

    e->phase = LATE;
    if (q->events)
        q->events->changed(q->user);
    done(NULL, user);
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

// ---- what was started

static gboolean
on_forget(gpointer user)
{
    finish(user, NULL);
    return G_SOURCE_REMOVE;
}

static gboolean
on_grace(gpointer user)
{
    Entry *e = user;

    if (!e->tell_late) {
        finish(e, NULL);
        return G_SOURCE_REMOVE;
    }
    chan_timer_clear(&e->deadline);
    e->deadline = chan_timer_new(e->queue->host->context, e->timeout_s * 1000, on_forget, e);
    answer_early(e);
    return G_SOURCE_REMOVE;
}

// A program that ended well may have handed over to one that runs.
static void
conclude(Entry *e, int status, const char *output)
{
    g_autofree char *how = status < 0
                               ? g_strdup_printf("was ended by signal %u (%s)", 0u - (guint)status,
                                                 g_strsignal(-MAX(status, -SIGRTMAX - 1)))
                               : g_strdup_printf("ended with status %d", status);
    g_autoptr(GError) error = NULL;

    if (status != 0)
        g_set_error(&error, BROKER_ERROR, BROKER_ERROR_PROGRAM_ENDED,
                    "'%s' of guest %s %s before it showed a window; %s%s", e->program, e->guest,
                    how, *output ? "its output is in " : "nothing is known of its output", output);
    finish(e, error);
}

static void
started(Entry *e, guint32 pid)
{
    BrokerExecQueue *q = e->queue;

    if (pid == 0 || e->shown) {
        finish(e, NULL);
        return;
    }
    for (guint i = 1; i <= ENDS_KEPT; i++) {
        const End *end = &q->ends[(q->next_end - i) % ENDS_KEPT];
        if (end->pid == pid && end->output) {
            conclude(e, end->status, end->output);
            return;
        }
    }
    e->phase = STARTED;
    e->pid = pid;
    chan_timer_clear(&e->deadline);
    e->deadline = chan_timer_new(q->host->context, GRACE_MS, on_grace, e);
}

static gboolean
waits_for_window(const Entry *e)
{
    return e->phase != QUEUED && !e->shown;
}

void
broker_exec_queue_window(BrokerExecQueue *q, guint app_index)
{
    g_autoptr(GPtrArray) theirs = g_ptr_array_new();
    gboolean known = FALSE;

    for (guint i = 0; i < q->entries->len; i++) {
        const Entry *e = g_ptr_array_index(q->entries, i);
        known |= app_index != CTL_APP_NONE && waits_for_window(e) && e->app_index == app_index;
    }
    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (waits_for_window(e) && (!known || e->app_index == app_index))
            g_ptr_array_add(theirs, e);
    }
    for (guint i = 0; i < theirs->len; i++) {
        Entry *e = g_ptr_array_index(theirs, i);
        e->shown = TRUE;
        if (e->phase != SENT)
            finish(e, NULL);
    }
}

void
broker_exec_queue_ended(BrokerExecQueue *q, guint32 pid, int status, const char *output)
{
    gboolean awaited = FALSE;

    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (e->phase >= STARTED && e->pid == pid) {
            conclude(e, status, output);
            return;
        }
        awaited |= e->phase == SENT;
    }
    if (!awaited)
        return;
    End *end = &q->ends[q->next_end++ % ENDS_KEPT];
    g_free(end->output);
    *end = (End){pid, status, g_strdup(output)};
}

// ---- what is asked for

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
    if (exec->directory && strlen(exec->directory) < sizeof m.directory) // a part is another place
        CTL_SET_TEXT(m.directory, exec->directory);
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
    e->app_index = exec->app_index;
    e->tell_late = exec->tell_late;
    e->done = done;
    e->user = user;
    if (!q->held)
        e->deadline = chan_timer_new(q->host->context, exec->timeout_s * 1000, on_deadline, e);
    g_ptr_array_add(q->entries, e);
    return TRUE;
}

void
broker_exec_queue_hold(BrokerExecQueue *q, gboolean hold)
{
    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (e->phase != QUEUED)
            continue;
        chan_timer_clear(&e->deadline);
        if (!hold)
            e->deadline = chan_timer_new(q->host->context, e->timeout_s * 1000, on_deadline, e);
    }
    q->held = hold;
}

// Those that end before anything was sent are nobody's.
static void
forget_ends(BrokerExecQueue *q)
{
    for (guint i = 0; i < q->entries->len; i++)
        if (((const Entry *)g_ptr_array_index(q->entries, i))->phase == SENT)
            return;
    for (guint i = 0; i < ENDS_KEPT; i++)
        g_clear_pointer(&q->ends[i].output, g_free);
}

void
broker_exec_queue_send(BrokerExecQueue *q, ChanPacketSocket *control)
{
    forget_ends(q);
    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (e->phase == QUEUED &&
            chan_packet_send(control, e->packet->data, e->packet->len, NULL, 0))
            e->phase = SENT;
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
        return g_error_new(BROKER_ERROR, BROKER_ERROR_NOT_ALLOWED,
                           "Guest %s refuses to start '%s': its Windows has it not on the list of "
                           "programs that may be started; run casement-agent setup there",
                           e->guest, e->program);
    case CTL_EXEC_LOCKED:
        return g_error_new(BROKER_ERROR, BROKER_ERROR_FAILED,
                           "Guest %s is locked; unlock it in its window, then start '%s' again",
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
        if (e->phase != SENT || e->serial != untrusted_result->serial)
            continue;
        g_autoptr(GError) error = error_of(e, untrusted_result->code);
        if (error)
            finish(e, error);
        else
            started(e, untrusted_result->pid);
        return;
    }
}

void
broker_exec_queue_fail(BrokerExecQueue *q, gboolean sent_only, const GError *error)
{
    g_autoptr(GPtrArray) failed = g_ptr_array_new();

    for (guint i = 0; i < q->entries->len; i++) {
        Entry *e = g_ptr_array_index(q->entries, i);
        if (e->phase != QUEUED || !sent_only)
            g_ptr_array_add(failed, e);
    }
    for (guint i = 0; i < failed->len; i++) {
        Entry *e = g_ptr_array_index(failed, i);
        finish(e, e->phase == LATE || (sent_only && e->phase == STARTED) ? NULL : error);
    }
}
