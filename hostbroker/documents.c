// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/documents.h"

#include "channel/glib/timer.h"
#include "hostbroker/document_copy.h"
#include "hostbroker/embedded.h"
#include "hostbroker/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTLE_MS 150 // after the last change of a copy, before it is saved
#define INDEX_NAME "documents.index"

typedef struct {
    BrokerDocuments *owner;
    guint number; // its folder's name
    char *path;   // the original, canonical
    char *leaf;
    BrokerFileMark original, copy; // as of the last save
    int dir_fd;                    // the folder of the copy
    int watch;                     // inotify
    GSource *settle;
} Document;

struct BrokerDocuments {
    const BrokerHost *host;
    char *guest, *folder;
    BrokerDocumentsTell tell;
    gpointer user;
    GPtrArray *all; // of Document
    guint last_number;
    int notify_fd;
    GSource *notify;
};

static void
document_free(gpointer data)
{
    Document *d = data;

    chan_timer_clear(&d->settle);
    if (d->watch >= 0)
        inotify_rm_watch(d->owner->notify_fd, d->watch);
    if (d->dir_fd >= 0)
        close(d->dir_fd);
    g_free(d->path);
    g_free(d->leaf);
    g_free(d);
}

// "letter (edited in demo).txt"
static char *
edited_name(const Document *d)
{
    const char *dot = strrchr(d->leaf, '.');
    gsize stem = dot && dot != d->leaf ? (gsize)(dot - d->leaf) : strlen(d->leaf);
    g_autofree char *dir = g_path_get_dirname(d->path);
    g_autofree char *leaf = g_strdup_printf("%.*s (edited in %s)%s", (int)stem, d->leaf,
                                            d->owner->guest, d->leaf + stem);

    return g_build_filename(dir, leaf, NULL);
}

static void
tell_failure(Document *d, const GError *error)
{
    g_autofree char *text =
        g_strdup_printf("What guest %s saved of %s could not be copied back: %s", d->owner->guest,
                        d->path, error->message);

    d->owner->tell(text, d->owner->user);
}

static void save_index(BrokerDocuments *documents);

// Copies the guest's version back if it differs from the one given or saved last.
static void
save(Document *d)
{
    g_autoptr(GError) error = NULL;
    BrokerFileMark copy, original;
    g_autofree char *target = NULL;

    chan_timer_clear(&d->settle);
    int fd = broker_document_open(d->dir_fd, d->leaf, &copy, NULL);
    if (fd < 0)
        return; // removed, or in the middle of being replaced: a later change tells
    if (broker_file_mark_equal(&copy, &d->copy)) {
        close(fd);
        return;
    }
    bool same = broker_file_mark(AT_FDCWD, d->path, &original) &&
                broker_file_mark_equal(&original, &d->original);
    target = same ? g_strdup(d->path) : edited_name(d);
    if (broker_document_replace(fd, target, d->path, &error)) {
        d->copy = copy;
        if (same)
            broker_file_mark(AT_FDCWD, d->path, &d->original);
        save_index(d->owner);
    } else {
        tell_failure(d, error);
    }
    close(fd);
    if (!same && !error) {
        g_autofree char *text = g_strdup_printf(
            "%s changed on this machine while guest %s edited it; both are kept, the "
            "guest's as %s",
            d->path, d->owner->guest, target);
        d->owner->tell(text, d->owner->user);
    }
}

static gboolean
on_settled(gpointer user)
{
    save(user);
    return G_SOURCE_REMOVE;
}

static void
on_change(BrokerDocuments *documents, const struct inotify_event *event)
{
    for (guint i = 0; i < documents->all->len; i++) {
        Document *d = g_ptr_array_index(documents->all, i);
        if (d->watch != event->wd || event->len == 0 || strcmp(event->name, d->leaf) != 0)
            continue;
        chan_timer_clear(&d->settle);
        d->settle = chan_timer_new(documents->host->context, SETTLE_MS, on_settled, d);
    }
}

static gboolean
on_notify(int fd, GIOCondition condition, gpointer user)
{
    _Alignas(struct inotify_event) char buffer[8192];
    ssize_t n = read(fd, buffer, sizeof buffer);

    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *event = (const void *)(buffer + at);
        on_change(user, event);
        at += (ssize_t)(sizeof *event + event->len);
    }
    return G_SOURCE_CONTINUE;
}

static void
watch_document(Document *d)
{
    BrokerDocuments *documents = d->owner;
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", d->dir_fd);

    if (documents->notify_fd < 0) {
        documents->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        documents->notify = g_unix_fd_source_new(documents->notify_fd, G_IO_IN);
        g_source_set_callback(documents->notify, G_SOURCE_FUNC(on_notify), documents, NULL);
        g_source_attach(documents->notify, documents->host->context);
    }
    d->watch = inotify_add_watch(documents->notify_fd, path, IN_CLOSE_WRITE | IN_MOVED_TO);
}

// ---- the index, by which the next broker goes on

static char *
index_path(const BrokerDocuments *documents)
{
    return broker_host_guest_run(documents->host, documents->guest, INDEX_NAME);
}

static void
save_index(BrokerDocuments *documents)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = index_path(documents);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < documents->all->len; i++) {
        const Document *d = g_ptr_array_index(documents->all, i);
        g_autofree char *group = g_strdup_printf("%u", d->number);
        g_key_file_set_string(file, group, "path", d->path);
        broker_file_mark_store(&d->original, file, group, "original");
        broker_file_mark_store(&d->copy, file, group, "copy");
    }
    g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
    if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        g_warning("guest %s: %s", documents->guest, error->message);
}

