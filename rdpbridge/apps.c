// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/apps.h"

#include <string.h>

struct BridgeApps {
    GHashTable *exact; // id → index
    GHashTable *loose; // folded last part → index
};

BridgeApps *
bridge_apps_new(void)
{
    BridgeApps *a = g_new0(BridgeApps, 1);

    a->exact = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    a->loose = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return a;
}

void
bridge_apps_free(BridgeApps *a)
{
    if (!a)
        return;
    g_hash_table_unref(a->exact);
    g_hash_table_unref(a->loose);
    g_free(a);
}

static char *
folded(const char *name)
{
    static const char *const suffixes[] = {".desktop", ".exe", ".lnk"};
    const char *last = name;

    for (const char *p = name; *p; p++)
        if ((*p == '/' || *p == '\\') && p[1])
            last = p + 1;
    char *lower = g_ascii_strdown(last, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (g_str_has_suffix(lower, suffixes[i])) {
            lower[strlen(lower) - strlen(suffixes[i])] = 0;
            break;
        }
    }
    return lower;
}

void
bridge_apps_set(BridgeApps *a, const CtlApp *app)
{
    if (app->index >= CHAN_APPS_MAX || !app->app_id[0])
        return;
    // An index is stored one up, so that a lookup's NULL is none.
    gpointer value = GUINT_TO_POINTER(app->index + 1);
    g_hash_table_replace(a->exact, g_strdup(app->app_id), value);
    g_hash_table_replace(a->loose, folded(app->app_id), value);
}

guint32
bridge_apps_find(const BridgeApps *a, const char *untrusted_name)
{
    gpointer value = g_hash_table_lookup(a->exact, untrusted_name);

    if (!value) {
        g_autofree char *key = folded(untrusted_name);
        value = g_hash_table_lookup(a->loose, key);
    }
    return value ? GPOINTER_TO_UINT(value) - 1 : CTL_APP_NONE;
}
