// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/pixmap_icon.h"

#include <stdlib.h>

#define SIDE_MAX 256

typedef struct {
    guint width, height, depth;
    gsize stride;
    const guint8 *data;
    gsize length;
    xcb_get_image_reply_t *reply;
} Image;

static bool
image_read(RaConn *conn, Pixmap pixmap, Image *image)
{
    *image = (Image){0};
    xcb_generic_error_t *failure = NULL;
    xcb_get_geometry_reply_t *geometry =
        xcb_get_geometry_reply(conn->xcb, xcb_get_geometry(conn->xcb, (guint32)pixmap), &failure);
    free(failure);
    if (!geometry)
        return false;
    image->width = geometry->width;
    image->height = geometry->height;
    image->depth = geometry->depth;
    free(geometry);
    bool known = image->depth == 1 || image->depth == 24 || image->depth == 32;
    if (!known || image->width > SIDE_MAX || image->height > SIDE_MAX)
        return false;
    failure = NULL;
    image->reply =
        xcb_get_image_reply(conn->xcb,
                            xcb_get_image(conn->xcb, XCB_IMAGE_FORMAT_Z_PIXMAP, (guint32)pixmap, 0,
                                          0, (guint16)image->width, (guint16)image->height, ~0u),
                            &failure);
    free(failure);
    if (!image->reply)
        return false;
    image->data = xcb_get_image_data(image->reply);
    image->length = (gsize)xcb_get_image_data_length(image->reply);
    // Rows of both formats are padded to 32 bits on every X server of our days.
    image->stride = image->depth == 1 ? (image->width + 31) / 32 * 4 : (gsize)image->width * 4;
    return image->length >= image->stride * image->height;
}

static guint32
image_pixel(const Image *image, guint x, guint y)
{
    const guint8 *row = image->data + y * image->stride;
    if (image->depth == 1)
        return (row[x / 8] >> (x % 8)) & 1;
    return ((const guint32 *)(gconstpointer)row)[x];
}

void
ra_icons_from_pixmap(RaConn *conn, RaIcons *icons, Pixmap pixmap, Pixmap mask)
{
    Image colour;
    Image shape = {0};
    bool masked = false;
    if (image_read(conn, pixmap, &colour)) {
        masked = mask != None && image_read(conn, mask, &shape) && shape.depth == 1;
        g_autofree guint32 *argb = g_new(guint32, (gsize)colour.width * colour.height);
        for (guint y = 0; y < colour.height; y++) {
            for (guint x = 0; x < colour.width; x++) {
                guint32 p = image_pixel(&colour, x, y);
                if (colour.depth == 1) // a bitmap: black where it is set
                    p = p ? 0xff000000 : 0xffffffff;
                bool inside = !masked || (x < shape.width && y < shape.height &&
                                          image_pixel(&shape, x, y) != 0);
                argb[(gsize)y * colour.width + x] = inside ? p | 0xff000000 : 0;
            }
        }
        ra_icons_add(icons, argb, colour.width, colour.height);
    }
    free(shape.reply);
    free(colour.reply);
}
