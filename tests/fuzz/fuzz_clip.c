// SPDX-License-Identifier: Apache-2.0
// What a guest's clipboard may hold: lists of formats, "HTML Format", DIBs, BMPs and PNGs that are
// converted. The first byte says which of them the rest is.
#include "channel/clip.h"
#include "channel/clip_html.h"
#include "rdpbridge/clipimage.h"

#include <stdlib.h>
#include <string.h>

#define PIXELS_A_STEP 64
#define SMALL (512u * 1024) // pixels: larger pictures take the same ways, and longer

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_list(ChanSpan bytes, unsigned names)
{
    ChanReader r = chan_reader(bytes);
    ChanClipList list;

    chan_clip_list_read(&r, names == 0, names == 1, &list);
    if ((chan_clip_list_kinds(&list) & ~(uint32_t)CHAN_CLIP_ALL) != 0 ||
        list.selection >= CHAN_CLIP_SELECTIONS)
        abort();
    for (uint32_t kind = 1; kind <= CHAN_CLIP_BMP; kind <<= 1) {
        ChanClipFormat format = chan_clip_list_find(&list, kind);
        if (format.id != 0 && format.kind != kind)
            abort();
    }
}

static void
read_html(ChanSpan bytes)
{
    ChanSpan html = chan_clip_html_find(bytes);

    if (html.size > 0 &&
        (html.data < bytes.data || html.data + html.size > bytes.data + bytes.size))
        abort();
    uint8_t *wrapped = malloc(bytes.size + CHAN_CLIP_HTML_MORE);
    size_t n = chan_clip_html_wrap(bytes, wrapped);
    ChanSpan found = chan_clip_html_find(CHAN_SPAN(wrapped, n));
    if (n > bytes.size + CHAN_CLIP_HTML_MORE || found.size == 0)
        abort();
    free(wrapped);
}

// A picture that was made can be read again.
static void
convert(ChanSpan bytes, BridgeClipImageForm from, BridgeClipImageForm to)
{
    BridgeClipImage *image = bridge_clipimage_new(bytes, from, to);
    BridgeClipImageState state = BRIDGE_CLIPIMAGE_MORE;
    size_t size = 0;

    for (unsigned i = 0; state == BRIDGE_CLIPIMAGE_MORE && i < SMALL / PIXELS_A_STEP; i++)
        state = bridge_clipimage_step(image, PIXELS_A_STEP);
    uint8_t *made = bridge_clipimage_steal(image, &size);
    bridge_clipimage_free(image);
    if (state == BRIDGE_CLIPIMAGE_DONE) {
        image = bridge_clipimage_new(CHAN_SPAN(made, size), to, BRIDGE_CLIPIMAGE_BMP);
        if (bridge_clipimage_step(image, 1) == BRIDGE_CLIPIMAGE_FAILED)
            abort();
        bridge_clipimage_free(image);
    }
    free(made);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ChanSpan rest = CHAN_SPAN(data + 1, size - 1);
    switch (data[0] % 8) {
    case 0:
    case 1:
    case 2:
        read_list(rest, data[0] % 8);
        break;
    case 3:
        read_html(rest);
        break;
    case 4:
        convert(rest, BRIDGE_CLIPIMAGE_PNG, BRIDGE_CLIPIMAGE_DIB);
        break;
    case 5:
        convert(rest, BRIDGE_CLIPIMAGE_PNG, BRIDGE_CLIPIMAGE_DIBV5);
        break;
    case 6:
        convert(rest, BRIDGE_CLIPIMAGE_BMP, BRIDGE_CLIPIMAGE_PNG);
        break;
    default:
        convert(rest, BRIDGE_CLIPIMAGE_DIB, BRIDGE_CLIPIMAGE_PNG);
        break;
    }
    return 0;
}
