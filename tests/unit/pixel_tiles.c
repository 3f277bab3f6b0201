// SPDX-License-Identifier: Apache-2.0
// Both ends of a stream of pixels against each other: what the guest's window shows is what the
// host's picture has, and no more than what changed is sent.

#include "guestagent/remoteapp/pixel_tiles.h"
#include "rdpbridge/damage.h"
#include "rdpbridge/tile.h"

#include <glib.h>
#include <string.h>
#include <sys/socket.h>

#define WIDTH 1300
#define HEIGHT 150
#define STRIDE (WIDTH * 4)

typedef struct {
    ChanTilesSocket *guest, *host;
    guint8 *window; // the guest's
    RaTilePicture picture;
    RaWay way;
    BridgeSurface *surface;
    size_t used;
    BridgeDamage damage;
    guint frames, raw, packed, moved, grain; // packed: those of grain, too
    guint32 last;                            // picture that was whole last
    gboolean broken, lost;
} Test;

static gboolean
on_message(const ChanTilesMessage *m, gpointer user)
{
    Test *t = user;

    if (m->type == CHAN_TILES_FRAME) {
        t->frames++;
        t->last = m->buffer;
        return TRUE;
    }
    if (m->type == CHAN_TILES_MOVE) {
        t->moved += m->width * m->height;
        t->broken = !bridge_tile_move(t->surface, m);
        return !t->broken;
    }
    g_assert_cmpint(m->type, ==, CHAN_TILES_TILE);
    t->raw += m->coding == CHAN_TILES_RAW;
    t->packed += m->coding != CHAN_TILES_RAW;
    t->grain += m->coding == CHAN_TILES_GRAIN;
    bridge_damage_add(&t->damage, (ViewRect){(int32_t)m->x, (int32_t)m->y, m->width, m->height});
    t->broken = !bridge_tile_paint(t->surface, m);
    return !t->broken;
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

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    t->guest = chan_tiles_socket_new(NULL, fds[0], false, &handlers, t);
    t->host = chan_tiles_socket_new(NULL, fds[1], true, &handlers, t);
    t->window = g_malloc0((gsize)STRIDE * HEIGHT);
    t->picture = (RaTilePicture){.buffer = 3, .shadow = ra_tile_shadow_new(WIDTH, HEIGHT)};
    t->surface = bridge_surface_new(3, WIDTH, HEIGHT, &t->used);
    g_assert_nonnull(t->surface);
}

static void
tear_down(Test *t, gconstpointer data)
{
    chan_tiles_socket_free(t->guest);
    chan_tiles_socket_free(t->host);
    ra_tile_shadow_free(t->picture.shadow);
    bridge_surface_unref(t->surface);
    g_free(t->window);
}

// Sends what the rectangle shows. TRUE: it was news, and has arrived.
static gboolean
send_rect(Test *t, RaRect r)
{
    const RaPixels pixels = {t->window + (gsize)r.y * STRIDE + (gsize)r.x * 4, STRIDE};
    guint frames = t->frames;

    t->damage.count = 0;
    t->raw = t->packed = t->moved = t->grain = 0;
    if (!ra_pixel_tiles_frame(t->guest, &t->way, &t->picture, &r, &pixels, 1))
        return FALSE;
    chan_tiles_socket_send(t->guest);
    while (t->frames == frames && !t->lost)
        g_main_context_iteration(NULL, TRUE);
    g_assert_false(t->lost);
    return TRUE;
}

static void
assert_same(const Test *t)
{
    g_assert_cmpmem(t->window, (gsize)STRIDE * HEIGHT, t->surface->pixels, t->surface->size);
}

static void
fill(Test *t, RaRect r, guint32 pixel)
{
    for (int y = r.y; y < r.y + r.height; y++)
        for (int x = r.x; x < r.x + r.width; x++)
            memcpy(t->window + (gsize)y * STRIDE + (gsize)x * 4, &pixel, 4);
}

static void
noise(Test *t)
{
    GRand *rand = g_rand_new_with_seed(7);

    for (gsize i = 0; i < (gsize)STRIDE * HEIGHT; i++)
        t->window[i] = (guint8)g_rand_int(rand);
    g_rand_free(rand);
}

