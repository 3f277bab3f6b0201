// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/iconimage.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_SIZE_MAX (8 * 1024 * 1024)
#define SIDE_MAX 4096 // of an image in a file
#define SMALLEST 16
#define CHUNK ((gsize)16 * 1024)

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

typedef struct {
    int side, width, height; // width, height: as in the file; 0: not known yet
    gboolean scalable;
} Size;

static void
on_size(GdkPixbufLoader *loader, int width, int height, gpointer user)
{
    Size *size = user;
    int longest = MAX(MAX(width, height), 1);

    size->width = width;
    size->height = height;
    if (size->scalable)
        gdk_pixbuf_loader_set_size(loader, MAX(1, (int)((gint64)width * size->side / longest)),
                                   MAX(1, (int)((gint64)height * size->side / longest)));
}

// FALSE when there is no sense in reading on.
static gboolean
check_size(const Size *size, const char *path, GError **error)
{
    int longest = MAX(size->width, size->height);

    if (size->scalable || longest == 0)
        return TRUE;
    if (longest > SIDE_MAX)
        return refuse(path, "is too large an image", G_IO_ERROR_INVALID_DATA, error);
    if (longest < size->side && size->side > SMALLEST)
        return refuse(path, "is smaller", G_IO_ERROR_NOT_SUPPORTED, error);
    return TRUE;
}

// By its suffix, since recognising content needs the MIME database, which may be elsewhere.
static GdkPixbufLoader *
loader_for(const char *path, Size *size, GError **error)
{
    static const char *const types[] = {"png", "svg", "xpm"};

    size->scalable = g_str_has_suffix(path, ".svg") || g_str_has_suffix(path, ".svgz");
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        const char *dot = strrchr(path, '.');
        if (dot && g_str_equal(dot + 1, types[i]))
            return gdk_pixbuf_loader_new_with_type(types[i], error);
    }
    return gdk_pixbuf_loader_new();
}

static GdkPixbuf *
load_file(const char *path, Size *size, GError **error)
{
    g_autoptr(GdkPixbufLoader) loader = loader_for(path, size, error);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    gboolean good = loader && g_file_get_contents(path, &bytes, &length, error);

    if (loader)
        g_signal_connect(loader, "size-prepared", G_CALLBACK(on_size), size);
    for (gsize at = 0; good && at < length; at += MIN(CHUNK, length - at))
        good = gdk_pixbuf_loader_write(loader, (const guchar *)bytes + at, MIN(CHUNK, length - at),
                                       error) &&
               check_size(size, path, error);
    // A loader must be closed, also when nobody wants to hear what it says then.
    if (loader && !gdk_pixbuf_loader_close(loader, good ? error : NULL))
        good = FALSE;
    GdkPixbuf *image = good ? gdk_pixbuf_loader_get_pixbuf(loader) : NULL;
    return image ? g_object_ref(image) : NULL;
}

static GdkPixbuf *
load(const char *path, int side, GError **error)
{
    Size size = {.side = side};
    g_autoptr(GdkPixbuf) full = load_file(path, &size, error);

    if (!full)
        return NULL;
    int width = gdk_pixbuf_get_width(full), height = gdk_pixbuf_get_height(full);
    if (MAX(width, height) == side)
        return g_steal_pointer(&full);
    int longest = MAX(width, height);
    return gdk_pixbuf_scale_simple(full, MAX(1, width * side / longest),
                                   MAX(1, height * side / longest), GDK_INTERP_BILINEAR);
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
            refuse(path, "is no image", G_IO_ERROR_INVALID_DATA, error);
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
