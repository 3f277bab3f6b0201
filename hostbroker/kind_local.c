// SPDX-License-Identifier: Apache-2.0
// Kind local: the guest's supervisor as a plain process of the user, with folders, X server, sound
// server and session bus of its own, for machines that refuse user namespaces. It keeps nothing
// from the guest's programs that the user's own programs may do.
#include "hostbroker/embedded.h"
#include "hostbroker/remains.h"

#include <unistd.h>

static gboolean
spawn(BrokerEmbedded *e, int agent_fd, GError **error)
{
    BrokerLink *link = &e->link;
    const BrokerHost *host = link->host;
    g_autofree char *program = broker_host_program(host, "casement-supervisor");
    g_autofree char *dir = broker_host_guest_run(host, link->config->name, "guest");
    g_autofree char *runtime = g_build_filename(dir, "runtime", NULL);
    g_autofree char *home = broker_host_guest_home(host, link->config->name);
    const char *argv[] = {program, "--agent-fd", "3", "--guest-dir", dir, NULL};
    g_auto(GStrv) environment = broker_embedded_environment(link);

    if (!broker_private_dir(runtime, error))
        return FALSE;
    environment = g_environ_setenv(environment, "HOME", home, TRUE);
    environment = g_environ_setenv(environment, "USER", g_get_user_name(), TRUE);
    environment = g_environ_setenv(environment, "LOGNAME", g_get_user_name(), TRUE);
    environment = g_environ_setenv(environment, "XDG_RUNTIME_DIR", runtime, TRUE);
    // By this the guest's processes are known when it has ended (clear_processes).
    environment = g_environ_setenv(environment, "CASEMENT_GUEST_DIR", dir, TRUE);
    int log_fd = broker_embedded_log(link, "guest.log");
    BrokerSpawn how = {.argv = argv,
                       .environment = (const char *const *)environment,
                       .directory = home,
                       .fds = &agent_fd,
                       .n_fds = 1,
                       .stdin_fd = -1,
                       .stdout_fd = -1,
                       .log_fd = log_fd,
                       .new_keyring = TRUE};
    e->guest = broker_process_spawn(host->context, &how, broker_embedded_guest_ended, e, error);
    if (log_fd >= 0)
        close(log_fd);
    if (!e->guest)
        return FALSE;
    broker_embedded_running(e);
    return TRUE;
}

// A supervisor that was killed cannot end its children, and without a pid namespace nobody else
// does.
static void
clear_processes(BrokerEmbedded *e)
{
    g_autofree char *dir = broker_host_guest_run(e->link.host, e->link.config->name, "guest");
    g_autofree char *entry = g_strconcat("CASEMENT_GUEST_DIR=", dir, NULL);

    broker_end_remains(entry);
}

static gboolean
find_local(BrokerLink *link, const BrokerIdentity *identity)
{
    if (broker_embedded_find(link, identity))
        return TRUE;
    // It ended while there was no broker.
    if (identity->pid != 0)
        clear_processes((BrokerEmbedded *)link);
    return FALSE;
}

static void
free_local(BrokerLink *link)
{
    broker_embedded_clear((BrokerEmbedded *)link);
    g_free(link);
}

static const BrokerEmbeddedKind kind_local = {
    .base = {.start = broker_embedded_start,
             .passes_fds = TRUE,
             .reopen = broker_embedded_reopen,
             .find = find_local,
             .stop = broker_embedded_stop,
             .free = free_local},
    .spawn = spawn,
    .cleared = clear_processes,
};

BrokerLink *
broker_kind_local_new(void)
{
    BrokerEmbedded *e = g_new0(BrokerEmbedded, 1);

    e->link.kind = &kind_local.base;
    return &e->link;
}
