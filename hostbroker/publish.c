// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/publish.h"

#include "hostbroker/desktop_entry.h"
#include "hostbroker/host_file.h"
#include "hostbroker/manifest.h"
#include "hostbroker/mime_index.h"
#include "hostbroker/plan.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST_NAME "published"
#define FILE_BYTES_MAX (4 * 1024 * 1024)

// What this process knows to be on disk under a path.
typedef struct {
    char *content_id;
    struct stat st;
} Written;

typedef struct {
    BrokerManifest *manifest;
    GHashTable *written; // path → Written
} Published;

struct BrokerPublisher {
    char *data_home, *config_home, *state_dir;
    GHashTable *guests; // name → Published
    BrokerMimeIndex *mime_index;
    gboolean types_looked_at; // in this process
};

// One run of an update.
typedef struct {
    BrokerPublisher *publisher;
    const char *guest;
    Published *published;
    gboolean icons_changed, types_changed;
    GError *error; // the first
    guint errors;
} Run;

static void
written_free(gpointer data)
{
    Written *written = data;
    g_free(written->content_id);
    g_free(written);
}

static void
published_free(gpointer data)
{
    Published *published = data;
    broker_manifest_free(published->manifest);
    g_hash_table_unref(published->written);
    g_free(published);
}

BrokerPublisher *
broker_publisher_new(const char *data_home, const char *config_home, const char *state_dir)
{
    BrokerPublisher *publisher = g_new0(BrokerPublisher, 1);
    publisher->data_home = g_strdup(data_home);
    publisher->config_home = g_strdup(config_home);
    publisher->state_dir = g_strdup(state_dir);
    publisher->guests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, published_free);
    publisher->mime_index = broker_mime_index_new(data_home, config_home);
    return publisher;
}

void
broker_publisher_free(BrokerPublisher *publisher)
{
    if (!publisher)
        return;
    broker_mime_index_free(publisher->mime_index);
    g_hash_table_unref(publisher->guests);
    g_free(publisher->data_home);
    g_free(publisher->config_home);
    g_free(publisher->state_dir);
    g_free(publisher);
}

static void
take_error(Run *run, GError *take_error)
{
    run->errors++;
    if (run->error)
        g_error_free(take_error);
    else
        run->error = take_error;
}

static Published *
published_of(BrokerPublisher *publisher, const char *guest)
{
    Published *published = g_hash_table_lookup(publisher->guests, guest);
    if (published)
        return published;
    g_autofree char *path = g_build_filename(publisher->state_dir, guest, MANIFEST_NAME, NULL);
    published = g_new0(Published, 1);
    published->manifest = broker_manifest_load(path);
    published->written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, written_free);
    g_hash_table_insert(publisher->guests, g_strdup(guest), published);
    g_auto(GStrv) paths = broker_manifest_paths(published->manifest);
    for (gsize i = 0; paths[i]; i++)
        broker_host_file_clear(paths[i]); // what the former broker was writing when it died
    return published;
}

static gboolean
is_icon(const char *path)
{
    return g_str_has_suffix(path, ".png");
}

static char *
content_id(const BrokerPlanFile *file)
{
    return file->icon_source ? g_strdup(file->icon_source)
                             : g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, file->content);
}

static void
note_written(Run *run, const BrokerPlanFile *file, const char *id)
{
    Written *written = g_new0(Written, 1);
    written->content_id = g_strdup(id);
    if (lstat(file->path, &written->st) == 0)
        g_hash_table_replace(run->published->written, g_strdup(file->path), written);
    else
        written_free(written);
}

// TRUE when nobody has touched the file since this process found or made it as it should be.
static gboolean
is_current(Run *run, const BrokerPlanFile *file, const char *id)
{
    const Written *written = g_hash_table_lookup(run->published->written, file->path);
    struct stat st;
    return written && strcmp(written->content_id, id) == 0 && lstat(file->path, &st) == 0 &&
           st.st_ino == written->st.st_ino && st.st_size == written->st.st_size &&
           st.st_mtim.tv_sec == written->st.st_mtim.tv_sec &&
           st.st_mtim.tv_nsec == written->st.st_mtim.tv_nsec;
}

static gboolean
has_types(GBytes *content)
{
    gsize size;
    const char *text = g_bytes_get_data(content, &size);
    return text && g_strstr_len(text, (gssize)size, "\n" G_KEY_FILE_DESKTOP_KEY_MIME_TYPE "=");
}

