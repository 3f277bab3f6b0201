// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *path;
    int in, out;
} LogFile;

static gboolean
open_out(LogFile *log)
{
    log->out = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    return log->out >= 0;
}

static void
log_file_free(gpointer data)
{
    LogFile *log = data;

    if (log->in >= 0)
        close(log->in);
    if (log->out >= 0)
        close(log->out);
    g_free(log->path);
    g_free(log);
}

static void
turn_over(LogFile *log)
{
    struct stat st;

    if (fstat(log->out, &st) < 0 || st.st_size < SUP_LOG_MAX)
        return;
    g_autofree char *old = g_strconcat(log->path, ".old", NULL);
    (void)g_rename(log->path, old);
    close(log->out);
    (void)open_out(log);
}

static gboolean
on_output(int fd, GIOCondition condition, gpointer user)
{
    LogFile *log = user;
    char bytes[16 * 1024];
    ssize_t n = read(fd, bytes, sizeof bytes);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (n <= 0)
        return G_SOURCE_REMOVE;
    // A full disk loses output, never the program.
    if (log->out >= 0 && write(log->out, bytes, (gsize)n) >= 0)
        turn_over(log);
    return G_SOURCE_CONTINUE;
}

char *
sup_log_file_path(const char *folder, const char *program)
{
    g_autofree char *name = g_path_get_basename(program);

    g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._+-", '_');
    if (strlen(name) > 200)
        name[200] = '\0';
    g_autofree char *file = g_strconcat(name[0] == '.' ? "_" : "", name, ".log", NULL);
    return g_build_filename(folder, file, NULL);
}

int
sup_log_file_open(const char *folder, const char *program, GError **error)
{
    LogFile *log = g_new0(LogFile, 1);
    int fds[2];

    log->in = log->out = -1;
    log->path = sup_log_file_path(folder, program);
    if (!open_out(log)) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "cannot write %s: %s",
                    log->path, g_strerror(errno));
        log_file_free(log);
        return -1;
    }
    if (!g_unix_open_pipe(fds, FD_CLOEXEC, error)) {
        log_file_free(log);
        return -1;
    }
    log->in = fds[0];
    g_unix_set_fd_nonblocking(fds[0], TRUE, NULL);
    g_unix_fd_add_full(G_PRIORITY_LOW, fds[0], G_IO_IN | G_IO_HUP, on_output, log, log_file_free);
    return fds[1];
}
