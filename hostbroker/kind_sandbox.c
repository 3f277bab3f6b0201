// SPDX-License-Identifier: Apache-2.0
// Kind sandbox: the guest's supervisor as process 1 of a bubblewrap sandbox (sandbox.h).
#include "hostbroker/embedded.h"

#include "channel/glib/timer.h"
#include "hostbroker/error.h"
#include "hostbroker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/nsfs.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define INFO_MAX 4096
#define REASON_MAX 600

// Numbers of the descriptors in the child, from 3.
enum { FD_AGENT, FD_SECCOMP, FD_INFO, FD_PASSWD, FD_GROUP, FD_MACHINE_ID, FD_HOSTS, FDS };

typedef struct {
    BrokerEmbedded e; // first
    GSource *info;    // bwrap's word about its child
    int info_fd;
    GString *info_text;
    off_t log_start;        // of this run, for the reason of a failure
    BrokerProcess *network; // pasta or slirp4netns
} Sandbox;

// Everything of one start; cleared when the child has it.
typedef struct {
    int fds[FDS];
    GArray *binds;    // BrokerSandboxBind
    GPtrArray *text;  // strings the binds borrow
    GArray *stages;   // BrokerStage
    gboolean dropped; // the broker is root
    uid_t uid;
} Start;

static void
start_clear(Start *s)
{
    for (int i = 0; i < FDS; i++)
        if (i != FD_AGENT && s->fds[i] >= 0)
            close(s->fds[i]);
    g_array_unref(s->binds);
    g_array_unref(s->stages);
    g_ptr_array_unref(s->text);
}

static const char *
keep(Start *s, char *take_text)
{
    g_ptr_array_add(s->text, take_text);
    return take_text;
}

static void
bind_path(Start *s, char *take_source, const char *target, gboolean writable)
{
    BrokerSandboxBind bind = {keep(s, take_source), NULL, writable};

    bind.target = target ? target : bind.source;
    g_array_append_val(s->binds, bind);
}

static gboolean
collect_shares(Start *s, const BrokerConfig *config, GError **error)
{
    for (char **share = config->share; share && *share; share++) {
        gboolean writable = g_str_has_suffix(*share, ":rw");
        char *path = g_strndup(*share, strlen(*share) - (writable ? 3 : 0));
        bind_path(s, path, NULL, writable);
        if (access(path, F_OK) < 0) {
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED,
                        "Guest %s cannot be started: %s of key 'share' in %s: %s", config->name,
                        path, config->path, g_strerror(errno));
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
collect_binds(Start *s, const BrokerLink *link, GError **error)
{
    const BrokerHost *host = link->host;
    const char *name = link->config->name;

    bind_path(s, broker_host_guest_home(host, name), g_get_home_dir(), TRUE);
    bind_path(s, broker_host_guest_run(host, name, "guest"), BROKER_SANDBOX_GUEST_DIR, TRUE);
    bind_path(s, broker_host_guest_run(host, name, "documents"),
              BROKER_SANDBOX_GUEST_DIR "/documents", TRUE);
    if (!g_str_has_prefix(host->programs, "/usr/"))
        bind_path(s, g_strdup(host->programs), NULL, FALSE);
    return collect_shares(s, link->config, error);
}

static void
set_refused(GError **error, const BrokerLink *link, const char *reason)
{
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED,
                "This machine refuses the sandbox of guest %s (%s). A guest of kind local works "
                "without user namespaces",
                link->config->name, reason);
}

// The guest's own folders belong to the uid it runs as.
static gboolean
give_folders(Start *s, const BrokerLink *link, GError **error)
{
    for (guint i = 0; i < 3; i++) {
        const BrokerSandboxBind *bind = &g_array_index(s->binds, BrokerSandboxBind, i);
        if (lchown(bind->source, s->uid, s->uid) == 0)
            continue;
        // Root of a container that has no other users.
        g_autofree char *reason = g_strdup_printf("%s cannot be given to user %u: %s", bind->source,
                                                  (guint)s->uid, g_strerror(errno));
        set_refused(error, link, reason);
        return FALSE;
    }
    return TRUE;
}

static void
collect_stages(Start *s)
{
    for (guint i = 0; i < s->binds->len; i++) {
        const BrokerSandboxBind *bind = &g_array_index(s->binds, BrokerSandboxBind, i);
        BrokerStage stage = {bind->source, keep(s, broker_sandbox_stage_path(i))};
        g_array_append_val(s->stages, stage);
    }
}

static char *
machine_id(const BrokerLink *link)
{
    g_autofree char *path = broker_host_guest_state(link->host, link->config->name, "machine-id");
    char *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL))
        return text;
    g_autofree char *uuid = g_uuid_string_random();
    GString *hex = g_string_new(NULL);
    for (const char *c = uuid; *c; c++)
        if (*c != '-')
            g_string_append_c(hex, *c);
    g_string_append_c(hex, '\n');
    // One that cannot be kept serves this run.
    g_file_set_contents(path, hex->str, -1, NULL);
    return g_string_free(hex, FALSE);
}

