// SPDX-License-Identifier: Apache-2.0
// `casement` as a user meets it: the real program on a session bus of its own. What answers there
// is a broker that says whatever a test wants to hear, so that every error and odd text comes up.

#include "launcher-broker1.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define DEADLINE_MS 20000

typedef struct {
    GTestDBus *bus;
    GDBusConnection *connection;
    LauncherBroker1 *broker;
    char *asked; // the last call's method and arguments
    GVariant *platform_data;
    gboolean silent; // never answers
    guint name;
} Broker;

typedef struct {
    char *out, *err;
    int code;
    gboolean ended;
} Run;

static void note(Broker *broker, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
note(Broker *broker, const char *format, ...)
{
    va_list list;
    g_free(broker->asked);
    va_start(list, format);
    broker->asked = g_strdup_vprintf(format, list);
    va_end(list);
}

// An application named "fail-X" fails with org.casement.Error.X.
static gboolean
fails(GDBusMethodInvocation *invocation, const char *name)
{
    if (!g_str_has_prefix(name, "fail-"))
        return FALSE;
    g_autofree char *error = g_strdup_printf("org.casement.Error.%s", name + strlen("fail-"));
    g_dbus_method_invocation_return_dbus_error(invocation, error, "Because \xc3\xa4 \"so\".");
    return TRUE;
}

// The signature is gdbus-codegen's.
static gboolean // NOLINTNEXTLINE(readability-function-size)
on_launch(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *guest,
          const char *app, const char *const *files, GVariant *platform_data, gpointer user)
{
    Broker *broker = user;
    g_autofree char *joined = g_strjoinv("|", (char **)files);
    note(broker, "Launch %s %s %s", guest, app, joined);
    g_clear_pointer(&broker->platform_data, g_variant_unref);
    broker->platform_data = g_variant_ref(platform_data);
    if (broker->silent)
        g_object_unref(invocation);
    else if (!fails(invocation, app))
        launcher_broker1_complete_launch(object, invocation, "started");
    return TRUE;
}

static gboolean
on_launch_command(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *guest,
                  const char *const *argv, GVariant *platform_data, gpointer user)
{
    g_autofree char *joined = g_strjoinv("|", (char **)argv);
    note(user, "LaunchCommand %s %s", guest, joined);
    launcher_broker1_complete_launch_command(object, invocation, "started");
    return TRUE;
}

static gboolean
on_add_guest(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *name,
             const char *kind, GVariant *options, gpointer user)
{
    g_autofree char *text = g_variant_print(options, FALSE);
    note(user, "AddGuest %s %s %s", name, kind, text);
    if (!fails(invocation, name))
        launcher_broker1_complete_add_guest(object, invocation);
    return TRUE;
}

static gboolean
on_set_guest(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *name,
             GVariant *options, const char *const *reset, gpointer user)
{
    g_autofree char *text = g_variant_print(options, FALSE);
    g_autofree char *resets = g_strjoinv("|", (char **)reset);
    note(user, "SetGuest %s %s %s", name, text, resets);
    if (!fails(invocation, name))
        launcher_broker1_complete_set_guest(object, invocation, g_str_equal(name, "running"));
    return TRUE;
}

static gboolean
on_remove_guest(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *name,
                gboolean purge, gpointer user)
{
    note(user, "RemoveGuest %s %d", name, purge);
    if (!fails(invocation, name))
        launcher_broker1_complete_remove_guest(object, invocation);
    return TRUE;
}

static gboolean
on_start_guest(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *name,
               gpointer user)
{
    note(user, "StartGuest %s", name);
    if (!fails(invocation, name))
        launcher_broker1_complete_start_guest(object, invocation);
    return TRUE;
}

static gboolean
on_stop_guest(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *name,
              gpointer user)
{
    note(user, "StopGuest %s", name);
    if (!fails(invocation, name))
        launcher_broker1_complete_stop_guest(object, invocation);
    return TRUE;
}

static gboolean
on_show_guest(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *name,
              gpointer user)
{
    note(user, "ShowGuest %s", name);
    if (!fails(invocation, name))
        launcher_broker1_complete_show_guest(
            object, invocation, g_variant_new_parsed("{'kind': 'sandbox', 'network': 'false'}"));
    return TRUE;
}

static gboolean
on_sync(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *name, gpointer user)
{
    note(user, "Sync '%s'", name);
    if (!fails(invocation, name))
        launcher_broker1_complete_sync(object, invocation);
    return TRUE;
}

static gboolean
on_list_guests(LauncherBroker1 *object, GDBusMethodInvocation *invocation, gpointer user)
{
    launcher_broker1_complete_list_guests(
        object, invocation,
        g_variant_new_parsed("[{'name': <'demo'>, 'kind': <'sandbox'>, 'state': <'up'>, "
                             "'error': <''>, 'apps': <uint32 3>, 'windows': <uint32 1>, "
                             "'os': <'Debian'>, 'session': <'up'>, 'pid': <uint32 7>}]"));
    return TRUE;
}

static gboolean
on_list_apps(LauncherBroker1 *object, GDBusMethodInvocation *invocation, const char *guest,
             gpointer user)
{
    note(user, "ListApps '%s'", guest);
    launcher_broker1_complete_list_apps(
        object, invocation,
        g_variant_new_parsed("[{'guest': <'demo'>, 'id': <'xterm'>, 'name': <'X \"T\"\\u001b'>, "
                             "'comment': <''>, 'hidden': <false>}, {'guest': <'demo'>, "
                             "'id': <'opener'>, 'name': <'O'>, 'hidden': <true>}]"));
    return TRUE;
}

static gboolean
on_list_windows(LauncherBroker1 *object, GDBusMethodInvocation *invocation, gpointer user)
{
    launcher_broker1_complete_list_windows(
        object, invocation,
        g_variant_new_parsed("[{'guest': <'demo'>, 'id': <uint32 5>, 'app': <'xterm'>, "
                             "'title': <'t\\n\\u202eitle'>, 'x': <-3>, 'y': <4>, "
                             "'width': <uint32 80>, 'height': <uint32 24>, 'popup': <false>}]"));
    return TRUE;
}

static gboolean
on_get_status(LauncherBroker1 *object, GDBusMethodInvocation *invocation, gpointer user)
{
    launcher_broker1_complete_get_status(
        object, invocation,
        g_variant_new_parsed(
            "{'version': <'9.9'>, 'pid': <uint32 4>, 'freerdp': <'3.10'>, 'guests': <[{'name': "
            "<'demo'>, 'state': <'up'>, 'microphone': <'used'>, 'times': <{'ready': uint64 "
            "123456}>, 'channel': "
            "<{'bytes_in': <uint64 1000000>, 'round_trip_us': <uint32 900>}>, 'people': "
            "<[{'state': <'logged-on'>, 'lock': <'locked'>, 'user': <'alice'>, 'connected': "
            "<true>}, {'state': <'logged-on'>, 'lock': <''>, 'user': <'bob'>, 'connected': "
            "<false>}, {'state': <'log-on-screen'>, 'user': <''>}]>}]>}"));
    return TRUE;
}

static void
on_named(GDBusConnection *connection, const char *name, gpointer user)
{
    *(gboolean *)user = TRUE;
}

static void
export_broker(Broker *broker)
{
    static const struct {
        const char *signal;
        GCallback handler;
    } handlers[] = {
        {"handle-launch", G_CALLBACK(on_launch)},
        {"handle-launch-command", G_CALLBACK(on_launch_command)},
        {"handle-add-guest", G_CALLBACK(on_add_guest)},
        {"handle-set-guest", G_CALLBACK(on_set_guest)},
        {"handle-remove-guest", G_CALLBACK(on_remove_guest)},
        {"handle-start-guest", G_CALLBACK(on_start_guest)},
        {"handle-stop-guest", G_CALLBACK(on_stop_guest)},
        {"handle-show-guest", G_CALLBACK(on_show_guest)},
        {"handle-sync", G_CALLBACK(on_sync)},
        {"handle-list-guests", G_CALLBACK(on_list_guests)},
        {"handle-list-apps", G_CALLBACK(on_list_apps)},
        {"handle-list-windows", G_CALLBACK(on_list_windows)},
        {"handle-get-status", G_CALLBACK(on_get_status)},
    };
    broker->broker = launcher_broker1_skeleton_new();
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++)
        g_signal_connect(broker->broker, handlers[i].signal, handlers[i].handler, broker);
    g_autoptr(GError) error = NULL;
    g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(broker->broker), broker->connection,
                                     "/org/casement/Broker1", &error);
    g_assert_no_error(error);
    gboolean named = FALSE;
    broker->name =
        g_bus_own_name_on_connection(broker->connection, "org.casement.Broker1",
                                     G_BUS_NAME_OWNER_FLAGS_NONE, on_named, NULL, &named, NULL);
    while (!named)
        g_main_context_iteration(NULL, TRUE);
}

