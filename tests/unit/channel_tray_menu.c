// SPDX-License-Identifier: Apache-2.0

// The menu of a tray icon: round trip, every prefix of a valid one, each limit.

#include "channel/tray_menu.h"

#include <glib.h>
#include <string.h>

static guint8 bytes[CHAN_TRAY_MENU_BYTES_MAX + 64];

static ChanTrayMenuEntry
entry(gint32 id, guint8 depth, guint8 flags)
{
    return (ChanTrayMenuEntry){id, depth, flags, CHAN_SPAN("Label", 5)};
}

static gboolean
takes(const ChanTrayMenu *menu)
{
    ChanTrayMenu said;

    return chan_tray_menu_decode(chan_tray_menu_encode(menu, bytes, sizeof bytes), &said);
}

static void
test_round_trip(void)
{
    ChanTrayMenu menu = {.count = 3}, said, cut;

    menu.entries[0] = entry(G_MININT32, 1, CHAN_TRAY_MENU_SUBMENU);
    menu.entries[1] = entry(7, 2, CHAN_TRAY_MENU_CHECK | CHAN_TRAY_MENU_CHECKED);
    menu.entries[2] = entry(G_MAXINT32, 1, CHAN_TRAY_MENU_SEPARATOR);
    ChanSpan all = chan_tray_menu_encode(&menu, bytes, sizeof bytes);
    g_assert_true(chan_tray_menu_decode(all, &said));
    g_assert_cmpuint(said.count, ==, 3);
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpint(said.entries[i].id, ==, menu.entries[i].id);
        g_assert_cmpuint(said.entries[i].depth, ==, menu.entries[i].depth);
        g_assert_cmpuint(said.entries[i].flags, ==, menu.entries[i].flags);
        g_assert_cmpmem(said.entries[i].untrusted_label.data, said.entries[i].untrusted_label.size,
                        "Label", 5);
    }
    for (gsize size = 0; size < all.size; size++)
        g_assert_false(chan_tray_menu_decode(CHAN_SPAN(all.data, size), &cut));
    g_assert_false(chan_tray_menu_decode(CHAN_SPAN(bytes, all.size + 1), &cut));
}

static void
test_limits(void)
{
    static char label[CHAN_TRAY_LABEL_MAX + 1];
    static ChanTrayMenu full = {.count = CHAN_TRAY_MENU_MAX};
    ChanTrayMenu none = {0}, said;

    g_assert_true(takes(&none));
    memset(label, 'x', sizeof label);
    for (guint i = 0; i < CHAN_TRAY_MENU_MAX; i++)
        full.entries[i] =
            (ChanTrayMenuEntry){(gint32)i + 1, 1, 0, CHAN_SPAN(label, CHAN_TRAY_LABEL_MAX)};
    ChanSpan all = chan_tray_menu_encode(&full, bytes, sizeof bytes);
    g_assert_cmpuint(all.size, ==, CHAN_TRAY_MENU_BYTES_MAX);
    g_assert_true(chan_tray_menu_decode(all, &said));
    bytes[0] = 1; // one more
    bytes[1] = 1;
    g_assert_false(chan_tray_menu_decode(all, &said));
    full.count = 1;
    full.entries[0].untrusted_label.size++;
    g_assert_false(takes(&full));
}

static void
test_tree(void)
{
    ChanTrayMenu menu = {.count = CHAN_TRAY_MENU_DEPTH_MAX};

    for (guint8 i = 0; i < CHAN_TRAY_MENU_DEPTH_MAX; i++)
        menu.entries[i] = entry(i + 1, (guint8)(i + 1), CHAN_TRAY_MENU_SUBMENU);
    g_assert_true(takes(&menu));
    menu.entries[menu.count++] = entry(99, CHAN_TRAY_MENU_DEPTH_MAX + 1, 0);
    g_assert_false(takes(&menu)); // too deep
    menu.count = 2;
    menu.entries[1].depth = 3;
    g_assert_false(takes(&menu)); // of nobody
    menu.entries[1].depth = 2;
    menu.entries[0].flags = 0;
    g_assert_false(takes(&menu)); // of one that has none
    menu.count = 1;
    menu.entries[0] = entry(1, 2, 0);
    g_assert_false(takes(&menu));
    menu.entries[0] = entry(1, 0, 0);
    g_assert_false(takes(&menu));
    menu.entries[0] = entry(0, 1, 0); // the menu's own id
    g_assert_false(takes(&menu));
    menu.entries[0] = entry(1, 1, CHAN_TRAY_MENU_FLAGS_ALL + 1);
    g_assert_false(takes(&menu));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/tray-menu/round-trip", test_round_trip);
    g_test_add_func("/channel/tray-menu/limits", test_limits);
    g_test_add_func("/channel/tray-menu/tree", test_tree);
    return g_test_run();
}
