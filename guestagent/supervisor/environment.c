// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/environment.h"

#include "guestagent/supervisor/protocol.h"

#include <gio/gio.h>

// Of the session around the guest: a program of the guest must not reach it.
static const char *const outer[] = {
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "XAUTHORITY",
    "SESSION_MANAGER",
    "DBUS_STARTER_ADDRESS",
    "DBUS_STARTER_BUS_TYPE",
    "DBUS_SYSTEM_BUS_ADDRESS",
    "XDG_SESSION_ID",
    "XDG_SEAT",
    "XDG_VTNR",
    "XDG_SESSION_PATH",
    "XDG_SEAT_PATH",
    "XDG_SESSION_DESKTOP",
    "XDG_MENU_PREFIX",
    "DESKTOP_SESSION",
    "GNOME_SHELL_SESSION_MODE",
    "GNOME_SETUP_DISPLAY",
    "GNOME_DESKTOP_SESSION_ID",
    "KDE_FULL_SESSION",
    "KDE_SESSION_VERSION",
    "GIO_LAUNCHED_DESKTOP_FILE",
    "GIO_LAUNCHED_DESKTOP_FILE_PID",
    "BAMF_DESKTOP_FILE_HINT",
    "DESKTOP_STARTUP_ID",
    "XDG_ACTIVATION_TOKEN",
    "PULSE_COOKIE",
    "PULSE_RUNTIME_PATH",
    "PIPEWIRE_REMOTE",
    "PIPEWIRE_RUNTIME_DIR",
    "NOTIFY_SOCKET",
    "LISTEN_FDS",
    "LISTEN_PID",
    "LISTEN_FDNAMES",
    "JOURNAL_STREAM",
    "INVOCATION_ID",
    "MANAGERPID",
    "WINDOWID",
    "XMODIFIERS",
    "GTK_IM_MODULE",
    "QT_IM_MODULE",
    "QT_IM_MODULES",
    "IBUS_USE_PORTAL",
    "IBUS_ADDRESS",
};

static const struct {
    const char *name, *value;
    gboolean overwrite;
} settings[] = {
    {"XDG_SESSION_TYPE", "x11", TRUE},
    {"XDG_SESSION_CLASS", "user", TRUE},
    {"GDK_BACKEND", "x11", TRUE},
    {"QT_QPA_PLATFORM", "xcb", TRUE},
    {"SDL_VIDEODRIVER", "x11", TRUE},
    {"MOZ_ENABLE_WAYLAND", "0", TRUE},
    {"CLUTTER_BACKEND", "x11", TRUE},
    // Java waits for a frame around each of its windows, which a guest's windows have on the host
    // alone.
    {"_JAVA_AWT_WM_NONREPARENTING", "1", FALSE},
    // No graphics card; and GTK 4 draws faster by itself than through a software OpenGL.
    {"LIBGL_ALWAYS_SOFTWARE", "1", TRUE},
    {"GSK_RENDERER", "cairo", FALSE},
    // No portals and no accessibility bus: programs would wait for them to start.
    {"GTK_USE_PORTAL", "0", TRUE},
    {"GDK_DEBUG", "no-portals", FALSE},
    {"NO_AT_BRIDGE", "1", FALSE},
    {"GTK_A11Y", "none", FALSE},
    {"PULSE_SINK", "guest", TRUE},
    {"PULSE_SOURCE", SUPERVISOR_MICROPHONE_SOURCE, TRUE},
    {"SDL_AUDIODRIVER", "pulseaudio", FALSE},
    {"LANG", "C.UTF-8", FALSE},
    {"PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games", FALSE},
    // OnlyShowIn and NotShowIn are decided by this. A guest is no desktop of its own: where the
    // one around it is not known, the one that most entries and toolkits name.
    {"XDG_CURRENT_DESKTOP", "GNOME", FALSE},
};

// By its own name, as on any desktop with one. Each is harmless where a toolkit has no such module:
// GTK 4, which knows no xim, takes the next of the list, and Qt its own compose, also when the
// method is not on the bus. Qt's and libibus' way to it is the session bus, not ibus-daemon's.
const char *const sup_method_variables[] = {
    "XMODIFIERS",   "@im=casement", "GTK_IM_MODULE",   "xim:ibus",
    "QT_IM_MODULE", "ibus",         "IBUS_USE_PORTAL", "1",
    NULL,
};

// Without its service, GIO would ask for gvfs on the bus at the first file dialog.
static gboolean
has_gvfs(char **env)
{
    const char *dirs = g_environ_getenv(env, "XDG_DATA_DIRS");
    g_auto(GStrv) list = g_strsplit(dirs && *dirs ? dirs : "/usr/local/share:/usr/share", ":", -1);

    for (char **dir = list; *dir; dir++) {
        g_autofree char *file =
            g_build_filename(*dir, "dbus-1/services/org.gtk.vfs.Daemon.service", NULL);
        if (g_file_test(file, G_FILE_TEST_EXISTS))
            return TRUE;
    }
    return FALSE;
}

char **
sup_environment_new(const SupPlaces *places, char **inherited)
{
    char **env = g_strdupv(inherited);
    g_autofree char *pulse = g_strconcat("unix:", places->pulse, NULL);
    g_autofree char *escaped = g_dbus_address_escape_value(places->bus);
    g_autofree char *bus = g_strconcat("unix:path=", escaped, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(outer); i++)
        env = g_environ_unsetenv(env, outer[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
        env = g_environ_setenv(env, settings[i].name, settings[i].value, settings[i].overwrite);
    env = g_environ_setenv(env, "HOME", g_get_home_dir(), FALSE);
    env = g_environ_setenv(env, "USER", g_get_user_name(), FALSE);
    env = g_environ_setenv(env, "XDG_RUNTIME_DIR", places->run, TRUE);
    env = g_environ_setenv(env, "XAUTHORITY", places->xauthority, TRUE);
    env = g_environ_setenv(env, "PULSE_SERVER", pulse, TRUE);
    env = g_environ_setenv(env, "DBUS_SESSION_BUS_ADDRESS", bus, TRUE);
    env = g_environ_setenv(env, "CASEMENT_GUEST_DIR", places->dir, TRUE);
    if (!has_gvfs(env))
        env = g_environ_setenv(env, "GIO_USE_VFS", "local", FALSE);
    return env;
}
