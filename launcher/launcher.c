// SPDX-License-Identifier: Apache-2.0
#include "launcher/launcher.h"

#include "launcher/json.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUS_NAME "org.casement.Broker1"
#define OBJECT_PATH "/org/casement/Broker1"
#define ERROR_PREFIX "org.casement.Error."

typedef struct {
    const char *name; // of the D-Bus error
    LauncherExit code;
    const char *hint; // what to do; for gettext, or NULL
} Failure;

static const Failure broker_failures[] = {
    {ERROR_PREFIX "InvalidArgument", LAUNCHER_USAGE, NULL},
    {ERROR_PREFIX "NoSuchGuest", LAUNCHER_NOT_FOUND, N_("`casement guest list` names all guests.")},
    {ERROR_PREFIX "NoSuchApp", LAUNCHER_NOT_FOUND,
     N_("`casement apps GUEST` names a guest's applications, `casement sync GUEST` reads them "
        "again.")},
    {ERROR_PREFIX "GuestFailed", LAUNCHER_GUEST_FAILED,
     N_("`casement status` tells the guest's state, `casement doctor` what this machine lacks.")},
    {ERROR_PREFIX "Timeout", LAUNCHER_TIMEOUT,
     N_("`casement status` tells what the guest is doing; the time limit is in its file.")},
    {ERROR_PREFIX "NotAllowed", LAUNCHER_REFUSED,
     N_("`casement guest show GUEST` lists what the guest's file allows.")},
    {ERROR_PREFIX "NotSupported", LAUNCHER_REFUSED, NULL},
    {ERROR_PREFIX "SignIn", LAUNCHER_REFUSED, NULL},
    {ERROR_PREFIX "Busy", LAUNCHER_BUSY, N_("Try again in a moment.")},
    {ERROR_PREFIX "ProgramEnded", LAUNCHER_PROGRAM_ENDED, NULL},
    {ERROR_PREFIX "Failed", LAUNCHER_FAILED, NULL},
};

#define INSTALL_HINT                                                                               \
    N_("casementd is started by D-Bus: org.casement.Broker1.service must be in a "                 \
       "dbus-1/services folder of $XDG_DATA_DIRS. Installing Casement puts it there.")

static const Failure bus_failures[] = {
    {"org.freedesktop.DBus.Error.ServiceUnknown", LAUNCHER_NO_BROKER, INSTALL_HINT},
    {"org.freedesktop.DBus.Error.NameHasNoOwner", LAUNCHER_NO_BROKER, INSTALL_HINT},
    {"org.freedesktop.DBus.Error.Spawn.", LAUNCHER_NO_BROKER,
     N_("casementd could not be started. Start it by hand in a terminal to see why.")},
    {"org.freedesktop.DBus.Error.NoReply", LAUNCHER_NO_BROKER,
     N_("casementd ended or does not answer. The next command starts it again if it ended.")},
    {"org.freedesktop.DBus.Error.Disconnected", LAUNCHER_NO_BROKER,
     N_("The session bus went away.")},
    {"org.freedesktop.DBus.Error.UnknownMethod", LAUNCHER_FAILED,
     N_("The casementd that runs is of another version. End it; the next command starts it "
        "again.")},
};

static const Failure unreachable = {
    "NoBroker", LAUNCHER_NO_BROKER,
    N_("Casement needs the desktop's session bus: run it inside a desktop session, or under "
       "`dbus-run-session`.")};
static const Failure unanswered = {"Timeout", LAUNCHER_TIMEOUT,
                                   N_("casementd does not answer in time.")};
static const Failure plain_failure = {"Failed", LAUNCHER_FAILED, NULL};

const LauncherVerb *
launcher_verb_find(const LauncherVerb *const *verbs, const char *name)
{
    for (; *verbs; verbs++) {
        if (strcmp((*verbs)->name, name) == 0)
            return *verbs;
    }
    return NULL;
}

// Without this GIO would try to start a bus of its own, which no broker is on.
static gboolean
bus_named(void)
{
    const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");
    if (address && address[0])
        return TRUE;
    g_autofree char *socket = g_build_filename(g_get_user_runtime_dir(), "bus", NULL);
    return g_file_test(socket, G_FILE_TEST_EXISTS);
}

static gboolean
on_interrupt(gpointer user)
{
    g_printerr("\n%s\n", _("casement: interrupted; what was asked for goes on in the background"));
    exit(LAUNCHER_INTERRUPTED);
}

