// SPDX-License-Identifier: Apache-2.0
// Published programs are offered for their file types and never become the default of one that the
// host has a program for: asked of GIO, as desktops do, in a process of its own each time.

#include "tests/unit/publish_feed.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static const char *program;

// Run as a process of its own: prints the default and whether guests' programs are offered.
static int
print_programs(const char *type)
{
    g_autoptr(GAppInfo) first = g_app_info_get_default_for_type(type, FALSE);
    GList *all = g_app_info_get_recommended_for_type(type);
    gboolean offered = FALSE;
    for (GList *at = all; at; at = at->next)
        offered |= g_str_has_prefix(g_app_info_get_id(at->data), "casement.");
    g_list_free_full(all, g_object_unref);
    (void)printf("%s%s", first ? g_app_info_get_id(first) : "nothing", offered ? " offered" : "");
    return 0;
}

static char *
programs_for(const char *root, const char *type, const char *desktop)
{
    static const char *const names[] = {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS",
                                        "XDG_DATA_DIRS"};
    static const char *const folders[] = {"data", "config", "etc", "share"};
    g_auto(GStrv) env = g_get_environ();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *folder = g_build_filename(root, folders[i], NULL);
        env = g_environ_setenv(env, names[i], folder, TRUE);
    }
    env = g_environ_setenv(env, "XDG_CURRENT_DESKTOP", desktop, TRUE);
    const char *argv[] = {program, "--print", type, NULL};
    char *out = NULL;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL, &error);
    g_assert_no_error(error);
    return out;
}

static void
assert_programs(const char *root, const char *type, const char *desktop, const char *expected)
{
    g_autofree char *programs = programs_for(root, type, desktop);
    g_assert_cmpstr(programs, ==, expected);
}

static void
write_file(const char *root, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_native(const char *root, const char *name, const char *types)
{
    g_autofree char *path = g_strdup_printf("share/applications/%s.desktop", name);
    g_autofree char *text = g_strdup_printf(
        "[Desktop Entry]\nType=Application\nName=%s\nExec=/usr/bin/true %%F\nMimeType=%s\n", name,
        types);
    write_file(root, path, text);
}

// a: two programs, none named. b: GNOME's list names the second. c: nobody. d: the user added one.
static void
make_host(const char *root)
{
    write_native(root, "first", "text/x-a;text/x-b;text/x-d;");
    write_native(root, "second", "text/x-a;text/x-b;text/x-d;x-scheme-handler/http;");
    write_file(root, "share/applications/gnome-mimeapps.list",
               "[Default Applications]\ntext/x-b=second.desktop;\n");
    write_file(root, "config/mimeapps.list", "[Added Associations]\ntext/x-d=second.desktop;\n");
    g_autofree char *folder = g_build_filename(root, "share", "applications", NULL);
    const char *argv[] = {"update-desktop-database", "-q", folder, NULL};
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 &error);
    g_assert_no_error(error);
}

static void
feed_opener(Feed *feed)
{
    static const char *const types[] = {"text/x-a", "text/x-b", "text/x-c", "text/x-d",
                                        "x-scheme-handler/http"};
    ChanApp app = {.id = CHAN_SPAN_TEXT("all"),
                   .name = CHAN_SPAN_TEXT("Opens all"),
                   .flags = CHAN_APP_TAKES_FILES,
                   .n_mime_types = G_N_ELEMENTS(types)};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        app.mime_types[i] = CHAN_SPAN_TEXT(types[i]);
    feed_begin(feed, 1, 1);
    feed_app(feed, &app);
    feed_end(feed, 1);
}

static gboolean
on_tick(gpointer user)
{
    (*(guint *)user)++;
    return G_SOURCE_CONTINUE;
}

// The index is written by another process; its last step, by this one.
static void
wait_for_offer(const char *root, const char *expected)
{
    guint ticks = 0;
    guint timer = g_timeout_add(20, on_tick, &ticks);
    g_autofree char *programs = programs_for(root, "text/x-c", "");
    while (strcmp(programs, expected) != 0 && ticks < 500) {
        g_main_context_iteration(NULL, TRUE);
        g_free(programs);
        programs = programs_for(root, "text/x-c", "");
    }
    g_source_remove(timer);
    g_assert_cmpstr(programs, ==, expected);
}

static void
wait_for_end_of(const char *path)
{
    guint ticks = 0;
    guint timer = g_timeout_add(20, on_tick, &ticks);
    while (g_file_test(path, G_FILE_TEST_EXISTS) && ticks < 500)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
test_never_the_default(void)
{
    Feed *feed = feed_new("demo");
    const char *root = feed->root;
    g_autofree char *data = g_build_filename(root, "data", NULL);
    g_autofree char *config = g_build_filename(root, "config", NULL);
    g_autofree char *state = g_build_filename(root, "state", NULL);
    g_autofree char *share = g_build_filename(root, "share", NULL);
    g_setenv("XDG_DATA_DIRS", share, TRUE);
    make_host(root);
    assert_programs(root, "text/x-a", "", "first.desktop");
    assert_programs(root, "text/x-b", "GNOME", "second.desktop");
    assert_programs(root, "text/x-d", "", "second.desktop");

    g_autoptr(BrokerPublisher) publisher = broker_publisher_new(data, config, state);
    BrokerPublishPolicy policy = {.label = "Demo", .files = TRUE, .launcher = "/usr/bin/true"};
    g_autoptr(GError) error = NULL;
    feed_opener(feed);
    broker_publisher_update(publisher, "demo", feed->catalog, &policy, &error);
    g_assert_no_error(error);
    wait_for_offer(root, "casement.demo.all.desktop offered");
    assert_programs(root, "text/x-a", "", "first.desktop offered");
    assert_programs(root, "text/x-a", "GNOME", "first.desktop offered");
    assert_programs(root, "text/x-b", "", "first.desktop offered");
    assert_programs(root, "text/x-b", "GNOME", "second.desktop offered");
    assert_programs(root, "text/x-d", "GNOME", "second.desktop offered");
    assert_programs(root, "x-scheme-handler/http", "", "second.desktop offered");

    broker_publisher_remove(publisher, "demo", &error);
    g_assert_no_error(error);
    wait_for_offer(root, "nothing");
    g_autofree char *list = g_build_filename(data, "applications", "mimeapps.list", NULL);
    g_autofree char *gnome = g_build_filename(data, "applications", "gnome-mimeapps.list", NULL);
    wait_for_end_of(list);
    wait_for_end_of(gnome);
    assert_programs(root, "text/x-b", "GNOME", "second.desktop");
    feed_free(feed);
}

int
main(int argc, char **argv)
{
    program = argv[0];
    if (argc == 3 && strcmp(argv[1], "--print") == 0)
        return print_programs(argv[2]);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/publish-types/never-the-default", test_never_the_default);
    return g_test_run();
}
