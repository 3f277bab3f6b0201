// SPDX-License-Identifier: Apache-2.0
// The window channel's messages: there and back, every prefix refused, every range at its limits.
#include "channel/window_channel.h"

#include <glib.h>
#include <string.h>

#define WINDOW 0x12345678u

typedef struct {
    guint8 bytes[CHAN_WINDOW_MESSAGE_MAX];
    ChanSpan message;
    ChanWindowSaid said;
} Test;

static gboolean
reads(Test *t)
{
    return chan_window_decode(t->message, &t->said);
}

// Neither less nor more than one message is one; nor is there room in less.
static void
check_whole(Test *t)
{
    g_assert_cmpuint(t->message.size, >, 0);
    g_assert_true(reads(t));
    g_assert_cmpuint(t->said.window, ==, WINDOW);
    for (gsize n = 0; n < t->message.size; n++) {
        g_autofree guint8 *part =
            g_memdup2(t->bytes, MAX(n, 1)); // of its size: a read past it is seen
        g_assert_false(chan_window_decode(CHAN_SPAN(part, n), &t->said));
    }
    g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, t->message.size + 1), &t->said));
}

static void
put_props(Test *t, const ChanWindowProps *m)
{
    t->message = chan_window_props_encode(WINDOW, m, t->bytes, sizeof t->bytes);
}

static void
test_props(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    ChanWindowProps m;
    guint32 field = 1;

    // Another value in each field, within all ranges but the small ones.
    for (gsize i = 0; i < CHAN_WINDOW_PROPS_FIELDS; i++, field++)
        memcpy((guint8 *)&m + i * sizeof field, &field, sizeof field);
    m.gravity = 10;
    m.type = CHAN_TYPE_LAST;
    m.states = CHAN_STATES_ALL;
    m.size_flags = CHAN_SIZE_ALL;
    m.flags = CHAN_WINDOW_FLAGS_ALL;
    put_props(t, &m);
    check_whole(t);
    g_assert_true(reads(t));
    g_assert_cmpint(t->said.type, ==, CHAN_WINDOW_PROPS);
    g_assert_cmpmem(&t->said.props, sizeof m, &m, sizeof m);
    g_assert_cmpuint(chan_window_props_encode(WINDOW, &m, t->bytes, t->message.size - 1).size, ==,
                     0);
}

#define REFUSED(field, value)                                                                      \
    do {                                                                                           \
        ChanWindowProps bad = {0};                                                                 \
        bad.field = (value);                                                                       \
        put_props(t, &bad);                                                                        \
        g_assert_false(reads(t));                                                                  \
    } while (0)

static void
test_props_limits(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    ChanWindowProps largest = {.min_width = CHAN_WINDOW_SIDE_MAX,
                               .max_aspect_den = CHAN_WINDOW_SIDE_MAX,
                               .frame_bottom = CHAN_WINDOW_SIDE_MAX,
                               .motif_flags = UINT32_MAX,
                               .states_serial = UINT32_MAX};

    put_props(t, &largest);
    g_assert_true(reads(t));
    REFUSED(min_width, CHAN_WINDOW_SIDE_MAX + 1);
    REFUSED(max_height, UINT32_MAX);
    REFUSED(width_inc, CHAN_WINDOW_SIDE_MAX + 1);
    REFUSED(max_aspect_den, CHAN_WINDOW_SIDE_MAX + 1);
    REFUSED(frame_bottom, CHAN_WINDOW_SIDE_MAX + 1);
    REFUSED(gravity, 11);
    REFUSED(type, CHAN_TYPE_LAST + 1);
    REFUSED(states, CHAN_STATES_ALL + 1);
    REFUSED(size_flags, CHAN_SIZE_ALL + 1);
    REFUSED(flags, CHAN_WINDOW_FLAGS_ALL + 1);
}

static void
put_icon(Test *t, guint8 index, guint8 count, guint16 width, guint16 height)
{
    static const guint8 pixels[CHAN_WINDOW_ICON_SIDE_MAX * (CHAN_WINDOW_ICON_SIDE_MAX + 1) * 4];
    ChanWindowIcon m = {index, count, width, height, CHAN_SPAN(pixels, (gsize)width * height * 4)};

    t->message = chan_window_icon_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
}

