// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/document_copy.h"

#include "hostbroker/documents.h"
#include "hostbroker/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static BrokerFileMark
mark_of(const struct stat *st)
{
    return (BrokerFileMark){st->st_dev, st->st_ino, (guint64)st->st_size, st->st_mtim.tv_sec,
                            st->st_mtim.tv_nsec};
}

gboolean
broker_file_mark(int dir_fd, const char *name, BrokerFileMark *mark)
{
    struct stat st;

    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
        return FALSE;
    *mark = mark_of(&st);
    return TRUE;
}

gboolean
broker_file_mark_equal(const BrokerFileMark *a, const BrokerFileMark *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}

void
broker_file_mark_store(const BrokerFileMark *m, GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *text =
        g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                        " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                        m->device, m->inode, m->size, m->changed_s, m->changed_ns);

    g_key_file_set_string(file, group, key, text);
}

void
broker_file_mark_recall(BrokerFileMark *m, GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *text = g_key_file_get_string(file, group, key, NULL);
    g_auto(GStrv) parts = g_strsplit(text ? text : "", " ", 5);

    *m = (BrokerFileMark){0};
    if (g_strv_length(parts) != 5)
        return;
    m->device = g_ascii_strtoull(parts[0], NULL, 10);
    m->inode = g_ascii_strtoull(parts[1], NULL, 10);
    m->size = g_ascii_strtoull(parts[2], NULL, 10);
    m->changed_s = g_ascii_strtoll(parts[3], NULL, 10);
    m->changed_ns = g_ascii_strtoll(parts[4], NULL, 10);
}

static gboolean
fail(GError **error, const char *name, const char *what)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s: %s: %s", name, what,
                g_strerror(code));
    return FALSE;
}

int
broker_document_open(int dir_fd, const char *name, BrokerFileMark *mark, GError **error)
{
    // Without O_NONBLOCK a named pipe in the file's place would hold the broker up.
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        fail(error, name, "cannot be opened");
    } else if (!S_ISREG(st.st_mode)) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "%s is not a plain file",
                    name);
    } else if (st.st_size > BROKER_DOCUMENT_MAX) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "%s has more than %d MiB; copy it into the guest instead", name,
                    BROKER_DOCUMENT_MAX / (1024 * 1024));
    } else {
        *mark = mark_of(&st);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

// At most the bytes that a document may have, though the source grows meanwhile.
static bool
pour(int from, int to)
{
    gsize left = BROKER_DOCUMENT_MAX;
    ssize_t n;

    while (left > 0) {
        n = sendfile(to, from, NULL, left);
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            left -= (gsize)n;
    }
    errno = EFBIG;
    return false;
}

gboolean
broker_document_copy(int fd, int dir_fd, const char *name, uid_t owner, GError **error)
{
    int to = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = to >= 0 && (owner == 0 || fchown(to, owner, owner) == 0) && pour(fd, to);

    if (!ok)
        fail(error, name, "cannot be copied");
    if (to >= 0)
        close(to);
    return ok;
}

static char *
free_name(const char *target)
{
    for (int i = 2; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("%s.%d", target, i);
        if (!g_file_test(name, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&name);
    }
    return g_strdup(target);
}

gboolean
broker_document_replace(int fd, const char *target, const char *like, GError **error)
{
    bool taken = strcmp(target, like) != 0 && g_file_test(target, G_FILE_TEST_EXISTS);
    g_autofree char *place = taken ? free_name(target) : g_strdup(target);
    g_autofree char *dir = g_path_get_dirname(place);
    g_autofree char *temporary = g_build_filename(dir, ".casement-XXXXXX", NULL);
    struct stat st;
    bool known = stat(like, &st) == 0;

    if (known && strcmp(target, like) == 0 && access(like, W_OK) < 0)
        return fail(error, target, "cannot be written");
    int to = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);

    if (to < 0)
        return fail(error, dir, "cannot be written to");
    bool ok = pour(fd, to) && (!known || fchmod(to, st.st_mode & 07777) == 0);
    if (ok && known && geteuid() == 0)
        ok = fchown(to, st.st_uid, st.st_gid) == 0;
    ok = close(to) == 0 && ok && g_rename(temporary, place) == 0;
    if (ok)
        return TRUE;
    fail(error, place, "cannot be written");
    g_unlink(temporary);
    return FALSE;
}