static const RaRect all = {0, 0, WIDTH, HEIGHT};

static void
test_same_picture(Test *t, gconstpointer data)
{
    noise(t);
    g_assert_true(send_rect(t, all));
    assert_same(t);
    g_assert_cmpuint(t->packed, ==, 0); // noise does not become shorter
    g_assert_cmpuint(bridge_damage_area(&t->damage), ==, WIDTH * HEIGHT);
    fill(t, all, 0xff336699);
    g_assert_true(send_rect(t, all));
    assert_same(t);
    g_assert_cmpuint(t->raw, ==, 0);
}

// Of what was painted again only what is another picture, to the pixel of what was damaged.
static void
test_unchanged(Test *t, gconstpointer data)
{
    noise(t);
    g_assert_true(send_rect(t, all));
    g_assert_false(send_rect(t, all));
    fill(t, (RaRect){200, 70, 10, 10}, 5);
    g_assert_true(send_rect(t, all));
    g_assert_cmpuint(bridge_damage_area(&t->damage), ==, RA_TILE_SIDE * RA_TILE_SIDE);
    assert_same(t);
    fill(t, (RaRect){210, 75, 3, 4}, 6);
    g_assert_true(send_rect(t, (RaRect){210, 75, 3, 4}));
    g_assert_cmpuint(bridge_damage_area(&t->damage), ==, 12);
    assert_same(t);
    fill(t, (RaRect){0, 60, WIDTH, 10}, 9); // over two rows of tiles
    g_assert_true(send_rect(t, (RaRect){0, 60, WIDTH, 10}));
    g_assert_cmpuint(bridge_damage_area(&t->damage), ==, WIDTH * 10);
    assert_same(t);
}

// A first frame is told of also where it is all black, as the host has it.
static void
test_black(Test *t, gconstpointer data)
{
    g_assert_true(send_rect(t, all));
    g_assert_cmpuint(t->raw + t->packed, ==, 0);
    g_assert_false(send_rect(t, all));
}

static void
photograph(Test *t, RaRect r, GRand *rand)
{
    for (int y = r.y; y < r.y + r.height; y++)
        for (int x = r.x; x < r.x + r.width; x++)
            fill(t, (RaRect){x, y, 1, 1},
                 ((guint32)(x / 4) << 16 | (guint32)y << 8) ^ (g_rand_int(rand) & 0x070707));
}

static void
text(Test *t, RaRect r)
{
    fill(t, r, 0xffffff);
    for (int y = r.y; y + 9 < r.y + r.height; y += 16)
        for (int x = r.x; x + 8 < r.x + r.width; x += 8)
            fill(t, (RaRect){x + y / 16 % 3, y, 1 + (x + y) / 8 % 4, 9}, 0x202020);
}

#define LIST ((RaRect){128, 20, 1000, 120})

// Lines of text, the first of which is that one, in no pattern that comes again.
static void
show_list(Test *t, RaRect list, guint first)
{
    for (int y = 0; y < list.height; y++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(first + (guint)y);
        for (int x = 0; x < list.width; x += 4)
            fill(t, (RaRect){list.x + x, list.y + y, 4, 1}, g_rand_boolean(rand) ? 0xffffff : 0);
    }
}

// What scrolls is moved, and only what came into sight is sent: up and down, whether its program
// says that the list was painted or all of the window, with a frame around that stays as it is.
static void
test_scrolled(Test *t, gconstpointer data)
{
    const RaRect painted[] = {LIST, all};

    for (guint i = 0; i < G_N_ELEMENTS(painted); i++) {
        guint first = 1000 * (i + 1);
        text(t, all);
        show_list(t, LIST, first);
        g_assert_true(send_rect(t, all));
        g_assert_cmpuint(t->moved, ==, 0);
        show_list(t, LIST, first += 500);
        g_assert_true(send_rect(t, LIST));
        g_assert_cmpuint(t->moved, ==, 0);
        gsize whole = t->picture.bytes;
        for (int by = -9; by <= 9; by += 3) {
            first += (guint)by;
            show_list(t, LIST, first);
            gboolean sent = send_rect(t, painted[i]);
            g_assert_cmpint(sent, ==, by != 0);
            assert_same(t);
            if (by == 0)
                continue;
            g_assert_cmpuint(t->moved, >, (guint)(LIST.width - 128) * (guint)(LIST.height - 10));
            g_assert_cmpuint(t->moved, <=, (guint)(LIST.width + 128) * (guint)LIST.height);
            g_assert_cmpuint(t->picture.bytes, <, whole * 2 / 3);
        }
    }
}

