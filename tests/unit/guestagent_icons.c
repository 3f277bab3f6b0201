// SPDX-License-Identifier: Apache-2.0

// Icons of a guest: which file is taken, how it is drawn, what is remembered.

#include "guestagent/linux/iconcache.h"
#include "guestagent/linux/iconimage.h"
#include "guestagent/linux/icontheme.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

static char *root;

static char *
in_root(const char *relative)
{
    char *path = g_build_filename(root, relative, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    g_mkdir_with_parents(folder, 0700);
    return path;
}

static void
add_text(const char *relative, const char *text)
{
    g_autofree char *path = in_root(relative);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
add_png(const char *relative, int width, int height, guint32 rgba)
{
    g_autofree char *path = in_root(relative);
    g_autoptr(GdkPixbuf) image = gdk_pixbuf_new(GDK_COLORSPACE_RGB, TRUE, 8, width, height);

    gdk_pixbuf_fill(image, rgba);
    g_assert_true(gdk_pixbuf_save(image, path, "png", NULL, NULL));
}

#define SVG                                                                                        \
    "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'>"                              \
    "<rect width='10' height='10' fill='#ff0000' fill-opacity='0.5'/></svg>"

static void
add_themes(void)
{
    add_text("data/icons/hicolor/index.theme",
             "[Icon Theme]\nName=H\nDirectories=16x16/apps,48x48/apps,scalable/apps\n"
             "[16x16/apps]\nSize=16\nType=Fixed\n[48x48/apps]\nSize=48\n"
             "[scalable/apps]\nSize=128\nMinSize=8\nMaxSize=512\nType=Scalable\n");
    add_text("data/icons/mine/index.theme",
             "[Icon Theme]\nName=M\nInherits=parent,hicolor\nDirectories=48/apps,48@2/apps\n"
             "[48/apps]\nSize=48\nType=Threshold\nThreshold=4\n[48@2/apps]\nSize=48\nScale=2\n");
    add_text("data/icons/parent/index.theme",
             "[Icon Theme]\nName=P\nDirectories=32\n[32]\nSize=32\n");
    add_text("config/gtk-3.0/settings.ini", "[Settings]\ngtk-icon-theme-name=mine\n");
    add_png("data/icons/hicolor/16x16/apps/both.png", 16, 16, 0xff0000ff);
    add_png("data/icons/hicolor/48x48/apps/both.png", 48, 48, 0xff0000ff);
    add_text("data/icons/hicolor/scalable/apps/vector.svg", SVG);
    add_png("data/icons/mine/48/apps/both.png", 48, 48, 0x00ff00ff);
    add_png("data/icons/parent/32/inherited.png", 32, 32, 0x0000ffff);
    add_png("data/icons/hicolor/16x16/apps/inherited.png", 16, 16, 0x0000ffff);
    add_png("system/pixmaps/old.png", 40, 20, 0x11223344);
    add_text("system/pixmaps/odd.name.svg", SVG);
}

static void
check_lookup(AgentIconTheme *theme, const char *icon, int size, const char *expected)
{
    g_autofree char *found = agent_icon_theme_lookup(theme, icon, size);
    g_autofree char *path = expected ? g_build_filename(root, expected, NULL) : NULL;

    g_assert_cmpstr(found, ==, path);
}

static void
test_lookup(void)
{
    g_autoptr(AgentIconTheme) theme = agent_icon_theme_new();
    g_autofree char *absolute = g_build_filename(root, "system/pixmaps/old.png", NULL);

    agent_icon_theme_refresh(theme);
    // The user's theme first, at whatever size it has.
    check_lookup(theme, "both", 48, "data/icons/mine/48/apps/both.png");
    check_lookup(theme, "both", 16, "data/icons/mine/48/apps/both.png");
    check_lookup(theme, "inherited", 16, "data/icons/parent/32/inherited.png");
    check_lookup(theme, "vector", 256, "data/icons/hicolor/scalable/apps/vector.svg");
    check_lookup(theme, "vector.svg", 24, "data/icons/hicolor/scalable/apps/vector.svg");
    check_lookup(theme, "old", 48, "system/pixmaps/old.png");
    check_lookup(theme, "old.png", 48, "system/pixmaps/old.png");
    check_lookup(theme, "odd.name", 48, "system/pixmaps/odd.name.svg");
    check_lookup(theme, absolute, 48, "system/pixmaps/old.png");
    check_lookup(theme, "/no/such/icon.png", 48, NULL);
    check_lookup(theme, "nothing", 48, NULL);
    check_lookup(theme, "../pixmaps/old", 48, NULL);
    check_lookup(theme, "", 48, NULL);
}

static void
test_refresh(void)
{
    g_autoptr(AgentIconTheme) theme = agent_icon_theme_new();

    agent_icon_theme_refresh(theme);
    check_lookup(theme, "later", 48, NULL);
    add_png("data/icons/hicolor/48x48/apps/later.png", 48, 48, 0xff);
    agent_icon_theme_refresh(theme);
    check_lookup(theme, "later", 48, "data/icons/hicolor/48x48/apps/later.png");
}

static void
test_straight_alpha(void)
{
    g_autofree char *svg = in_root("data/icons/hicolor/scalable/apps/vector.svg");
    g_autofree char *png = in_root("system/pixmaps/old.png");
    g_autoptr(AgentIconImage) vector = agent_icon_image_new(svg, 64, NULL);
    g_autoptr(AgentIconImage) raster = agent_icon_image_new(png, 32, NULL);
    gsize size;

    g_assert_nonnull(vector);
    const guint8 *pixels = g_bytes_get_data(vector->pixels, &size);
    g_assert_cmpuint(size, ==, 64 * 64 * 4);
    const guint8 *middle = pixels + (32 * 64 + 32) * 4;
    g_assert_cmpint(middle[0], ==, 0);
    g_assert_cmpint(middle[2], >=, 253); // premultiplied it would be 128
    g_assert_cmpint(middle[3], >=, 126);
    g_assert_cmpint(middle[3], <=, 129);

    // 40 × 20 in the middle of a square of 32: rows 8 to 23.
    pixels = g_bytes_get_data(raster->pixels, &size);
    g_assert_cmpint(pixels[(7 * 32 + 16) * 4 + 3], ==, 0);
    g_assert_cmpint(pixels[(24 * 32 + 16) * 4 + 3], ==, 0);
    middle = pixels + (8 * 32) * 4;
    g_assert_cmpmem(middle, 4, "\x33\x22\x11\x44", 4);
}

static void
test_hash(void)
{
    static const guint8 pixel[4] = {1, 2, 3, 4};
    guint8 hash[CHAN_ICON_HASH_SIZE];
    g_autoptr(GString) hex = g_string_new(NULL);

    agent_icon_hash(1, 1, pixel, hash);
    for (guint i = 0; i < sizeof hash; i++)
        g_string_append_printf(hex, "%02x", hash[i]);
    g_autofree char *expected = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)"\1\0\0\0\1\0\0\0\1\2\3\4", 12);
    g_assert_cmpstr(hex->str, ==, expected);
}

