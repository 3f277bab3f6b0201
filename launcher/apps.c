// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/json.h"
#include "launcher/table.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>

// Has no menu entry, either because it only opens files or because it is no program of its own.
static gboolean
is_hidden(GVariant *app)
{
    gboolean hidden = FALSE, sidelined = FALSE;
    const char *desktop_id = "";
    (void)g_variant_lookup(app, "hidden", "b", &hidden);
    (void)g_variant_lookup(app, "sidelined", "b", &sidelined);
    (void)g_variant_lookup(app, "desktop_id", "&s", &desktop_id);
    return hidden || (sidelined && !*desktop_id);
}

static void
print_apps(GVariant *apps)
{
    const char *const headings[] = {_("GUEST"), _("APP"), _("NAME"), _("COMMENT"), NULL};
    static const char *const keys[] = {"guest", "id", "name", "comment"};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);
    for (gsize i = 0; i < g_variant_n_children(apps); i++) {
        g_autoptr(GVariant) app = g_variant_get_child_value(apps, i);
        if (is_hidden(app))
            continue;
        for (gsize k = 0; k < G_N_ELEMENTS(keys); k++)
            launcher_table_add_key(table, app, keys[k]);
    }
    launcher_table_print(table);
}

static LauncherExit
run_apps(Launcher *launcher, int argc, char **argv)
{
    g_autofree char *problem = NULL;
    if (argc > 2 || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_apps, problem);
    const char *guest = argc == 2 ? argv[1] : "";
    g_autofree char *tried = guest[0]
                                 ? g_strdup_printf(_("cannot list the applications of %s"), guest)
                                 : g_strdup(_("cannot list the applications"));
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_list_apps(broker, guest, G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                                    launcher_on_answer, launcher);
    g_autoptr(GVariant) apps = NULL;
    if (!launcher_broker1_call_list_apps_finish(broker, &apps, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    if (launcher->json)
        launcher_json_print(apps);
    else if (g_variant_n_children(apps) == 0)
        g_printerr("%s\n",
                   _("No application is known. A guest tells of its applications when it is "
                     "up: `casement guest start NAME`."));
    else
        print_apps(apps);
    return LAUNCHER_OK;
}

const LauncherVerb launcher_verb_apps = {"apps", "[GUEST]", N_("List applications of guests"),
                                         run_apps};