static void
test_icon(void)
{
    g_autofree Test *t = g_new0(Test, 1);

    put_icon(t, 1, 2, 3, 2);
    check_whole(t);
    g_assert_true(reads(t));
    g_assert_cmpuint(t->said.icon.index, ==, 1);
    g_assert_cmpuint(t->said.icon.width, ==, 3);
    g_assert_cmpuint(t->said.icon.pixels.size, ==, 24);
    put_icon(t, 0, 0, 0, 0); // none at all
    check_whole(t);
    put_icon(t, CHAN_WINDOW_ICONS_MAX - 1, CHAN_WINDOW_ICONS_MAX, CHAN_WINDOW_ICON_SIDE_MAX,
             CHAN_WINDOW_ICON_SIDE_MAX);
    g_assert_true(reads(t));
    static const guint bad[][4] = {{2, 2, 1, 1},
                                   {0, CHAN_WINDOW_ICONS_MAX + 1, 1, 1},
                                   {0, 1, 0, 1},
                                   {0, 1, 1, 0},
                                   {0, 1, CHAN_WINDOW_ICON_SIDE_MAX + 1, 1},
                                   {0, 1, 1, CHAN_WINDOW_ICON_SIDE_MAX + 1},
                                   {0, 0, 1, 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        put_icon(t, (guint8)bad[i][0], (guint8)bad[i][1], (guint16)bad[i][2], (guint16)bad[i][3]);
        g_assert_false(reads(t));
    }
}

static void
test_shape(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    ChanWindowShape m = {.which = CHAN_SHAPE_INPUT, .shaped = 1, .count = 2};

    m.rects[0] = (ChanWindowRect){-5, INT16_MIN, 7, UINT16_MAX};
    m.rects[1] = (ChanWindowRect){1, 2, 3, 4};
    t->message = chan_window_shape_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    check_whole(t);
    g_assert_true(reads(t));
    g_assert_cmpmem(t->said.shape.rects, 2 * sizeof m.rects[0], m.rects, 2 * sizeof m.rects[0]);
    m.count = CHAN_WINDOW_SHAPE_MAX;
    t->message = chan_window_shape_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    g_assert_true(reads(t));
    t->bytes[7] = (CHAN_WINDOW_SHAPE_MAX + 1) & 0xff; // the count
    g_assert_false(reads(t));
    m = (ChanWindowShape){.which = CHAN_SHAPES};
    t->message = chan_window_shape_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
    m = (ChanWindowShape){.count = 1}; // rectangles of a window that is whole
    t->message = chan_window_shape_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
}

static gboolean
host_reads(Test *t, ChanWindowHost m)
{
    t->message = chan_window_host_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    return reads(t);
}

static void
test_host(void)
{
    const gint32 most = CHAN_WINDOW_SIDE_MAX;
    const ChanWindowHost m = {.serial = UINT32_MAX,
                              .states = CHAN_STATES_ALL,
                              .place_serial = 7,
                              .x = -most,
                              .y = most,
                              .width = 1,
                              .height = CHAN_WINDOW_SIDE_MAX,
                              .frame_left = 1,
                              .frame_right = 2,
                              .frame_top = CHAN_WINDOW_SIDE_MAX,
                              .frame_bottom = 4,
                              .edges = CHAN_WINDOW_EDGES_ALL};
    g_autofree Test *t = g_new0(Test, 1);

    g_assert_true(host_reads(t, m));
    check_whole(t);
    g_assert_true(reads(t));
    g_assert_cmpmem(&t->said.host, sizeof m, &m, sizeof m);
#define HOST_REFUSED(field, value)                                                                 \
    do {                                                                                           \
        ChanWindowHost other = m;                                                                  \
        other.field = (value);                                                                     \
        g_assert_false(host_reads(t, other));                                                      \
    } while (0)
    HOST_REFUSED(states, CHAN_STATES_ALL + 1);
    HOST_REFUSED(x, most + 1);
    HOST_REFUSED(y, -most - 1);
    HOST_REFUSED(width, 0);
    HOST_REFUSED(height, CHAN_WINDOW_SIDE_MAX + 1);
    HOST_REFUSED(frame_left, CHAN_WINDOW_SIDE_MAX + 1);
    HOST_REFUSED(frame_bottom, CHAN_WINDOW_SIDE_MAX + 1);
    HOST_REFUSED(edges, CHAN_WINDOW_EDGES_ALL + 1);
}

static gboolean
keys_read(Test *t, const ChanWindowKeys *m)
{
    t->message = chan_window_keys_encode(m, t->bytes, sizeof t->bytes);
    return reads(t);
}

static void
test_keys(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    ChanWindowKeys m = {CHAN_WINDOW_GROUPS_MAX - 1,
                        CHAN_WINDOW_REPEAT_MAX,
                        CHAN_WINDOW_REPEAT_MAX,
                        "pc105",
                        "us,de",
                        ",neo",
                        "grp:alt_shift_toggle"};

    memset(m.options, '~', sizeof m.options - 1);
    g_assert_true(keys_read(t, &m));
    g_assert_cmpmem(&t->said.keys, sizeof m, &m, sizeof m);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, t->message.size + 1), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
    m.group++;
    g_assert_false(keys_read(t, &m));
    m = (ChanWindowKeys){.repeat_delay_ms = CHAN_WINDOW_REPEAT_MAX + 1};
    g_assert_false(keys_read(t, &m));
    m = (ChanWindowKeys){.repeat_interval_ms = CHAN_WINDOW_REPEAT_MAX + 1};
    g_assert_false(keys_read(t, &m));
    for (guint bad = 1; bad < 256; bad++) {
        m = (ChanWindowKeys){.layout = {(char)bad}};
        g_assert_true(keys_read(t, &m) == (bad >= ' ' && bad <= '~'));
    }
    m = (ChanWindowKeys){.model = "x"};
    t->message = chan_window_keys_encode(&m, t->bytes, sizeof t->bytes);
    t->bytes[19] = 0; // the x
    g_assert_false(reads(t));
    memset(m.variant, 'v', sizeof m.variant); // without an end
    g_assert_false(chan_window_keys_valid(&m));
}

