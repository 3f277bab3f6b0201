// SPDX-License-Identifier: Apache-2.0
#include "launcher/json.h"
#include "launcher/table.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>

static void
print_guests(GVariant *guests)
{
    const char *const headings[] = {_("GUEST"),   _("KIND"),   _("STATE"), _("SESSION"), _("APPS"),
                                    _("WINDOWS"), _("SYSTEM"), _("ERROR"), NULL};
    static const char *const keys[] = {"name", "kind",    "state", "session",
                                       "apps", "windows", "os",    "error"};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);
    for (gsize i = 0; i < g_variant_n_children(guests); i++) {
        g_autoptr(GVariant) guest = g_variant_get_child_value(guests, i);
        for (gsize k = 0; k < G_N_ELEMENTS(keys); k++)
            launcher_table_add_key(table, guest, keys[k]);
    }
    launcher_table_print(table);
}

static LauncherExit
run_guest_list(Launcher *launcher, int argc, char **argv)
{
    if (argc != 1)
        return launcher_usage(launcher, &launcher_verb_guest_list, NULL);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, _("cannot list the guests"));
    launcher_broker1_call_list_guests(broker, G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                                      launcher_on_answer, launcher);
    g_autoptr(GVariant) guests = NULL;
    if (!launcher_broker1_call_list_guests_finish(broker, &guests, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, _("cannot list the guests"));
    if (launcher->json)
        launcher_json_print(guests);
    else if (g_variant_n_children(guests) == 0)
        g_printerr("%s\n",
                   _("There is no guest yet. `casement guest add NAME --kind sandbox` makes "
                     "one on this machine."));
    else
        print_guests(guests);
    return LAUNCHER_OK;
}

const LauncherVerb launcher_verb_guest_list = {"guest list", "", N_("List the guests"),
                                               run_guest_list};
