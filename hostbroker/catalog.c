// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/catalog.h"

#include "hostbroker/app_index.h"
#include "hostbroker/app_list.h"
#include "hostbroker/application.h"
#include "hostbroker/host_file.h"
#include "hostbroker/icon_cache.h"

#include <gio/gio.h>
#include <string.h>

// What one guest's applications may keep of this process: real menus need a tenth of it.
#define TEXT_BYTES_MAX (8 * 1024 * 1024)

#define MERGE_MS 100       // changes within this time are told as one
#define MERGE_BUSY_MS 1000 // likewise, while a guest changes its menu all the time
#define ICONS_WAIT_MS 700  // entries wait this long for their icons

typedef struct {
    BrokerApp app;
    guint8 digest[32]; // of the message it came in
    gsize bytes;
} Entry;

typedef struct {
    guint over, bad_id, own, twice, bad_icons, disk;
} LeftOut;

struct BrokerCatalog {
    char *guest;
    GMainContext *context;
    BrokerCatalogEvents events;
    gpointer user;
    BrokerIconCache *icons;
    BrokerAppIndex *index;
    GHashTable *entries; // id → Entry
    gsize bytes;
    GHashTable *list; // the same while a full list comes, else NULL
    gsize list_bytes;
    gboolean list_full; // nothing more is looked at
    guint32 list_serial;
    GHashTable *wanted; // icon hash → side: asked for, not come
    GHashTable *unfit;  // icon hashes not to be asked for again
    LeftOut left_out;   // since it was logged last
    gboolean logged;    // since the last full list
    gboolean complete;
    gboolean kept;  // an earlier or later broker finds these entries
    GSource *merge; // pending call of changed
    gint64 changed_at, told_at;
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    broker_application_clear(&entry->app);
    g_free(entry);
}

static GHashTable *
entries_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
}

static GHashTable *
hash_set_new(void)
{
    return g_hash_table_new_full(broker_icon_hash_hash, broker_icon_hash_equal, g_free, NULL);
}

BrokerCatalog *
broker_catalog_new(const char *guest, const char *icon_dir, GMainContext *context,
                   const BrokerCatalogEvents *events, gpointer user)
{
    BrokerCatalog *catalog = g_new0(BrokerCatalog, 1);
    catalog->guest = g_strdup(guest);
    catalog->context = context ? g_main_context_ref(context) : NULL;
    catalog->events = *events;
    catalog->user = user;
    catalog->icons = broker_icon_cache_new(icon_dir);
    catalog->index = broker_app_index_new(CHAN_APPS_MAX);
    catalog->entries = entries_new();
    catalog->wanted = hash_set_new();
    catalog->unfit = hash_set_new();
    return catalog;
}

static void
drop_list(BrokerCatalog *catalog)
{
    g_clear_pointer(&catalog->list, g_hash_table_unref);
    catalog->list_bytes = 0;
}

static void
stop_merge(BrokerCatalog *catalog)
{
    if (catalog->merge) {
        g_source_destroy(catalog->merge);
        g_clear_pointer(&catalog->merge, g_source_unref);
    }
}

void
broker_catalog_free(BrokerCatalog *catalog)
{
    if (!catalog)
        return;
    stop_merge(catalog);
    drop_list(catalog);
    g_hash_table_unref(catalog->wanted);
    g_hash_table_unref(catalog->unfit);
    g_hash_table_unref(catalog->entries);
    broker_app_index_free(catalog->index);
    broker_icon_cache_free(catalog->icons);
    g_clear_pointer(&catalog->context, g_main_context_unref);
    g_free(catalog->guest);
    g_free(catalog);
}

static void
describe(GString *text, guint count, const char *why)
{
    if (count > 0)
        g_string_append_printf(text, "%s%u %s", text->len > 0 ? ", " : "", count, why);
}