static Broker *
broker_new(gboolean with_broker)
{
    Broker *broker = g_new0(Broker, 1);
    broker->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(broker->bus);
    g_autoptr(GError) error = NULL;
    broker->connection =
        g_dbus_connection_new_for_address_sync(g_test_dbus_get_bus_address(broker->bus),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    g_assert_no_error(error);
    if (with_broker)
        export_broker(broker);
    return broker;
}

static void
broker_free(Broker *broker)
{
    if (broker->name)
        g_bus_unown_name(broker->name);
    g_clear_object(&broker->broker);
    g_dbus_connection_close_sync(broker->connection, NULL, NULL);
    g_object_unref(broker->connection);
    g_test_dbus_down(broker->bus);
    g_object_unref(broker->bus);
    g_clear_pointer(&broker->platform_data, g_variant_unref);
    g_free(broker->asked);
    g_free(broker);
}

static void
on_ended(GObject *source, GAsyncResult *result, gpointer user)
{
    Run *run = user;
    g_autoptr(GError) error = NULL;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, &run->out, &run->err,
                                         &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(G_SUBPROCESS(source)));
    run->code = g_subprocess_get_exit_status(G_SUBPROCESS(source));
    run->ended = TRUE;
}

// A locale of the test's own: a C.UTF-8 locale is not translated by newer C libraries, and no other
// need be there.
static char *
german_locale(void)
{
    char *locpath = g_dir_make_tmp("casement-locale-XXXXXX", NULL);
    g_autofree char *locale = g_build_filename(locpath, "de_DE.UTF-8", NULL);
    g_autofree char *nowhere = NULL;
    const char *argv[] = {"localedef", "-i", "de_DE", "-f", "UTF-8", locale, NULL};
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &nowhere, NULL,
                 &error);
    g_assert_no_error(error);
    g_assert_true(g_file_test(locale, G_FILE_TEST_IS_DIR));
    return locpath;
}

