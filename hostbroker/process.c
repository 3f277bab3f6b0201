// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct BrokerProcess {
    pid_t pid;
    guint64 start_time;
    int pidfd;
    GSource *watch;
    BrokerProcessEnded ended;
    gpointer user;
    bool child, freed, busy;
};

guint64
broker_process_start_time_of(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;

    if (pid <= 0 || !g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    // The command's name, field 2, may hold spaces and parentheses: count from its end.
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? g_ascii_strtoull(at + 1, NULL, 10) : 0;
}

char *
broker_process_describe(int status)
{
    if (status == BROKER_PROCESS_UNKNOWN)
        return g_strdup("ended");
    if (status < 0)
        return g_strdup_printf("was ended by signal %d (%s)", -status, g_strsignal(-status));
    return g_strdup_printf("exited with code %d", status);
}

static void
destroy(BrokerProcess *p)
{
    if (p->watch) {
        g_source_destroy(p->watch);
        g_source_unref(p->watch);
    }
    if (p->pidfd >= 0)
        close(p->pidfd);
    g_free(p);
}

static int
reap(pid_t pid)
{
    int status = 0;
    pid_t got;

    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return 0;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static gboolean
on_ended(int fd, GIOCondition condition, gpointer user)
{
    BrokerProcess *p = user;
    int status = p->child ? reap(p->pid) : BROKER_PROCESS_UNKNOWN;

    g_clear_pointer(&p->watch, g_source_unref);
    close(p->pidfd);
    p->pidfd = -1;
    p->busy = true;
    if (!p->freed && p->ended)
        p->ended(p, status, p->user);
    p->busy = false;
    if (p->freed)
        destroy(p);
    return G_SOURCE_REMOVE;
}

// A pidfd is readable when the process has ended, whoever its parent is.
static BrokerProcess *
watch_new(GMainContext *context, pid_t pid, bool child, GError **error)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (pidfd < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "process %d: %s", (int)pid,
                    g_strerror(errno));
        return NULL;
    }
    BrokerProcess *p = g_new0(BrokerProcess, 1);
    p->pid = pid;
    p->pidfd = pidfd;
    p->child = child;
    p->start_time = broker_process_start_time_of(pid);
    p->watch = g_unix_fd_source_new(pidfd, G_IO_IN);
    g_source_set_callback(p->watch, G_SOURCE_FUNC(on_ended), p, NULL);
    g_source_attach(p->watch, context);
    return p;
}

BrokerProcess *
broker_process_attach(GMainContext *context, pid_t pid, guint64 start_time,
                      BrokerProcessEnded ended, gpointer user, GError **error)
{
    if (pid <= 1 || start_time == 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no process");
        return NULL;
    }
    BrokerProcess *p = watch_new(context, pid, false, error);
    if (!p)
        return NULL;
    // The pidfd is open: from here on the number cannot be used again unnoticed.
    if (p->start_time != start_time) {
        destroy(p);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "process %d is another one", (int)pid);
        return NULL;
    }
    p->ended = ended;
    p->user = user;
    return p;
}

static void
child_fail(const char *what)
{
    dprintf(STDERR_FILENO, "casementd: %s: %s\n", what, strerror(errno));
    _exit(126);
}