// Says what was left out, in one line; between two full lists only once.
static void
log_left_out(BrokerCatalog *catalog)
{
    const LeftOut *left_out = &catalog->left_out;
    g_autoptr(GString) text = g_string_new(NULL);
    describe(text, left_out->over, "over the limits");
    describe(text, left_out->bad_id, "with an id that is none");
    describe(text, left_out->twice, "named twice");
    describe(text, left_out->own, "that Casement itself published");
    describe(text, left_out->bad_icons, "icons of wrong size or content");
    describe(text, left_out->disk, "icons that could not be written");
    if (text->len > 0 && !catalog->logged) {
        g_message("guest %s: left out of its applications: %s", catalog->guest, text->str);
        catalog->logged = TRUE;
    }
    catalog->left_out = (LeftOut){0};
}

static void
sweep_icons(BrokerCatalog *catalog)
{
    g_autoptr(GHashTable) used = g_hash_table_new(broker_icon_hash_hash, broker_icon_hash_equal);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, catalog->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Entry *entry = value;
        for (guint i = 0; i < entry->app.icons->len; i++)
            g_hash_table_add(used, g_array_index(entry->app.icons, ChanIconRef, i).hash);
    }
    broker_icon_cache_sweep(catalog->icons, used);
    g_hash_table_iter_init(&iter, catalog->wanted);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        if (!g_hash_table_contains(used, value))
            g_hash_table_iter_remove(&iter);
    }
}

static gboolean
on_merged(gpointer user)
{
    BrokerCatalog *catalog = user;
    gint64 now = g_get_monotonic_time();
    // An entry that appears together with its icon spares desktops a second look.
    if (g_hash_table_size(catalog->wanted) > 0 &&
        now - catalog->changed_at < ICONS_WAIT_MS * G_TIME_SPAN_MILLISECOND)
        return G_SOURCE_CONTINUE;
    stop_merge(catalog);
    catalog->told_at = now;
    if (catalog->complete)
        sweep_icons(catalog);
    log_left_out(catalog);
    catalog->events.changed(catalog, catalog->user);
    return G_SOURCE_REMOVE;
}

static void
mark_changed(BrokerCatalog *catalog)
{
    if (catalog->merge)
        return;
    catalog->changed_at = g_get_monotonic_time();
    gboolean busy = catalog->told_at != 0 && catalog->changed_at - catalog->told_at <
                                                 MERGE_BUSY_MS * G_TIME_SPAN_MILLISECOND;
    catalog->merge = g_timeout_source_new(busy ? MERGE_BUSY_MS : MERGE_MS);
    g_source_set_callback(catalog->merge, on_merged, catalog, NULL);
    g_source_attach(catalog->merge, catalog->context);
}

static void
want_icon(BrokerCatalog *catalog, const ChanIconRef *icon)
{
    if (broker_icon_cache_size(catalog->icons, icon->hash) != 0 ||
        g_hash_table_contains(catalog->wanted, icon->hash) ||
        g_hash_table_contains(catalog->unfit, icon->hash))
        return;
    g_hash_table_insert(catalog->wanted, g_memdup2(icon->hash, sizeof icon->hash),
                        GUINT_TO_POINTER(icon->size));
    catalog->events.icon_wanted(catalog, icon->hash, catalog->user);
}

// Asks for the application's icons that are missing.
static void
want_icons(BrokerCatalog *catalog, const Entry *entry)
{
    for (guint i = 0; i < entry->app.icons->len; i++)
        want_icon(catalog, &g_array_index(entry->app.icons, ChanIconRef, i));
}

static void
remove_entry(BrokerCatalog *catalog, const char *id)
{
    const Entry *entry = g_hash_table_lookup(catalog->entries, id);
    if (!entry)
        return;
    catalog->bytes -= entry->bytes;
    broker_app_index_retire(catalog->index, id);
    g_hash_table_remove(catalog->entries, id);
    catalog->kept = FALSE;
    mark_changed(catalog);
}

// Makes the entry the one of its id. The caller has seen to the limits.
static void
put_entry(BrokerCatalog *catalog, Entry *take_entry)
{
    Entry *entry = take_entry;
    const Entry *old = g_hash_table_lookup(catalog->entries, entry->app.id);
    if (old && memcmp(old->digest, entry->digest, sizeof old->digest) == 0) {
        want_icons(catalog, old); // an earlier channel may have ended before they came
        entry_free(entry);
        return;
    }
    gboolean known = old && broker_application_known_alike(&old->app, &entry->app);
    if (old)
        catalog->bytes -= old->bytes;
    catalog->bytes += entry->bytes;
    entry->app.index = broker_app_index_claim(catalog->index, entry->app.id);
    g_hash_table_replace(catalog->entries, entry->app.id, entry);
    catalog->kept = FALSE;
    if (!known)
        catalog->events.app_known(catalog, &entry->app, catalog->user);
    want_icons(catalog, entry);
    mark_changed(catalog);
}

