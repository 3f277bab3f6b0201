// SPDX-License-Identifier: Apache-2.0
#include "launcher/json.h"
#include "launcher/machine.h"
#include "launcher/table.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <stdio.h>

// The broker's own word on itself: it is started for it.
static void
check_broker(Launcher *launcher, LauncherFinding *finding)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) status = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    finding->what = _("broker (casementd)");
    if (broker) {
        launcher_broker1_call_get_status(broker, G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                                         launcher_on_answer, launcher);
        (void)launcher_broker1_call_get_status_finish(broker, &status, launcher_wait(launcher),
                                                      &error);
    }
    if (!status) {
        g_dbus_error_strip_remote_error(error);
        finding->state = LAUNCHER_FINDING_MISSING;
        finding->detail = g_strdup(error->message);
        finding->advice = _("Casement must be installed, and a session bus must run: inside a "
                            "desktop session both are so.");
        return;
    }
    const char *version = "", *freerdp = "";
    (void)g_variant_lookup(status, "version", "&s", &version);
    (void)g_variant_lookup(status, "freerdp", "&s", &freerdp);
    finding->state = LAUNCHER_FINDING_OK;
    finding->detail = g_strdup_printf(_("version %s, with FreeRDP %s"), version, freerdp);
}

static const char *const state_names[] = {"ok", "degraded", "missing"};

static const char *
state_word(LauncherFindingState state)
{
    switch (state) {
    case LAUNCHER_FINDING_OK:
        return _("ok");
    case LAUNCHER_FINDING_DEGRADED:
        return _("less than could be");
    case LAUNCHER_FINDING_MISSING:
        break;
    }
    return _("MISSING");
}

static void
print_json(GArray *findings)
{
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{ss}"));
    for (guint i = 0; i < findings->len; i++) {
        const LauncherFinding *finding = &g_array_index(findings, LauncherFinding, i);
        g_variant_builder_open(&list, G_VARIANT_TYPE("a{ss}"));
        g_variant_builder_add(&list, "{ss}", "what", finding->what);
        g_variant_builder_add(&list, "{ss}", "state", state_names[finding->state]);
        g_variant_builder_add(&list, "{ss}", "detail", finding->detail ? finding->detail : "");
        if (finding->state != LAUNCHER_FINDING_OK)
            g_variant_builder_add(&list, "{ss}", "advice", finding->advice ? finding->advice : "");
        g_variant_builder_close(&list);
    }
    g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_builder_end(&list));
    launcher_json_print(value);
}

static void
print_findings(GArray *findings)
{
    const char *const headings[] = {_("STATE"), _("WHAT"), _("DETAIL"), NULL};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);
    for (guint i = 0; i < findings->len; i++) {
        const LauncherFinding *finding = &g_array_index(findings, LauncherFinding, i);
        launcher_table_add(table, state_word(finding->state));
        launcher_table_add(table, finding->what);
        launcher_table_add(table, finding->detail ? finding->detail : "");
    }
    launcher_table_print(table);
    for (guint i = 0; i < findings->len; i++) {
        const LauncherFinding *finding = &g_array_index(findings, LauncherFinding, i);
        if (finding->state != LAUNCHER_FINDING_OK && finding->advice)
            (void)printf("\n%s: %s\n", finding->what, finding->advice);
    }
}

static LauncherExit
run_doctor(Launcher *launcher, int argc, char **argv)
{
    if (argc != 1)
        return launcher_usage(launcher, &launcher_verb_doctor, NULL);
    g_autoptr(GArray) findings = launcher_machine_examine();
    LauncherFinding broker = {0};
    check_broker(launcher, &broker);
    g_array_prepend_val(findings, broker);
    if (launcher->json)
        print_json(findings);
    else
        print_findings(findings);
    for (guint i = 0; i < findings->len; i++) {
        if (g_array_index(findings, LauncherFinding, i).state == LAUNCHER_FINDING_MISSING)
            return LAUNCHER_FAILED;
    }
    return LAUNCHER_OK;
}

const LauncherVerb launcher_verb_doctor = {"doctor", "", N_("Find what this machine lacks"),
                                           run_doctor};
