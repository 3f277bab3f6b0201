// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/shutdown.h"

#include "guestagent/supervisor/reaper.h"

#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#define HELPERS_LIMIT_MS 1500
#define KILL_AGAIN_MS 200

typedef enum { PROGRAMS, HELPERS, SERVERS, KILL } Step;

struct SupShutdown {
    GArray *helpers, *servers; // of pid_t
    guint limit_s, timer;
    Step step;
    void (*stopped)(gpointer user);
    gpointer user;
};

static bool
contains(const GArray *pids, pid_t pid)
{
    for (guint i = 0; i < pids->len; i++)
        if (g_array_index(pids, pid_t, i) == pid)
            return true;
    return false;
}

// Whether the process still has a reason to live in this step.
static bool
is_spared(const SupShutdown *s, pid_t pid)
{
    return (s->step == PROGRAMS && contains(s->helpers, pid)) ||
           (s->step <= HELPERS && contains(s->servers, pid));
}

// Sends the signal to what the step is about; returns how many there are. Signal 0 only counts.
static guint
signal_all(const SupShutdown *s, int signal)
{
    g_autoptr(GArray) all = sup_descendants();
    guint n = 0;

    for (guint i = 0; i < all->len; i++) {
        pid_t pid = g_array_index(all, pid_t, i);
        if (is_spared(s, pid))
            continue;
        n++;
        if (signal)
            kill(pid, signal);
    }
    // The first process of a namespace answers for what fell out of the tree, too.
    if (s->step == KILL && getpid() == 1)
        kill(-1, SIGKILL);
    return n;
}

static gboolean on_timer(gpointer user);

static void
enter(SupShutdown *s, Step step)
{
    guint limits[] = {s->limit_s * 1000, HELPERS_LIMIT_MS, HELPERS_LIMIT_MS, KILL_AGAIN_MS};

    s->step = step;
    if (s->timer)
        g_source_remove(s->timer);
    guint n = signal_all(s, step == KILL ? SIGKILL : SIGTERM);
    // Also when nothing is left: the owner hears of it from the loop, not from inside its call.
    s->timer = g_timeout_add(n > 0 ? limits[step] : 0, on_timer, s);
}

static gboolean
on_timer(gpointer user)
{
    SupShutdown *s = user;

    s->timer = 0;
    if (s->step < SERVERS) {
        signal_all(s, SIGKILL); // those whose time is over
        enter(s, s->step + 1);
    } else if (signal_all(s, 0) == 0) {
        s->stopped(s->user);
    } else {
        enter(s, KILL);
    }
    return G_SOURCE_REMOVE;
}

static GArray *
copy_pids(const pid_t *pids, gsize n)
{
    GArray *copy = g_array_new(FALSE, FALSE, sizeof(pid_t));

    for (gsize i = 0; i < n; i++)
        if (pids[i] > 0)
            g_array_append_val(copy, pids[i]);
    return copy;
}

SupShutdown *
sup_shutdown_new(const SupShutdownOrder *order, guint limit_s, void (*stopped)(gpointer user),
                 gpointer user)
{
    SupShutdown *s = g_new0(SupShutdown, 1);

    s->helpers = copy_pids(order->helpers, G_N_ELEMENTS(order->helpers));
    s->servers = copy_pids(order->servers, G_N_ELEMENTS(order->servers));
    s->limit_s = limit_s;
    s->stopped = stopped;
    s->user = user;
    enter(s, PROGRAMS);
    return s;
}

void
sup_shutdown_free(SupShutdown *s)
{
    if (!s)
        return;
    if (s->timer)
        g_source_remove(s->timer);
    g_array_unref(s->helpers);
    g_array_unref(s->servers);
    g_free(s);
}

void
sup_shutdown_reaped(SupShutdown *s)
{
    if (signal_all(s, 0) > 0)
        return;
    if (s->timer)
        g_source_remove(s->timer);
    s->timer = g_timeout_add(0, on_timer, s);
}
