// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
fail(GError **error, const char *what, const char *path)
{
    int code = errno;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "cannot %s %s: %s", what, path,
                g_strerror(code));
    return FALSE;
}

static char *
temporary_path(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    return g_strdup_printf("%s/.%s.new", folder, name);
}

static gboolean
write_all(int fd, const char *data, gsize size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        data += n;
        size -= (gsize)n;
    }
    return TRUE;
}

// Opens the temporary file; a folder that is missing is made and tried again.
static int
create(const char *path)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    (void)unlink(path); // a crash's leftover
    int fd = open(path, flags, 0644);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return -1;
    return open(path, flags, 0644);
}

static gboolean
write_temporary(const char *path, GBytes *content, BrokerFileSafety safety)
{
    int fd = create(path);
    if (fd < 0)
        return FALSE;
    gsize size;
    const char *data = g_bytes_get_data(content, &size);
    gboolean ok = write_all(fd, data, size) && (safety == BROKER_FILE_QUICK || fsync(fd) == 0);
    int code = errno;
    if (close(fd) != 0 && ok) {
        code = errno;
        ok = FALSE;
    }
    errno = code;
    return ok;
}

static void
sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd); // some file systems cannot; the file itself is safe by then
    (void)close(fd);
}

gboolean
broker_host_file_write(const char *path, GBytes *content, BrokerFileSafety safety, GError **error)
{
    g_autofree char *temporary = temporary_path(path);
    if (!write_temporary(temporary, content, safety) || rename(temporary, path) != 0) {
        (void)fail(error, "write", path);
        (void)unlink(temporary);
        return FALSE;
    }
    if (safety == BROKER_FILE_DURABLE)
        sync_folder(path);
    return TRUE;
}

// Makes the folder where that is missing.
static gboolean
link_new(const char *file, const char *path)
{
    if (link(file, path) == 0)
        return TRUE;
    if (errno != ENOENT)
        return FALSE;
    g_autofree char *folder = g_path_get_dirname(path);
    return g_mkdir_with_parents(folder, 0700) == 0 && link(file, path) == 0;
}

gboolean
broker_host_file_link(const char *file, const char *path)
{
    if (link_new(file, path))
        return TRUE;
    if (errno != EEXIST)
        return FALSE;
    g_autofree char *temporary = temporary_path(path);
    (void)unlink(temporary); // a crash's leftover
    gboolean ok = link(file, temporary) == 0 && rename(temporary, path) == 0;
    (void)unlink(temporary); // is still there where both were one file already
    return ok;
}

static GBytes *
read_open(int fd, gsize size)
{
    g_autofree char *data = g_malloc(size + 1);
    gsize have = 0;
    while (have < size) {
        ssize_t n = read(fd, data + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return NULL;
        have += (gsize)n;
    }
    return g_bytes_new_take(g_steal_pointer(&data), size);
}

GBytes *
broker_host_file_read(const char *path, gsize max)
{
    // O_NONBLOCK: somebody may have put a FIFO there.
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct stat st;
    GBytes *content = NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (guint64)st.st_size <= max)
        content = read_open(fd, (gsize)st.st_size);
    (void)close(fd);
    return content;
}

gboolean
broker_host_file_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

void
broker_host_file_clear(const char *path)
{
    g_autofree char *temporary = temporary_path(path);
    (void)unlink(temporary);
}

gboolean
broker_host_file_remove(const char *path, GError **error)
{
    broker_host_file_clear(path);
    if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
        return TRUE;
    return fail(error, "remove", path);
}
