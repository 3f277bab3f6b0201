// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/video.h"

#include <freerdp/codec/color.h>
#include <freerdp/codec/h264.h>
#include <string.h>
#include <winpr/sysinfo.h>

#define BITS_A_SECOND 800000000u // more than any picture here takes: the encoder spares nothing
#define QUALITY 100
#define COUNT_MAX 100000u

struct Video {
    VideoCodec codec;
    guint32 width, height; // of the surface
    guint32 coded[2];      // of the picture
    H264_CONTEXT *encoder; // NULL: to be made anew
    BYTE *pixels;          // of the picture
    guint8 *streams[2];    // spoilt copies
    RECTANGLE_16 *rects;
    RDPGFX_H264_QUANT_QUALITY *qualities;
    RDPGFX_AVC444_BITMAP_STREAM both; // AVC420 has the first only
    bool split;                       // the second is still to come
};

// In place of winpr's: the encoder divides a picture among as many threads, and then has the rows
// of AVC444's second view wrong where a part is not of whole macroblocks (libfreerdp 3.10).
__attribute__((visibility("default"))) void
GetNativeSystemInfo(LPSYSTEM_INFO info)
{
    GetSystemInfo(info);
    info->dwNumberOfProcessors = 1;
}

// 4:2:0 has pairs of pixels. The second view of AVC444 has whole macroblocks, of which nothing may
// be cropped; that of v2 is divided at half and quarters of such a width ([MS-RDPEGFX] 3.3.8.3.2).
static guint32
padded(guint32 side, bool blocks)
{
    guint32 unit = blocks ? 16 : 2;
    return (side + unit - 1) / unit * unit;
}

static bool
start(Video *v, guint32 width, guint32 height)
{
    v->coded[0] = padded(width, v->codec != VIDEO_AVC420);
    v->coded[1] = padded(height, v->codec == VIDEO_AVC444);
    v->encoder = h264_context_new(TRUE);
    return v->encoder != NULL &&
           h264_context_set_option(v->encoder, H264_CONTEXT_OPTION_BITRATE, BITS_A_SECOND) &&
           h264_context_reset(v->encoder, v->coded[0], v->coded[1]);
}

static void
stop(Video *v)
{
    if (v->encoder != NULL)
        h264_context_free(v->encoder);
    v->encoder = NULL;
}

Video *
video_new(VideoCodec codec, int width, int height)
{
    Video *v = g_new0(Video, 1);
    v->codec = codec;
    v->width = (guint32)width;
    v->height = (guint32)height;
    if (!start(v, v->width, v->height))
        g_clear_pointer(&v, video_free);
    return v;
}

static void
drop_copies(Video *v)
{
    g_clear_pointer(&v->pixels, g_free);
    g_clear_pointer(&v->streams[0], g_free);
    g_clear_pointer(&v->streams[1], g_free);
    g_clear_pointer(&v->rects, g_free);
    g_clear_pointer(&v->qualities, g_free);
}

void
video_free(Video *v)
{
    if (v == NULL)
        return;
    stop(v);
    drop_copies(v);
    g_free(v);
}

static void
pad(Video *v, const BYTE *from)
{
    v->pixels = g_malloc((gsize)v->coded[0] * v->coded[1] * 4);
    for (guint32 y = 0; y < v->coded[1]; y++) {
        const guint32 *row = (const guint32 *)from + (gsize)MIN(y, v->height - 1) * v->width;
        guint32 *to = (guint32 *)v->pixels + (gsize)y * v->coded[0];
        for (guint32 x = 0; x < v->coded[0]; x++)
            to[x] = row[MIN(x, v->width - 1)];
    }
}

// The region of each view is all of the surface.
static void
set_region(Video *v, const Spoil *spoil)
{
    guint32 n = spoil->kind == SPOIL_COUNT ? MIN(spoil->values[0], COUNT_MAX) : 1;
    v->rects = g_new(RECTANGLE_16, n);
    v->qualities = g_new0(RDPGFX_H264_QUANT_QUALITY, n);
    for (guint32 i = 0; i < n; i++) {
        v->rects[i] = (RECTANGLE_16){0, 0, (UINT16)v->width, (UINT16)v->height};
        if (spoil->kind == SPOIL_RECT)
            v->rects[i] = (RECTANGLE_16){(UINT16)spoil->values[0], (UINT16)spoil->values[1],
                                         (UINT16)spoil->values[2], (UINT16)spoil->values[3]};
        v->qualities[i].qualityVal = QUALITY;
    }
    for (guint i = 0; i < 2; i++)
        v->both.bitstream[i].meta = (RDPGFX_H264_METABLOCK){n, v->rects, v->qualities};
}

