// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/scene.h"

#include "tests/termservice/picture.h"

static void
draw(const Desk *desk, const Window *w, const Area *a, guint32 *pixels)
{
    for (int y = MAX(a->y, 0); y < MIN(a->y + a->height, desk->height); y++)
        for (int x = MAX(a->x, 0); x < MIN(a->x + a->width, desk->width); x++)
            if (desk_in_shape(w, a, x - a->x, y - a->y))
                pixels[y * desk->width + x] = picture_pixel(w->id, w->seed, x - a->x, y - a->y);
}

void
scene_paint(const Desk *desk, bool screen, guint32 *pixels)
{
    static const Window logon_screen = {.id = PICTURE_LOGON_SCREEN};
    Area whole = {0, 0, desk->width, desk->height};
    for (int i = 0; i < desk->width * desk->height; i++)
        pixels[i] = SCENE_WALLPAPER;
    for (guint i = desk->stack->len; i > 0; i--) {
        const Window *w = g_ptr_array_index(desk->stack, i - 1);
        Area area = desk_area(desk, w);
        if (desk_visible(w))
            draw(desk, w, &area, pixels);
    }
    if (screen)
        draw(desk, &logon_screen, &whole, pixels);
}