// locpath: NULL, or where the locale de_DE.UTF-8 is.
static GSubprocess *
spawn(Run *run, const char *arguments, const char *locpath)
{
    const char *build = g_getenv("CASEMENT_BUILD");
    g_assert_nonnull(build);
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(argv, g_build_filename(build, "bin", "casement", NULL));
    for (gsize i = 0; words[i]; i++)
        g_ptr_array_add(argv, g_strdup(words[i]));
    g_ptr_array_add(argv, NULL);
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_setenv(launcher, "LC_ALL", locpath ? "de_DE.UTF-8" : "C.UTF-8", TRUE);
    if (locpath)
        g_subprocess_launcher_setenv(launcher, "LOCPATH", locpath, TRUE);
    g_subprocess_launcher_unsetenv(launcher, "LANGUAGE");
    g_subprocess_launcher_setenv(launcher, "DESKTOP_STARTUP_ID", "start_TIME5", TRUE);
    g_subprocess_launcher_setenv(launcher, "DISPLAY", ":77", TRUE);
    g_autoptr(GError) error = NULL;
    GSubprocess *process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, &error);
    g_assert_no_error(error);
    *run = (Run){0};
    g_subprocess_communicate_utf8_async(process, NULL, NULL, on_ended, run);
    return process;
}

