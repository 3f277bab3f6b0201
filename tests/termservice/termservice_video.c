// SPDX-License-Identifier: Apache-2.0

// A Windows that sends windows as H.264, in the three ways that RDPGFX has: what the view gets is
// what was painted, within what the codec loses; and whatever it sends instead ends its session at
// most, in words.
//
// CASEMENT_VIDEO_ROUNDS and CASEMENT_SEED: how many hostile pictures, and which.

#include "rdpbridge/scale.h"
#include "tests/termservice/picture.h"
#include "tests/termservice/session_rig.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

#define EXIT_ENDED 4
#define ROUNDS 20
#define EVENTS 40
#define WINDOWS 3

// Peak signal-to-noise ratio of all three channels, dB. Measured with the library's encoder (x264)
// at a bit rate that spares nothing, where what is lost is lost in YCbCr: coloured cells of 8 × 8
// have 40.6 with each codec. Cells of one pixel's width have 18 at half of the chroma. With all of
// it they have 40.6 in odd rows, which are told as they are; even ones have to be found again from
// a mean ([MS-RDPEGFX] 3.3.8.3.2), in which libfreerdp 3.10 is poor (13 with AVC444, 24 with v2).
#define COARSE_DB 38.0
#define FINE_DB 38.0
#define HALVED_DB 25.0
#define LOSSLESS_DB 90.0

typedef struct {
    guint32 id;     // of the picture
    guint32 window; // that it is in; 0: the same
    guint32 seed, width, height;
    guint32 from_width, from_height; // it is scaled from, to whatever size it has; 0: it is not
    double least_db;
    double db; // what it was last
} Wanted;

// What the window should show, as the double painted it, in the window's size.
static guint32 *
reference(const Wanted *wanted)
{
    BridgeScale scale = {wanted->from_width, wanted->from_height, wanted->width, wanted->height};
    guint32 width = wanted->from_width ? wanted->from_width : wanted->width;
    guint32 height = wanted->from_width ? wanted->from_height : wanted->height;
    g_autofree guint32 *painted = g_new(guint32, (gsize)width * height);

    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++)
            painted[(gsize)y * width + x] = picture_pixel(wanted->id, wanted->seed, (int)x, (int)y);
    if (wanted->from_width == 0)
        return g_steal_pointer(&painted);
    guint32 *scaled = g_new(guint32, (gsize)wanted->width * wanted->height);
    bridge_scale_pixels(&scale, (ViewRect){0, 0, wanted->width, wanted->height},
                        (const guint8 *)painted, (gsize)width * 4, (guint8 *)scaled,
                        (gsize)wanted->width * 4);
    return scaled;
}

// The mean square of what is off.
static double
noise(Harness *h, HarnessWindow *w, const Wanted *wanted)
{
    guint first = wanted->seed & PICTURE_FINE ? 1 : 0, step = 1 + first, n = 0;
    g_autofree guint32 *all = reference(wanted);
    double sum = 0;

    for (guint y = first; y < wanted->height; y += step)
        for (guint x = 0; x < wanted->width; x++) {
            guint32 is = harness_pixel(h, w, x, y);
            guint32 was = all[(gsize)y * wanted->width + x];
            for (guint k = 0; k < 24; k += 8) {
                double off = (double)(is >> k & 0xff) - (double)(was >> k & 0xff);
                sum += off * off;
                n++;
            }
        }
    return sum / n;
}

static gboolean
is_painted(Harness *h, gpointer user)
{
    Wanted *wanted = user;
    HarnessWindow *w = harness_window(h, wanted->window ? wanted->window : wanted->id);
    const HarnessBuffer *b =
        w != NULL && w->commit.serial > 0 ? harness_buffer(h, w->commit.buffer_id) : NULL;

    if (b != NULL && wanted->from_width != 0) {
        wanted->width = b->width;
        wanted->height = b->height;
    }
    if (b == NULL || b->width != wanted->width || b->height != wanted->height)
        return FALSE;
    wanted->db = 10 * log10(255.0 * 255.0 / MAX(noise(h, w, wanted), 1e-9));
    return wanted->db >= wanted->least_db;
}

// Whole macroblocks with AVC444, else pairs: newer libraries refuse pictures that are higher than
// their surface.
static guint32
height_for(const char *codec, guint32 height)
{
    return height & (strcmp(codec, "avc444") == 0 ? ~15u : ~1u);
}

static SessionRig *
rig_new(const char *codec)
{
    g_autofree char *arguments = g_strdup_printf("--video %s --app notes=Notes", codec);

    return session_rig_new("10", arguments);
}

static void
expect_painted(SessionRig *rig, Wanted *w, const char *what)
{
    harness_wait(rig->h, is_painted, w, SESSION_RIG_PATIENCE_S, what);
    g_test_message("%s: %.1f dB", what, w->db);
}

static void
paint(SessionRig *rig, Wanted *w, guint32 seed, const char *what)
{
    w->seed = seed;
    session_rig_tell(rig, "paint 0x%08X %u", w->id, seed);
    expect_painted(rig, w, what);
}

