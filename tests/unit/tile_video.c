// SPDX-License-Identifier: Apache-2.0
// Video over a stream of pixels, both ends against each other: what the host shows is nearly what
// the guest does while it moves, and just that when it rests; and what no decoder should see.

#include "guestagent/remoteapp/pixel_tiles.h"
#include "guestagent/remoteapp/video_encoder.h"
#include "guestagent/remoteapp/video_plan.h"
#include "rdpbridge/damage.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/stream_video.h"
#include "rdpbridge/tile.h"
#include "rdpbridge/video.h"

#include <libavcodec/avcodec.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>

#define WIDTH 801 // odd: what is beyond an even size goes as it is
#define HEIGHT 445
#define STRIDE (WIDTH * 4)
#define WAIT_US (20 * G_USEC_PER_SEC)
#define NEARLY_DB 25.0 // 29.7 measured: its colours have edges, where half of the chroma is

// A clock on which decoding takes no more than it may: a picture a second.
static gint64
a_second_later(void)
{
    static gint64 now;
    return now += G_USEC_PER_SEC;
}

typedef struct {
    ChanTilesSocket *guest, *host;
    guint8 *window; // the guest's
    RaTilePicture picture;
    RaVideos videos;
    RaWay way;
    BridgeSurface *surface;
    BridgeStreamVideo *decoders;
    size_t used;
    guint frames, tiles, pictures, stills, moves;
    guint64 tile_pixels, inside; // of tiles: all, and within the last video
    ChanTilesMessage video;      // the last one
    GByteArray *first;           // the first one's bytes
    const char *wrong;
    gboolean lost;
} Test;

static gboolean
is_within(const ChanTilesMessage *a, const ChanTilesMessage *b)
{
    return a->x >= b->x && a->y >= b->y && a->x + a->width <= b->x + b->width &&
           a->y + a->height <= b->y + b->height;
}

static void
take_video(Test *t, const ChanTilesMessage *m)
{
    if (t->pictures++ == 0)
        g_byte_array_append(t->first, m->untrusted_bytes.data, (guint)m->untrusted_bytes.size);
    t->video = *m;
    t->wrong = bridge_stream_video_paint(t->decoders, t->surface, m, a_second_later());
}

static gboolean
on_message(const ChanTilesMessage *m, gpointer user)
{
    Test *t = user;

    switch (m->type) {
    case CHAN_TILES_FRAME:
        t->frames++;
        return TRUE;
    case CHAN_TILES_VIDEO:
        take_video(t, m);
        return TRUE;
    case CHAN_TILES_STILL:
        t->stills++;
        bridge_stream_video_still(t->decoders, m->buffer);
        return TRUE;
    case CHAN_TILES_MOVE:
        t->moves++;
        return bridge_tile_move(t->surface, m);
    default:
        t->tiles++;
        t->tile_pixels += m->width * m->height;
        t->inside += is_within(m, &t->video) ? m->width * m->height : 0;
        return bridge_tile_paint(t->surface, m);
    }
}

static void
on_lost(gpointer user)
{
    ((Test *)user)->lost = TRUE;
}

static const ChanTilesHandlers handlers = {.message = on_message, .lost = on_lost};

static void
set_up(Test *t, gconstpointer data)
{
    int fds[2];

    g_assert_true(ra_video_encoder_available());
    g_assert_true(bridge_video_available());
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    t->guest = chan_tiles_socket_new(NULL, fds[0], false, &handlers, t);
    t->host = chan_tiles_socket_new(NULL, fds[1], true, &handlers, t);
    t->window = g_malloc0((gsize)STRIDE * HEIGHT);
    t->videos.taken = true;
    t->way.bytes_per_us = 5;
    t->picture = (RaTilePicture){.buffer = 3,
                                 .shadow = ra_tile_shadow_new(WIDTH, HEIGHT),
                                 .video = ra_tile_video_new(&t->videos)};
    t->surface = bridge_surface_new(3, WIDTH, HEIGHT, &t->used);
    t->decoders = bridge_stream_video_new(0);
    t->first = g_byte_array_new();
}

