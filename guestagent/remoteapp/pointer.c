// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/pointer.h"

#include <freerdp/freerdp.h>
#include <freerdp/pointer.h>
#include <freerdp/update.h>
#include <string.h>

#define SIDE_PLAIN 32  // every client draws this
#define SIDE_NEW 96    // the most of a new pointer update
#define SIDE_LARGE 384 // with large pointers
#define SLOTS_MAX 32

typedef struct {
    guint32 serial;
    guint64 used; // 0: empty
} Slot;

struct RaPointer {
    RaLink *link;
    int side_max;
    guint count;
    guint64 clock;
    Slot slots[SLOTS_MAX];
};

RaPointer *
ra_pointer_new(RaLink *link)
{
    RaPointer *p = g_new0(RaPointer, 1);
    p->link = link;
    const rdpSettings *settings = ra_link_settings(link);
    guint32 large = freerdp_settings_get_uint32(settings, FreeRDP_LargePointerFlag);
    p->side_max = (large & LARGE_POINTER_FLAG_384x384) != 0 ? SIDE_LARGE
                  : (large & LARGE_POINTER_FLAG_96x96) != 0 ? SIDE_NEW
                                                            : SIDE_PLAIN;
    guint32 cache = freerdp_settings_get_uint32(settings, FreeRDP_PointerCacheSize);
    p->count = CLAMP(cache, 1, SLOTS_MAX);
    return p;
}

void
ra_pointer_free(RaPointer *pointer)
{
    g_free(pointer);
}

static bool
find_slot(RaPointer *p, guint32 serial, guint *slot)
{
    *slot = 0;
    bool found = false;
    for (guint i = 0; i < p->count && !found; i++) {
        found = p->slots[i].used != 0 && p->slots[i].serial == serial;
        if (found || p->slots[i].used < p->slots[*slot].used)
            *slot = i;
    }
    p->slots[*slot] = (Slot){serial, ++p->clock};
    return found;
}

static guint8
straight(guint32 channel, guint32 alpha)
{
    return alpha == 0 ? 0 : (guint8)MIN((channel * 255 + alpha / 2) / alpha, 255);
}

// Bottom-up BGRA with straight alpha, and the mask of what is transparent.
static void
convert(const RaCursor *c, int width, int height, guint8 *color, guint8 *mask)
{
    int mask_stride = (width + 15) / 16 * 2;
    for (int y = 0; y < height; y++) {
        guint8 *out = color + (gsize)(height - 1 - y) * (gsize)width * 4;
        guint8 *bits = mask + (gsize)(height - 1 - y) * (gsize)mask_stride;
        for (int x = 0; x < width; x++) {
            guint32 pixel = c->argb[y * c->width + x];
            guint32 alpha = pixel >> 24;
            out[x * 4 + 0] = straight(pixel & 0xFF, alpha);
            out[x * 4 + 1] = straight((pixel >> 8) & 0xFF, alpha);
            out[x * 4 + 2] = straight((pixel >> 16) & 0xFF, alpha);
            out[x * 4 + 3] = (guint8)alpha;
            if (alpha == 0)
                bits[x / 8] |= (guint8)(0x80 >> (x % 8));
        }
    }
}

static void
send_new(RaPointer *p, const POINTER_LARGE_UPDATE *large)
{
    rdpContext *context = ra_link_context(p->link);
    POINTER_NEW_UPDATE update = {
        .xorBpp = 32,
        .colorPtrAttr =
            {
                .cacheIndex = large->cacheIndex,
                .hotSpotX = large->hotSpotX,
                .hotSpotY = large->hotSpotY,
                .width = large->width,
                .height = large->height,
                .lengthAndMask = (UINT16)large->lengthAndMask,
                .lengthXorMask = (UINT16)large->lengthXorMask,
                .xorMaskData = large->xorMaskData,
                .andMaskData = large->andMaskData,
            },
    };
    (void)context->update->pointer->PointerNew(context, &update);
}

static void
send_image(RaPointer *p, const RaCursor *c, guint slot)
{
    // What is larger than the client can have is cut at the right and the bottom.
    int width = MIN(c->width, p->side_max), height = MIN(c->height, p->side_max);
    gsize color_size = (gsize)width * (gsize)height * 4;
    gsize mask_size = (gsize)((width + 15) / 16 * 2) * (gsize)height;
    g_autofree guint8 *color = g_malloc(color_size);
    g_autofree guint8 *mask = g_malloc0(mask_size);
    convert(c, width, height, color, mask);
    POINTER_LARGE_UPDATE update = {
        .xorBpp = 32,
        .cacheIndex = (UINT16)slot,
        .hotSpotX = (UINT16)CLAMP(c->hot_x, 0, width - 1),
        .hotSpotY = (UINT16)CLAMP(c->hot_y, 0, height - 1),
        .width = (UINT16)width,
        .height = (UINT16)height,
        .lengthAndMask = (UINT32)mask_size,
        .lengthXorMask = (UINT32)color_size,
        .xorMaskData = color,
        .andMaskData = mask,
    };
    rdpContext *context = ra_link_context(p->link);
    if (width > SIDE_NEW || height > SIDE_NEW)
        (void)context->update->pointer->PointerLarge(context, &update);
    else
        send_new(p, &update);
}

static void
send_system(RaPointer *p, UINT32 type)
{
    rdpContext *context = ra_link_context(p->link);
    POINTER_SYSTEM_UPDATE update = {type};
    (void)context->update->pointer->PointerSystem(context, &update);
}

void
ra_pointer_set(RaPointer *p, const RaCursor *cursor)
{
    guint slot;
    if (cursor == NULL) {
        send_system(p, SYSPTR_DEFAULT);
    } else if (cursor->width <= 0 || cursor->height <= 0) {
        send_system(p, SYSPTR_NULL);
    } else if (find_slot(p, cursor->serial, &slot)) {
        rdpContext *context = ra_link_context(p->link);
        POINTER_CACHED_UPDATE update = {slot};
        (void)context->update->pointer->PointerCached(context, &update);
    } else {
        send_image(p, cursor, slot);
    }
    ra_link_send(p->link);
}
