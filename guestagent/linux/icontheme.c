// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/icontheme.h"

#include <string.h>
#include <sys/stat.h>

#define THEMES_MAX 32
#define INDEX_SIZE_MAX (1024 * 1024)

// The suffixes that the specification names, best first.
static const char *const suffixes[] = {".png", ".svg", ".xpm"};

typedef struct {
    char *path;
    int size, min, max; // in pixels; min and max include the threshold
    gint64 mtime_ns;    // -1: not there
    GHashTable *names;  // name without suffix → bits of suffixes + 1
} Folder;

typedef struct {
    char *name;
    GPtrArray *folders;
} Theme;

struct AgentIconTheme {
    char **bases;        // folders of themes
    GPtrArray *themes;   // in the order they are asked
    GPtrArray *unthemed; // of Folder
};

static void
folder_free(gpointer data)
{
    Folder *f = data;

    g_hash_table_destroy(f->names);
    g_free(f->path);
    g_free(f);
}

static void
theme_free(gpointer data)
{
    Theme *t = data;

    g_ptr_array_unref(t->folders);
    g_free(t->name);
    g_free(t);
}

static Folder *
folder_new(char *take_path)
{
    Folder *f = g_new0(Folder, 1);

    f->path = take_path;
    f->mtime_ns = -1;
    f->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return f;
}

static void
add_name(Folder *f, const char *file)
{
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (!g_str_has_suffix(file, suffixes[i]))
            continue;
        char *name = g_strndup(file, strlen(file) - strlen(suffixes[i]));
        guint bits = GPOINTER_TO_UINT(g_hash_table_lookup(f->names, name)) | 1u << i;
        g_hash_table_insert(f->names, name, GUINT_TO_POINTER(bits));
    }
}

static void
folder_refresh(Folder *f)
{
    struct stat st;
    gint64 mtime_ns = -1;
    const char *file;

    if (stat(f->path, &st) == 0 && S_ISDIR(st.st_mode))
        mtime_ns = st.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + st.st_mtim.tv_nsec;
    if (mtime_ns == f->mtime_ns)
        return;
    f->mtime_ns = mtime_ns;
    g_hash_table_remove_all(f->names);
    g_autoptr(GDir) dir = mtime_ns < 0 ? NULL : g_dir_open(f->path, 0, NULL);
    while (dir && (file = g_dir_read_name(dir)))
        add_name(f, file);
}

static int
number(GKeyFile *keys, const char *group, const char *key, int otherwise)
{
    return g_key_file_has_key(keys, group, key, NULL)
               ? g_key_file_get_integer(keys, group, key, NULL)
               : otherwise;
}

// A folder of the theme's index in each of the bases.
static void
add_folder(AgentIconTheme *t, Theme *theme, GKeyFile *keys, const char *name)
{
    g_autofree char *type = g_key_file_get_string(keys, name, "Type", NULL);
    int size = number(keys, name, "Size", 0);

    // Folders for screens of double density draw the same icons again.
    if (size <= 0 || number(keys, name, "Scale", 1) != 1 || strstr(name, ".."))
        return;
    for (char **base = t->bases; *base; base++) {
        Folder *f = folder_new(g_build_filename(*base, theme->name, name, NULL));
        f->size = f->min = f->max = size;
        if (g_strcmp0(type, "Scalable") == 0) {
            f->min = number(keys, name, "MinSize", size);
            f->max = number(keys, name, "MaxSize", size);
        } else if (g_strcmp0(type, "Fixed") != 0) {
            int threshold = number(keys, name, "Threshold", 2);
            f->min = size - threshold;
            f->max = size + threshold;
        }
        g_ptr_array_add(theme->folders, f);
    }
}

static GKeyFile *
load_index(const AgentIconTheme *t, const char *name)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();

    for (char **base = t->bases; *base; base++) {
        g_autofree char *path = g_build_filename(*base, name, "index.theme", NULL);
        struct stat st;
        if (stat(path, &st) == 0 && st.st_size <= INDEX_SIZE_MAX &&
            g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, NULL))
            return g_steal_pointer(&keys);
    }
    return NULL;
}

static gboolean
has_theme(const AgentIconTheme *t, const char *name)
{
    for (guint i = 0; i < t->themes->len; i++)
        if (g_str_equal(((Theme *)g_ptr_array_index(t->themes, i))->name, name))
            return TRUE;
    return FALSE;
}

// The theme and what it inherits, depth first; hicolor only where it is asked for by last.
static void
add_theme(AgentIconTheme *t, const char *name, gboolean last)
{
    if (!*name || strchr(name, '/') || name[0] == '.' || has_theme(t, name) ||
        t->themes->len >= THEMES_MAX || (!last && g_str_equal(name, "hicolor")))
        return;
    g_autoptr(GKeyFile) keys = load_index(t, name);
    if (!keys)
        return;
    g_key_file_set_list_separator(keys, ',');
    g_auto(GStrv) folders =
        g_key_file_get_string_list(keys, "Icon Theme", "Directories", NULL, NULL);
    g_auto(GStrv) parents = g_key_file_get_string_list(keys, "Icon Theme", "Inherits", NULL, NULL);
    Theme *theme = g_new0(Theme, 1);
    theme->name = g_strdup(name);
    theme->folders = g_ptr_array_new_with_free_func(folder_free);
    g_ptr_array_add(t->themes, theme);
    for (char **f = folders; f && *f; f++)
        add_folder(t, theme, keys, g_strstrip(*f));
    for (char **p = parents; p && *p; p++)
        add_theme(t, g_strstrip(*p), FALSE);
}

