// SPDX-License-Identifier: Apache-2.0

// Argument lines, scancodes, keyboard layouts, bands of damage and clipboard text of
// casement-remoteapp.

#include "guestagent/remoteapp/arguments.h"
#include "guestagent/remoteapp/bands.h"
#include "guestagent/remoteapp/clip_text.h"
#include "guestagent/remoteapp/layout.h"
#include "guestagent/remoteapp/scancode.h"

#include <linux/input-event-codes.h>
#include <string.h>

static void
check_line(const char *line, const char *const *want)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) got = ra_arguments_parse(line, &error);
    g_assert_nonnull(got);
    g_assert_true(g_strv_equal((const char *const *)got, want));
}

static void
test_arguments(void)
{
    check_line("", (const char *[]){NULL});
    check_line("  \t ", (const char *[]){NULL});
    check_line("a  b\tc ", (const char *[]){"a", "b", "c", NULL});
    check_line("\"\" x", (const char *[]){"", "x", NULL});
    check_line("\"two words\" \"tab\there\"", (const char *[]){"two words", "tab\there", NULL});
    check_line("\"a\\\"b\\\\c\\d\"", (const char *[]){"a\"b\\c\\d", NULL});
    check_line("C:\\dir\\x \\\"q\"", (const char *[]){"C:\\dir\\x", "\\q", NULL});
    check_line("pre\"in side\"post", (const char *[]){"prein sidepost", NULL});
    check_line("äöü €", (const char *[]){"äöü", "€", NULL});
    g_autoptr(GError) error = NULL;
    g_assert_null(ra_arguments_parse("\"open", &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_null(ra_arguments_parse("\"ends in backslash\\", &error));
    g_clear_error(&error);
    g_assert_null(ra_arguments_parse("x \"escaped end\\\"", &error));
}

static void
test_arguments_limit(void)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (int i = 0; i < RA_ARGUMENTS_MAX; i++)
        g_string_append(line, "a ");
    g_auto(GStrv) all = ra_arguments_parse(line->str, NULL);
    g_assert_cmpuint(g_strv_length(all), ==, RA_ARGUMENTS_MAX);
    g_string_append(line, "a");
    g_autoptr(GError) error = NULL;
    g_assert_null(ra_arguments_parse(line->str, &error));
    g_assert_nonnull(error);
}

static void
test_scancodes(void)
{
    g_assert_cmpuint(ra_scancode_to_evdev(0x01, false), ==, KEY_ESC);
    g_assert_cmpuint(ra_scancode_to_evdev(0x1E, false), ==, KEY_A);
    g_assert_cmpuint(ra_scancode_to_evdev(0x53, false), ==, KEY_KPDOT);
    g_assert_cmpuint(ra_scancode_to_evdev(0x53, true), ==, KEY_DELETE);
    g_assert_cmpuint(ra_scancode_to_evdev(0x1D, true), ==, KEY_RIGHTCTRL);
    g_assert_cmpuint(ra_scancode_to_evdev(0x38, true), ==, KEY_RIGHTALT);
    g_assert_cmpuint(ra_scancode_to_evdev(0x56, false), ==, KEY_102ND);
    g_assert_cmpuint(ra_scancode_to_evdev(0x58, false), ==, KEY_F12);
    g_assert_cmpuint(ra_scancode_to_evdev(0x5B, true), ==, KEY_LEFTMETA);
    g_assert_cmpuint(ra_scancode_to_evdev(0x76, false), ==, KEY_F24);
    g_assert_cmpuint(ra_scancode_to_evdev(0x2A, true), ==, 0); // a fake shift
    g_assert_cmpuint(ra_scancode_to_evdev(0x00, false), ==, 0);
    // No two codes are the same key, but for those that keyboards really have twice.
    guint seen[256] = {0};
    for (guint code = 0; code < 256; code++)
        for (guint extended = 0; extended < 2; extended++)
            seen[ra_scancode_to_evdev((uint8_t)code, extended != 0) & 0xFF]++;
    for (guint key = 1; key < 256; key++) {
        bool twice = key == KEY_SYSRQ || key == KEY_NUMLOCK || key == KEY_LEFTMETA ||
                     key == KEY_RIGHTMETA || key == KEY_COMPOSE;
        g_assert_cmpuint(seen[key], <=, twice ? 3 : 1);
    }
}

static void
check_layout(guint32 id, const char *layout, const char *variant)
{
    const RaLayout *found = ra_layout_find(id);
    g_assert_nonnull(found);
    g_assert_cmpstr(found->layout, ==, layout);
    g_assert_cmpstr(found->variant, ==, variant);
}

static void
test_layouts(void)
{
    check_layout(0x0409, "us", "");
    check_layout(0x0407, "de", "");
    check_layout(0x0807, "ch", "");
    check_layout(0x100C, "ch", "fr");
    check_layout(0x0809, "gb", "");
    check_layout(0x10409, "us", "dvorak");
    check_layout(0x20409, "us", "intl");
    check_layout(0x0415, "pl", "");
    check_layout(0x7F0407, "de", ""); // a variant that is not known
    g_assert_null(ra_layout_find(0));
    g_assert_null(ra_layout_find(0xFFFF));
}

static void
test_bands(void)
{
    RaRect rects[] = {{-5, -5, 20, 10}, {90, 40, 50, 50}, {100, 0, 5, 5},
                      {0, 50, 5, 5},    {10, 10, 0, 5},   {G_MININT / 4, 0, 4, 4}};
    g_assert_cmpuint(ra_bands_clip(rects, G_N_ELEMENTS(rects), 100, 50), ==, 2);
    g_assert_cmpint(rects[0].x, ==, 0);
    g_assert_cmpint(rects[0].width, ==, 15);
    g_assert_cmpint(rects[0].height, ==, 5);
    g_assert_cmpint(rects[1].width, ==, 10);
    g_assert_cmpint(rects[1].height, ==, 10);
    g_assert_cmpint(ra_bands_rows(&(RaRect){0, 0, 64, 64}), ==, 1024);
    for (int width = 1; width <= 16384; width *= 2)
        g_assert_cmpint(ra_bands_rows(&(RaRect){0, 0, width, 1}) * width * 4, <=, RA_BAND_BYTES);
}

static void
check_text(const char *text, const char *back)
{
    gsize size = 0;
    g_autofree guint8 *data = ra_clip_text_encode(text, &size);
    g_assert_nonnull(data);
    g_assert_cmpuint(data[size - 1] | data[size - 2], ==, 0);
    g_autofree char *decoded = ra_clip_text_decode(CHAN_SPAN(data, size));
    g_assert_cmpstr(decoded, ==, back);
}

static void
test_clip_text(void)
{
    check_text("", "");
    check_text("one\ntwo\n", "one\ntwo\n");
    check_text("was\r\nso", "was\nso"); // not \r\r\n
    check_text("lone \r stays", "lone \r stays");
    check_text("Grüße € \xF0\x9F\x98\x80", "Grüße € \xF0\x9F\x98\x80");
    gsize size = 0;
    g_assert_null(ra_clip_text_encode("\xFF\xFE", &size));
    // Without a terminator, of odd length, with half a surrogate pair, and nothing at all.
    g_autofree char *a = ra_clip_text_decode(CHAN_SPAN("h\0i\0", 4));
    g_assert_cmpstr(a, ==, "hi");
    g_autofree char *b = ra_clip_text_decode(CHAN_SPAN("h\0i", 3));
    g_assert_cmpstr(b, ==, "h");
    g_autofree char *c = ra_clip_text_decode(CHAN_SPAN("h\0\x00\xD8x\0", 6));
    g_assert_cmpstr(c, ==, "h");
    g_autofree char *d = ra_clip_text_decode(CHAN_SPAN("", 0));
    g_assert_cmpstr(d, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remoteapp/arguments", test_arguments);
    g_test_add_func("/remoteapp/arguments/limit", test_arguments_limit);
    g_test_add_func("/remoteapp/scancodes", test_scancodes);
    g_test_add_func("/remoteapp/layouts", test_layouts);
    g_test_add_func("/remoteapp/bands", test_bands);
    g_test_add_func("/remoteapp/clip-text", test_clip_text);
    return g_test_run();
}
