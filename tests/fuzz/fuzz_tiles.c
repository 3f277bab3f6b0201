// SPDX-License-Identifier: Apache-2.0
// A guest's stream of pixels, any bytes: every tile, what is moved, and every picture of video
// stays within its surface.
#include "rdpbridge/stream_video.h"
#include "rdpbridge/tile.h"
#include "rdpbridge/video.h"

#include <freerdp/primitives.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WIDTH 100
#define HEIGHT 70
#define GUARD 4096

static uint8_t memory[GUARD + WIDTH * 4 * HEIGHT + GUARD];

static void
check_guards(void)
{
    for (size_t i = 0; i < GUARD; i++)
        if (memory[i] != 0 || memory[sizeof memory - 1 - i] != 0)
            abort();
}

static BridgeStreamVideo *
new_video(void)
{
    primitives_set_hints(PRIMITIVES_ONLY_CPU);
    return bridge_video_available() ? bridge_stream_video_new(0) : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BridgeStreamVideo *video = new_video();
    BridgeSurface surface = {
        .width = WIDTH, .height = HEIGHT, .stride = WIDTH * 4, .pixels = memory + GUARD};

    for (size_t at = 0; at < size;) {
        ChanTilesMessage m;
        size_t used = 0;
        ChanTilesFound found = chan_tiles_decode(CHAN_SPAN(data + at, size - at), true, &m, &used);
        if (found != CHAN_TILES_ONE)
            break;
        if (used == 0 || used > size - at)
            abort();
        if (m.type == CHAN_TILES_TILE)
            (void)bridge_tile_paint(&surface, &m);
        if (m.type == CHAN_TILES_MOVE)
            (void)bridge_tile_move(&surface, &m);
        if (m.type == CHAN_TILES_VIDEO && video)
            (void)bridge_stream_video_paint(video, &surface, &m, 0);
        if (m.type == CHAN_TILES_STILL && video)
            bridge_stream_video_still(video, m.buffer);
        at += used;
    }
    bridge_stream_video_free(video);
    check_guards();
    return 0;
}