static void
test_unfit(void)
{
    g_autofree char *small = in_root("data/icons/hicolor/16x16/apps/both.png");
    g_autofree char *tiny = in_root("tiny.png"), *text = in_root("text.png");
    g_autoptr(GError) error = NULL;

    g_assert_null(agent_icon_image_new(small, 24, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
    g_clear_error(&error);
    add_png("tiny.png", 8, 8, 0xff00ffff);
    g_autoptr(AgentIconImage) scaled = agent_icon_image_new(tiny, 16, &error);
    g_assert_no_error(error);
    g_assert_nonnull(scaled);
    add_text("text.png", "no image at all");
    g_assert_null(agent_icon_image_new(text, 16, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_null(agent_icon_image_new(root, 16, &error));
    g_assert_nonnull(error);
}

static void
test_cache(void)
{
    g_autofree char *file = in_root("cache/icons"), *icon = in_root("a b%\n.png");
    guint8 hash[CHAN_ICON_HASH_SIZE], back[CHAN_ICON_HASH_SIZE];
    guint side = 0;

    memset(hash, 7, sizeof hash);
    add_text("a b%\n.png", "x");
    {
        g_autoptr(AgentIconCache) cache = agent_icon_cache_new(file);
        g_assert_cmpint(agent_icon_cache_get(cache, icon, 16, back), ==, AGENT_ICON_UNKNOWN);
        agent_icon_cache_put(cache, icon, 16, hash);
        agent_icon_cache_put(cache, icon, 24, NULL);
        agent_icon_cache_save(cache);
    }
    g_autoptr(AgentIconCache) cache = agent_icon_cache_new(file);
    g_assert_cmpint(agent_icon_cache_get(cache, icon, 16, back), ==, AGENT_ICON_KNOWN);
    g_assert_cmpmem(back, sizeof back, hash, sizeof hash);
    g_assert_cmpint(agent_icon_cache_get(cache, icon, 24, back), ==, AGENT_ICON_UNFIT);
    g_assert_cmpstr(agent_icon_cache_find(cache, hash, &side), ==, icon);
    g_assert_cmpuint(side, ==, 16);
    add_text("a b%\n.png", "changed");
    g_assert_cmpint(agent_icon_cache_get(cache, icon, 16, back), ==, AGENT_ICON_UNKNOWN);
    // Nothing in the file ends the agent.
    add_text("cache/icons", "casement icons 1\n16 1\n999 1 1 - x\n16 1 1 zz x\n\n16 a b - y\n");
    g_autoptr(AgentIconCache) broken = agent_icon_cache_new(file);
    g_assert_cmpint(agent_icon_cache_get(broken, icon, 16, back), ==, AGENT_ICON_UNKNOWN);
}

int
main(int argc, char **argv)
{
    root = g_dir_make_tmp("casement-icons-XXXXXX", NULL);
    g_autofree char *data = g_build_filename(root, "data", NULL);
    g_autofree char *config = g_build_filename(root, "config", NULL);
    g_autofree char *system = g_build_filename(root, "system", NULL);
    g_setenv("HOME", root, TRUE);
    g_setenv("XDG_DATA_HOME", data, TRUE);
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    g_setenv("XDG_DATA_DIRS", system, TRUE);
    add_themes();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/icons/lookup", test_lookup);
    g_test_add_func("/icons/refresh", test_refresh);
    g_test_add_func("/icons/straight-alpha", test_straight_alpha);
    g_test_add_func("/icons/hash", test_hash);
    g_test_add_func("/icons/unfit", test_unfit);
    g_test_add_func("/icons/cache", test_cache);
    int failed = g_test_run();
    char *cleanup[] = {(char[]){"rm"}, (char[]){"-r"}, root, NULL};
    g_spawn_sync(NULL, cleanup, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
    return failed;
}
