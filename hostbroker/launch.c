// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/launch.h"

#include "channel/utf8.h"
#include "hostbroker/error.h"
#include "hostbroker/mime_type.h"

#include <string.h>

#define FILES_MAX 64

typedef struct {
    gboolean desktop;
    char *app;
    char **args;
    char *startup_id;
    BrokerGuest *guest; // once it is up
    gboolean notify;
    BrokerLaunchDone done;
    gpointer user;
} Job;

static void
finish(Job *job, const GError *error)
{
    job->done(error, job->user);
    g_free(job->app);
    g_strfreev(job->args);
    g_free(job->startup_id);
    g_free(job);
}

// The host's panel is told, by the view, that no window comes. With the session the view is gone,
// too, and its launches with it; before there is one nobody can tell.
static void
end_startup(BrokerGuest *guest, const char *startup_id)
{
    if (broker_guest_session(guest))
        broker_session_startup_over(broker_guest_session(guest), startup_id);
}

static gboolean
has_action(const BrokerApp *app, const char *action)
{
    for (guint i = 0; i < app->actions->len; i++)
        if (g_str_equal(g_array_index(app->actions, BrokerAction, i).id, action))
            return TRUE;
    return FALSE;
}

static const BrokerApp *
find_app(BrokerGuest *guest, const char *program, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(program, ":", 2);
    const char *name = broker_guest_name(guest);
    const BrokerApp *app =
        parts[0] ? broker_catalog_find(broker_guest_catalog(guest), parts[0]) : NULL;

    if (!app)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_NO_SUCH_APP,
                    "Guest %s has no application '%s'; `casement apps %s` lists what it has", name,
                    program, name);
    else if (parts[1] && !has_action(app, parts[1]))
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_NO_SUCH_APP,
                    "Application '%s' of guest %s has no action '%s'", parts[0], name, parts[1]);
    else
        return app;
    return NULL;
}

// Where the guest has its document folder.
static char *
document_base(BrokerGuest *guest, const BrokerHost *host)
{
    if (broker_guest_config(guest)->kind == BROKER_KIND_SANDBOX)
        return g_strdup("/run/casement/documents");
    return broker_host_guest_run(host, broker_guest_name(guest), "documents");
}

// A file's path as the guest sees it.
static char *
give_file(BrokerGuest *guest, const char *file, GError **error)
{
    BrokerDocuments *documents = broker_guest_documents(guest);

    if (!documents) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED,
                    "Guest %s is of kind %s, to which files of this machine cannot be given yet; "
                    "start the application without a file and fetch it from inside the guest",
                    broker_guest_name(guest), broker_kind_name(broker_guest_config(guest)->kind));
        return NULL;
    }
    g_autofree char *relative = broker_documents_give(documents, file, error);
    if (!relative)
        return NULL;
    g_autofree char *base = document_base(guest, broker_guest_host(guest));
    return g_build_filename(base, relative, NULL);
}

// An address goes as it is, to who said that it opens such ones. What a web page may have made of
// it must not become more than one argument in the guest: an address has no such characters
// (RFC 3986 2), where it has them they are encoded.
static char *
give_address(BrokerGuest *guest, const BrokerApp *app, const char *address, const char *type,
             GError **error)
{
    const char *scheme = type + strlen(BROKER_SCHEME_PREFIX);

    if (!app->mime_types || !g_strv_contains((const char *const *)app->mime_types, type)) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED,
                    "Application '%s' of guest %s does not open addresses that begin with %s:",
                    app->id, broker_guest_name(guest), scheme);
        return NULL;
    }
    for (const char *at = address; *at; at++) {
        if (g_ascii_iscntrl(*at) || g_ascii_isspace(*at) || *at == '"') {
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                        "The %s: address has a space, a quotation mark or a control character, "
                        "which has to be written as %%20 and the like",
                        scheme);
            return NULL;
        }
    }
    return g_strdup(address);
}

// What the program is to open, as the guest sees it.
static char **
give_all(BrokerGuest *guest, const BrokerApp *app, const Job *job, GError **error)
{
    g_autoptr(GPtrArray) given = g_ptr_array_new_with_free_func(g_free);

    if (g_strv_length(job->args) > FILES_MAX) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "More than %d files at a time", FILES_MAX);
        return NULL;
    }
    for (char **arg = job->args; *arg; arg++) {
        g_autofree char *type = broker_scheme_type_of(*arg);
        char *seen =
            type ? give_address(guest, app, *arg, type, error) : give_file(guest, *arg, error);
        if (!seen)
            return NULL;
        g_ptr_array_add(given, seen);
    }
    g_ptr_array_add(given, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&given), FALSE);
}

