// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/platform.h"

#include "guestagent/linux/entries.h"
#include "guestagent/linux/icons.h"

#include <gio/gio.h>
#include <string.h>

struct AgentPlatform {
    GMainContext *context;
    Agent *agent;
    gboolean (*may_send)(gpointer user);
    gpointer user;
    AgentIcons *icons;
    GAppInfoMonitor *monitor;
    gulong changed_handler;
    GSource *collect;   // exists while a round is due
    GPtrArray *entries; // of the last round; NULL before
    char *locale;
    char *os_name;
    ChanApp app; // too large for the stack
};

static void
tell_entry(AgentPlatform *p, const AgentEntry *entry, void (*tell)(Agent *, const ChanApp *))
{
    agent_entry_fill(entry, &p->app);
    p->app.n_icons = (guint16)agent_icons_refs(p->icons, entry->icon, p->app.icons);
    tell(p->agent, &p->app);
}

static gboolean
on_collect(gpointer user)
{
    AgentPlatform *p = user;

    g_source_unref(p->collect);
    p->collect = NULL;
    g_clear_pointer(&p->entries, g_ptr_array_unref);
    p->entries = agent_entries_collect(p->locale);
    agent_icons_refresh(p->icons);
    agent_list_begin(p->agent);
    for (guint i = 0; i < p->entries->len; i++)
        tell_entry(p, g_ptr_array_index(p->entries, i), agent_list_app);
    agent_list_end(p->agent);
    return G_SOURCE_REMOVE;
}

void
agent_platform_collect(AgentPlatform *p)
{
    if (p->collect)
        return;
    p->collect = g_idle_source_new();
    g_source_set_callback(p->collect, on_collect, p, NULL);
    g_source_attach(p->collect, p->context);
}

void
agent_platform_set_locale(AgentPlatform *p, const char *locale)
{
    if (g_strcmp0(p->locale, locale) == 0)
        return;
    g_free(p->locale);
    p->locale = g_strdup(locale);
    agent_platform_collect(p);
}

void
agent_platform_set_policy(AgentPlatform *p, const ChanPolicy *policy)
{
    // The supervisor starts what the host asks for, and the host asks for what its policy allows.
}

void
agent_platform_guest_info(AgentPlatform *p, ChanGuestInfo *info)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(names) && (!locale || !*locale); i++)
        locale = g_getenv(names[i]);
    info->os = CHAN_OS_LINUX;
    info->os_name = CHAN_SPAN_TEXT(p->os_name);
    info->host_name = CHAN_SPAN_TEXT(g_get_host_name());
    info->user_name = CHAN_SPAN_TEXT(g_get_user_name());
    info->locale = CHAN_SPAN_TEXT(locale ? locale : "");
}

void
agent_platform_want_icon(AgentPlatform *p, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    agent_icons_want(p->icons, hash);
}

void
agent_platform_host_left(AgentPlatform *p)
{
    agent_icons_forget_wants(p->icons);
}

static void
on_icon_known(const char *icon, gpointer user)
{
    AgentPlatform *p = user;

    for (guint i = 0; p->entries && i < p->entries->len; i++) {
        const AgentEntry *entry = g_ptr_array_index(p->entries, i);
        if (g_str_equal(entry->icon, icon))
            tell_entry(p, entry, agent_app_changed);
    }
}

static void
on_icon_drawn(const ChanIcon *icon, gpointer user)
{
    AgentPlatform *p = user;

    (void)agent_icon(p->agent, icon);
}

static gboolean
on_may_send(gpointer user)
{
    AgentPlatform *p = user;

    return p->may_send(p->user);
}

static const AgentIconsEvents icons_events = {on_icon_known, on_icon_drawn, on_may_send};

static void
on_menu_changed(GAppInfoMonitor *monitor, gpointer user)
{
    agent_platform_collect(user);
}

AgentPlatform *
agent_platform_new(GMainContext *context, Agent *agent, gboolean (*may_send)(gpointer user),
                   gpointer user)
{
    AgentPlatform *p = g_new0(AgentPlatform, 1);
    g_autofree char *cache =
        g_build_filename(g_get_user_cache_dir(), "casement", "icon-hashes", NULL);

    p->context = context;
    p->agent = agent;
    p->may_send = may_send;
    p->user = user;
    p->os_name = g_get_os_info(G_OS_INFO_KEY_PRETTY_NAME);
    if (!p->os_name)
        p->os_name = g_strdup("Linux");
    p->icons = agent_icons_new(context, cache, &icons_events, p);
    p->monitor = g_app_info_monitor_get();
    p->changed_handler = g_signal_connect(p->monitor, "changed", G_CALLBACK(on_menu_changed), p);
    // At once, so that the list is there when the host is.
    agent_platform_collect(p);
    return p;
}

void
agent_platform_free(AgentPlatform *p)
{
    if (!p)
        return;
    g_signal_handler_disconnect(p->monitor, p->changed_handler);
    g_object_unref(p->monitor);
    if (p->collect) {
        g_source_destroy(p->collect);
        g_source_unref(p->collect);
    }
    agent_icons_free(p->icons);
    g_clear_pointer(&p->entries, g_ptr_array_unref);
    g_free(p->locale);
    g_free(p->os_name);
    g_free(p);
}
