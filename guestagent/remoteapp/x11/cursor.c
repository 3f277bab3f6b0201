// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/cursor.h"

#include <X11/cursorfont.h>
#include <X11/extensions/Xfixes.h>
#include <stdlib.h>

#define SIDE_MAX 384

struct RaPointerImage {
    RaConn *conn;
    void (*tell)(const RaCursor *cursor, gpointer user);
    gpointer user;
    bool stale;
    guint32 told_serial;
    bool told;
};

RaPointerImage *
ra_pointer_image_new(RaConn *conn, void (*tell)(const RaCursor *, gpointer), gpointer user)
{
    RaPointerImage *image = g_new0(RaPointerImage, 1);
    image->conn = conn;
    image->tell = tell;
    image->user = user;
    image->stale = true;
    // Where a program names no cursor, the root window's shows: an arrow, not the server's cross.
    Cursor arrow = XCreateFontCursor(conn->dpy, XC_left_ptr);
    XDefineCursor(conn->dpy, conn->root, arrow);
    XFreeCursor(conn->dpy, arrow);
    return image;
}

void
ra_pointer_image_free(RaPointerImage *image)
{
    g_free(image);
}

void
ra_pointer_image_changed(RaPointerImage *image)
{
    image->stale = true;
}

static void
tell_pixels(RaPointerImage *image, const XFixesCursorImage *server)
{
    gsize count = (gsize)server->width * server->height;
    g_autofree guint32 *argb = g_new(guint32, count + 1);
    guint32 any_alpha = 0;
    for (gsize i = 0; i < count; i++) {
        argb[i] = (guint32)server->pixels[i]; // Xlib gives a long for each
        any_alpha |= argb[i] >> 24;
    }
    RaCursor cursor = {.serial = image->told_serial};
    if (any_alpha && server->width <= SIDE_MAX && server->height <= SIDE_MAX) {
        cursor.width = server->width;
        cursor.height = server->height;
        cursor.hot_x = MIN(server->xhot, server->width - 1);
        cursor.hot_y = MIN(server->yhot, server->height - 1);
        cursor.argb = argb;
    }
    image->tell(&cursor, image->user);
}

void
ra_pointer_image_tell(RaPointerImage *image)
{
    if (!image->stale)
        return;
    image->stale = false;
    XFixesCursorImage *server = XFixesGetCursorImage(image->conn->dpy);
    if (!server)
        return;
    bool same = image->told && server->cursor_serial == image->told_serial;
    image->told_serial = (guint32)server->cursor_serial;
    image->told = true;
    if (!same)
        tell_pixels(image, server);
    XFree(server);
}
