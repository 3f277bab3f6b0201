// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/platform.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <unistd.h>

static LauncherExit
run_desktop(Launcher *launcher, int argc, char **argv)
{
    g_autofree char *problem = NULL;
    if (argc != 2 || argv[1][0] == '-' || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_desktop, problem);
    g_autofree char *tried = g_strdup_printf(_("cannot show the desktop of guest %s"), argv[1]);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    g_auto(GStrv) environment = g_get_environ();
    // From a menu there is nobody to read stderr.
    launcher_broker1_call_desktop(
        broker, argv[1], launcher_platform_data(environment, !isatty(STDERR_FILENO)),
        G_DBUS_CALL_FLAGS_NONE, LAUNCHER_PATIENT_MS, NULL, launcher_on_answer, launcher);
    g_autofree char *result = NULL;
    if (!launcher_broker1_call_desktop_finish(broker, &result, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    return launcher_done(launcher, NULL);
}

const LauncherVerb launcher_verb_desktop = {
    "desktop", "GUEST", N_("Show the whole desktop of a Windows guest in one window"), run_desktop};
