// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/broker.h"

#include "channel/glib/timer.h"
#include "hostbroker/control_listener.h"
#include "hostbroker/embedded.h"
#include "hostbroker/error.h"
#include "hostbroker/keyring.h"
#include "hostbroker/notify.h"
#include "hostbroker/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define GUESTS_MAX 256
#define SUFFIX ".conf"
#define RESCAN_MS 100 // after a change in the folder of guests' files

struct Broker {
    const BrokerHost *host;
    const BrokerEvents *events;
    gpointer user;
    GTree *guests; // name → BrokerGuest
    BrokerPublisher *publisher;
    BrokerControlListener *listener;
    GHashTable *paces; // name → Pace
    GFileMonitor *monitor;
    GSource *rescan;
    char *launcher;
};

static int
compare_names(gconstpointer a, gconstpointer b, gpointer user)
{
    return strcmp(a, b);
}

static void publish(Broker *broker, BrokerGuest *guest);

// ---- publishing

// A guest may change its list as often as it likes; in the long run writing takes at most a tenth
// of the time. A first list, and its icons a moment later, come at once.
typedef struct {
    Broker *broker;
    char *name;
    gint64 written_us; // spent with writing, less what the time since then has paid for
    gint64 since_us;
    GSource *later;
} Pace;

#define PACE_REST 9 // times what was written
#define PACE_FREE_US (2 * G_TIME_SPAN_SECOND)

static void
pace_free(gpointer data)
{
    Pace *pace = data;

    chan_timer_clear(&pace->later);
    g_free(pace->name);
    g_free(pace);
}

static Pace *
pace_of(Broker *broker, const char *name)
{
    Pace *pace = g_hash_table_lookup(broker->paces, name);

    if (!pace) {
        pace = g_new0(Pace, 1);
        pace->broker = broker;
        pace->name = g_strdup(name);
        g_hash_table_insert(broker->paces, pace->name, pace);
    }
    return pace;
}

static void write_menu(Broker *broker, BrokerGuest *guest, const BrokerConfig *config);

static gboolean
on_pace(gpointer user)
{
    Pace *pace = user;
    BrokerGuest *guest = g_tree_lookup(pace->broker->guests, pace->name);

    chan_timer_clear(&pace->later);
    if (guest)
        publish(pace->broker, guest);
    return G_SOURCE_REMOVE;
}

static void
publish(Broker *broker, BrokerGuest *guest)
{
    const BrokerConfig *config = broker_guest_config(guest);

    if (!config || !broker_catalog_complete(broker_guest_catalog(guest)))
        return;
    Pace *pace = pace_of(broker, config->name);
    gint64 now = g_get_monotonic_time();
    pace->written_us = MAX(pace->written_us - (now - pace->since_us) / PACE_REST, 0);
    pace->since_us = now;
    gint64 rest_us = (pace->written_us - PACE_FREE_US) * PACE_REST;
    if (rest_us > 0) {
        if (!pace->later)
            pace->later =
                chan_timer_new(broker->host->context, (guint)(rest_us / 1000 + 1), on_pace, pace);
        return;
    }
    write_menu(broker, guest, config);
    pace->since_us = g_get_monotonic_time();
    pace->written_us += pace->since_us - now;
}

static void
write_menu(Broker *broker, BrokerGuest *guest, const BrokerConfig *config)
{
    g_autoptr(GError) error = NULL;

    BrokerPublishPolicy policy = {.mode = (BrokerPublishMode)config->publish,
                                  .chosen = (const char *const *)config->apps,
                                  .label = config->label,
                                  .files = broker_config_takes_files(config),
                                  .launcher = broker->launcher};
    if (!broker_publisher_update(broker->publisher, config->name, broker_guest_catalog(guest),
                                 &policy, &error))
        g_warning("guest %s: not all of its applications could be published: %s", config->name,
                  error->message);
    g_autofree char *apps = broker_host_guest_state(broker->host, config->name, BROKER_GUEST_APPS);
    g_clear_error(&error);
    if (!broker_catalog_keep(broker_guest_catalog(guest), apps, &error))
        g_warning("guest %s: its applications are not kept for the next broker: %s", config->name,
                  error->message);
    broker->events->apps_changed(config->name, broker->user);
}