// A copy of each stream, since the encoder reuses its memory; spoilt where it is to be.
static void
copy_streams(Video *v, const Spoil *spoil)
{
    for (guint i = 0; i < 2; i++) {
        RDPGFX_AVC420_BITMAP_STREAM *s = &v->both.bitstream[i];
        if (s->length == 0)
            continue;
        v->streams[i] = g_memdup2(s->data, s->length);
        s->data = v->streams[i];
        if (spoil->kind == SPOIL_CUT)
            s->length = MIN(s->length, spoil->values[0]);
        if (spoil->kind != SPOIL_FLIP)
            continue;
        g_autoptr(GRand) dice = g_rand_new_with_seed(spoil->values[0]);
        for (guint32 n = 0; n < spoil->values[1]; n++) {
            // Half of them in the beginning, where the parameter sets are.
            guint32 most = g_rand_boolean(dice) ? MIN(s->length, 64) : s->length;
            guint32 at = (guint32)g_rand_int_range(dice, 0, (gint32)most);
            v->streams[i][at] = (guint8)g_rand_int_range(dice, 0, 256);
        }
    }
}

static bool
encode_420(Video *v)
{
    RECTANGLE_16 all = {0, 0, (UINT16)v->coded[0], (UINT16)v->coded[1]};
    RDPGFX_AVC420_BITMAP_STREAM *s = &v->both.bitstream[0];
    RDPGFX_H264_METABLOCK meta = {0};
    INT32 rc = avc420_compress(v->encoder, v->pixels, PIXEL_FORMAT_BGRX32, v->coded[0] * 4,
                               v->coded[0], v->coded[1], &all, &s->data, &s->length, &meta);
    free_h264_metablock(&meta);
    return rc > 0;
}

static bool
encode_444(Video *v)
{
    RECTANGLE_16 all = {0, 0, (UINT16)v->coded[0], (UINT16)v->coded[1]};
    RDPGFX_AVC420_BITMAP_STREAM *s = v->both.bitstream;
    RDPGFX_H264_METABLOCK meta = {0}, more = {0};
    BYTE views = 0;
    INT32 rc =
        avc444_compress(v->encoder, v->pixels, PIXEL_FORMAT_BGRX32, v->coded[0] * 4, v->coded[0],
                        v->coded[1], v->codec == VIDEO_AVC444 ? 1 : 2, &all, &views, &s[0].data,
                        &s[0].length, &s[1].data, &s[1].length, &meta, &more);
    free_h264_metablock(&meta);
    free_h264_metablock(&more);
    v->both.LC = views;
    if (views == 2) // the chroma view alone comes first too
        s[0] = s[1];
    return rc > 0;
}

bool
video_encode(Video *v, RDPGFX_SURFACE_COMMAND *command, const Spoil *spoil)
{
    static const UINT16 ids[] = {[VIDEO_AVC420] = RDPGFX_CODECID_AVC420,
                                 [VIDEO_AVC444] = RDPGFX_CODECID_AVC444,
                                 [VIDEO_AVC444V2] = RDPGFX_CODECID_AVC444v2};
    drop_copies(v);
    memset(&v->both, 0, sizeof v->both);
    if (spoil->kind == SPOIL_SIZE)
        stop(v);
    if (spoil->kind == SPOIL_SIZE && !start(v, spoil->values[0], spoil->values[1]))
        return false;
    if (v->encoder == NULL && !start(v, v->width, v->height))
        return false;
    pad(v, command->data);
    bool changed = v->codec == VIDEO_AVC420 ? encode_420(v) : encode_444(v);
    if (changed) {
        copy_streams(v, spoil);
        set_region(v, spoil);
        v->both.cbAvc420EncodedBitstream1 =
            4 + v->both.bitstream[0].meta.numRegionRects * 10 + v->both.bitstream[0].length;
        command->codecId = ids[v->codec];
        command->extra = v->codec == VIDEO_AVC420 ? (void *)&v->both.bitstream[0] : &v->both;
    }
    v->split = changed && spoil->kind == SPOIL_SPLIT && v->both.LC == 0 && v->codec != VIDEO_AVC420;
    if (v->split)
        v->both.LC = 1;
    if (spoil->kind > SPOIL_SPLIT) // what the client has of it is not known
        stop(v);
    return changed;
}

bool
video_rest(Video *v, RDPGFX_SURFACE_COMMAND *command)
{
    if (!v->split)
        return false;
    v->split = false;
    v->both.LC = 2;
    v->both.bitstream[0] = v->both.bitstream[1];
    v->both.cbAvc420EncodedBitstream1 =
        4 + v->both.bitstream[0].meta.numRegionRects * 10 + v->both.bitstream[0].length;
    command->extra = &v->both;
    return true;
}
