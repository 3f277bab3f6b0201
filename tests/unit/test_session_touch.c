// SPDX-License-Identifier: Apache-2.0

// Messages of [MS-RDPEI], byte by byte.

#include "rdpbridge/touch.h"

#include <glib.h>
#include <string.h>

#define HEAR(touch, ...)                                                                           \
    bridge_touch_hear(                                                                             \
        touch, CHAN_SPAN(((const guint8[]){__VA_ARGS__}), sizeof((const guint8[]){__VA_ARGS__})))
#define EXPECT(span, ...)                                                                          \
    G_STMT_START                                                                                   \
    {                                                                                              \
        static const guint8 want_[] = {__VA_ARGS__};                                               \
        ChanSpan got_ = (span);                                                                    \
        g_assert_cmpmem(got_.data, got_.size, want_, sizeof want_);                                \
    }                                                                                              \
    G_STMT_END

static guint8 buffer[BRIDGE_TOUCH_BYTES_MAX];

static BridgeTouch
greeted(void)
{
    BridgeTouch t = {0};

    g_assert_cmpint(HEAR(&t, 1, 0, 10, 0, 0, 0, 1, 0, 1, 0), ==, BRIDGE_TOUCH_GREETED);
    return t;
}

static ChanSpan
finger(BridgeTouch *t, guint32 n, ChanTouchPhase phase, gint32 x, gint32 y, gint64 now_us)
{
    return bridge_touch_frame(t, &(ChanWindowTouch){n, phase, x, y}, now_us, buffer);
}

static void
test_bytes(void)
{
    BridgeTouch t = greeted();

    EXPECT(bridge_touch_ready(buffer), 2, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 10, 0);
    // One length byte each: 31 is the largest coordinate of that, 32 the first of two.
    EXPECT(finger(&t, 0, CHAN_TOUCH_BEGIN, 31, 32, 1000), 3, 0, 16, 0, 0, 0, 0, 1, 1, 0, 0, 0, 31,
           0x40, 32, 0x19);
    // 7,967 µs later; 8191 and 8192 have two and three bytes, a sign is a bit of its own.
    EXPECT(finger(&t, 2, CHAN_TOUCH_BEGIN, 8191, -8192, 8967), 3, 0, 25, 0, 0, 0, 0, 1, 2, 0x3f,
           0x1f,                     //
           0, 0, 31, 0x40, 32, 0x1a, //
           2, 0, 0x5f, 0xff, 0xa0, 0x20, 0x00, 0x19);
}

static void
test_fingers(void)
{
    BridgeTouch t = greeted();

    // None that was put down before.
    g_assert_cmpuint(finger(&t, 1, CHAN_TOUCH_UPDATE, 1, 1, 1).size, ==, 0);
    g_assert_cmpuint(finger(&t, 1, CHAN_TOUCH_END, 1, 1, 1).size, ==, 0);
    g_assert_cmpuint(bridge_touch_hold(&t, 1, buffer).size, ==, 0);
    g_assert_cmpuint(finger(&t, 1, CHAN_TOUCH_BEGIN, 1, 2, 5).size, >, 0);
    EXPECT(bridge_touch_hold(&t, 5, buffer), 3, 0, 15, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 2, 0x1a);
    EXPECT(finger(&t, 1, CHAN_TOUCH_END, 3, 4, 6), 3, 0, 15, 0, 0, 0, 0, 1, 1, 1, 1, 0, 3, 4, 0x04);
    g_assert_cmpuint(bridge_touch_hold(&t, 7, buffer).size, ==, 0);
    // All ten, as far away as can be.
    for (guint i = 0; i < CHAN_WINDOW_TOUCHES_MAX; i++)
        g_assert_cmpuint(finger(&t, i, CHAN_TOUCH_BEGIN, CHAN_WINDOW_SIDE_MAX,
                                -(gint32)CHAN_WINDOW_SIDE_MAX, G_MAXINT64)
                             .size,
                         >, 0);
}

static void
test_suspended(void)
{
    BridgeTouch t = greeted();

    g_assert_cmpuint(finger(&t, 0, CHAN_TOUCH_BEGIN, 1, 1, 1).size, >, 0);
    g_assert_cmpint(HEAR(&t, 4, 0, 6, 0, 0, 0), ==, BRIDGE_TOUCH_NOTHING);
    g_assert_cmpuint(finger(&t, 0, CHAN_TOUCH_END, 1, 1, 1).size, ==, 0);
    g_assert_cmpuint(finger(&t, 0, CHAN_TOUCH_BEGIN, 1, 1, 1).size, ==, 0);
    g_assert_cmpuint(bridge_touch_hold(&t, 1, buffer).size, ==, 0);
    g_assert_cmpint(HEAR(&t, 5, 0, 6, 0, 0, 0), ==, BRIDGE_TOUCH_NOTHING);
    g_assert_cmpuint(finger(&t, 0, CHAN_TOUCH_BEGIN, 1, 1, 1).size, >, 0);
}

static void
test_hostile(void)
{
    BridgeTouch t = {0};

    g_assert_cmpuint(finger(&t, 0, CHAN_TOUCH_BEGIN, 1, 1, 1).size, ==, 0); // before its greeting
    g_assert_cmpint(bridge_touch_hear(&t, (ChanSpan){0}), ==, BRIDGE_TOUCH_BROKEN);
    g_assert_cmpint(HEAR(&t, 1, 0, 10, 0, 0), ==, BRIDGE_TOUCH_BROKEN);
    g_assert_cmpint(HEAR(&t, 1, 0, 9, 0, 0, 0, 1, 0, 1), ==, BRIDGE_TOUCH_BROKEN);
    g_assert_cmpint(HEAR(&t, 1, 0, 10, 0, 0, 1, 1, 0, 1, 0), ==, BRIDGE_TOUCH_BROKEN);
    g_assert_cmpint(HEAR(&t, 4, 0, 7, 0, 0, 0), ==, BRIDGE_TOUCH_BROKEN);
    g_assert_false(t.ready);
    // A later version says more, another event is none of ours.
    g_assert_cmpint(HEAR(&t, 1, 0, 14, 0, 0, 0, 0, 0, 3, 0, 1, 0, 0, 0), ==, BRIDGE_TOUCH_GREETED);
    g_assert_cmpint(HEAR(&t, 99, 0, 6, 0, 0, 0), ==, BRIDGE_TOUCH_NOTHING);
    g_assert_true(t.ready);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/touch/bytes", test_bytes);
    g_test_add_func("/session/touch/fingers", test_fingers);
    g_test_add_func("/session/touch/suspended", test_suspended);
    g_test_add_func("/session/touch/hostile", test_hostile);
    return g_test_run();
}