// Whatever is found to have moved, the host has what the window shows.
static void
test_scrolled_anyhow(Test *t, gconstpointer data)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    guint moved = 0;

    for (guint i = 0; i < 150; i++) {
        RaRect list = {g_rand_int_range(rand, 0, WIDTH - 400), g_rand_int_range(rand, 0, 60), 0, 0};
        list.width = g_rand_int_range(rand, 300, WIDTH - list.x + 1);
        list.height = g_rand_int_range(rand, 64, HEIGHT - list.y + 1);
        for (guint step = 0; step < 3; step++) {
            show_list(t, list, i * 1000 + step * (guint)g_rand_int_range(rand, 1, 40));
            fill(t, (RaRect){g_rand_int_range(rand, 0, WIDTH - 50), 0, 50, 40}, i);
            t->picture.still = 0;
            (void)send_rect(t, g_rand_boolean(rand) ? list : all);
            moved += t->moved;
            (void)send_rect(t, all);
            assert_same(t);
        }
    }
    g_assert_cmpuint(moved, >, 0);
}

// A video is not looked at each time.
static void
test_still(Test *t, gconstpointer data)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (guint i = 0; i < 8; i++) {
        photograph(t, all, rand);
        g_assert_true(send_rect(t, all));
        g_assert_cmpuint(t->moved, ==, 0);
    }
    g_assert_cmpuint(t->picture.still, >=, 4);
    // What scrolls then is found all the same.
    guint frames = 0;
    do {
        show_list(t, all, ++frames);
        g_assert_true(send_rect(t, all));
        assert_same(t);
        g_assert_cmpuint(frames, <, 40);
    } while (t->moved == 0);
    show_list(t, all, ++frames);
    g_assert_true(send_rect(t, all));
    g_assert_cmpuint(t->moved, >, 0);
}

// Each place of a picture by what makes it shortest, and by something else when it shows that.
static void
test_kinds(Test *t, gconstpointer data)
{
    const RaRect left = {0, 0, RA_TILE_RUN_MAX, HEIGHT};
    const RaRect right = {RA_TILE_RUN_MAX, 0, WIDTH - RA_TILE_RUN_MAX, HEIGHT};
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);

    text(t, right);
    for (guint i = 0; i < 3; i++) {
        photograph(t, left, rand);
        g_assert_true(send_rect(t, left));
        g_assert_cmpuint(t->grain, ==, 3);
        g_assert_cmpuint(t->packed, ==, 3);
        g_assert_cmpuint(t->picture.bytes, <, RA_TILE_RUN_MAX * HEIGHT * 4 * 3 / 5);
        fill(t, (RaRect){right.x + 1, 0, 1, HEIGHT}, i);
        g_assert_true(send_rect(t, right));
        g_assert_cmpuint(t->packed, ==, 3);
        g_assert_cmpuint(t->grain, ==, 0);
        assert_same(t);
    }
    guint frames = 0;
    do { // as text is read where a photograph was
        text(t, left);
        fill(t, (RaRect){1, 0, 1, HEIGHT}, frames);
        g_assert_true(send_rect(t, left));
        assert_same(t);
        g_assert_cmpuint(++frames, <, 20);
    } while (t->grain > 0);
    g_assert_cmpuint(t->packed, ==, 3);
}

// A part that is packed only to see what that gives goes as the rest of its frame does, which is
// taken for how the way takes pixels as they are.
static void
test_tried(Test *t, gconstpointer data)
{
    t->way.bytes_per_us = 1e6;
    t->picture.coding = (RaCoding){.ratio = 1, .ns = 1, .known = true};
    text(t, all);
    while (t->picture.coding.ratio == 1) {
        fill(t, all, t->picture.serial + 1);
        g_assert_true(send_rect(t, all));
        g_assert_false(t->picture.compressed);
        g_assert_cmpuint(t->packed, ==, 0);
        assert_same(t);
        g_assert_cmpuint(t->frames, <, 40);
    }
}