static gboolean
collect_texts(Start *s, const BrokerLink *link, const char *user, GError **error)
{
    const char *name = link->config->name;
    g_autofree char *id = machine_id(link);
    g_autofree char *passwd =
        g_strdup_printf("root:x:0:0:root:/root:/usr/sbin/nologin\n%s:x:%u:%u:%s:%s:/bin/bash\n"
                        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
                        user, (guint)s->uid, (guint)s->uid, user, g_get_home_dir());
    g_autofree char *group =
        g_strdup_printf("root:x:0:\n%s:x:%u:\nnogroup:x:65534:\n", user, (guint)s->uid);
    g_autofree char *hosts = g_strdup_printf("127.0.0.1 localhost %s\n::1 localhost\n", name);
    const char *texts[FDS] = {
        [FD_PASSWD] = passwd, [FD_GROUP] = group, [FD_MACHINE_ID] = id, [FD_HOSTS] = hosts};

    for (int i = 0; i < FDS; i++)
        if (texts[i] && (s->fds[i] = broker_sandbox_text_fd(texts[i], error)) < 0)
            return FALSE;
    s->fds[FD_SECCOMP] = broker_seccomp_fd(error);
    return s->fds[FD_SECCOMP] >= 0;
}

// bubblewrap learnt --disable-userns in 0.8.
static gboolean
knows_disable_userns(const char *bwrap)
{
    static int known = -1;
    g_autofree char *help = NULL;
    const char *argv[] = {bwrap, "--help", NULL};

    if (known < 0) {
        known = g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                             &help, NULL, NULL, NULL) &&
                help && strstr(help, "--disable-userns");
    }
    return known;
}

// What bwrap said when it did not come to its child.
static char *
reason_from_log(const Sandbox *sandbox)
{
    const BrokerLink *link = &sandbox->e.link;
    g_autofree char *path = broker_host_guest_state(link->host, link->config->name, "guest.log");
    char text[REASON_MAX + 1] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        ssize_t n = pread(fd, text, REASON_MAX, sandbox->log_start);
        text[MAX(n, 0)] = '\0';
        close(fd);
    }
    g_strdelimit(g_strstrip(text), "\n\r", ' ');
    return g_utf8_make_valid(*text ? text : "bubblewrap ended without a word", -1);
}

static gboolean
is_refusal(const char *reason)
{
    // The last: a step of the broker's own between fork and exec, all of them about namespaces.
    static const char *const words[] = {"namespace",     "ermission denied", "not permitted",
                                        "No space left", "uid map",          "casementd: "};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(reason, words[i]))
            return TRUE;
    return FALSE;
}

static void
fail_start(Sandbox *sandbox)
{
    BrokerLink *link = &sandbox->e.link;
    g_autofree char *reason = reason_from_log(sandbox);
    g_autoptr(GError) error = NULL;

    if (is_refusal(reason))
        set_refused(&error, link, reason);
    else
        g_set_error(&error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED,
                    "The sandbox of guest %s did not start: %s", link->config->name, reason);
    broker_embedded_clear(&sandbox->e);
    link->events->failed(link, error, link->user);
}

static void
on_network_ended(BrokerProcess *process, int status, gpointer user)
{
    Sandbox *sandbox = user;
    g_autofree char *how = broker_process_describe(status);

    if (status != 0)
        g_warning("guest %s: the program for its network %s", sandbox->e.link.config->name, how);
    g_clear_pointer(&sandbox->network, broker_process_free);
}

static char *
network_program(void)
{
    char *pasta = g_find_program_in_path("pasta");

    return pasta ? pasta : g_find_program_in_path("slirp4netns");
}

// The user namespace that a network namespace belongs to: only in that one may its interfaces be
// made. It is not always the guest's: bubblewrap goes on into a second one. -1 with errno set.
static int
owner_of(const char *net_ns)
{
    int fd = open(net_ns, O_RDONLY | O_CLOEXEC);
    int owner = fd >= 0 ? ioctl(fd, NS_GET_USERNS) : -1;

    if (fd >= 0)
        close(fd);
    return owner;
}

