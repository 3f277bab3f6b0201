// SPDX-License-Identifier: Apache-2.0
#include "launcher/json.h"
#include "launcher/table.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>

static void
add_place(LauncherTable *table, GVariant *window)
{
    gint32 x = 0, y = 0;
    guint32 width = 0, height = 0;
    (void)g_variant_lookup(window, "x", "i", &x);
    (void)g_variant_lookup(window, "y", "i", &y);
    (void)g_variant_lookup(window, "width", "u", &width);
    (void)g_variant_lookup(window, "height", "u", &height);
    g_autofree char *place = g_strdup_printf("%ux%u%+d%+d", width, height, x, y);
    launcher_table_add(table, place);
}

static void
print_windows(GVariant *windows)
{
    const char *const headings[] = {_("GUEST"), _("WINDOW"), _("APP"),
                                    _("PLACE"), _("TITLE"),  NULL};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);
    for (gsize i = 0; i < g_variant_n_children(windows); i++) {
        g_autoptr(GVariant) window = g_variant_get_child_value(windows, i);
        gboolean popup = FALSE;
        if (g_variant_lookup(window, "popup", "b", &popup) && popup)
            continue; // menus and tooltips; --json has them
        launcher_table_add_key(table, window, "guest");
        launcher_table_add_key(table, window, "id");
        launcher_table_add_key(table, window, "app");
        add_place(table, window);
        launcher_table_add_key(table, window, "title");
    }
    launcher_table_print(table);
}

static LauncherExit
run_windows(Launcher *launcher, int argc, char **argv)
{
    if (argc != 1)
        return launcher_usage(launcher, &launcher_verb_windows, NULL);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, _("cannot list the windows"));
    launcher_broker1_call_list_windows(broker, G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                                       launcher_on_answer, launcher);
    g_autoptr(GVariant) windows = NULL;
    if (!launcher_broker1_call_list_windows_finish(broker, &windows, launcher_wait(launcher),
                                                   &error))
        return launcher_fail(launcher, error, _("cannot list the windows"));
    if (launcher->json)
        launcher_json_print(windows);
    else if (g_variant_n_children(windows) == 0)
        g_printerr("%s\n", _("No guest has a window open."));
    else
        print_windows(windows);
    return LAUNCHER_OK;
}

const LauncherVerb launcher_verb_windows = {"windows", "", N_("List the windows of guests"),
                                            run_windows};
