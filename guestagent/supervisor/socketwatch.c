// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/socketwatch.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// Between bind, which makes the file, and listen there is a moment; it is looked at again after
// these pauses and then given up.
#define PAUSE_MS 2
#define TRIES 500

struct SupSocketWatch {
    GMainContext *context;
    GSource *source;
    int fd;
    char *dir;
    SupSocketReady ready;
    gpointer user;
    GHashTable *pending; // path → GSource
};

typedef struct {
    SupSocketWatch *watch;
    char *path;
    guint tries;
} Pending;

// A connection that is closed at once; a server sees a peer that said nothing.
static gboolean
accepts(const char *path)
{
    static const int types[] = {SOCK_SEQPACKET, SOCK_STREAM};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    gboolean connected = FALSE;

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    for (gsize i = 0; i < G_N_ELEMENTS(types) && !connected; i++) {
        int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
            return FALSE;
        connected =
            connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
        close(fd);
    }
    return connected;
}

static void
pending_free(gpointer data)
{
    Pending *p = data;

    g_free(p->path);
    g_free(p);
}

static void
source_free(gpointer source)
{
    g_source_destroy(source);
    g_source_unref(source);
}

static gboolean
on_try(gpointer data)
{
    Pending *p = data;
    SupSocketWatch *w = p->watch;
    gboolean up = accepts(p->path);

    if (!up && p->tries++ < TRIES)
        return G_SOURCE_CONTINUE;
    g_autofree char *path = g_strdup(p->path);
    g_hash_table_remove(w->pending, path); // frees p
    if (up)
        w->ready(path, w->user);
    return G_SOURCE_REMOVE;
}

static void
look_at(SupSocketWatch *w, const char *name)
{
    g_autofree char *path = g_build_filename(w->dir, name, NULL);
    struct stat st;

    if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return;
    Pending *p = g_new0(Pending, 1);
    p->watch = w;
    p->path = g_strdup(path);
    GSource *source = g_timeout_source_new(PAUSE_MS);
    g_source_set_callback(source, on_try, p, pending_free);
    g_source_attach(source, w->context);
    g_hash_table_replace(w->pending, g_strdup(path), source);
}

static gboolean
on_event(int fd, GIOCondition condition, gpointer user)
{
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    ssize_t n = read(fd, &buffer, sizeof buffer);

    for (ssize_t at = 0; at < n;) {
        struct inotify_event event;
        memcpy(&event, buffer.bytes + at, sizeof event);
        if (event.len > 0)
            look_at(user, buffer.bytes + at + sizeof event);
        at += (ssize_t)(sizeof event + event.len);
    }
    return G_SOURCE_CONTINUE;
}

SupSocketWatch *
sup_socket_watch_new(GMainContext *context, const char *dir, SupSocketReady ready, gpointer user,
                     GError **error)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd < 0 || inotify_add_watch(fd, dir, IN_CREATE | IN_MOVED_TO) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "cannot watch %s: %s", dir,
                    g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    SupSocketWatch *w = g_new0(SupSocketWatch, 1);
    w->context = context;
    w->fd = fd;
    w->dir = g_strdup(dir);
    w->ready = ready;
    w->user = user;
    w->pending = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, source_free);
    w->source = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(w->source, G_SOURCE_FUNC(on_event), w, NULL);
    g_source_attach(w->source, context);
    return w;
}

void
sup_socket_watch_free(SupSocketWatch *w)
{
    if (!w)
        return;
    source_free(w->source);
    g_hash_table_destroy(w->pending);
    close(w->fd);
    g_free(w->dir);
    g_free(w);
}
