// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <string.h>

static LauncherExit
send(Launcher *launcher, const char *name, gboolean purge)
{
    g_autofree char *tried = g_strdup_printf(_("cannot remove guest %s"), name);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_remove_guest(broker, name, purge, G_DBUS_CALL_FLAGS_NONE,
                                       LAUNCHER_QUICK_MS, NULL, launcher_on_answer, launcher);
    if (!launcher_broker1_call_remove_guest_finish(broker, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    g_autofree char *done =
        purge ? g_strdup_printf(_("Guest %s is removed, with all its data."), name)
              : g_strdup_printf(_("Guest %s is removed; its data is kept."), name);
    return launcher_done(launcher, done);
}

static LauncherExit
run_guest_remove(Launcher *launcher, int argc, char **argv)
{
    const char *name = NULL;
    gboolean purge = FALSE;
    g_autofree char *problem = NULL;
    gboolean ok = launcher_check_utf8(argv, &problem);
    for (int i = 1; ok && i < argc; i++) {
        if (strcmp(argv[i], "--purge") == 0)
            purge = TRUE;
        else if (argv[i][0] == '-' || name)
            ok = FALSE;
        else
            name = argv[i];
    }
    if (!ok || !name)
        return launcher_usage(launcher, &launcher_verb_guest_remove, problem);
    return send(launcher, name, purge);
}

const LauncherVerb launcher_verb_guest_remove = {"guest remove", "NAME [--purge]",
                                                 N_("Remove a guest; --purge: its data, too"),
                                                 run_guest_remove};
