// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>

static LauncherExit
run_guest_logout(Launcher *launcher, int argc, char **argv)
{
    g_autofree char *problem = NULL;
    if (argc != 2 || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_guest_logout, problem);
    g_autofree char *tried = g_strdup_printf(_("cannot forget who signs in to guest %s"), argv[1]);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_log_out(broker, argv[1], G_DBUS_CALL_FLAGS_NONE, LAUNCHER_PATIENT_MS,
                                  NULL, launcher_on_answer, launcher);
    if (!launcher_broker1_call_log_out_finish(broker, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    g_autofree char *done = g_strdup_printf(_("Nobody is known for guest %s any more."), argv[1]);
    return launcher_done(launcher, done);
}

const LauncherVerb launcher_verb_guest_logout = {
    "guest logout", "NAME", N_("Forget who signs in to a guest"), run_guest_logout};
