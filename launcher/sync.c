// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>

static LauncherExit
run_sync(Launcher *launcher, int argc, char **argv)
{
    g_autofree char *problem = NULL;
    if (argc > 2 || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_sync, problem);
    const char *guest = argc == 2 ? argv[1] : "";
    g_autofree char *tried =
        guest[0] ? g_strdup_printf(_("cannot read the applications of guest %s again"), guest)
                 : g_strdup(_("cannot read the guests' applications again"));
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_sync(broker, guest, G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                               launcher_on_answer, launcher);
    if (!launcher_broker1_call_sync_finish(broker, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    return launcher_done(launcher, NULL);
}

const LauncherVerb launcher_verb_sync = {
    "sync", "[GUEST]", N_("Have running guests send their applications again"), run_sync};
