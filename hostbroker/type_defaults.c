// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/type_defaults.h"

#include "hostbroker/host_file.h"

#include <glib.h>
#include <string.h>

#define LIST_NAME "mimeapps.list"
#define DEFAULTS "Default Applications"
#define OUR_PREFIX "casement."
#define FILE_BYTES_MAX (4 * 1024 * 1024)
#define HEAD                                                                                       \
    "# Written by Casement: programs that open these types although guests offer some, too.\n"     \
    "# What you choose in your desktop's settings goes first; this file goes with the guests.\n"

// Loads one of the desktop's lists; NULL when there is none.
static GKeyFile *
load(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GBytes) content = broker_host_file_read(path, FILE_BYTES_MAX);
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!content || g_bytes_get_size(content) == 0 ||
        !g_key_file_load_from_bytes(file, content, G_KEY_FILE_NONE, NULL))
        return NULL;
    return g_steal_pointer(&file);
}

static gboolean
is_our_entry(const char *name)
{
    return g_str_has_prefix(name, OUR_PREFIX) && g_str_has_suffix(name, ".desktop");
}

// The types that published entries have.
static GHashTable *
offered_types(const char *applications)
{
    GHashTable *types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GDir) dir = g_dir_open(applications, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autoptr(GKeyFile) entry = is_our_entry(name) ? load(applications, name) : NULL;
        g_auto(GStrv) list =
            entry ? g_key_file_get_string_list(entry, G_KEY_FILE_DESKTOP_GROUP,
                                               G_KEY_FILE_DESKTOP_KEY_MIME_TYPE, NULL, NULL)
                  : NULL;
        for (gsize i = 0; list && list[i]; i++)
            g_hash_table_add(types, g_strdup(list[i]));
    }
    return types;
}

// What the user added by hand ranks before published entries already.
static void
drop_added_types(GHashTable *types, const char *config_folder)
{
    g_autoptr(GKeyFile) list = load(config_folder, LIST_NAME);
    g_auto(GStrv) added = list ? g_key_file_get_keys(list, "Added Associations", NULL, NULL) : NULL;
    for (gsize i = 0; added && added[i]; i++)
        g_hash_table_remove(types, added[i]);
}

// Appends the native programs that a list names for the types to what result has for them.
static void
merge(GKeyFile *result, GKeyFile *list, const char *group, GHashTable *types)
{
    GHashTableIter iter;
    gpointer type;
    g_hash_table_iter_init(&iter, types);
    while (g_hash_table_iter_next(&iter, &type, NULL)) {
        g_auto(GStrv) more = g_key_file_get_string_list(list, group, type, NULL, NULL);
        if (!more)
            continue;
        g_auto(GStrv) have = g_key_file_get_string_list(result, DEFAULTS, type, NULL, NULL);
        g_autoptr(GPtrArray) ids = g_ptr_array_new();
        for (gsize i = 0; have && have[i]; i++)
            g_ptr_array_add(ids, have[i]);
        for (gsize i = 0; more[i]; i++) {
            if (!is_our_entry(more[i]) &&
                !(have && g_strv_contains((const char *const *)have, more[i])))
                g_ptr_array_add(ids, more[i]);
        }
        if (ids->len > 0)
            g_key_file_set_string_list(result, DEFAULTS, type, (const char *const *)ids->pdata,
                                       ids->len);
    }
}

static void
merge_file(GKeyFile *result, const char *folder, const char *name, const char *group,
           GHashTable *types)
{
    g_autoptr(GKeyFile) list = load(folder, name);
    if (list)
        merge(result, list, group, types);
}

// Writes the list, or removes it when it is empty; unless it is somebody else's.
static void
put(const char *applications, const char *name, GKeyFile *list)
{
    g_autofree char *path = g_build_filename(applications, name, NULL);
    g_autoptr(GBytes) old = broker_host_file_read(path, FILE_BYTES_MAX);
    gboolean ours = old && g_bytes_get_size(old) >= strlen(HEAD) &&
                    memcmp(g_bytes_get_data(old, NULL), HEAD, strlen(HEAD)) == 0;
    if (!ours && broker_host_file_exists(path))
        return;
    g_autoptr(GError) error = NULL;
    if (!g_key_file_has_group(list, DEFAULTS)) {
        if (!broker_host_file_remove(path, &error))
            g_message("%s", error->message);
        return;
    }
    g_autofree char *body = g_key_file_to_data(list, NULL, NULL);
    char *text = g_strconcat(HEAD, body, NULL);
    g_autoptr(GBytes) content = g_bytes_new_take(text, strlen(text));
    if (old && g_bytes_equal(old, content))
        return;
    if (!broker_host_file_write(path, content, BROKER_FILE_QUICK, &error))
        g_message("%s", error->message);
}

// "gnome-mimeapps.list" and the like, of the system's folders and of ours.
static void
collect_desktop_lists(GHashTable *names, const char *applications)
{
    g_autoptr(GDir) dir = g_dir_open(applications, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        if (name[0] != '.' && g_str_has_suffix(name, "-" LIST_NAME))
            g_hash_table_add(names, g_strdup(name));
    }
}

static GPtrArray *
system_folders(void)
{
    GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
    for (const char *const *dir = g_get_system_data_dirs(); *dir; dir++)
        g_ptr_array_add(folders, g_build_filename(*dir, "applications", NULL));
    return folders;
}

// For desktops of all names: explicit defaults first, then whoever has the type.
static void
update_plain(const char *applications, GPtrArray *folders, GHashTable *types)
{
    g_autoptr(GKeyFile) list = g_key_file_new();
    for (guint i = 0; i < folders->len; i++) {
        merge_file(list, g_ptr_array_index(folders, i), LIST_NAME, DEFAULTS, types);
        merge_file(list, g_ptr_array_index(folders, i), "defaults.list", DEFAULTS, types);
    }
    merge_file(list, applications, "mimeinfo.cache", "MIME Cache", types);
    for (guint i = 0; i < folders->len; i++)
        merge_file(list, g_ptr_array_index(folders, i), "mimeinfo.cache", "MIME Cache", types);
    put(applications, LIST_NAME, list);
}

void
broker_type_defaults_update(const char *data_home, const char *config_home)
{
    g_autofree char *applications = g_build_filename(data_home, "applications", NULL);
    g_autoptr(GHashTable) types = offered_types(applications);
    drop_added_types(types, config_home);
    for (const char *const *dir = g_get_system_config_dirs(); *dir; dir++)
        drop_added_types(types, *dir);
    g_autoptr(GPtrArray) folders = system_folders();
    update_plain(applications, folders, types);

    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    collect_desktop_lists(names, applications);
    for (guint i = 0; i < folders->len; i++)
        collect_desktop_lists(names, g_ptr_array_index(folders, i));
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_autoptr(GKeyFile) list = g_key_file_new();
        for (guint i = 0; i < folders->len; i++)
            merge_file(list, g_ptr_array_index(folders, i), name, DEFAULTS, types);
        put(applications, name, list);
    }
}