static void
test_caret_and_text(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    const gint32 most = CHAN_WINDOW_SIDE_MAX;
    g_autofree char *long_text = g_strnfill(CHAN_WINDOW_TEXT_MAX + 1, 'x');

    for (gint32 over = 0; over <= 1; over++) {
        ChanWindowCaret m = {most + over, -most, CHAN_CARET_ALL, 7};
        t->message = chan_window_caret_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == (over == 0));
        m = (ChanWindowCaret){-most, -most - over, 0, 0};
        t->message = chan_window_caret_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == (over == 0));
    }
    ChanWindowCaret caret = {3, -4, CHAN_CARET_ALL + 1, 0};
    t->message = chan_window_caret_encode(WINDOW, &caret, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
    caret = (ChanWindowCaret){3, -4, CHAN_CARET_ON_SPOT, 0xffffffffu};
    t->message = chan_window_caret_encode(WINDOW, &caret, t->bytes, sizeof t->bytes);
    check_whole(t);
    g_assert_true(reads(t));
    g_assert_cmpmem(&t->said.caret, sizeof caret, &caret, sizeof caret);
    for (gsize over = 0; over <= 1; over++) {
        ChanSpan text = CHAN_SPAN(long_text, CHAN_WINDOW_TEXT_MAX + over);
        t->message = chan_window_text_encode(text, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == (over == 0));
    }
    t->message = chan_window_text_encode(CHAN_SPAN("\xc3\xa4", 2), t->bytes, sizeof t->bytes);
    g_assert_true(reads(t));
    g_assert_cmpmem(t->said.untrusted_text.data, t->said.untrusted_text.size, "\xc3\xa4", 2);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
    t->message = chan_window_text_encode(CHAN_SPAN(NULL, 0), t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
}

static void
test_lock_and_motion(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    const gint32 most = CHAN_WINDOW_SIDE_MAX;
    const struct {
        ChanWindowMotion motion;
        gboolean valid;
    } motions[] = {
        {{1, most, -most}, TRUE},  {{0, 0, 0}, TRUE},          {{2, 0, 0}, FALSE},
        {{1, most + 1, 0}, FALSE}, {{1, 0, -most - 1}, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(motions); i++) {
        const ChanWindowMotion *m = &motions[i].motion;
        t->message = chan_window_motion_encode(m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == motions[i].valid);
        if (motions[i].valid)
            g_assert_cmpmem(&t->said.motion, sizeof *m, m, sizeof *m);
    }
    t->message = chan_window_motion_encode(&motions[0].motion, t->bytes, sizeof t->bytes);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
    for (guint wanted = 0; wanted <= 1; wanted++) {
        t->message = chan_window_lock_encode(WINDOW, wanted != 0, t->bytes, sizeof t->bytes);
        check_whole(t);
        g_assert_true(reads(t));
        g_assert_cmpuint(t->said.lock, ==, wanted);
    }
    t->bytes[5] = 2;
    g_assert_false(reads(t));
}

static void
test_ping_and_kill(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    static const ChanWindowMessage both[] = {CHAN_WINDOW_PING, CHAN_WINDOW_PONG};
    static const ChanWindowMessage settling[] = {CHAN_WINDOW_SETTLE, CHAN_WINDOW_SETTLED};

    for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
        t->message =
            chan_window_ping_encode(both[i], WINDOW, UINT32_MAX, t->bytes, sizeof t->bytes);
        check_whole(t);
        g_assert_true(reads(t));
        g_assert_cmpint(t->said.type, ==, both[i]);
        g_assert_cmpuint(t->said.serial, ==, UINT32_MAX);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(settling); i++) {
        t->message = chan_window_ping_encode(settling[i], 0, 7, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t));
        g_assert_cmpint(t->said.type, ==, settling[i]);
        g_assert_cmpuint(t->said.serial, ==, 7);
        t->bytes[1] = 1; // they are of no window
        g_assert_false(reads(t));
    }
    for (guint process = 0; process <= 1; process++) {
        t->message = chan_window_kill_encode(WINDOW, process != 0, t->bytes, sizeof t->bytes);
        check_whole(t);
        g_assert_true(reads(t));
        g_assert_cmpuint(t->said.kill, ==, process);
    }
    t->bytes[5] = 2;
    g_assert_false(reads(t));
}

