// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/service.h"

#include "hostbroker/dbus.h"
#include "hostbroker/error.h"
#include "hostbroker/forward.h"
#include "hostbroker/launch.h"
#include "hostbroker/notify.h"
#include "hostbroker/status.h"

#include <gio/gunixfdlist.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define ENVIRON_MAX 64
#define PASSWORD_WAIT_MS 1000
#define OBJECT_PATH "/org/casement/Broker1"

struct BrokerService {
    BrokerDbusBroker1 *skeleton;
    Broker *broker;
    GPtrArray *forwards; // of Forward
};

// A listener, and who on the bus it is for.
typedef struct {
    BrokerService *service;
    BrokerForward *forward;
    guint watch;
} Forward;

// Answers with the error, in the interface's words.
static gboolean
refuse(GDBusMethodInvocation *call, const GError *error)
{
    g_autoptr(GError) fit = broker_error_for_bus(error);

    g_dbus_method_invocation_return_gerror(call, fit);
    return TRUE;
}

static BrokerGuest *
find_guest(BrokerService *service, GDBusMethodInvocation *call, const char *name)
{
    g_autoptr(GError) error = NULL;
    BrokerGuest *guest = broker_find(service->broker, name, &error);

    if (!guest)
        refuse(call, error);
    return guest;
}

static GHashTable *
options_from(GVariant *variant)
{
    GHashTable *options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GVariantIter iter;
    const char *key, *value;

    g_variant_iter_init(&iter, variant);
    while (g_variant_iter_next(&iter, "{&s&s}", &key, &value))
        g_hash_table_replace(options, g_strdup(key), g_strdup(value));
    return options;
}

static gboolean
handle_add_guest(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
                 const char *kind, GVariant *options, gpointer user)
{
    BrokerService *service = user;
    g_autoptr(GHashTable) table = options_from(options);
    g_autoptr(GError) error = NULL;

    if (!broker_add(service->broker, name, kind, table, &error))
        return refuse(call, error);
    broker_dbus_broker1_complete_add_guest(skeleton, call);
    return TRUE;
}

static gboolean
handle_set_guest(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
                 GVariant *options, const char *const *reset, gpointer user)
{
    BrokerService *service = user;
    BrokerGuest *guest = find_guest(service, call, name);
    g_autoptr(GHashTable) table = options_from(options);
    g_autoptr(GError) error = NULL;
    gboolean pending = FALSE;

    if (!guest)
        return TRUE;
    if (!broker_set(service->broker, guest, table, reset, &pending, &error))
        return refuse(call, error);
    broker_dbus_broker1_complete_set_guest(skeleton, call, pending);
    return TRUE;
}

// A call that waits for a guest.
static void
on_guest_done(BrokerGuest *guest, const GError *error, gpointer user)
{
    GDBusMethodInvocation *call = user;

    if (error)
        refuse(call, error);
    else
        g_dbus_method_invocation_return_value(call, NULL);
}

static gboolean
handle_remove_guest(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
                    gboolean purge, gpointer user)
{
    BrokerService *service = user;
    BrokerGuest *guest = find_guest(service, call, name);

    if (guest)
        broker_remove(service->broker, guest, purge, on_guest_done, call);
    return TRUE;
}

static gboolean
handle_start_guest(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
                   gpointer user)
{
    BrokerGuest *guest = find_guest(user, call, name);

    if (guest)
        broker_guest_start(guest, on_guest_done, call);
    return TRUE;
}

static gboolean
handle_stop_guest(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
                  gpointer user)
{
    BrokerGuest *guest = find_guest(user, call, name);

    if (guest)
        broker_guest_stop(guest, on_guest_done, call);
    return TRUE;
}

// ---- signing in

static void
on_logged_in(gboolean stored, const GError *error, gpointer user)
{
    GDBusMethodInvocation *call = user;

    g_dbus_method_invocation_return_value(call,
                                          g_variant_new("(s)", stored ? "keyring" : "memory"));
}

// What is in the pipe by now, or comes within a moment from who waits for this call. NULL: too
// long.
static char *
read_password(int fd)
{
    char *text = g_malloc0(BROKER_CREDENTIAL_MAX + 2);
    gsize size = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    while (size <= BROKER_CREDENTIAL_MAX && poll(&wait, 1, PASSWORD_WAIT_MS) > 0) {
        ssize_t n = read(fd, text + size, BROKER_CREDENTIAL_MAX + 1 - size);
        if (n <= 0)
            break;
        size += (gsize)n;
        if (memchr(text, '\n', size))
            break;
    }
    text[strcspn(text, "\r\n")] = 0;
    return text;
}

