// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/sps.h"

#include <stddef.h>

#define NAL_SPS 7
#define SIDE_MAX 16384u
#define MACROBLOCKS_MAX (SIDE_MAX / 16)
#define SCALING_LISTS 8 // of 4:2:0: six of 16 numbers and two of 64
#define CYCLE_MAX 255   // num_ref_frames_in_pic_order_cnt_cycle

typedef struct {
    ChanSpan bytes;
    size_t bit;
    bool failed;
} Bits;

// A byte that prevents a start code (7.3.1) in the fields that are read here is written by no
// encoder that was seen, and decoders differ on it: such a set is refused.
static bool
is_prevention(ChanSpan b, size_t at)
{
    return at >= 2 && b.data[at] == 3 && b.data[at - 1] == 0 && b.data[at - 2] == 0;
}

static uint32_t
one(Bits *b)
{
    size_t at = b->bit / 8;

    if (b->failed || at >= b->bytes.size || is_prevention(b->bytes, at)) {
        b->failed = true;
        return 0;
    }
    return b->bytes.data[at] >> (7 - b->bit++ % 8) & 1u;
}

static uint32_t
fixed(Bits *b, unsigned count)
{
    uint32_t value = 0;

    while (count-- > 0)
        value = value << 1 | one(b);
    return value;
}

// ue(v), 9.1; of up to 31 bits.
static uint32_t
unsigned_code(Bits *b)
{
    unsigned zeros = 0;

    while (!b->failed && one(b) == 0)
        if (++zeros > 31)
            b->failed = true;
    return b->failed ? 0 : (uint32_t)((1ull << zeros) - 1 + fixed(b, zeros));
}

static int32_t
signed_code(Bits *b)
{
    uint32_t code = unsigned_code(b);

    return code & 1 ? (int32_t)(code / 2 + 1) : -(int32_t)(code / 2);
}

// scaling_list (7.3.2.1.1.1), for where it ends.
static void
skip_scaling_list(Bits *b, unsigned size)
{
    int64_t last = 8, next = 8;

    for (unsigned i = 0; i < size && !b->failed; i++) {
        if (next != 0)
            next = (last + signed_code(b) + 256) % 256;
        last = next == 0 ? last : next;
    }
}

static void
read_chroma(Bits *b)
{
    uint32_t format = unsigned_code(b);
    uint32_t luma_over_8 = unsigned_code(b), chroma_over_8 = unsigned_code(b); // bits

    if (format != 1 || luma_over_8 != 0 || chroma_over_8 != 0) // 4:2:0
        b->failed = true;
    (void)one(b);    // qpprime_y_zero_transform_bypass_flag
    if (one(b) == 0) // seq_scaling_matrix_present_flag
        return;
    for (unsigned i = 0; i < SCALING_LISTS; i++)
        if (one(b) != 0)
            skip_scaling_list(b, i < 6 ? 16 : 64);
}

static void
skip_order_count(Bits *b)
{
    uint32_t type = unsigned_code(b), cycle = 0;

    if (type == 0)
        (void)unsigned_code(b); // log2_max_pic_order_cnt_lsb_minus4
    if (type == 1) {
        (void)one(b); // delta_pic_order_always_zero_flag
        (void)signed_code(b);
        (void)signed_code(b);
        cycle = unsigned_code(b);
    }
    if (type > 2 || cycle > CYCLE_MAX)
        b->failed = true;
    for (uint32_t i = 0; i < cycle && !b->failed; i++)
        (void)signed_code(b);
}

// Those profiles' sets say what the others' pictures always are.
static bool
says_chroma(uint32_t profile)
{
    static const uint8_t profiles[] = {100, 110, 122, 244, 44,  83, 86,
                                       118, 128, 138, 139, 134, 135};

    for (size_t i = 0; i < sizeof profiles; i++)
        if (profiles[i] == profile)
            return true;
    return false;
}

// The sides, in pixels; each set's frame_cropping in units of 4:2:0 (table 6-1, equations 7-19ff).
static bool
read_sides(Bits *b, BridgeSps *out)
{
    uint32_t crop[4] = {0}; // left, right, top, bottom
    uint32_t width = unsigned_code(b), height = unsigned_code(b);
    uint32_t fields = one(b) == 0 ? 2 : 1; // frame_mbs_only_flag

    if (fields == 2)
        (void)one(b); // mb_adaptive_frame_field_flag
    (void)one(b);     // direct_8x8_inference_flag
    if (width >= MACROBLOCKS_MAX || height >= MACROBLOCKS_MAX / fields)
        return false;
    out->coded_width = (width + 1) * 16;
    out->coded_height = (height + 1) * 16 * fields;
    if (one(b) != 0) // frame_cropping_flag
        for (unsigned i = 0; i < 4; i++)
            crop[i] = unsigned_code(b);
    if (b->failed || crop[0] > SIDE_MAX || crop[1] > SIDE_MAX || crop[2] > SIDE_MAX ||
        crop[3] > SIDE_MAX)
        return false;
    uint32_t across = 2 * (crop[0] + crop[1]), down = 2 * fields * (crop[2] + crop[3]);
    if (across >= out->coded_width || down >= out->coded_height)
        return false;
    out->width = out->coded_width - across;
    out->height = out->coded_height - down;
    return true;
}

static bool
read_set(ChanSpan nal, BridgeSps *out)
{
    Bits b = {.bytes = nal, .bit = 8}; // after nal_unit_type
    uint32_t profile = fixed(&b, 8);

    (void)fixed(&b, 16);     // constraint flags, level_idc
    (void)unsigned_code(&b); // seq_parameter_set_id
    if (says_chroma(profile))
        read_chroma(&b);
    (void)unsigned_code(&b); // log2_max_frame_num_minus4
    skip_order_count(&b);
    (void)unsigned_code(&b); // max_num_ref_frames
    (void)one(&b);           // gaps_in_frame_num_value_allowed_flag
    return read_sides(&b, out) && !b.failed;
}

static void
add(BridgeSps *sps, const BridgeSps *set)
{
    if (!sps->any || set->width < sps->width)
        sps->width = set->width;
    if (!sps->any || set->height < sps->height)
        sps->height = set->height;
    if (set->coded_width > sps->coded_width)
        sps->coded_width = set->coded_width;
    if (set->coded_height > sps->coded_height)
        sps->coded_height = set->coded_height;
    sps->any = true;
}

// Where the next start code's three bytes begin; size when there is none.
static size_t
find_start(ChanSpan s, size_t from)
{
    for (size_t i = from; i + 3 <= s.size; i++)
        if (s.data[i] == 0 && s.data[i + 1] == 0 && s.data[i + 2] == 1)
            return i;
    return s.size;
}

bool
bridge_sps_read(BridgeSps *sps, ChanSpan s)
{
    size_t at = find_start(s, 0);

    for (size_t i = 0; i < at; i++)
        if (s.data[i] != 0)
            return false;
    while (at < s.size) {
        size_t begin = at + 3, end = find_start(s, begin);
        BridgeSps set = {0};
        if (begin < end && (s.data[begin] & 0x1f) == NAL_SPS) {
            if (!read_set(CHAN_SPAN(s.data + begin, end - begin), &set))
                return false;
            add(sps, &set);
        }
        at = end;
    }
    return true;
}
