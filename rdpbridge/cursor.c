// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/cursor.h"

#include "rdpbridge/surface.h"

#include <freerdp/codec/color.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/graphics.h>
#include <string.h>
#include <unistd.h>

struct BridgeCursor {
    void (*send)(gconstpointer message, gsize size, int fd, gpointer user);
    gpointer user;
    ViewCursor current;
    int fd; // of the current image, or -1
};

typedef struct {
    rdpPointer base;
    ViewCursor message;
    int fd; // sealed memfd; -1: not shown (too large, or malformed)
} Shape;

static BridgeCursor *the_cursor;

BridgeCursor *
bridge_cursor_new(void (*send)(gconstpointer message, gsize size, int fd, gpointer user),
                  gpointer user)
{
    BridgeCursor *c = g_new0(BridgeCursor, 1);

    g_assert(!the_cursor);
    the_cursor = c;
    c->send = send;
    c->user = user;
    c->fd = -1;
    c->current.kind = VIEW_CURSOR_DEFAULT;
    VIEW_INIT(&c->current, VIEW_MSG_CURSOR);
    return c;
}

void
bridge_cursor_free(BridgeCursor *c)
{
    if (!c)
        return;
    if (c->fd >= 0)
        close(c->fd);
    the_cursor = NULL;
    g_free(c);
}

static void
show(BridgeCursor *c, const ViewCursor *message, int fd)
{
    if (c->fd >= 0)
        close(c->fd);
    c->current = *message;
    c->fd = fd >= 0 ? dup(fd) : -1;
    c->send(&c->current, sizeof c->current, c->fd, c->user);
}

static void
show_kind(ViewCursorKind kind)
{
    ViewCursor m = {.kind = kind};

    VIEW_INIT(&m, VIEW_MSG_CURSOR);
    show(the_cursor, &m, -1);
}

static void
premultiply(guint8 *bgra, gsize pixels)
{
    for (gsize i = 0; i < pixels; i++, bgra += 4)
        for (int c = 0; c < 3; c++)
            bgra[c] = (guint8)((bgra[c] * bgra[3] + 127) / 255);
}

// A sealed memfd with the shape's pixels; -1 when its bytes make no sense.
static int
pixels_of(rdpContext *context, const rdpPointer *pointer)
{
    gsize pixels = (gsize)pointer->width * pointer->height;
    guint8 *bgra = g_malloc0(pixels * 4);
    int fd = -1;

    if (freerdp_image_copy_from_pointer_data(
            bgra, PIXEL_FORMAT_BGRA32, 0, 0, 0, pointer->width, pointer->height,
            pointer->xorMaskData, pointer->lengthXorMask, pointer->andMaskData,
            pointer->lengthAndMask, pointer->xorBpp, &context->gdi->palette)) {
        premultiply(bgra, pixels);
        fd = bridge_memfd_of(bgra, pixels * 4);
    }
    g_free(bgra);
    return fd;
}

static BOOL
on_new(rdpContext *context, rdpPointer *pointer)
{
    Shape *s = (Shape *)pointer;

    s->fd = -1;
    if (pointer->width < 1 || pointer->height < 1 || pointer->width > VIEW_CURSOR_SIDE_MAX ||
        pointer->height > VIEW_CURSOR_SIDE_MAX)
        return TRUE; // shown as the default pointer
    s->message = (ViewCursor){.kind = VIEW_CURSOR_IMAGE,
                              .width = pointer->width,
                              .height = pointer->height,
                              .hot_x = MIN(pointer->xPos, pointer->width - 1),
                              .hot_y = MIN(pointer->yPos, pointer->height - 1)};
    VIEW_INIT(&s->message, VIEW_MSG_CURSOR);
    s->fd = pixels_of(context, pointer);
    return TRUE;
}

static void
on_free(rdpContext *context, rdpPointer *pointer)
{
    Shape *s = (Shape *)pointer;

    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static BOOL
on_set(rdpContext *context, rdpPointer *pointer)
{
    Shape *s = (Shape *)pointer;

    if (s->fd >= 0)
        show(the_cursor, &s->message, s->fd);
    else
        show_kind(VIEW_CURSOR_DEFAULT);
    return TRUE;
}

static BOOL
on_set_null(rdpContext *context)
{
    show_kind(VIEW_CURSOR_HIDDEN);
    return TRUE;
}

static BOOL
on_set_default(rdpContext *context)
{
    show_kind(VIEW_CURSOR_DEFAULT);
    return TRUE;
}

static BOOL
on_set_position(rdpContext *context, UINT32 x, UINT32 y)
{
    return TRUE; // a guest does not move the user's pointer
}

gboolean
bridge_cursor_register(BridgeCursor *c, rdpContext *context)
{
    rdpPointer prototype = {.size = sizeof(Shape),
                            .New = on_new,
                            .Free = on_free,
                            .Set = on_set,
                            .SetNull = on_set_null,
                            .SetDefault = on_set_default,
                            .SetPosition = on_set_position};

    g_assert(c == the_cursor);
    graphics_register_pointer(context->graphics, &prototype);
    return TRUE;
}

void
bridge_cursor_view_attached(BridgeCursor *c)
{
    c->send(&c->current, sizeof c->current, c->fd, c->user);
}