static gboolean
on_deadline(gpointer user)
{
    g_error("casement did not end in time");
    return G_SOURCE_REMOVE;
}

static void
wait_until(const gboolean *condition)
{
    guint deadline = g_timeout_add(DEADLINE_MS, on_deadline, NULL);
    while (!*condition)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

static void
run_clear(Run *run)
{
    g_clear_pointer(&run->out, g_free);
    g_clear_pointer(&run->err, g_free);
}

static void
run_wait(Run *run, const char *arguments)
{
    run_clear(run);
    g_autoptr(GSubprocess) process = spawn(run, arguments, NULL);
    wait_until(&run->ended);
}

static void
assert_contains(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        g_error("“%s” is not in: %s", part, text);
}

static void
test_launch(void)
{
    Broker *broker = broker_new(TRUE);
    Run run = {0};
    run_wait(&run, "run demo xterm /tmp/a file:///b https://x/y?z=%20");
    g_assert_cmpint(run.code, ==, 0);
    g_assert_cmpstr(run.out, ==, "");
    g_assert_cmpstr(broker->asked, ==, "Launch demo xterm /tmp/a|file:///b|https://x/y?z=%20");
    g_autofree char *data = g_variant_print(broker->platform_data, FALSE);
    assert_contains(data, "'DISPLAY': ':77'");
    assert_contains(data, "'desktop-startup-id': <'start_TIME5'>");
    assert_contains(data, "'notify': <true>");
    run_wait(&run, "--json run demo xterm:action");
    g_assert_cmpstr(run.out, ==, "{\"ok\": true}\n");
    g_assert_cmpstr(broker->asked, ==, "Launch demo xterm:action ");
    run_wait(&run, "run demo -- ls --json -l");
    g_assert_cmpstr(broker->asked, ==, "LaunchCommand demo ls|--json|-l");
    g_assert_cmpstr(run.out, ==, "");
    run_clear(&run);
    broker_free(broker);
}

static void
test_exit_codes(void)
{
    static const struct {
        const char *error;
        int code;
        const char *hint;
    } cases[] = {
        {"InvalidArgument", 2, ""}, // in the order of casement(1)
        {"NoSuchGuest", 3, "casement guest list"},
        {"NoSuchApp", 3, "casement apps"},
        {"GuestFailed", 4, "casement doctor"},
        {"Timeout", 5, "casement status"},
        {"NotAllowed", 6, "casement guest show"},
        {"SignIn", 6, ""},
        {"NotSupported", 6, ""},
        {"Busy", 8, "again"},
        {"ProgramEnded", 9, ""},
        {"Failed", 1, ""},
        {"SomethingNew", 1, ""},
    };
    Broker *broker = broker_new(TRUE);
    Run run = {0};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *arguments = g_strdup_printf("run demo fail-%s", cases[i].error);
        run_wait(&run, arguments);
        g_assert_cmpint(run.code, ==, cases[i].code);
        g_autofree char *first = g_strdup_printf(
            "casement: cannot start fail-%s of guest demo: Because \xc3\xa4 \"so\".\n",
            cases[i].error);
        g_assert_true(g_str_has_prefix(run.err, first));
        assert_contains(run.err, cases[i].hint);
        g_assert_cmpstr(run.out, ==, "");
    }
    run_wait(&run, "--json run demo fail-GuestFailed");
    g_assert_cmpint(run.code, ==, 4);
    g_assert_cmpstr(run.err, ==, "");
    assert_contains(run.out, "\"name\": \"GuestFailed\"");
    assert_contains(run.out, "\"code\": 4");
    assert_contains(run.out, "\"message\": \"Because \xc3\xa4 \\\"so\\\".\"");
    run_clear(&run);
    broker_free(broker);
}

