// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/json.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *name;
    GVariantDict options; // string → string
    GPtrArray *reset;     // of const char *
} Request;

static gboolean
parse(Request *request, int argc, char **argv, char **problem)
{
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        if (launcher_option(argv, &i, "--reset", &value)) {
            if (!value) {
                *problem = g_strdup_printf(_("%s needs a value"), "--reset");
                return FALSE;
            }
            g_ptr_array_add(request->reset, (gpointer)value);
        } else if (argv[i][0] == '-') {
            *problem = g_strdup_printf(_("“%s” is not understood here"), argv[i]);
            return FALSE;
        } else if (!request->name) {
            request->name = argv[i];
        } else if (!launcher_setting(&request->options, argv[i], problem)) {
            return FALSE;
        }
    }
    return request->name != NULL;
}

static LauncherExit
send(Launcher *launcher, const Request *request, GVariant *options)
{
    g_autofree char *tried = g_strdup_printf(_("cannot change guest %s"), request->name);
    gboolean pending = FALSE;
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_set_guest(
        broker, request->name, options, (const char *const *)request->reset->pdata,
        G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL, launcher_on_answer, launcher);
    if (!launcher_broker1_call_set_guest_finish(broker, &pending, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    g_autofree char *done = g_strdup_printf(
        pending ? _("Guest %s is changed. It runs: this counts when it starts the next time.")
                : _("Guest %s is changed."),
        request->name);
    return launcher_done(launcher, done);
}

static LauncherExit
run_guest_set(Launcher *launcher, int argc, char **argv)
{
    g_autoptr(GPtrArray) reset = g_ptr_array_new();
    Request request = {.reset = reset};
    g_variant_dict_init(&request.options, NULL);
    g_autofree char *problem = NULL;
    gboolean ok = launcher_check_utf8(argv, &problem) && parse(&request, argc, argv, &problem);
    g_autoptr(GVariant) options = g_variant_ref_sink(launcher_settings(&request.options));
    if (!ok || (g_variant_n_children(options) == 0 && reset->len == 0))
        return launcher_usage(launcher, &launcher_verb_guest_set, problem);
    g_ptr_array_add(reset, NULL);
    return send(launcher, &request, options);
}

const LauncherVerb launcher_verb_guest_set = {"guest set", "NAME KEY=VALUE… [--reset KEY]…",
                                              N_("Change a guest's settings"), run_guest_set};
