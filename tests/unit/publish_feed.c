// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/publish_feed.h"

#include "hostbroker/icon_cache.h"

#include <glib/gstdio.h>
#include <string.h>

#define DEADLINE_MS 10000
#define MESSAGE_MAX (512 * 1024)

static void
on_changed(BrokerCatalog *catalog, gpointer user)
{
    ((Feed *)user)->changed++;
}

static void
on_known(BrokerCatalog *catalog, const BrokerApp *app, gpointer user)
{
    Feed *feed = user;
    g_ptr_array_add(feed->known, g_strdup_printf("%u %s %s", app->index, app->id, app->name));
}

static void
on_wanted(BrokerCatalog *catalog, const guint8 *hash, gpointer user)
{
    Feed *feed = user;
    g_hash_table_add(feed->wanted, g_memdup2(hash, CHAN_ICON_HASH_SIZE));
}

static const BrokerCatalogEvents events = {on_changed, on_known, on_wanted};

Feed *
feed_new(const char *guest)
{
    Feed *feed = g_new0(Feed, 1);
    feed->root = g_dir_make_tmp("casement-publish-XXXXXX", NULL);
    g_assert_nonnull(feed->root);
    feed->icons = g_build_filename(feed->root, "cache", guest, NULL);
    feed->known = g_ptr_array_new_with_free_func(g_free);
    feed->wanted =
        g_hash_table_new_full(broker_icon_hash_hash, broker_icon_hash_equal, g_free, NULL);
    feed->catalog = broker_catalog_new(guest, feed->icons, NULL, &events, feed);
    return feed;
}

void
feed_restart(Feed *feed, const char *guest)
{
    broker_catalog_free(feed->catalog);
    feed->catalog = broker_catalog_new(guest, feed->icons, NULL, &events, feed);
    feed->changed = 0;
}

void
feed_remove_tree(const char *path)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
        const char *name;
        while (dir && (name = g_dir_read_name(dir))) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            feed_remove_tree(child);
        }
    }
    (void)g_remove(path);
}

void
feed_free(Feed *feed)
{
    broker_catalog_free(feed->catalog);
    feed_remove_tree(feed->root);
    g_ptr_array_unref(feed->known);
    g_hash_table_unref(feed->wanted);
    g_free(feed->icons);
    g_free(feed->root);
    g_free(feed);
}

gboolean
feed_raw(Feed *feed, guint type, ChanSpan payload)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = broker_catalog_message(feed->catalog, (guint16)type, payload, &error);
    g_assert_true(ok == (error == NULL));
    return ok;
}

static void
feed_apps(Feed *feed, guint type, guint serial, guint count)
{
    guint8 buffer[64];
    ChanApps apps = {serial, count};
    g_assert_true(feed_raw(feed, type, chan_apps_encode(&apps, buffer, sizeof buffer)));
}

void
feed_begin(Feed *feed, guint serial, guint count)
{
    feed_apps(feed, CHAN_MSG_APPS_BEGIN, serial, count);
}

void
feed_end(Feed *feed, guint serial)
{
    feed_apps(feed, CHAN_MSG_APPS_END, serial, 0);
}

void
feed_app(Feed *feed, const ChanApp *app)
{
    g_autofree guint8 *buffer = g_malloc(MESSAGE_MAX);
    ChanSpan payload = chan_app_encode(app, buffer, MESSAGE_MAX);
    g_assert_cmpuint(payload.size, >, 0);
    g_assert_true(feed_raw(feed, CHAN_MSG_APP, payload));
}

void
feed_gone(Feed *feed, const char *id)
{
    guint8 buffer[512];
    g_assert_true(feed_raw(feed, CHAN_MSG_APP_GONE,
                           chan_app_gone_encode(CHAN_SPAN_TEXT(id), buffer, sizeof buffer)));
}

void
feed_list(Feed *feed, const char *const *apps)
{
    feed_begin(feed, 7, g_strv_length((char **)apps));
    for (gsize i = 0; apps[i]; i++) {
        const char *name = strchr(apps[i], '=');
        g_assert_nonnull(name);
        ChanApp app = {.id = CHAN_SPAN(apps[i], (gsize)(name - apps[i])),
                       .name = CHAN_SPAN_TEXT(name + 1)};
        feed_app(feed, &app);
    }
    feed_end(feed, 7);
}

void
feed_icon_pixels(guint side, guint8 shade, guint8 *pixels, ChanIconRef *ref)
{
    gsize size = (gsize)side * side * 4;
    for (gsize i = 0; i < size; i++)
        pixels[i] = (guint8)(shade + i % 4 * 7);
    guint32 sides[2] = {GUINT32_TO_LE(side), GUINT32_TO_LE(side)};
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)sides, sizeof sides);
    g_checksum_update(sum, pixels, (gssize)size);
    gsize length = sizeof ref->hash;
    g_checksum_get_digest(sum, ref->hash, &length);
    ref->size = (guint16)side;
}

gboolean
feed_icon(Feed *feed, guint side, guint8 shade)
{
    g_autofree guint8 *pixels = g_malloc((gsize)side * side * 4);
    g_autofree guint8 *buffer = g_malloc(MESSAGE_MAX);
    ChanIconRef ref;
    feed_icon_pixels(side, shade, pixels, &ref);
    ChanIcon icon = {.width = (guint16)side,
                     .height = (guint16)side,
                     .pixels = CHAN_SPAN(pixels, (gsize)side * side * 4)};
    memcpy(icon.hash, ref.hash, sizeof icon.hash);
    return feed_raw(feed, CHAN_MSG_ICON, chan_icon_encode(&icon, buffer, MESSAGE_MAX));
}

static gboolean
on_deadline(gpointer user)
{
    *(gboolean *)user = TRUE;
    return G_SOURCE_CONTINUE;
}

gboolean
feed_wait_changed(Feed *feed, guint changed)
{
    gboolean late = FALSE;
    guint deadline = g_timeout_add(DEADLINE_MS, on_deadline, &late);
    while (feed->changed < changed && !late)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    return feed->changed >= changed;
}
