// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/video_encoder.h"

#include "channel/tile_stream.h"

#include <freerdp/codec/color.h>
#include <freerdp/primitives.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <string.h>

#define ENCODER "libx264"
#define PRESET                                                                                     \
    "superfast"         // 10 ms for 1280 × 720; the fastest takes 7, and leaves blocks to be seen
#define FRAMES_PER_S 30 // that share the bit rate; where there are fewer, so are the bits
#define BUFFER_PART 8   // of a second's bits, that one picture may have: the first needs more,
#define BUFFER_BITS_MAX (CHAN_TILES_VIDEO_BYTES_MAX * 8 / 4 * 3) // but no more than a message takes
#define KEYS_NEVER 1000000                                       // nothing is lost on the way
#define ALIGNED 64 // what the library's conversion reads and writes at once, at most

struct RaVideoEncoder {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    int width, height;
    gsize stride; // of pixels
    guint8 *pixels;
};

bool
ra_video_encoder_available(void)
{
    return avcodec_find_encoder_by_name(ENCODER) != NULL;
}

static void
set_bit_rate(AVCodecContext *c, gint64 bit_rate)
{
    c->bit_rate = c->rc_max_rate = bit_rate;
    c->rc_buffer_size = (int)MIN(bit_rate / BUFFER_PART, BUFFER_BITS_MAX);
}

// The library's conversion, here and at the host, is full range by BT.709.
static bool
open_codec(RaVideoEncoder *e, gint64 bit_rate)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(ENCODER);
    AVCodecContext *c = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
    e->codec = c;
    if (c == NULL)
        return false;
    c->width = e->width;
    c->height = e->height;
    c->pix_fmt = AV_PIX_FMT_YUV420P;
    c->color_range = AVCOL_RANGE_JPEG;
    c->colorspace = AVCOL_SPC_BT709;
    c->color_primaries = AVCOL_PRI_BT709;
    c->color_trc = AVCOL_TRC_BT709;
    c->time_base = (AVRational){1, FRAMES_PER_S};
    c->framerate = (AVRational){FRAMES_PER_S, 1};
    c->gop_size = KEYS_NEVER;
    c->max_b_frames = 0;
    c->thread_count = 1;
    set_bit_rate(c, bit_rate);
    return av_opt_set(c->priv_data, "preset", PRESET, 0) == 0 &&
           av_opt_set(c->priv_data, "tune", "zerolatency", 0) == 0 &&
           avcodec_open2(c, codec, NULL) == 0;
}

// Planes of whole ALIGNED pixels: the conversion rounds a row up.
static bool
make_frame(RaVideoEncoder *e)
{
    e->frame = av_frame_alloc();
    e->packet = av_packet_alloc();
    if (e->frame == NULL || e->packet == NULL)
        return false;
    e->frame->format = AV_PIX_FMT_YUV420P;
    e->frame->width = e->width;
    e->frame->height = e->height;
    e->frame->color_range = AVCOL_RANGE_JPEG;
    e->frame->colorspace = AVCOL_SPC_BT709;
    return av_frame_get_buffer(e->frame, 2 * ALIGNED) == 0;
}

RaVideoEncoder *
ra_video_encoder_new(int width, int height, gint64 bit_rate)
{
    RaVideoEncoder *e = g_new0(RaVideoEncoder, 1);
    gsize row = ((gsize)width + ALIGNED - 1) / ALIGNED * ALIGNED * 4;
    av_log_set_level(AV_LOG_ERROR); // the encoder tells of each beginning and end
    e->width = width;
    e->height = height;
    e->stride = row;
    e->pixels = g_aligned_alloc0((gsize)height, row, ALIGNED);
    if (open_codec(e, bit_rate) && make_frame(e))
        return e;
    ra_video_encoder_free(e);
    return NULL;
}

void
ra_video_encoder_free(RaVideoEncoder *e)
{
    if (e == NULL)
        return;
    avcodec_free_context(&e->codec);
    av_frame_free(&e->frame);
    av_packet_free(&e->packet);
    g_aligned_free(e->pixels);
    g_free(e);
}

void
ra_video_encoder_set_bit_rate(RaVideoEncoder *e, gint64 bit_rate)
{
    set_bit_rate(e->codec, bit_rate);
}

guint8 *
ra_video_encoder_pixels(RaVideoEncoder *e, gsize *stride)
{
    *stride = e->stride;
    return e->pixels;
}

static bool
convert(RaVideoEncoder *e)
{
    const prim_size_t size = {.width = (UINT32)e->stride / 4, .height = (UINT32)e->height};
    UINT32 strides[3];
    for (guint i = 0; i < G_N_ELEMENTS(strides); i++)
        strides[i] = (UINT32)e->frame->linesize[i];
    return primitives_get()->RGBToYUV420_8u_P3AC4R(e->pixels, PIXEL_FORMAT_BGRX32,
                                                   (UINT32)e->stride, e->frame->data, strides,
                                                   &size) == PRIMITIVES_SUCCESS;
}

ChanSpan
ra_video_encoder_encode(RaVideoEncoder *e)
{
    const ChanSpan none = {0};
    av_packet_unref(e->packet);
    // The encoder may keep the picture before.
    if (av_frame_make_writable(e->frame) != 0 || !convert(e))
        return none;
    e->frame->pts++;
    if (avcodec_send_frame(e->codec, e->frame) != 0 ||
        avcodec_receive_packet(e->codec, e->packet) != 0)
        return none;
    return CHAN_SPAN(e->packet->data, (gsize)e->packet->size);
}
