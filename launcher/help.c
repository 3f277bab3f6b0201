// SPDX-License-Identifier: Apache-2.0
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <stdio.h>

const LauncherVerb *const launcher_verbs[] = {
    &launcher_verb_guest,
    &launcher_verb_apps,
    &launcher_verb_run,
    &launcher_verb_desktop,
    &launcher_verb_windows,
    &launcher_verb_status,
    &launcher_verb_sync,
    &launcher_verb_forward,
    &launcher_verb_doctor,
    &launcher_verb_help,
    NULL,
};

const LauncherVerb *const launcher_guest_verbs[] = {
    &launcher_verb_guest_add,    &launcher_verb_guest_list,
    &launcher_verb_guest_show,   &launcher_verb_guest_set,
    &launcher_verb_guest_start,  &launcher_verb_guest_stop,
    &launcher_verb_guest_login,  &launcher_verb_guest_logout,
    &launcher_verb_guest_remove, NULL,
};

#define USAGE_COLUMNS 46

static void
print_verb(const LauncherVerb *verb)
{
    g_autofree char *usage =
        g_strdup_printf("%s%s%s", verb->name, verb->arguments[0] ? " " : "", verb->arguments);
    glong length = g_utf8_strlen(usage, -1);
    if (length < USAGE_COLUMNS)
        (void)printf("  %s%*s%s\n", usage, (int)(USAGE_COLUMNS - length), "", _(verb->summary));
    else
        (void)printf("  %s\n  %*s%s\n", usage, USAGE_COLUMNS, "", _(verb->summary));
}

static LauncherExit
run_help(Launcher *launcher, int argc, char **argv)
{
    (void)puts(_("casement: a guest's applications as native windows"));
    (void)putchar('\n');
    for (gsize i = 0; launcher_guest_verbs[i]; i++)
        print_verb(launcher_guest_verbs[i]);
    for (gsize i = 0; launcher_verbs[i]; i++) {
        if (launcher_verbs[i] != &launcher_verb_guest)
            print_verb(launcher_verbs[i]);
    }
    (void)putchar('\n');
    (void)puts(_("Every command takes --json. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no "
                 "such guest or\napplication, 4 the guest failed, 5 too late, 6 not allowed or "
                 "not supported, 7 the broker\ncannot be reached, 8 busy, 9 the program failed at "
                 "once, 130 interrupted.\nSee casement(1)."));
    return LAUNCHER_OK;
}

const LauncherVerb launcher_verb_help = {"help", "", N_("This text"), run_help};
