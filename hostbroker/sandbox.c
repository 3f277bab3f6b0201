// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/sandbox.h"

#include "hostbroker/process.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What of /etc a program needs to look and speak as on the host. Nothing with names of users,
// passwords, or addresses of the host's network.
static const char *const etc[] = {
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "fonts",
    "X11",
    "ssl/certs",
    "ssl/openssl.cnf",
    "ca-certificates.conf",
    "localtime",
    "timezone",
    "locale.alias",
    "locale.conf",
    "xdg",
    "gtk-2.0",
    "gtk-3.0",
    "gtk-4.0",
    "mime.types",
    "magic",
    "magic.mime",
    "nsswitch.conf",
    "host.conf",
    "protocols",
    "services",
    "papersize",
    "os-release",
    "debian_version",
    "lsb-release",
    "profile",
    "profile.d",
    "bash.bashrc",
    "inputrc",
    "terminfo",
    "alsa",
    "dconf",
    "glvnd",
    "drirc",
    "ImageMagick-6",
    "java-17-openjdk",
    "java-21-openjdk",
    "python3",
    "libao.conf",
    "libreoffice",
    "gimp",
    "mpv",
    "chromium",
    "chromium.d",
    "firefox",
    "firefox-esr",
    "sgml",
    "xml",
};

// Where the usr-merge made links of them, so does the guest.
static const char *const roots[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

static void
add(GPtrArray *argv, ...)
{
    va_list list;
    const char *text;

    va_start(list, argv);
    while ((text = va_arg(list, const char *)))
        g_ptr_array_add(argv, g_strdup(text));
    va_end(list);
}

static void
add_fd(GPtrArray *argv, const char *option, int fd, const char *target)
{
    g_autofree char *number = g_strdup_printf("%d", fd);

    add(argv, option, number, target, NULL);
}

static void
add_namespaces(GPtrArray *argv, const BrokerSandbox *s)
{
    g_autofree char *uid = g_strdup_printf("%u", (guint)s->uid);

    add(argv, "--unshare-user", "--unshare-all", "--uid", uid, "--gid", uid, "--hostname", s->name,
        "--new-session", "--as-pid-1", NULL);
    if (s->disable_userns)
        add(argv, "--disable-userns", NULL);
    add_fd(argv, "--seccomp", s->seccomp_fd, NULL);
    add_fd(argv, "--info-fd", s->info_fd, NULL);
}

static void
add_system(GPtrArray *argv)
{
    add(argv, "--ro-bind", "/usr", "/usr", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(roots); i++) {
        g_autofree char *path = g_strconcat("/", roots[i], NULL);
        g_autofree char *link = g_file_read_link(path, NULL);
        if (link)
            add(argv, "--symlink", link, path, NULL);
        else if (g_file_test(path, G_FILE_TEST_IS_DIR))
            add(argv, "--ro-bind", path, path, NULL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(etc); i++) {
        g_autofree char *path = g_strconcat("/etc/", etc[i], NULL);
        add(argv, "--ro-bind-try", path, path, NULL);
    }
    add(argv, "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp", "--perms",
        "1777", "--dir", "/tmp/.X11-unix", "--tmpfs", "/run", "--tmpfs", "/var", "--perms", "1777",
        "--dir", "/var/tmp", "--dir", "/var/lib/xkb", "--ro-bind-try", "/var/cache/fontconfig",
        "/var/cache/fontconfig", NULL);
}

static void
add_identity(GPtrArray *argv, const BrokerSandbox *s)
{
    g_autofree char *run = g_strdup_printf("/run/user/%u", (guint)s->uid);

    add_fd(argv, "--ro-bind-data", s->passwd_fd, "/etc/passwd");
    add_fd(argv, "--ro-bind-data", s->group_fd, "/etc/group");
    add_fd(argv, "--ro-bind-data", s->machine_id_fd, "/etc/machine-id");
    add_fd(argv, "--ro-bind-data", s->hosts_fd, "/etc/hosts");
    if (s->network)
        add(argv, "--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf", NULL);
    add(argv, "--perms", "0700", "--dir", run, NULL);
}

static void
add_environment(GPtrArray *argv, const BrokerSandbox *s)
{
    g_autofree char *run = g_strdup_printf("/run/user/%u", (guint)s->uid);

    add(argv, "--clearenv", NULL);
    for (const char *const *e = s->environment; e && *e; e++) {
        const char *equals = strchr(*e, '=');
        g_autofree char *name = g_strndup(*e, (gsize)(equals - *e));
        add(argv, "--setenv", name, equals + 1, NULL);
    }
    add(argv, "--setenv", "HOME", s->home, "--setenv", "USER", s->user_name, "--setenv", "LOGNAME",
        s->user_name, "--setenv", "XDG_RUNTIME_DIR", run, "--chdir", s->home, NULL);
}

char **
broker_sandbox_argv(const BrokerSandbox *s)
{
    GPtrArray *argv = g_ptr_array_new();

    add(argv, s->bwrap, NULL);
    add_namespaces(argv, s);
    add_system(argv);
    add_identity(argv, s);
    for (guint i = 0; i < s->n_binds; i++) {
        g_autofree char *stage = broker_sandbox_stage_path(i);
        add(argv, s->binds[i].writable ? "--bind" : "--ro-bind",
            s->staged ? stage : s->binds[i].source, s->binds[i].target, NULL);
    }
    add_environment(argv, s);
    add(argv, "--", NULL);
    for (const char *const *c = s->command; *c; c++)
        add(argv, *c, NULL);
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}

char *
broker_sandbox_stage_path(guint i)
{
    return g_strdup_printf(BROKER_STAGE "/%u", i);
}

uid_t
broker_sandbox_uid(void)
{
    const struct passwd *entry = getpwnam(BROKER_SANDBOX_USER);

    return entry && entry->pw_uid != 0 ? entry->pw_uid : BROKER_SANDBOX_UID;
}

int
broker_sandbox_text_fd(const char *text, GError **error)
{
    gsize size = strlen(text);
    int fd = memfd_create("casement", MFD_CLOEXEC);

    if (fd >= 0 && write(fd, text, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "memfd: %s", g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