static void
tear_down(Test *t, gconstpointer data)
{
    chan_tiles_socket_free(t->guest);
    chan_tiles_socket_free(t->host);
    ra_tile_shadow_free(t->picture.shadow);
    ra_tile_video_free(t->picture.video);
    g_assert_cmpuint(t->videos.count, ==, 0);
    g_assert_cmpint(t->videos.pixels, ==, 0);
    bridge_surface_unref(t->surface);
    bridge_stream_video_free(t->decoders);
    g_byte_array_unref(t->first);
    g_free(t->window);
}

// A frame of what the rectangles show, which arrives at once.
static gboolean
send_rects(Test *t, const RaRect *rects, guint count)
{
    RaPixels pixels[4];
    guint frames = t->frames;

    for (guint i = 0; i < count; i++)
        pixels[i] =
            (RaPixels){t->window + (gsize)rects[i].y * STRIDE + (gsize)rects[i].x * 4, STRIDE};
    if (!ra_pixel_tiles_frame(t->guest, &t->way, &t->picture, rects, pixels, count))
        return FALSE;
    chan_tiles_socket_send(t->guest);
    while (t->frames == frames && !t->lost)
        g_main_context_iteration(NULL, TRUE);
    g_assert_false(t->lost);
    ra_tile_video_shown(t->picture.video);
    return TRUE;
}

static guint32
hue(guint x, guint y, guint shift)
{
    guint32 red = (x + shift) & 0xff, green = (y * 2) & 0xff;
    guint32 blue = (x / 2 + y + (y * 2654435761u >> 28)) & 0xff; // no two rows are alike
    return 0xff000000 | red << 16 | green << 8 | blue;
}

static void
paint(Test *t, RaRect r, guint shift)
{
    for (int y = r.y; y < r.y + r.height; y++)
        for (int x = r.x; x < r.x + r.width; x++) {
            guint32 pixel = hue((guint)x, (guint)y, shift);
            memcpy(t->window + (gsize)y * STRIDE + (gsize)x * 4, &pixel, 4);
        }
    ra_tile_video_damaged(t->picture.video);
}

// Peak signal-to-noise ratio of a rectangle, dB.
static double
likeness(const Test *t, RaRect r)
{
    double sum = 0;

    for (int y = r.y; y < r.y + r.height; y++)
        for (int x = r.x; x < r.x + r.width; x++)
            for (gsize k = 0; k < 3; k++) {
                gsize at = (gsize)y * STRIDE + (gsize)x * 4 + k;
                double off = (double)t->window[at] - (double)t->surface->pixels[at];
                sum += off * off;
            }
    double mean = sum / (3.0 * r.width * r.height);
    return mean == 0 ? 99 : 10 * log10(255 * 255 / mean);
}

static gboolean
is_same(const Test *t)
{
    return memcmp(t->window, t->surface->pixels, (gsize)STRIDE * HEIGHT) == 0;
}

// Paints the rectangle again and again until it goes as video.
static void
play(Test *t, RaRect r, guint pictures)
{
    gint64 until = g_get_monotonic_time() + WAIT_US;
    guint wanted = t->pictures + pictures, shift = t->frames * 3;

    while (t->pictures < wanted) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        paint(t, r, shift += 3);
        g_assert_true(send_rects(t, &r, 1));
        if (t->pictures == 0)
            g_usleep(20000); // what is no more than a frame in a while is no video
    }
    g_assert_null(t->wrong);
}

// What is due without damage, until nothing is.
static void
let_rest(Test *t)
{
    gint64 due;

    while ((due = ra_tile_video_due(t->picture.video)) != RA_VIDEO_NEVER) {
        g_usleep((gulong)MAX(due - g_get_monotonic_time(), 0));
        g_assert_true(send_rects(t, NULL, 0));
    }
}

static const RaRect all = {0, 0, WIDTH, HEIGHT}, movie = {101, 33, 600, 380};

static void
test_moves_and_rests(Test *t, gconstpointer data)
{
    paint(t, all, 0);
    g_assert_true(send_rects(t, &all, 1));
    g_assert_true(is_same(t));
    play(t, movie, 20);
    g_assert_false(is_same(t)); // it is video
    g_assert_cmpfloat(likeness(t, movie), >, NEARLY_DB);
    t->tile_pixels = t->inside = 0;
    let_rest(t);
    g_assert_true(is_same(t));
    // Once, and no more than that.
    g_assert_cmpuint(t->tile_pixels, ==, t->video.width * t->video.height);
    g_assert_cmpuint(t->inside, ==, t->tile_pixels);
    g_assert_cmpuint(t->stills, ==, 1);
    g_assert_cmpuint(t->videos.count, ==, 0);
}

