// SPDX-License-Identifier: Apache-2.0
#include "launcher/machine.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const xorg_places[] = {"/usr/lib/xorg", "/usr/libexec", "/usr/lib"};
static const char *const module_places[] = {"/usr/lib/xorg/modules", "/usr/lib64/xorg/modules",
                                            "/usr/lib/x86_64-linux-gnu/xorg/modules"};

static char *
find_below(const char *const *places, gsize count, const char *name)
{
    for (gsize i = 0; i < count; i++) {
        char *path = g_build_filename(places[i], name, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return path;
        g_free(path);
    }
    return NULL;
}

// Tries it in a child, since a process that has entered a namespace cannot leave it.
static int
try_user_namespace(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN;
}

static void
examine_namespaces(LauncherFinding *finding)
{
    int code = try_user_namespace();
    finding->what = _("user namespaces");
    finding->state = code == 0 ? LAUNCHER_FINDING_OK : LAUNCHER_FINDING_DEGRADED;
    if (code != 0)
        finding->detail = g_strdup(g_strerror(code));
    finding->advice =
        _("Guests of kind sandbox need them; kind local works without. A chroot and "
          "some containers refuse them; else see the sysctls "
          "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns "
          "and user.max_user_namespaces.");
}

static gboolean
spawn_true(const char *const *argv)
{
    int status = 0;
    return g_spawn_sync(NULL, (char **)argv, NULL,
                        G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                            G_SPAWN_STDERR_TO_DEV_NULL,
                        NULL, NULL, NULL, NULL, &status, NULL) &&
           g_spawn_check_wait_status(status, NULL);
}

static void
examine_bubblewrap(LauncherFinding *finding)
{
    const char *const argv[] = {"bwrap", "--unshare-all", "--ro-bind", "/", "/", "true", NULL};
    finding->what = _("sandboxes (bubblewrap)");
    finding->detail = g_find_program_in_path("bwrap");
    finding->advice = _("Install bubblewrap; it must be able to start a program. Until then use "
                        "guests of kind local.");
    finding->state =
        finding->detail && spawn_true(argv) ? LAUNCHER_FINDING_OK : LAUNCHER_FINDING_DEGRADED;
}

static void
examine_x_server(LauncherFinding *finding)
{
    g_autofree char *xorg = find_below(xorg_places, G_N_ELEMENTS(xorg_places), "Xorg");
    g_autofree char *dummy =
        find_below(module_places, G_N_ELEMENTS(module_places), "drivers/dummy_drv.so");
    g_autofree char *input =
        find_below(module_places, G_N_ELEMENTS(module_places), "input/inputtest_drv.so");
    g_autofree char *xvfb = g_find_program_in_path("Xvfb");
    finding->what = _("X server for guests");
    if (xorg && dummy && input) {
        finding->detail = g_strdup(_("Xorg with the dummy driver"));
        return;
    }
    finding->state = xvfb ? LAUNCHER_FINDING_DEGRADED : LAUNCHER_FINDING_MISSING;
    finding->detail = g_strdup(xvfb ? _("Xvfb") : _("none"));
    finding->advice = _("Install xserver-xorg-core and xserver-xorg-video-dummy (or xvfb, whose "
                        "screen cannot grow).");
}

static void
examine_program(LauncherFinding *finding, const char *program)
{
    finding->detail = g_find_program_in_path(program);
    finding->state = finding->detail ? LAUNCHER_FINDING_OK : LAUNCHER_FINDING_MISSING;
}

static void
examine_guest_sound(LauncherFinding *finding)
{
    finding->what = _("sound server for guests");
    finding->advice = _("Install pulseaudio; without it guests on this machine are silent.");
    examine_program(finding, "pulseaudio");
    if (!finding->detail)
        finding->state = LAUNCHER_FINDING_DEGRADED;
}

static gboolean
socket_answers(const char *path)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
    return connection != NULL;
}

static void
examine_host_sound(LauncherFinding *finding)
{
    const char *server = g_getenv("PULSE_SERVER");
    g_autofree char *socket = g_build_filename(g_get_user_runtime_dir(), "pulse", "native", NULL);
    finding->what = _("sound of this desktop");
    finding->advice = _("No PulseAudio or PipeWire answers here, so guests are not heard. Inside a "
                        "desktop session one usually does.");
    if (server && server[0]) {
        const char *path = g_str_has_prefix(server, "unix:") ? server + strlen("unix:") : NULL;
        finding->detail = g_strdup(server);
        finding->state =
            path && !socket_answers(path) ? LAUNCHER_FINDING_DEGRADED : LAUNCHER_FINDING_OK;
    } else {
        finding->state = socket_answers(socket) ? LAUNCHER_FINDING_OK : LAUNCHER_FINDING_DEGRADED;
        finding->detail = g_strdup(socket);
    }
}

static void
examine_display(LauncherFinding *finding)
{
    const char *display = g_getenv("DISPLAY");
    finding->what = _("X display of this desktop");
    finding->advice = _("Windows need an X11 or Xwayland display: run casement inside a desktop "
                        "session, or set DISPLAY.");
    finding->state = LAUNCHER_FINDING_MISSING;
    if (!display || !display[0])
        return;
    finding->detail = g_strdup(display);
    finding->state = LAUNCHER_FINDING_OK;
    if (display[0] == ':') {
        g_autofree char *path =
            g_strdup_printf("/tmp/.X11-unix/X%u", (guint)g_ascii_strtoull(display + 1, NULL, 10));
        if (!socket_answers(path))
            finding->state = LAUNCHER_FINDING_MISSING;
    }
}

static void
examine_keyboard(LauncherFinding *finding)
{
    finding->what = _("keyboard layouts (xkbcomp)");
    finding->advice = _("Install x11-xkb-utils and xkb-data.");
    examine_program(finding, "xkbcomp");
}

static void
examine_dbus(LauncherFinding *finding)
{
    finding->what = _("session bus for guests");
    finding->advice = _("Install dbus (dbus-daemon).");
    examine_program(finding, "dbus-daemon");
}

static void
examine_pinentry(LauncherFinding *finding)
{
    finding->what = _("questions for passwords (pinentry)");
    finding->advice = _("Install a pinentry for this desktop, like pinentry-gnome3 or pinentry-qt; "
                        "without it only `casement guest login` tells who signs in to a guest.");
    examine_program(finding, "pinentry");
    if (!finding->detail)
        finding->state = LAUNCHER_FINDING_DEGRADED;
}

static void
examine_menu(LauncherFinding *finding)
{
    finding->what = _("file types in the menu");
    finding->advice = _("Install desktop-file-utils, so that desktops offer guests' programs for "
                        "files.");
    examine_program(finding, "update-desktop-database");
    if (!finding->detail)
        finding->state = LAUNCHER_FINDING_DEGRADED;
}

static void
clear_finding(gpointer data)
{
    g_free(((LauncherFinding *)data)->detail);
}

GArray *
launcher_machine_examine(void)
{
    static void (*const examine[])(LauncherFinding * finding) = {
        examine_display,  examine_host_sound, examine_namespaces,  examine_bubblewrap,
        examine_x_server, examine_keyboard,   examine_guest_sound, examine_dbus,
        examine_menu,     examine_pinentry,
    };
    GArray *findings = g_array_new(FALSE, TRUE, sizeof(LauncherFinding));
    g_array_set_clear_func(findings, clear_finding);
    for (gsize i = 0; i < G_N_ELEMENTS(examine); i++) {
        LauncherFinding finding = {LAUNCHER_FINDING_OK};
        examine[i](&finding);
        g_array_append_val(findings, finding);
    }
    return findings;
}
