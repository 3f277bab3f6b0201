// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <stdio.h>

typedef struct {
    const char *name, *kind;
    GVariantDict options;
} Request;

static gboolean
parse(Request *request, int argc, char **argv, char **problem)
{
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        if (launcher_option(argv, &i, "--kind", &value)) {
            request->kind = value;
        } else if (launcher_option(argv, &i, "--set", &value)) {
            if (value && !launcher_setting(&request->options, value, problem))
                return FALSE;
        } else if (argv[i][0] == '-' || request->name) {
            *problem = g_strdup_printf(_("“%s” is not understood here"), argv[i]);
            return FALSE;
        } else {
            request->name = argv[i];
            continue;
        }
        if (!value) {
            *problem = g_strdup_printf(_("%s needs a value"), argv[argc - 1]);
            return FALSE;
        }
    }
    return request->name && request->kind;
}

static LauncherExit
send(Launcher *launcher, const Request *request, GVariant *options)
{
    g_autofree char *tried = g_strdup_printf(_("cannot add guest %s"), request->name);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_add_guest(broker, request->name, request->kind, options,
                                    G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                                    launcher_on_answer, launcher);
    if (!launcher_broker1_call_add_guest_finish(broker, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, tried);
    g_autofree char *done = g_strdup_printf(_("Guest %s is added. It starts with `casement guest "
                                              "start %s`, or with the first program."),
                                            request->name, request->name);
    return launcher_done(launcher, done);
}

static LauncherExit
run_guest_add(Launcher *launcher, int argc, char **argv)
{
    Request request = {0};
    g_variant_dict_init(&request.options, NULL);
    g_autofree char *problem = NULL;
    gboolean ok = launcher_check_utf8(argv, &problem) && parse(&request, argc, argv, &problem);
    g_autoptr(GVariant) options = g_variant_ref_sink(launcher_settings(&request.options));
    if (!ok)
        return launcher_usage(launcher, &launcher_verb_guest_add, problem);
    return send(launcher, &request, options);
}

const LauncherVerb launcher_verb_guest_add = {
    "guest add", "NAME --kind KIND [--set KEY=VALUE]…",
    N_("Add a guest: sandbox, local, socket, vsock, command"), run_guest_add};
