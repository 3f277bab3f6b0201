// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/identity.h"

#include <gio/gdesktopappinfo.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED_MAX 4096
#define ANCESTORS_MAX 32
#define SUFFIX ".desktop"

// A program that was started.
typedef struct {
    char *app_id;
    guint32 pid;
    char *startup_id;
    guint64 serial; // of the launch, from 1
    bool ended;
    bool shown; // its very process has shown a window
} Expected;

// An installed program; texts in lower case.
typedef struct {
    char *app_id;   // as it is
    char *wm_class; // StartupWMClass; NULL: none
    char *program;  // what Exec runs, without folder; NULL: none
    bool terminal;
} Entry;

// What an entry says about the class of its windows, best first.
typedef enum { BY_WM_CLASS, BY_ID, BY_ID_TAIL, BY_EXECUTABLE, N_WAYS } Way;

struct RaIdentity {
    RaCatalogLoad load;
    bool loaded;
    GHashTable *entries;    // app id → Entry
    GHashTable *by[N_WAYS]; // lower-case name → GPtrArray of Entry, borrowed
    GQueue expected;        // newest first
    guint64 launches;
};

static void
expected_free(gpointer data)
{
    Expected *e = data;
    g_free(e->app_id);
    g_free(e->startup_id);
    g_free(e);
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->app_id);
    g_free(entry->wm_class);
    g_free(entry->program);
    g_free(entry);
}

RaIdentity *
ra_identity_new(RaCatalogLoad load)
{
    RaIdentity *identity = g_new0(RaIdentity, 1);
    identity->load = load;
    identity->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
    for (int i = 0; i < N_WAYS; i++)
        identity->by[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                (GDestroyNotify)g_ptr_array_unref);
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
    g_hash_table_unref(identity->entries);
    g_queue_clear_full(&identity->expected, expected_free);
    g_free(identity);
}

void
ra_identity_catalog_changed(RaIdentity *identity)
{
    identity->loaded = false;
}

// Ids come with the suffix from the catalogue and without it from the host.
static char *
full_id(const char *app_id)
{
    return g_strconcat(app_id, g_str_has_suffix(app_id, SUFFIX) ? "" : SUFFIX, NULL);
}

void
ra_identity_expect(RaIdentity *identity, const char *app_id, guint32 pid, const char *startup_id)
{
    identity->launches++;
    if (!*app_id)
        return;
    Expected *e = g_new0(Expected, 1);
    e->app_id = full_id(app_id);
    e->pid = pid;
    e->startup_id = startup_id && *startup_id ? g_strdup(startup_id) : NULL;
    e->serial = identity->launches;
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
            e->ended = true;
    }
}

guint64
ra_identity_launches(const RaIdentity *identity)
{
    return identity->launches;
}

static void
catalog_note(RaIdentity *identity, Way way, const char *name, Entry *entry)
{
    if (!name || !*name)
        return;
    GPtrArray *entries = g_hash_table_lookup(identity->by[way], name);
    if (!entries) {
        entries = g_ptr_array_new();
        g_hash_table_insert(identity->by[way], g_strdup(name), entries);
    }
    g_ptr_array_add(entries, entry);
}

static char *
lower(const char *text)
{
    return text && *text ? g_utf8_strdown(text, -1) : NULL;
}

static void
catalog_add(gpointer to, const RaCatalogEntry *from)
{
    RaIdentity *identity = to;
    g_autofree char *app_id = full_id(from->app_id);
    if (g_hash_table_contains(identity->entries, app_id))
        return;
    g_autofree char *program =
        from->executable && *from->executable ? g_path_get_basename(from->executable) : NULL;
    Entry *entry = g_new0(Entry, 1);
    entry->app_id = g_steal_pointer(&app_id);
    entry->wm_class = lower(from->startup_wm_class);
    entry->program = lower(program);
    entry->terminal = from->terminal;
    g_hash_table_insert(identity->entries, entry->app_id, entry);
    g_autofree char *stem =
        g_utf8_strdown(entry->app_id, (gssize)strlen(entry->app_id) - (gssize)strlen(SUFFIX));
    const char *tail = strrchr(stem, '.'); // org.xfce.mousepad → mousepad
    catalog_note(identity, BY_WM_CLASS, entry->wm_class, entry);
    catalog_note(identity, BY_ID, stem, entry);
    catalog_note(identity, BY_ID_TAIL, tail ? tail + 1 : NULL, entry);
    catalog_note(identity, BY_EXECUTABLE, entry->program, entry);
}