static Entry *
entry_new(BrokerCatalog *catalog, const ChanApp *untrusted_app, ChanSpan payload)
{
    Entry *entry = g_new0(Entry, 1);
    BrokerApplicationVerdict verdict = broker_application_init(&entry->app, untrusted_app);
    if (verdict != BROKER_APPLICATION_OK) {
        if (verdict == BROKER_APPLICATION_OUR_OWN)
            catalog->left_out.own++;
        else
            catalog->left_out.bad_id++;
        g_free(entry);
        return NULL;
    }
    entry->bytes = broker_application_size(&entry->app);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, payload.data, (gssize)payload.size);
    gsize length = sizeof entry->digest;
    g_checksum_get_digest(sum, entry->digest, &length);
    return entry;
}

static gboolean
within_limits(GHashTable *entries, gsize bytes, const Entry *entry)
{
    const Entry *old = g_hash_table_lookup(entries, entry->app.id);
    if (!old && g_hash_table_size(entries) >= CHAN_APPS_MAX)
        return FALSE;
    return bytes - (old ? old->bytes : 0) + entry->bytes <= TEXT_BYTES_MAX;
}

static void
add_to_list(BrokerCatalog *catalog, Entry *take_entry)
{
    Entry *entry = take_entry;
    if (g_hash_table_contains(catalog->list, entry->app.id)) {
        catalog->left_out.twice++; // the first stands, as in the search path of menus
        entry_free(entry);
    } else if (!within_limits(catalog->list, catalog->list_bytes, entry)) {
        catalog->left_out.over++;
        catalog->list_full = TRUE;
        entry_free(entry);
    } else {
        catalog->list_bytes += entry->bytes;
        g_hash_table_insert(catalog->list, entry->app.id, entry);
    }
}

static gboolean
handle_app(BrokerCatalog *catalog, ChanSpan untrusted_payload)
{
    // However long it goes on, a list over the limits costs no more than counting.
    if (catalog->list && catalog->list_full) {
        catalog->left_out.over++;
        return TRUE;
    }
    ChanApp untrusted_app;
    if (!chan_app_decode(&untrusted_app, untrusted_payload))
        return FALSE;
    Entry *entry = entry_new(catalog, &untrusted_app, untrusted_payload);
    if (!entry) {
        if (!catalog->list)
            log_left_out(catalog);
    } else if (catalog->list) {
        add_to_list(catalog, entry);
    } else if (within_limits(catalog->entries, catalog->bytes, entry)) {
        put_entry(catalog, entry);
    } else {
        catalog->left_out.over++;
        entry_free(entry);
        log_left_out(catalog);
    }
    return TRUE;
}

static gboolean
handle_begin(BrokerCatalog *catalog, ChanSpan untrusted_payload)
{
    ChanApps begin;
    if (catalog->list || !chan_apps_decode(&begin, untrusted_payload))
        return FALSE;
    catalog->list = entries_new();
    catalog->list_bytes = 0;
    catalog->list_full = FALSE;
    catalog->list_serial = begin.serial;
    catalog->logged = FALSE;
    g_hash_table_remove_all(catalog->unfit);
    return TRUE;
}

// What the list does not name is gone; what it names is as it says.
static gboolean
handle_end(BrokerCatalog *catalog, ChanSpan untrusted_payload)
{
    ChanApps end;
    if (!catalog->list || !chan_apps_decode(&end, untrusted_payload) ||
        end.serial != catalog->list_serial)
        return FALSE;
    g_autoptr(GHashTable) list = g_steal_pointer(&catalog->list);
    g_autoptr(GPtrArray) ids = broker_catalog_apps(catalog);
    for (guint i = 0; i < ids->len; i++) {
        const BrokerApp *app = g_ptr_array_index(ids, i);
        if (!g_hash_table_contains(list, app->id))
            remove_entry(catalog, app->id);
    }
    gboolean first = !catalog->complete;
    catalog->complete = TRUE;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, list);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        g_hash_table_iter_steal(&iter);
        put_entry(catalog, value);
    }
    drop_list(catalog);
    // The first list is told of even when it is empty: what a former broker published may be stale.
    if (first)
        mark_changed(catalog);
    log_left_out(catalog);
    return TRUE;
}

