// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/window_list.h"

#include "channel/utf8.h"

#include <string.h>

struct BrokerWindowList {
    GHashTable *windows; // id → CtlWindow, its title cleaned
};

BrokerWindowList *
broker_window_list_new(void)
{
    BrokerWindowList *list = g_new0(BrokerWindowList, 1);

    list->windows = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    return list;
}

void
broker_window_list_free(BrokerWindowList *list)
{
    if (!list)
        return;
    g_hash_table_unref(list->windows);
    g_free(list);
}

gboolean
broker_window_list_set(BrokerWindowList *list, const CtlWindow *untrusted_window)
{
    gpointer key = GUINT_TO_POINTER(untrusted_window->window_id);
    CtlWindow *known = g_hash_table_lookup(list->windows, key);

    if (!known) {
        if (g_hash_table_size(list->windows) >= BROKER_WINDOWS_MAX)
            return FALSE;
        known = g_new0(CtlWindow, 1);
        g_hash_table_insert(list->windows, key, known);
    }
    *known = *untrusted_window;
    chan_utf8_clean(CHAN_SPAN_TEXT(untrusted_window->untrusted_title), known->untrusted_title,
                    sizeof known->untrusted_title);
    return TRUE;
}

void
broker_window_list_remove(BrokerWindowList *list, guint32 id)
{
    g_hash_table_remove(list->windows, GUINT_TO_POINTER(id));
}

void
broker_window_list_clear(BrokerWindowList *list)
{
    g_hash_table_remove_all(list->windows);
}

gboolean
broker_window_list_has(const BrokerWindowList *list, guint32 id)
{
    return g_hash_table_contains(list->windows, GUINT_TO_POINTER(id));
}

guint
broker_window_list_count(const BrokerWindowList *list)
{
    return g_hash_table_size(list->windows);
}

void
broker_window_list_describe(const BrokerWindowList *list, const char *guest, BrokerCatalog *catalog,
                            GVariantBuilder *builder)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, list->windows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const CtlWindow *w = value;
        const BrokerApp *app =
            w->app_index < CHAN_APPS_MAX ? broker_catalog_by_index(catalog, w->app_index) : NULL;
        g_variant_builder_open(builder, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(builder, "{sv}", "guest", g_variant_new_string(guest));
        g_variant_builder_add(builder, "{sv}", "id", g_variant_new_uint32(w->window_id));
        g_variant_builder_add(builder, "{sv}", "app", g_variant_new_string(app ? app->id : ""));
        g_variant_builder_add(builder, "{sv}", "title", g_variant_new_string(w->untrusted_title));
        g_variant_builder_add(builder, "{sv}", "x", g_variant_new_int32(w->x));
        g_variant_builder_add(builder, "{sv}", "y", g_variant_new_int32(w->y));
        g_variant_builder_add(builder, "{sv}", "width", g_variant_new_uint32(w->width));
        g_variant_builder_add(builder, "{sv}", "height", g_variant_new_uint32(w->height));
        g_variant_builder_add(builder, "{sv}", "minimized",
                              g_variant_new_boolean(w->minimized != 0));
        g_variant_builder_add(builder, "{sv}", "popup", g_variant_new_boolean(w->popup != 0));
        g_variant_builder_close(builder);
    }
}
