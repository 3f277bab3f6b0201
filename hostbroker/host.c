// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/host.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
broker_private_dir(const char *path, GError **error)
{
    struct stat st;

    if (g_mkdir_with_parents(path, 0700) < 0 || lstat(path, &st) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
                    "The folder %s cannot be made: %s", path, g_strerror(errno));
        return FALSE;
    }
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid()) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                    "%s is not a folder of this user; remove it, or set another place", path);
        return FALSE;
    }
    return TRUE;
}

static gboolean
is_private(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 077) == 0;
}

// $XDG_RUNTIME_DIR, else the folder logind would have made, else one of our own in /tmp. The last
// lies in a folder where others may write too, so one that is not private is refused.
static char *
find_runtime_dir(GError **error)
{
    const char *set = g_getenv("XDG_RUNTIME_DIR");
    if (set && g_path_is_absolute(set))
        return broker_private_dir(set, error) ? g_strdup(set) : NULL;

    g_autofree char *logind = g_strdup_printf("/run/user/%u", (guint)geteuid());
    if (is_private(logind))
        return g_steal_pointer(&logind);

    g_autofree char *own = g_strdup_printf("/tmp/casement-%u", (guint)geteuid());
    if (g_mkdir(own, 0700) < 0 && errno != EEXIST) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
                    "XDG_RUNTIME_DIR is not set, and %s cannot be made: %s", own,
                    g_strerror(errno));
        return NULL;
    }
    if (!is_private(own)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                    "XDG_RUNTIME_DIR is not set, and %s is not a private folder of this user; "
                    "set XDG_RUNTIME_DIR",
                    own);
        return NULL;
    }
    return g_steal_pointer(&own);
}

static char *
find_programs(void)
{
    const char *set = g_getenv("CASEMENT_LIBEXECDIR");
    if (set && *set)
        return g_canonicalize_filename(set, NULL);

    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *beside = g_build_filename(dir, "casement-supervisor", NULL);
    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&dir);
    return g_strdup(CASEMENT_LIBEXECDIR);
}

// The first of the names that is set, for LC_MESSAGES.
static char *
find_locale(void)
{
    const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);
        if (value && *value)
            return g_strdup(value);
    }
    return g_strdup("");
}

static gboolean
make_places(const BrokerHost *host, GError **error)
{
    const char *dirs[] = {host->guests_config, host->guests_data, host->state, host->run};

    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++)
        if (!broker_private_dir(dirs[i], error))
            return FALSE;
    return TRUE;
}

BrokerHost *
broker_host_new(GMainContext *context, GError **error)
{
    BrokerHost *host = g_new0(BrokerHost, 1);

    host->context = g_main_context_ref(context);
    host->data_home = g_strdup(g_get_user_data_dir());
    host->config_home = g_strdup(g_get_user_config_dir());
    host->guests_config = g_build_filename(host->config_home, "casement", "guests", NULL);
    host->guests_data = g_build_filename(host->data_home, "casement", "guests", NULL);
    host->state = g_build_filename(g_get_user_state_dir(), "casement", NULL);
    host->programs = find_programs();
    host->locale = find_locale();
    host->runtime_dir = find_runtime_dir(error);
    if (host->runtime_dir)
        host->run = g_build_filename(host->runtime_dir, "casement", NULL);
    if (host->runtime_dir && make_places(host, error))
        return host;
    broker_host_free(host);
    return NULL;
}

void
broker_host_free(BrokerHost *host)
{
    if (!host)
        return;
    g_main_context_unref(host->context);
    g_clear_object(&host->bus);
    g_free(host->data_home);
    g_free(host->config_home);
    g_free(host->runtime_dir);
    g_free(host->guests_config);
    g_free(host->guests_data);
    g_free(host->state);
    g_free(host->run);
    g_free(host->programs);
    g_free(host->locale);
    g_free(host);
}

char *
broker_host_guest_run(const BrokerHost *host, const char *guest, const char *leaf)
{
    return g_build_filename(host->run, "guests", guest, leaf, NULL);
}

char *
broker_host_guest_home(const BrokerHost *host, const char *guest)
{
    return g_build_filename(host->guests_data, guest, "home", NULL);
}

char *
broker_host_guest_state(const BrokerHost *host, const char *guest, const char *leaf)
{
    return g_build_filename(host->state, guest, leaf, NULL);
}

char *
broker_host_guest_config(const BrokerHost *host, const char *guest)
{
    g_autofree char *leaf = g_strconcat(guest, ".conf", NULL);

    return g_build_filename(host->guests_config, leaf, NULL);
}

char *
broker_host_program(const BrokerHost *host, const char *name)
{
    return g_build_filename(host->programs, name, NULL);
}

char *
broker_host_launcher(const BrokerHost *host)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *beside = g_build_filename(dir, "casement", NULL);
    g_autofree char *installed = g_build_filename(dir, CASEMENT_TO_BINDIR, "casement", NULL);

    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    if (g_file_test(installed, G_FILE_TEST_IS_EXECUTABLE))
        return g_canonicalize_filename(installed, NULL);
    char *in_path = g_find_program_in_path("casement");
    return in_path ? in_path : g_strdup(CASEMENT_BINDIR "/casement");
}
