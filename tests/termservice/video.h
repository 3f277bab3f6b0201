// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <freerdp/channels/rdpgfx.h>
#include <glib.h>
#include <stdbool.h>

// H.264 for one surface ([MS-RDPEGFX] 2.2.4.4 to 2.2.4.6), by the library's encoder. A Windows
// encodes pictures of whole macroblocks (3.3.8.3.1), so this pads them by repeating their edges.

typedef enum { VIDEO_NONE, VIDEO_AVC420, VIDEO_AVC444, VIDEO_AVC444V2 } VideoCodec;

// What is wrong with the next picture: what a hostile machine sends.
typedef enum {
    SPOIL_NOTHING,
    SPOIL_CUT,   // its bitstream ends after values[0] bytes
    SPOIL_FLIP,  // values[1] bytes of it are others, by values[0]
    SPOIL_RECT,  // its region is these four sides
    SPOIL_SIZE,  // it is a picture of this width and height
    SPOIL_COUNT, // its region is values[0] times the same
} SpoilKind;

typedef struct {
    SpoilKind kind;
    guint32 values[4];
} Spoil;

typedef struct Video Video;

// width and height are the surface's. NULL: the library has no encoder.
Video *video_new(VideoCodec codec, int width, int height);
void video_free(Video *video);

// Makes the command, which has the surface's pixels, one of this picture; until the next call.
// False: nothing has changed since the one before, and nothing is to be sent.
bool video_encode(Video *video, RDPGFX_SURFACE_COMMAND *command, const Spoil *spoil);