static void
on_exec_done(const GError *error, gpointer user)
{
    Job *job = user;

    if (error)
        end_startup(job->guest, job->startup_id);
    finish(job, error);
}

static gboolean
exec_app(BrokerGuest *guest, Job *job, BrokerExec *exec, GError **error)
{
    const BrokerApp *app = find_app(guest, job->app, error);

    if (!app)
        return FALSE;
    g_auto(GStrv) given = give_all(guest, app, job, error);
    if (!given)
        return FALSE;
    exec->kind = CTL_EXEC_APP;
    exec->program = job->app;
    exec->args = (const char *const *)given;
    exec->app_index = app->index;
    exec->directory = app->directory;
    return broker_session_exec(broker_guest_session(guest), exec, on_exec_done, job, error);
}

static gboolean
has_desktop(BrokerGuest *guest, GError **error)
{
    if (broker_session_has_desktop(broker_guest_session(guest)))
        return TRUE;
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED,
                "Guest %s has no desktop: its programs are windows of yours already. Start one "
                "with `casement run %s`",
                broker_guest_name(guest), broker_guest_name(guest));
    return FALSE;
}

static void
on_guest_up(BrokerGuest *guest, const GError *guest_error, gpointer user)
{
    Job *job = user;
    g_autoptr(GError) error = NULL;

    if (guest_error) {
        end_startup(guest, job->startup_id);
        broker_session_unprepare(broker_guest_session(guest));
        finish(job, guest_error);
        return;
    }
    job->guest = guest;
    BrokerExec exec = {.startup_id = job->startup_id,
                       .guest = broker_guest_name(guest),
                       .timeout_s = (guint)broker_guest_config(guest)->launch_timeout_s,
                       .app_index = CTL_APP_NONE,
                       .tell_late = job->notify};
    gboolean ok;
    if (job->desktop) {
        exec.kind = CTL_EXEC_DESKTOP;
        exec.program = "desktop";
        ok = has_desktop(guest, &error) &&
             broker_session_exec(broker_guest_session(guest), &exec, on_exec_done, job, &error);
    } else if (job->app) {
        ok = exec_app(guest, job, &exec, &error);
    } else {
        exec.kind = CTL_EXEC_COMMAND;
        exec.program = job->args[0];
        exec.args = (const char *const *)job->args + 1;
        ok = broker_session_exec(broker_guest_session(guest), &exec, on_exec_done, job, &error);
    }
    if (ok)
        broker_guest_watch(guest);
    if (!ok) {
        end_startup(guest, job->startup_id);
        broker_session_unprepare(broker_guest_session(guest));
        finish(job, error);
    }
}

static gboolean
check_request(BrokerGuest *guest, const BrokerLaunch *launch, GError **error)
{
    const BrokerConfig *config = broker_guest_config(guest);
    const char *name = broker_guest_name(guest);

    if (!config)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED, "%s",
                    broker_guest_error(guest));
    else if (launch->desktop)
        // Of others it is known when they are up.
        return (broker_guest_state(guest) != GUEST_UP && !broker_config_takes_files(config)) ||
               has_desktop(guest, error);
    else if (launch->app && (!*launch->app || strlen(launch->app) > 2 * CHAN_ID_MAX))
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "'%s' is not the id of an application", launch->app);
    else if (!launch->app && (!launch->args || !launch->args[0] || !*launch->args[0]))
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "No command to start in guest %s", name);
    else if (!launch->app && !config->unlisted)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_ALLOWED,
                    "Guest %s allows its published applications only; unlisted=true in %s allows "
                    "commands",
                    name, config->path);
    else
        return TRUE;
    return FALSE;
}

void
broker_launch(BrokerGuest *guest, const BrokerLaunch *launch, BrokerLaunchDone done, gpointer user)
{
    g_autoptr(GError) error = NULL;

    // The view comes up while the guest does.
    if (!check_request(guest, launch, &error) ||
        !broker_session_prepare(broker_guest_session(guest), launch->desktop, launch->environment,
                                &error)) {
        end_startup(guest, launch->startup_id);
        done(error, user);
        return;
    }
    Job *job = g_new0(Job, 1);
    job->desktop = launch->desktop;
    job->app = g_strdup(launch->app);
    job->args = g_strdupv((char **)launch->args);
    job->startup_id = g_strdup(launch->startup_id);
    job->notify = launch->notify;
    job->done = done;
    job->user = user;
    if (broker_guest_state(guest) == GUEST_UP)
        on_guest_up(guest, NULL, job);
    else
        broker_guest_start(guest, on_guest_up, job);
}
