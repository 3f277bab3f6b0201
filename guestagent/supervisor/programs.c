// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/programs.h"

#include "guestagent/supervisor/appfile.h"
#include "guestagent/supervisor/dbusapp.h"
#include "guestagent/supervisor/environment.h"
#include "guestagent/supervisor/execline.h"
#include "guestagent/supervisor/logfile.h"
#include "guestagent/supervisor/spawn.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    SupervisorKind kind;
    char *program, *output;
} Running;

struct SupPrograms {
    const SupPlaces *places;
    char **env;
    SupReaper *reaper;
    const SupProgramsEvents *events;
    gpointer user;
    GHashTable *running; // pid → Running
    SupDbusApps *dbus;
};

static void
running_free(gpointer data)
{
    Running *running = data;

    g_free(running->program);
    g_free(running->output);
    g_free(running);
}

SupPrograms *
sup_programs_new(const SupPlaces *places, char **env, SupReaper *reaper,
                 const SupProgramsEvents *events, gpointer user)
{
    SupPrograms *p = g_new0(SupPrograms, 1);

    p->places = places;
    p->env = g_strdupv(env);
    p->reaper = reaper;
    p->events = events;
    p->user = user;
    p->running = g_hash_table_new_full(NULL, NULL, NULL, running_free);
    p->dbus = sup_dbus_apps_new(g_environ_getenv(env, "DBUS_SESSION_BUS_ADDRESS"));
    return p;
}

void
sup_programs_free(SupPrograms *p)
{
    GHashTableIter iter;
    gpointer pid;

    if (!p)
        return;
    g_hash_table_iter_init(&iter, p->running);
    while (g_hash_table_iter_next(&iter, &pid, NULL))
        sup_reaper_unwatch(p->reaper, GPOINTER_TO_INT(pid));
    g_hash_table_destroy(p->running);
    sup_dbus_apps_free(p->dbus);
    g_strfreev(p->env);
    g_free(p);
}

static void
on_ended(pid_t pid, int status, gpointer user)
{
    SupPrograms *p = user;
    Running *running = NULL;

    if (!g_hash_table_steal_extended(p->running, GINT_TO_POINTER(pid), NULL, (gpointer *)&running))
        return;
    SupProgramEnd end = {pid, status, running->kind, running->program, running->output};
    p->events->ended(&end, p->user);
    running_free(running);
}

static char **
program_env(SupPrograms *p, const SupProgramRequest *r, const SupAppFile *file)
{
    char **env = g_strdupv(p->env);

    if (*r->startup_id) {
        env = g_environ_setenv(env, "DESKTOP_STARTUP_ID", r->startup_id, TRUE);
        env = g_environ_setenv(env, "XDG_ACTIVATION_TOKEN", r->startup_id, TRUE);
    }
    for (const char *const *v = sup_method_variables; r->input_method && *v; v += 2)
        env = g_environ_setenv(env, v[0], v[1], TRUE);
    if (file)
        env = g_environ_setenv(env, "GIO_LAUNCHED_DESKTOP_FILE", file->path, TRUE);
    return env;
}

// Where the program starts: asked for, the entry's, the home, or / when that is not there.
static const char *
start_directory(const SupPrograms *p, const SupProgramRequest *r, const SupAppFile *file)
{
    const char *home = g_environ_getenv(p->env, "HOME");

    if (*r->directory)
        return r->directory;
    if (file && file->directory && g_file_test(file->directory, G_FILE_TEST_IS_DIR))
        return file->directory;
    return home && g_file_test(home, G_FILE_TEST_IS_DIR) ? home : "/";
}

static char **
in_terminal(SupPrograms *p, char **argv, GError **error)
{
    static const struct {
        const char *program, *option;
    } terminals[] = {{"xdg-terminal-exec", NULL},
                     {"x-terminal-emulator", "-e"},
                     {"xterm", "-e"},
                     {"uxterm", "-e"},
                     {"konsole", "-e"},
                     {"xfce4-terminal", "-x"},
                     {"gnome-terminal", "--"},
                     {"st", "-e"}};

    for (gsize i = 0; i < G_N_ELEMENTS(terminals); i++) {
        g_autofree char *found = sup_find_program(terminals[i].program, p->env);
        if (!found)
            continue;
        g_autoptr(GStrvBuilder) all = g_strv_builder_new();
        g_strv_builder_add(all, found);
        if (terminals[i].option)
            g_strv_builder_add(all, terminals[i].option);
        g_strv_builder_addv(all, (const char **)argv);
        return g_strv_builder_end(all);
    }
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                        "the program runs in a terminal and the guest has none; install xterm "
                        "in the guest");
    return NULL;
}

