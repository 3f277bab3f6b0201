// SPDX-License-Identifier: Apache-2.0
// Messages of the ways of pixels and input past RDP: each as it is meant, no part of one, each
// limit to the one.

#include "channel/input_path.h"
#include "channel/pixel_path.h"
#include "channel/window_channel.h"

#include <glib.h>
#include <string.h>

static ChanPixelsType
check(gconstpointer message, gsize size, bool from_guest)
{
    // In memory of just that size, so that reading past it is seen.
    g_autofree guint8 *exact = g_memdup2(message, size);

    return chan_pixels_check(CHAN_SPAN(exact, size), from_guest);
}

// Whole it is of that type, from that end alone; in part it is nothing.
static void
assert_message(gconstpointer message, gsize size, ChanPixelsType type, bool from_guest)
{
    guint8 longer[sizeof(ChanPixelsFrame) + 8] = {0};

    g_assert_cmpint(check(message, size, from_guest), ==, type);
    g_assert_cmpint(check(message, size, !from_guest), ==, 0);
    for (gsize part = 1; part < size; part++)
        g_assert_cmpint(check(message, part, from_guest), ==, 0);
    memcpy(longer, message, size);
    g_assert_cmpint(check(longer, size + 1, from_guest), ==, 0);
}

static ChanPixelsFrame
frame(guint32 count)
{
    ChanPixelsFrame f = {
        .header.type = CHAN_PIXELS_FRAME, .buffer = 7, .serial = 9, .count = count};

    for (guint i = 0; i < MIN(count, CHAN_PIXELS_RECTS_MAX); i++)
        f.rects[i] = (ChanPixelsRect){(guint16)i, 2, 3, 4};
    return f;
}

static void
test_whole(void)
{
    ChanPixelsHello hello = {.header.type = CHAN_PIXELS_HELLO, .version = CHAN_PIXELS_VERSION};
    ChanPixelsBuffer buffer = {.header.type = CHAN_PIXELS_BUFFER,
                               .surface = UINT16_MAX,
                               .buffer = 1,
                               .width = CHAN_PIXELS_SIDE_MAX,
                               .height = 1,
                               .stride = CHAN_PIXELS_SIDE_MAX * 4};
    ChanPixelsBuffer refused = {.header.type = CHAN_PIXELS_REFUSED, .surface = 3};
    ChanPixelsHeader input = {.type = CHAN_PIXELS_INPUT};
    ChanPixelsShown shown = {.header.type = CHAN_PIXELS_SHOWN, .buffer = 1, .serial = 2};

    assert_message(&hello, sizeof hello, CHAN_PIXELS_HELLO, true);
    assert_message(&buffer, sizeof buffer, CHAN_PIXELS_BUFFER, false);
    assert_message(&refused, sizeof refused, CHAN_PIXELS_REFUSED, false);
    assert_message(&shown, sizeof shown, CHAN_PIXELS_SHOWN, false);
    assert_message(&input, sizeof input, CHAN_PIXELS_INPUT, false);
    for (guint32 count = 1; count <= CHAN_PIXELS_RECTS_MAX; count++) {
        ChanPixelsFrame f = frame(count);
        assert_message(&f, chan_pixels_frame_size(count), CHAN_PIXELS_FRAME, true);
    }
}

static void
test_frame_limits(void)
{
    static const ChanPixelsRect wrong[] = {
        {0, 0, 0, 1},
        {0, 0, 1, 0},
        {CHAN_PIXELS_SIDE_MAX, 0, 1, 1},
        {0, CHAN_PIXELS_SIDE_MAX - 1, 1, 2},
        {UINT16_MAX, 0, UINT16_MAX, 1},
    };
    ChanPixelsFrame f = frame(1);

    f.rects[0] = (ChanPixelsRect){0, 0, CHAN_PIXELS_SIDE_MAX, CHAN_PIXELS_SIDE_MAX};
    g_assert_cmpint(check(&f, chan_pixels_frame_size(1), true), ==, CHAN_PIXELS_FRAME);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        f.rects[0] = wrong[i];
        g_assert_cmpint(check(&f, chan_pixels_frame_size(1), true), ==, 0);
    }
    f = frame(0);
    g_assert_cmpint(check(&f, chan_pixels_frame_size(0), true), ==, 0);
    f = frame(2); // says two, has one
    g_assert_cmpint(check(&f, chan_pixels_frame_size(1), true), ==, 0);
    f = frame(CHAN_PIXELS_RECTS_MAX);
    f.count = UINT32_MAX;
    g_assert_cmpint(check(&f, sizeof f, true), ==, 0);
}

