// SPDX-License-Identifier: Apache-2.0

// The supervisor's pure parts: Exec lines, ids of entries, the environment.

#include "guestagent/supervisor/appfile.h"
#include "guestagent/supervisor/environment.h"
#include "guestagent/supervisor/execline.h"

#include <gio/gio.h>
#include <string.h>

static const char *const none[] = {NULL};
static const char *const two[] = {"/a b", "file:///c%20d", NULL};

// The command lines joined: words by '|', lines by newline.
static char *
expand(const char *exec, const char *const *files)
{
    SupExecContext context = {"Na me", "icon", "/x.desktop", files};
    g_autoptr(GPtrArray) lines = sup_exec_expand(exec, &context, NULL);
    g_autoptr(GString) all = g_string_new(NULL);

    for (guint i = 0; lines && i < lines->len; i++) {
        g_autofree char *line = g_strjoinv("|", g_ptr_array_index(lines, i));
        g_string_append_printf(all, "%s%s", i ? "\n" : "", line);
    }
    return lines ? g_strdup(all->str) : NULL;
}

static void
test_exec(void)
{
    static const struct {
        const char *exec;
        const char *const *files;
        const char *expected;
    } cases[] = {
        {"prog", none, "prog"},
        {"prog --x \"a b\" c\\ d", none, "prog|--x|a b|c d"},
        {"prog %F", none, "prog"},
        {"prog %f", none, "prog"},
        {"prog --file=%f", none, "prog|--file="},
        {"prog %F", two, "prog|/a b|/c d"},
        {"prog %U", two, "prog|file:///a%20b|file:///c%20d"},
        {"prog %f", two, "prog|/a b\nprog|/c d"},
        {"prog -o %u end", two, "prog|-o|file:///a%20b|end\nprog|-o|file:///c%20d|end"},
        {"prog", two, "prog|/a b\nprog|/c d"},
        {"prog %i %c %k", none, "prog|--icon|icon|Na me|/x.desktop"},
        {"prog 100%% %%f", none, "prog|100%|%f"},
        {"prog %d%n%v", none, "prog|"},
        {"prog %m", none, "prog"},
        {"prog \"$HOME\" `id` ;x", none, "prog|$HOME|`id`|;x"},
        {"\"unfinished", none, NULL},
        {"", none, NULL},
        {"%c", none, "Na me"},
        {"%f", none, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *result = expand(cases[i].exec, cases[i].files);
        g_assert_cmpstr(result, ==, cases[i].expected);
    }
}

static void
check_find(const char *id, char **env, const char *exec)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SupAppFile) file = sup_app_file_find(id, env, &error);

    if (exec) {
        g_assert_no_error(error);
        g_assert_cmpstr(file->exec, ==, exec);
    } else {
        g_assert_null(file);
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    }
}

static void
test_find(void)
{
    g_autofree char *root = g_dir_make_tmp("casement-appfile-XXXXXX", NULL);
    static const char *const files[][2] = {
        {"own/applications/over.desktop", "Exec=own"},
        {"sys/applications/over.desktop", "Exec=system"},
        {"sys/applications/gone.desktop", "Exec=x"},
        {"own/applications/gone.desktop", "Hidden=true\nExec=x"},
        {"sys/applications/kde4/a-b.desktop", "Exec=sub"},
        {"sys/applications/act.desktop",
         "Exec=plain\nActions=go;\n[Desktop Action go]\nName=Go\nExec=going"},
        {"sys/applications/try.desktop", "Exec=x\nTryExec=/no/such"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(root, files[i][0], NULL);
        g_autofree char *folder = g_path_get_dirname(path);
        g_autofree char *text =
            g_strdup_printf("[Desktop Entry]\nType=Application\nName=N\n%s\n", files[i][1]);
        g_mkdir_with_parents(folder, 0700);
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    }
    g_autofree char *own = g_strdup_printf("XDG_DATA_HOME=%s/own", root);
    g_autofree char *system = g_strdup_printf("XDG_DATA_DIRS=relative:%s/sys", root);
    char *env[] = {own, system, NULL};
    check_find("over", env, "own");
    check_find("gone", env, NULL);
    check_find("kde4-a-b", env, "sub");
    check_find("act", env, "plain");
    check_find("act:go", env, "going");
    check_find("act:other", env, NULL);
    check_find("try", env, NULL);
    check_find("none", env, NULL);
    check_find("../applications/over", env, NULL);
    check_find("", env, NULL);
    check_find(":go", env, NULL);
    char *cleanup[] = {(char[]){"rm"}, (char[]){"-r"}, root, NULL};
    g_spawn_sync(NULL, cleanup, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

static void
test_environment(void)
{
    char dir[] = "/g", run[] = "/g/run", pulse[] = "/g/pulse", bus[] = "/g/b,us", xa[] = "/g/xa";
    SupPlaces places = {.dir = dir, .run = run, .pulse = pulse, .bus = bus, .xauthority = xa};
    char *inherited[] = {(char[]){"DISPLAY=:7"},
                         (char[]){"WAYLAND_DISPLAY=w"},
                         (char[]){"XMODIFIERS=@im=ibus"},
                         (char[]){"QT_IM_MODULES=wayland;ibus"},
                         (char[]){"IBUS_USE_PORTAL=1"},
                         (char[]){"SSH_AUTH_SOCK=/s"},
                         (char[]){"XDG_CURRENT_DESKTOP=XFCE"},
                         (char[]){"DBUS_SESSION_BUS_ADDRESS=unix:path=/outer"},
                         NULL};
    g_auto(GStrv) env = sup_environment_new(&places, inherited);
    g_auto(GStrv) bare = sup_environment_new(&places, (char *[]){NULL});

    g_assert_null(g_environ_getenv(env, "DISPLAY"));
    g_assert_null(g_environ_getenv(env, "WAYLAND_DISPLAY"));
    g_assert_null(
        g_environ_getenv(env, "XMODIFIERS")); // whose server is not on the guest's display
    g_assert_null(g_environ_getenv(env, "QT_IM_MODULES"));
    g_assert_null(g_environ_getenv(env, "IBUS_USE_PORTAL"));
    g_assert_cmpstr(g_environ_getenv(env, "SSH_AUTH_SOCK"), ==, "/s");
    g_assert_cmpstr(g_environ_getenv(env, "XDG_CURRENT_DESKTOP"), ==, "XFCE");
    g_assert_cmpstr(g_environ_getenv(bare, "XDG_CURRENT_DESKTOP"), ==, "GNOME");
    g_assert_cmpstr(g_environ_getenv(env, "DBUS_SESSION_BUS_ADDRESS"), ==, "unix:path=/g/b%2Cus");
    g_assert_cmpstr(g_environ_getenv(env, "PULSE_SERVER"), ==, "unix:/g/pulse");
    g_assert_cmpstr(g_environ_getenv(env, "PULSE_SOURCE"), ==, "microphone");
    g_assert_cmpstr(g_environ_getenv(env, "CASEMENT_GUEST_DIR"), ==, "/g");
    g_assert_nonnull(g_environ_getenv(bare, "PATH"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/supervisor/exec", test_exec);
    g_test_add_func("/supervisor/find", test_find);
    g_test_add_func("/supervisor/environment", test_environment);
    return g_test_run();
}
