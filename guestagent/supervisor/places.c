// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/places.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LONGEST_NAME "/input/keyboard"

static void
set_error_errno(GError **error, const char *what, const char *path)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s %s: %s", what, path,
                g_strerror(code));
}

static gboolean
make_private(const char *path, GError **error)
{
    struct stat st;

    if (g_mkdir_with_parents(path, 0700) < 0 || stat(path, &st) < 0) {
        set_error_errno(error, "cannot make the folder", path);
        return FALSE;
    }
    if (st.st_uid != geteuid()) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                    "the folder %s belongs to another user (uid %u)", path, (guint)st.st_uid);
        return FALSE;
    }
    if ((st.st_mode & 07777) != 0700 && chmod(path, 0700) < 0) {
        set_error_errno(error, "cannot make private", path);
        return FALSE;
    }
    return TRUE;
}

static gboolean
take_lock(SupPlaces *p, GError **error)
{
    g_autofree char *path = g_build_filename(p->dir, "lock", NULL);
    char text[32] = "";

    p->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (p->lock_fd < 0) {
        set_error_errno(error, "cannot open", path);
        return FALSE;
    }
    if (flock(p->lock_fd, LOCK_EX | LOCK_NB) < 0) {
        ssize_t n = read(p->lock_fd, text, sizeof text - 1);
        text[n > 0 ? n : 0] = '\0';
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY,
                    "a guest runs in %s already (casement-supervisor, process %s); end that one "
                    "first, or choose another --guest-dir",
                    p->dir, *text ? g_strchomp(text) : "unknown");
        return FALSE;
    }
    g_snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(p->lock_fd, 0) < 0 || write(p->lock_fd, text, strlen(text)) < 0) {
        set_error_errno(error, "cannot write", path);
        return FALSE;
    }
    return TRUE;
}

static void
fill_paths(SupPlaces *p)
{
    p->run = g_build_filename(p->dir, "run", NULL);
    p->input = g_build_filename(p->dir, "input", NULL);
    p->log = g_build_filename(p->dir, "log", NULL);
    p->agent = g_build_filename(p->dir, "agent", NULL);
    p->supervisor = g_build_filename(p->dir, "supervisor", NULL);
    p->rdp = g_build_filename(p->dir, "rdp", NULL);
    p->bus = g_build_filename(p->dir, "bus", NULL);
    p->pulse = g_build_filename(p->dir, "pulse", NULL);
    p->xauthority = g_build_filename(p->dir, "xauthority", NULL);
    p->xorg_conf = g_build_filename(p->dir, "xorg.conf", NULL);
    p->xorg_conf_dir = g_build_filename(p->dir, "xorg.conf.d", NULL);
    p->xorg_log = g_build_filename(p->dir, "xorg.log", NULL);
}

SupPlaces *
sup_places_new(const char *dir, GError **error)
{
    g_autoptr(SupPlaces) p = g_new0(SupPlaces, 1);

    p->lock_fd = -1;
    p->dir = g_canonicalize_filename(dir, NULL);
    if (strlen(p->dir) + strlen(LONGEST_NAME) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                    "the path %s is too long for a folder of sockets; choose a shorter --guest-dir",
                    p->dir);
        return NULL;
    }
    fill_paths(p);
    if (!make_private(p->dir, error) || !take_lock(p, error))
        return NULL;
    const char *folders[] = {p->run, p->input, p->log, p->xorg_conf_dir};
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
        if (!make_private(folders[i], error))
            return NULL;
    // The agent's socket stays: the host may have made it and listen through our descriptor.
    const char *sockets[] = {p->supervisor, p->rdp, p->bus, p->pulse};
    for (gsize i = 0; i < G_N_ELEMENTS(sockets); i++)
        (void)g_unlink(sockets[i]);
    return g_steal_pointer(&p);
}

void
sup_places_free(SupPlaces *p)
{
    if (!p)
        return;
    if (p->lock_fd >= 0)
        close(p->lock_fd);
    char *all[] = {p->dir,        p->run,      p->input,        p->log,   p->agent,
                   p->supervisor, p->rdp,      p->bus,          p->pulse, p->xauthority,
                   p->xorg_conf,  p->xorg_log, p->xorg_conf_dir};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(all[i]);
    g_free(p);
}