static void
test_buffer_limits(void)
{
    const ChanPixelsBuffer right = {.header.type = CHAN_PIXELS_BUFFER,
                                    .surface = 1,
                                    .buffer = 1,
                                    .width = 10,
                                    .height = 10,
                                    .stride = 40};
    ChanPixelsBuffer b = right;

    b.width = 0;
    g_assert_cmpint(check(&b, sizeof b, false), ==, 0);
    b = right;
    b.height = CHAN_PIXELS_SIDE_MAX + 1;
    g_assert_cmpint(check(&b, sizeof b, false), ==, 0);
    b = right;
    b.stride = 44;
    g_assert_cmpint(check(&b, sizeof b, false), ==, 0);
    b = right;
    b.surface = UINT16_MAX + 1;
    g_assert_cmpint(check(&b, sizeof b, false), ==, 0);
}

static bool
is_input(ChanInput m)
{
    ChanInput read = {0};
    bool good = chan_input_check(CHAN_SPAN(&m, sizeof m), &read);

    for (gsize part = 0; part < sizeof m; part++)
        g_assert_false(chan_input_check(CHAN_SPAN(&m, part), &read));
    g_assert_true(!good || memcmp(&m, &read, sizeof m) == 0);
    return good;
}

static void
test_input(void)
{
    const guint32 key = CHAN_INPUT_KEY, move = CHAN_INPUT_MOVE, wheel = CHAN_INPUT_WHEEL;
    const guint32 button = CHAN_INPUT_BUTTON, last = CHAN_WINDOW_BUTTON_LAST;
    const gint32 most = CHAN_INPUT_PLACE_MAX, turn = CHAN_INPUT_WHEEL_MAX;

    g_assert_true(is_input((ChanInput){key, 1, 1, 0, 0}));
    g_assert_true(is_input((ChanInput){key, CHAN_WINDOW_KEY_CODE_LAST, 0, 0, 0}));
    g_assert_false(is_input((ChanInput){key, 0, 1, 0, 0}));
    g_assert_false(is_input((ChanInput){key, CHAN_WINDOW_KEY_CODE_LAST + 1, 1, 0, 0}));
    g_assert_false(is_input((ChanInput){key, 1, 2, 0, 0}));
    g_assert_false(is_input((ChanInput){key, 1, 1, 1, 0}));
    g_assert_true(is_input((ChanInput){move, 0, 0, most, 0}));
    g_assert_false(is_input((ChanInput){move, 0, 0, most + 1, 0}));
    g_assert_false(is_input((ChanInput){move, 0, 0, 0, -1}));
    g_assert_false(is_input((ChanInput){move, 1, 0, 0, 0}));
    g_assert_true(is_input((ChanInput){button, last, 1, most, most}));
    g_assert_false(is_input((ChanInput){button, last + 1, 1, 0, 0}));
    for (guint32 of_wheel = 4; of_wheel <= 7; of_wheel++)
        g_assert_false(is_input((ChanInput){button, of_wheel, 1, 0, 0}));
    g_assert_false(is_input((ChanInput){button, 1, 1, -1, 0}));
    g_assert_true(is_input((ChanInput){wheel, 0, 0, -turn, turn}));
    g_assert_false(is_input((ChanInput){wheel, 0, 0, -turn - 1, 0}));
    g_assert_false(is_input((ChanInput){wheel, 0, 0, 0, turn + 1}));
    g_assert_false(is_input((ChanInput){0, 0, 0, 0, 0}));
    g_assert_false(is_input((ChanInput){CHAN_INPUT_LAST + 1, 0, 0, 0, 0}));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pixels/whole", test_whole);
    g_test_add_func("/pixels/frame-limits", test_frame_limits);
    g_test_add_func("/pixels/buffer-limits", test_buffer_limits);
    g_test_add_func("/input/limits", test_input);
    return g_test_run();
}
