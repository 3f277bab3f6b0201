// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/icons.h"

#include <string.h>

static GArray *
items_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(guint32));
}

static void
append(GArray *items, guint32 width, guint32 height, guint32 colour)
{
    g_array_append_val(items, width);
    g_array_append_val(items, height);
    for (gsize i = 0; i < (gsize)width * height; i++)
        g_array_append_val(items, colour);
}

static void
parse(RaIcons *icons, const GArray *items)
{
    ra_icons_parse(icons, (const guint32 *)(gconstpointer)items->data, items->len);
}

static void
assert_icon(const RaIcons *icons, guint i, int width, int height, guint32 colour)
{
    const RaIcon *icon = &icons->icon[i];

    g_assert_cmpint(icon->width, ==, width);
    g_assert_cmpint(icon->height, ==, height);
    g_assert_cmphex(icon->argb[0], ==, colour);
    g_assert_cmphex(icon->argb[width * height - 1], ==, colour);
}

static void
test_sizes(void)
{
    RaIcons icons = {0};
    g_autoptr(GArray) items = items_new();
    append(items, 16, 16, 0xff0000ff);
    append(items, 64, 64, 0x80ff0000);
    append(items, 16, 16, 0xff00ff00); // the same size again: the first counts
    append(items, 24, 12, 0xffffffff);
    append(items, 1024, 1024, 0xff123456);
    parse(&icons, items);
    g_assert_cmpuint(icons.count, ==, 4); // as they are, in their order
    assert_icon(&icons, 0, 16, 16, 0xff0000ff);
    assert_icon(&icons, 1, 64, 64, 0x80ff0000);
    assert_icon(&icons, 2, 24, 12, 0xffffffff);
    assert_icon(&icons, 3, 1024, 1024, 0xff123456);
    ra_icons_clear(&icons);
    g_assert_cmpuint(icons.count, ==, 0);
}

static void
test_hostile(void)
{
    static const guint32 sizes[][2] = {
        {0, 16},         {16, 0},        {0xffffffff, 0xffffffff}, {0x10000, 0x10000}, {2049, 1},
        {0x80000000, 2}, {65536, 65537}, {1, 0xffffffff},          {2048, 2048}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        RaIcons icons = {0};
        g_autoptr(GArray) items = items_new();
        append(items, 8, 8, 0xff000000);
        g_array_append_vals(items, sizes[i], 2);
        guint32 few[100] = {0};
        g_array_append_vals(items, few, G_N_ELEMENTS(few));
        parse(&icons, items);
        g_assert_cmpuint(icons.count, ==, 1);
        ra_icons_clear(&icons);
    }
}

// Every beginning of a good property is read without going past its end.
static void
test_prefixes(void)
{
    g_autoptr(GArray) items = items_new();
    append(items, 4, 4, 1);
    append(items, 6, 3, 2);
    for (guint n = 0; n <= items->len; n++) {
        RaIcons icons = {0};
        g_autofree guint32 *copy = g_memdup2(items->data, n * sizeof(guint32));
        ra_icons_parse(&icons, copy, n);
        g_assert_cmpuint(icons.count, ==, n >= items->len ? 2 : n >= 18 ? 1 : 0);
        ra_icons_clear(&icons);
    }
}

static void
test_many(void)
{
    RaIcons icons = {0};
    g_autoptr(GArray) items = items_new();
    for (guint32 side = 1; side < 50; side++)
        append(items, side, side, 0xff000000 | side);
    parse(&icons, items);
    g_assert_cmpuint(icons.count, ==, RA_ICONS_MAX);
    assert_icon(&icons, RA_ICONS_MAX - 1, RA_ICONS_MAX, RA_ICONS_MAX, 0xff000000 | RA_ICONS_MAX);
    ra_icons_clear(&icons);
}

// The larger ones are left out where all together are too many bytes.
static void
test_room(void)
{
    RaIcons icons = {0};
    g_autoptr(GArray) items = items_new();
    append(items, 1024, 1024, 1);
    append(items, 1024, 1023, 2);
    append(items, 512, 512, 3);
    append(items, 1025, 1, 4);
    append(items, 48, 32, 5);
    parse(&icons, items);
    g_assert_cmpuint(icons.count, ==, 3);
    assert_icon(&icons, 0, 1024, 1023, 2);
    assert_icon(&icons, 1, 512, 512, 3);
    assert_icon(&icons, 2, 48, 32, 5);
    ra_icons_clear(&icons);
}

// One that is too large by itself is better than none, in a usual size.
static void
test_too_large(void)
{
    RaIcons icons = {0};
    g_autoptr(GArray) items = items_new();
    append(items, 1200, 1200, 0xff123456);
    parse(&icons, items);
    g_assert_cmpuint(icons.count, ==, 1);
    assert_icon(&icons, 0, 150, 150, 0xff123456);
    ra_icons_clear(&icons);
}

static void
test_square(void)
{
    guint32 *argb = g_new(guint32, 24 * 12);
    for (guint i = 0; i < 24 * 12; i++)
        argb[i] = 0xffffffff;
    RaIcon icon = {24, 12, argb}, same = ra_icon_square(&icon, 24),
           half = ra_icon_square(&icon, 23);
    g_assert_cmpint(same.width, ==, 24);
    g_assert_cmpint(same.height, ==, 24);
    g_assert_cmphex(same.argb[0], ==, 0);
    g_assert_cmphex(same.argb[24 * 12], ==, 0xffffffff);
    g_assert_cmpint(half.width, ==, 12);
    g_assert_cmphex(half.argb[12 * 6], ==, 0xffffffff);
    g_free((gpointer)same.argb);
    g_free((gpointer)half.argb);
    g_free(argb);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/desktop/icons/sizes", test_sizes);
    g_test_add_func("/desktop/icons/hostile", test_hostile);
    g_test_add_func("/desktop/icons/prefixes", test_prefixes);
    g_test_add_func("/desktop/icons/many", test_many);
    g_test_add_func("/desktop/icons/room", test_room);
    g_test_add_func("/desktop/icons/too-large", test_too_large);
    g_test_add_func("/desktop/icons/square", test_square);
    return g_test_run();
}