static void
catalog_refresh(RaIdentity *identity)
{
    if (identity->loaded)
        return;
    identity->loaded = true;
    for (int i = 0; i < N_WAYS; i++)
        g_hash_table_remove_all(identity->by[i]);
    g_hash_table_remove_all(identity->entries);
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
static const Entry *
choose(RaIdentity *identity, const GPtrArray *entries)
{
    for (GList *l = identity->expected.head; l; l = l->next) {
        const Expected *e = l->data;
        for (guint i = 0; i < entries->len; i++) {
            const Entry *entry = entries->pdata[i];
            if (strcmp(e->app_id, entry->app_id) == 0)
                return entry;
        }
    }
    return entries->pdata[0];
}

static const Entry *
match_class(RaIdentity *identity, const RaFacts *facts, Way *found)
{
    // The class names the program; the instance is often argv[0].
    const char *untrusted_names[] = {facts->class_name, facts->class_instance};
    for (int way = 0; way < N_WAYS; way++) {
        for (int i = 0; i < 2; i++) {
            g_autofree char *key = lower(untrusted_names[i]);
            const GPtrArray *entries = key ? g_hash_table_lookup(identity->by[way], key) : NULL;
            if (!entries)
                continue;
            *found = (Way)way;
            return choose(identity, entries);
        }
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

// What was started as this very process. The pid of one that ended may still be that of its
// windows, until another process has it.
static Expected *
started_as(RaIdentity *identity, guint32 pid)
{
    for (GList *l = identity->expected.head; pid != 0 && l; l = l->next) {
        Expected *e = l->data;
        if (e->pid == pid)
            return e->ended && parent_of(pid) != 0 ? NULL : e;
    }
    return NULL;
}

static const char *
match_ancestor(RaIdentity *identity, guint32 pid)
{
    for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
        pid = parent_of(pid);
        const Expected *e = started_as(identity, pid);
        if (e)
            return e->app_id;
    }
    return NULL;
}

// Whether a process started later, for the other entry, ended without a window before this window
// came: it left its window to the process that ran.
static bool
handed_over(RaIdentity *identity, const Expected *own, const Entry *other, const RaFacts *facts)
{
    for (GList *l = identity->expected.head; l && l->data != own; l = l->next) {
        const Expected *e = l->data;
        if (e->ended && !e->shown && e->serial <= facts->launches &&
            strcmp(e->app_id, other->app_id) == 0)
            return true;
    }
    return false;
}

// Whether a window belongs to what its very process was started for, or to what its class names.
static bool
process_decides(RaIdentity *identity, const Expected *own, const Entry *other, Way way,
                const RaFacts *facts)
{
    if (handed_over(identity, own, other, facts))
        return false;
    const Entry *entry = g_hash_table_lookup(identity->entries, own->app_id);
    if (entry && entry->terminal)
        return true;
    if (entry && entry->wm_class)
        return way == BY_WM_CLASS && strcmp(entry->wm_class, other->wm_class) == 0;
    // XTerm of xterm tells which program it is, no more.
    return way != BY_WM_CLASS || g_strcmp0(other->wm_class, other->program) == 0;
}

const char *
ra_identity_match(RaIdentity *identity, const RaFacts *facts)
{
    Expected *own = started_as(identity, facts->pid);
    Way way = N_WAYS;
    catalog_refresh(identity);
    if (own)
        own->shown = true;
    for (guint i = 0; i < G_N_ELEMENTS(facts->startup_id); i++) {
        const char *app_id = match_startup_id(identity, facts->startup_id[i]);
        if (app_id)
            return app_id;
    }
    const Entry *named = match_class(identity, facts, &way);
    if (own && (!named || process_decides(identity, own, named, way, facts)))
        return own->app_id;
    return named ? named->app_id : match_ancestor(identity, facts->pid);
}

void
ra_identity_load_installed(RaCatalogAdd add, gpointer to)
{
    GList *all = g_app_info_get_all();
    for (GList *l = all; l; l = l->next) {
        GDesktopAppInfo *info = G_DESKTOP_APP_INFO(l->data);
        RaCatalogEntry entry = {
            .app_id = g_app_info_get_id(G_APP_INFO(info)),
            .startup_wm_class = g_desktop_app_info_get_startup_wm_class(info),
            .executable = g_app_info_get_executable(G_APP_INFO(info)),
            .terminal = g_desktop_app_info_get_boolean(info, G_KEY_FILE_DESKTOP_KEY_TERMINAL),
        };
        if (entry.app_id)
            add(to, &entry);
    }
    g_list_free_full(all, g_object_unref);
}