static void
test_touch(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    const gint32 most = CHAN_WINDOW_SIDE_MAX;
    const struct {
        ChanWindowTouch touch;
        gboolean valid;
    } touches[] = {
        {{CHAN_WINDOW_TOUCHES_MAX - 1, CHAN_TOUCH_END, most, -most}, TRUE},
        {{0, CHAN_TOUCH_BEGIN, 0, 0}, TRUE},
        {{CHAN_WINDOW_TOUCHES_MAX, CHAN_TOUCH_BEGIN, 0, 0}, FALSE},
        {{0, CHAN_TOUCH_END + 1, 0, 0}, FALSE},
        {{0, CHAN_TOUCH_UPDATE, most + 1, 0}, FALSE},
        {{0, CHAN_TOUCH_UPDATE, 0, -most - 1}, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(touches); i++) {
        const ChanWindowTouch *m = &touches[i].touch;
        t->message = chan_window_touch_encode(m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == touches[i].valid);
        if (touches[i].valid)
            g_assert_cmpmem(&t->said.touch, sizeof *m, m, sizeof *m);
    }
    t->message = chan_window_touch_encode(&touches[0].touch, t->bytes, sizeof t->bytes);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
}

static void
check_plain(Test *t)
{
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, t->message.size + 1), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
}

static void
test_pace(void)
{
    static const struct {
        ChanWindowPace pace;
        bool good;
    } said[] = {
        {{CHAN_WINDOW_REFRESH_MIN, 0}, true},
        {{CHAN_WINDOW_REFRESH_MAX, 1}, true},
        {{CHAN_WINDOW_REFRESH_MIN - 1, 1}, false},
        {{CHAN_WINDOW_REFRESH_MAX + 1, 1}, false},
        {{0, 1}, false},
        {{CHAN_WINDOW_REFRESH_USUAL, CHAN_SEEN_SMALL}, true},
        {{CHAN_WINDOW_REFRESH_USUAL, CHAN_SEEN_LAST + 1}, false},
    };
    g_autofree Test *t = g_new0(Test, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(said); i++) {
        t->message = chan_window_pace_encode(9, &said[i].pace, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == said[i].good);
        if (!said[i].good)
            continue;
        g_assert_cmpuint(t->said.window, ==, 9);
        g_assert_cmpmem(&t->said.pace, sizeof said[i].pace, &said[i].pace, sizeof said[i].pace);
        for (gsize n = 0; n < t->message.size; n++)
            g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, t->message.size + 1), &t->said));
    }
}

