// SPDX-License-Identifier: Apache-2.0

// The reader of XSETTINGS: integers among other kinds, in either byte order; every prefix is
// refused.

#include "rdpbridge/x11/xsettings_value.h"

#include <glib.h>
#include <string.h>

// A string, a colour and two integers: Net/ThemeName "Adw", a colour, Gdk/WindowScalingFactor 2,
// Xft/DPI 196608.
static const guint8 little[] = {
    0, 0, 0, 0, 7,   0,   0,   0,   4,   0,   0,   0, //
    1, 0, 4, 0, 'N', 'a', 'm', 'e', 1,   0,   0,   0, 3, 0, 0, 0, 'A', 'd', 'w', 0,
    2, 0, 3, 0, 'C', 'o', 'l', 0,   1,   0,   0,   0, 1, 0, 2, 0, 3,   0,   4,   0,
    0, 0, 5, 0, 'S', 'c', 'a', 'l', 'e', 0,   0,   0, 1, 0, 0, 0, 2,   0,   0,   0,
    0, 0, 7, 0, 'X', 'f', 't', '/', 'D', 'P', 'I', 0, 1, 0, 0, 0, 0,   0,   3,   0,
};

static const guint8 big[] = {
    1, 0, 0, 0, 0,   0,   0,   7,   0,   0,   0,   1, //
    0, 0, 0, 7, 'X', 'f', 't', '/', 'D', 'P', 'I', 0, 0, 0, 0, 1, 0, 3, 0, 0,
};

static void
test_reads(void)
{
    gint32 value = 0;

    g_assert_true(host_xsettings_integer(little, sizeof little, "Scale", &value));
    g_assert_cmpint(value, ==, 2);
    g_assert_true(host_xsettings_integer(little, sizeof little, "Xft/DPI", &value));
    g_assert_cmpint(value, ==, 196608);
    g_assert_true(host_xsettings_integer(big, sizeof big, "Xft/DPI", &value));
    g_assert_cmpint(value, ==, 196608);
    g_assert_false(host_xsettings_integer(little, sizeof little, "Name", &value)); // no integer
    g_assert_false(host_xsettings_integer(little, sizeof little, "Xft", &value));
}

static void
test_prefixes(void)
{
    gint32 value;

    for (size_t n = 0; n < sizeof little; n++) {
        g_autofree guint8 *cut = g_memdup2(little, n); // so that a sanitizer sees a read past it
        g_assert_false(host_xsettings_integer(cut, n, "Xft/DPI", &value));
    }
}

static void
test_broken(void)
{
    guint8 bytes[sizeof little];
    gint32 value;

    for (size_t i = 0; i < sizeof bytes; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bytes, little, sizeof bytes);
            bytes[i] ^= (guint8)(1 << bit);
            (void)host_xsettings_integer(bytes, sizeof bytes, "Xft/DPI", &value);
        }
    memcpy(bytes, little, sizeof bytes);
    memset(bytes + 24, 0xff, 4); // the string's length
    g_assert_false(host_xsettings_integer(bytes, sizeof bytes, "Xft/DPI", &value));
    memcpy(bytes, little, sizeof bytes);
    bytes[12] = 3; // no such type
    g_assert_false(host_xsettings_integer(bytes, sizeof bytes, "Xft/DPI", &value));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/xsettings/reads", test_reads);
    g_test_add_func("/view/xsettings/prefixes", test_prefixes);
    g_test_add_func("/view/xsettings/broken", test_broken);
    return g_test_run();
}
