// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/state_file.h"

#include "hostbroker/process.h"

#include <glib/gstdio.h>

#define GROUP "Processes"

static BrokerIdentity
read_identity(GKeyFile *file, const char *key)
{
    BrokerIdentity id = {0};
    g_autofree char *start_key = g_strconcat(key, "_start", NULL);

    id.pid = g_key_file_get_integer(file, GROUP, key, NULL);
    id.start_time = g_key_file_get_uint64(file, GROUP, start_key, NULL);
    return id.pid > 1 && id.start_time > 0 ? id : (BrokerIdentity){0};
}

static void
write_identity(GKeyFile *file, const char *key, const BrokerIdentity *id)
{
    g_autofree char *start_key = g_strconcat(key, "_start", NULL);

    if (id->pid <= 0)
        return;
    g_key_file_set_integer(file, GROUP, key, id->pid);
    g_key_file_set_uint64(file, GROUP, start_key, id->start_time);
}

BrokerState
broker_state_read(const char *path)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    BrokerState state = {0};

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return state;
    state.guest = read_identity(file, "guest");
    state.session = read_identity(file, "session");
    state.view = read_identity(file, "view");
    state.desktop = g_key_file_get_boolean(file, GROUP, "desktop", NULL);
    return state;
}

gboolean
broker_state_write(const char *path, const BrokerState *state, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    write_identity(file, "guest", &state->guest);
    write_identity(file, "session", &state->session);
    write_identity(file, "view", &state->view);
    if (!g_key_file_has_group(file, GROUP)) {
        g_unlink(path);
        return TRUE;
    }
    if (state->desktop)
        g_key_file_set_boolean(file, GROUP, "desktop", TRUE);
    g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static gboolean
same(const BrokerIdentity *a, const BrokerIdentity *b)
{
    return a->pid == b->pid && a->start_time == b->start_time;
}

gboolean
broker_state_equal(const BrokerState *a, const BrokerState *b)
{
    return same(&a->guest, &b->guest) && same(&a->session, &b->session) &&
           same(&a->view, &b->view) && a->desktop == b->desktop;
}

gboolean
broker_identity_alive(const BrokerIdentity *id)
{
    return id->pid > 1 && broker_process_start_time_of(id->pid) == id->start_time;
}
