// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/execs.h"

#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"

#include <freerdp/rail.h>
#include <string.h>

#define ANSWER_WAIT_S 20

typedef struct {
    guint32 serial;
    char *program, *directory, *arguments;
    gint64 due;
    gboolean sent;
} Exec;

struct BridgeExecs {
    GMainContext *context;
    const BridgeExecsOut *out;
    gpointer user;
    gboolean ready;
    GPtrArray *open; // of Exec, oldest first
    GSource *timer;
};

static void
exec_free(gpointer data)
{
    Exec *e = data;

    g_free(e->program);
    g_free(e->directory);
    g_free(e->arguments);
    g_free(e);
}

BridgeExecs *
bridge_execs_new(GMainContext *context, const BridgeExecsOut *out, gpointer user)
{
    BridgeExecs *x = g_new0(BridgeExecs, 1);

    x->context = context;
    x->out = out;
    x->user = user;
    x->open = g_ptr_array_new_with_free_func(exec_free);
    return x;
}

static void
finish(BridgeExecs *x, guint i, CtlExecCode code, guint32 raw)
{
    x->out->answer(((Exec *)x->open->pdata[i])->serial, code, raw, x->user);
    g_ptr_array_remove_index(x->open, i);
    if (x->open->len == 0)
        chan_timer_clear(&x->timer);
}

void
bridge_execs_free(BridgeExecs *x)
{
    if (!x)
        return;
    while (x->open->len > 0)
        finish(x, 0, CTL_EXEC_NO_ANSWER, 0);
    chan_timer_clear(&x->timer);
    g_ptr_array_unref(x->open);
    g_free(x);
}

static void set_timer(BridgeExecs *x);

static gboolean
on_timer(gpointer user)
{
    BridgeExecs *x = user;
    gint64 now = g_get_monotonic_time();

    chan_timer_clear(&x->timer);
    while (x->open->len > 0 && ((Exec *)x->open->pdata[0])->due <= now)
        finish(x, 0, CTL_EXEC_NO_ANSWER, 0);
    set_timer(x);
    return G_SOURCE_REMOVE;
}

// For the oldest: all wait for the same time.
static void
set_timer(BridgeExecs *x)
{
    if (x->timer || x->open->len == 0)
        return;
    gint64 left = ((Exec *)x->open->pdata[0])->due - g_get_monotonic_time();
    x->timer = chan_timer_new(x->context, (guint)(MAX(left, 0) / 1000 + 1), on_timer, x);
}

static gboolean
start(BridgeExecs *x, Exec *e)
{
    e->sent = x->out->start(e->program, e->directory, e->arguments, x->user);
    return e->sent;
}

// Whether a text fits the field of a program or a directory.
static gboolean
fits_program(const char *text)
{
    glong units = 0;
    g_autofree gunichar2 *utf16 = g_utf8_to_utf16(text, -1, NULL, &units, NULL);

    return utf16 && units <= BRIDGE_EXEC_PROGRAM_MAX;
}

void
bridge_execs_add(BridgeExecs *x, const CtlExec *exec, ChanSpan args, BridgeExeclineStyle style)
{
    g_autofree char *line = g_malloc(BRIDGE_EXEC_ARGUMENTS_MAX + 1);
    gboolean fits = bridge_execline(args, style, line, BRIDGE_EXEC_ARGUMENTS_MAX + 1);
    g_autofree char *program =
        g_strconcat(exec->kind == CTL_EXEC_APP ? "||" : "", exec->program, NULL);

    if (!fits || !fits_program(program) || !exec->program[0] || x->open->len >= LIMIT_EXECS) {
        x->out->answer(exec->serial, CTL_EXEC_FAILED, 0, x->user);
        return;
    }
    // One that is too long is as good as none: the program may not need it.
    gboolean short_enough = fits_program(exec->directory);
    Exec *e = g_new0(Exec, 1);
    *e = (Exec){exec->serial,
                g_steal_pointer(&program),
                g_strdup(short_enough ? exec->directory : ""),
                g_steal_pointer(&line),
                g_get_monotonic_time() + ANSWER_WAIT_S * G_USEC_PER_SEC,
                FALSE};
    g_ptr_array_add(x->open, e);
    if (x->ready && !start(x, e))
        finish(x, x->open->len - 1, CTL_EXEC_FAILED, 0);
    set_timer(x);
}

void
bridge_execs_ready(BridgeExecs *x)
{
    x->ready = TRUE;
    for (guint i = 0; i < x->open->len;) {
        Exec *e = x->open->pdata[i];
        if (e->sent || start(x, e))
            i++;
        else
            finish(x, i, CTL_EXEC_FAILED, 0);
    }
}

static CtlExecCode
code_of(guint16 rail)
{
    switch (rail) {
    case RAIL_EXEC_S_OK:
        return CTL_EXEC_OK;
    case RAIL_EXEC_E_FILE_NOT_FOUND:
        return CTL_EXEC_NOT_FOUND;
    case RAIL_EXEC_E_NOT_IN_ALLOWLIST:
        return CTL_EXEC_NOT_ALLOWED;
    case RAIL_EXEC_E_SESSION_LOCKED:
        return CTL_EXEC_LOCKED;
    default:
        return CTL_EXEC_FAILED;
    }
}

void
bridge_execs_result(BridgeExecs *x, const char *untrusted_program, guint16 code, guint32 raw)
{
    guint oldest = x->open->len;

    // Answers to the same program come in order; a server that repeats no name answers the oldest.
    for (guint i = 0; i < x->open->len; i++) {
        Exec *e = x->open->pdata[i];
        if (!e->sent)
            continue;
        if (oldest == x->open->len)
            oldest = i;
        if (strcmp(e->program, untrusted_program) == 0) {
            finish(x, i, code_of(code), raw);
            return;
        }
    }
    if (oldest < x->open->len)
        finish(x, oldest, code_of(code), raw);
}