// Starts one command line. argv[0] is looked up. Returns the process or -1 with error set.
static pid_t
start(SupPrograms *p, const SupProgramRequest *r, const SupAppFile *file, char **argv,
      GError **error)
{
    g_auto(GStrv) line = file && file->terminal ? in_terminal(p, argv, error) : g_strdupv(argv);
    if (!line)
        return -1;
    char *found = sup_find_program(line[0], p->env);
    if (!found) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    "the program %s is not installed in the guest", line[0]);
        return -1;
    }
    g_free(line[0]);
    line[0] = found;
    g_auto(GStrv) env = program_env(p, r, file);
    int log = sup_log_file_open(p->places->log, r->program, NULL);
    SupSpawn spawn = {
        .argv = line, .env = env, .directory = start_directory(p, r, file), .output_fd = log};
    pid_t pid = sup_spawn(&spawn, error);
    if (log >= 0)
        close(log);
    if (pid < 0)
        return -1;
    Running *running = g_new0(Running, 1);
    running->kind = r->kind;
    running->program = g_strdup(r->program);
    running->output = log >= 0 ? sup_log_file_path(p->places->log, r->program) : g_strdup("");
    g_hash_table_insert(p->running, GINT_TO_POINTER(pid), running);
    sup_reaper_watch(p->reaper, pid, on_ended, p);
    return pid;
}

static void
answer(pid_t pid, const GError *error, SupLaunched launched, gpointer user)
{
    if (!error)
        launched(SUPERVISOR_OK, pid, "", user);
    else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        launched(SUPERVISOR_NOT_FOUND, 0, error->message, user);
    else
        launched(SUPERVISOR_FAILED, 0, error->message, user);
}

static pid_t
start_app(SupPrograms *p, const SupProgramRequest *r, const SupAppFile *file, GError **error)
{
    SupExecContext context = {file->name, file->icon, file->path, r->arguments};
    pid_t first = 0;

    if (!file->exec) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s has no Exec line", file->path);
        return -1;
    }
    g_autoptr(GPtrArray) lines = sup_exec_expand(file->exec, &context, error);
    if (!lines) {
        g_prefix_error(error, "cannot start %s: ", file->id);
        return -1;
    }
    for (guint i = 0; i < lines->len; i++) {
        pid_t pid = start(p, r, file, g_ptr_array_index(lines, i), error);
        if (pid < 0)
            return -1;
        first = first ? first : pid;
    }
    return first;
}

static void
launch_command(SupPrograms *p, const SupProgramRequest *r, SupLaunched launched, gpointer user)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    g_autoptr(GError) error = NULL;

    g_strv_builder_add(all, r->program);
    g_strv_builder_addv(all, (const char **)r->arguments);
    g_auto(GStrv) argv = g_strv_builder_end(all);
    pid_t pid = start(p, r, NULL, argv, &error);
    answer(pid, error, launched, user);
}

// A launch that waits for the bus; if that fails, the Exec line is taken.
typedef struct {
    SupPrograms *programs;
    SupAppFile *file;
    char *program, *directory, *startup_id;
    gboolean input_method;
    char **arguments;
    SupLaunched launched;
    gpointer user;
} Waiting;

static void
on_dbus_answer(const GError *failed, gpointer data)
{
    Waiting *w = data;
    SupProgramRequest request = {SUPERVISOR_APP,  w->program,
                                 w->directory,    w->startup_id,
                                 w->input_method, (const char *const *)w->arguments};
    g_autoptr(GError) error = NULL;

    if (g_error_matches(failed, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        // The guest ends: nobody waits for the answer any more.
    } else if (!failed) {
        w->launched(SUPERVISOR_OK, 0, "", w->user);
    } else if (w->file->exec) {
        pid_t pid = start_app(w->programs, &request, w->file, &error);
        answer(pid, error, w->launched, w->user);
    } else {
        w->launched(SUPERVISOR_FAILED, 0, failed->message, w->user);
    }
    sup_app_file_free(w->file);
    g_free(w->program);
    g_free(w->directory);
    g_free(w->startup_id);
    g_strfreev(w->arguments);
    g_free(w);
}

void
sup_programs_launch(SupPrograms *p, const SupProgramRequest *r, SupLaunched launched, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SupAppFile) file = NULL;
    pid_t pid = -1;

    if (r->kind == SUPERVISOR_COMMAND) {
        launch_command(p, r, launched, user);
        return;
    }
    file = sup_app_file_find(r->program, p->env, &error);
    if (file && file->dbus_activatable && !file->terminal) {
        Waiting *w = g_new0(Waiting, 1);
        w->programs = p;
        w->program = g_strdup(r->program);
        w->directory = g_strdup(r->directory);
        w->startup_id = g_strdup(r->startup_id);
        w->input_method = r->input_method;
        w->arguments = g_strdupv((char **)r->arguments);
        w->launched = launched;
        w->user = user;
        w->file = g_steal_pointer(&file);
        sup_dbus_apps_set_method(p->dbus, r->input_method);
        sup_dbus_apps_activate(p->dbus, w->file, r->arguments, r->startup_id, on_dbus_answer, w);
        return;
    }
    if (file)
        pid = start_app(p, r, file, &error);
    answer(pid, error, launched, user);
}
