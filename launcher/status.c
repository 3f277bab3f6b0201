// SPDX-License-Identifier: Apache-2.0
#include "launcher/json.h"
#include "launcher/latency.h"
#include "launcher/table.h"
#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <stdio.h>

static guint64
lookup_number(GVariant *dict, const char *key)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(dict, key, NULL);
    if (value && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64))
        return g_variant_get_uint64(value);
    return value && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ? g_variant_get_uint32(value)
                                                                       : 0;
}

static void
add_milliseconds(LauncherTable *table, guint64 us)
{
    g_autofree char *text =
        us ? g_strdup_printf("%" G_GUINT64_FORMAT ".%u ms", us / 1000, (guint)(us % 1000 / 100))
           : g_strdup("");
    launcher_table_add(table, text);
}

static void
add_channel(LauncherTable *table, GVariant *guest)
{
    g_autoptr(GVariant) channel = g_variant_lookup_value(guest, "channel", G_VARIANT_TYPE_VARDICT);
    if (!channel) {
        launcher_table_add(table, "");
        launcher_table_add(table, "");
        launcher_table_add(table, "");
        return;
    }
    g_autofree char *in = g_format_size(lookup_number(channel, "bytes_in"));
    g_autofree char *out = g_format_size(lookup_number(channel, "bytes_out"));
    launcher_table_add(table, in);
    launcher_table_add(table, out);
    add_milliseconds(table, lookup_number(channel, "round_trip_us"));
}

// "alice (locked); log-on screen"
static void
add_people(LauncherTable *table, GVariant *guest)
{
    g_autoptr(GVariant) people = g_variant_lookup_value(guest, "people", G_VARIANT_TYPE("aa{sv}"));
    g_autoptr(GString) text = g_string_new(NULL);

    for (gsize i = 0; people && i < g_variant_n_children(people); i++) {
        g_autoptr(GVariant) one = g_variant_get_child_value(people, i);
        const char *state = "", *lock = "", *user = "";
        gboolean connected = TRUE;
        (void)g_variant_lookup(one, "state", "&s", &state);
        (void)g_variant_lookup(one, "lock", "&s", &lock);
        (void)g_variant_lookup(one, "user", "&s", &user);
        (void)g_variant_lookup(one, "connected", "b", &connected);
        g_string_append(text, i > 0 ? "; " : "");
        if (g_str_equal(state, "log-on-screen"))
            g_string_append(text, _("log-on screen"));
        else
            g_string_append(text, user);
        if (g_str_equal(lock, "locked"))
            g_string_append_printf(text, " (%s)", _("locked"));
        else if (!connected)
            g_string_append_printf(text, " (%s)", _("left"));
    }
    launcher_table_add(table, text->str);
}

static void
print_guests(GVariant *guests)
{
    const char *const headings[] = {
        _("GUEST"), _("STATE"),      _("SESSION"),  _("APPS"),       _("WINDOWS"),
        _("READY"), _("FROM GUEST"), _("TO GUEST"), _("ROUND TRIP"), _("ERROR"),
        _("USERS"), _("MICROPHONE"), NULL};
    static const char *const keys[] = {"name", "state", "session", "apps", "windows"};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);
    for (gsize i = 0; i < g_variant_n_children(guests); i++) {
        g_autoptr(GVariant) guest = g_variant_get_child_value(guests, i);
        for (gsize k = 0; k < G_N_ELEMENTS(keys); k++)
            launcher_table_add_key(table, guest, keys[k]);
        g_autoptr(GVariant) times = g_variant_lookup_value(guest, "times", G_VARIANT_TYPE("a{st}"));
        guint64 ready = 0;
        if (times)
            (void)g_variant_lookup(times, "ready", "t", &ready);
        add_milliseconds(table, ready);
        add_channel(table, guest);
        launcher_table_add_key(table, guest, "error");
        add_people(table, guest);
        launcher_table_add_key(table, guest, "microphone");
    }
    launcher_table_print(table);
}

static void
print_status(GVariant *status)
{
    const char *version = "", *freerdp = "";
    guint32 pid = 0;
    (void)g_variant_lookup(status, "version", "&s", &version);
    (void)g_variant_lookup(status, "freerdp", "&s", &freerdp);
    (void)g_variant_lookup(status, "pid", "u", &pid);
    (void)printf(_("casementd %s, process %u, FreeRDP %s\n"), version, pid, freerdp);
    g_autoptr(GVariant) guests = g_variant_lookup_value(status, "guests", G_VARIANT_TYPE("aa{sv}"));
    if (guests && g_variant_n_children(guests) > 0)
        print_guests(guests);
}

static LauncherExit
run_status(Launcher *launcher, int argc, char **argv)
{
    guint64 times = 0;
    if (argc >= 2 && g_str_equal(argv[1], "--latency")) {
        if (argc > 3 ||
            (argc == 3 && !g_ascii_string_to_unsigned(argv[2], 10, 1, G_MAXUINT, &times, NULL)))
            return launcher_usage(launcher, &launcher_verb_status,
                                  _("--latency takes how many times, from 1 on"));
        return launcher_latency(launcher, (guint)times);
    }
    if (argc != 1)
        return launcher_usage(launcher, &launcher_verb_status, NULL);
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, _("cannot read the status"));
    launcher_broker1_call_get_status(broker, G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                                     launcher_on_answer, launcher);
    g_autoptr(GVariant) status = NULL;
    if (!launcher_broker1_call_get_status_finish(broker, &status, launcher_wait(launcher), &error))
        return launcher_fail(launcher, error, _("cannot read the status"));
    if (launcher->json)
        launcher_json_print(status);
    else
        print_status(status);
    return LAUNCHER_OK;
}

const LauncherVerb launcher_verb_status = {"status", "[--latency [TIMES]]",
                                           N_("Figures of broker and guests"), run_status};
