// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/iconimage.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_SIZE_MAX (8 * 1024 * 1024)
#define SIDE_MAX 4096 // of an image in a file
#define SMALLEST 16

void
agent_icon_image_free(AgentIconImage *image)
{
    if (!image)
        return;
    g_bytes_unref(image->pixels);
    g_free(image);
}

void
agent_icon_hash(guint width, guint height, const guint8 *pixels, guint8 hash[CHAN_ICON_HASH_SIZE])
{
    guint32 sides[2] = {GUINT32_TO_LE(width), GUINT32_TO_LE(height)};
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize size = CHAN_ICON_HASH_SIZE;

    g_checksum_update(sum, (const guchar *)sides, sizeof sides);
    g_checksum_update(sum, pixels, (gssize)width * height * 4);
    g_checksum_get_digest(sum, hash, &size);
}

static gboolean
refuse(const char *path, const char *why, int code, GError **error)
{
    g_set_error(error, G_IO_ERROR, code, "%s %s", path, why);
    return FALSE;
}

static gboolean
is_scalable(const char *path)
{
    return g_str_has_suffix(path, ".svg") || g_str_has_suffix(path, ".svgz");
}

// The size to draw the image at, so that it fits the square.
static gboolean
choose_size(const char *path, int side, int *width, int *height, GError **error)
{
    int w = 0, h = 0;

    *width = *height = side;
    if (is_scalable(path))
        return TRUE; // fitted by the loader
    if (!gdk_pixbuf_get_file_info(path, &w, &h) || w <= 0 || h <= 0)
        return refuse(path, "is no image", G_IO_ERROR_INVALID_DATA, error);
    if (w > SIDE_MAX || h > SIDE_MAX)
        return refuse(path, "is too large an image", G_IO_ERROR_INVALID_DATA, error);
    if (MAX(w, h) < side && side > SMALLEST)
        return refuse(path, "is smaller", G_IO_ERROR_NOT_SUPPORTED, error);
    *width = MAX(1, w * side / MAX(w, h));
    *height = MAX(1, h * side / MAX(w, h));
    return TRUE;
}

static GdkPixbuf *
load(const char *path, int side, GError **error)
{
    int width, height;

    if (!choose_size(path, side, &width, &height, error))
        return NULL;
    if (is_scalable(path))
        return gdk_pixbuf_new_from_file_at_scale(path, side, side, TRUE, error);
    g_autoptr(GdkPixbuf) full = gdk_pixbuf_new_from_file(path, error);
    if (!full)
        return NULL;
    if (gdk_pixbuf_get_width(full) == width && gdk_pixbuf_get_height(full) == height)
        return g_steal_pointer(&full);
    return gdk_pixbuf_scale_simple(full, width, height, GDK_INTERP_BILINEAR);
}

// Copies the image into the middle of the square.
static void
convert(const GdkPixbuf *image, guint8 *bgra, int side)
{
    int width = MIN(gdk_pixbuf_get_width(image), side);
    int height = MIN(gdk_pixbuf_get_height(image), side);
    int channels = gdk_pixbuf_get_n_channels(image), stride = gdk_pixbuf_get_rowstride(image);
    const guint8 *source = gdk_pixbuf_read_pixels(image);

    for (int y = 0; y < height; y++) {
        const guint8 *from = source + (gsize)y * stride;
        guint8 *to = bgra + ((gsize)(y + (side - height) / 2) * side + (side - width) / 2) * 4;
        for (int x = 0; x < width; x++, from += channels, to += 4) {
            guint8 alpha = channels == 4 ? from[3] : 255;
            // What cannot be seen has no colour, so that equal icons have equal hashes.
            to[0] = alpha ? from[2] : 0;
            to[1] = alpha ? from[1] : 0;
            to[2] = alpha ? from[0] : 0;
            to[3] = alpha;
        }
    }
}

AgentIconImage *
agent_icon_image_new(const char *path, guint side, GError **error)
{
    struct stat st;

    g_assert(side >= 1 && side <= CHAN_ICON_SIDE_MAX);
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_SIZE_MAX) {
        refuse(path, "is no file of sensible size", G_IO_ERROR_INVALID_DATA, error);
        return NULL;
    }
    g_autoptr(GdkPixbuf) image = load(path, (int)side, error);
    if (!image) {
        if (error && !*error)
            refuse(path, "cannot be scaled", G_IO_ERROR_FAILED, error);
        return NULL;
    }
    if (gdk_pixbuf_get_bits_per_sample(image) != 8 || gdk_pixbuf_get_n_channels(image) < 3) {
        refuse(path, "has an unusual format", G_IO_ERROR_INVALID_DATA, error);
        return NULL;
    }
    guint8 *bgra = g_malloc0((gsize)side * side * 4);
    convert(image, bgra, (int)side);
    AgentIconImage *out = g_new0(AgentIconImage, 1);
    out->side = side;
    agent_icon_hash(side, side, bgra, out->hash);
    out->pixels = g_bytes_new_take(bgra, (gsize)side * side * 4);
    return out;
}
