// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/desktop_entry.h"

#include "channel/utf8.h"
#include "hostbroker/mime_type.h"

#include <string.h>

#define GROUP G_KEY_FILE_DESKTOP_GROUP
#define CATEGORY_PREFIX "X-Casement-"
#define MARK_COMMENT "<!-- " BROKER_ENTRY_MARK "="
// File names end at 255 bytes; what is added to an id is a prefix, a suffix and a temporary name's.
#define DESKTOP_ID_MAX 220
#define DIGEST_LENGTH 16

char *
broker_desktop_id(const char *guest, const char *app_id)
{
    g_autofree char *id = g_strdup_printf("casement.%s.%s", guest, app_id);
    gsize length = strlen(id);
    if (length <= DESKTOP_ID_MAX)
        return g_steal_pointer(&id);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id, -1);
    return g_strdup_printf("%.*s-%.*s", DESKTOP_ID_MAX - DIGEST_LENGTH - 1, id, DIGEST_LENGTH,
                           digest);
}

char *
broker_icon_name(const char *guest, const char *app_id)
{
    char *name = broker_desktop_id(guest, app_id);
    // Desktops take such an end for a file's name and strip it.
    if (!g_str_has_suffix(name, ".png") && !g_str_has_suffix(name, ".svg") &&
        !g_str_has_suffix(name, ".xpm"))
        return name;
    char *safe = g_strconcat(name, "_", NULL);
    g_free(name);
    return safe;
}

// Appends an argument of Exec in double quotes. The backslashes are doubled once more when the key
// is written ("general escape rule for values of type string").
static void
append_quoted(GString *exec, const char *argument)
{
    g_string_append_c(exec, '"');
    for (const char *at = argument; *at; at++) {
        if (strchr("\"`$\\", *at))
            g_string_append_c(exec, '\\');
        if (*at == '%')
            g_string_append_c(exec, '%');
        g_string_append_c(exec, *at);
    }
    g_string_append_c(exec, '"');
}

char **
broker_entry_types(const BrokerApp *app, const BrokerPublishPolicy *policy)
{
    GPtrArray *types = g_ptr_array_new();
    for (char **type = app->mime_types; type && *type; type++) {
        if (broker_scheme_type_fit(*type) ? (app->flags & CHAN_APP_TAKES_FILES) != 0
                                          : policy->files)
            g_ptr_array_add(types, *type);
    }
    g_ptr_array_add(types, NULL);
    return (char **)g_ptr_array_free(types, FALSE);
}

// What the program is given: nothing, files, or addresses, which may be of files too.
static const char *
exec_code(const BrokerApp *app, const BrokerPublishPolicy *policy)
{
    g_autofree char **types = broker_entry_types(app, policy);
    for (char **type = types; *type; type++) {
        if (broker_scheme_type_fit(*type))
            return " %U";
    }
    return policy->files && (app->flags & CHAN_APP_TAKES_FILES) ? " %F" : "";
}

// Guest, application and action are ids (chan_id_valid) and need no quoting.
static char *
exec_line(const char *guest, const BrokerApp *app, const BrokerPublishPolicy *policy,
          const char *action)
{
    GString *exec = g_string_new(NULL);
    append_quoted(exec, policy->launcher);
    g_string_append_printf(exec, " run %s %s", guest, app->id);
    if (action)
        g_string_append_printf(exec, ":%s", action);
    else
        g_string_append(exec, exec_code(app, policy));
    return g_string_free(exec, FALSE);
}

static void
set_list(GKeyFile *file, const char *key, char **list)
{
    if (list[0])
        g_key_file_set_string_list(file, GROUP, key, (const char *const *)list,
                                   g_strv_length(list));
}

static void
set_text(GKeyFile *file, const char *key, const char *text)
{
    if (text[0])
        g_key_file_set_string(file, GROUP, key, text);
}

static gboolean
looks_same(const char *a, const char *b)
{
    return g_ascii_strcasecmp(a, b) == 0;
}

// The specification allows fewer characters in an action's id than other ids have.
static char *
action_key(const BrokerAction *action, guint number)
{
    for (const char *at = action->id; *at; at++) {
        if (!g_ascii_isalnum(*at) && *at != '-')
            return g_strdup_printf("action-%u", number);
    }
    return g_strdup(action->id);
}

static void
set_actions(GKeyFile *file, const char *guest, const BrokerApp *app,
            const BrokerPublishPolicy *policy)
{
    g_autoptr(GString) keys = g_string_new(NULL);
    for (guint i = 0; i < app->actions->len; i++) {
        const BrokerAction *action = &g_array_index(app->actions, BrokerAction, i);
        g_autofree char *key = action_key(action, i);
        g_autofree char *group = g_strdup_printf("Desktop Action %s", key);
        if (g_key_file_has_group(file, group))
            continue;
        g_autofree char *exec = exec_line(guest, app, policy, action->id);
        g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_NAME, action->name);
        g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_EXEC, exec);
        g_string_append_printf(keys, "%s;", key);
    }
    if (keys->len > 0)
        g_key_file_set_value(file, GROUP, G_KEY_FILE_DESKTOP_KEY_ACTIONS, keys->str);
}