// What is beside it goes as it is meanwhile, to the pixel; where it is at an odd window's end, that
// end does.
static void
test_beside(Test *t, gconstpointer data)
{
    const RaRect text = {4, 4, 90, 20};

    play(t, all, 5);
    g_assert_cmpuint(t->video.width, ==, WIDTH - 1);
    g_assert_cmpuint(t->video.height, ==, HEIGHT - 1);
    g_assert_cmpfloat(likeness(t, all), >, NEARLY_DB);
    for (guint y = 0; y < HEIGHT; y++)
        g_assert_cmpmem(t->window + y * STRIDE + STRIDE - 4, 4,
                        t->surface->pixels + y * STRIDE + STRIDE - 4, 4);
    g_assert_cmpmem(t->window + (HEIGHT - 1) * STRIDE, STRIDE,
                    t->surface->pixels + (HEIGHT - 1) * STRIDE, STRIDE);
    let_rest(t);
    g_assert_true(is_same(t));
    t->pictures = 0;
    play(t, movie, 5);
    guint pictures = t->pictures;
    paint(t, text, 99);
    g_assert_true(send_rects(t, &text, 1));
    g_assert_cmpuint(t->pictures, ==, pictures);
    g_assert_cmpfloat(likeness(t, text), ==, 99);
    let_rest(t);
    g_assert_true(is_same(t));
}

// It is painted again before all of it was sent as it is: nothing is left behind.
static void
test_again(Test *t, gconstpointer data)
{
    const RaRect part = {150, 60, 301, 201};

    play(t, movie, 15);
    gint64 due = ra_tile_video_due(t->picture.video);
    g_usleep((gulong)MAX(due - g_get_monotonic_time(), 0));
    g_assert_true(send_rects(t, NULL, 0));
    g_assert_false(is_same(t)); // more than fits into a frame
    paint(t, part, 7);
    g_assert_true(send_rects(t, &part, 1));
    let_rest(t);
    g_assert_true(is_same(t));
}

// What scrolls is moved on the host, but not while that has it only nearly.
static void
scroll(Test *t)
{
    memmove(t->window, t->window + (gsize)16 * STRIDE, (gsize)(HEIGHT - 16) * STRIDE);
    ra_tile_video_damaged(t->picture.video);
    g_assert_true(send_rects(t, &all, 1));
}

static void
test_scrolls(Test *t, gconstpointer data)
{
    paint(t, all, 0);
    g_assert_true(send_rects(t, &all, 1));
    scroll(t);
    g_assert_cmpuint(t->moves, ==, 1);
    play(t, movie, 5);
    t->moves = 0;
    for (guint i = 0; i < 8; i++)
        scroll(t);
    g_assert_cmpuint(t->moves, ==, 0);
    let_rest(t);
    g_assert_true(is_same(t));
    for (guint i = 0; i < 8 && t->moves == 0; i++)
        scroll(t);
    g_assert_cmpuint(t->moves, >, 0);
    g_assert_true(is_same(t));
}

// The host takes it no more, in the middle.
static void
test_taken_no_more(Test *t, gconstpointer data)
{
    play(t, movie, 5);
    t->videos.taken = false;
    g_assert_cmpint(ra_tile_video_due(t->picture.video), <=, g_get_monotonic_time());
    let_rest(t);
    g_assert_true(is_same(t));
    guint pictures = t->pictures;
    for (guint i = 0; i < 40; i++) {
        paint(t, movie, i);
        g_assert_true(send_rects(t, &movie, 1));
        g_usleep(20000);
    }
    g_assert_true(is_same(t));
    g_assert_cmpuint(t->pictures, ==, pictures);
    t->videos.taken = true; // and again
    play(t, movie, 5);
    let_rest(t);
    g_assert_true(is_same(t));
}