static gboolean
handle_gone(BrokerCatalog *catalog, ChanSpan untrusted_payload)
{
    ChanSpan untrusted_id;
    if (!chan_app_gone_decode(&untrusted_id, untrusted_payload))
        return FALSE;
    g_autofree char *id = g_strndup((const char *)untrusted_id.data, untrusted_id.size);
    if (!catalog->list) {
        remove_entry(catalog, id);
        return TRUE;
    }
    const Entry *entry = g_hash_table_lookup(catalog->list, id);
    if (entry) {
        catalog->list_bytes -= entry->bytes;
        g_hash_table_remove(catalog->list, id);
    }
    return TRUE;
}

static gboolean
handle_icon(BrokerCatalog *catalog, ChanSpan untrusted_payload)
{
    ChanIcon untrusted_icon;
    if (!chan_icon_decode(&untrusted_icon, untrusted_payload))
        return FALSE;
    gpointer size;
    if (!g_hash_table_lookup_extended(catalog->wanted, untrusted_icon.hash, NULL, &size))
        return TRUE; // nobody asked, or it is no longer needed
    g_hash_table_remove(catalog->wanted, untrusted_icon.hash);
    g_autoptr(GError) error = NULL;
    switch (
        broker_icon_cache_store(catalog->icons, &untrusted_icon, GPOINTER_TO_UINT(size), &error)) {
    case BROKER_ICON_STORED:
        mark_changed(catalog);
        return TRUE;
    case BROKER_ICON_UNFIT:
        catalog->left_out.bad_icons++;
        break;
    case BROKER_ICON_OVER_BUDGET:
        catalog->left_out.over++;
        break;
    case BROKER_ICON_NOT_WRITTEN:
        if (catalog->left_out.disk++ == 0 && !catalog->logged)
            g_message("guest %s: %s", catalog->guest, error->message);
        break;
    }
    g_hash_table_add(catalog->unfit, g_memdup2(untrusted_icon.hash, sizeof untrusted_icon.hash));
    if (!catalog->merge)
        log_left_out(catalog);
    return TRUE;
}

gboolean
broker_catalog_message(BrokerCatalog *catalog, guint16 type, ChanSpan untrusted_payload,
                       GError **error)
{
    static const struct {
        guint16 type;
        gboolean (*handle)(BrokerCatalog *catalog, ChanSpan untrusted_payload);
        const char *name;
    } handlers[] = {
        {CHAN_MSG_APPS_BEGIN, handle_begin, "APPS_BEGIN"},
        {CHAN_MSG_APP, handle_app, "APP"},
        {CHAN_MSG_APPS_END, handle_end, "APPS_END"},
        {CHAN_MSG_APP_GONE, handle_gone, "APP_GONE"},
        {CHAN_MSG_ICON, handle_icon, "ICON"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++) {
        if (handlers[i].type != type)
            continue;
        if (handlers[i].handle(catalog, untrusted_payload))
            return TRUE;
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "the agent of guest %s sent a broken or unexpected %s message (%" G_GSIZE_FORMAT
                    " bytes)",
                    catalog->guest, handlers[i].name, untrusted_payload.size);
        return FALSE;
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "the agent of guest %s sent a message of type %u where applications were expected",
                catalog->guest, type);
    return FALSE;
}

// The next of the kept applications, in the order of their numbers.
static gboolean
recall_app(BrokerCatalog *catalog, ChanSpan untrusted_payload)
{
    ChanApp untrusted_app;
    if (!chan_app_decode(&untrusted_app, untrusted_payload))
        return FALSE;
    Entry *entry = entry_new(catalog, &untrusted_app, untrusted_payload);
    if (!entry)
        return FALSE;
    if (g_hash_table_contains(catalog->entries, entry->app.id) ||
        !within_limits(catalog->entries, catalog->bytes, entry)) {
        entry_free(entry);
        return FALSE;
    }
    entry->app.index = broker_app_index_claim(catalog->index, entry->app.id);
    catalog->bytes += entry->bytes;
    g_hash_table_insert(catalog->entries, entry->app.id, entry);
    return TRUE;
}

