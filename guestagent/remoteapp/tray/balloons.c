// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tray/balloons.h"

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define ANSWER_MS 10000

typedef struct {
    guint32 icon, id;
    guint32 notification; // 0: the answer is to come
    bool over;            // to be closed when it is there
    RaBalloons *balloons;
} Balloon;

struct RaBalloons {
    GPtrArray *known; // Balloon, oldest first
    GCancellable *gone;
};

RaBalloons *
ra_balloons_new(void)
{
    RaBalloons *b = g_new0(RaBalloons, 1);

    b->known = g_ptr_array_new_with_free_func(g_free);
    b->gone = g_cancellable_new();
    return b;
}

void
ra_balloons_free(RaBalloons *b)
{
    if (!b)
        return;
    g_cancellable_cancel(b->gone);
    g_object_unref(b->gone);
    g_ptr_array_unref(b->known);
    g_free(b);
}

static void
close_notification(GDBusConnection *bus, guint32 notification)
{
    g_dbus_connection_call(bus, NAME, PATH, NAME, "CloseNotification",
                           g_variant_new("(u)", notification), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, NULL, NULL, NULL);
}

static void
end(RaBalloons *b, GDBusConnection *bus, Balloon *balloon)
{
    if (balloon->notification == 0) {
        balloon->over = true;
        return;
    }
    if (bus)
        close_notification(bus, balloon->notification);
    g_ptr_array_remove(b->known, balloon);
}

static void
on_shown(GObject *source, GAsyncResult *result, gpointer user)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer = g_dbus_connection_call_finish(bus, result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // all are gone
    Balloon *balloon = user;
    if (answer)
        g_variant_get(answer, "(u)", &balloon->notification);
    if (balloon->notification == 0)
        g_ptr_array_remove(balloon->balloons->known, balloon);
    else if (balloon->over)
        end(balloon->balloons, bus, balloon);
}

// The specification's image-data: RGBA.
static GVariant *
picture(const RaBalloonLook *look)
{
    gsize size = 0;
    const guint8 *bgra = g_bytes_get_data(look->bgra, &size);
    guint8 *rgba = g_malloc(size);

    for (gsize i = 0; i + 4 <= size; i += 4) {
        rgba[i] = bgra[i + 2];
        rgba[i + 1] = bgra[i + 1];
        rgba[i + 2] = bgra[i];
        rgba[i + 3] = bgra[i + 3];
    }
    GVariant *pixels =
        g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, rgba, size, TRUE, g_free, rgba);
    return g_variant_new("(iiibii@ay)", look->side, look->side, look->side * 4, TRUE, 8, 4, pixels);
}

static GVariant *
arguments(const RaBalloonLook *look)
{
    static const char *const no_actions[] = {NULL};
    g_autofree char *body = g_markup_escape_text(look->text, -1);
    GVariantBuilder hints;

    g_variant_builder_init(&hints, G_VARIANT_TYPE_VARDICT);
    if (*look->app_id)
        g_variant_builder_add(&hints, "{sv}", "desktop-entry", g_variant_new_string(look->app_id));
    if (look->bgra)
        g_variant_builder_add(&hints, "{sv}", "image-data", picture(look));
    return g_variant_new("(susss^asa{sv}i)", look->app_name, 0, "",
                         *look->title ? look->title : look->app_name, body, no_actions, &hints,
                         look->timeout_ms);
}

// Room for one more: of those that are up, the oldest is no longer known.
static bool
make_room(RaBalloons *b)
{
    for (guint i = 0; b->known->len >= RA_BALLOONS_MAX && i < b->known->len; i++)
        if (((const Balloon *)b->known->pdata[i])->notification != 0)
            g_ptr_array_remove_index(b->known, i);
    return b->known->len < RA_BALLOONS_MAX;
}

void
ra_balloons_show(RaBalloons *b, GDBusConnection *bus, const RaBalloonLook *look)
{
    if (!bus || !make_room(b))
        return;
    Balloon *balloon = g_new0(Balloon, 1);
    *balloon = (Balloon){.icon = look->icon, .id = look->id, .balloons = b};
    g_ptr_array_add(b->known, balloon);
    g_dbus_connection_call(bus, NAME, PATH, NAME, "Notify", arguments(look), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, b->gone, on_shown, balloon);
}

void
ra_balloons_cancel(RaBalloons *b, GDBusConnection *bus, guint32 icon, guint32 id)
{
    for (guint i = b->known->len; i-- > 0;) {
        Balloon *balloon = b->known->pdata[i];
        if (balloon->icon == icon && balloon->id == id)
            end(b, bus, balloon);
    }
}

void
ra_balloons_icon_gone(RaBalloons *b, GDBusConnection *bus, guint32 icon)
{
    for (guint i = b->known->len; i-- > 0;) {
        Balloon *balloon = b->known->pdata[i];
        if (balloon->icon == icon)
            end(b, bus, balloon);
    }
}