static void
test_usage(void)
{
    static const char *const wrong[] = {
        "run",
        "run demo",
        "run demo --",
        "run --x y",
        "guest",
        "guest frobnicate",
        "guest add",
        "guest add x",
        "guest add x --kind",
        "guest add x --kind sandbox --set novalue",
        "guest add --kind local",
        "guest add x y --kind local",
        "guest remove",
        "guest start",
        "guest stop a b",
        "guest show",
        "apps a b",
        "windows x",
        "frobnicate",
    };
    Broker *broker = broker_new(TRUE);
    Run run = {0};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        run_wait(&run, wrong[i]);
        g_assert_cmpint(run.code, ==, 2);
        assert_contains(run.err, "Usage:");
    }
    g_assert_null(broker->asked);
    run_wait(&run, "--version");
    g_assert_cmpstr(run.out, ==, "casement " CASEMENT_VERSION "\n");
    g_assert_cmpint(run.code, ==, 0);
    run_wait(&run, "help");
    g_assert_cmpint(run.code, ==, 0);
    assert_contains(run.out, "guest add");
    run_clear(&run);
    broker_free(broker);
}

static void
test_guests(void)
{
    Broker *broker = broker_new(TRUE);
    Run run = {0};
    run_wait(&run, "guest add demo --kind sandbox --set network=true --set=label=a=b");
    g_assert_cmpint(run.code, ==, 0);
    assert_contains(broker->asked, "AddGuest demo sandbox {");
    assert_contains(broker->asked, "'network': 'true'");
    assert_contains(broker->asked, "'label': 'a=b'");
    run_wait(&run, "guest set demo label=a=b --reset sound --reset=border");
    g_assert_cmpint(run.code, ==, 0);
    g_assert_cmpstr(broker->asked, ==, "SetGuest demo {'label': 'a=b'} sound|border");
    g_assert_null(strstr(run.out, "next time"));
    run_wait(&run, "guest set running label=");
    g_assert_cmpstr(broker->asked, ==, "SetGuest running {'label': ''} ");
    assert_contains(run.out, "next time");
    run_wait(&run, "guest set fail-InvalidArgument sound=loud");
    g_assert_cmpint(run.code, ==, 2);
    assert_contains(run.err, "cannot change guest fail-InvalidArgument: ");
    run_wait(&run, "guest remove demo --purge");
    g_assert_cmpstr(broker->asked, ==, "RemoveGuest demo 1");
    run_wait(&run, "guest remove demo");
    g_assert_cmpstr(broker->asked, ==, "RemoveGuest demo 0");
    run_wait(&run, "guest start demo");
    g_assert_cmpstr(broker->asked, ==, "StartGuest demo");
    run_wait(&run, "guest start fail-GuestFailed");
    g_assert_cmpint(run.code, ==, 4);
    assert_contains(run.err, "cannot start guest fail-GuestFailed: ");
    run_wait(&run, "guest stop demo");
    g_assert_cmpstr(broker->asked, ==, "StopGuest demo");
    run_wait(&run, "guest show demo");
    g_assert_cmpstr(run.out, ==, "kind\tsandbox\nnetwork\tfalse\n");
    run_wait(&run, "guest list");
    g_assert_cmpstr(run.out, ==, "demo\tsandbox\tup\tup\t3\t1\tDebian\t\n");
    run_wait(&run, "sync");
    g_assert_cmpstr(broker->asked, ==, "Sync ''");
    run_wait(&run, "sync fail-NoSuchGuest");
    g_assert_cmpint(run.code, ==, 3);
    run_clear(&run);
    broker_free(broker);
}

