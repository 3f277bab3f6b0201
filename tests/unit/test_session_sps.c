// SPDX-License-Identifier: Apache-2.0

// What H.264 pictures are, by their parameter sets, written here field by field (Rec. ITU-T H.264,
// 7.3.2.1.1).

#include "rdpbridge/sps.h"

#include <glib.h>

typedef struct {
    guint32 profile, chroma, depth; // depth over 8; those two where the profile says them
    guint32 order_type, cycle;
    guint32 width, height; // in macroblocks, or pairs of them where fields
    gboolean scaling, fields;
    guint32 crop[4];
} Fields;

typedef struct {
    GByteArray *bytes;
    guint bits;
} Writer;

static const Fields plain = {.profile = 66, .width = 21, .height = 14};

static void
put(Writer *w, guint32 value, guint count)
{
    while (count-- > 0) {
        guint8 none = 0;
        if (w->bits++ % 8 == 0)
            g_byte_array_append(w->bytes, &none, 1);
        w->bytes->data[w->bytes->len - 1] |= (value >> count & 1) << (7 - (w->bits - 1) % 8);
    }
}

static void
put_code(Writer *w, guint32 value)
{
    guint length = g_bit_storage(value + 1);

    put(w, 0, length - 1);
    put(w, value + 1, length);
}

static void
put_chroma(Writer *w, const Fields *f)
{
    put_code(w, f->chroma);
    put_code(w, f->depth);
    put_code(w, f->depth);
    put(w, 0, 1);
    put(w, f->scaling, 1);
    for (guint i = 0; f->scaling && i < 8; i++) {
        guint size = i == 1 ? 1 : i < 6 ? 16 : 64;
        put(w, i % 2, 1);
        for (guint n = 0; i % 2 && n < size; n++)
            put_code(w, i == 1 ? 16 : n % 2 ? 2 : 1); // -8, which ends the list; +1 and -1
    }
}

static void
put_sides(Writer *w, const Fields *f)
{
    put_code(w, f->width - 1);
    put_code(w, f->height - 1);
    put(w, !f->fields, 1);
    if (f->fields)
        put(w, 1, 1);
    put(w, 1, 1);
    gboolean cropped = f->crop[0] || f->crop[1] || f->crop[2] || f->crop[3];
    put(w, cropped, 1);
    for (guint i = 0; cropped && i < 4; i++)
        put_code(w, f->crop[i]);
    put(w, 0, 1); // vui_parameters_present_flag
    put(w, 1, 1); // rbsp_trailing_bits
}

static GByteArray *
write_set(const Fields *f)
{
    static const guint8 start[] = {0, 0, 0, 1, 0x67};
    Writer w = {.bytes = g_byte_array_new()};

    g_byte_array_append(w.bytes, start, sizeof start);
    put(&w, f->profile, 8);
    put(&w, 0xc01f, 16);
    put_code(&w, 0);
    if (f->profile >= 100)
        put_chroma(&w, f);
    put_code(&w, 1);
    put_code(&w, f->order_type);
    if (f->order_type == 0)
        put_code(&w, 3);
    if (f->order_type == 1) {
        put(&w, 1, 1);
        put_code(&w, 7);
        put_code(&w, 8);
        put_code(&w, f->cycle);
        for (guint i = 0; i < f->cycle; i++)
            put_code(&w, i + 1);
    }
    put_code(&w, 2);
    put(&w, 0, 1);
    put_sides(&w, f);
    return w.bytes;
}

static bool
reads(const Fields *f, BridgeSps *out)
{
    g_autoptr(GByteArray) set = write_set(f);

    *out = (BridgeSps){0};
    return bridge_sps_read(out, CHAN_SPAN(set->data, set->len));
}

static void
assert_sides(const Fields *f, guint32 width, guint32 height, guint32 coded_width,
             guint32 coded_height)
{
    BridgeSps sps;

    g_assert_true(reads(f, &sps));
    g_assert_true(sps.any);
    g_assert_cmpuint(sps.width, ==, width);
    g_assert_cmpuint(sps.height, ==, height);
    g_assert_cmpuint(sps.coded_width, ==, coded_width);
    g_assert_cmpuint(sps.coded_height, ==, coded_height);
}