static void
unpublish(Broker *broker, const char *name)
{
    g_autofree char *apps = broker_host_guest_state(broker->host, name, BROKER_GUEST_APPS);
    g_autoptr(GError) error = NULL;

    g_unlink(apps);
    if (!broker_publisher_remove(broker->publisher, name, &error))
        g_warning("guest %s: not everything published could be removed: %s", name, error->message);
}

// Guests whose file went while no broker ran.
static void
unpublish_strangers(Broker *broker)
{
    g_auto(GStrv) published = broker_publisher_guests(broker->publisher);

    for (char **name = published; name && *name; name++)
        if (!g_tree_lookup(broker->guests, *name))
            unpublish(broker, *name);
}

// ---- what guests tell

static void
on_guest_changed(BrokerGuest *guest, gpointer user)
{
    Broker *broker = user;

    broker->events->guest_changed(broker_guest_name(guest),
                                  guest_state_public(broker_guest_state(guest)),
                                  broker_guest_error(guest), broker->user);
}

static void
on_apps_changed(BrokerGuest *guest, gpointer user)
{
    publish(user, guest);
}

static void
on_tell(BrokerGuest *guest, const char *text, gpointer user)
{
    const BrokerConfig *config = broker_guest_config(guest);
    Broker *broker = user;

    g_message("guest %s: %s", broker_guest_name(guest), text);
    broker_notify(broker->host, config ? config->label : broker_guest_name(guest), text);
}

static const BrokerGuestEvents guest_events = {on_guest_changed, on_apps_changed, on_tell};

// ---- guests' files

// Reads a guest's file; makes the guest where it is new.
static BrokerGuest *
load(Broker *broker, const char *name)
{
    g_autofree char *path = broker_host_guest_config(broker->host, name);
    g_autoptr(GError) error = NULL;
    BrokerConfig *config = broker_config_load(name, path, &error);
    BrokerGuest *guest = g_tree_lookup(broker->guests, name);

    if (!guest) {
        if (g_tree_nnodes(broker->guests) >= GUESTS_MAX) {
            g_warning("%s: more than %d guests; left out", path, GUESTS_MAX);
            broker_config_free(config);
            return NULL;
        }
        guest = broker_guest_new(broker->host, name, &guest_events, broker);
        g_tree_insert(broker->guests, g_strdup(name), guest);
    }
    broker_guest_configure(guest, config, error);
    publish(broker, guest);
    return guest;
}

// The file went by other hands than the broker's.
static void
forget(Broker *broker, const char *name)
{
    unpublish(broker, name);
    g_hash_table_remove(broker->paces, name);
    g_tree_remove(broker->guests, name);
    broker->events->guest_changed(name, "off", "", broker->user);
}

static void
on_removed_stopped(BrokerGuest *guest, const GError *error, gpointer user)
{
    g_autofree char *name = g_strdup(broker_guest_name(guest));

    forget(user, name);
}

static GHashTable *
names_on_disk(const Broker *broker)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GDir) dir = g_dir_open(broker->host->guests_config, 0, NULL);
    const char *leaf;

    while (dir && (leaf = g_dir_read_name(dir))) {
        if (!g_str_has_suffix(leaf, SUFFIX))
            continue;
        g_autofree char *name = g_strndup(leaf, strlen(leaf) - strlen(SUFFIX));
        if (broker_guest_name_valid(name))
            g_hash_table_add(names, g_steal_pointer(&name));
        else
            g_debug("%s/%s: no guest's name, left out", broker->host->guests_config, leaf);
    }
    return names;
}

static gboolean
on_rescan(gpointer user)
{
    Broker *broker = user;
    g_autoptr(GHashTable) names = names_on_disk(broker);
    g_autoptr(GPtrArray) known = broker_guests(broker);
    GHashTableIter iter;
    gpointer name;

    chan_timer_clear(&broker->rescan);
    for (guint i = 0; i < known->len; i++) {
        BrokerGuest *guest = g_ptr_array_index(known, i);
        if (!g_hash_table_contains(names, broker_guest_name(guest)))
            broker_guest_stop(guest, on_removed_stopped, broker);
    }
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        load(broker, name);
    return G_SOURCE_REMOVE;
}