static void
test_lists(void)
{
    Broker *broker = broker_new(TRUE);
    Run run = {0};
    run_wait(&run, "apps demo");
    g_assert_cmpstr(broker->asked, ==, "ListApps 'demo'");
    g_assert_cmpstr(run.out, ==, "demo\txterm\tX \"T\"\t\n"); // hidden ones and control left out
    run_wait(&run, "apps --json");
    g_assert_cmpstr(broker->asked, ==, "ListApps ''");
    assert_contains(run.out, "\"name\": \"X \\\"T\\\"\\u001b\"");
    assert_contains(run.out, "\"hidden\": true");
    run_wait(&run, "windows");
    g_assert_cmpstr(run.out, ==, "demo\t5\txterm\t80x24-3+4\tt itle\n");
    run_wait(&run, "status");
    assert_contains(run.out, "casementd 9.9, process 4, FreeRDP 3.10\n");
    assert_contains(run.out, "123.4 ms");
    assert_contains(run.out, "\talice (locked); bob (left); log-on screen\tused\n");
    run_wait(&run, "status --json");
    assert_contains(run.out, "\"ready\": 123456");
    run_clear(&run);
    broker_free(broker);
}

static void
test_no_broker(void)
{
    Broker *broker = broker_new(FALSE);
    Run run = {0};
    run_wait(&run, "run demo xterm");
    g_assert_cmpint(run.code, ==, 7);
    assert_contains(run.err, "cannot start xterm of guest demo: ");
    assert_contains(run.err, "org.casement.Broker1.service");
    run_wait(&run, "--json guest list");
    g_assert_cmpint(run.code, ==, 7);
    assert_contains(run.out, "\"name\": \"NoBroker\"");
    run_wait(&run, "doctor --json");
    g_assert_cmpint(run.code, ==, 1);
    assert_contains(run.out, "\"state\": \"missing\"");
    broker_free(broker);

    // No session bus at all.
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    g_autofree char *empty = g_dir_make_tmp("casement-launcher-XXXXXX", NULL);
    g_setenv("XDG_RUNTIME_DIR", empty, TRUE);
    run_wait(&run, "apps");
    g_assert_cmpint(run.code, ==, 7);
    assert_contains(run.err, "there is no session bus");
    assert_contains(run.err, "dbus-run-session");
    run_clear(&run);
    (void)g_rmdir(empty);
}

// Ctrl-C while the broker is at it.
static void
test_interrupt(void)
{
    Broker *broker = broker_new(TRUE);
    broker->silent = TRUE;
    Run run = {0};
    g_autoptr(GSubprocess) process = spawn(&run, "run demo slow", NULL);
    while (!broker->asked)
        g_main_context_iteration(NULL, TRUE);
    g_subprocess_send_signal(process, SIGINT);
    wait_until(&run.ended);
    g_assert_cmpint(run.code, ==, 130);
    assert_contains(run.err, "goes on in the background");
    run_clear(&run);
    broker_free(broker);
}

static void
test_german(void)
{
    Broker *broker = broker_new(TRUE);
    g_autofree char *locpath = german_locale();
    Run run = {0};
    g_autoptr(GSubprocess) process = spawn(&run, "run demo fail-NoSuchGuest", locpath);
    wait_until(&run.ended);
    g_assert_cmpint(run.code, ==, 3);
    assert_contains(run.err, "konnte nicht gestartet werden");
    run_clear(&run);
    broker_free(broker);
    const char *remove[] = {"rm", "-r", locpath, NULL};
    g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/launcher-cli/launch", test_launch);
    g_test_add_func("/launcher-cli/exit-codes", test_exit_codes);
    g_test_add_func("/launcher-cli/usage", test_usage);
    g_test_add_func("/launcher-cli/guests", test_guests);
    g_test_add_func("/launcher-cli/lists", test_lists);
    g_test_add_func("/launcher-cli/interrupt", test_interrupt);
    g_test_add_func("/launcher-cli/german", test_german);
    g_test_add_func("/launcher-cli/no-broker", test_no_broker);
    return g_test_run();
}
