// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/plan.h"

#include "hostbroker/desktop_entry.h"

typedef struct {
    const BrokerPlanRoots *roots;
    const char *guest;
    BrokerCatalog *catalog;
    const BrokerPublishPolicy *policy;
    GPtrArray *icons, *entries;
    GHashTable *desktop_ids; // long ids are shortened and might meet
    gboolean visible;        // something is in the menu folder
} Planner;

static void
file_free(gpointer data)
{
    BrokerPlanFile *file = data;
    g_free(file->path);
    g_clear_pointer(&file->content, g_bytes_unref);
    g_free(file->icon_source);
    g_free(file);
}

static void
add_text(GPtrArray *files, char *take_path, GBytes *take_content)
{
    BrokerPlanFile *file = g_new0(BrokerPlanFile, 1);
    file->path = take_path;
    file->content = take_content;
    g_ptr_array_add(files, file);
}

gboolean
broker_plan_publishes(const BrokerApp *app, const BrokerPublishPolicy *policy)
{
    g_autofree char **types = broker_entry_types(app, policy);
    // What only opens something is of no use where that cannot be given.
    if ((app->flags & CHAN_APP_HIDDEN) && !types[0])
        return FALSE;
    switch (policy->mode) {
    case BROKER_PUBLISH_ALL:
        return !(app->flags & CHAN_APP_SIDELINED);
    case BROKER_PUBLISH_EVERYTHING:
        return TRUE;
    case BROKER_PUBLISH_CHOSEN:
        return policy->chosen && g_strv_contains(policy->chosen, app->id);
    case BROKER_PUBLISH_NONE:
        break;
    }
    return FALSE;
}

// Adds the icons that have come. FALSE when there is none.
static gboolean
plan_icons(Planner *planner, const BrokerApp *app, const char *name)
{
    gboolean any = FALSE;
    for (guint i = 0; i < app->icons->len; i++) {
        const ChanIconRef *icon = &g_array_index(app->icons, ChanIconRef, i);
        char *source = broker_catalog_icon_path(planner->catalog, icon->hash);
        if (!source)
            continue;
        BrokerPlanFile *file = g_new0(BrokerPlanFile, 1);
        file->path = g_strdup_printf("%s/icons/hicolor/%ux%u/apps/%s.png",
                                     planner->roots->data_home, icon->size, icon->size, name);
        file->icon_source = source;
        g_ptr_array_add(planner->icons, file);
        any = TRUE;
    }
    return any;
}

static void
plan_app(Planner *planner, const BrokerApp *app)
{
    char *id = broker_desktop_id(planner->guest, app->id);
    if (!g_hash_table_add(planner->desktop_ids, id))
        return;
    g_autofree char *icon = broker_icon_name(planner->guest, app->id);
    // An icon that has been asked for is named at once, so that the entry need not change again.
    gboolean have_icon = plan_icons(planner, app, icon) || app->icons->len > 0;
    char *path = g_strdup_printf("%s/applications/%s.desktop", planner->roots->data_home, id);
    add_text(planner->entries, path,
             broker_desktop_entry(planner->guest, app, planner->policy, have_icon ? icon : NULL));
    if (!(app->flags & CHAN_APP_HIDDEN))
        planner->visible = TRUE;
}

static void
plan_folder(Planner *planner, GPtrArray *files)
{
    add_text(files,
             g_strdup_printf("%s/desktop-directories/casement-%s.directory",
                             planner->roots->data_home, planner->guest),
             broker_directory_file(planner->guest, planner->policy->label));
    add_text(files,
             g_strdup_printf("%s/menus/applications-merged/casement-%s.menu",
                             planner->roots->config_home, planner->guest),
             broker_menu_file(planner->guest));
}

GPtrArray *
broker_plan_new(const BrokerPlanRoots *roots, const char *guest, BrokerCatalog *catalog,
                const BrokerPublishPolicy *policy)
{
    g_autoptr(GPtrArray) apps = broker_catalog_apps(catalog);
    g_autoptr(GHashTable) desktop_ids =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Planner planner = {
        .roots = roots,
        .guest = guest,
        .catalog = catalog,
        .policy = policy,
        .icons = g_ptr_array_new_with_free_func(file_free),
        .entries = g_ptr_array_new(),
        .desktop_ids = desktop_ids,
    };
    for (guint i = 0; i < apps->len; i++) {
        const BrokerApp *app = g_ptr_array_index(apps, i);
        if (broker_plan_publishes(app, policy))
            plan_app(&planner, app);
    }
    GPtrArray *files = planner.icons;
    if (planner.visible)
        plan_folder(&planner, files);
    g_ptr_array_extend_and_steal(files, planner.entries);
    return files;
}