static void
test_sides(void)
{
    Fields f = plain;

    assert_sides(&f, 336, 224, 336, 224);
    f.crop[1] = 3;
    f.crop[3] = 4;
    assert_sides(&f, 330, 216, 336, 224);
    f.crop[0] = 1;
    f.crop[2] = 2;
    assert_sides(&f, 328, 212, 336, 224);
    f = plain;
    f.fields = TRUE;
    f.crop[3] = 1;
    assert_sides(&f, 336, 444, 336, 448);
    f = plain;
    f.order_type = 1;
    f.cycle = 255;
    assert_sides(&f, 336, 224, 336, 224);
    f.order_type = 2;
    assert_sides(&f, 336, 224, 336, 224);
    f = (Fields){.profile = 100, .chroma = 1, .width = 1, .height = 1024};
    assert_sides(&f, 16, 16384, 16, 16384);
    f.scaling = TRUE;
    assert_sides(&f, 16, 16384, 16, 16384);
}

static void
test_refused(void)
{
    const Fields all[] = {
        {.profile = 100, .chroma = 0, .width = 9, .height = 9}, // grey
        {.profile = 122, .chroma = 2, .width = 9, .height = 9},
        {.profile = 244, .chroma = 3, .width = 9, .height = 9},
        {.profile = 110, .chroma = 1, .depth = 2, .width = 9, .height = 9},
        {.profile = 66, .order_type = 3, .width = 9, .height = 9},
        {.profile = 66, .order_type = 1, .cycle = 256, .width = 9, .height = 9},
        {.profile = 66, .width = 1025, .height = 9},
        {.profile = 66, .width = 9, .height = 1025},
        {.profile = 66, .width = 9, .height = 513, .fields = TRUE},
        {.profile = 66, .width = 1, .height = 9, .crop = {4, 4, 0, 0}},
        {.profile = 66, .width = 9, .height = 1, .crop = {0, 0, 0, 8}},
        {.profile = 66, .width = 9, .height = 9, .crop = {0x7fffffff, 0x7fffffff, 0, 0}},
    };
    BridgeSps sps;

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        g_assert_false(reads(&all[i], &sps));
}

// Of several the least is shown and the most decoded, over all streams.
static void
test_several(void)
{
    Fields other = plain;
    BridgeSps sps = {0};

    other.width = 9;
    other.height = 20;
    g_autoptr(GByteArray) first = write_set(&plain), second = write_set(&other);
    static const guint8 slice[] = {0, 0, 1, 0x65, 0x88, 0x84};
    g_byte_array_append(first, slice, sizeof slice);
    g_byte_array_append(first, second->data, second->len);
    g_assert_true(bridge_sps_read(&sps, CHAN_SPAN(first->data, first->len)));
    g_assert_true(bridge_sps_read(&sps, CHAN_SPAN(slice, sizeof slice)));
    g_assert_cmpuint(sps.width, ==, 144);
    g_assert_cmpuint(sps.height, ==, 224);
    g_assert_cmpuint(sps.coded_width, ==, 336);
    g_assert_cmpuint(sps.coded_height, ==, 320);
}

static void
test_cut(void)
{
    Fields f = plain;
    f.crop[1] = 3;
    g_autoptr(GByteArray) set = write_set(&f);
    BridgeSps sps = {0};

    for (gsize size = 5; size + 1 < set->len; size++) { // what follows the cropping is not needed
        g_autofree guint8 *cut = g_memdup2(set->data, size);
        g_assert_false(bridge_sps_read(&sps, CHAN_SPAN(cut, size)));
    }
    g_assert_false(sps.any);
}

// Decoders differ on a byte that prevents a start code; one that begins otherwise is another form.
static void
test_form(void)
{
    static const guint8 prevented[] = {0, 0, 1, 0x67, 66, 0, 0, 3, 0xf8, 0x55, 0x55, 0x55, 0x55};
    static const guint8 lengths[] = {1, 0x4d, 0, 0x1f, 0xff, 0xe1, 0, 0, 1, 0x67, 66};
    static const guint8 nothing[] = {0, 0, 0};
    BridgeSps sps = {0};

    g_assert_false(bridge_sps_read(&sps, CHAN_SPAN(prevented, sizeof prevented)));
    g_assert_false(bridge_sps_read(&sps, CHAN_SPAN(lengths, sizeof lengths)));
    g_assert_true(bridge_sps_read(&sps, CHAN_SPAN(nothing, sizeof nothing)));
    g_assert_true(bridge_sps_read(&sps, CHAN_SPAN(NULL, 0)));
    g_assert_false(sps.any);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/sps/sides", test_sides);
    g_test_add_func("/session/sps/refused", test_refused);
    g_test_add_func("/session/sps/several", test_several);
    g_test_add_func("/session/sps/cut", test_cut);
    g_test_add_func("/session/sps/form", test_form);
    return g_test_run();
}
