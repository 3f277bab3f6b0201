// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/app_list.h"

#include "hostbroker/host_file.h"

#include <gio/gio.h>
#include <string.h>

#define HEADER "casement-apps 3"
#define TYPE G_VARIANT_TYPE("(ssaay)") // header, guest, applications
#define APP_BYTES_MAX (512 * 1024)     // more than any fields at their limits
#define FILE_BYTES_MAX (32 * 1024 * 1024)

static guint16
fill_list(ChanSpan *spans, char **list)
{
    guint16 n = 0;
    for (; list[n] && n < CHAN_LIST_MAX; n++)
        spans[n] = CHAN_SPAN_TEXT(list[n]);
    return n;
}

static ChanSpan
encode(const BrokerApp *app, guint8 *buffer)
{
    ChanApp m = {
        .id = CHAN_SPAN_TEXT(app->id),
        .name = CHAN_SPAN_TEXT(app->name),
        .generic_name = CHAN_SPAN_TEXT(app->generic_name),
        .comment = CHAN_SPAN_TEXT(app->comment),
        .wm_class = CHAN_SPAN_TEXT(app->wm_class),
        .program = CHAN_SPAN_TEXT(app->program),
        .directory = CHAN_SPAN_TEXT(app->directory),
        .folder = CHAN_SPAN_TEXT(app->folder),
        .flags = app->flags,
        .n_actions = (guint16)MIN(app->actions->len, CHAN_ACTIONS_MAX),
        .n_icons = (guint16)MIN(app->icons->len, CHAN_ICONS_MAX),
    };
    m.n_categories = fill_list(m.categories, app->categories);
    m.n_keywords = fill_list(m.keywords, app->keywords);
    m.n_mime_types = fill_list(m.mime_types, app->mime_types);
    for (guint i = 0; i < m.n_actions; i++) {
        const BrokerAction *action = &g_array_index(app->actions, BrokerAction, i);
        m.actions[i] = (ChanAction){CHAN_SPAN_TEXT(action->id), CHAN_SPAN_TEXT(action->name)};
    }
    for (guint i = 0; i < m.n_icons; i++)
        m.icons[i] = g_array_index(app->icons, ChanIconRef, i);
    return chan_app_encode(&m, buffer, APP_BYTES_MAX);
}

gboolean
broker_app_list_write(const char *path, const char *guest, GPtrArray *apps, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(APP_BYTES_MAX);
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aay"));
    for (guint i = 0; i < apps->len; i++) {
        const BrokerApp *app = g_ptr_array_index(apps, i);
        // Empty, too: a text that cleaning made longer than a message takes.
        ChanSpan payload = app ? encode(app, buffer) : (ChanSpan){0};
        g_variant_builder_add_value(
            &list, g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, payload.data, payload.size, 1));
    }
    g_autoptr(GVariant) file =
        g_variant_ref_sink(g_variant_new("(ss@aay)", HEADER, guest, g_variant_builder_end(&list)));
    g_autoptr(GBytes) content = g_variant_get_data_as_bytes(file);
    return broker_host_file_write(path, content, BROKER_FILE_QUICK, error);
}

GVariant *
broker_app_list_read(const char *path, const char *guest, GError **error)
{
    g_autoptr(GBytes) content = broker_host_file_read(path, FILE_BYTES_MAX);
    g_autoptr(GVariant) file =
        content ? g_variant_ref_sink(g_variant_new_from_bytes(TYPE, content, FALSE)) : NULL;
    const char *header, *owner;
    g_autoptr(GVariant) list = NULL;
    if (!file || !g_variant_is_normal_form(file)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s cannot be read", path);
        return NULL;
    }
    g_variant_get(file, "(&s&s@aay)", &header, &owner, &list);
    if (strcmp(header, HEADER) != 0 || strcmp(owner, guest) != 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "%s is no list of this guest's applications", path);
        return NULL;
    }
    return g_steal_pointer(&list);
}