// More than the socket takes at once, several times over.
static void
test_many(Test *t, gconstpointer data)
{
    t->way.bytes_per_us = 1e6;
    t->picture.coding = (RaCoding){.ratio = 1, .ns = 1, .known = true};
    for (guint i = 0; i < 20; i++) {
        noise(t);
        fill(t, (RaRect){(int)i, 0, 400, HEIGHT}, i);
        g_assert_true(send_rect(t, all));
        assert_same(t);
    }
}

// What a user looks at passes what was to be sent before.
static void
test_turns(Test *t, gconstpointer data)
{
    const RaRect little = {0, 0, 4, 4};
    const RaPixels pixels = {t->window, STRIDE};
    RaTilePicture other = {.buffer = 4, .shadow = ra_tile_shadow_new(WIDTH, HEIGHT)};

    t->way.bytes_per_us = 1e6;
    t->picture.coding = (RaCoding){.ratio = 1, .ns = 1, .known = true};
    t->picture.turn = CHAN_TILES_LATER;
    noise(t);
    guint frames = 1;
    while (chan_tiles_socket_pending(t->guest, CHAN_TILES_LATER) == 0) { // more than the kernel has
        fill(t, (RaRect){0, 0, 4, HEIGHT}, frames++);
        ra_tile_shadow_free(t->picture.shadow);
        t->picture.shadow = ra_tile_shadow_new(WIDTH, HEIGHT);
        g_assert_true(ra_pixel_tiles_frame(t->guest, &t->way, &t->picture, &all, &pixels, 1));
        chan_tiles_socket_send(t->guest);
    }
    g_assert_true(ra_pixel_tiles_frame(t->guest, &t->way, &other, &little, &pixels, 1));
    g_assert_cmpuint(chan_tiles_socket_pending(t->guest, CHAN_TILES_FIRST), >, 0);
    chan_tiles_socket_send(t->guest);
    while (t->frames < frames && !t->lost)
        g_main_context_iteration(NULL, TRUE);
    g_assert_false(t->lost);
    g_assert_cmpuint(t->last, ==, t->picture.buffer);
    ra_tile_shadow_free(other.shadow);
}

