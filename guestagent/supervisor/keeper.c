// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/keeper.h"

#include <string.h>

#define QUICK_END_S 10 // ending sooner than this counts towards the pause
#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 10000

struct SupKeeper {
    char *name;
    SupSpawn spawn;
    SupReaper *reaper;
    guint give_up_after, quick_ends, timer;
    const SupKeeperEvents *events;
    gpointer user;
    pid_t pid;
    gint64 started_us;
    gboolean stopped;
};

SupKeeper *
sup_keeper_new(const char *name, const SupSpawn *spawn, SupReaper *reaper, guint give_up_after,
               const SupKeeperEvents *events, gpointer user)
{
    SupKeeper *k = g_new0(SupKeeper, 1);

    k->name = g_strdup(name);
    k->spawn = *spawn;
    k->spawn.argv = g_strdupv(spawn->argv);
    k->spawn.env = g_strdupv(spawn->env);
    k->spawn.directory = g_strdup(spawn->directory);
    k->reaper = reaper;
    k->give_up_after = give_up_after;
    k->events = events;
    k->user = user;
    return k;
}

void
sup_keeper_free(SupKeeper *k)
{
    if (!k)
        return;
    sup_keeper_stop(k);
    if (k->pid)
        sup_reaper_unwatch(k->reaper, k->pid);
    g_strfreev(k->spawn.argv);
    g_strfreev(k->spawn.env);
    g_free((char *)k->spawn.directory);
    g_free(k->name);
    g_free(k);
}

static gboolean
on_pause_over(gpointer user)
{
    SupKeeper *k = user;

    k->timer = 0;
    sup_keeper_start(k);
    return G_SOURCE_REMOVE;
}

static void
went_away(SupKeeper *k, const char *reason)
{
    gboolean quick = g_get_monotonic_time() - k->started_us < QUICK_END_S * G_USEC_PER_SEC;

    k->pid = 0;
    k->quick_ends = quick ? k->quick_ends + 1 : 1;
    if (k->give_up_after && k->quick_ends >= k->give_up_after)
        k->stopped = TRUE;
    if (!k->stopped) {
        // Over a timer even when at once: ended may want to prepare the next start.
        guint shift = MIN(k->quick_ends - 1, 8);
        guint pause = k->quick_ends == 1 ? 0 : MIN(FIRST_PAUSE_MS << shift, LONGEST_PAUSE_MS);
        k->timer = g_timeout_add(pause, on_pause_over, k);
    }
    k->events->ended(k, reason, k->stopped, k->user);
}

static void
on_ended(pid_t pid, int status, gpointer user)
{
    SupKeeper *k = user;
    g_autofree char *reason = status < 0
                                  ? g_strdup_printf("%s was ended by signal %d (%s)", k->name,
                                                    -status, strsignal(-status))
                                  : g_strdup_printf("%s ended with status %d", k->name, status);

    went_away(k, reason);
}

void
sup_keeper_start(SupKeeper *k)
{
    g_autoptr(GError) error = NULL;

    if (k->stopped || k->pid)
        return;
    k->started_us = g_get_monotonic_time();
    k->pid = sup_spawn(&k->spawn, &error);
    if (k->pid < 0) {
        went_away(k, error->message);
        return;
    }
    sup_reaper_watch(k->reaper, k->pid, on_ended, k);
    k->events->started(k, k->user);
}

void
sup_keeper_stop(SupKeeper *k)
{
    k->stopped = TRUE;
    if (k->timer)
        g_source_remove(k->timer);
    k->timer = 0;
}

pid_t
sup_keeper_pid(const SupKeeper *k)
{
    return k->pid;
}

const char *
sup_keeper_name(const SupKeeper *k)
{
    return k->name;
}
