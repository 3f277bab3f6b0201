// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/icons.h"

#include "guestagent/linux/iconcache.h"
#include "guestagent/linux/icontheme.h"

#include <gio/gio.h>
#include <string.h>

#define RECENT_MAX (8 * 1024 * 1024) // pixels kept, because the host asks for what was just drawn
#define WANTS_MAX (CHAN_APPS_MAX * CHAN_ICONS_MAX)
#define PAUSE_MS 20 // while the host takes no more

static const guint sides[] = {16, 24, 32, 48, 64, 128, 256};

struct AgentIcons {
    GMainContext *context;
    const AgentIconsEvents *events;
    gpointer user;
    AgentIconTheme *theme;
    AgentIconCache *cache;
    GQueue undrawn;      // names of icons with sizes to be drawn
    GHashTable *pending; // the same, as a set
    GQueue wants;        // GBytes: hashes
    GHashTable *wanted;  // the same, as a set
    GQueue recent;       // AgentIconImage, newest first
    gsize recent_bytes;
    GSource *source;
};

AgentIcons *
agent_icons_new(GMainContext *context, const char *cache_file, const AgentIconsEvents *events,
                gpointer user)
{
    AgentIcons *icons = g_new0(AgentIcons, 1);

    icons->context = context;
    icons->events = events;
    icons->user = user;
    icons->theme = agent_icon_theme_new();
    icons->cache = agent_icon_cache_new(cache_file);
    icons->pending = g_hash_table_new(g_str_hash, g_str_equal);
    icons->wanted = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    return icons;
}

static void
stop(AgentIcons *icons)
{
    if (!icons->source)
        return;
    g_source_destroy(icons->source);
    g_source_unref(icons->source);
    icons->source = NULL;
}

void
agent_icons_free(AgentIcons *icons)
{
    if (!icons)
        return;
    stop(icons);
    agent_icons_forget_wants(icons);
    agent_icon_cache_save(icons->cache);
    g_hash_table_destroy(icons->pending);
    g_hash_table_destroy(icons->wanted);
    g_queue_clear_full(&icons->undrawn, g_free);
    g_queue_clear_full(&icons->recent, (GDestroyNotify)agent_icon_image_free);
    agent_icon_cache_free(icons->cache);
    agent_icon_theme_free(icons->theme);
    g_free(icons);
}

static gboolean on_idle(gpointer user);

static void
schedule(AgentIcons *icons, guint pause_ms)
{
    stop(icons);
    icons->source = pause_ms ? g_timeout_source_new(pause_ms) : g_idle_source_new();
    g_source_set_priority(icons->source, G_PRIORITY_LOW);
    g_source_set_callback(icons->source, on_idle, icons, NULL);
    g_source_attach(icons->source, icons->context);
}

static void
keep(AgentIcons *icons, AgentIconImage *take_image)
{
    g_queue_push_head(&icons->recent, take_image);
    icons->recent_bytes += g_bytes_get_size(take_image->pixels);
    while (icons->recent_bytes > RECENT_MAX) {
        AgentIconImage *old = g_queue_pop_tail(&icons->recent);
        icons->recent_bytes -= g_bytes_get_size(old->pixels);
        agent_icon_image_free(old);
    }
}

static const AgentIconImage *
find_recent(const AgentIcons *icons, const guint8 *hash)
{
    for (const GList *l = icons->recent.head; l; l = l->next) {
        const AgentIconImage *image = l->data;
        if (memcmp(image->hash, hash, sizeof image->hash) == 0)
            return image;
    }
    return NULL;
}

// Draws the first size of an icon that is not known. FALSE when all are.
static gboolean
draw_one(AgentIcons *icons, const char *icon)
{
    guint8 hash[CHAN_ICON_HASH_SIZE];

    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *path = agent_icon_theme_lookup(icons->theme, icon, (int)sides[i]);
        if (!path || agent_icon_cache_get(icons->cache, path, sides[i], hash) != AGENT_ICON_UNKNOWN)
            continue;
        AgentIconImage *image = agent_icon_image_new(path, sides[i], NULL);
        agent_icon_cache_put(icons->cache, path, sides[i], image ? image->hash : NULL);
        if (image)
            keep(icons, image);
        return TRUE;
    }
    return FALSE;
}