static void
resize(SessionRig *rig, Wanted *w, guint32 width, guint32 height, const char *what)
{
    w->width = width;
    w->height = height;
    session_rig_tell(rig, "move 0x%08X 40 30 %u %u", w->id, width, height);
    expect_painted(rig, w, what);
}

// Sizes that are no macroblocks, or odd, one after the other in one decoder and in new ones, with
// another codec between.
static void
test_window(gconstpointer codec)
{
    SessionRig *rig = rig_new(codec);
    Wanted w = {.least_db = COARSE_DB};

    w.id = session_rig_open(rig, "notes", "Notes");
    resize(rig, &w, 330, height_for(codec, 218), "the window");
    g_assert_cmpfloat(w.db, <, LOSSLESS_DB); // it is video
    paint(rig, &w, 2, "its second picture");
    paint(rig, &w, 4, "its third picture");
    resize(rig, &w, 333, height_for(codec, 302), "its new size");
    w.least_db = LOSSLESS_DB;
    paint(rig, &w, 5, "a planar picture");
    w.least_db = COARSE_DB;
    paint(rig, &w, 6, "video after it");
    bool half = strcmp(codec, "avc420") == 0;
    w.least_db = half ? 10 : FINE_DB;
    paint(rig, &w, PICTURE_FINE | 8, "a fine picture");
    if (half) // or this picture shows nothing of the others
        g_assert_cmpfloat(w.db, <, HALVED_DB);
    session_rig_tell(rig, "spoil split");
    paint(rig, &w, PICTURE_FINE | 10, "a fine picture, one view after the other");
    paint(rig, &w, PICTURE_FINE | 12, "a fine picture after it");
    session_rig_free(rig);
}

// The guest's own screen: a surface that no window has.
static void
test_screen(gconstpointer codec)
{
    SessionRig *rig = rig_new(codec);
    Wanted w = {.id = PICTURE_LOGON_SCREEN,
                .window = CTL_WINDOW_SCREEN,
                .from_width = 1280,
                .from_height = 800,
                .least_db = COARSE_DB};

    session_rig_tell(rig, "lock");
    expect_painted(rig, &w, "the log-on screen");
    g_assert_cmpfloat(w.db, <, LOSSLESS_DB);
    g_assert_cmpuint(w.width, <, 1280); // there is to be room for its frame
    session_rig_free(rig);
}

static void
begin_event(SessionRig *rig, GRand *dice, const char *codec, Wanted *w)
{
    guint32 seed = (guint32)g_rand_int_range(dice, 0, 1000);

    if (g_rand_boolean(dice)) {
        w->width = (guint32)g_rand_int_range(dice, 160, 700);
        w->height = height_for(codec, (guint32)g_rand_int_range(dice, 80, 500));
        session_rig_tell(rig, "move 0x%08X %d %d %u %u", w->id, g_rand_int_range(dice, 0, 300),
                         g_rand_int_range(dice, 0, 200), w->width, w->height);
    } else {
        w->seed = seed;
        session_rig_tell(rig, "paint 0x%08X %u", w->id, seed);
    }
    w->least_db = COARSE_DB;
}

// Several windows at once, each with a decoder of its own.
static void
test_events(gconstpointer codec)
{
    const char *seed = g_getenv("CASEMENT_SEED");
    GRand *dice = g_rand_new_with_seed(seed ? (guint32)g_ascii_strtoull(seed, NULL, 10) : 1);
    SessionRig *rig = rig_new(codec);
    Wanted all[WINDOWS] = {0};

    for (guint i = 0; i < WINDOWS; i++) {
        all[i].id = session_rig_open(rig, "notes", "Notes");
        all[i].least_db = COARSE_DB;
        resize(rig, &all[i], 300 + i * 31, height_for(codec, 208 + i * 17), "a window");
    }
    for (guint i = 0; i < EVENTS; i++) {
        for (guint n = (guint)g_rand_int_range(dice, 1, 4); n > 0; n--)
            begin_event(rig, dice, codec, &all[g_rand_int_range(dice, 0, WINDOWS)]);
        for (guint n = 0; n < WINDOWS; n++)
            harness_wait(rig->h, is_painted, &all[n], SESSION_RIG_PATIENCE_S, "a window");
    }
    session_rig_free(rig);
    g_rand_free(dice);
}

static void
spoil_at_random(SessionRig *rig, GRand *dice)
{
    static const guint sides[] = {0, 1, 15, 16, 200, 330, 331, 344, 4096, 32768, 65535};
    const guint n = G_N_ELEMENTS(sides);

    switch (g_rand_int_range(dice, 0, 8)) {
    case 0:
        session_rig_tell(rig, "spoil cut %d", g_rand_int_range(dice, 0, 2000));
        break;
    case 1:
        session_rig_tell(rig, "spoil rect %u %u %u %u", sides[g_rand_int(dice) % n],
                         sides[g_rand_int(dice) % n], sides[g_rand_int(dice) % n],
                         sides[g_rand_int(dice) % n]);
        break;
    case 2:
        session_rig_tell(rig, "spoil size %u %u", 16u + g_rand_int(dice) % 1000,
                         16u + g_rand_int(dice) % 1000);
        break;
    case 3:
        session_rig_tell(rig, "spoil count %u", g_rand_int(dice) % 20000);
        break;
    default:
        session_rig_tell(rig, "spoil flip %u %u", g_rand_int(dice), 1 + g_rand_int(dice) % 20);
    }
}