// The signature is gdbus-codegen's.
static gboolean // NOLINTNEXTLINE(readability-function-size)
handle_log_in(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds,
              const char *name, const char *who, GVariant *password, gpointer user)
{
    BrokerGuest *guest = find_guest(user, call, name);
    g_autoptr(GError) error = NULL;

    if (!guest)
        return TRUE;
    int fd = fds ? g_unix_fd_list_get(fds, g_variant_get_handle(password), &error) : -1;
    if (fd < 0) {
        g_autoptr(GError) none = g_error_new_literal(BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                                                     "No descriptor came with the call");
        return refuse(call, none);
    }
    char *text = read_password(fd);
    BrokerCredentials *credentials = broker_credentials_new(who, text, &error);
    broker_credentials_wipe(text);
    close(fd);
    if (!credentials)
        return refuse(call, error);
    broker_sign_in_set(broker_guest_sign_in(guest), credentials, on_logged_in, call);
    return TRUE;
}

static void
on_logged_out(gboolean stored, const GError *error, gpointer user)
{
    g_dbus_method_invocation_return_value(user, NULL);
}

static gboolean
handle_log_out(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
               gpointer user)
{
    BrokerGuest *guest = find_guest(user, call, name);

    if (guest)
        broker_sign_in_forget(broker_guest_sign_in(guest), on_logged_out, call);
    return TRUE;
}

static gboolean
handle_list_guests(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, gpointer user)
{
    BrokerService *service = user;

    broker_dbus_broker1_complete_list_guests(skeleton, call, broker_status_guests(service->broker));
    return TRUE;
}

static gboolean
handle_show_guest(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
                  gpointer user)
{
    BrokerGuest *guest = find_guest(user, call, name);

    if (!guest)
        return TRUE;
    if (!broker_guest_config(guest)) {
        g_autoptr(GError) error = g_error_new_literal(BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                                                      broker_guest_error(guest));
        return refuse(call, error);
    }
    broker_dbus_broker1_complete_show_guest(skeleton, call,
                                            broker_config_to_variant(broker_guest_config(guest)));
    return TRUE;
}

static gboolean
handle_list_apps(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
                 gpointer user)
{
    BrokerService *service = user;
    BrokerGuest *guest = *name ? find_guest(service, call, name) : NULL;

    if (guest || !*name)
        broker_dbus_broker1_complete_list_apps(skeleton, call,
                                               broker_status_apps(service->broker, guest));
    return TRUE;
}

static gboolean
handle_list_windows(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, gpointer user)
{
    BrokerService *service = user;

    broker_dbus_broker1_complete_list_windows(skeleton, call,
                                              broker_status_windows(service->broker));
    return TRUE;
}

static gboolean
handle_get_status(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, gpointer user)
{
    BrokerService *service = user;

    broker_dbus_broker1_complete_get_status(skeleton, call, broker_status_all(service->broker));
    return TRUE;
}

static gboolean
handle_sync(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
            gpointer user)
{
    BrokerService *service = user;
    g_autoptr(GPtrArray) all = broker_guests(service->broker);
    g_autoptr(GError) error = NULL;
    BrokerGuest *only = *name ? find_guest(service, call, name) : NULL;

    if (*name && !only)
        return TRUE;
    if (only && !broker_guest_sync(only, &error))
        return refuse(call, error);
    for (guint i = 0; !only && i < all->len; i++)
        if (broker_guest_state(g_ptr_array_index(all, i)) == GUEST_UP)
            broker_guest_sync(g_ptr_array_index(all, i), NULL);
    broker_dbus_broker1_complete_sync(skeleton, call);
    return TRUE;
}

// ---- launches

typedef struct {
    BrokerService *service;
    GDBusMethodInvocation *call;
    BrokerGuest *guest; // NULL: no such guest; answers before it is freed
    char *what, *guest_name;
    gboolean notify; // there is no terminal to read the error on
} LaunchCall;

// Where nobody waits for the answer, a failure ends here; one of the guest's own may be known
// already.
static void
tell_failure(const LaunchCall *launch, const GError *error)
{
    g_autofree char *summary = g_strdup_printf("%s (%s)", launch->what, launch->guest_name);

    if (!launch->guest || !broker_guest_logged(launch->guest, error))
        g_message("%s: %s", summary, error->message);
    if (!launch->guest || !broker_guest_told(launch->guest, error))
        broker_notify(broker_host(launch->service->broker), summary, error->message);
}

static void
on_launched(const GError *error, gpointer user)
{
    LaunchCall *launch = user;

    if (!error) {
        g_dbus_method_invocation_return_value(launch->call, g_variant_new("(s)", "started"));
    } else {
        if (launch->notify)
            tell_failure(launch, error);
        refuse(launch->call, error);
    }
    g_free(launch->what);
    g_free(launch->guest_name);
    g_free(launch);
}