// Whether a file that is there may be replaced or removed: text that has the guest's mark, or was
// being written when the power failed; an icon that the manifest names.
static gboolean
is_ours(Run *run, const char *path, GBytes *old)
{
    gboolean listed = broker_manifest_contains(run->published->manifest, path);
    if (!old)
        return FALSE;
    if (is_icon(path))
        return listed;
    return (listed && g_bytes_get_size(old) == 0) || broker_entry_is_ours(run->guest, old);
}

typedef enum { FILE_CURRENT, FILE_TO_WRITE, FILE_FOREIGN } FileState;

static FileState
file_state(Run *run, BrokerPlanFile *file, const char *id)
{
    if (is_current(run, file, id))
        return FILE_CURRENT;
    if (!broker_host_file_exists(file->path))
        return FILE_TO_WRITE;
    g_autoptr(GBytes) old = broker_host_file_read(file->path, FILE_BYTES_MAX);
    if (!file->content)
        file->content = broker_host_file_read(file->icon_source, FILE_BYTES_MAX);
    if (old && file->content && g_bytes_equal(old, file->content)) {
        note_written(run, file, id);
        return FILE_CURRENT;
    }
    if (!is_ours(run, file->path, old))
        return FILE_FOREIGN;
    if (!is_icon(file->path) && has_types(old))
        run->types_changed = TRUE;
    return FILE_TO_WRITE;
}

static void
refuse_foreign(Run *run, const char *path)
{
    broker_manifest_remove(run->published->manifest, path);
    take_error(run, g_error_new(G_IO_ERROR, G_IO_ERROR_EXISTS,
                                "cannot publish %s for guest %s: the file is there and was not "
                                "made by Casement; move it away to have the entry",
                                path, run->guest));
}

static void
note_change(Run *run, const BrokerPlanFile *file, const char *id)
{
    note_written(run, file, id);
    if (is_icon(file->path))
        run->icons_changed = TRUE;
    else if (has_types(file->content))
        run->types_changed = TRUE;
}

static void
write_file(Run *run, BrokerPlanFile *file, const char *id)
{
    // A picture that many applications have is one file, and is there already.
    if (file->icon_source && broker_host_file_link(file->icon_source, file->path)) {
        note_change(run, file, id);
        return;
    }
    if (!file->content)
        file->content = broker_host_file_read(file->icon_source, FILE_BYTES_MAX);
    GError *error = NULL;
    if (!file->content) {
        take_error(run, g_error_new(G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                    "cannot read the icon %s of guest %s", file->icon_source,
                                    run->guest));
        return;
    }
    if (!broker_host_file_write(file->path, file->content, BROKER_FILE_QUICK, &error)) {
        take_error(run, error);
        return;
    }
    note_change(run, file, id);
    if (file->icon_source)
        g_clear_pointer(&file->content, g_bytes_unref);
}

// Only what bears a name that Casement gives, wherever a damaged manifest points.
static gboolean
name_is_ours(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    return g_str_has_prefix(name, "casement.") || g_str_has_prefix(name, "casement-");
}

static void
remove_file(Run *run, const char *path)
{
    g_autoptr(GBytes) old = broker_host_file_read(path, FILE_BYTES_MAX);
    gboolean there = broker_host_file_exists(path);
    if (name_is_ours(path) && (!there || is_ours(run, path, old))) {
        GError *error = NULL;
        if (!broker_host_file_remove(path, &error)) {
            take_error(run, error);
            return; // stays in the manifest, to be tried again
        }
    }
    if (there && is_icon(path))
        run->icons_changed = TRUE;
    else if (old && has_types(old))
        run->types_changed = TRUE;
    g_hash_table_remove(run->published->written, path);
    broker_manifest_remove(run->published->manifest, path);
}

// The files of the plan that have to be written, with the manifest telling of them already.
static GPtrArray *
announce(Run *run, GPtrArray *plan)
{
    GPtrArray *unwritten = g_ptr_array_new();
    for (guint i = 0; i < plan->len; i++) {
        BrokerPlanFile *file = g_ptr_array_index(plan, i);
        g_autofree char *id = content_id(file);
        FileState state = file_state(run, file, id);
        if (state == FILE_FOREIGN) {
            refuse_foreign(run, file->path);
            continue;
        }
        broker_manifest_add(run->published->manifest, file->path);
        if (state == FILE_TO_WRITE)
            g_ptr_array_add(unwritten, file);
        if (file->icon_source)
            g_clear_pointer(&file->content, g_bytes_unref);
    }
    return unwritten;
}

