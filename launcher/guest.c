// SPDX-License-Identifier: Apache-2.0
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <stdio.h>

static LauncherExit
run_guest(Launcher *launcher, int argc, char **argv)
{
    if (argc < 2)
        return launcher_usage(launcher, &launcher_verb_guest, NULL);
    g_autofree char *name = g_strdup_printf("guest %s", argv[1]);
    const LauncherVerb *verb = launcher_verb_find(launcher_guest_verbs, name);
    if (verb)
        return verb->run(launcher, argc - 1, argv + 1);
    g_autofree char *problem = g_strdup_printf(_("there is no command “%s”"), name);
    return launcher_usage(launcher, &launcher_verb_guest, problem);
}

const LauncherVerb launcher_verb_guest = {
    "guest", "add|list|show|set|start|stop|login|logout|remove …", N_("Manage guests"), run_guest};