static void
on_folder_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                  gpointer user)
{
    Broker *broker = user;

    if (!broker->rescan)
        broker->rescan = chan_timer_new(broker->host->context, RESCAN_MS, on_rescan, broker);
}

static void
watch_folder(Broker *broker)
{
    g_autoptr(GFile) folder = g_file_new_for_path(broker->host->guests_config);
    g_autoptr(GError) error = NULL;

    broker->monitor = g_file_monitor_directory(folder, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
    if (!broker->monitor)
        g_warning("Changes of %s are not noticed: %s", broker->host->guests_config, error->message);
    else
        g_signal_connect(broker->monitor, "changed", G_CALLBACK(on_folder_changed), broker);
}

// ---- adoption

static void
on_adopt(const CtlAdopt *untrusted_adopt, pid_t peer_pid, int take_fd, int take_session_fd,
         gpointer user)
{
    Broker *broker = user;
    BrokerGuest *guest = g_tree_lookup(broker->guests, untrusted_adopt->guest);
    BrokerSession *session = guest ? broker_guest_session(guest) : NULL;

    if (!session) {
        close(take_fd);
        close(take_session_fd);
    } else if (!broker_session_adopt(session, untrusted_adopt, peer_pid, take_fd,
                                     take_session_fd)) {
        g_message("guest %s: process %d asked to be adopted and is not its view",
                  broker_guest_name(guest), (int)peer_pid);
    } else if (broker_guest_state(guest) == GUEST_OFF) {
        // A guest behind a pipe that ended with the former broker.
        broker_guest_start(guest, NULL, NULL);
    }
}

// ---- life

static void
load_all(Broker *broker)
{
    g_autoptr(GHashTable) names = names_on_disk(broker);
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        BrokerGuest *guest = load(broker, name);
        if (guest)
            broker_guest_find(guest);
    }
}

static void
free_guest(gpointer guest)
{
    broker_guest_free(guest);
}

Broker *
broker_new(const BrokerHost *host, const BrokerEvents *events, gpointer user, GError **error)
{
    g_autoptr(Broker) broker = g_new0(Broker, 1);

    broker->host = host;
    broker->events = events;
    broker->user = user;
    broker->launcher = broker_host_launcher(host);
    broker->guests = g_tree_new_full(compare_names, NULL, g_free, free_guest);
    broker->paces = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pace_free);
    broker->publisher = broker_publisher_new(host->data_home, host->config_home, host->state);
    broker->listener = broker_control_listener_new(host, on_adopt, broker, error);
    if (!broker->listener)
        return NULL;
    load_all(broker);
    unpublish_strangers(broker);
    watch_folder(broker);
    return g_steal_pointer(&broker);
}

void
broker_free(Broker *broker)
{
    if (!broker)
        return;
    chan_timer_clear(&broker->rescan);
    if (broker->monitor)
        g_file_monitor_cancel(broker->monitor);
    g_clear_object(&broker->monitor);
    broker_control_listener_free(broker->listener);
    g_hash_table_unref(broker->paces);
    g_tree_unref(broker->guests);
    broker_publisher_free(broker->publisher);
    g_free(broker->launcher);
    g_free(broker);
}

const BrokerHost *
broker_host(const Broker *broker)
{
    return broker->host;
}

static gboolean
collect_guest(gpointer key, gpointer value, gpointer user)
{
    g_ptr_array_add(user, value);
    return FALSE;
}

GPtrArray *
broker_guests(Broker *broker)
{
    GPtrArray *all = g_ptr_array_new();

    g_tree_foreach(broker->guests, collect_guest, all);
    return all;
}

