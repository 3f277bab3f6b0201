// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/manifest.h"

#include "hostbroker/host_file.h"

#include <string.h>

#define HEADER "casement-manifest 1"
#define SIZE_MAX_BYTES (32 * 1024 * 1024)

struct BrokerManifest {
    char *file;
    GHashTable *paths;
    gboolean dirty;
};

static void
parse(BrokerManifest *manifest, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    if (!lines[0] || strcmp(lines[0], HEADER) != 0)
        return;
    for (gsize i = 1; lines[i]; i++) {
        g_autofree char *path = g_strcompress(lines[i]);
        if (g_path_is_absolute(path))
            g_hash_table_add(manifest->paths, g_steal_pointer(&path));
    }
}

BrokerManifest *
broker_manifest_load(const char *path)
{
    BrokerManifest *manifest = g_new0(BrokerManifest, 1);
    manifest->file = g_strdup(path);
    manifest->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GBytes) content = broker_host_file_read(path, SIZE_MAX_BYTES);
    if (content) {
        gsize size;
        const char *data = g_bytes_get_data(content, &size);
        g_autofree char *text = g_strndup(data ? data : "", size);
        parse(manifest, text);
    }
    return manifest;
}

void
broker_manifest_free(BrokerManifest *manifest)
{
    if (!manifest)
        return;
    g_hash_table_unref(manifest->paths);
    g_free(manifest->file);
    g_free(manifest);
}

gboolean
broker_manifest_contains(BrokerManifest *manifest, const char *path)
{
    return g_hash_table_contains(manifest->paths, path);
}

void
broker_manifest_add(BrokerManifest *manifest, const char *path)
{
    if (!g_hash_table_contains(manifest->paths, path)) {
        g_hash_table_add(manifest->paths, g_strdup(path));
        manifest->dirty = TRUE;
    }
}

void
broker_manifest_remove(BrokerManifest *manifest, const char *path)
{
    if (g_hash_table_remove(manifest->paths, path))
        manifest->dirty = TRUE;
}

static gint
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **
broker_manifest_paths(BrokerManifest *manifest)
{
    GPtrArray *paths = g_ptr_array_new();
    GHashTableIter iter;
    gpointer path;
    g_hash_table_iter_init(&iter, manifest->paths);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        g_ptr_array_add(paths, g_strdup(path));
    g_ptr_array_sort(paths, compare_paths);
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_free(paths, FALSE);
}

gboolean
broker_manifest_save(BrokerManifest *manifest, GError **error)
{
    if (!manifest->dirty)
        return TRUE;
    if (g_hash_table_size(manifest->paths) == 0) {
        if (!broker_host_file_remove(manifest->file, error))
            return FALSE;
        manifest->dirty = FALSE;
        return TRUE;
    }
    g_auto(GStrv) paths = broker_manifest_paths(manifest);
    GString *text = g_string_new(HEADER "\n");
    for (gsize i = 0; paths[i]; i++) {
        g_autofree char *escaped = g_strescape(paths[i], NULL);
        g_string_append_printf(text, "%s\n", escaped);
    }
    g_autoptr(GBytes) content = g_string_free_to_bytes(text);
    if (!broker_host_file_write(manifest->file, content, BROKER_FILE_DURABLE, error))
        return FALSE;
    manifest->dirty = FALSE;
    return TRUE;
}
