// SPDX-License-Identifier: Apache-2.0

// Balloons of tray icons, from the messages in which they come, good and bad ones.

#include "guestagent/remoteapp/x11/balloon.h"

#include <string.h>

static RaBalloonParts parts;

// All of the text in its messages; whether it is whole with the last one, and not before.
static bool
add(const char *text)
{
    gsize size = strlen(text);
    bool whole = false;

    for (gsize at = 0; at < size; at += RA_BALLOON_PART) {
        char part[RA_BALLOON_PART] = {0};
        g_assert_false(whole);
        memcpy(part, text + at, MIN(size - at, sizeof part));
        whole = ra_balloon_add(&parts, part);
    }
    return whole;
}

static void
assert_taken(const char *text)
{
    g_autofree char *taken = ra_balloon_take(&parts);
    char part[RA_BALLOON_PART] = "more";

    g_assert_cmpstr(taken, ==, text);
    g_assert_false(ra_balloon_add(&parts, part)); // it is over
}

static void
test_whole(void)
{
    for (guint size = 1; size <= 3 * RA_BALLOON_PART; size++) {
        g_autofree char *text = g_strnfill(size, 'x');
        g_assert_false(ra_balloon_begin(&parts, size, 5000, size));
        g_assert_true(add(text));
        g_assert_cmpuint(parts.id, ==, size);
        g_assert_cmpint(parts.timeout_ms, ==, 5000);
        assert_taken(text);
    }
}

static void
test_empty(void)
{
    g_assert_true(ra_balloon_begin(&parts, 1, -5, 0));
    g_assert_cmpint(parts.timeout_ms, ==, 0);
    assert_taken("");
    g_assert_false(ra_balloon_begin(&parts, 1, 0, RA_BALLOON_PART));
    char part[RA_BALLOON_PART] = {0}; // a text that ends before it begins
    g_assert_true(ra_balloon_add(&parts, part));
    g_autofree char *taken = ra_balloon_take(&parts);
    g_assert_true(g_utf8_validate(taken, -1, NULL));
}

// Neither its bytes nor how many they are said to be are to be believed.
static void
test_hostile(void)
{
    char part[RA_BALLOON_PART];

    memset(part, 0xff, sizeof part);
    g_assert_false(ra_balloon_add(&parts, part)); // of none
    g_assert_false(ra_balloon_begin(&parts, 1, G_MAXINT32, G_MAXUINT32));
    for (guint i = 0; i < 10000; i++)
        g_assert_false(ra_balloon_add(&parts, part));
    g_assert_cmpuint(parts.text->len, ==, RA_BALLOON_MAX);
    // Another one in its place; a long one is cut.
    g_autofree char *text = g_strnfill(2 * RA_BALLOON_MAX, 'y');
    g_assert_false(ra_balloon_begin(&parts, 2, 0, 2 * RA_BALLOON_MAX));
    g_assert_true(add(text));
    text[RA_BALLOON_MAX] = 0;
    assert_taken(text);
    g_assert_false(ra_balloon_begin(&parts, 3, 0, sizeof part));
    g_assert_true(ra_balloon_add(&parts, part));
    g_autofree char *taken = ra_balloon_take(&parts);
    g_assert_true(g_utf8_validate(taken, -1, NULL));
    g_assert_false(ra_balloon_begin(&parts, 4, 0, 1));
    ra_balloon_clear(&parts);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/desktop/balloon/whole", test_whole);
    g_test_add_func("/desktop/balloon/empty", test_empty);
    g_test_add_func("/desktop/balloon/hostile", test_hostile);
    return g_test_run();
}
