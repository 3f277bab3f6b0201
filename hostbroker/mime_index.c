// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/mime_index.h"

#include "hostbroker/host_file.h"
#include "hostbroker/type_defaults.h"

#include <gio/gio.h>
#include <string.h>

// What update-desktop-database writes when no entry has a type.
#define EMPTY_CACHE "[MIME Cache]\n"

struct BrokerMimeIndex {
    char *data_home, *config_home;
    char *dir; // data_home/applications
    GCancellable *cancellable;
    gboolean running, again;
};

BrokerMimeIndex *
broker_mime_index_new(const char *data_home, const char *config_home)
{
    BrokerMimeIndex *index = g_new0(BrokerMimeIndex, 1);
    index->data_home = g_strdup(data_home);
    index->config_home = g_strdup(config_home);
    index->dir = g_build_filename(data_home, "applications", NULL);
    index->cancellable = g_cancellable_new();
    return index;
}

void
broker_mime_index_free(BrokerMimeIndex *index)
{
    if (!index)
        return;
    g_cancellable_cancel(index->cancellable);
    g_object_unref(index->cancellable);
    g_free(index->dir);
    g_free(index->data_home);
    g_free(index->config_home);
    g_free(index);
}

// With the last published type the file goes, too: it is not there on a fresh desktop.
static void
remove_empty(BrokerMimeIndex *index)
{
    g_autofree char *path = g_build_filename(index->dir, "mimeinfo.cache", NULL);
    g_autoptr(GBytes) content = broker_host_file_read(path, strlen(EMPTY_CACHE));
    g_autoptr(GBytes) empty = g_bytes_new_static(EMPTY_CACHE, strlen(EMPTY_CACHE));
    if (content && g_bytes_equal(content, empty))
        (void)broker_host_file_remove(path, NULL);
}

static void
on_ended(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // the index is gone
    BrokerMimeIndex *index = user;
    index->running = FALSE;
    if (!ok)
        g_message("update-desktop-database %s: %s", index->dir, error->message);
    broker_type_defaults_update(index->data_home, index->config_home);
    remove_empty(index);
    if (index->again) {
        index->again = FALSE;
        broker_mime_index_refresh(index);
    }
}

void
broker_mime_index_refresh(BrokerMimeIndex *index)
{
    if (index->running) {
        index->again = TRUE;
        return;
    }
    // Before the entries are found as well as after it, when the user's own ones are in the index.
    broker_type_defaults_update(index->data_home, index->config_home);
    g_autofree char *program = g_find_program_in_path("update-desktop-database");
    if (!program)
        return; // desktops that read entries themselves need none
    const char *argv[] = {program, "-q", index->dir, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process = g_subprocess_newv(
        argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
    if (!process) {
        g_message("%s", error->message);
        return;
    }
    index->running = TRUE;
    g_subprocess_wait_check_async(process, index->cancellable, on_ended, index);
}
