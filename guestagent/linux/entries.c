// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/entries.h"

#include "channel/utf8.h"

#include <gio/gdesktopappinfo.h>
#include <string.h>

#define MADE_BY_CASEMENT "X-Casement-Guest"

void
agent_entry_free(AgentEntry *e)
{
    if (!e)
        return;
    char *texts[] = {e->id, e->name, e->generic_name, e->comment, e->wm_class, e->icon};
    char **lists[] = {e->categories, e->keywords, e->mime_types, e->action_ids, e->action_names};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        g_strfreev(lists[i]);
    g_free(e);
}

// A copy that fits the message: at most max bytes, cut between characters.
static char *
fitted(const char *text, gsize max)
{
    gsize length = text ? strlen(text) : 0;
    char *out = g_malloc(MIN(length * 3, max) + 1);

    chan_utf8_clean(CHAN_SPAN(text ? text : "", length), out, MIN(length * 3, max) + 1);
    return out;
}

// Copies of the texts that fit a list of a message; empty and overlong ones are left out.
static char **
fitted_list(const char *const *texts)
{
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();
    guint n = 0;

    for (; texts && *texts && n < CHAN_LIST_MAX; texts++) {
        if (!**texts || strlen(*texts) > CHAN_LIST_ENTRY_MAX)
            continue;
        g_strv_builder_add(list, *texts);
        n++;
    }
    return g_strv_builder_end(list);
}

static void
read_actions(AgentEntry *e, GDesktopAppInfo *info)
{
    const char *const *actions = g_desktop_app_info_list_actions(info);
    g_autoptr(GStrvBuilder) ids = g_strv_builder_new(), names = g_strv_builder_new();
    guint n = 0;

    for (; *actions && n < CHAN_ACTIONS_MAX; actions++) {
        if (!chan_id_valid(CHAN_SPAN_TEXT(*actions), CHAN_ID_MAX))
            continue;
        g_autofree char *full = g_desktop_app_info_get_action_name(info, *actions);
        g_autofree char *name = fitted(full, CHAN_NAME_MAX);
        g_strv_builder_add(ids, *actions);
        g_strv_builder_add(names, name);
        n++;
    }
    e->action_ids = g_strv_builder_end(ids);
    e->action_names = g_strv_builder_end(names);
}

static guint32
read_flags(GDesktopAppInfo *info)
{
    guint32 flags = 0;

    if (g_desktop_app_info_get_boolean(info, G_KEY_FILE_DESKTOP_KEY_STARTUP_NOTIFY))
        flags |= CHAN_APP_STARTUP_NOTIFY;
    if (g_desktop_app_info_get_boolean(info, G_KEY_FILE_DESKTOP_KEY_TERMINAL))
        flags |= CHAN_APP_TERMINAL;
    if (g_desktop_app_info_get_nodisplay(info))
        flags |= CHAN_APP_HIDDEN;
    if (g_app_info_supports_files(G_APP_INFO(info)) || g_app_info_supports_uris(G_APP_INFO(info)))
        flags |= CHAN_APP_TAKES_FILES;
    return flags;
}

static char **
split_categories(GDesktopAppInfo *info)
{
    const char *text = g_desktop_app_info_get_categories(info);
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ";", -1);

    return fitted_list((const char *const *)parts);
}

// The entry's id without its suffix, or NULL when it cannot be told to a host.
static char *
read_id(GDesktopAppInfo *info)
{
    const char *id = g_app_info_get_id(G_APP_INFO(info));

    if (!id || !g_str_has_suffix(id, ".desktop"))
        return NULL;
    g_autofree char *bare = g_strndup(id, strlen(id) - strlen(".desktop"));
    return chan_id_valid(CHAN_SPAN_TEXT(bare), CHAN_ID_MAX) ? g_steal_pointer(&bare) : NULL;
}

static gboolean
is_published(GDesktopAppInfo *info)
{
    const char **types = g_app_info_get_supported_types(G_APP_INFO(info));

    if (g_desktop_app_info_has_key(info, MADE_BY_CASEMENT))
        return FALSE;
    if (!g_desktop_app_info_get_nodisplay(info))
        return g_app_info_should_show(G_APP_INFO(info));
    // No menu entry, yet files are opened with it.
    return types && types[0] && g_desktop_app_info_get_show_in(info, NULL);
}

static AgentEntry *
read_entry(GDesktopAppInfo *info)
{
    g_autofree char *id = is_published(info) ? read_id(info) : NULL;

    if (!id)
        return NULL;
    AgentEntry *e = g_new0(AgentEntry, 1);
    g_autofree char *icon = g_desktop_app_info_get_string(info, G_KEY_FILE_DESKTOP_KEY_ICON);
    g_autofree char *localized =
        g_desktop_app_info_get_locale_string(info, G_KEY_FILE_DESKTOP_KEY_ICON);
    const char *wm_class = g_desktop_app_info_get_startup_wm_class(info);
    e->id = g_steal_pointer(&id);
    e->name = fitted(g_app_info_get_name(G_APP_INFO(info)), CHAN_NAME_MAX);
    e->generic_name = fitted(g_desktop_app_info_get_generic_name(info), CHAN_NAME_MAX);
    e->comment = fitted(g_app_info_get_description(G_APP_INFO(info)), CHAN_COMMENT_MAX);
    e->wm_class = fitted(wm_class, CHAN_ID_MAX);
    e->icon = g_strdup(localized ? localized : icon ? icon : "");
    e->categories = split_categories(info);
    e->keywords = fitted_list(g_desktop_app_info_get_keywords(info));
    e->mime_types =
        fitted_list((const char *const *)g_app_info_get_supported_types(G_APP_INFO(info)));
    e->flags = read_flags(info);
    read_actions(e, info);
    return e;
}

GPtrArray *
agent_entries_collect(const char *locale)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)agent_entry_free);

    // GIO knows no language but the process's; LANGUAGE works without the locale being installed.
    if (locale && *locale)
        g_setenv("LANGUAGE", locale, TRUE);
    GList *all = g_app_info_get_all();
    for (GList *l = all; l && entries->len < CHAN_APPS_MAX; l = l->next) {
        AgentEntry *e = G_IS_DESKTOP_APP_INFO(l->data) ? read_entry(l->data) : NULL;
        if (e)
            g_ptr_array_add(entries, e);
    }
    g_list_free_full(all, g_object_unref);
    return entries;
}

static uint16_t
fill_list(ChanSpan *spans, char **texts)
{
    uint16_t n = 0;

    for (; texts[n]; n++)
        spans[n] = CHAN_SPAN_TEXT(texts[n]);
    return n;
}

void
agent_entry_fill(const AgentEntry *e, ChanApp *app)
{
    app->id = CHAN_SPAN_TEXT(e->id);
    app->name = CHAN_SPAN_TEXT(e->name);
    app->generic_name = CHAN_SPAN_TEXT(e->generic_name);
    app->comment = CHAN_SPAN_TEXT(e->comment);
    app->wm_class = CHAN_SPAN_TEXT(e->wm_class);
    app->folder = (ChanSpan){0};
    app->flags = e->flags;
    app->n_categories = fill_list(app->categories, e->categories);
    app->n_keywords = fill_list(app->keywords, e->keywords);
    app->n_mime_types = fill_list(app->mime_types, e->mime_types);
    app->n_actions = 0;
    for (; e->action_ids[app->n_actions]; app->n_actions++)
        app->actions[app->n_actions] =
            (ChanAction){CHAN_SPAN_TEXT(e->action_ids[app->n_actions]),
                         CHAN_SPAN_TEXT(e->action_names[app->n_actions])};
    app->n_icons = 0;
}