static void
say(Test *t, const ChanTilesMessage *tile, gconstpointer bytes)
{
    guint8 *room = chan_tiles_socket_room(t->guest, CHAN_TILES_FIRST, CHAN_TILES_MESSAGE_MAX);
    guint8 head[CHAN_TILES_SMALL_MAX];

    memcpy(room, chan_tiles_encode(tile, head).data, CHAN_TILES_TILE_HEADER);
    memcpy(room + CHAN_TILES_TILE_HEADER, bytes, tile->untrusted_bytes.size);
    chan_tiles_socket_written(t->guest, CHAN_TILES_FIRST,
                              CHAN_TILES_TILE_HEADER + tile->untrusted_bytes.size);
    chan_tiles_socket_send(t->guest);
    while (!t->lost && t->raw + t->packed == 0)
        g_main_context_iteration(NULL, TRUE);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

typedef struct {
    guint32 x, y, width, height;
    ChanTilesCoding coding;
    const char *bytes;
    gsize size;
} Wrong;

static const Wrong wrong[] = {
    {WIDTH - 1, 0, 2, 1, CHAN_TILES_RAW, "12345678", 8},                    // beyond its right
    {0, HEIGHT - 1, 1, 2, CHAN_TILES_RAW, "12345678", 8},                   // and its lower end
    {0, 0, 4, 1, CHAN_TILES_LZ4, "\x50hello", 6},                           // less than its pixels
    {0, 0, 4, 1, CHAN_TILES_LZ4, "\xf0\x01hello, world!!!!!", 15},          // cut off
    {0, 0, 8, 8, CHAN_TILES_LZ4, "\x1fx\x01\x00\xff\xff\x10\x50hello", 13}, // more than its pixels
    {0, 0, 4, 4, CHAN_TILES_LZ4, "\x00\x01\x00", 3},                        // nothing to repeat
    {0, 0, 4, 2, CHAN_TILES_GRAIN, "\x00", 1},                              // a row too few
    {0, 0, 4, 2, CHAN_TILES_GRAIN, "\x00\x00\x00", 3},                      // one too many
    {0, 0, 4, 2, CHAN_TILES_GRAIN, "\x00\x01 twelve bytes", 14},            // not all of its bits
};

static void
test_wrong(Test *t, gconstpointer data)
{
    const Wrong *w = data;
    const ChanTilesMessage tile = {.type = CHAN_TILES_TILE,
                                   .buffer = 3,
                                   .x = w->x,
                                   .y = w->y,
                                   .width = w->width,
                                   .height = w->height,
                                   .coding = w->coding,
                                   .untrusted_bytes = CHAN_SPAN(w->bytes, w->size)};

    say(t, &tile, w->bytes);
    g_assert_true(t->broken);
    g_assert_true(t->lost);
}

// Compressing pays where it makes pixels arrive sooner, and only there.
static void
test_coding(void)
{
    RaCoding text = {0}, grain = {0};
    RaWay way = {0};

    g_assert_true(ra_coding_compresses(&text, &way)); // nothing is known
    ra_coding_took(&text, 1000000, 125000, 1000000);
    ra_coding_took(&grain, 1000000, 1000000, 500000);
    way.bytes_per_us = 250;
    g_assert_true(ra_coding_compresses(&text, &way));
    g_assert_false(ra_coding_compresses(&grain, &way));
    way.bytes_per_us = 3000;
    g_assert_false(ra_coding_compresses(&text, &way));
    // What is not compressed is tried now and then, and found to be something else by then.
    for (guint i = 1; i < 16; i++) {
        g_assert_false(ra_coding_tries(&text));
        g_assert_false(ra_coding_compresses(&text, &way));
    }
    g_assert_true(ra_coding_tries(&text));
    for (guint i = 0; i < 20; i++)
        ra_coding_took(&text, 1000000, 1000, 100000);
    way.bytes_per_us = 250;
    g_assert_true(ra_coding_compresses(&text, &way));
    g_assert_false(ra_coding_tries(&text));
}

// What is held up by compressing says nothing of the way, until one frame goes without.
static void
test_way(void)
{
    RaCoding text = {.ratio = 0.125, .ns = 1, .known = true};
    RaWay way = {0};

    for (guint i = 0; i < 4; i++) {
        g_assert_true(ra_coding_compresses(&text, &way));
        ra_way_took(&way, 1000000, true, 8000, 8500);
    }
    g_assert_cmpfloat(way.bytes_per_us, ==, 0);
    g_assert_false(ra_coding_compresses(&text, &way));
    ra_way_took(&way, 8000000, false, 1000, 4000);
    g_assert_cmpfloat_with_epsilon(way.bytes_per_us, 2000, 1);
    g_assert_false(ra_coding_compresses(&text, &way)); // it takes them faster as they are
    // A slow one tells of itself whatever goes over it.
    way = (RaWay){0};
    ra_way_took(&way, 1000000, true, 8000, 1000000);
    g_assert_cmpfloat_with_epsilon(way.bytes_per_us, 1, 0.01);
    g_assert_true(ra_coding_compresses(&text, &way));
}

#define ADD(name, function)                                                                        \
    g_test_add("/pixel-tiles/" name, Test, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("same-picture", test_same_picture);
    ADD("unchanged", test_unchanged);
    ADD("black", test_black);
    ADD("scrolled", test_scrolled);
    ADD("scrolled-anyhow", test_scrolled_anyhow);
    ADD("still", test_still);
    ADD("kinds", test_kinds);
    ADD("tried", test_tried);
    ADD("many", test_many);
    ADD("turns", test_turns);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *name = g_strdup_printf("/pixel-tiles/wrong/%u", i);
        g_test_add(name, Test, &wrong[i], set_up, test_wrong, tear_down);
    }
    g_test_add_func("/pixel-tiles/coding", test_coding);
    g_test_add_func("/pixel-tiles/way", test_way);
    return g_test_run();
}