// Others have as many as there may be.
static void
test_many(Test *t, gconstpointer data)
{
    t->videos.count = CHAN_TILES_VIDEOS_MAX;
    for (guint i = 0; i < 40; i++) {
        paint(t, movie, i);
        g_assert_true(send_rects(t, &movie, 1));
        g_usleep(20000);
    }
    g_assert_cmpuint(t->pictures, ==, 0);
    g_assert_true(is_same(t));
    t->videos.count = 0;
}

// ---- one picture in, one out ----

static guint32
flag(guint x, guint y, guint width, guint height)
{
    static const guint32 colours[2][3] = {{0xff0000, 0x00ff00, 0x0000ff},
                                          {0xffffff, 0x000000, 0x808080}};
    return colours[y * 2 / height][x * 3 / width];
}

static int
off(guint32 a, guint32 b)
{
    int most = 0;

    for (guint k = 0; k < 24; k += 8)
        most = MAX(most, ABS((int)(a >> k & 0xff) - (int)(b >> k & 0xff)));
    return most;
}

static void
encode_flag(RaVideoEncoder *e, guint width, guint height)
{
    gsize stride = 0;
    guint8 *pixels = ra_video_encoder_pixels(e, &stride);

    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++) {
            guint32 pixel = flag(x, y, width, height);
            memcpy(pixels + y * stride + x * 4, &pixel, 4);
        }
}

static void
check_flag(const BridgeSurface *s, guint left, guint top, guint width, guint height)
{
    for (guint y = 0; y < s->height; y++)
        for (guint x = 0; x < s->width; x++) {
            guint32 pixel;
            memcpy(&pixel, s->pixels + y * s->stride + x * 4, 4);
            if (x < left || y < top || x >= left + width || y >= top + height) {
                g_assert_cmphex(pixel, ==, 0); // nothing beside it
                continue;
            }
            guint u = x - left, v = y - top;
            guint at_u = u % MAX(width / 3, 1), at_v = v % (height / 2);
            if (at_u < 6 || at_u + 6 > width / 3 || at_v < 6 || at_v + 6 > height / 2)
                continue; // an edge between two colours
            g_assert_cmpint(off(pixel & 0xffffff, flag(u, v, width, height)), <=, 10);
        }
}

// Red, green and blue are those, and where they were; in sizes that are no whole blocks too.
static void
test_colours(void)
{
    static const guint sizes[][2] = {{2, 2},    {16, 16},   {48, 32},   {66, 34},
                                     {130, 98}, {322, 182}, {802, 450}, {1280, 720}};

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        guint width = sizes[i][0], height = sizes[i][1];
        size_t used = 0;
        BridgeSurface *s = bridge_surface_new(9, width + 21, height + 13, &used);
        BridgeStreamVideo *v = bridge_stream_video_new(0);
        RaVideoEncoder *e = ra_video_encoder_new((int)width, (int)height, 20000000);
        g_assert_nonnull(e);
        for (guint n = 0; n < 3; n++) {
            encode_flag(e, width, height);
            const ChanTilesMessage m = {.type = CHAN_TILES_VIDEO,
                                        .buffer = 9,
                                        .x = 11,
                                        .y = 5,
                                        .width = width,
                                        .height = height,
                                        .untrusted_bytes = ra_video_encoder_encode(e)};
            g_assert_nonnull(m.untrusted_bytes.data);
            g_assert_cmpuint(m.untrusted_bytes.size, <, CHAN_TILES_VIDEO_BYTES_MAX);
            g_assert_cmpstr(bridge_stream_video_paint(v, s, &m, a_second_later()), ==, NULL);
            check_flag(s, 11, 5, width, height);
        }
        ra_video_encoder_free(e);
        bridge_stream_video_free(v);
        bridge_surface_unref(s);
    }
}

// Much detail, none of which was in the picture before.
static void
fill_with_detail(RaVideoEncoder *e, guint width, guint height, guint seed)
{
    gsize stride = 0;
    guint8 *pixels = ra_video_encoder_pixels(e, &stride);
    GRand *random = g_rand_new_with_seed(seed);

    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++) {
            guint32 wave = (x * (3 + seed) ^ y * 5) & 127, noise = g_rand_int(random);
            guint32 pixel = (wave + (noise & 63)) << 16 | (wave + (noise >> 6 & 63)) << 8 |
                            (wave + (noise >> 12 & 63));
            memcpy(pixels + y * stride + x * 4, &pixel, 4);
        }
    g_rand_free(random);
}