BrokerGuest *
broker_find(Broker *broker, const char *name, GError **error)
{
    BrokerGuest *guest = g_tree_lookup(broker->guests, name);

    if (guest)
        return guest;
    // A file written a moment ago counts, whether or not its monitor has told of it.
    g_autofree char *path =
        broker_guest_name_valid(name) ? broker_host_guest_config(broker->host, name) : NULL;
    if (path && g_file_test(path, G_FILE_TEST_EXISTS) && (guest = load(broker, name)))
        return guest;
    g_autoptr(GString) known = g_string_new(NULL);
    g_autoptr(GPtrArray) all = broker_guests(broker);
    for (guint i = 0; i < all->len; i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "",
                               broker_guest_name(g_ptr_array_index(all, i)));
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_NO_SUCH_GUEST,
                "There is no guest '%s'; known: %s", name, known->len ? known->str : "none");
    return NULL;
}

gboolean
broker_add(Broker *broker, const char *name, const char *kind, GHashTable *options, GError **error)
{
    if (!broker_guest_name_valid(name)) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "'%s' cannot be a guest's name: 1 to %d characters of a-z, 0-9 and -, starting "
                    "with a letter",
                    name, BROKER_GUEST_NAME_MAX);
        return FALSE;
    }
    g_autofree char *path = broker_host_guest_config(broker->host, name);
    g_autofree char *text = broker_config_text(name, kind, options, error);
    if (!text)
        return FALSE;
    // Never over a file that is there, also when it came just now.
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "Guest %s exists already (%s)", name, path);
        return FALSE;
    }
    if (fd >= 0)
        close(fd);
    if (fd < 0 ||
        !g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error)) {
        if (error && !*error)
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_FAILED, "%s cannot be written: %s", path,
                        g_strerror(errno));
        g_unlink(path);
        return FALSE;
    }
    // What a guest of this name had whose file went while no broker ran is not this one's.
    g_autofree char *apps = broker_host_guest_state(broker->host, name, BROKER_GUEST_APPS);
    g_unlink(apps);
    BrokerGuest *guest = load(broker, name);
    if (guest && broker_guest_config(guest) && broker_guest_config(guest)->autostart)
        broker_guest_start(guest, NULL, NULL);
    return TRUE;
}

gboolean
broker_set(Broker *broker, BrokerGuest *guest, GHashTable *options, const char *const *reset,
           gboolean *pending, GError **error)
{
    const char *name = broker_guest_name(guest);
    g_autofree char *path = broker_host_guest_config(broker->host, name);
    // Where the file is a link, what it leads to is written.
    char *real = realpath(path, NULL);
    g_autofree char *text = broker_config_read(path, NULL, error);
    g_autofree char *changed =
        text ? broker_config_edit(name, path, text, options, reset, error) : NULL;
    gboolean ok = changed && g_file_set_contents_full(real ? real : path, changed, -1,
                                                      G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);

    free(real);
    if (ok)
        load(broker, name);
    *pending = ok && broker_guest_pending(guest);
    return ok;
}

typedef struct {
    Broker *broker;
    gboolean purge;
    BrokerGuestDone done;
    gpointer user;
} Removal;

static void
on_stopped_for_removal(BrokerGuest *guest, const GError *error, gpointer user)
{
    Removal *removal = user;
    const BrokerHost *host = removal->broker->host;
    g_autofree char *name = g_strdup(broker_guest_name(guest));
    g_autofree char *path = broker_host_guest_config(host, name);
    g_autofree char *run = broker_host_guest_run(host, name, NULL);
    g_autofree char *state = broker_host_guest_state(host, name, NULL);
    g_autofree char *home = broker_host_guest_home(host, name);
    g_autofree char *data = g_path_get_dirname(home);

    g_unlink(path);
    forget(removal->broker, name);
    broker_delete_tree(run);
    broker_delete_tree(state);
    // One of that name that comes later is another.
    broker_keyring_forget(name, NULL, NULL);
    if (removal->purge)
        broker_delete_tree(data);
    removal->done(NULL, NULL, removal->user);
    g_free(removal);
}

void
broker_remove(Broker *broker, BrokerGuest *guest, gboolean purge, BrokerGuestDone done,
              gpointer user)
{
    Removal *removal = g_new0(Removal, 1);

    removal->broker = broker;
    removal->purge = purge;
    removal->done = done;
    removal->user = user;
    broker_guest_stop(guest, on_stopped_for_removal, removal);
}