static gboolean
is_painted_or_over(Harness *h, gpointer user)
{
    return h->fatal || h->control < 0 || is_painted(h, user);
}

static SessionRig *
hostile_rig(const char *codec, Wanted *w)
{
    SessionRig *rig = rig_new(codec);

    *w = (Wanted){.least_db = COARSE_DB};
    w->id = session_rig_open(rig, "notes", "Notes");
    resize(rig, w, 330, height_for(codec, 216), "the window");
    return rig;
}

static void
expect_end(SessionRig *rig)
{
    int status = harness_wait_exit(rig->h, SESSION_RIG_PATIENCE_S);

    harness_drain(rig->h, 0);
    g_assert_true(WIFEXITED(status)); // no signal: neither a crash nor the sandbox
    g_assert_cmpint(WEXITSTATUS(status), ==, EXIT_ENDED);
    g_assert_cmpuint(rig->h->notices->len, >, 0);
}

// After each the window is what comes next, or the session has ended by itself.
static void
test_hostile(gconstpointer codec)
{
    const char *text = g_getenv("CASEMENT_VIDEO_ROUNDS"), *seed = g_getenv("CASEMENT_SEED");
    guint32 first = seed ? (guint32)g_ascii_strtoull(seed, NULL, 10) : 1;
    GRand *dice = g_rand_new_with_seed(first + g_str_hash(codec)); // not the same for each
    guint rounds = text ? (guint)g_ascii_strtoull(text, NULL, 10) : ROUNDS, ends = 0;
    SessionRig *rig = NULL;
    Wanted w;

    for (guint i = 0; i < rounds; i++) {
        if (rig == NULL)
            rig = hostile_rig(codec, &w);
        spoil_at_random(rig, dice);
        session_rig_tell(rig, "paint 0x%08X %u", w.id, i * 4 + 2);
        w.seed = i * 4 + 4;
        session_rig_tell(rig, "paint 0x%08X %u", w.id, w.seed);
        harness_wait(rig->h, is_painted_or_over, &w, SESSION_RIG_PATIENCE_S,
                     "the next picture, or an end");
        if (!rig->h->fatal && rig->h->control >= 0)
            continue;
        expect_end(rig);
        g_test_message("round %u: %s", i, rig->h->notices->str);
        g_clear_pointer(&rig, session_rig_free);
        ends++;
    }
    g_test_message("%u rounds, %u ended the session", rounds, ends);
    g_clear_pointer(&rig, session_rig_free);
    g_rand_free(dice);
}

typedef struct {
    const char *spoil, *words;
} Refused;

// What would be written, or read, beyond a surface or a picture.
static void
test_refused(void)
{
    static const Refused all[] = {
        {"rect 0 0 331 216", "no part of its window surface"},
        {"rect 0 0 330 217", "no part of its window surface"},
        {"rect 0 40 330 40", "graphics broke off"},        // by the library
        {"size 320 216", "no part of its window surface"}, // less than the region
        {"size 330 200", "no part of its window surface"},
        {"size 640 216", "larger than its window surface"},
        {"count 8193", "in more parts than are taken"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        Wanted w;
        SessionRig *rig = hostile_rig("avc420", &w);
        session_rig_tell(rig, "spoil %s", all[i].spoil);
        session_rig_tell(rig, "paint 0x%08X 2", w.id);
        expect_end(rig);
        g_test_message("%s: %s", all[i].spoil, rig->h->notices->str);
        g_assert_nonnull(strstr(rig->h->notices->str, all[i].words));
        session_rig_free(rig);
    }
}

int
main(int argc, char **argv)
{
    static const char *const codecs[] = {"avc420", "avc444", "avc444v2"};

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(codecs); i++) {
        g_autofree char *window = g_strdup_printf("/termservice/video/%s/window", codecs[i]);
        g_autofree char *events = g_strdup_printf("/termservice/video/%s/events", codecs[i]);
        g_autofree char *hostile = g_strdup_printf("/termservice/video/%s/hostile", codecs[i]);
        g_autofree char *screen = g_strdup_printf("/termservice/video/%s/screen", codecs[i]);
        g_test_add_data_func(window, codecs[i], test_window);
        g_test_add_data_func(screen, codecs[i], test_screen);
        g_test_add_data_func(events, codecs[i], test_events);
        g_test_add_data_func(hostile, codecs[i], test_hostile);
    }
    g_test_add_func("/termservice/video/refused", test_refused);
    return g_test_run();
}