static void
test_keeper_and_save(void)
{
    g_autofree Test *t = g_new0(Test, 1);

    for (guint32 there = 0; there <= 2; there++) {
        ChanWindowKeeper m = {there, G_MAXUINT32};
        t->message = chan_window_keeper_encode(&m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == (there <= 1));
        if (there <= 1)
            g_assert_cmpmem(&t->said.keeper, sizeof m, &m, sizeof m);
    }
    t->message = chan_window_keeper_encode(&(ChanWindowKeeper){1, 7}, t->bytes, sizeof t->bytes);
    check_plain(t);
    t->message = chan_window_save_encode(G_MAXUINT32, t->bytes, sizeof t->bytes);
    g_assert_true(reads(t));
    g_assert_cmpuint(t->said.save, ==, G_MAXUINT32);
    check_plain(t);
}

static void
test_pixels(void)
{
    g_autofree Test *t = g_new0(Test, 1);

    t->message = chan_window_pixels_encode(G_MAXUINT64, t->bytes, sizeof t->bytes);
    g_assert_true(reads(t));
    g_assert_cmpuint(t->said.token, ==, G_MAXUINT64);
    check_plain(t);
    t->message = chan_window_pixels_encode(0, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
}

static void
test_video(void)
{
    g_autofree Test *t = g_new0(Test, 1);

    for (guint taken = 0; taken <= 1; taken++) {
        t->message = chan_window_video_encode(taken != 0, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t));
        g_assert_cmpuint(t->said.video, ==, taken);
        check_plain(t);
    }
    t->bytes[5] = 2;
    g_assert_false(reads(t));
}

static void
test_keymap(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    g_autofree ChanWindowKeymap *m = g_new0(ChanWindowKeymap, 1);

    for (gsize i = 0; i < sizeof *m; i++)
        ((guint8 *)m)[i] = (guint8)(i * 7);
    t->message = chan_window_keymap_encode(m, t->bytes, sizeof t->bytes);
    g_assert_cmpuint(t->message.size, ==, 5 + sizeof *m);
    g_assert_true(reads(t));
    g_assert_cmpmem(&t->said.keymap, sizeof *m, m, sizeof *m);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, t->message.size + 1), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
    g_assert_cmpuint(chan_window_keymap_encode(m, t->bytes, 4 + sizeof *m).size, ==, 0);
}