static char **
environment_from(GVariant *platform_data)
{
    g_autoptr(GVariant) table =
        g_variant_lookup_value(platform_data, "environ", G_VARIANT_TYPE("a{ss}"));
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    GVariantIter iter;
    const char *key, *value;

    if (table) {
        g_variant_iter_init(&iter, table);
        while (list->len < ENVIRON_MAX && g_variant_iter_next(&iter, "{&s&s}", &key, &value))
            if (!strpbrk(key, "=\n") && !strchr(value, '\n'))
                g_ptr_array_add(list, g_strdup_printf("%s=%s", key, value));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

// A client that is connected would lose the guest's session to ours.
static gboolean
refuse_forwarded(BrokerService *service, const char *guest, GError **error)
{
    for (guint i = 0; i < service->forwards->len; i++) {
        const Forward *f = g_ptr_array_index(service->forwards, i);
        if (!g_str_equal(broker_forward_guest(f->forward), guest) ||
            !broker_forward_in_use(f->forward))
            continue;
        g_set_error(
            error, BROKER_ERROR, BROKER_ERROR_BUSY,
            "Guest %s serves one RDP client at a time, and one is connected by %s (casement "
            "forward). Close that first",
            guest, broker_forward_address(f->forward));
        return TRUE;
    }
    return FALSE;
}

static gboolean
launch(BrokerService *service, GDBusMethodInvocation *call, const char *guest_name,
       BrokerLaunch *what, GVariant *platform_data)
{
    g_autoptr(GError) error = NULL;
    BrokerGuest *guest = broker_find(service->broker, guest_name, &error);
    LaunchCall *waiting = g_new0(LaunchCall, 1);
    g_auto(GStrv) environment = environment_from(platform_data);
    const char *startup_id = "";

    waiting->service = service;
    waiting->call = call;
    waiting->what = g_strdup(what->desktop                 ? "desktop"
                             : what->app                   ? what->app
                             : what->args && what->args[0] ? what->args[0]
                                                           : "");
    waiting->guest = guest;
    waiting->guest_name = g_strdup(guest_name);
    g_variant_lookup(platform_data, "notify", "b", &waiting->notify);
    what->notify = waiting->notify;
    if (!guest || refuse_forwarded(service, guest_name, &error)) {
        on_launched(error, waiting);
        return TRUE;
    }
    if (!g_variant_lookup(platform_data, "desktop-startup-id", "&s", &startup_id))
        g_variant_lookup(platform_data, "activation-token", "&s", &startup_id);
    what->environment = (const char *const *)environment;
    what->startup_id = strlen(startup_id) < sizeof((CtlStartup *)0)->startup_id ? startup_id : "";
    broker_launch(guest, what, on_launched, waiting);
    return TRUE;
}

// The signature is gdbus-codegen's.
static gboolean // NOLINTNEXTLINE(readability-function-size)
handle_launch(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *guest,
              const char *app, const char *const *files, GVariant *platform_data, gpointer user)
{
    BrokerLaunch what = {.app = app, .args = files};

    return launch(user, call, guest, &what, platform_data);
}

static gboolean
handle_launch_command(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *guest,
                      const char *const *argv, GVariant *platform_data, gpointer user)
{
    BrokerLaunch what = {.args = argv};

    return launch(user, call, guest, &what, platform_data);
}

static gboolean
handle_desktop(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *guest,
               GVariant *platform_data, gpointer user)
{
    BrokerLaunch what = {.desktop = TRUE};

    return launch(user, call, guest, &what, platform_data);
}

// ---- forwards

typedef struct {
    BrokerService *service;
    GDBusMethodInvocation *call;
    char *listen;
    gboolean take;
} ForwardCall;

static void
forward_free(gpointer data)
{
    Forward *f = data;

    g_bus_unwatch_name(f->watch);
    broker_forward_free(f->forward);
    g_free(f);
}

static void
on_caller_gone(GDBusConnection *bus, const char *name, gpointer user)
{
    Forward *f = user;

    g_message("guest %s: no longer forwarded from %s", broker_forward_guest(f->forward),
              broker_forward_address(f->forward));
    g_ptr_array_remove(f->service->forwards, f);
}

static void
forward(ForwardCall *wanted, BrokerGuest *guest, BrokerForward *take_forward)
{
    GDBusMethodInvocation *call = wanted->call;
    Forward *f = g_new0(Forward, 1);

    f->service = wanted->service;
    f->forward = take_forward;
    g_ptr_array_add(f->service->forwards, f);
    f->watch = g_bus_watch_name_on_connection(
        g_dbus_method_invocation_get_connection(call), g_dbus_method_invocation_get_sender(call),
        G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_caller_gone, f, NULL);
    g_message("guest %s: forwarded from %s", broker_forward_guest(take_forward),
              broker_forward_address(take_forward));
    g_dbus_method_invocation_return_value(
        call, g_variant_new("(ss)", broker_forward_address(take_forward),
                            broker_sign_in_user(broker_guest_sign_in(guest))));
}

static void
on_forward_guest_up(BrokerGuest *guest, const GError *guest_error, gpointer user)
{
    ForwardCall *wanted = user;
    g_autoptr(GError) error = guest_error ? g_error_copy(guest_error) : NULL;
    BrokerForward *made = NULL;

    // Listening first: a wrong address costs nobody the session.
    if (!error)
        made = broker_forward_new(wanted->service->broker, broker_guest_name(guest), wanted->listen,
                                  wanted->take, &error);
    if (made && !broker_forward_make_way(guest, wanted->take, &error))
        g_clear_pointer(&made, broker_forward_free);
    if (made)
        forward(wanted, guest, made);
    else
        refuse(wanted->call, error);
    g_free(wanted->listen);
    g_free(wanted);
}

// The signature is gdbus-codegen's.
static gboolean // NOLINTNEXTLINE(readability-function-size)
handle_forward(BrokerDbusBroker1 *skeleton, GDBusMethodInvocation *call, const char *name,
               const char *listen, gboolean take, gpointer user)
{
    BrokerGuest *guest = find_guest(user, call, name);
    g_autoptr(GError) error = NULL;

    if (!guest)
        return TRUE;
    // Before a guest is started for it.
    if (!broker_forward_check(listen, &error))
        return refuse(call, error);
    ForwardCall *wanted = g_new0(ForwardCall, 1);
    *wanted = (ForwardCall){user, call, g_strdup(listen), take};
    broker_guest_start(guest, on_forward_guest_up, wanted);
    return TRUE;
}

// ---- signals

static void
on_guest_changed(const char *name, const char *state, const char *error, gpointer user)
{
    BrokerService *service = user;

    broker_dbus_broker1_emit_guest_changed(service->skeleton, name, state, error);
}

static void
on_apps_changed(const char *name, gpointer user)
{
    BrokerService *service = user;

    broker_dbus_broker1_emit_apps_changed(service->skeleton, name);
}

const BrokerEvents *
broker_service_events(void)
{
    static const BrokerEvents events = {on_guest_changed, on_apps_changed};

    return &events;
}

static void
connect_methods(BrokerService *service)
{
    const struct {
        const char *signal;
        GCallback handler;
    } methods[] = {
        {"handle-add-guest", G_CALLBACK(handle_add_guest)},
        {"handle-set-guest", G_CALLBACK(handle_set_guest)},
        {"handle-remove-guest", G_CALLBACK(handle_remove_guest)},
        {"handle-start-guest", G_CALLBACK(handle_start_guest)},
        {"handle-stop-guest", G_CALLBACK(handle_stop_guest)},
        {"handle-log-in", G_CALLBACK(handle_log_in)},
        {"handle-log-out", G_CALLBACK(handle_log_out)},
        {"handle-list-guests", G_CALLBACK(handle_list_guests)},
        {"handle-show-guest", G_CALLBACK(handle_show_guest)},
        {"handle-list-apps", G_CALLBACK(handle_list_apps)},
        {"handle-launch", G_CALLBACK(handle_launch)},
        {"handle-launch-command", G_CALLBACK(handle_launch_command)},
        {"handle-desktop", G_CALLBACK(handle_desktop)},
        {"handle-forward", G_CALLBACK(handle_forward)},
        {"handle-list-windows", G_CALLBACK(handle_list_windows)},
        {"handle-get-status", G_CALLBACK(handle_get_status)},
        {"handle-sync", G_CALLBACK(handle_sync)},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        g_signal_connect(service->skeleton, methods[i].signal, methods[i].handler, service);
}

BrokerService *
broker_service_new(GDBusConnection *bus, GError **error)
{
    BrokerService *service = g_new0(BrokerService, 1);

    service->skeleton = broker_dbus_broker1_skeleton_new();
    service->forwards = g_ptr_array_new_with_free_func(forward_free);
    broker_dbus_broker1_set_version(service->skeleton, CASEMENT_VERSION);
    connect_methods(service);
    if (g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(service->skeleton), bus,
                                         OBJECT_PATH, error))
        return service;
    g_ptr_array_unref(service->forwards);
    g_object_unref(service->skeleton);
    g_free(service);
    return NULL;
}

void
broker_service_set_broker(BrokerService *service, Broker *broker)
{
    service->broker = broker;
}

void
broker_service_free(BrokerService *service)
{
    if (!service)
        return;
    g_ptr_array_unref(service->forwards);
    g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(service->skeleton));
    g_object_unref(service->skeleton);
    g_free(service);
}
