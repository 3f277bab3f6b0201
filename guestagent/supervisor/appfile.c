// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/appfile.h"

#include "guestagent/supervisor/spawn.h"

#include <gio/gio.h>
#include <string.h>

#define GROUP G_KEY_FILE_DESKTOP_GROUP

void
sup_app_file_free(SupAppFile *f)
{
    if (!f)
        return;
    char *all[] = {f->id, f->action, f->path, f->name, f->icon, f->exec, f->directory};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(all[i]);
    g_free(f);
}

// The file of an id below a folder: a dash of the id may stand for a folder.
static char *
find_below(const char *folder, const char *id)
{
    g_autofree char *name = g_strconcat(id, ".desktop", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);

    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&path);
    for (const char *dash = strchr(id, '-'); dash; dash = strchr(dash + 1, '-')) {
        g_autofree char *prefix = g_strndup(id, (gsize)(dash - id));
        g_autofree char *sub = g_build_filename(folder, prefix, NULL);
        char *found =
            *prefix && g_file_test(sub, G_FILE_TEST_IS_DIR) ? find_below(sub, dash + 1) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static char *
find_path(const char *id, char **env)
{
    const char *home = g_environ_getenv(env, "XDG_DATA_HOME");
    const char *system = g_environ_getenv(env, "XDG_DATA_DIRS");
    g_autoptr(GString) dirs = g_string_new(home);

    if (dirs->len == 0)
        g_string_printf(dirs, "%s/.local/share", g_get_home_dir());
    g_string_append_printf(dirs, ":%s", system && *system ? system : "/usr/local/share:/usr/share");
    g_auto(GStrv) list = g_strsplit(dirs->str, ":", -1);
    for (char **dir = list; *dir; dir++) {
        g_autofree char *folder = g_build_filename(*dir, "applications", NULL);
        char *found = g_path_is_absolute(folder) ? find_below(folder, id) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static gboolean
not_found(GError **error, const char *id, const char *why)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                "no program \"%s\" in the guest's menu: %s", id, why);
    return FALSE;
}

static gboolean
check_try_exec(GKeyFile *keys, const char *id, char **env, GError **error)
{
    g_autofree char *program = g_key_file_get_string(keys, GROUP, "TryExec", NULL);
    g_autofree char *found = program ? sup_find_program(program, env) : NULL;

    if (!program || found)
        return TRUE;
    g_autofree char *why = g_strdup_printf("its program %s is not installed", program);
    return not_found(error, id, why);
}

static gboolean
read_entry(SupAppFile *f, GKeyFile *keys, GError **error)
{
    g_autofree char *group =
        f->action ? g_strdup_printf("Desktop Action %s", f->action) : g_strdup(GROUP);
    g_autofree char *type = g_key_file_get_string(keys, GROUP, "Type", NULL);

    if (g_strcmp0(type, "Application") != 0)
        return not_found(error, f->id, "the entry is not of type Application");
    if (g_key_file_get_boolean(keys, GROUP, "Hidden", NULL))
        return not_found(error, f->id, "the entry is marked as deleted");
    if (!g_key_file_has_group(keys, group)) {
        g_autofree char *why = g_strdup_printf("the entry has no action \"%s\"", f->action);
        return not_found(error, f->id, why);
    }
    f->exec = g_key_file_get_string(keys, group, "Exec", NULL);
    f->name = g_key_file_get_locale_string(keys, group, "Name", NULL, NULL);
    f->icon = g_key_file_get_locale_string(keys, GROUP, "Icon", NULL, NULL);
    f->directory = g_key_file_get_string(keys, GROUP, "Path", NULL);
    f->terminal = g_key_file_get_boolean(keys, GROUP, "Terminal", NULL);
    f->dbus_activatable = g_key_file_get_boolean(keys, GROUP, "DBusActivatable", NULL);
    if (f->exec || f->dbus_activatable)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s has no Exec line", f->path);
    return FALSE;
}

SupAppFile *
sup_app_file_find(const char *id, char **env, GError **error)
{
    g_autoptr(SupAppFile) f = g_new0(SupAppFile, 1);
    g_autoptr(GKeyFile) keys = g_key_file_new();
    const char *colon = strchr(id, ':');

    f->id = colon ? g_strndup(id, (gsize)(colon - id)) : g_strdup(id);
    f->action = colon ? g_strdup(colon + 1) : NULL;
    if (!*f->id || strchr(f->id, '/') || f->id[0] == '.') {
        not_found(error, f->id, "this is no id of a desktop entry");
        return NULL;
    }
    f->path = find_path(f->id, env);
    if (!f->path) {
        not_found(error, f->id, "there is no such .desktop file");
        return NULL;
    }
    if (!g_key_file_load_from_file(keys, f->path, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "cannot read %s: ", f->path);
        return NULL;
    }
    if (!read_entry(f, keys, error) || !check_try_exec(keys, f->id, env, error))
        return NULL;
    return g_steal_pointer(&f);
}
