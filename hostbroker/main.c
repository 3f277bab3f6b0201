// SPDX-License-Identifier: Apache-2.0
// casementd: the broker, one for each user (man casementd(1)).
#include "hostbroker/broker.h"
#include "hostbroker/service.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUS_NAME "org.casement.Broker1"

// Holds the lock of the user's one broker. Returns the descriptor, or -1 when another has it.
static int
take_lock(const BrokerHost *host)
{
    g_autofree char *path = g_build_filename(host->run, "lock", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    char text[32] = "";

    if (fd < 0) {
        fprintf(stderr, "casementd: %s cannot be opened: %s\n", path, g_strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        ssize_t n = read(fd, text, sizeof text - 1);
        text[MAX(n, 0)] = '\0';
        fprintf(stderr, "casementd: runs already for this user (process %s)\n",
                *text ? g_strchomp(text) : "unknown");
        close(fd);
        return -1;
    }
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) < 0 || write(fd, text, (size_t)n) != n)
        g_debug("%s cannot be written", path);
    return fd;
}

// Asks for the name without queueing; TRUE when this process has it now.
static gboolean
own_name(GDBusConnection *bus, GError **error)
{
    const guint32 do_not_queue = 4, primary_owner = 1;
    guint32 result = 0;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
        g_variant_new("(su)", BUS_NAME, do_not_queue), G_VARIANT_TYPE("(u)"),
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);

    if (!reply)
        return FALSE;
    g_variant_get(reply, "(u)", &result);
    if (result == primary_owner)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                "another program has the name " BUS_NAME " on this session bus");
    return FALSE;
}

static gboolean
on_signal(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_CONTINUE;
}

static void
on_bus_closed(GDBusConnection *bus, gboolean remote, GError *error, gpointer loop)
{
    g_message("the session bus is gone");
    g_main_loop_quit(loop);
}

// Guests and their sessions go on without a broker; the next one finds them.
static int
serve(BrokerHost *host, GDBusConnection *bus)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(host->context, FALSE);
    g_autoptr(GError) error = NULL;
    BrokerService *service = broker_service_new(bus, &error);
    // Listening comes before the name: who waits for the name may connect at once.
    g_autoptr(Broker) broker =
        service ? broker_new(host, broker_service_events(), service, &error) : NULL;

    if (broker)
        broker_service_set_broker(service, broker);
    if (!broker || !own_name(bus, &error)) {
        fprintf(stderr, "casementd: %s\n", error->message);
        g_clear_pointer(&broker, broker_free);
        broker_service_free(service);
        return 1;
    }
    g_unix_signal_add(SIGTERM, on_signal, loop);
    g_unix_signal_add(SIGINT, on_signal, loop);
    g_signal_connect(bus, "closed", G_CALLBACK(on_bus_closed), loop);
    g_main_loop_run(loop);
    g_clear_pointer(&broker, broker_free);
    (void)g_dbus_connection_flush_sync(bus, NULL, NULL); // notifications are closed by that
    broker_service_free(service);
    return 0;
}

static int
parse_options(int argc, char **argv)
{
    gboolean version = FALSE;
    const GOptionEntry entries[] = {
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL}, {0}};
    g_autoptr(GOptionContext) context =
        g_option_context_new("- runs guests' applications on the desktop");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, "Started by the session bus for " BUS_NAME
                                              "; see man casementd(1).\n");
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        fprintf(stderr, "casementd: %s\n", error ? error->message : "takes no arguments");
        return 2;
    }
    if (version) {
        printf("casementd %s\n", CASEMENT_VERSION);
        return 0;
    }
    return -1;
}

int
main(int argc, char **argv)
{
    int status = parse_options(argc, argv);
    g_autoptr(GError) error = NULL;

    if (status >= 0)
        return status;
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    g_autoptr(BrokerHost) host = broker_host_new(g_main_context_default(), &error);
    if (!host) {
        fprintf(stderr, "casementd: %s\n", error->message);
        return 1;
    }
    int lock = take_lock(host);
    if (lock < 0)
        return 1;
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
    if (!bus) {
        fprintf(stderr, "casementd: no session bus: %s\n", error->message);
        return 1;
    }
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    host->bus = g_object_ref(bus);
    status = serve(host, bus);
    close(lock);
    return status;
}
