// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/iconcache.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAGIC "casement icons 1"
#define RECORDS_MAX (64 * 1024) // more than all sizes of CHAN_APPS_MAX programs need is forgotten

typedef struct {
    char *path;
    guint side;
    gint64 mtime_ns, length;
    gboolean fit;
    guint8 hash[CHAN_ICON_HASH_SIZE];
} Record;

struct AgentIconCache {
    char *file;
    GHashTable *records; // Record → itself, by path and side
    GHashTable *hashes;  // hash → Record
    gboolean changed;
};

static guint
record_hash(gconstpointer data)
{
    const Record *r = data;

    return g_str_hash(r->path) * 31 + r->side;
}

static gboolean
record_equal(gconstpointer a, gconstpointer b)
{
    const Record *x = a, *y = b;

    return x->side == y->side && g_str_equal(x->path, y->path);
}

static guint
digest_hash(gconstpointer digest)
{
    guint value;

    memcpy(&value, digest, sizeof value);
    return value;
}

static gboolean
digest_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, CHAN_ICON_HASH_SIZE) == 0;
}

static void
record_free(gpointer data)
{
    Record *r = data;

    g_free(r->path);
    g_free(r);
}

static void
add(AgentIconCache *c, Record *take)
{
    Record *old = g_hash_table_lookup(c->records, take);

    if (!old && g_hash_table_size(c->records) >= RECORDS_MAX) {
        g_hash_table_remove_all(c->hashes);
        g_hash_table_remove_all(c->records);
    }
    if (old && old->fit && g_hash_table_lookup(c->hashes, old->hash) == old)
        g_hash_table_remove(c->hashes, old->hash);
    g_hash_table_replace(c->records, take, take);
    if (take->fit)
        g_hash_table_replace(c->hashes, take->hash, take);
}

static gboolean
read_digest(const char *hex, guint8 hash[CHAN_ICON_HASH_SIZE])
{
    if (strlen(hex) != 2 * CHAN_ICON_HASH_SIZE)
        return FALSE;
    for (guint i = 0; i < CHAN_ICON_HASH_SIZE; i++) {
        int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return FALSE;
        hash[i] = (guint8)(high << 4 | low);
    }
    return TRUE;
}

// side, time, length, digest or "-", path
static void
read_line(AgentIconCache *c, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, " ", 5);
    guint8 hash[CHAN_ICON_HASH_SIZE] = {0};

    if (g_strv_length(parts) != 5)
        return;
    gboolean fit = !g_str_equal(parts[3], "-");
    guint64 side = g_ascii_strtoull(parts[0], NULL, 10);
    if (side < 1 || side > CHAN_ICON_SIDE_MAX || (fit && !read_digest(parts[3], hash)))
        return;
    Record *r = g_new0(Record, 1);
    r->side = (guint)side;
    r->mtime_ns = g_ascii_strtoll(parts[1], NULL, 10);
    r->length = g_ascii_strtoll(parts[2], NULL, 10);
    r->fit = fit;
    memcpy(r->hash, hash, sizeof hash);
    r->path = g_strcompress(parts[4]);
    add(c, r);
}

AgentIconCache *
agent_icon_cache_new(const char *file)
{
    AgentIconCache *c = g_new0(AgentIconCache, 1);
    g_autofree char *text = NULL;

    c->file = g_strdup(file);
    c->records = g_hash_table_new_full(record_hash, record_equal, record_free, NULL);
    c->hashes = g_hash_table_new(digest_hash, digest_equal);
    if (!file || !g_file_get_contents(file, &text, NULL, NULL))
        return c;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    if (!lines[0] || !g_str_equal(lines[0], MAGIC))
        return c;
    for (char **line = lines + 1; *line; line++)
        read_line(c, *line);
    return c;
}

void
agent_icon_cache_free(AgentIconCache *c)
{
    if (!c)
        return;
    g_hash_table_destroy(c->hashes);
    g_hash_table_destroy(c->records);
    g_free(c->file);
    g_free(c);
}

static gboolean
look_at(const char *path, gint64 *mtime_ns, gint64 *length)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return FALSE;
    *mtime_ns = st.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + st.st_mtim.tv_nsec;
    *length = st.st_size;
    return TRUE;
}

AgentIconState
agent_icon_cache_get(AgentIconCache *c, const char *path, guint side,
                     guint8 hash[CHAN_ICON_HASH_SIZE])
{
    char *key_path = (char *)path;
    Record key = {.path = key_path, .side = side};
    const Record *r = g_hash_table_lookup(c->records, &key);
    gint64 mtime_ns, length;

    // A file that is gone cannot be drawn, so nobody need try.
    if (!look_at(path, &mtime_ns, &length))
        return AGENT_ICON_UNFIT;
    if (!r || mtime_ns != r->mtime_ns || length != r->length)
        return AGENT_ICON_UNKNOWN;
    memcpy(hash, r->hash, CHAN_ICON_HASH_SIZE);
    return r->fit ? AGENT_ICON_KNOWN : AGENT_ICON_UNFIT;
}

void
agent_icon_cache_put(AgentIconCache *c, const char *path, guint side, const guint8 *hash)
{
    Record *r = g_new0(Record, 1);

    r->path = g_strdup(path);
    r->side = side;
    r->fit = hash != NULL;
    if (hash)
        memcpy(r->hash, hash, sizeof r->hash);
    (void)look_at(path, &r->mtime_ns, &r->length);
    add(c, r);
    c->changed = TRUE;
}

const char *
agent_icon_cache_find(AgentIconCache *c, const guint8 *hash, guint *side)
{
    const Record *r = g_hash_table_lookup(c->hashes, hash);

    if (!r)
        return NULL;
    *side = r->side;
    return r->path;
}

static void
write_record(gpointer key, gpointer value, gpointer user)
{
    const Record *r = value;
    g_autofree char *path = g_strescape(r->path, NULL);
    GString *text = user;

    g_string_append_printf(text, "%u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " ", r->side,
                           r->mtime_ns, r->length);
    for (guint i = 0; r->fit && i < sizeof r->hash; i++)
        g_string_append_printf(text, "%02x", r->hash[i]);
    g_string_append_printf(text, "%s %s\n", r->fit ? "" : "-", path);
}

void
agent_icon_cache_save(AgentIconCache *c)
{
    g_autoptr(GString) text = g_string_new(MAGIC "\n");

    if (!c->changed || !c->file)
        return;
    c->changed = FALSE;
    g_autofree char *folder = g_path_get_dirname(c->file);
    g_hash_table_foreach(c->records, write_record, text);
    // A home that cannot be written costs drawing again, nothing else.
    (void)g_mkdir_with_parents(folder, 0700);
    (void)g_file_set_contents_full(c->file, text->str, (gssize)text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}
