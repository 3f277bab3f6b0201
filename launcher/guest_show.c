// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/json.h"
#include "launcher/table.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>

static void
print_options(GVariant *options)
{
    GVariantIter iter;
    const char *key, *value;
    g_variant_iter_init(&iter, options);
    const char *const headings[] = {_("KEY"), _("VALUE"), NULL};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);
    while (g_variant_iter_next(&iter, "{&s&s}", &key, &value)) {
        launcher_table_add(table, key);
        launcher_table_add(table, value);
    }
    launcher_table_print(table);
}

static LauncherExit
run_guest_show(Launcher *launcher, int argc, char **argv)
{
    g_autofree char *problem = NULL;
    if (argc != 2 || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_guest_show, problem);
    g_autofree char *tried = g_strdup_printf(_("cannot show guest %s"), argv[1]);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_show_guest(broker, argv[1], G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS,
                                     NULL, launcher_on_answer, launcher);
    g_autoptr(GVariant) options = NULL;
    if (!launcher_broker1_call_show_guest_finish(broker, &options, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    if (launcher->json)
        launcher_json_print(options);
    else
        print_options(options);
    return LAUNCHER_OK;
}

const LauncherVerb launcher_verb_guest_show = {
    "guest show", "NAME", N_("Show a guest's settings in force"), run_guest_show};