static gboolean
recall_apps(BrokerCatalog *catalog, GVariant *untrusted_payloads)
{
    gsize count = g_variant_n_children(untrusted_payloads);
    if (count > CHAN_APPS_MAX)
        return FALSE;
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GVariant) untrusted_payload = g_variant_get_child_value(untrusted_payloads, i);
        gsize size;
        gconstpointer data = g_variant_get_fixed_array(untrusted_payload, &size, 1);
        if (size == 0)
            broker_app_index_skip(catalog->index);
        else if (!recall_app(catalog, CHAN_SPAN(data, size)))
            return FALSE;
    }
    return TRUE;
}

static void
recall_nothing(BrokerCatalog *catalog)
{
    g_hash_table_remove_all(catalog->entries);
    catalog->bytes = 0;
    catalog->left_out = (LeftOut){0};
    broker_app_index_free(catalog->index);
    catalog->index = broker_app_index_new(CHAN_APPS_MAX);
}

void
broker_catalog_recall(BrokerCatalog *catalog, const char *path)
{
    g_return_if_fail(g_hash_table_size(catalog->entries) == 0 && !catalog->complete);
    if (!broker_host_file_exists(path))
        return;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) payloads = broker_app_list_read(path, catalog->guest, &error);
    catalog->kept = payloads && recall_apps(catalog, payloads);
    if (catalog->kept)
        return;
    recall_nothing(catalog);
    g_message("guest %s: its applications are not known before it is up: %s%s", catalog->guest,
              error ? error->message : path, error ? "" : " is damaged");
}

static GPtrArray *
apps_by_number(BrokerCatalog *catalog)
{
    GPtrArray *apps = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, catalog->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        BrokerApp *app = &((Entry *)value)->app;
        if (app->index >= apps->len)
            g_ptr_array_set_size(apps, (gint)app->index + 1);
        g_ptr_array_index(apps, app->index) = app;
    }
    return apps;
}

gboolean
broker_catalog_keep(BrokerCatalog *catalog, const char *path, GError **error)
{
    if (!catalog->complete || catalog->kept)
        return TRUE;
    g_autoptr(GPtrArray) apps = apps_by_number(catalog);
    catalog->kept = broker_app_list_write(path, catalog->guest, apps, error);
    return catalog->kept;
}

void
broker_catalog_interrupted(BrokerCatalog *catalog)
{
    drop_list(catalog);
    catalog->left_out = (LeftOut){0};
    // The next agent sends a full list first, which asks again for what is missing.
    g_hash_table_remove_all(catalog->wanted);
}

gboolean
broker_catalog_complete(BrokerCatalog *catalog)
{
    return catalog->complete;
}

const BrokerApp *
broker_catalog_find(BrokerCatalog *catalog, const char *id)
{
    const Entry *entry = g_hash_table_lookup(catalog->entries, id);
    return entry ? &entry->app : NULL;
}

const BrokerApp *
broker_catalog_by_index(BrokerCatalog *catalog, guint index)
{
    const char *id = broker_app_index_id(catalog->index, index);
    return id ? broker_catalog_find(catalog, id) : NULL;
}

static gint
compare_ids(gconstpointer a, gconstpointer b)
{
    const BrokerApp *const *first = a, *const *second = b;
    return strcmp((*first)->id, (*second)->id);
}

GPtrArray *
broker_catalog_apps(BrokerCatalog *catalog)
{
    GPtrArray *apps = g_ptr_array_sized_new(g_hash_table_size(catalog->entries));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, catalog->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(apps, &((Entry *)value)->app);
    g_ptr_array_sort(apps, compare_ids);
    return apps;
}

char *
broker_catalog_icon_path(BrokerCatalog *catalog, const guint8 *hash)
{
    if (broker_icon_cache_size(catalog->icons, hash) == 0)
        return NULL;
    return broker_icon_cache_path(catalog->icons, hash);
}
