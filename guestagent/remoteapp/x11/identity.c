// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/identity.h"

#include <gio/gdesktopappinfo.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED_MAX 4096
#define ANCESTORS_MAX 32

typedef struct {
    char *app_id;
    guint32 pid;
    char *startup_id;
} Expected;

// What an entry says about the class of its windows, best first.
typedef enum { BY_WM_CLASS, BY_ID, BY_ID_TAIL, BY_EXECUTABLE, N_WAYS } Way;

struct RaIdentity {
    RaCatalogLoad load;
    bool loaded;
    GHashTable *by[N_WAYS]; // lower-case name → GPtrArray of app ids
    GHashTable *classes;    // app id → StartupWMClass, of entries that name one
    GQueue expected;        // newest first
};

static void
expected_free(gpointer data)
{
    Expected *e = data;
    g_free(e->app_id);
    g_free(e->startup_id);
    g_free(e);
}

RaIdentity *
ra_identity_new(RaCatalogLoad load)
{
    RaIdentity *identity = g_new0(RaIdentity, 1);
    identity->load = load;
    for (int i = 0; i < N_WAYS; i++)
        identity->by[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                (GDestroyNotify)g_ptr_array_unref);
    identity->classes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_queue_init(&identity->expected);
    return identity;
}

void
ra_identity_free(RaIdentity *identity)
{
    if (!identity)
        return;
    for (int i = 0; i < N_WAYS; i++)
        g_hash_table_unref(identity->by[i]);
    g_hash_table_unref(identity->classes);
    g_queue_clear_full(&identity->expected, expected_free);
    g_free(identity);
}

void
ra_identity_catalog_changed(RaIdentity *identity)
{
    identity->loaded = false;
}

// Launches name an application without the suffix, catalogues of desktop files with it.
static char *
bare_id(const char *app_id)
{
    gsize length = strlen(app_id);
    gboolean suffix = g_str_has_suffix(app_id, ".desktop");
    return g_strndup(app_id, suffix ? length - strlen(".desktop") : length);
}

void
ra_identity_expect(RaIdentity *identity, const char *app_id, guint32 pid, const char *startup_id)
{
    Expected *e = g_new0(Expected, 1);
    e->app_id = bare_id(app_id);
    e->pid = pid;
    e->startup_id = startup_id && *startup_id ? g_strdup(startup_id) : NULL;
    g_queue_push_head(&identity->expected, e);
    if (identity->expected.length > EXPECTED_MAX)
        expected_free(g_queue_pop_tail(&identity->expected));
}

void
ra_identity_ended(RaIdentity *identity, guint32 pid)
{
    for (GList *l = identity->expected.head; l; l = l->next) {
        Expected *e = l->data;
        if (e->pid == pid)
            e->pid = 0;
    }
}

static void
catalog_note(RaIdentity *identity, Way way, const char *name, const char *app_id)
{
    if (!name || !*name)
        return;
    g_autofree char *key = g_utf8_strdown(name, -1);
    GPtrArray *ids = g_hash_table_lookup(identity->by[way], key);
    if (!ids) {
        ids = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(identity->by[way], g_steal_pointer(&key), ids);
    }
    g_ptr_array_add(ids, g_strdup(app_id));
}

static void
catalog_add(gpointer to, const char *app_id, const char *startup_wm_class, const char *executable)
{
    RaIdentity *identity = to;
    g_autofree char *id = bare_id(app_id);
    catalog_note(identity, BY_WM_CLASS, startup_wm_class, id);
    catalog_note(identity, BY_ID, id, id);
    const char *tail = strrchr(id, '.'); // org.xfce.mousepad → mousepad
    catalog_note(identity, BY_ID_TAIL, tail ? tail + 1 : NULL, id);
    if (executable) {
        g_autofree char *program = g_path_get_basename(executable);
        catalog_note(identity, BY_EXECUTABLE, program, id);
    }
    if (startup_wm_class && *startup_wm_class)
        g_hash_table_replace(identity->classes, g_steal_pointer(&id), g_strdup(startup_wm_class));
}