LauncherBroker1 *
launcher_broker(Launcher *launcher, GError **error)
{
    if (launcher->broker)
        return launcher->broker;
    GError *bus_error = NULL;
    g_autoptr(GDBusConnection) bus = NULL;
    if (!bus_named())
        g_set_error_literal(&bus_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            _("there is no session bus ($DBUS_SESSION_BUS_ADDRESS is not set)"));
    else
        bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &bus_error);
    if (!bus) {
        // One domain for all of it, for launcher_fail().
        g_set_error(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_SERVER, "%s", bus_error->message);
        g_error_free(bus_error);
        return NULL;
    }
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    launcher->broker = launcher_broker1_proxy_new_sync(
        bus,
        G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS |
            G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
        BUS_NAME, OBJECT_PATH, NULL, error);
    // Before anything is asked: the broker may be at it before we wait for its answer.
    launcher->interrupt = g_unix_signal_add(SIGINT, on_interrupt, NULL);
    return launcher->broker;
}

void
launcher_interrupt_clear(Launcher *launcher)
{
    if (launcher->interrupt)
        g_source_remove(launcher->interrupt);
    launcher->interrupt = 0;
}

void
launcher_on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
    Launcher *launcher = user;
    g_set_object(&launcher->answer, result);
}

GAsyncResult *
launcher_wait(Launcher *launcher)
{
    g_clear_object(&launcher->answer);
    while (!launcher->answer)
        g_main_context_iteration(launcher->context, TRUE);
    return launcher->answer;
}

static const Failure *
find_failure(const Failure *failures, gsize count, const char *name)
{
    for (gsize i = 0; i < count; i++) {
        gsize length = strlen(failures[i].name);
        gboolean family = failures[i].name[length - 1] == '.';
        if (family ? g_str_has_prefix(name, failures[i].name) : strcmp(name, failures[i].name) == 0)
            return &failures[i];
    }
    return NULL;
}

static const Failure *
classify(const GError *error)
{
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_SERVER))
        return &unreachable;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return &unanswered;
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    const Failure *failure = NULL;
    if (name)
        failure = find_failure(broker_failures, G_N_ELEMENTS(broker_failures), name);
    if (name && !failure)
        failure = find_failure(bus_failures, G_N_ELEMENTS(bus_failures), name);
    if (!failure && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED))
        failure = find_failure(bus_failures, G_N_ELEMENTS(bus_failures),
                               "org.freedesktop.DBus.Error.Disconnected");
    return failure ? failure : &plain_failure;
}

static void
print_error(Launcher *launcher, const Failure *failure, const char *tried, const char *message)
{
    const char *hint = failure->hint ? _(failure->hint) : NULL;
    if (!launcher->json) {
        if (tried)
            g_printerr("casement: %s: %s\n", tried, message);
        else
            g_printerr("casement: %s\n", message);
        if (hint)
            g_printerr("%s\n", hint);
        return;
    }
    const char *last_dot = strrchr(failure->name, '.');
    const char *name = last_dot && last_dot[1] ? last_dot + 1 : failure->name;
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "name", "s",
                          failure->code == LAUNCHER_NO_BROKER ? "NoBroker" : name);
    g_variant_dict_insert(&dict, "code", "i", (gint32)failure->code);
    if (tried)
        g_variant_dict_insert(&dict, "tried", "s", tried);
    g_variant_dict_insert(&dict, "message", "s", message);
    if (hint)
        g_variant_dict_insert(&dict, "hint", "s", hint);
    GVariantDict outer;
    g_variant_dict_init(&outer, NULL);
    g_variant_dict_insert_value(&outer, "error", g_variant_dict_end(&dict));
    g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_dict_end(&outer));
    launcher_json_print(value);
}

LauncherExit
launcher_fail(Launcher *launcher, GError *take_error, const char *tried)
{
    g_autoptr(GError) error = take_error;
    const Failure *failure = classify(error);
    g_dbus_error_strip_remote_error(error);
    print_error(launcher, failure, tried, error->message);
    return failure->code;
}

LauncherExit
launcher_usage(Launcher *launcher, const LauncherVerb *verb, const char *problem)
{
    g_autofree char *usage =
        g_strdup_printf("%s casement %s %s", _("Usage:"), verb->name, verb->arguments);
    if (launcher->json) {
        Failure failure = {"InvalidArgument", LAUNCHER_USAGE, NULL};
        print_error(launcher, &failure, NULL, problem ? problem : usage);
    } else {
        if (problem)
            g_printerr("casement: %s\n", problem);
        g_printerr("%s\n", usage);
    }
    return LAUNCHER_USAGE;
}

LauncherExit
launcher_done(Launcher *launcher, const char *text)
{
    if (launcher->json)
        (void)puts("{\"ok\": true}");
    else if (text)
        (void)puts(text);
    return LAUNCHER_OK;
}

void
launcher_clear(Launcher *launcher)
{
    g_clear_object(&launcher->answer);
    g_clear_object(&launcher->broker);
}