static void
draw_next(AgentIcons *icons)
{
    const char *icon = g_queue_peek_head(&icons->undrawn);

    if (draw_one(icons, icon))
        return;
    g_autofree char *done = g_queue_pop_head(&icons->undrawn);
    g_hash_table_remove(icons->pending, done);
    if (g_queue_is_empty(&icons->undrawn))
        agent_icon_cache_save(icons->cache);
    icons->events->known(done, icons->user);
}

static void
send_image(AgentIcons *icons, const AgentIconImage *image)
{
    gsize size;
    const guint8 *pixels = g_bytes_get_data(image->pixels, &size);
    ChanIcon icon = {
        .width = (guint16)image->side, .height = (guint16)image->side, .pixels = {pixels, size}};

    memcpy(icon.hash, image->hash, sizeof icon.hash);
    icons->events->drawn(&icon, icons->user);
}

static void
answer_next_want(AgentIcons *icons)
{
    g_autoptr(GBytes) want = g_queue_pop_head(&icons->wants);
    const guint8 *hash = g_bytes_get_data(want, NULL);
    const AgentIconImage *recent = find_recent(icons, hash);
    guint side = 0;

    g_hash_table_remove(icons->wanted, want);
    if (recent) {
        send_image(icons, recent);
        return;
    }
    g_autofree char *path = g_strdup(agent_icon_cache_find(icons->cache, hash, &side));
    g_autoptr(AgentIconImage) image = path ? agent_icon_image_new(path, side, NULL) : NULL;
    // A file that changed since has another hash; the next list says so.
    if (image && memcmp(image->hash, hash, sizeof image->hash) == 0)
        send_image(icons, image);
}

// One image a turn, what the host waits for first.
static gboolean
on_idle(gpointer user)
{
    AgentIcons *icons = user;
    gboolean may_send = !g_queue_is_empty(&icons->wants) && icons->events->may_send(icons->user);

    if (may_send)
        answer_next_want(icons);
    else if (!g_queue_is_empty(&icons->undrawn))
        draw_next(icons);
    if (!g_queue_is_empty(&icons->undrawn) || (may_send && !g_queue_is_empty(&icons->wants)))
        schedule(icons, 0);
    else if (!g_queue_is_empty(&icons->wants))
        schedule(icons, PAUSE_MS);
    else
        stop(icons);
    return G_SOURCE_REMOVE;
}

void
agent_icons_refresh(AgentIcons *icons)
{
    agent_icon_theme_refresh(icons->theme);
}

guint
agent_icons_refs(AgentIcons *icons, const char *icon, ChanIconRef *refs)
{
    gboolean unknown = FALSE;
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *path =
            *icon ? agent_icon_theme_lookup(icons->theme, icon, (int)sides[i]) : NULL;
        AgentIconState state = AGENT_ICON_UNFIT;
        if (path)
            state = agent_icon_cache_get(icons->cache, path, sides[i], refs[n].hash);
        if (state == AGENT_ICON_UNKNOWN)
            unknown = TRUE;
        else if (state == AGENT_ICON_KNOWN)
            refs[n++].size = (guint16)sides[i];
    }
    if (!unknown || g_hash_table_contains(icons->pending, icon))
        return n;
    char *name = g_strdup(icon);
    g_queue_push_tail(&icons->undrawn, name);
    g_hash_table_add(icons->pending, name);
    if (!icons->source)
        schedule(icons, 0);
    return n;
}

void
agent_icons_want(AgentIcons *icons, const guint8 hash[CHAN_ICON_HASH_SIZE])
{
    GBytes *want = g_bytes_new(hash, CHAN_ICON_HASH_SIZE);

    if (g_hash_table_contains(icons->wanted, want) || icons->wants.length >= WANTS_MAX) {
        g_bytes_unref(want);
        return;
    }
    g_queue_push_tail(&icons->wants, want);
    g_hash_table_add(icons->wanted, want);
    schedule(icons, 0);
}

void
agent_icons_forget_wants(AgentIcons *icons)
{
    g_hash_table_remove_all(icons->wanted);
    g_queue_clear_full(&icons->wants, (GDestroyNotify)g_bytes_unref);
}
