// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/desk.h"

#include <freerdp/window.h>
#include <string.h>

#define FIRST_HANDLE 0x00020136u
#define HANDLE_STEP 0x00010012u // a handle's upper half counts its uses, the lower is its place
#define FIRST_PROCESS 4208u
#define CASCADE 40
#define MINIMIZED_AT (-32000)
#define MINIMIZED_WIDTH 160
#define MINIMIZED_HEIGHT 28

static void
window_free(gpointer data)
{
    Window *w = data;
    g_free(w->title);
    g_free(w->app);
    g_free(w->model);
    g_free(w->image);
    g_free(w);
}

Desk *
desk_new(int width, int height)
{
    Desk *desk = g_new0(Desk, 1);
    desk->stack = g_ptr_array_new_with_free_func(window_free);
    desk_resize(desk, width, height);
    return desk;
}

void
desk_free(Desk *desk)
{
    g_ptr_array_unref(desk->stack);
    g_free(desk);
}

void
desk_resize(Desk *desk, int width, int height)
{
    desk->width = width;
    desk->height = height;
    desk->work = (Area){0, 0, width, height};
}

Window *
desk_find(const Desk *desk, guint32 id)
{
    for (guint i = 0; i < desk->stack->len; i++) {
        Window *w = g_ptr_array_index(desk->stack, i);
        if (w->id == id)
            return w;
    }
    return NULL;
}

static void
place(Desk *desk, Window *w)
{
    int step = (int)(desk->made % 6) * CASCADE;
    const Window *owner = w->owner != 0 ? desk_find(desk, w->owner) : NULL;
    if (owner != NULL) {
        Area at = desk_area(desk, owner);
        w->normal = (Area){at.x + 24, at.y + 48, 200, 120};
    } else {
        w->normal = (Area){60 + step, 50 + step, 400, 300};
    }
}

Window *
desk_add(Desk *desk, const char *title, const char *app, guint32 owner)
{
    Window *w = g_new0(Window, 1);
    w->id = FIRST_HANDLE + desk->made * HANDLE_STEP;
    w->owner = owner;
    w->title = g_strdup(title);
    w->app = g_strdup(app);
    // Apps of the Store have their windows in a program of the system's.
    bool store = strchr(app, '!') != NULL;
    w->model = store ? g_strdup(app) : NULL;
    w->image = store ? g_strdup("C:\\Windows\\System32\\ApplicationFrameHost.exe")
                     : g_strdup_printf("C:\\Program Files\\Double\\%s.exe", app);
    w->process = FIRST_PROCESS + 4 * desk->made;
    w->show = SHOW_HIDDEN;
    w->style = owner != 0 ? WS_POPUP : WS_OVERLAPPEDWINDOW | WS_CLIPSIBLINGS;
    w->ex_style = owner != 0 ? WS_EX_TOOLWINDOW | WS_EX_TOPMOST : WS_EX_WINDOWEDGE;
    place(desk, w);
    desk->made++;
    g_ptr_array_insert(desk->stack, 0, w);
    return w;
}

void
desk_remove(Desk *desk, guint32 id)
{
    for (guint i = desk->stack->len; i > 0; i--) {
        const Window *w = g_ptr_array_index(desk->stack, i - 1);
        if (w->id == id || (w->owner == id && id != 0))
            g_ptr_array_remove_index(desk->stack, i - 1);
    }
    if (desk_find(desk, desk->active) == NULL)
        desk->active = 0;
}

// Those for which it is true go above the others, in the order they have.
static void
raise_all(Desk *desk, guint32 id, bool owned)
{
    guint to = 0;
    for (guint i = 0; i < desk->stack->len; i++) {
        Window *w = g_ptr_array_index(desk->stack, i);
        if (owned ? w->owner != id : w->id != id)
            continue;
        (void)g_ptr_array_steal_index(desk->stack, i);
        g_ptr_array_insert(desk->stack, (int)to++, w);
    }
}

void
desk_activate(Desk *desk, guint32 id)
{
    desk->active = desk_find(desk, id) != NULL ? id : 0;
    if (desk->active == 0)
        return;
    raise_all(desk, id, false);
    raise_all(desk, id, true);
}

// Beyond it by the border, as Windows does it.
static Area
over_work_area(const Desk *desk, const Window *w)
{
    const Area *a = &desk->work;
    int above = MIN(w->frame.top, w->frame.bottom);
    return (Area){a->x - w->frame.left, a->y - above, a->width + w->frame.left + w->frame.right,
                  a->height + above + w->frame.bottom};
}

Area
desk_area(const Desk *desk, const Window *w)
{
    if (w->show == SHOW_MINIMIZED)
        return (Area){MINIMIZED_AT, MINIMIZED_AT, MINIMIZED_WIDTH, MINIMIZED_HEIGHT};
    if (w->show != SHOW_MAXIMIZED)
        return w->normal;
    return w->maximized.width > 0 ? w->maximized : over_work_area(desk, w);
}

void
desk_show(Window *w, Show show)
{
    if (w->show != show)
        w->maximized = (Area){0};
    w->show = show;
}

void
desk_place(Window *w, const Area *area)
{
    *(w->show == SHOW_MAXIMIZED ? &w->maximized : &w->normal) = *area;
}

bool
desk_in_shape(const Window *w, const Area *area, int x, int y)
{
    return y >= w->corner || (x >= w->corner && x < area->width - w->corner);
}

bool
desk_visible(const Window *w)
{
    return w->show == SHOW_NORMAL || w->show == SHOW_MAXIMIZED;
}

Window *
desk_at(const Desk *desk, int x, int y)
{
    for (guint i = 0; i < desk->stack->len; i++) {
        Window *w = g_ptr_array_index(desk->stack, i);
        Area a = desk_area(desk, w);
        if (desk_visible(w) && x >= a.x && y >= a.y && x < a.x + a.width && y < a.y + a.height &&
            desk_in_shape(w, &a, x - a.x, y - a.y))
            return w;
    }
    return NULL;
}