// However fast the pipe, and whatever the first picture and one after a cut show, a message takes
// it.
static void
test_detail(void)
{
    static const guint sizes[][2] = {{1280, 720}, {1920, 1080}, {2560, 1440}};
    const RaWay way = {.bytes_per_us = 100};

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        guint width = sizes[i][0], height = sizes[i][1];
        gint64 rate = ra_video_plan_bit_rate(&way, (gint64)width * height, 1);
        RaVideoEncoder *e = ra_video_encoder_new((int)width, (int)height, rate);
        for (guint n = 0; n < 3; n++) {
            fill_with_detail(e, width, height, n);
            ChanSpan picture = ra_video_encoder_encode(e);
            g_assert_nonnull(picture.data);
            g_assert_cmpuint(picture.size, <=, CHAN_TILES_VIDEO_BYTES_MAX);
        }
        ra_video_encoder_free(e);
    }
}

// ---- what no decoder should see ----

typedef struct {
    const char *name;
    guint buffer, x, y, width, height; // of the message; its pictures are of the movie's size
    guint cut;                         // bytes that are left of the picture
    guint flipped;                     // one of them is another
} Wrong;

static const Wrong wrong[] = {
    {"beyond its right", 3, WIDTH - 100, 0, 598, 378, 0, 0},
    {"and its lower end", 3, 0, HEIGHT - 100, 598, 378, 0, 0},
    {"for more than it is", 3, 0, 0, 740, 400, 0, 0},
    {"for much less", 3, 0, 0, 64, 64, 0, 0},
    {"cut in its parameters", 3, 0, 0, 598, 378, 12, 0},
    {"another start", 3, 0, 0, 598, 378, 0, 3},
    {"another profile", 3, 0, 0, 598, 378, 0, 5},
};

static void
test_wrong(Test *t, gconstpointer data)
{
    const Wrong *w = data;

    play(t, movie, 1);
    g_assert_cmpuint(t->video.width, ==, 600 - 2);
    bridge_stream_video_still(t->decoders, 3);
    if (w->flipped > 0)
        t->first->data[w->flipped] ^= 0x55;
    const ChanTilesMessage m = {.type = CHAN_TILES_VIDEO,
                                .buffer = w->buffer,
                                .x = w->x,
                                .y = w->y,
                                .width = w->width,
                                .height = w->height,
                                .untrusted_bytes =
                                    CHAN_SPAN(t->first->data, w->cut > 0 ? w->cut : t->first->len)};
    g_assert_cmpstr(bridge_stream_video_paint(t->decoders, t->surface, &m, a_second_later()), !=,
                    NULL);
    g_assert_false(bridge_stream_video_takes(t->decoders));
    g_assert_false(bridge_stream_video_resume(t->decoders));
    // No further one is decoded, be it as it should.
    t->window[0] = 1;
    g_assert_cmpstr(bridge_stream_video_paint(t->decoders, t->surface, &t->video, a_second_later()),
                    !=, NULL);
}

// The first picture of an encoder that puts later ones before it: a decoder has none to show yet.
static AVPacket *
encode_reordered(int width, int height)
{
    AVCodecContext *c = avcodec_alloc_context3(avcodec_find_encoder_by_name("libx264"));
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();

    c->width = frame->width = width;
    c->height = frame->height = height;
    c->pix_fmt = frame->format = AV_PIX_FMT_YUV420P;
    c->time_base = (AVRational){1, 30};
    c->max_b_frames = 2;
    g_assert_cmpint(avcodec_open2(c, NULL, NULL), ==, 0);
    g_assert_cmpint(av_frame_get_buffer(frame, 0), ==, 0);
    while (avcodec_receive_packet(c, packet) == AVERROR(EAGAIN)) {
        for (int plane = 0; plane < 3; plane++)
            memset(frame->data[plane], 128,
                   (size_t)frame->linesize[plane] * (size_t)(plane > 0 ? height / 2 : height));
        g_assert_cmpint(avcodec_send_frame(c, frame), ==, 0);
        g_assert_cmpint(av_frame_make_writable(frame), ==, 0);
        frame->pts++;
    }
    av_frame_free(&frame);
    avcodec_free_context(&c);
    return packet;
}

