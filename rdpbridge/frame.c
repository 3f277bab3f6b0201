// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/frame.h"

#include "rdpbridge/style.h"

#include <string.h>

// At 100 %. A title bar is 19 to 26 high, a menu bar below it 19 or more.
#define CAPTION_USUAL 23 // of Windows 8 to 11
#define CAPTION_HIGHEST 32

static uint32_t
scaled(uint32_t pixels, const BridgeFramed *w)
{
    return pixels * w->scale_percent / 100;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

// The same on three sides: what one of them has more is a scroll bar. FALSE when what was told
// cannot be.
static bool
read_border(const BridgeFramed *w, uint32_t *border)
{
    const BridgeClientArea *c = &w->client;

    if (c->untrusted_x < 0 || c->untrusted_y < 0 || (uint32_t)c->untrusted_x >= w->width ||
        (uint32_t)c->untrusted_y >= w->height)
        return false;
    uint32_t right = w->width - (uint32_t)c->untrusted_x;
    uint32_t below = w->height - (uint32_t)c->untrusted_y;
    *border = (uint32_t)c->untrusted_x;
    if (c->untrusted_width == 0 || c->untrusted_height == 0)
        return true;
    if (c->untrusted_width > right || c->untrusted_height > below)
        return false;
    *border = least(*border, right - c->untrusted_width);
    *border = least(*border, below - c->untrusted_height);
    return true;
}

// bar: all that is between the border and the client area.
static uint32_t
caption_of(const BridgeFramed *w, uint32_t bar, uint32_t *caption)
{
    if (w->ex_style & BRIDGE_WS_EX_TOOLWINDOW)
        return bar; // lower ones, without a menu
    if (bar <= scaled(CAPTION_HIGHEST, w)) {
        *caption = *caption == 0 ? bar : least(*caption, bar);
        return bar;
    }
    return least(bar, *caption != 0 ? *caption : scaled(CAPTION_USUAL, w));
}

ViewFrame
bridge_frame_of(const BridgeFramed *w, uint32_t *caption)
{
    uint32_t border;

    if ((w->style & BRIDGE_WS_CAPTION) != BRIDGE_WS_CAPTION || !read_border(w, &border) ||
        (uint32_t)w->client.untrusted_y <= border)
        return (ViewFrame){0};
    uint32_t top = border + caption_of(w, (uint32_t)w->client.untrusted_y - border, caption);
    if (border > VIEW_FRAME_MAX || top > VIEW_FRAME_MAX)
        return (ViewFrame){0};
    return (ViewFrame){.left = border, .right = border, .top = top, .bottom = border};
}

static int32_t
bounded(int32_t v)
{
    return v < -VIEW_COORD_MAX ? -VIEW_COORD_MAX : v > VIEW_COORD_MAX ? VIEW_COORD_MAX : v;
}

ViewRect
bridge_frame_cut(const ViewFrame *f, ViewRect r)
{
    if (r.width <= f->left + f->right || r.height <= f->top + f->bottom)
        return r;
    return (ViewRect){bounded(r.x + (int32_t)f->left), bounded(r.y + (int32_t)f->top),
                      r.width - f->left - f->right, r.height - f->top - f->bottom};
}

ViewRect
bridge_frame_add(const ViewFrame *f, ViewRect r)
{
    return (ViewRect){bounded(r.x - (int32_t)f->left), bounded(r.y - (int32_t)f->top),
                      least(r.width + f->left + f->right, VIEW_SIDE_MAX),
                      least(r.height + f->top + f->bottom, VIEW_SIDE_MAX)};
}

uint32_t
bridge_frame_less(uint32_t side, uint32_t before, uint32_t behind)
{
    if (side == 0)
        return 0;
    return side > before + behind ? side - before - behind : 1;
}
