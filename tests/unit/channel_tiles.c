// SPDX-License-Identifier: Apache-2.0
// Messages of a stream of pixels: each as it is meant, no part of one, each limit to the one.

#include "channel/tile_stream.h"

#include <glib.h>
#include <string.h>

static ChanTilesFound
decode(gconstpointer bytes, gsize size, bool from_guest, ChanTilesMessage *m, gsize *used)
{
    // In memory of just that size, so that reading past it is seen.
    g_autofree guint8 *exact = g_memdup2(bytes, size);

    return chan_tiles_decode(CHAN_SPAN(exact, size), from_guest, m, used);
}

static void
assert_same(const ChanTilesMessage *a, const ChanTilesMessage *b)
{
    g_assert_cmpint(a->type, ==, b->type);
    g_assert_cmpuint(a->version, ==, b->version);
    g_assert_cmpuint(a->token, ==, b->token);
    g_assert_cmpuint(a->surface, ==, b->surface);
    g_assert_cmpuint(a->buffer, ==, b->buffer);
    g_assert_cmpuint(a->serial, ==, b->serial);
    g_assert_cmpuint(a->from_y, ==, b->from_y);
    g_assert_cmpuint(a->x, ==, b->x);
    g_assert_cmpuint(a->y, ==, b->y);
    g_assert_cmpuint(a->width, ==, b->width);
    g_assert_cmpuint(a->height, ==, b->height);
    g_assert_cmpint(a->coding, ==, b->coding);
    g_assert_cmpuint(a->untrusted_bytes.size, ==, b->untrusted_bytes.size);
}

static gsize
encode(const ChanTilesMessage *m, guint8 *bytes)
{
    guint8 head[CHAN_TILES_SMALL_MAX];
    ChanSpan span = chan_tiles_encode(m, head);

    memcpy(bytes, span.data, span.size);
    if (m->untrusted_bytes.size > 0)
        memset(bytes + span.size, 7, m->untrusted_bytes.size);
    return span.size + m->untrusted_bytes.size;
}

// Whole it is that message, from that end alone, whatever follows it; in part it is none yet.
static void
assert_message(const ChanTilesMessage *m, bool from_guest)
{
    g_autofree guint8 *bytes = g_malloc0(CHAN_TILES_MESSAGE_MAX + 1);
    gsize size = encode(m, bytes), used = 0;
    ChanTilesMessage got;

    g_assert_cmpint(decode(bytes, size, from_guest, &got, &used), ==, CHAN_TILES_ONE);
    g_assert_cmpuint(used, ==, size);
    assert_same(&got, m);
    g_assert_cmpint(decode(bytes, size, !from_guest, &got, &used), ==, CHAN_TILES_BROKEN);
    g_assert_cmpint(decode(bytes, size + 1, from_guest, &got, &used), ==, CHAN_TILES_ONE);
    g_assert_cmpuint(used, ==, size);
    for (gsize part = 0; part < MIN(size, 200); part++)
        g_assert_cmpint(decode(bytes, part, from_guest, &got, &used), ==, CHAN_TILES_NONE);
    g_assert_cmpint(decode(bytes, size - 1, from_guest, &got, &used), ==, CHAN_TILES_NONE);
    // One byte more or less than its fields are.
    for (int more = -1; more <= 1; more += 2) {
        g_autofree guint8 *other = g_memdup2(bytes, size + 1);
        guint32 length = GUINT32_TO_LE((guint32)(size - 4) + (guint32)more);
        memcpy(other, &length, sizeof length);
        bool any = m->type == CHAN_TILES_VIDEO || m->coding != CHAN_TILES_RAW; // number of bytes
        if (!any)
            g_assert_cmpint(decode(other, size + 1, from_guest, &got, &used), ==,
                            CHAN_TILES_BROKEN);
    }
}

static ChanTilesMessage
tile(guint32 width, guint32 height, ChanTilesCoding coding, gsize bytes)
{
    return (ChanTilesMessage){.type = CHAN_TILES_TILE,
                              .buffer = 7,
                              .x = 5,
                              .y = 9,
                              .width = width,
                              .height = height,
                              .coding = coding,
                              .untrusted_bytes = {NULL, bytes}};
}

static ChanTilesMessage
move(guint32 y, guint32 height, guint32 from_y)
{
    return (ChanTilesMessage){.type = CHAN_TILES_MOVE,
                              .buffer = 7,
                              .x = 5,
                              .y = y,
                              .width = CHAN_TILES_SIDE_MAX - 5,
                              .height = height,
                              .from_y = from_y};
}

static ChanTilesMessage
video(guint32 width, guint32 height, gsize bytes)
{
    return (ChanTilesMessage){.type = CHAN_TILES_VIDEO,
                              .buffer = 7,
                              .x = 5,
                              .y = 9,
                              .width = width,
                              .height = height,
                              .untrusted_bytes = {NULL, bytes}};
}