static void
catalog_refresh(RaIdentity *identity)
{
    if (identity->loaded)
        return;
    identity->loaded = true;
    for (int i = 0; i < N_WAYS; i++)
        g_hash_table_remove_all(identity->by[i]);
    g_hash_table_remove_all(identity->classes);
    identity->load(catalog_add, identity);
}

static const char *
match_startup_id(RaIdentity *identity, const char *startup_id)
{
    if (!startup_id || !*startup_id)
        return NULL;
    for (GList *l = identity->expected.head; l; l = l->next) {
        const Expected *e = l->data;
        if (g_strcmp0(e->startup_id, startup_id) == 0)
            return e->app_id;
    }
    return NULL;
}

// Several entries may share a class: the one that was started last is meant, else the first.
static const char *
choose(RaIdentity *identity, const GPtrArray *ids)
{
    for (GList *l = identity->expected.head; l; l = l->next) {
        const Expected *e = l->data;
        for (guint i = 0; i < ids->len; i++) {
            if (strcmp(e->app_id, ids->pdata[i]) == 0)
                return e->app_id;
        }
    }
    return ids->pdata[0];
}

// found_by: the way, when one was found.
static const char *
match_class(RaIdentity *identity, const RaFacts *facts, Way *found_by)
{
    // The class names the program; the instance is often argv[0].
    const char *untrusted_names[] = {facts->class_name, facts->class_instance};
    for (int way = 0; way < N_WAYS; way++) {
        for (int i = 0; i < 2; i++) {
            if (!untrusted_names[i] || !*untrusted_names[i])
                continue;
            g_autofree char *key = g_utf8_strdown(untrusted_names[i], -1);
            const GPtrArray *ids = g_hash_table_lookup(identity->by[way], key);
            if (!ids)
                continue;
            *found_by = (Way)way;
            return choose(identity, ids);
        }
    }
    return NULL;
}

// The entry for which this very process was started: the program, or a terminal around it.
static const char *
match_process(RaIdentity *identity, guint32 pid)
{
    for (GList *l = identity->expected.head; l && pid != 0; l = l->next) {
        const Expected *e = l->data;
        if (e->pid == pid && *e->app_id)
            return e->app_id;
    }
    return NULL;
}

static guint32
parent_of(guint32 pid)
{
    char path[64];
    g_snprintf(path, sizeof path, "/proc/%u/status", pid);
    g_autofree char *status = NULL;
    if (!g_file_get_contents(path, &status, NULL, NULL))
        return 0;
    const char *line = strstr(status, "\nPPid:");
    return line ? (guint32)g_ascii_strtoull(line + 6, NULL, 10) : 0;
}

static const char *
match_pid(RaIdentity *identity, guint32 pid)
{
    for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
        for (GList *l = identity->expected.head; l; l = l->next) {
            const Expected *e = l->data;
            if (e->pid == pid)
                return e->app_id;
        }
        pid = parent_of(pid);
    }
    return NULL;
}

const char *
ra_identity_match(RaIdentity *identity, const RaFacts *facts)
{
    for (guint i = 0; i < G_N_ELEMENTS(facts->startup_id); i++) {
        const char *app_id = match_startup_id(identity, facts->startup_id[i]);
        if (app_id)
            return app_id;
    }
    Way way = N_WAYS;
    catalog_refresh(identity);
    const char *by_class = match_class(identity, facts, &way);
    const char *started = match_process(identity, facts->pid);
    // One process may show the windows of several entries, each with its own StartupWMClass.
    bool names_class = started && g_hash_table_contains(identity->classes, started);
    if (started && !(names_class && by_class && way == BY_WM_CLASS))
        return started;
    return by_class ? by_class : match_pid(identity, facts->pid);
}

void
ra_identity_load_installed(RaCatalogAdd add, gpointer to)
{
    GList *all = g_app_info_get_all();
    for (GList *l = all; l; l = l->next) {
        GDesktopAppInfo *info = G_DESKTOP_APP_INFO(l->data);
        const char *id = g_app_info_get_id(G_APP_INFO(info));
        if (id)
            add(to, id, g_desktop_app_info_get_startup_wm_class(info),
                g_app_info_get_executable(G_APP_INFO(info)));
    }
    g_list_free_full(all, g_object_unref);
}
