// SPDX-License-Identifier: Apache-2.0

// What programs of the guest say of their tray icons: pictures and menus, good and bad ones.

#include "guestagent/remoteapp/tray/menu.h"
#include "guestagent/remoteapp/tray/picture.h"

#include <string.h>

#define RANDOM_TIMES 3000

static GVariant *
pixmap(gint32 width, gint32 height, gsize size, const char *argb)
{
    g_autofree char *bytes = g_malloc(size + 4);

    for (gsize i = 0; i < size; i++)
        bytes[i] = argb[i % 4];
    return g_variant_new("(ii@ay)", width, height,
                         g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1));
}

static RaTrayPicture
picture(GVariant **children, gsize count)
{
    g_autoptr(GVariant) all =
        g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE("(iiay)"), children, count));

    return ra_tray_picture_of_pixmaps(all);
}

static void
assert_picture(RaTrayPicture p, guint width, guint height, const char *bgra)
{
    gsize size = 0;
    const guint8 *bytes = p.bgra ? g_bytes_get_data(p.bgra, &size) : NULL;

    g_assert_cmpuint(p.width, ==, width);
    g_assert_cmpuint(p.height, ==, height);
    g_assert_cmpuint(size, ==, (gsize)width * height * 4);
    for (gsize i = 0; i < size; i += 4)
        g_assert_cmpmem(bytes + i, 4, bgra, 4);
    ra_tray_picture_clear(&p);
}

static void
test_best(void)
{
    GVariant *sizes[] = {pixmap(16, 16, 1024, "\xff\1\2\3"), pixmap(96, 96, 36864, "\x80\4\5\6"),
                         pixmap(97, 97, 37636, "\xff\7\7\7"), pixmap(22, 22, 1936, "\xff\7\7\7")};
    GVariant *large[] = {pixmap(400, 200, 320000, "\xff\7\7\7"),
                         pixmap(192, 97, 74496, "\x40\4\5\6")};
    GVariant *one[] = {pixmap(3, 2, 24, "\0\0\0\0")};

    assert_picture(picture(sizes, 4), 96, 96, "\6\5\4\x80");
    assert_picture(picture(large, 2), 96, 49, "\6\5\4\x40"); // halved
    assert_picture(picture(one, 1), 3, 2, "\0\0\0\0");
    assert_picture(picture(NULL, 0), 0, 0, "");
}

static void
test_bad(void)
{
    const struct {
        gint32 width, height;
        gsize size;
    } bad[] = {{0, 0, 0},
               {2, 2, 15},
               {2, 2, 17},
               {-1, -1, 4},
               {2049, 1, 8196},
               {G_MAXINT32, G_MAXINT32, 4},
               {1 << 16, 1 << 16, 0},
               {G_MININT32, 1, 0}};
    GVariant *all[G_N_ELEMENTS(bad) + 1];

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        all[i] = pixmap(bad[i].width, bad[i].height, bad[i].size, "\xff\1\2\3");
    all[G_N_ELEMENTS(bad)] = pixmap(1, 1, 4, "\xff\1\2\3");
    assert_picture(picture(all, G_N_ELEMENTS(all)), 1, 1, "\3\2\1\xff");
}

// Any bytes, as a message that lies about itself would have them.
static void
test_random(void)
{
    const GVariantType *types[] = {G_VARIANT_TYPE("a(iiay)"), G_VARIANT_TYPE("(ia{sv}av)")};

    for (guint i = 0; i < RANDOM_TIMES; i++) {
        gsize size = (gsize)g_test_rand_int_range(0, 400);
        guint8 *bytes = g_malloc(size + 1);
        for (gsize at = 0; at < size; at++)
            bytes[at] = (guint8)g_test_rand_int_range(0, i % 2 ? 256 : 8);
        g_autoptr(GBytes) all = g_bytes_new_take(bytes, size);
        g_autoptr(GVariant) pixmaps =
            g_variant_ref_sink(g_variant_new_from_bytes(types[0], all, FALSE));
        g_autoptr(GVariant) layout =
            g_variant_ref_sink(g_variant_new_from_bytes(types[1], all, FALSE));
        g_autoptr(GStringChunk) chunk = g_string_chunk_new(64);
        RaTrayPicture p = ra_tray_picture_of_pixmaps(pixmaps);
        ChanTrayMenu menu, said;
        guint8 encoded[CHAN_TRAY_MENU_BYTES_MAX];
        g_assert_cmpuint(MAX(p.width, p.height), <=, RA_TRAY_SIDE_MAX);
        ra_tray_picture_clear(&p);
        ra_tray_menu_read(layout, &menu, chunk);
        g_assert_true(
            chan_tray_menu_decode(chan_tray_menu_encode(&menu, encoded, sizeof encoded), &said));
    }
}

// levels: below it.
static GVariant *
submenu(gint32 id, guint levels, guint breadth, const char *label)
{
    GVariantBuilder properties, children;

    g_variant_builder_init(&properties, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&properties, "{sv}", "label", g_variant_new_string(label));
    g_variant_builder_add(&properties, "{sv}", "children-display", g_variant_new_string("submenu"));
    g_variant_builder_init(&children, G_VARIANT_TYPE("av"));
    for (guint i = 0; levels > 0 && i < breadth; i++)
        g_variant_builder_add(
            &children, "v", submenu((gint32)((guint32)id * 8 + i + 1), levels - 1, breadth, label));
    return g_variant_new("(ia{sv}av)", id, &properties, &children);
}

static void
read_menu(GVariant *layout, ChanTrayMenu *menu)
{
    static GStringChunk *chunk;
    g_autoptr(GVariant) sunk = g_variant_ref_sink(layout);
    ChanTrayMenu said;
    guint8 encoded[CHAN_TRAY_MENU_BYTES_MAX];

    if (!chunk)
        chunk = g_string_chunk_new(4096);
    ra_tray_menu_read(sunk, menu, chunk);
    g_assert_true(
        chan_tray_menu_decode(chan_tray_menu_encode(menu, encoded, sizeof encoded), &said));
}

static void
test_menu_limits(void)
{
    g_autofree char *label = g_strnfill(CHAN_TRAY_LABEL_MAX - 1, 'x');
    g_autofree char *too_long = g_strconcat(label, "ü", NULL);
    ChanTrayMenu menu;

    read_menu(submenu(1, 20, 1, "Deep"), &menu);
    g_assert_cmpuint(menu.count, ==, CHAN_TRAY_MENU_DEPTH_MAX);
    read_menu(submenu(1, 5, 4, "Many"), &menu);
    g_assert_cmpuint(menu.count, ==, CHAN_TRAY_MENU_MAX);
    read_menu(submenu(1, 1, 1, too_long), &menu);
    g_assert_cmpuint(menu.entries[0].untrusted_label.size, ==, CHAN_TRAY_LABEL_MAX - 1);
    read_menu(g_variant_new_string("no layout"), &menu);
    g_assert_cmpuint(menu.count, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remoteapp/tray/best", test_best);
    g_test_add_func("/remoteapp/tray/bad", test_bad);
    g_test_add_func("/remoteapp/tray/random", test_random);
    g_test_add_func("/remoteapp/tray/menu-limits", test_menu_limits);
    return g_test_run();
}
