// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/application.h"

#include "channel/utf8.h"
#include "hostbroker/mime_type.h"

#include <string.h>

// Far above what real menus hold, far below what the messages could carry.
#define CATEGORIES_MAX 32
#define KEYWORDS_MAX 32
#define MIME_TYPES_MAX CHAN_LIST_MAX
#define ENTRY_MAX 128

#define OWN_PREFIX "casement."

typedef gboolean (*TextFit)(const char *text);

static char *
clean_text(ChanSpan untrusted_text, gsize max)
{
    char buffer[CHAN_COMMENT_MAX + 1];
    chan_utf8_clean(untrusted_text, buffer, MIN(max + 1, sizeof buffer));
    return g_strdup(buffer);
}

static gboolean
category_fit(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] ==
           0;
}

static gboolean
type_fit(const char *text)
{
    return broker_mime_type_fit(text) || broker_scheme_type_fit(text);
}

static gboolean
keyword_fit(const char *text)
{
    return TRUE;
}

// The entries that are fit for use, each once, at most max.
static char **
clean_list(const ChanSpan *untrusted_list, gsize count, gsize max, TextFit fit)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *list = g_ptr_array_new();
    for (gsize i = 0; i < count && list->len < max; i++) {
        g_autofree char *text = clean_text(untrusted_list[i], ENTRY_MAX);
        if (text[0] == 0 || !fit(text) || g_hash_table_contains(seen, text))
            continue;
        g_hash_table_add(seen, text);
        g_ptr_array_add(list, g_steal_pointer(&text));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

static void
action_clear(gpointer data)
{
    BrokerAction *action = data;
    g_free(action->id);
    g_free(action->name);
}

static gboolean
action_known(GArray *actions, const char *id)
{
    for (guint i = 0; i < actions->len; i++) {
        if (strcmp(g_array_index(actions, BrokerAction, i).id, id) == 0)
            return TRUE;
    }
    return FALSE;
}

static GArray *
clean_actions(const ChanApp *untrusted_app)
{
    GArray *actions = g_array_new(FALSE, FALSE, sizeof(BrokerAction));
    g_array_set_clear_func(actions, action_clear);
    for (guint i = 0; i < untrusted_app->n_actions; i++) {
        const ChanAction *untrusted = &untrusted_app->actions[i];
        if (!chan_id_valid(untrusted->id, CHAN_ID_MAX))
            continue;
        BrokerAction action = {
            .id = g_strndup((const char *)untrusted->id.data, untrusted->id.size),
            .name = clean_text(untrusted->name, CHAN_NAME_MAX),
        };
        if (action.name[0] && !action_known(actions, action.id))
            g_array_append_val(actions, action);
        else
            action_clear(&action);
    }
    return actions;
}

gboolean
broker_icon_size_fit(guint size)
{
    static const guint sizes[] = {16, 22, 24, 32, 36, 48, 64, 72, 96, 128, 192, 256};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        if (sizes[i] == size)
            return TRUE;
    }
    return FALSE;
}

static gboolean
icon_size_known(GArray *icons, guint size)
{
    for (guint i = 0; i < icons->len; i++) {
        if (g_array_index(icons, ChanIconRef, i).size == size)
            return TRUE;
    }
    return FALSE;
}

static GArray *
clean_icons(const ChanApp *untrusted_app)
{
    GArray *icons = g_array_new(FALSE, FALSE, sizeof(ChanIconRef));
    for (guint i = 0; i < untrusted_app->n_icons; i++) {
        const ChanIconRef *icon = &untrusted_app->icons[i];
        if (broker_icon_size_fit(icon->size) && !icon_size_known(icons, icon->size))
            g_array_append_val(icons, *icon);
    }
    return icons;
}

BrokerApplicationVerdict
broker_application_init(BrokerApp *app, const ChanApp *untrusted_app)
{
    const ChanApp *u = untrusted_app;
    if (!chan_id_valid(u->id, CHAN_ID_MAX))
        return BROKER_APPLICATION_BAD_ID;
    if (u->id.size >= strlen(OWN_PREFIX) &&
        g_ascii_strncasecmp((const char *)u->id.data, OWN_PREFIX, strlen(OWN_PREFIX)) == 0)
        return BROKER_APPLICATION_OUR_OWN;
    *app = (BrokerApp){
        .id = g_strndup((const char *)u->id.data, u->id.size),
        .name = clean_text(u->name, CHAN_NAME_MAX),
        .generic_name = clean_text(u->generic_name, CHAN_NAME_MAX),
        .comment = clean_text(u->comment, CHAN_COMMENT_MAX),
        .wm_class = clean_text(u->wm_class, CHAN_NAME_MAX),
        .program = clean_text(u->program, CHAN_PROGRAM_MAX),
        .directory = clean_text(u->directory, CHAN_PROGRAM_MAX),
        .folder = clean_text(u->folder, CHAN_NAME_MAX),
        .flags = u->flags,
        .categories = clean_list(u->categories, u->n_categories, CATEGORIES_MAX, category_fit),
        .keywords = clean_list(u->keywords, u->n_keywords, KEYWORDS_MAX, keyword_fit),
        .mime_types = clean_list(u->mime_types, u->n_mime_types, MIME_TYPES_MAX, type_fit),
        .actions = clean_actions(u),
        .icons = clean_icons(u),
    };
    if (app->name[0] == 0) {
        g_free(app->name);
        app->name = g_strdup(app->id);
    }
    return BROKER_APPLICATION_OK;
}

void
broker_application_clear(BrokerApp *app)
{
    g_free(app->id);
    g_free(app->name);
    g_free(app->generic_name);
    g_free(app->comment);
    g_free(app->wm_class);
    g_free(app->program);
    g_free(app->directory);
    g_free(app->folder);
    g_strfreev(app->categories);
    g_strfreev(app->keywords);
    g_strfreev(app->mime_types);
    if (app->actions)
        g_array_unref(app->actions);
    if (app->icons)
        g_array_unref(app->icons);
    *app = (BrokerApp){0};
}

gboolean
broker_application_known_alike(const BrokerApp *a, const BrokerApp *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->wm_class, b->wm_class) == 0 &&
           strcmp(a->program, b->program) == 0 && ((a->flags ^ b->flags) & CHAN_APP_FOREMOST) == 0;
}

static gsize
list_size(char **list)
{
    gsize size = 0;
    for (gsize i = 0; list[i]; i++)
        size += strlen(list[i]) + sizeof(char *);
    return size;
}

gsize
broker_application_size(const BrokerApp *app)
{
    gsize size = sizeof *app + strlen(app->id) + strlen(app->name) + strlen(app->generic_name) +
                 strlen(app->comment) + strlen(app->wm_class) + strlen(app->program) +
                 strlen(app->directory) + strlen(app->folder);
    size += list_size(app->categories) + list_size(app->keywords) + list_size(app->mime_types);
    for (guint i = 0; i < app->actions->len; i++) {
        const BrokerAction *action = &g_array_index(app->actions, BrokerAction, i);
        size += sizeof *action + strlen(action->id) + strlen(action->name);
    }
    return size + app->icons->len * sizeof(ChanIconRef);
}
