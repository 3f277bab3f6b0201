// SPDX-License-Identifier: Apache-2.0

// What a window is called: round trip, every prefix of a valid set, each limit.

#include "channel/window_channel.h"

#include <glib.h>
#include <string.h>

#define WINDOW 0x12345678u

static guint8 bytes[CHAN_WINDOW_NAMES_BYTES_MAX + 64];
static ChanWindowNames said;

static ChanSpan
packed(const ChanWindowNames *names)
{
    return chan_window_names_pack(names, bytes, sizeof bytes);
}

static void
assert_text(ChanWindowName which, const char *text)
{
    g_assert_true(said.said & (1u << which));
    g_assert_cmpmem(said.untrusted_text[which].data, said.untrusted_text[which].size, text,
                    strlen(text));
}

static void
test_round_trip(void)
{
    ChanWindowNames names = {0}, cut;

    chan_window_names_add(&names, CHAN_NAME_TITLE, CHAN_SPAN_TEXT("A title"));
    chan_window_names_add(&names, CHAN_NAME_OLD_TITLE, CHAN_SPAN_TEXT("A title"));
    chan_window_names_add(&names, CHAN_NAME_OLD_ICON, CHAN_SPAN_TEXT("An icon"));
    ChanSpan all = packed(&names);
    g_assert_cmpuint(all.size, ==, 2 + 2 + 7 + 2 + 7); // the title once
    g_assert_true(chan_window_names_unpack(all, &said));
    assert_text(CHAN_NAME_TITLE, "A title");
    assert_text(CHAN_NAME_OLD_TITLE, "A title");
    assert_text(CHAN_NAME_OLD_ICON, "An icon");
    g_assert_false(said.said & (1u << CHAN_NAME_ICON));
    for (gsize size = 0; size < all.size; size++) {
        g_autofree guint8 *part = g_memdup2(bytes, MAX(size, 1)); // a read past it is seen
        g_assert_false(chan_window_names_unpack(CHAN_SPAN(part, size), &cut));
    }
    g_assert_false(chan_window_names_unpack(CHAN_SPAN(bytes, all.size + 1), &cut));
    g_assert_cmpuint(chan_window_names_pack(&names, bytes, all.size - 1).size, ==, 0);
}

static void
test_none_and_empty(void)
{
    ChanWindowNames names = {0};

    g_assert_true(chan_window_names_unpack(packed(&names), &said));
    g_assert_cmpuint(said.said, ==, 0);
    for (guint i = 0; i < CHAN_NAMES; i++)
        chan_window_names_add(&names, (ChanWindowName)i, CHAN_SPAN(NULL, 0));
    g_assert_true(chan_window_names_unpack(packed(&names), &said));
    for (guint i = 0; i < CHAN_NAMES; i++)
        assert_text((ChanWindowName)i, "");
}

static void
test_limits(void)
{
    static char text[CHAN_NAMES][CHAN_WINDOW_NAME_MAX + 1];
    ChanWindowNames names = {0};

    for (guint i = 0; i < CHAN_NAMES; i++) {
        memset(text[i], 'a' + (int)i, sizeof text[i]);
        chan_window_names_add(&names, (ChanWindowName)i, CHAN_SPAN(text[i], CHAN_WINDOW_NAME_MAX));
    }
    ChanSpan all = packed(&names);
    g_assert_cmpuint(all.size, ==, CHAN_WINDOW_NAMES_BYTES_MAX);
    g_assert_true(chan_window_names_unpack(all, &said));
    names.untrusted_text[CHAN_NAME_OLD_ICON].size++;
    g_assert_false(chan_window_names_unpack(packed(&names), &said));
}

// Bits that mean nothing, or another than is said.
static void
test_bits(void)
{
    const guint8 bad[][2] = {{1u << CHAN_NAMES, 0}, {1, 1}, {2, 4}, {6, 2}, {0, 1}};
    guint8 empty[10] = {0};

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        for (gsize size = 2; size <= sizeof empty; size++) {
            memcpy(empty, bad[i], 2);
            g_assert_false(chan_window_names_unpack(CHAN_SPAN(empty, size), &said));
        }
}

static void
test_message(void)
{
    static guint8 message[CHAN_WINDOW_NAMES_BYTES_MAX + 16];
    ChanWindowNames names = {0};
    g_autofree ChanWindowSaid *m = g_new0(ChanWindowSaid, 1);

    chan_window_names_add(&names, CHAN_NAME_TITLE, CHAN_SPAN_TEXT("T"));
    ChanSpan all = chan_window_names_encode(WINDOW, packed(&names), message, sizeof message);
    g_assert_true(chan_window_decode(all, m));
    g_assert_cmpint(m->type, ==, CHAN_WINDOW_NAMES);
    g_assert_cmpuint(m->window, ==, WINDOW);
    said = m->names;
    assert_text(CHAN_NAME_TITLE, "T");
    g_assert_false(chan_window_decode(CHAN_SPAN(message, all.size - 1), m));
    g_assert_false(chan_window_decode(CHAN_SPAN(message, all.size + 1), m));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/names/round-trip", test_round_trip);
    g_test_add_func("/channel/names/none-and-empty", test_none_and_empty);
    g_test_add_func("/channel/names/limits", test_limits);
    g_test_add_func("/channel/names/bits", test_bits);
    g_test_add_func("/channel/names/message", test_message);
    return g_test_run();
}
