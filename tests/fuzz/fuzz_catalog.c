// SPDX-License-Identifier: Apache-2.0
// A guest that sends whatever it likes: any messages, in any order. The catalog must stay within
// its limits, and what would be published of it must read back as what was meant.
//
// Input: messages, each a type (0: the channel ends), a u16 length and that many bytes.

#include "channel/wire.h"
#include "hostbroker/desktop_entry.h"
#include "hostbroker/plan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_changed(BrokerCatalog *catalog, gpointer user)
{
}

static void
on_known(BrokerCatalog *catalog, const BrokerApp *app, gpointer user)
{
    g_assert(app->index < CHAN_APPS_MAX);
    g_assert(g_utf8_validate(app->name, -1, NULL) && app->name[0]);
}

static void
on_wanted(BrokerCatalog *catalog, const guint8 *hash, gpointer user)
{
}

// A line per input would drown what the fuzzer has to say.
static void
on_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user)
{
}

static void
check_entry(const BrokerPlanFile *file)
{
    g_autoptr(GKeyFile) entry = g_key_file_new();
    g_assert(g_str_has_prefix(file->path, "/data/applications/casement.fuzz.") ||
             g_str_has_prefix(file->path, "/data/desktop-directories/casement-fuzz."));
    g_assert(g_key_file_load_from_bytes(entry, file->content, G_KEY_FILE_NONE, NULL));
    g_autofree char *name = g_key_file_get_string(entry, "Desktop Entry", "Name", NULL);
    g_assert(name && g_utf8_validate(name, -1, NULL));
    g_assert(broker_entry_is_ours("fuzz", file->content));
    g_autofree char *exec = g_key_file_get_string(entry, "Desktop Entry", "Exec", NULL);
    g_assert(!exec || g_str_has_prefix(exec, "\"/usr/bin/casement\" run fuzz "));
}

static void
check_plan(BrokerCatalog *catalog)
{
    const BrokerPlanRoots roots = {"/data", "/config"};
    const BrokerPublishPolicy policy = {
        .label = "Fuzz", .files = TRUE, .launcher = "/usr/bin/casement"};
    g_autoptr(GPtrArray) plan = broker_plan_new(&roots, "fuzz", catalog, &policy);
    for (guint i = 0; i < plan->len; i++) {
        const BrokerPlanFile *file = g_ptr_array_index(plan, i);
        g_assert(!strstr(file->path, "/../"));
        if (file->content && !g_str_has_suffix(file->path, ".menu"))
            check_entry(file);
    }
}

static const char *
icon_folder(void)
{
    static char *folder;
    if (!folder)
        folder = g_dir_make_tmp("casement-fuzz-XXXXXX", NULL);
    return folder;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const BrokerCatalogEvents events = {on_changed, on_known, on_wanted};
    g_log_set_default_handler(on_log, NULL);
    g_autoptr(BrokerCatalog) catalog =
        broker_catalog_new("fuzz", icon_folder(), NULL, &events, NULL);
    ChanReader reader = chan_reader(CHAN_SPAN(data, size));
    while (!reader.failed && reader.left > 0) {
        guint8 type = chan_read_u8(&reader);
        ChanSpan payload = chan_read_text(&reader, UINT16_MAX);
        if (type == 0)
            broker_catalog_interrupted(catalog);
        else if (!reader.failed && !broker_catalog_message(catalog, type, payload, NULL))
            break; // the broker drops the channel
    }
    check_plan(catalog);
    return 0;
}