static void
child_bind(const BrokerStage *stage, int fd)
{
    char source[32];
    struct stat st;

    snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    if (fstat(fd, &st) < 0)
        child_fail(stage->source);
    int made = S_ISDIR(st.st_mode) ? mkdir(stage->path, 0755)
                                   : open(stage->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (made < 0 || mount(source, stage->path, NULL, MS_BIND | MS_REC, NULL) < 0)
        child_fail(stage->source);
    close(fd);
}

// In a mount namespace of the child's own, folders that the dropped uid could not reach by their
// path are bound into a fresh tmpfs, which the sandbox then takes them from.
static void
child_stage(const BrokerSpawn *spawn)
{
    int fds[BROKER_STAGES_MAX];

    if (unshare(CLONE_NEWNS) < 0)
        child_fail("mount namespace");
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        child_fail("private mounts");
    // They may lie where the tmpfs will be.
    for (guint i = 0; i < spawn->n_stages; i++)
        if ((fds[i] = open(spawn->stages[i].source, O_PATH | O_CLOEXEC)) < 0)
            child_fail(spawn->stages[i].source);
    if (mount("tmpfs", BROKER_STAGE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
        child_fail("tmpfs on " BROKER_STAGE);
    for (guint i = 0; i < spawn->n_stages; i++)
        child_bind(&spawn->stages[i], fds[i]);
}

static void
child_drop(uid_t uid)
{
    if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
        child_fail("giving up root");
}

// The capabilities that a namespace gives are lost at exec unless they are ambient: the child's uid
// is not always root in there.
static void
child_join(int user_namespace)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

    if (setns(user_namespace, CLONE_NEWUSER) < 0 || syscall(SYS_capget, &header, caps) < 0)
        child_fail("joining the user namespace");
    for (gsize i = 0; i < G_N_ELEMENTS(caps); i++)
        caps[i].inheritable = caps[i].permitted;
    if (syscall(SYS_capset, &header, caps) < 0)
        child_fail("capabilities in the user namespace");
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0 && errno != EPERM)
            child_fail("ambient capabilities");
}

// Between fork and exec: system calls only.
static void
child_setup(gpointer user)
{
    const BrokerSpawn *spawn = user;
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    if (spawn->ends_with_us)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    // A kernel without keyrings has nothing to keep apart.
    if (spawn->new_keyring && syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 &&
        errno != ENOSYS)
        child_fail("session keyring");
    if (spawn->n_stages > 0)
        child_stage(spawn);
    if (spawn->drop_uid != 0)
        child_drop(spawn->drop_uid);
    if (spawn->user_namespace != 0)
        child_join(spawn->user_namespace);
}

BrokerProcess *
broker_process_spawn(GMainContext *context, const BrokerSpawn *spawn, BrokerProcessEnded ended,
                     gpointer user, GError **error)
{
    g_assert(spawn->n_stages <= BROKER_STAGES_MAX);
    g_autofree int *targets = g_new0(int, spawn->n_fds + 1);
    GPid pid = 0;
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    // A copy: the library marks what it is given to be closed at exec, also where it stays.
    int own_log = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int log_fd = spawn->log_fd >= 0 ? spawn->log_fd : own_log >= 0 ? own_log : null_fd;
    int in = spawn->stdin_fd >= 0 ? spawn->stdin_fd : null_fd;
    int out = spawn->stdout_fd >= 0 ? spawn->stdout_fd : log_fd;

    for (guint i = 0; i < spawn->n_fds; i++)
        targets[i] = (int)i + 3;
    gboolean ok = g_spawn_async_with_pipes_and_fds(
        spawn->directory, spawn->argv, spawn->environment,
        G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, child_setup, (gpointer)spawn, in, out,
        log_fd, spawn->fds, targets, spawn->n_fds, &pid, NULL, NULL, NULL, error);
    if (null_fd >= 0)
        close(null_fd);
    if (own_log >= 0)
        close(own_log);
    if (!ok)
        return NULL;
    BrokerProcess *p = watch_new(context, pid, true, error);
    if (!p) {
        kill(pid, SIGKILL);
        reap(pid);
        return NULL;
    }
    p->ended = ended;
    p->user = user;
    return p;
}

void
broker_process_free(BrokerProcess *p)
{
    if (!p || p->freed)
        return;
    p->freed = true;
    // A child that still runs stays watched until it can be reaped.
    if (!p->busy && (!p->child || !p->watch))
        destroy(p);
}

pid_t
broker_process_pid(const BrokerProcess *p)
{
    return p ? p->pid : 0;
}

guint64
broker_process_start_time(const BrokerProcess *p)
{
    return p ? p->start_time : 0;
}

void
broker_process_signal(BrokerProcess *p, int signal_number)
{
    if (p && p->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, p->pidfd, signal_number, NULL, 0);
}