static void
remove_stale(Run *run, GPtrArray *plan)
{
    g_autoptr(GHashTable) planned = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < plan->len; i++)
        g_hash_table_add(planned, ((BrokerPlanFile *)g_ptr_array_index(plan, i))->path);
    g_auto(GStrv) paths = broker_manifest_paths(run->published->manifest);
    for (gsize i = 0; paths[i]; i++) {
        if (!g_hash_table_contains(planned, paths[i]))
            remove_file(run, paths[i]);
    }
}

static gboolean
has_type_index(const BrokerPublisher *publisher)
{
    g_autofree char *path =
        g_build_filename(publisher->data_home, "applications", "mimeinfo.cache", NULL);
    return broker_host_file_exists(path);
}

static void
tell_desktop(Run *run)
{
    BrokerPublisher *publisher = run->publisher;
    if (run->icons_changed) {
        // Desktops look at the folder's time to see whether icons are new.
        g_autofree char *theme = g_build_filename(publisher->data_home, "icons", "hicolor", NULL);
        (void)utimensat(AT_FDCWD, theme, NULL, 0);
    }
    // Once in a process also without a change: a former broker may have died over it.
    if (run->types_changed || (!publisher->types_looked_at && has_type_index(publisher)))
        broker_mime_index_refresh(publisher->mime_index);
    publisher->types_looked_at = TRUE;
}

static gboolean
apply(Run *run, GPtrArray *plan, GError **error)
{
    g_autoptr(GPtrArray) unwritten = announce(run, plan);
    GError *save_error = NULL;
    if (!broker_manifest_save(run->published->manifest, &save_error)) {
        // Without the manifest nothing may be written: it could not be removed again.
        take_error(run, save_error);
        g_ptr_array_set_size(unwritten, 0);
    }
    for (guint i = 0; i < unwritten->len; i++) {
        BrokerPlanFile *file = g_ptr_array_index(unwritten, i);
        g_autofree char *id = content_id(file);
        write_file(run, file, id);
    }
    remove_stale(run, plan);
    save_error = NULL;
    if (!broker_manifest_save(run->published->manifest, &save_error))
        take_error(run, save_error);
    tell_desktop(run);
    if (!run->error)
        return TRUE;
    if (run->errors > 1)
        g_prefix_error(&run->error, "%u files of guest %s, the first: ", run->errors, run->guest);
    g_propagate_error(error, run->error);
    return FALSE;
}

static gboolean
guest_fit(const char *guest)
{
    return guest[0] && guest[strspn(guest, "abcdefghijklmnopqrstuvwxyz0123456789-")] == 0;
}

gboolean
broker_publisher_update(BrokerPublisher *publisher, const char *guest, BrokerCatalog *catalog,
                        const BrokerPublishPolicy *policy, GError **error)
{
    g_return_val_if_fail(guest_fit(guest), FALSE);
    if (policy->mode == BROKER_PUBLISH_NONE)
        return broker_publisher_remove(publisher, guest, error);
    // Until the guest has told everything, what a former broker published stays.
    if (!broker_catalog_complete(catalog))
        return TRUE;
    Run run = {publisher, guest, published_of(publisher, guest)};
    BrokerPlanRoots roots = {publisher->data_home, publisher->config_home};
    g_autoptr(GPtrArray) plan = broker_plan_new(&roots, guest, catalog, policy);
    return apply(&run, plan, error);
}

gboolean
broker_publisher_remove(BrokerPublisher *publisher, const char *guest, GError **error)
{
    g_return_val_if_fail(guest_fit(guest), FALSE);
    Run run = {publisher, guest, published_of(publisher, guest)};
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    gboolean ok = apply(&run, nothing, error);
    if (ok) {
        g_autofree char *folder = g_build_filename(publisher->state_dir, guest, NULL);
        (void)rmdir(folder); // unless something else is kept there
        g_hash_table_remove(publisher->guests, guest);
    }
    return ok;
}

char **
broker_publisher_guests(BrokerPublisher *publisher)
{
    GPtrArray *guests = g_ptr_array_new();
    g_autoptr(GDir) dir = g_dir_open(publisher->state_dir, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *manifest =
            g_build_filename(publisher->state_dir, name, MANIFEST_NAME, NULL);
        if (guest_fit(name) && g_file_test(manifest, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(guests, g_strdup(name));
    }
    g_ptr_array_add(guests, NULL);
    return (char **)g_ptr_array_free(guests, FALSE);
}
