// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/notificationimage.h"

#include "channel/msg.h"
#include "guestagent/linux/iconimage.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#define SIDE CHAN_NOTIFICATION_SIDE_MAX
#define GIVEN_SIDE_MAX 4096 // of pixels that come along; larger ones are left out

static AgentNotificationImage
take_pixbuf(const GdkPixbuf *image)
{
    int width = gdk_pixbuf_get_width(image), height = gdk_pixbuf_get_height(image);
    int channels = gdk_pixbuf_get_n_channels(image), stride = gdk_pixbuf_get_rowstride(image);
    const guint8 *pixels = gdk_pixbuf_read_pixels(image);
    guint8 *bgra = g_malloc((gsize)width * height * 4), *to = bgra;

    for (int y = 0; y < height; y++) {
        const guint8 *from = pixels + (gsize)y * stride;
        for (int x = 0; x < width; x++, to += 4, from += channels) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
            to[3] = channels == 4 ? from[3] : 255;
        }
    }
    return (AgentNotificationImage){(guint)width, (guint)height,
                                    g_bytes_new_take(bgra, (gsize)width * height * 4)};
}

// (iiibiiay): width, height, row stride, alpha, bits, channels, pixels.
static AgentNotificationImage
given_pixels(GVariant *data)
{
    gint32 width, height, stride, bits, channels;
    gboolean alpha;
    g_autoptr(GVariant) bytes = NULL;

    g_variant_get(data, "(iiibii@ay)", &width, &height, &stride, &alpha, &bits, &channels, &bytes);
    if (width < 1 || height < 1 || width > GIVEN_SIDE_MAX || height > GIVEN_SIDE_MAX || bits != 8 ||
        channels != (alpha ? 4 : 3) || stride < width * channels ||
        (gsize)stride * (gsize)(height - 1) + (gsize)width * channels > g_variant_get_size(bytes))
        return (AgentNotificationImage){0};
    g_autoptr(GdkPixbuf) image = gdk_pixbuf_new_from_data(
        g_variant_get_data(bytes), GDK_COLORSPACE_RGB, alpha, 8, width, height, stride, NULL, NULL);
    double scale = MIN(1.0, (double)SIDE / MAX(width, height));
    g_autoptr(GdkPixbuf) fits = gdk_pixbuf_scale_simple(
        image, MAX(1, (int)(width * scale)), MAX(1, (int)(height * scale)), GDK_INTERP_BILINEAR);
    return fits ? take_pixbuf(fits) : (AgentNotificationImage){0};
}

static AgentNotificationImage
named(AgentIconTheme *theme, const char *name)
{
    static const guint sides[] = {SIDE, 64, 48, 32, 16};
    g_autofree char *path = g_str_has_prefix(name, "file://")
                                ? g_filename_from_uri(name, NULL, NULL)
                                : agent_icon_theme_lookup(theme, name, SIDE);

    for (gsize i = 0; path && i < G_N_ELEMENTS(sides); i++) {
        g_autoptr(AgentIconImage) icon = agent_icon_image_new(path, sides[i], NULL);
        if (icon)
            return (AgentNotificationImage){icon->side, icon->side, g_bytes_ref(icon->pixels)};
    }
    return (AgentNotificationImage){0};
}

AgentNotificationImage
agent_notification_image(AgentIconTheme *theme, const char *app_icon, GVariant *hints)
{
    static const char *const keys[] = {"image-data", "image_data", "icon_data"};
    const char *path = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) data =
            g_variant_lookup_value(hints, keys[i], G_VARIANT_TYPE("(iiibiiay)"));
        if (data)
            return given_pixels(data);
    }
    if (!g_variant_lookup(hints, "image-path", "&s", &path) &&
        !g_variant_lookup(hints, "image_path", "&s", &path))
        path = app_icon;
    return path && *path ? named(theme, path) : (AgentNotificationImage){0};
}
