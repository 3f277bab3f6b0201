// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/session_home.h"

#include <glib/gstdio.h>
#include <unistd.h>

void
session_home_remove(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        session_home_remove(child);
    }
    (void)g_remove(path);
}

char *
session_home_new(const char *self)
{
    static const char *const folders[] = {"XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME",
                                          "XDG_STATE_HOME", "CASEMENT_LIBEXECDIR"};
    static const char *const programs[] = {"casement-view", "casement-session"};
    char *home = g_dir_make_tmp("cms-XXXXXX", NULL);
    g_autofree char *dir = g_path_get_dirname(self);
    g_autofree char *here = g_canonicalize_filename(dir, NULL);
    g_autofree char *member = g_build_filename(here, "broker_member", NULL);

    g_assert_nonnull(home);
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(home, folders[i], NULL);
        g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
        g_setenv(folders[i], path, TRUE);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_build_filename(home, "CASEMENT_LIBEXECDIR", programs[i], NULL);
        g_assert_cmpint(symlink(member, path), ==, 0);
    }
    return home;
}