static Document *
document_new(BrokerDocuments *documents, guint number, const char *path)
{
    Document *d = g_new0(Document, 1);

    d->owner = documents;
    d->number = number;
    d->path = g_strdup(path);
    d->leaf = g_path_get_basename(path);
    d->dir_fd = d->watch = -1;
    documents->last_number = MAX(documents->last_number, number);
    return d;
}

static void
recall(BrokerDocuments *documents)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = index_path(documents);

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return;
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        g_autofree char *original = g_key_file_get_string(file, *group, "path", NULL);
        g_autofree char *dir = g_build_filename(documents->folder, *group, NULL);
        if (!original)
            continue;
        Document *d = document_new(documents, (guint)g_ascii_strtoull(*group, NULL, 10), original);
        broker_file_mark_recall(&d->original, file, *group, "original");
        broker_file_mark_recall(&d->copy, file, *group, "copy");
        d->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (d->dir_fd < 0) {
            document_free(d);
            continue;
        }
        g_ptr_array_add(documents->all, d);
        watch_document(d);
        save(d);
    }
}

// ---- giving

static char *
canonical_path(const char *file, GError **error)
{
    g_autofree char *path =
        g_str_has_prefix(file, "file:") ? g_filename_from_uri(file, NULL, error) : g_strdup(file);

    if (!path)
        return NULL;
    char *real = g_path_is_absolute(path) ? realpath(path, NULL) : NULL;
    if (!real) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "The file %s cannot be opened: %s", file,
                    g_path_is_absolute(path) ? g_strerror(errno) : "not an absolute path");
        return NULL;
    }
    char *copy = g_strdup(real);
    free(real);
    return copy;
}

static bool
make_copy(Document *d, GError **error)
{
    g_autofree char *dir = g_strdup_printf("%s/%u", d->owner->folder, d->number);
    struct stat st;

    // The folder is the guest's: made afresh, and opened without following what it may have put
    // there.
    if (mkdir(dir, 0700) < 0 || stat(d->owner->folder, &st) < 0 ||
        (d->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0 ||
        (geteuid() == 0 && fchown(d->dir_fd, st.st_uid, st.st_gid) < 0)) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
                    "%s cannot be made in the guest's document folder: %s", dir, g_strerror(errno));
        return false;
    }
    int fd = broker_document_open(AT_FDCWD, d->path, &d->original, error);
    if (fd < 0)
        return false;
    bool ok = broker_document_copy(fd, d->dir_fd, d->leaf, geteuid() == 0 ? st.st_uid : 0, error);
    close(fd);
    return ok && broker_file_mark(d->dir_fd, d->leaf, &d->copy);
}

static Document *
find(BrokerDocuments *documents, const char *path)
{
    for (guint i = 0; i < documents->all->len; i++) {
        Document *d = g_ptr_array_index(documents->all, i);
        if (g_str_equal(d->path, path))
            return d;
    }
    return NULL;
}

// A copy that still is what the host has, or that the guest has edited, is the one to open again.
static bool
is_current(const Document *d)
{
    BrokerFileMark original, copy;

    return broker_file_mark(AT_FDCWD, d->path, &original) &&
           broker_file_mark_equal(&original, &d->original) &&
           broker_file_mark(d->dir_fd, d->leaf, &copy);
}

char *
broker_documents_give(BrokerDocuments *documents, const char *file, GError **error)
{
    g_autofree char *path = canonical_path(file, error);

    if (!path)
        return NULL;
    Document *d = find(documents, path);
    if (d && !is_current(d)) {
        g_ptr_array_remove(documents->all, d);
        d = NULL;
    }
    if (!d) {
        if (documents->all->len >= BROKER_DOCUMENTS_MAX) {
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_BUSY,
                        "Guest %s has %d files open already; stop it to begin afresh",
                        documents->guest, BROKER_DOCUMENTS_MAX);
            return NULL;
        }
        d = document_new(documents, documents->last_number + 1, path);
        if (!make_copy(d, error)) {
            document_free(d);
            return NULL;
        }
        g_ptr_array_add(documents->all, d);
        watch_document(d);
        save_index(documents);
    }
    return g_strdup_printf("%u/%s", d->number, d->leaf);
}

BrokerDocuments *
broker_documents_new(const BrokerHost *host, const char *guest, const char *folder,
                     BrokerDocumentsTell tell, gpointer user)
{
    BrokerDocuments *documents = g_new0(BrokerDocuments, 1);

    documents->host = host;
    documents->guest = g_strdup(guest);
    documents->folder = g_strdup(folder);
    documents->tell = tell;
    documents->user = user;
    documents->notify_fd = -1;
    documents->all = g_ptr_array_new_with_free_func(document_free);
    recall(documents);
    return documents;
}

void
broker_documents_clear(BrokerDocuments *documents)
{
    g_autofree char *index = index_path(documents);

    for (guint i = 0; i < documents->all->len; i++)
        save(g_ptr_array_index(documents->all, i));
    g_ptr_array_set_size(documents->all, 0);
    unlink(index);
    broker_delete_tree(documents->folder);
}

void
broker_documents_free(BrokerDocuments *documents)
{
    if (!documents)
        return;
    g_ptr_array_unref(documents->all);
    chan_timer_clear(&documents->notify);
    if (documents->notify_fd >= 0)
        close(documents->notify_fd);
    g_free(documents->guest);
    g_free(documents->folder);
    g_free(documents);
}
