// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <freerdp/channels/rdpgfx.h>
#include <glib.h>
#include <stdbool.h>

// H.264 for one surface ([MS-RDPEGFX] 2.2.4.4 to 2.2.4.6), by the library's encoder, of pictures
// that are padded by repeating their edges.

typedef enum { VIDEO_NONE, VIDEO_AVC420, VIDEO_AVC444, VIDEO_AVC444V2 } VideoCodec;

// What is wrong with the next picture: what a hostile machine sends; but for the first, which a
// Windows does often.
typedef enum {
    SPOIL_NOTHING,
    SPOIL_SPLIT, // the two views of AVC444 come in frames of their own (2.2.4.5, LC 1 and 2)
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

// After it: makes the command what comes in a second frame. False: nothing does.
bool video_rest(Video *video, RDPGFX_SURFACE_COMMAND *command);
