// SPDX-License-Identifier: Apache-2.0
// The published menu as a desktop reads it: libgnome-menu lists each guest's folder with its
// applications, once, and nothing where there is nothing.

#include "tests/unit/publish_feed.h"

#include <glib/gstdio.h>
#include <string.h>

static const char root_menu[] =
    "<!DOCTYPE Menu PUBLIC \"-//freedesktop//DTD Menu 1.0//EN\"\n"
    "  \"http://www.freedesktop.org/standards/menu-spec/1.0/menu.dtd\">\n"
    "<Menu><Name>Applications</Name><DefaultAppDirs/><DefaultDirectoryDirs/>\n"
    "<Menu><Name>Office</Name><Include><Category>Office</Category></Include></Menu>\n"
    "<DefaultMergeDirs/></Menu>\n";

static const char reader[] =
    "import gi\n"
    "gi.require_version('GMenu', '3.0')\n"
    "from gi.repository import GMenu\n"
    "tree = GMenu.Tree.new('applications.menu', GMenu.TreeFlags.NONE)\n"
    "tree.load_sync()\n"
    "def show(directory, depth):\n"
    "    items = directory.iter()\n"
    "    while True:\n"
    "        kind = items.next()\n"
    "        if kind == GMenu.TreeItemType.INVALID: break\n"
    "        if kind == GMenu.TreeItemType.DIRECTORY:\n"
    "            inner = items.get_directory()\n"
    "            print('  ' * depth + inner.get_name() + '/')\n"
    "            show(inner, depth + 1)\n"
    "        elif kind == GMenu.TreeItemType.ENTRY:\n"
    "            info = items.get_entry().get_app_info()\n"
    "            print('  ' * depth + info.get_id() + '=' + info.get_name())\n"
    "show(tree.get_root_directory(), 0)\n";

static char *
read_menu(const char *root)
{
    g_auto(GStrv) env = g_get_environ();
    static const char *const names[] = {
        "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_DIRS",
        "HOME",          "XDG_CACHE_HOME"};
    static const char *const folders[] = {"data", "config", "etc", "share", "home", "cache"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *folder = g_build_filename(root, folders[i], NULL);
        env = g_environ_setenv(env, names[i], folder, TRUE);
    }
    env = g_environ_setenv(env, "LC_ALL", "C.UTF-8", TRUE);
    // The interpreter that Debian's python3-gi is for.
    const char *argv[] = {"/usr/bin/python3", "-c", reader, NULL};
    char *out = NULL;
    g_autofree char *problems = NULL;
    int status = -1;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_DEFAULT, NULL, NULL, &out, &problems, &status,
                 &error);
    g_assert_no_error(error);
    if (status != 0)
        g_error("the menu could not be read: %s", problems);
    return out;
}

static void
update(BrokerPublisher *publisher, const char *guest, Feed *feed, const char *label)
{
    BrokerPublishPolicy policy = {.label = label, .launcher = "/usr/bin/true"};
    g_autoptr(GError) error = NULL;
    broker_publisher_update(publisher, guest, feed->catalog, &policy, &error);
    g_assert_no_error(error);
}

static void
write_root_menu(const char *root)
{
    g_autofree char *dir = g_build_filename(root, "etc", "menus", NULL);
    g_autofree char *path = g_build_filename(dir, "applications.menu", NULL);
    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, root_menu, -1, NULL));
}

static void
test_menu(void)
{
    Feed *first = feed_new("demo"), *second = feed_new("other-1");
    const char *root = first->root;
    g_autofree char *data = g_build_filename(root, "data", NULL);
    g_autofree char *config = g_build_filename(root, "config", NULL);
    g_autofree char *state = g_build_filename(root, "state", NULL);
    g_autoptr(BrokerPublisher) publisher = broker_publisher_new(data, config, state);
    write_root_menu(root);

    feed_list(first, (const char *const[]){"b=Beta \xc3\xa4\\", "a=<Alpha> & \"Co\"", NULL});
    ChanApp app = {
        .id = CHAN_SPAN_TEXT("c"), .name = CHAN_SPAN_TEXT("Hidden"), .flags = CHAN_APP_HIDDEN};
    feed_app(first, &app);
    feed_list(second, (const char *const[]){"a=Other", NULL});
    // Its category must not put it among the host's own programs as well.
    app = (ChanApp){.id = CHAN_SPAN_TEXT("w"),
                    .name = CHAN_SPAN_TEXT("Writer"),
                    .n_categories = 1,
                    .categories = {CHAN_SPAN_TEXT("Office")}};
    feed_app(second, &app);
    update(publisher, "demo", first, "A <label> & more");
    update(publisher, "other-1", second, "Other");
    g_autofree char *menu = read_menu(root);
    g_assert_cmpstr(menu, ==,
                    "A <label> & more/\n"
                    "  casement.demo.a.desktop=<Alpha> & \"Co\"\n"
                    "  casement.demo.b.desktop=Beta \xc3\xa4\\\n"
                    "Other/\n"
                    "  casement.other-1.a.desktop=Other\n"
                    "  casement.other-1.w.desktop=Writer\n");

    feed_gone(first, "a");
    update(publisher, "demo", first, "Renamed");
    g_autoptr(GError) error = NULL;
    broker_publisher_remove(publisher, "other-1", &error);
    g_assert_no_error(error);
    g_autofree char *after = read_menu(root);
    g_assert_cmpstr(after, ==, "Renamed/\n  casement.demo.b.desktop=Beta \xc3\xa4\\\n");
    broker_publisher_remove(publisher, "demo", &error);
    g_assert_no_error(error);
    g_autofree char *nothing = read_menu(root);
    g_assert_cmpstr(nothing, ==, "");
    feed_free(first);
    feed_free(second);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/publish-menu/as-a-desktop-reads-it", test_menu);
    return g_test_run();
}
