// SPDX-License-Identifier: Apache-2.0
// A broker that is killed while it publishes: whatever moment it dies in, the next one makes the
// desktop exactly what the guest says, and removes it without a trace.

#include "tests/unit/publish_feed.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 120
#define APPS 40
#define SIDE 16

typedef struct {
    char *data, *config, *state;
} Roots;

// Each version of the menu shares half of its applications with the next; names and icons differ.
static void
feed_version(Feed *feed, guint version)
{
    guint8 pixels[SIDE * SIDE * 4];
    feed_begin(feed, version + 1, APPS);
    for (guint i = 0; i < APPS; i++) {
        g_autofree char *id = g_strdup_printf("app.%u", i + version % 4 * (APPS / 2));
        g_autofree char *name = g_strdup_printf("%s of version %u", id, version);
        ChanApp app = {.id = CHAN_SPAN_TEXT(id),
                       .name = CHAN_SPAN_TEXT(name),
                       .n_mime_types = 1,
                       .mime_types = {CHAN_SPAN_TEXT("text/plain")},
                       .n_icons = 1};
        feed_icon_pixels(SIDE, (guint8)(version + i), pixels, &app.icons[0]);
        feed_app(feed, &app);
    }
    feed_end(feed, version + 1);
    for (guint i = 0; i < APPS; i++)
        g_assert_true(feed_icon(feed, SIDE, (guint8)(version + i)));
}

static gboolean
publish(Feed *feed, const Roots *roots)
{
    // Without files: the index of types is another process's work and would outlive this one.
    g_autoptr(BrokerPublisher) publisher =
        broker_publisher_new(roots->data, roots->config, roots->state);
    BrokerPublishPolicy policy = {.label = "Demo", .launcher = "/usr/bin/true"};
    g_autoptr(GError) error = NULL;
    gboolean ok = broker_publisher_update(publisher, "demo", feed->catalog, &policy, &error);
    g_assert_no_error(error);
    return ok;
}

// Publishes one version after the other until it is killed.
static void
be_killed(Feed *feed, const Roots *roots, guint version, int ready)
{
    for (guint i = 0;; i++) {
        feed_version(feed, version + i);
        if (i == 0 && write(ready, "r", 1) != 1)
            _exit(1);
        publish(feed, roots);
    }
}

static void
kill_at_some_point(Feed *feed, const Roots *roots, guint version)
{
    int ready[2];
    char byte;
    g_assert_cmpint(pipe(ready), ==, 0);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0)
        be_killed(feed, roots, version, ready[1]);
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    g_usleep((gulong)g_test_rand_int_range(0, 15000)); // the random point, not a wait
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

static void
list_files(const char *path, GPtrArray *files)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            list_files(child, files);
        else
            g_ptr_array_add(files, g_steal_pointer(&child));
    }
}

static guint
count_files(const char *path)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    list_files(path, files);
    return files->len;
}

static void
assert_published(Feed *feed, const Roots *roots)
{
    g_autoptr(GPtrArray) apps = broker_catalog_apps(feed->catalog);
    // An entry and an icon each, and the folder's name.
    g_assert_cmpuint(count_files(roots->data), ==, 2 * apps->len + 1);
    g_assert_cmpuint(count_files(roots->config), ==, 1);
    for (guint i = 0; i < apps->len; i++) {
        const BrokerApp *app = g_ptr_array_index(apps, i);
        g_autofree char *path =
            g_strdup_printf("%s/applications/casement.demo.%s.desktop", roots->data, app->id);
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
        g_autofree char *name = g_key_file_get_string(file, "Desktop Entry", "Name", NULL);
        g_assert_cmpstr(name, ==, app->name);
        g_autofree char *icon = g_strdup_printf("%s/icons/hicolor/16x16/apps/casement.demo.%s.png",
                                                roots->data, app->id);
        const ChanIconRef *ref = &g_array_index(app->icons, ChanIconRef, 0);
        g_autofree char *cached = broker_catalog_icon_path(feed->catalog, ref->hash);
        g_autofree char *shown = NULL, *expected = NULL;
        gsize shown_size, expected_size;
        g_assert_true(g_file_get_contents(icon, &shown, &shown_size, NULL));
        g_assert_true(g_file_get_contents(cached, &expected, &expected_size, NULL));
        g_assert_cmpmem(shown, shown_size, expected, expected_size);
    }
}

static void
test_killed_at_any_point(void)
{
    Feed *feed = feed_new("demo");
    Roots roots = {g_build_filename(feed->root, "data", NULL),
                   g_build_filename(feed->root, "config", NULL),
                   g_build_filename(feed->root, "state", NULL)};
    for (guint round = 0; round < ROUNDS; round++) {
        kill_at_some_point(feed, &roots, round);
        feed_restart(feed, "demo");
        if (round % 10 == 9) {
            // This time the guest was removed while no broker ran.
            g_autoptr(BrokerPublisher) publisher =
                broker_publisher_new(roots.data, roots.config, roots.state);
            g_autoptr(GError) error = NULL;
            broker_publisher_remove(publisher, "demo", &error);
            g_assert_no_error(error);
            g_assert_cmpuint(count_files(roots.data), ==, 0);
            g_assert_cmpuint(count_files(roots.config), ==, 0);
            g_assert_cmpuint(count_files(roots.state), ==, 0);
        }
        feed_version(feed, round + 2);
        publish(feed, &roots);
        assert_published(feed, &roots);
    }
    g_free(roots.data);
    g_free(roots.config);
    g_free(roots.state);
    feed_free(feed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/publish-kill/at-any-point", test_killed_at_any_point);
    return g_test_run();
}