static GBytes *
take_key_file(GKeyFile *take_file)
{
    gsize length;
    char *text = g_key_file_to_data(take_file, &length, NULL);
    g_key_file_unref(take_file);
    return g_bytes_new_take(text, length);
}

GBytes *
broker_desktop_entry(const char *guest, const BrokerApp *app, const BrokerPublishPolicy *policy,
                     const char *icon)
{
    g_autofree char *id = broker_desktop_id(guest, app->id);
    g_autofree char *exec = exec_line(guest, app, policy, NULL);
    g_autofree char *category = g_strdup_printf(CATEGORY_PREFIX "%s;", guest);
    GKeyFile *file = g_key_file_new();
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE, "Application");
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_NAME, app->name);
    // What says nothing more than the name is left out (desktop-file-validate finds it, too).
    if (!looks_same(app->generic_name, app->name))
        set_text(file, G_KEY_FILE_DESKTOP_KEY_GENERIC_NAME, app->generic_name);
    if (!looks_same(app->comment, app->name) && !looks_same(app->comment, app->generic_name))
        set_text(file, G_KEY_FILE_DESKTOP_KEY_COMMENT, app->comment);
    if (icon)
        g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_ICON, icon);
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_TRY_EXEC, policy->launcher);
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_EXEC, exec);
    g_key_file_set_boolean(file, GROUP, G_KEY_FILE_DESKTOP_KEY_TERMINAL, FALSE);
    if (app->flags & CHAN_APP_HIDDEN)
        g_key_file_set_boolean(file, GROUP, G_KEY_FILE_DESKTOP_KEY_NO_DISPLAY, TRUE);
    // No main category: with one, the program would be listed a second time, among the host's.
    g_key_file_set_value(file, GROUP, G_KEY_FILE_DESKTOP_KEY_CATEGORIES, category);
    set_list(file, "Keywords", app->keywords);
    g_autofree char **types = broker_entry_types(app, policy);
    set_list(file, G_KEY_FILE_DESKTOP_KEY_MIME_TYPE, types);
    // casement-view completes the startup with the program's first window, whatever the program
    // itself knows of startup notification.
    g_key_file_set_boolean(file, GROUP, G_KEY_FILE_DESKTOP_KEY_STARTUP_NOTIFY, TRUE);
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_STARTUP_WM_CLASS, id);
    g_key_file_set_string(file, GROUP, BROKER_ENTRY_MARK, guest);
    set_actions(file, guest, app, policy);
    return take_key_file(file);
}

GBytes *
broker_menu_file(const char *guest)
{
    // A guest's name holds nothing that XML would have to escape.
    char *text = g_strdup_printf(
        "<!DOCTYPE Menu PUBLIC \"-//freedesktop//DTD Menu 1.0//EN\"\n"
        "  \"http://www.freedesktop.org/standards/menu-spec/1.0/menu.dtd\">\n" MARK_COMMENT
        "%s -->\n"
        "<Menu>\n"
        "  <Name>Applications</Name>\n"
        "  <Menu>\n"
        "    <Name>casement-%s</Name>\n"
        "    <Directory>casement-%s.directory</Directory>\n"
        "    <Include><Category>" CATEGORY_PREFIX "%s</Category></Include>\n"
        "  </Menu>\n"
        "</Menu>\n",
        guest, guest, guest, guest);
    return g_bytes_new_take(text, strlen(text));
}

GBytes *
broker_directory_file(const char *guest, const char *label)
{
    char name[CHAN_NAME_MAX + 1] = "";
    if (label)
        chan_utf8_clean(CHAN_SPAN_TEXT(label), name, sizeof name);
    GKeyFile *file = g_key_file_new();
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE, "Directory");
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_NAME, name[0] ? name : guest);
    g_key_file_set_string(file, GROUP, G_KEY_FILE_DESKTOP_KEY_ICON, "computer");
    g_key_file_set_string(file, GROUP, BROKER_ENTRY_MARK, guest);
    return take_key_file(file);
}

gboolean
broker_entry_is_ours(const char *guest, GBytes *content)
{
    gsize size;
    const char *text = g_bytes_get_data(content, &size);
    if (size == 0)
        return FALSE;
    g_autofree char *mark = g_strdup_printf(MARK_COMMENT "%s -->", guest);
    if (g_strstr_len(text, (gssize)size, mark))
        return TRUE;
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, NULL))
        return FALSE;
    g_autofree char *marked = g_key_file_get_string(file, GROUP, BROKER_ENTRY_MARK, NULL);
    return g_strcmp0(marked, guest) == 0;
}
