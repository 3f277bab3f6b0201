// SPDX-License-Identifier: Apache-2.0
#include "channel/utf8.h"

#include <glib.h>
#include <string.h>

static void
assert_clean(const char *in, gsize size, const char *expected)
{
    char out[256];
    size_t n = chan_utf8_clean(CHAN_SPAN(in, size), out, sizeof out);

    g_assert_cmpstr(out, ==, expected);
    g_assert_cmpuint(n, ==, strlen(expected));
    g_assert_true(g_utf8_validate(out, -1, NULL));
}

#define CLEAN(in, expected) assert_clean(in, sizeof(in) - 1, expected)

static void
test_keeps(void)
{
    CLEAN("", "");
    CLEAN("Text Editor", "Text Editor");
    CLEAN("Größe 日本語 \xf0\x9f\x98\x80", "Größe 日本語 \xf0\x9f\x98\x80");
    CLEAN("\xe2\x80\x8d\xe2\x80\x8c\xef\xb8\x8f", "\xe2\x80\x8d\xe2\x80\x8c\xef\xb8\x8f");
    CLEAN("%f $(x) `y` \"z\"", "%f $(x) `y` \"z\"");
}

static void
test_spaces(void)
{
    CLEAN("a\tb\nc\r\nd\re\vf\fg", "a b c d e f g");
    CLEAN("  \t a b \n ", "a b");
    CLEAN("a\xc2\x85"
          "b\xe2\x80\xa8"
          "c\xe2\x80\xa9"
          "d",
          "a b c d");
    CLEAN(" \n\t", "");
}

static void
test_drops(void)
{
    CLEAN("a\0b\x01\x1b[31m\x7f", "ab[31m");
    CLEAN("a\xc2\x80\xc2\x9b"
          "b",
          "ab");
    CLEAN("a\xe2\x80\xae"
          "b\xe2\x81\xa6"
          "c\xe2\x81\xa9\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c",
          "abc");
    CLEAN("a\xe2\x80\x8b\xe2\x81\xa0\xef\xbb\xbf\xc2\xad"
          "b",
          "ab");
    CLEAN("a\xef\xb7\x90\xef\xbf\xbe\xf0\x9f\xbf\xbf"
          "b",
          "ab");
    CLEAN("a\xf3\xa0\x80\x81\xf3\xb0\x80\x80\xee\x80\x80"
          "b",
          "ab");
    CLEAN("a\xf3\xa0\x84\x80"
          "b",
          "a\xf3\xa0\x84\x80"
          "b"); // a variation selector stays
}

#define FFFD "\xef\xbf\xbd"

static void
test_invalid(void)
{
    CLEAN("a\xff"
          "b",
          "a" FFFD "b");
    CLEAN("\x80", FFFD);
    CLEAN("\xc0\x80", FFFD FFFD); // overlong
    CLEAN("\xc1\xbf", FFFD FFFD);
    CLEAN("\xe0\x80\x80", FFFD FFFD FFFD); // overlong
    CLEAN("\xed\xa0\x80", FFFD FFFD FFFD); // surrogate
    CLEAN("\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD);
    CLEAN("\xf5", FFFD);
    CLEAN("a\xe2\x82", "a" FFFD); // cut short
    CLEAN("a\xe2\x82"
          "b",
          "a" FFFD "b");
    CLEAN("a\xf0\x9f\x98"
          "\xc3\xa4",
          "a" FFFD "\xc3\xa4");
}

// The result is the longest run of whole characters that fits, for every capacity.
static void
test_capacity(void)
{
    const char *text = "aä€\xf0\x9f\x98\x80z";
    const size_t fits[] = {0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    char out[16];

    for (size_t capacity = 1; capacity < G_N_ELEMENTS(fits); capacity++) {
        memset(out, 'X', sizeof out);
        size_t n = chan_utf8_clean(CHAN_SPAN_TEXT(text), out, capacity);
        g_assert_cmpuint(n, ==, fits[capacity]);
        g_assert_cmpint(out[n], ==, 0);
        g_assert_cmpint(out[capacity], ==, 'X');
        g_assert_true(g_utf8_validate(out, -1, NULL));
    }
    g_assert_cmpuint(chan_utf8_clean(CHAN_SPAN_TEXT("ab  c"), out, 5), ==, 2);
    g_assert_cmpuint(chan_utf8_clean(CHAN_SPAN_TEXT("ab"), out, 0), ==, 0);
}

// Whatever the bytes, the result is valid and cleaning it again changes nothing.
static void
test_random(void)
{
    for (int round = 0; round < 20000; round++) {
        guint8 in[64];
        char once[256], twice[256];
        for (gsize i = 0; i < sizeof in; i++)
            in[i] = (guint8)(g_test_rand_bit() ? g_test_rand_int_range(0x80, 0x100)
                                               : g_test_rand_int_range(0, 0x100));
        size_t n = chan_utf8_clean(CHAN_SPAN(in, sizeof in), once, sizeof once);
        g_assert_true(g_utf8_validate(once, (gssize)n, NULL));
        g_assert_cmpuint(chan_utf8_clean(CHAN_SPAN(once, n), twice, sizeof twice), ==, n);
        g_assert_cmpstr(once, ==, twice);
    }
}

// Every code point: what GLib calls a control, format, private or unassigned-forever character
// does not come through, but for joiners and variation selectors; letters do.
static void
test_every_char(void)
{
    for (gunichar c = 1; c <= 0x10ffff; c++) {
        char in[8], out[8];
        if (!g_unichar_validate(c))
            continue;
        size_t n = (size_t)g_unichar_to_utf8(c, in);
        size_t m = chan_utf8_clean(CHAN_SPAN(in, n), out, sizeof out);
        GUnicodeType type = g_unichar_type(c);
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_PRIVATE_USE)
            g_assert_cmpuint(m, ==, 0);
        if (type == G_UNICODE_UPPERCASE_LETTER || type == G_UNICODE_LOWERCASE_LETTER ||
            type == G_UNICODE_MATH_SYMBOL || type == G_UNICODE_DECIMAL_NUMBER)
            g_assert_cmpmem(in, n, out, m);
        g_assert_true(m == 0 || m == n);
    }
}

static void
test_id(void)
{
    g_assert_true(chan_id_valid(CHAN_SPAN_TEXT("org.gnome.gedit"), 200));
    g_assert_true(chan_id_valid(CHAN_SPAN_TEXT("a_B+9@c-d"), 9));
    g_assert_false(chan_id_valid(CHAN_SPAN_TEXT("a_B+9@c-d"), 8));
    g_assert_false(chan_id_valid(CHAN_SPAN_TEXT(""), 8));
    g_assert_false(chan_id_valid(CHAN_SPAN_TEXT("."), 8));
    g_assert_false(chan_id_valid(CHAN_SPAN_TEXT("-rf"), 8));
    for (int c = 0; c < 256; c++) {
        guint8 id[2] = {'a', (guint8)c};
        g_assert_true(chan_id_valid(CHAN_SPAN(id, 2), 2) ==
                      (g_ascii_isalnum((char)c) || (c && strchr("._+@-", c))));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/utf8/keeps", test_keeps);
    g_test_add_func("/channel/utf8/spaces", test_spaces);
    g_test_add_func("/channel/utf8/drops", test_drops);
    g_test_add_func("/channel/utf8/invalid", test_invalid);
    g_test_add_func("/channel/utf8/capacity", test_capacity);
    g_test_add_func("/channel/utf8/random", test_random);
    g_test_add_func("/channel/utf8/every-char", test_every_char);
    g_test_add_func("/channel/utf8/id", test_id);
    return g_test_run();
}
