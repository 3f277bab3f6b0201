// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/classic.h"

#include "rdpbridge/limits.h"

#include <freerdp/codecs.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/graphics.h>
#include <freerdp/update.h>

#define CANVAS 64
#define SIDE_MAX 16384

struct BridgeClassic {
    BridgeDesktop *desktop;
    rdpContext *context;                 // NULL: stopped
    pBitmap_Decompress decompress;       // the library's own
    guint32 planar_width, planar_height; // what the decoder's scratch memory is made for
};

// The library's callbacks carry only the context, which knows the session; there is one of these.
static BridgeClassic *the_classic;

BridgeClassic *
bridge_classic_new(BridgeDesktop *desktop)
{
    BridgeClassic *c = g_new0(BridgeClassic, 1);

    g_assert(!the_classic);
    the_classic = c;
    c->desktop = desktop;
    return c;
}

void
bridge_classic_free(BridgeClassic *c)
{
    if (!c)
        return;
    the_classic = NULL;
    g_free(c);
}

static BOOL
on_end_paint(rdpContext *context)
{
    BridgeClassic *c = the_classic;
    rdpGdi *gdi = context->gdi;

    if (!c || !c->context || !gdi || !gdi->primary || !gdi->primary->hdc->hwnd)
        return TRUE;
    HGDI_WND hwnd = gdi->primary->hdc->hwnd;
    for (INT32 i = 0; i < hwnd->ninvalid; i++) {
        const GDI_RGN *r = &hwnd->cinvalid[i];
        ViewRect rect = {CLAMP(r->x, -SIDE_MAX, SIDE_MAX), CLAMP(r->y, -SIDE_MAX, SIDE_MAX),
                         (guint32)CLAMP(r->w, 0, SIDE_MAX), (guint32)CLAMP(r->h, 0, SIDE_MAX)};
        bridge_desktop_damage(c->desktop, rect);
    }
    hwnd->invalid->null = TRUE;
    hwnd->ninvalid = 0;
    return TRUE;
}

// Planar scratch memory is 18 bytes a pixel of the largest image, and the library's decoder does
// not look whether an image fits: it grows with what comes.
static gboolean
ensure_planar(BridgeClassic *c, rdpContext *context, guint32 width, guint32 height)
{
    if (width <= c->planar_width && height <= c->planar_height)
        return TRUE;
    width = MAX(c->planar_width, width);
    height = MAX(c->planar_height, height);
    if ((guint64)width * height > LIMIT_PLANAR_PIXELS)
        return FALSE;
    c->planar_width = width;
    c->planar_height = height;
    return freerdp_client_codecs_reset(context->codecs, FREERDP_CODEC_PLANAR, width, height);
}

// Of bitmap updates and of orders that fill caches. The signature is the library's.
static BOOL // NOLINTNEXTLINE(readability-function-size)
on_decompress(rdpContext *context, rdpBitmap *bitmap, const BYTE *data, UINT32 width, UINT32 height,
              UINT32 bpp, UINT32 length, BOOL compressed, UINT32 codec)
{
    BridgeClassic *c = the_classic;

    if (!c || (compressed && bpp >= 32 && !ensure_planar(c, context, width, height)))
        return FALSE;
    return c->decompress(context, bitmap, data, width, height, bpp, length, compressed, codec);
}

void
bridge_classic_register(BridgeClassic *c, rdpContext *context)
{
    rdpBitmap *prototype = context->graphics->Bitmap_Prototype;

    c->planar_width = c->planar_height = CANVAS;
    c->decompress = prototype->Decompress;
    prototype->Decompress = on_decompress;
    context->update->EndPaint = on_end_paint;
}

static gboolean
resize(BridgeClassic *c, rdpContext *context, UINT32 width, UINT32 height)
{
    rdpGdi *gdi = context->gdi;

    bridge_desktop_set_pixels(c->desktop, NULL, 0, 0, 0);
    return gdi_resize(gdi, width, height) &&
           freerdp_client_codecs_reset(context->codecs, FREERDP_CODEC_REMOTEFX, width, height);
}

gboolean
bridge_classic_start(BridgeClassic *c, rdpContext *context)
{
    rdpSettings *s = context->settings;
    UINT32 width = freerdp_settings_get_uint32(s, FreeRDP_DesktopWidth);
    UINT32 height = freerdp_settings_get_uint32(s, FreeRDP_DesktopHeight);

    if (width < 1 || height < 1 || width > VIEW_SIDE_MAX || height > VIEW_SIDE_MAX ||
        (gsize)width * height * 4 > VIEW_BUFFER_BYTES_MAX || !resize(c, context, width, height))
        return FALSE;
    c->context = context;
    bridge_desktop_set_pixels(c->desktop, context->gdi->primary_buffer, context->gdi->stride, width,
                              height);
    return TRUE;
}

gboolean
bridge_classic_resized(BridgeClassic *c, rdpContext *context)
{
    // When RDPGFX resets its graphics, the library makes this decoder's memory anew too.
    c->planar_width = c->planar_height = CANVAS;
    return !c->context || bridge_classic_start(c, context);
}

void
bridge_classic_stop(BridgeClassic *c)
{
    rdpContext *context = c->context;

    if (!context)
        return;
    c->context = NULL;
    resize(c, context, CANVAS, CANVAS);
}

void
bridge_classic_refresh(BridgeClassic *c, const ViewRect *rects, guint count)
{
    RECTANGLE_16 areas[BRIDGE_REFRESH_MAX];

    if (!c->context)
        return;
    for (guint i = 0; i < count; i++) // inclusive ([MS-RDPBCGR] 2.2.11.1)
        areas[i] = (RECTANGLE_16){(UINT16)rects[i].x, (UINT16)rects[i].y,
                                  (UINT16)(rects[i].x + (gint)rects[i].width - 1),
                                  (UINT16)(rects[i].y + (gint)rects[i].height - 1)};
    c->context->update->RefreshRect(c->context, (BYTE)count, areas);
}
