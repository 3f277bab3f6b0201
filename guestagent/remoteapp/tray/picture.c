// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tray/picture.h"

#include "guestagent/linux/iconimage.h"

#include <string.h>

#define GIVEN_SIDE_MAX 2048 // larger ones are left out
#define GIVEN_MAX 64        // that are looked at
#define NAMED_SIDE 48       // of a file, where it has several sizes

void
ra_tray_picture_clear(RaTrayPicture *p)
{
    g_clear_pointer(&p->bgra, g_bytes_unref);
    p->width = p->height = 0;
}

// ---- pixels that come along

typedef struct {
    guint width, height;
    GVariant *argb; // NULL: none
} Given;

// Mean of factor² pixels, weighted by alpha so that hidden colours do not bleed.
static void
mean(const guint8 *argb, const Given *g, guint factor, guint x, guint y, guint8 *bgra)
{
    guint sum[4] = {0}, n = 0;

    for (guint sy = y * factor; sy < MIN(g->height, (y + 1) * factor); sy++)
        for (guint sx = x * factor; sx < MIN(g->width, (x + 1) * factor); sx++, n++) {
            const guint8 *p = argb + ((gsize)sy * g->width + sx) * 4;
            sum[0] += p[0];
            for (guint c = 1; c < 4; c++)
                sum[c] += (guint)p[c] * p[0];
        }
    bgra[3] = (guint8)(sum[0] / n);
    for (guint c = 1; c < 4; c++)
        bgra[3 - c] = (guint8)(sum[0] > 0 ? sum[c] / sum[0] : 0);
}

static RaTrayPicture
take(const Given *g)
{
    guint factor = (MAX(g->width, g->height) + RA_TRAY_SIDE_MAX - 1) / RA_TRAY_SIDE_MAX;
    guint width = (g->width + factor - 1) / factor, height = (g->height + factor - 1) / factor;
    gsize size = 0;
    const guint8 *argb = g_variant_get_fixed_array(g->argb, &size, 1);
    guint8 *bgra = g_malloc((gsize)width * height * 4);

    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++)
            mean(argb, g, factor, x, y, bgra + ((gsize)y * width + x) * 4);
    return (RaTrayPicture){width, height, g_bytes_new_take(bgra, (gsize)width * height * 4)};
}

static gboolean
is_better(const Given *a, const Given *than)
{
    guint side = MAX(a->width, a->height), other = MAX(than->width, than->height);

    if (!than->argb)
        return TRUE;
    if (side <= RA_TRAY_SIDE_MAX)
        return other > RA_TRAY_SIDE_MAX || side > other;
    return side < other;
}

RaTrayPicture
ra_tray_picture_of_pixmaps(GVariant *untrusted_pixmaps)
{
    gsize count = MIN(g_variant_n_children(untrusted_pixmaps), GIVEN_MAX);
    Given best = {0};

    for (gsize i = 0; i < count; i++) {
        gint32 width, height;
        g_autoptr(GVariant) argb = NULL;
        g_variant_get_child(untrusted_pixmaps, i, "(ii@ay)", &width, &height, &argb);
        if (width < 1 || height < 1 || width > GIVEN_SIDE_MAX || height > GIVEN_SIDE_MAX ||
            g_variant_n_children(argb) != (gsize)width * (gsize)height * 4)
            continue;
        Given given = {(guint)width, (guint)height, argb};
        if (!is_better(&given, &best))
            continue;
        g_clear_pointer(&best.argb, g_variant_unref);
        best = given;
        g_variant_ref(best.argb);
    }
    RaTrayPicture picture = {0};
    if (best.argb)
        picture = take(&best);
    g_clear_pointer(&best.argb, g_variant_unref);
    return picture;
}

// ---- files

// In a folder of the program's own: there, or in what is a theme of one folder.
static char *
find_in(const char *folder, const char *name)
{
    static const char *const places[] = {"",
                                         "hicolor/48x48/apps",
                                         "hicolor/48x48/status",
                                         "hicolor/32x32/apps",
                                         "hicolor/32x32/status",
                                         "hicolor/24x24/apps",
                                         "hicolor/24x24/status",
                                         "hicolor/22x22/apps",
                                         "hicolor/22x22/status",
                                         "hicolor/16x16/apps",
                                         "hicolor/16x16/status",
                                         "hicolor/scalable/apps",
                                         "hicolor/scalable/status"};
    static const char *const suffixes[] = {".png", ".svg", ".xpm", ""};

    for (gsize i = 0; i < G_N_ELEMENTS(places) * G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *file = g_strconcat(name, suffixes[i % G_N_ELEMENTS(suffixes)], NULL);
        g_autofree char *path =
            g_build_filename(folder, places[i / G_N_ELEMENTS(suffixes)], file, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

RaTrayPicture
ra_tray_picture_named(AgentIconTheme *theme, const char *untrusted_folder,
                      const char *untrusted_name)
{
    static const guint sides[] = {NAMED_SIDE, 32, 24, 22, 16};
    g_autofree char *path = NULL;

    if (!*untrusted_name)
        return (RaTrayPicture){0};
    if (untrusted_folder && g_path_is_absolute(untrusted_folder) && !strchr(untrusted_name, '/'))
        path = find_in(untrusted_folder, untrusted_name);
    if (!path)
        path = agent_icon_theme_lookup(theme, untrusted_name, NAMED_SIDE);
    for (gsize i = 0; path && i < G_N_ELEMENTS(sides); i++) {
        g_autoptr(AgentIconImage) icon = agent_icon_image_new(path, sides[i], NULL);
        if (icon)
            return (RaTrayPicture){icon->side, icon->side, g_bytes_ref(icon->pixels)};
    }
    return (RaTrayPicture){0};
}
