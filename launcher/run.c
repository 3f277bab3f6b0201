// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/platform.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

// From a menu there is nobody to read stderr.
static GVariant *
platform_data(void)
{
    g_auto(GStrv) environment = g_get_environ();
    return launcher_platform_data(environment, !isatty(STDERR_FILENO));
}

static LauncherExit
run_app(Launcher *launcher, const char *guest, const char *app, const char *const *files)
{
    g_autofree char *tried = g_strdup_printf(_("cannot start %s of guest %s"), app, guest);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_launch(broker, guest, app, files, platform_data(), G_DBUS_CALL_FLAGS_NONE,
                                 LAUNCHER_PATIENT_MS, NULL, launcher_on_answer, launcher);
    g_autofree char *result = NULL;
    if (!launcher_broker1_call_launch_finish(broker, &result, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    return launcher_done(launcher, NULL);
}

static LauncherExit
run_command(Launcher *launcher, const char *guest, const char *const *argv)
{
    g_autofree char *tried = g_strdup_printf(_("cannot start %s in guest %s"), argv[0], guest);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_launch_command(broker, guest, argv, platform_data(),
                                         G_DBUS_CALL_FLAGS_NONE, LAUNCHER_PATIENT_MS, NULL,
                                         launcher_on_answer, launcher);
    g_autofree char *result = NULL;
    if (!launcher_broker1_call_launch_command_finish(broker, &result, launcher_wait(launcher),
                                                     &error))
        return launcher_fail(launcher, error, tried);
    return launcher_done(launcher, NULL);
}

static LauncherExit
run_with_files(Launcher *launcher, char **argv)
{
    g_autofree char *problem = NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (char **typed = argv + 3; *typed; typed++) {
        char *file = launcher_platform_file(*typed, &problem);
        if (!file)
            return launcher_usage(launcher, &launcher_verb_run, problem);
        g_ptr_array_add(files, file);
    }
    g_ptr_array_add(files, NULL);
    return run_app(launcher, argv[1], argv[2], (const char *const *)files->pdata);
}

static LauncherExit
run_run(Launcher *launcher, int argc, char **argv)
{
    g_autofree char *problem = NULL;
    gboolean command = argc > 2 && strcmp(argv[2], "--") == 0;
    if (argc < 3 || argv[1][0] == '-' || (command ? argc < 4 : argv[2][0] == '-'))
        return launcher_usage(launcher, &launcher_verb_run, NULL);
    char *names[] = {argv[1], argv[2], NULL};
    if (!launcher_check_utf8(command ? argv : names, &problem))
        return launcher_usage(launcher, &launcher_verb_run, problem);
    if (command)
        return run_command(launcher, argv[1], (const char *const *)argv + 3);
    return run_with_files(launcher, argv);
}

const LauncherVerb launcher_verb_run = {"run", "GUEST APP [FILE|URL]… | GUEST -- COMMAND [ARG]…",
                                        N_("Start a program in a guest"), run_run};