// A network of the guest's own, translated by a process outside; the host's loopback is not in it.
static void
start_network(Sandbox *sandbox)
{
    BrokerLink *link = &sandbox->e.link;
    g_autofree char *program = network_program();
    g_autofree char *net_ns =
        g_strdup_printf("/proc/%d/ns/net", (int)broker_process_pid(sandbox->e.guest));
    const char *pasta[] = {program, "--foreground", "--quiet", "--config-net", "--no-map-gw", "-t",
                           "none",  "-u",           "none",    "-T",           "none",        "-U",
                           "none",  "--netns-only", "--netns", net_ns,         NULL};
    const char *slirp[] = {
        program, "--configure", "--mtu=65520", "--disable-host-loopback", "--netns-type", "path",
        net_ns,  "tap0",        NULL};
    g_autoptr(GError) error = NULL;
    int owner = owner_of(net_ns);

    if (owner < 0) {
        g_warning("guest %s: no network: the owner of %s: %s", link->config->name, net_ns,
                  g_strerror(errno));
        return;
    }
    int log_fd = broker_embedded_log(link, "network.log");

    BrokerSpawn how = {.argv = g_str_has_suffix(program, "pasta") ? pasta : slirp,
                       .stdin_fd = -1,
                       .stdout_fd = -1,
                       .log_fd = log_fd,
                       .drop_uid = geteuid() == 0 ? broker_sandbox_uid() : 0,
                       .user_namespace = owner};
    sandbox->network =
        broker_process_spawn(link->host->context, &how, on_network_ended, sandbox, &error);
    if (!sandbox->network)
        g_warning("guest %s: no network: %s", link->config->name, error->message);
    close(owner);
    if (log_fd >= 0)
        close(log_fd);
}

static void
clear_info(Sandbox *sandbox)
{
    chan_timer_clear(&sandbox->info);
    if (sandbox->info_fd >= 0)
        close(sandbox->info_fd);
    sandbox->info_fd = -1;
    g_string_truncate(sandbox->info_text, 0);
}

static void
info_complete(Sandbox *sandbox)
{
    BrokerEmbedded *e = &sandbox->e;
    const char *at = strstr(sandbox->info_text->str, "\"child-pid\":");
    pid_t pid = at ? (pid_t)g_ascii_strtoll(at + strlen("\"child-pid\":"), NULL, 10) : 0;

    clear_info(sandbox);
    if (pid > 1)
        e->guest =
            broker_process_attach(e->link.host->context, pid, broker_process_start_time_of(pid),
                                  broker_embedded_guest_ended, e, NULL);
    if (!e->guest) {
        fail_start(sandbox);
        return;
    }
    if (e->link.config->network)
        start_network(sandbox);
    broker_embedded_running(e);
}

static gboolean
on_info(int fd, GIOCondition condition, gpointer user)
{
    Sandbox *sandbox = user;
    char buffer[512];
    ssize_t n = read(fd, buffer, sizeof buffer);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    if (n > 0) {
        g_string_append_len(sandbox->info_text, buffer, n);
        if (!strchr(sandbox->info_text->str, '}') && sandbox->info_text->len < INFO_MAX)
            return G_SOURCE_CONTINUE;
    }
    info_complete(sandbox);
    return G_SOURCE_REMOVE;
}

static gboolean
watch_info(Sandbox *sandbox, int *write_fd, GError **error)
{
    int fds[2];

    if (!g_unix_open_pipe(fds, FD_CLOEXEC, error))
        return FALSE;
    g_unix_set_fd_nonblocking(fds[0], TRUE, NULL);
    sandbox->info_fd = fds[0];
    *write_fd = fds[1];
    sandbox->info = g_unix_fd_source_new(fds[0], G_IO_IN | G_IO_HUP);
    g_source_set_callback(sandbox->info, G_SOURCE_FUNC(on_info), sandbox, NULL);
    g_source_attach(sandbox->info, sandbox->e.link.host->context);
    return TRUE;
}