static void
test_whole(void)
{
    const ChanTilesMessage guests[] = {
        {.type = CHAN_TILES_HELLO, .version = CHAN_TILES_VERSION},
        {.type = CHAN_TILES_FRAME, .buffer = 1, .serial = UINT32_MAX},
        tile(3, 2, CHAN_TILES_RAW, 24),
        tile(3, 2, CHAN_TILES_LZ4, 23),
        tile(3, 2, CHAN_TILES_GRAIN, 23),
        tile(1024, 64, CHAN_TILES_RAW, CHAN_TILES_PIXELS_MAX * 4),
        move(0, 1, CHAN_TILES_SIDE_MAX - 1),
        move(CHAN_TILES_SIDE_MAX - 2, 2, 0),
        video(4, 2, 24),
        video(4096, 2304, CHAN_TILES_VIDEO_BYTES_MAX),
        {.type = CHAN_TILES_STILL, .buffer = 1},
    };
    const ChanTilesMessage hosts[] = {
        {.type = CHAN_TILES_GREETING, .version = CHAN_TILES_VERSION, .token = UINT64_MAX},
        {.type = CHAN_TILES_BUFFER,
         .surface = UINT16_MAX,
         .buffer = 1,
         .width = CHAN_TILES_SIDE_MAX,
         .height = 1},
        {.type = CHAN_TILES_REFUSED, .surface = 3},
        {.type = CHAN_TILES_RECEIVED, .buffer = 1, .serial = 2},
        {.type = CHAN_TILES_SHOWN, .buffer = 1, .serial = 2},
    };

    for (guint i = 0; i < G_N_ELEMENTS(guests); i++)
        assert_message(&guests[i], true);
    for (guint i = 0; i < G_N_ELEMENTS(hosts); i++)
        assert_message(&hosts[i], false);
}

static void
assert_broken(const ChanTilesMessage *m, bool from_guest)
{
    g_autofree guint8 *bytes = g_malloc0(2 * CHAN_TILES_MESSAGE_MAX);
    gsize size = encode(m, bytes), used = 0;
    ChanTilesMessage got;

    g_assert_cmpint(decode(bytes, size, from_guest, &got, &used), ==, CHAN_TILES_BROKEN);
}

static void
test_video_limits(void)
{
    const ChanTilesMessage wrong[] = {
        video(4, 0, 24),
        video(0, 4, 24),
        video(4, 3, 24),
        video(3, 4, 24),
        video(4, 4, 0),
        video(4096, 2306, 24),
        video(UINT16_MAX - 1, UINT16_MAX - 1, 24),
        video(CHAN_TILES_SIDE_MAX - 4, 2, 24), // from 5 on
        video(2, CHAN_TILES_SIDE_MAX - 8, 24), // from 9 on
        video(4, 4, CHAN_TILES_VIDEO_BYTES_MAX + 1),
        {.type = CHAN_TILES_STILL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_broken(&wrong[i], true);
    ChanTilesMessage right = video(2, CHAN_TILES_SIDE_MAX - 10, 24);
    assert_message(&right, true);
    right.buffer = 0;
    assert_broken(&right, true);
}

static void
test_tile_limits(void)
{
    const ChanTilesMessage wrong[] = {
        tile(0, 1, CHAN_TILES_RAW, 0),
        tile(1, 0, CHAN_TILES_RAW, 0),
        tile(1025, 64, CHAN_TILES_RAW, 1025 * 64 * 4),
        tile(1025, 64, CHAN_TILES_LZ4, 100),
        tile(UINT16_MAX, UINT16_MAX, CHAN_TILES_LZ4, 100),
        tile(3, 2, CHAN_TILES_RAW, 23),
        tile(3, 2, CHAN_TILES_RAW, 25),
        tile(3, 2, CHAN_TILES_LZ4, 0),
        tile(3, 2, CHAN_TILES_LZ4, 24),
        tile(3, 2, CHAN_TILES_GRAIN, 0),
        tile(3, 2, CHAN_TILES_GRAIN, 24),
        tile(3, 2, (ChanTilesCoding)3, 23),
        tile(CHAN_TILES_SIDE_MAX - 4, 1, CHAN_TILES_LZ4, 24), // from 5 on
        tile(1, CHAN_TILES_SIDE_MAX - 8, CHAN_TILES_LZ4, 24), // from 9 on
        move(0, 0, 0),
        move(CHAN_TILES_SIDE_MAX - 2, 3, 0),
        move(0, 2, CHAN_TILES_SIDE_MAX - 1),
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_broken(&wrong[i], true);
    ChanTilesMessage right = tile(CHAN_TILES_SIDE_MAX - 5, 1, CHAN_TILES_LZ4, 24);
    assert_message(&right, true);
    right.buffer = 0;
    assert_broken(&right, true);
}

static void
test_other_limits(void)
{
    const ChanTilesMessage wrong[] = {
        {.type = CHAN_TILES_GREETING, .version = 1},
        {.type = CHAN_TILES_BUFFER,
         .surface = UINT16_MAX + 1,
         .buffer = 1,
         .width = 1,
         .height = 1},
        {.type = CHAN_TILES_BUFFER, .buffer = 0, .width = 1, .height = 1},
        {.type = CHAN_TILES_BUFFER, .buffer = 1, .width = 0, .height = 1},
        {.type = CHAN_TILES_BUFFER, .buffer = 1, .width = 1, .height = CHAN_TILES_SIDE_MAX + 1},
        {.type = CHAN_TILES_REFUSED, .surface = UINT16_MAX + 1},
        {.type = CHAN_TILES_SHOWN, .buffer = 0},
        {.type = (ChanTilesType)99},
    };
    static const guint32 lengths[] = {0, CHAN_TILES_MESSAGE_MAX - 3, UINT32_MAX};

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_broken(&wrong[i], false);
    // A length that cannot be is told of before any of it has come.
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        guint32 length = GUINT32_TO_LE(lengths[i]);
        ChanTilesMessage got;
        gsize used;
        g_assert_cmpint(decode(&length, sizeof length, true, &got, &used), ==, CHAN_TILES_BROKEN);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/tiles/whole", test_whole);
    g_test_add_func("/channel/tiles/tile-limits", test_tile_limits);
    g_test_add_func("/channel/tiles/video-limits", test_video_limits);
    g_test_add_func("/channel/tiles/other-limits", test_other_limits);
    return g_test_run();
}
