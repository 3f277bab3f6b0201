// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/guest.h"

#include "guestagent/supervisor/bus.h"
#include "guestagent/supervisor/environment.h"
#include "guestagent/supervisor/helpers.h"
#include "guestagent/supervisor/requests.h"
#include "guestagent/supervisor/shutdown.h"
#include "guestagent/supervisor/socketwatch.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

// Programs may start without sound when its server takes longer than this.
#define SOUND_LIMIT_MS 2000

// Ends of casement-remoteapp in a row, without it having been there for anybody between them.
#define FAILING_AFTER 3

struct SupGuest {
    const SupGuestOptions *options;
    void (*finished)(int status, gpointer user);
    gpointer user;
    SupPlaces *places;
    SupReaper *reaper;
    char **env; // DISPLAY is added when it is known
    SupSocketWatch *sockets;
    SupRequests *requests;
    SupPrograms *programs; // NULL until the display is known
    SupXServer *x;
    SupBus *bus;
    SupKeeper *sound, *agent, *remoteapp;
    SupShutdown *shutdown; // NULL: not under way
    gboolean x_ready, bus_ready, sound_settled, is_up;
    guint sound_limit;
    guint failures; // of casement-remoteapp, since it was there
    int status;
};

static void
on_stopped(gpointer user)
{
    SupGuest *g = user;

    g->finished(g->status, g->user);
}

static void
stop(SupGuest *g, int status)
{
    if (g->shutdown)
        return;
    g->status = status;
    SupKeeper *keepers[] = {g->sound, g->agent, g->remoteapp};
    pid_t pids[G_N_ELEMENTS(keepers)] = {0};
    for (gsize i = 0; i < G_N_ELEMENTS(keepers); i++) {
        if (!keepers[i])
            continue;
        pids[i] = sup_keeper_pid(keepers[i]);
        sup_keeper_stop(keepers[i]);
    }
    SupShutdownOrder order = {{pids[1], pids[2]},
                              {pids[0], sup_bus_pid(g->bus), sup_xserver_pid(g->x)}};
    g->shutdown = sup_shutdown_new(&order, g->options->stop_limit_s, on_stopped, g);
}

static void
die(SupGuest *g, const char *what, const char *reason)
{
    if (g->shutdown)
        return;
    g_printerr("casement-supervisor: the guest in %s ends: %s%s\n", g->places->dir, what, reason);
    stop(g, 1);
}

static void
check_up(SupGuest *g)
{
    if (g->is_up || !g->x_ready || !g->bus_ready || !g->sound_settled || g->shutdown)
        return;
    g->is_up = TRUE;
    sup_requests_open(g->requests);
    if (g->options->ready_fd >= 0) {
        if (write(g->options->ready_fd, "ready\n", 6) < 0)
            g_printerr("casement-supervisor: nobody reads --ready-fd\n");
        close(g->options->ready_fd);
    }
}

static void
on_terminate(int signal, gpointer user)
{
    stop(user, 0);
}

static void
on_reaped(gpointer user)
{
    SupGuest *g = user;

    if (g->shutdown)
        sup_shutdown_reaped(g->shutdown);
}

static const SupReaperEvents reaper_events = {on_terminate, on_reaped};

static void
on_program_ended(const SupProgramEnd *end, gpointer user)
{
    SupGuest *g = user;

    sup_requests_program_ended(g->requests, end);
}

static const SupProgramsEvents programs_events = {on_program_ended};

static void
on_launch(const SupProgramRequest *request, SupLaunched launched, gpointer launched_user,
          gpointer user)
{
    SupGuest *g = user;

    if (g->shutdown)
        launched(SUPERVISOR_FAILED, 0, "the guest is ending", launched_user);
    else
        sup_programs_launch(g->programs, request, launched, launched_user);
}

static void
on_shutdown_asked(gpointer user)
{
    stop(user, 0);
}

static const SupRequestsEvents requests_events = {on_launch, on_shutdown_asked};

static void
sound_settled(SupGuest *g)
{
    if (g->sound_limit)
        g_source_remove(g->sound_limit);
    g->sound_limit = 0;
    g->sound_settled = TRUE;
    check_up(g);
}

static gboolean
on_sound_limit(gpointer user)
{
    SupGuest *g = user;

    g->sound_limit = 0;
    g_printerr(
        "casement-supervisor: the sound server is slow to start; going on without waiting\n");
    sound_settled(g);
    return G_SOURCE_REMOVE;
}

static void
on_socket_ready(const char *path, gpointer user)
{
    SupGuest *g = user;

    if (g_str_equal(path, g->places->rdp)) {
        g->failures = 0;
        sup_requests_set_service(g->requests, SUP_SERVICE_THERE, "");
    } else if (g_str_equal(path, g->places->pulse)) {
        sound_settled(g);
    }
}

static void
on_helper_started(SupKeeper *keeper, gpointer user)
{
}

