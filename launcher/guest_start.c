// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>

static LauncherExit
run_guest_start(Launcher *launcher, int argc, char **argv)
{
    g_autofree char *problem = NULL;
    if (argc != 2 || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_guest_start, problem);
    g_autofree char *tried = g_strdup_printf(_("cannot start guest %s"), argv[1]);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_start_guest(broker, argv[1], G_DBUS_CALL_FLAGS_NONE, LAUNCHER_PATIENT_MS,
                                      NULL, launcher_on_answer, launcher);
    if (!launcher_broker1_call_start_guest_finish(broker, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    g_autofree char *done = g_strdup_printf(_("Guest %s is up."), argv[1]);
    return launcher_done(launcher, done);
}

const LauncherVerb launcher_verb_guest_start = {
    "guest start", "NAME", N_("Start a guest and wait for its applications"), run_guest_start};