// The library would wait for its picture for ever.
static void
test_reordered(Test *t, gconstpointer data)
{
    AVPacket *packet = encode_reordered(598, 378);
    const ChanTilesMessage m = {.type = CHAN_TILES_VIDEO,
                                .buffer = 3,
                                .width = 598,
                                .height = 378,
                                .untrusted_bytes = CHAN_SPAN(packet->data, (gsize)packet->size)};

    g_assert_cmpstr(bridge_stream_video_paint(t->decoders, t->surface, &m, a_second_later()), !=,
                    NULL);
    g_assert_false(bridge_stream_video_takes(t->decoders));
    av_packet_free(&packet);
}

static ChanTilesMessage
numbered(const Test *t, guint32 buffer)
{
    return (ChanTilesMessage){.type = CHAN_TILES_VIDEO,
                              .buffer = buffer,
                              .width = 598,
                              .height = 378,
                              .untrusted_bytes = CHAN_SPAN(t->first->data, t->first->len)};
}

static gboolean
none_is_there(guint32 buffer, gpointer user)
{
    return FALSE;
}

static void
test_number(Test *t, gconstpointer data)
{
    play(t, movie, 1);
    bridge_stream_video_still(t->decoders, 3);
    for (guint round = 0; round < 2; round++) {
        for (guint32 i = 0; i < LIMIT_VIDEOS; i++) {
            ChanTilesMessage m = numbered(t, 100 + 50 * round + i);
            g_assert_cmpstr(
                bridge_stream_video_paint(t->decoders, t->surface, &m, a_second_later()), ==, NULL);
        }
        if (round == 0) // those of surfaces that are gone
            bridge_stream_video_sweep(t->decoders, none_is_there, NULL);
    }
    ChanTilesMessage m = numbered(t, 99);
    g_assert_cmpstr(bridge_stream_video_paint(t->decoders, t->surface, &m, a_second_later()), !=,
                    NULL);
    g_assert_false(bridge_stream_video_takes(t->decoders));
}

// Decoding may not go on for ever, whatever it decodes: not even where no time passes.
static void
test_time(Test *t, gconstpointer data)
{
    const char *why = NULL;
    gint64 now = 0, until = g_get_monotonic_time() + WAIT_US;

    play(t, movie, 1);
    bridge_stream_video_free(t->decoders);
    t->decoders = bridge_stream_video_new(now);
    while (!why && g_get_monotonic_time() < until) {
        ChanTilesMessage m = numbered(t, 5);
        why = bridge_stream_video_paint(t->decoders, t->surface, &m, now);
        bridge_stream_video_still(t->decoders, 5);
    }
    g_assert_nonnull(why);
    g_assert_nonnull(strstr(why, "processor"));
    // Nothing of it is taken until it is resumed, and then as ever.
    ChanTilesMessage m = numbered(t, 5);
    now += LIMIT_VIDEO_AGAIN_MS * 1000;
    g_assert_cmpstr(bridge_stream_video_paint(t->decoders, t->surface, &m, now), !=, NULL);
    g_assert_false(bridge_stream_video_takes(t->decoders));
    g_assert_true(bridge_stream_video_resume(t->decoders));
    g_assert_cmpstr(bridge_stream_video_paint(t->decoders, t->surface, &m, now), ==, NULL);
}

#define ADD(name, function) g_test_add("/tile-video/" name, Test, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tile-video/colours", test_colours);
    g_test_add_func("/tile-video/detail", test_detail);
    ADD("moves-and-rests", test_moves_and_rests);
    ADD("beside", test_beside);
    ADD("again", test_again);
    ADD("scrolls", test_scrolls);
    ADD("taken-no-more", test_taken_no_more);
    ADD("many", test_many);
    ADD("reordered", test_reordered);
    ADD("number", test_number);
    ADD("time", test_time);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *name = g_strdup_printf("/tile-video/wrong/%s", wrong[i].name);
        g_test_add(name, Test, &wrong[i], set_up, test_wrong, tear_down);
    }
    return g_test_run();
}
