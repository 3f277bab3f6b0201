// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/embedded.h"

#include "channel/glib/timer.h"
#include "hostbroker/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define STOP_MS 3000          // for an orderly end
#define LOG_MAX (1024 * 1024) // bytes of a log before it is put aside

static BrokerEmbedded *
embedded(BrokerLink *link)
{
    return (BrokerEmbedded *)link;
}

static int
delete_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    remove(path);
    return 0;
}

void
broker_delete_tree(const char *path)
{
    nftw(path, delete_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int
broker_embedded_log(const BrokerLink *link, const char *leaf)
{
    g_autofree char *dir = broker_host_guest_state(link->host, link->config->name, NULL);
    g_autofree char *path = g_build_filename(dir, leaf, NULL);
    g_autofree char *old = g_strconcat(path, ".old", NULL);
    struct stat st;

    if (!broker_private_dir(dir, NULL))
        return -1;
    if (stat(path, &st) == 0 && st.st_size > LOG_MAX)
        g_rename(path, old);
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

char **
broker_embedded_environment(const BrokerLink *link)
{
    static const char *const kept[] = {
        "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE",
        "LC_MONETARY", "LC_MESSAGES", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
        "G_MESSAGES_DEBUG",
        // What a user sets for a screen of many dots: programs have it from whoever starts them.
        "GDK_SCALE", "GDK_DPI_SCALE", "QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS",
        "QT_AUTO_SCREEN_SCALE_FACTOR", "QT_ENABLE_HIGHDPI_SCALING", "QT_FONT_DPI",
        "QT_SCALE_FACTOR_ROUNDING_POLICY", "XCURSOR_SIZE", "XCURSOR_THEME"};
    char **env = NULL;

    env = g_environ_setenv(env, "PATH", "/usr/local/bin:/usr/bin:/bin:/usr/games:/usr/sbin:/sbin",
                           TRUE);
    env = g_environ_setenv(env, "SHELL", "/bin/bash", TRUE);
    env = g_environ_setenv(env, "XDG_DATA_DIRS", "/usr/local/share:/usr/share", TRUE);
    if (*link->host->locale)
        env = g_environ_setenv(env, "LANG", link->host->locale, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        const char *value = g_getenv(kept[i]);
        if (value)
            env = g_environ_setenv(env, kept[i], value, TRUE);
    }
    for (char **e = link->config->environment; e && *e; e++) {
        g_auto(GStrv) pair = g_strsplit(*e, "=", 2);
        env = g_environ_setenv(env, pair[0], pair[1], TRUE);
    }
    return env;
}

static gboolean
on_open(gpointer user)
{
    BrokerEmbedded *e = user;
    BrokerLink *link = &e->link;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = broker_host_guest_run(link->host, link->config->name, "agent");

    chan_timer_clear(&e->soon);
    int fd = broker_unix_connect(path, SOCK_STREAM, &error);
    if (fd >= 0)
        link->events->opened(link, fd, fd, link->user);
    else
        link->events->not_opened(link, error, link->user);
    return G_SOURCE_REMOVE;
}

static void
open_soon(BrokerEmbedded *e)
{
    chan_timer_clear(&e->soon);
    e->soon = chan_timer_new(e->link.host->context, 0, on_open, e);
}

void
broker_embedded_running(BrokerEmbedded *e)
{
    e->link.identity.pid = broker_process_pid(e->guest);
    e->link.identity.start_time = broker_process_start_time(e->guest);
    e->link.events->identity(&e->link, e->link.user);
    open_soon(e);
}

static gboolean
make_folders(BrokerLink *link, GError **error)
{
    g_autofree char *run = broker_host_guest_run(link->host, link->config->name, NULL);
    g_autofree char *guest = g_build_filename(run, "guest", NULL);
    g_autofree char *documents = g_build_filename(run, "documents", NULL);
    g_autofree char *home = broker_host_guest_home(link->host, link->config->name);

    // What the former run left there, the guest wrote: none of it is used again.
    broker_delete_tree(guest);
    broker_delete_tree(documents);
    return broker_private_dir(run, error) && broker_private_dir(guest, error) &&
           broker_private_dir(documents, error) && g_mkdir_with_parents(home, 0700) == 0;
}

gboolean
broker_embedded_start(BrokerLink *link, GError **error)
{
    BrokerEmbedded *e = embedded(link);
    const BrokerEmbeddedKind *kind = (const BrokerEmbeddedKind *)link->kind;
    g_autofree char *path = broker_host_guest_run(link->host, link->config->name, "agent");

    e->stopping = FALSE;
    if (e->guest) {
        open_soon(e);
        return TRUE;
    }
    if (!make_folders(link, error))
        return FALSE;
    // The path is the broker's own. An agent of a guest that was killed may hold the former
    // listener a moment longer than its supervisor lived.
    (void)unlink(path);
    int fd = broker_unix_listen(path, SOCK_STREAM, error);
    if (fd < 0)
        return FALSE;
    gboolean ok = kind->spawn(e, fd, error);
    // Only the guest keeps the listener: when it is gone, connecting says so.
    close(fd);
    return ok;
}

gboolean
broker_embedded_reopen(BrokerLink *link, GError **error)
{
    BrokerEmbedded *e = embedded(link);

    if (!e->guest) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The guest does not run");
        return FALSE;
    }
    open_soon(e);
    return TRUE;
}

gboolean
broker_embedded_find(BrokerLink *link, const BrokerIdentity *identity)
{
    BrokerEmbedded *e = embedded(link);

    e->guest = broker_process_attach(link->host->context, identity->pid, identity->start_time,
                                     broker_embedded_guest_ended, e, NULL);
    if (!e->guest)
        return FALSE;
    link->identity = *identity;
    return TRUE;
}

static void
tell_ended(BrokerEmbedded *e, char *take_why)
{
    g_autofree char *why = take_why;
    BrokerLink *link = &e->link;
    const BrokerEmbeddedKind *kind = (const BrokerEmbeddedKind *)link->kind;

    chan_timer_clear(&e->deadline);
    chan_timer_clear(&e->soon);
    g_clear_pointer(&e->guest, broker_process_free);
    g_clear_pointer(&e->monitor, broker_process_free);
    link->identity = (BrokerIdentity){0};
    kind->cleared(e);
    link->events->identity(link, link->user);
    link->events->ended(link, e->stopping ? NULL : why, link->user);
}

static char *
why_ended(int status)
{
    g_autofree char *text = status == 0 ? NULL : broker_process_describe(status);

    return text ? g_strdup_printf("its supervisor %s", text) : NULL;
}

void
broker_embedded_guest_ended(BrokerProcess *process, int status, gpointer user)
{
    BrokerEmbedded *e = user;

    // The monitor, where there is one, ends right after and knows the exit code.
    if (!e->monitor)
        tell_ended(e, why_ended(status));
}

void
broker_embedded_monitor_ended(BrokerProcess *process, int status, gpointer user)
{
    BrokerEmbedded *e = user;

    g_clear_pointer(&e->monitor, broker_process_free);
    if (!e->guest) {
        // Before it told of its child: who waits for that is told by the end of its pipe.
        if (e->stopping)
            tell_ended(e, NULL);
        return;
    }
    // Somebody may have ended the monitor alone.
    if (broker_identity_alive(&e->link.identity) && status < 0)
        return;
    tell_ended(e, why_ended(status));
}

static gboolean
on_deadline(gpointer user)
{
    BrokerEmbedded *e = user;

    chan_timer_clear(&e->deadline);
    broker_process_signal(e->guest, SIGKILL);
    broker_process_signal(e->monitor, SIGKILL);
    return G_SOURCE_REMOVE;
}

static gboolean
on_nothing_to_stop(gpointer user)
{
    BrokerEmbedded *e = user;

    tell_ended(e, NULL);
    return G_SOURCE_REMOVE;
}

void
broker_embedded_stop(BrokerLink *link)
{
    BrokerEmbedded *e = embedded(link);

    e->stopping = TRUE;
    chan_timer_clear(&e->soon);
    chan_timer_clear(&e->deadline);
    if (e->guest || e->monitor) {
        broker_process_signal(e->guest, SIGTERM);
        e->deadline = chan_timer_new(link->host->context, e->guest ? STOP_MS : 0, on_deadline, e);
    } else {
        e->deadline = chan_timer_new(link->host->context, 0, on_nothing_to_stop, e);
    }
}

void
broker_embedded_clear(BrokerEmbedded *e)
{
    chan_timer_clear(&e->soon);
    chan_timer_clear(&e->deadline);
    g_clear_pointer(&e->guest, broker_process_free);
    g_clear_pointer(&e->monitor, broker_process_free);
}