static void
on_helper_ended(SupKeeper *keeper, const char *reason, gboolean gave_up, gpointer user)
{
    SupGuest *g = user;
    g_autofree char *text =
        g_strdup_printf("%s%s", reason, gave_up ? "; it is left alone now" : "; starting it again");

    if (g->shutdown)
        return;
    g_printerr("casement-supervisor: %s\n", text);
    if (keeper == g->remoteapp) {
        (void)unlink(g->places->rdp);
        sup_requests_set_service(
            g->requests, ++g->failures < FAILING_AFTER ? SUP_SERVICE_AWAY : SUP_SERVICE_FAILING,
            text);
    }
    if (keeper == g->sound) {
        (void)unlink(g->places->pulse);
        if (gave_up)
            sound_settled(g);
    }
}

static const SupKeeperEvents keeper_events = {on_helper_started, on_helper_ended};

static void
on_bus_ready(gpointer user)
{
    SupGuest *g = user;

    g->bus_ready = TRUE;
    check_up(g);
}

static void
on_bus_lost(const char *reason, gpointer user)
{
    die(user, "its session bus is gone: ", reason);
}

static const SupBusEvents bus_events = {on_bus_ready, on_bus_lost};

static void
on_x_ready(const char *display, const char *name, gpointer user)
{
    SupGuest *g = user;
    g_autoptr(GError) error = NULL;

    g->x_ready = TRUE;
    g->env = g_environ_setenv(g->env, "DISPLAY", display, TRUE);
    g->env = g_environ_setenv(g->env, "CASEMENT_X", name, TRUE);
    g->programs = sup_programs_new(g->places, g->env, g->reaper, &programs_events, g);
    if (!sup_bus_start(g->bus, g->env, &error)) {
        die(g, "", error->message);
        return;
    }
    SupHelperNeeds needs = {g->places, g->env, g->reaper, &keeper_events, g};
    g->remoteapp = sup_remoteapp_new(&needs, &error);
    if (g->remoteapp) {
        sup_keeper_start(g->remoteapp);
    } else {
        g_printerr("casement-supervisor: no windows from this guest: %s\n", error->message);
        sup_requests_set_service(g->requests, SUP_SERVICE_FAILING, error->message);
    }
    check_up(g);
}

static void
on_x_lost(const char *reason, gpointer user)
{
    die(user, "its X server is gone: ", reason);
}

static const SupXServerEvents x_events = {on_x_ready, on_x_lost};

static gboolean
start_helpers(SupGuest *g, GError **error)
{
    SupHelperNeeds needs = {g->places, g->env, g->reaper, &keeper_events, g};
    g_autoptr(GError) no_sound = NULL;

    g->agent = sup_agent_new(&needs, g->options, error);
    if (!g->agent) {
        // Windows still work for whoever speaks RDP to remoteapp directly.
        if (!g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
            return FALSE;
        g_printerr("casement-supervisor: no channel to this guest: %s\n", (*error)->message);
        g_clear_error(error);
    }
    g->sound = sup_sound_new(&needs, &no_sound);
    sup_xserver_run(g->x, NULL, &x_events, g);
    if (g->sound) {
        g->sound_limit = g_timeout_add(SOUND_LIMIT_MS, on_sound_limit, g);
        sup_keeper_start(g->sound);
    } else {
        g_printerr("casement-supervisor: no sound in this guest: %s\n", no_sound->message);
        g->sound_settled = TRUE;
    }
    if (g->agent)
        sup_keeper_start(g->agent);
    return TRUE;
}

SupGuest *
sup_guest_new(const SupGuestOptions *options, void (*finished)(int status, gpointer user),
              gpointer user, GError **error)
{
    g_autoptr(SupGuest) g = g_new0(SupGuest, 1);
    g_auto(GStrv) inherited = g_get_environ();

    g->options = options;
    g->finished = finished;
    g->user = user;
    if (!(g->places = sup_places_new(options->guest_dir, error)) ||
        !(g->reaper = sup_reaper_new(NULL, &reaper_events, g, error)))
        return NULL;
    g->env = sup_environment_new(g->places, inherited);
    g->bus = sup_bus_new(g->places, g->reaper, &bus_events, g);
    if (!(g->x = sup_xserver_new(g->places, &options->x, g->env, g->reaper, error)) ||
        !(g->sockets = sup_socket_watch_new(NULL, g->places->dir, on_socket_ready, g, error)) ||
        !(g->requests = sup_requests_new(NULL, g->places->supervisor, &requests_events, g, error)))
        return NULL;
    if (!start_helpers(g, error))
        return NULL;
    return g_steal_pointer(&g);
}

void
sup_guest_free(SupGuest *g)
{
    if (!g)
        return;
    if (g->sound_limit)
        g_source_remove(g->sound_limit);
    sup_shutdown_free(g->shutdown);
    sup_keeper_free(g->remoteapp);
    sup_keeper_free(g->agent);
    sup_keeper_free(g->sound);
    sup_bus_free(g->bus);
    sup_xserver_free(g->x);
    sup_programs_free(g->programs);
    sup_requests_free(g->requests);
    sup_socket_watch_free(g->sockets);
    sup_reaper_free(g->reaper);
    sup_places_free(g->places);
    g_strfreev(g->env);
    g_free(g);
}
