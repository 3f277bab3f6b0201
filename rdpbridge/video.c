// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/video.h"

#include "rdpbridge/processors.h"

#include <dlfcn.h>
#include <errno.h>
#include <freerdp/codec/h264.h>
#include <string.h>

#define RECTS_MAX 8192u // the library's time for them grows with the square
#define PADDING_MAX 128 // of a picture, over its surface
#define AV_LOG_QUIET -8 // of libavutil, which is the library's
#define EMPTY_MAX 1000  // questions for a picture in a row, without one
#define AV_INVALID_DATA                                                                            \
    (-('I' | 'N' << 8 | 'D' << 16 | 'A' << 24)) // AVERROR_INVALIDDATA of libavutil

int avcodec_receive_frame(void *codec, void *frame);

// FFmpeg's decoder tells on standard error what is wrong with a picture: the guest could fill the
// log. Where the library decodes by another, nothing is there to be found.
static void
silence_ffmpeg(void)
{
    gpointer found = dlsym(RTLD_DEFAULT, "av_log_set_level");
    void (*set_level)(int level);

    memcpy(&set_level, &found, sizeof set_level);
    if (set_level)
        set_level(AV_LOG_QUIET);
}

// In place of FFmpeg's, as in processors.c. The library asks for the picture of a packet until
// there is one, and FFmpeg has none for a packet of parameters alone, or when pictures are to be
// shown in another order than they come in: it would ask for ever.
__attribute__((visibility("default"))) int
avcodec_receive_frame(void *codec, void *frame)
{
    static gpointer found;
    static _Thread_local unsigned empty;
    int (*receive)(void *, void *);

    if (!g_atomic_pointer_get(&found)) // "next" is told by where this is called
        g_atomic_pointer_set(&found, dlsym(RTLD_NEXT, "avcodec_receive_frame"));
    gpointer theirs = g_atomic_pointer_get(&found);
    memcpy(&receive, &theirs, sizeof receive);
    int rc = receive ? receive(codec, frame) : AV_INVALID_DATA;
    empty = rc == -EAGAIN ? empty + 1 : 0;
    if (empty < EMPTY_MAX)
        return rc;
    empty = 0;
    return AV_INVALID_DATA;
}

gboolean
bridge_video_available(void)
{
    static gsize once;

    if (g_once_init_enter(&once)) {
        silence_ffmpeg();
        (void)bridge_processors_asked();
        H264_CONTEXT *context = h264_context_new(FALSE);
        gboolean one_thread = bridge_processors_asked();
        gsize answer = context && one_thread ? 2 : 1;
        if (context)
            h264_context_free(context);
        g_once_init_leave(&once, answer);
    }
    return once == 2;
}

gboolean
bridge_video_is(const RDPGFX_SURFACE_COMMAND *cmd)
{
    return cmd->codecId == RDPGFX_CODECID_AVC420 || cmd->codecId == RDPGFX_CODECID_AVC444 ||
           cmd->codecId == RDPGFX_CODECID_AVC444v2;
}

static const char *
check_size(BridgeSps *sps, ChanSpan untrusted_stream, guint32 width, guint32 height)
{
    if (!bridge_sps_read(sps, untrusted_stream))
        return "the guest sent video of a kind that a window cannot have";
    if (sps->coded_width > width + PADDING_MAX || sps->coded_height > height + PADDING_MAX)
        return "the guest sent video larger than its window surface";
    return NULL;
}

const char *
bridge_video_check_picture(BridgeSps *sps, ChanSpan untrusted_stream, guint32 width, guint32 height)
{
    const char *wrong = check_size(sps, untrusted_stream, width, height);

    if (!wrong && (!sps->any || sps->width < width || sps->height < height))
        return "the guest sent video smaller than what it is for";
    return wrong;
}

static const char *
check_stream(BridgeSps *sps, const RDPGFX_AVC420_BITMAP_STREAM *stream, guint32 width,
             guint32 height)
{
    const RDPGFX_H264_METABLOCK *meta = &stream->meta;

    const char *wrong = check_size(sps, CHAN_SPAN(stream->data, stream->length), width, height);
    if (wrong)
        return wrong;
    if (meta->numRegionRects > RECTS_MAX)
        return "the guest sent video in more parts than are taken";
    if (sps->any) {
        width = MIN(width, sps->width);
        height = MIN(height, sps->height);
    }
    for (guint32 i = 0; i < meta->numRegionRects; i++) {
        const RECTANGLE_16 *r = &meta->regionRects[i];
        if (r->left >= r->right || r->top >= r->bottom || r->right > width || r->bottom > height)
            return "the guest sent video for what is no part of its window surface";
    }
    return NULL;
}

const char *
bridge_video_check(BridgeSps *sps, const RDPGFX_SURFACE_COMMAND *cmd, guint32 width, guint32 height)
{
    if (cmd->codecId == RDPGFX_CODECID_AVC420)
        return check_stream(sps, cmd->extra, width, height);

    const RDPGFX_AVC444_BITMAP_STREAM *both = cmd->extra;
    const char *wrong = check_stream(sps, &both->bitstream[0], width, height);
    if (wrong || both->LC != 0) // one of the two views only
        return wrong;
    return check_stream(sps, &both->bitstream[1], width, height);
}