static char *
users_theme(void)
{
    g_autofree char *path =
        g_build_filename(g_get_user_config_dir(), "gtk-3.0", "settings.ini", NULL);
    g_autoptr(GKeyFile) keys = g_key_file_new();

    g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, NULL);
    return g_key_file_get_string(keys, "Settings", "gtk-icon-theme-name", NULL);
}

static void
add_bases(AgentIconTheme *t)
{
    g_autoptr(GStrvBuilder) bases = g_strv_builder_new();
    const char *const *system = g_get_system_data_dirs();
    g_autofree char *old = g_build_filename(g_get_home_dir(), ".icons", NULL);
    g_autofree char *own = g_build_filename(g_get_user_data_dir(), "icons", NULL);

    g_strv_builder_add_many(bases, old, own, NULL);
    for (; *system; system++) {
        g_autofree char *base = g_build_filename(*system, "icons", NULL);
        g_strv_builder_add(bases, base);
        g_ptr_array_add(t->unthemed, folder_new(g_build_filename(*system, "pixmaps", NULL)));
    }
    t->bases = g_strv_builder_end(bases);
    for (char **base = t->bases; *base; base++)
        g_ptr_array_add(t->unthemed, folder_new(g_strdup(*base)));
}

static void
add_other_themes(AgentIconTheme *t)
{
    for (char **base = t->bases; *base; base++) {
        g_autoptr(GDir) dir = g_dir_open(*base, 0, NULL);
        const char *name;
        while (dir && (name = g_dir_read_name(dir)))
            add_theme(t, name, TRUE);
    }
}

AgentIconTheme *
agent_icon_theme_new(void)
{
    AgentIconTheme *t = g_new0(AgentIconTheme, 1);
    g_autofree char *user = users_theme();

    t->themes = g_ptr_array_new_with_free_func(theme_free);
    t->unthemed = g_ptr_array_new_with_free_func(folder_free);
    add_bases(t);
    if (user)
        add_theme(t, user, FALSE);
    add_theme(t, "Adwaita", FALSE);
    add_theme(t, "hicolor", TRUE);
    add_other_themes(t);
    return t;
}

void
agent_icon_theme_free(AgentIconTheme *t)
{
    if (!t)
        return;
    g_ptr_array_unref(t->themes);
    g_ptr_array_unref(t->unthemed);
    g_strfreev(t->bases);
    g_free(t);
}

void
agent_icon_theme_refresh(AgentIconTheme *t)
{
    for (guint i = 0; i < t->themes->len; i++) {
        Theme *theme = g_ptr_array_index(t->themes, i);
        for (guint j = 0; j < theme->folders->len; j++)
            folder_refresh(g_ptr_array_index(theme->folders, j));
    }
    for (guint i = 0; i < t->unthemed->len; i++)
        folder_refresh(g_ptr_array_index(t->unthemed, i));
}

static char *
file_in(const Folder *f, const char *name)
{
    guint bits = GPOINTER_TO_UINT(g_hash_table_lookup(f->names, name));

    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (bits & 1u << i)
            return g_strdup_printf("%s/%s%s", f->path, name, suffixes[i]);
    return NULL;
}

// 0: the folder is meant for the size; else how far away it is.
static int
distance(const Folder *f, int size)
{
    return size < f->min ? f->min - size : size > f->max ? size - f->max : 0;
}

static char *
lookup_in_theme(const Theme *theme, const char *name, int size)
{
    const Folder *best = NULL;
    int nearest = G_MAXINT;

    for (guint i = 0; i < theme->folders->len && nearest > 0; i++) {
        const Folder *f = g_ptr_array_index(theme->folders, i);
        // Rather a larger one, to be scaled down, when nothing fits.
        int far = distance(f, size) * 2 - (f->size > size ? 1 : 0);
        if (MAX(far, 0) < nearest && g_hash_table_contains(f->names, name)) {
            best = f;
            nearest = MAX(far, 0);
        }
    }
    return best ? file_in(best, name) : NULL;
}

char *
agent_icon_theme_lookup(AgentIconTheme *t, const char *icon, int size)
{
    g_autofree char *name = g_strdup(icon);
    char *found = NULL;

    if (g_path_is_absolute(icon))
        return g_file_test(icon, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&name) : NULL;
    if (!*icon || strchr(icon, '/'))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(name, suffixes[i]))
            name[strlen(name) - strlen(suffixes[i])] = '\0';
    for (guint i = 0; i < t->themes->len && !found; i++)
        found = lookup_in_theme(g_ptr_array_index(t->themes, i), name, size);
    for (guint i = 0; i < t->unthemed->len && !found; i++)
        found = file_in(g_ptr_array_index(t->unthemed, i), name);
    return found;
}