static gboolean
run_bwrap(Sandbox *sandbox, Start *s, const char *bwrap, GError **error)
{
    BrokerLink *link = &sandbox->e.link;
    g_autofree char *program = broker_host_program(link->host, "casement-supervisor");
    g_autofree char *agent = g_strdup_printf("%d", FD_AGENT + 3);
    const char *command[] = {program, "--agent-fd", agent, "--guest-dir", BROKER_SANDBOX_GUEST_DIR,
                             NULL};
    g_auto(GStrv) environment = broker_embedded_environment(link);
    BrokerSandbox how = {.bwrap = bwrap,
                         .name = link->config->name,
                         .user_name = s->dropped ? "guest" : g_get_user_name(),
                         .home = g_get_home_dir(),
                         .uid = s->uid,
                         .binds = (const BrokerSandboxBind *)(const void *)s->binds->data,
                         .n_binds = s->binds->len,
                         .environment = (const char *const *)environment,
                         .command = command,
                         .network = link->config->network,
                         .disable_userns = knows_disable_userns(bwrap),
                         .staged = s->dropped,
                         .seccomp_fd = FD_SECCOMP + 3,
                         .info_fd = FD_INFO + 3,
                         .passwd_fd = FD_PASSWD + 3,
                         .group_fd = FD_GROUP + 3,
                         .machine_id_fd = FD_MACHINE_ID + 3,
                         .hosts_fd = FD_HOSTS + 3};
    g_auto(GStrv) argv = broker_sandbox_argv(&how);
    int log_fd = broker_embedded_log(link, "guest.log");
    struct stat st;

    sandbox->log_start = log_fd >= 0 && fstat(log_fd, &st) == 0 ? st.st_size : 0;
    BrokerSpawn spawn = {.argv = (const char *const *)argv,
                         .environment = (const char *const *)environment,
                         .fds = s->fds,
                         .n_fds = FDS,
                         .stdin_fd = -1,
                         .stdout_fd = -1,
                         .log_fd = log_fd,
                         .new_keyring = TRUE,
                         .drop_uid = s->dropped ? s->uid : 0,
                         .stages = (const BrokerStage *)(const void *)s->stages->data,
                         .n_stages = s->stages->len};
    sandbox->e.monitor = broker_process_spawn(link->host->context, &spawn,
                                              broker_embedded_monitor_ended, &sandbox->e, error);
    if (log_fd >= 0)
        close(log_fd);
    return sandbox->e.monitor != NULL;
}

static gboolean
check_programs(const BrokerLink *link, char **bwrap, GError **error)
{
    g_autofree char *network = network_program();

    *bwrap = g_find_program_in_path("bwrap");
    if (!*bwrap)
        g_set_error(
            error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED,
            "Guest %s needs bubblewrap (the program bwrap), which is not installed; install "
            "it, or use kind local",
            link->config->name);
    else if (link->config->network && !network)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED,
                    "Guest %s has network=true, which needs the program pasta (package passt) or "
                    "slirp4netns; install one of them",
                    link->config->name);
    else
        return TRUE;
    return FALSE;
}

static gboolean
spawn_sandbox(BrokerEmbedded *e, int agent_fd, GError **error)
{
    Sandbox *sandbox = (Sandbox *)e;
    BrokerLink *link = &e->link;
    g_autofree char *bwrap = NULL;
    Start s = {.binds = g_array_new(FALSE, TRUE, sizeof(BrokerSandboxBind)),
               .stages = g_array_new(FALSE, TRUE, sizeof(BrokerStage)),
               .text = g_ptr_array_new_with_free_func(g_free),
               .dropped = geteuid() == 0,
               .uid = geteuid() == 0 ? broker_sandbox_uid() : geteuid()};

    for (int i = 0; i < FDS; i++)
        s.fds[i] = -1;
    s.fds[FD_AGENT] = agent_fd;
    gboolean ok = collect_binds(&s, link, error);
    if (s.dropped)
        collect_stages(&s);
    ok = ok && check_programs(link, &bwrap, error) &&
         (!s.dropped || give_folders(&s, link, error)) &&
         collect_texts(&s, link, s.dropped ? "guest" : g_get_user_name(), error) &&
         watch_info(sandbox, &s.fds[FD_INFO], error) && run_bwrap(sandbox, &s, bwrap, error);
    if (!ok)
        clear_info(sandbox);
    start_clear(&s);
    return ok;
}

static void
cleared(BrokerEmbedded *e)
{
    Sandbox *sandbox = (Sandbox *)e;

    clear_info(sandbox);
    broker_process_signal(sandbox->network, SIGTERM);
    g_clear_pointer(&sandbox->network, broker_process_free);
}

static void
free_sandbox(BrokerLink *link)
{
    Sandbox *sandbox = (Sandbox *)link;

    clear_info(sandbox);
    broker_embedded_clear(&sandbox->e);
    broker_process_free(sandbox->network);
    g_string_free(sandbox->info_text, TRUE);
    g_free(sandbox);
}

static const BrokerEmbeddedKind kind_sandbox = {
    .base = {.start = broker_embedded_start,
             .passes_fds = TRUE,
             .reopen = broker_embedded_reopen,
             .find = broker_embedded_find,
             .stop = broker_embedded_stop,
             .free = free_sandbox},
    .spawn = spawn_sandbox,
    .cleared = cleared,
};

BrokerLink *
broker_kind_sandbox_new(void)
{
    Sandbox *sandbox = g_new0(Sandbox, 1);

    sandbox->e.link.kind = &kind_sandbox.base;
    sandbox->info_fd = -1;
    sandbox->info_text = g_string_new(NULL);
    return &sandbox->e.link;
}