static void
test_button(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    const gint32 most = CHAN_WINDOW_SIDE_MAX;
    const struct {
        ChanWindowButton button;
        gboolean valid;
    } buttons[] = {
        {{CHAN_WINDOW_BUTTON_FIRST, 0, most, -most}, TRUE},
        {{CHAN_WINDOW_BUTTON_LAST, 1, 0, 0}, TRUE},
        {{CHAN_WINDOW_BUTTON_FIRST - 1, 1, 0, 0}, FALSE},
        {{CHAN_WINDOW_BUTTON_LAST + 1, 1, 0, 0}, FALSE},
        {{CHAN_WINDOW_BUTTON_FIRST, 2, 0, 0}, FALSE},
        {{CHAN_WINDOW_BUTTON_FIRST, 1, most + 1, 0}, FALSE},
        {{CHAN_WINDOW_BUTTON_FIRST, 1, 0, -most - 1}, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(buttons); i++) {
        const ChanWindowButton *m = &buttons[i].button;
        t->message = chan_window_button_encode(m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == buttons[i].valid);
        if (buttons[i].valid)
            g_assert_cmpmem(&t->said.button, sizeof *m, m, sizeof *m);
    }
    t->message = chan_window_button_encode(&buttons[0].button, t->bytes, sizeof t->bytes);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
}

static void
test_key(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    const struct {
        ChanWindowKey key;
        gboolean valid;
    } keys[] = {
        {{1, 1}, TRUE},  {{CHAN_WINDOW_KEY_CODE_LAST, 0}, TRUE},
        {{0, 1}, FALSE}, {{CHAN_WINDOW_KEY_CODE_LAST + 1, 1}, FALSE},
        {{1, 2}, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const ChanWindowKey *m = &keys[i].key;
        t->message = chan_window_key_encode(m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == keys[i].valid);
        if (keys[i].valid)
            g_assert_cmpmem(&t->said.key, sizeof *m, m, sizeof *m);
    }
    t->message = chan_window_key_encode(&keys[0].key, t->bytes, sizeof t->bytes);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
}

static void
test_preedit(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    g_autofree ChanWindowPreedit *m = g_new0(ChanWindowPreedit, 1);

    m->caret = m->count = CHAN_WINDOW_PREEDIT_MAX;
    for (guint i = 0; i < m->count; i++)
        m->characters[i] = (ChanWindowPreeditCharacter){0x10ffff - i, i};
    t->message = chan_window_preedit_encode(m, t->bytes, sizeof t->bytes);
    g_assert_true(reads(t));
    g_assert_cmpmem(&t->said.preedit, sizeof *m, m, sizeof *m);
    for (gsize n = 0; n < t->message.size; n++)
        g_assert_false(chan_window_decode(CHAN_SPAN(t->bytes, n), &t->said));
    t->bytes[1] = 1; // no window's
    g_assert_false(reads(t));
    m->count--; // the caret is outside
    t->message = chan_window_preedit_encode(m, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
    const guint32 bad[] = {0, 0xd800, 0xdfff, 0x110000};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        *m = (ChanWindowPreedit){.count = 1, .characters = {{bad[i], 0}}};
        t->message = chan_window_preedit_encode(m, t->bytes, sizeof t->bytes);
        g_assert_false(reads(t));
    }
}

static void
test_monitors(void)
{
    const gint32 most = CHAN_WINDOW_SIDE_MAX;
    g_autofree Test *t = g_new0(Test, 1);
    ChanWindowMonitors m = {{{0, 0}, {-most, most}, {1, 2}, {most, -most}}};

    t->message = chan_window_monitors_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    check_whole(t);
    g_assert_true(reads(t));
    g_assert_cmpmem(&t->said.monitors, sizeof m, &m, sizeof m);
    m.edges[2].y = most + 1;
    t->message = chan_window_monitors_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
    m.edges[2].y = 0;
    m.edges[3].x = -most - 1;
    t->message = chan_window_monitors_encode(WINDOW, &m, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
}

static void
test_group(void)
{
    g_autofree Test *t = g_new0(Test, 1);
    ChanWindowGroup g = {.group = 1, .leader = UINT32_MAX, .owner = CHAN_OWNER_LAST};

    t->message = chan_window_group_encode(WINDOW, &g, t->bytes, sizeof t->bytes);
    check_whole(t);
    g_assert_true(reads(t));
    g_assert_cmpmem(&t->said.group, sizeof g, &g, sizeof g);
    g.owner++;
    t->message = chan_window_group_encode(WINDOW, &g, t->bytes, sizeof t->bytes);
    g_assert_false(reads(t));
}

static void
test_workspaces(void)
{
    static const ChanWindowMessage both[] = {CHAN_WINDOW_WORKSPACE, CHAN_WINDOW_PLACED};
    static const guint32 good[] = {0, CHAN_WORKSPACES_MAX - 1, CHAN_WORKSPACE_ALL};
    static const guint32 bad[] = {CHAN_WORKSPACES_MAX, CHAN_WORKSPACE_ALL - 1};
    const struct {
        ChanWindowWorkspaces workspaces;
        gboolean valid;
    } counts[] = {
        {{CHAN_WORKSPACES_MAX, CHAN_WORKSPACES_MAX - 1}, TRUE},
        {{1, 0}, TRUE},
        {{CHAN_WORKSPACES_MAX + 1, 0}, FALSE},
        {{4, 4}, FALSE},
        {{0, 0}, FALSE},
    };
    g_autofree Test *t = g_new0(Test, 1);

    for (gsize which = 0; which < G_N_ELEMENTS(both); which++) {
        for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
            t->message = chan_window_workspace_encode(both[which], WINDOW, good[i], t->bytes,
                                                      sizeof t->bytes);
            check_whole(t);
            g_assert_true(reads(t));
            g_assert_cmpint(t->said.type, ==, both[which]);
            g_assert_cmpuint(t->said.workspace, ==, good[i]);
        }
        for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
            t->message = chan_window_workspace_encode(both[which], WINDOW, bad[i], t->bytes,
                                                      sizeof t->bytes);
            g_assert_false(reads(t));
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        const ChanWindowWorkspaces *m = &counts[i].workspaces;
        t->message = chan_window_workspaces_encode(m, t->bytes, sizeof t->bytes);
        g_assert_true(reads(t) == counts[i].valid);
        if (counts[i].valid)
            g_assert_cmpmem(&t->said.workspaces, sizeof *m, m, sizeof *m);
    }
    t->message = chan_window_workspaces_encode(&counts[0].workspaces, t->bytes, sizeof t->bytes);
    check_plain(t);
}

static void
test_unknown(void)
{
    g_autofree Test *t = g_new0(Test, 1);

    for (guint type = 0; type < 256; type++) {
        t->bytes[0] = (guint8)type;
        bool known = (type >= CHAN_WINDOW_PROPS && type <= CHAN_WINDOW_SERVERS_LAST) ||
                     (type >= CHAN_WINDOW_CLIENTS_FIRST && type <= CHAN_WINDOW_CLIENTS_LAST);
        for (gsize size = 0; size < 20; size++) {
            t->message = CHAN_SPAN(t->bytes, size);
            if (!known)
                g_assert_false(reads(t));
            g_assert_cmpint(chan_window_is_newer(t->message), ==, !known && type > 0 && size >= 5);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/windows/props", test_props);
    g_test_add_func("/channel/windows/props-limits", test_props_limits);
    g_test_add_func("/channel/windows/icon", test_icon);
    g_test_add_func("/channel/windows/shape", test_shape);
    g_test_add_func("/channel/windows/host", test_host);
    g_test_add_func("/channel/windows/caret-text", test_caret_and_text);
    g_test_add_func("/channel/windows/lock-motion", test_lock_and_motion);
    g_test_add_func("/channel/windows/ping-kill", test_ping_and_kill);
    g_test_add_func("/channel/windows/touch", test_touch);
    g_test_add_func("/channel/windows/button", test_button);
    g_test_add_func("/channel/windows/key", test_key);
    g_test_add_func("/channel/windows/keymap", test_keymap);
    g_test_add_func("/channel/windows/pace", test_pace);
    g_test_add_func("/channel/windows/keeper", test_keeper_and_save);
    g_test_add_func("/channel/windows/pixels", test_pixels);
    g_test_add_func("/channel/windows/video", test_video);
    g_test_add_func("/channel/windows/preedit", test_preedit);
    g_test_add_func("/channel/windows/keys", test_keys);
    g_test_add_func("/channel/windows/monitors", test_monitors);
    g_test_add_func("/channel/windows/group", test_group);
    g_test_add_func("/channel/windows/workspaces", test_workspaces);
    g_test_add_func("/channel/windows/unknown", test_unknown);
    return g_test_run();
}
