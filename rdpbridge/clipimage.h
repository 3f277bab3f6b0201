// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures of the clipboard from one form into another: PNG and BMP as X11's programs have them,
// and Windows' DIBs (a BMP without its file header). Pure but for libpng; a picture is converted in
// slices, so that a large one holds nobody up. What is read is a guest's: sides, pixels and
// palettes are bounded, and nothing of its headers is taken over into what is written.

#include "channel/span.h"

#include <stdbool.h>

#define BRIDGE_CLIPIMAGE_SIDE_MAX 16384u
#define BRIDGE_CLIPIMAGE_PIXELS_MAX (40u * 1024 * 1024)

typedef enum {
    BRIDGE_CLIPIMAGE_PNG,
    BRIDGE_CLIPIMAGE_BMP,   // written: with alpha
    BRIDGE_CLIPIMAGE_DIB,   // read: any DIB; written: 40 bytes of header, for CF_DIB
    BRIDGE_CLIPIMAGE_DIBV5, // the same; written: with alpha, for CF_DIBV5
} BridgeClipImageForm;

typedef enum {
    BRIDGE_CLIPIMAGE_MORE,
    BRIDGE_CLIPIMAGE_DONE,
    BRIDGE_CLIPIMAGE_FAILED
} BridgeClipImageState;

typedef struct BridgeClipImage BridgeClipImage;

// untrusted_data is borrowed until the conversion is freed. NULL without memory.
BridgeClipImage *
bridge_clipimage_new(ChanSpan untrusted_data, BridgeClipImageForm from, BridgeClipImageForm to);
void bridge_clipimage_free(BridgeClipImage *image); // NULL-safe

// Goes on with about so many pixels.
BridgeClipImageState bridge_clipimage_step(BridgeClipImage *image, size_t pixels);

// When done: the picture, by malloc, the caller's from now on.
uint8_t *bridge_clipimage_steal(BridgeClipImage *image, size_t *size);
