// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/exec.h"

#include "channel/glib/packet.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    RaExec *exec;
    guint32 serial;
    RaExecAnswer answer;
    gpointer user;
    char *failure; // set: answered from the loop without a supervisor
    GSource *idle; // that does it
} Request;

struct RaExec {
    GMainContext *context;
    char *path;
    RaExecEnded ended;
    gpointer user;
    ChanPacketSocket *socket;
    GQueue requests;
    guint32 last_serial;
};

static void
request_free(gpointer data)
{
    Request *r = data;
    if (r->idle != NULL) {
        g_source_destroy(r->idle);
        g_source_unref(r->idle);
    }
    g_free(r->failure);
    g_free(r);
}

static void
answer(RaExec *exec, Request *request, SupervisorResult result, guint32 pid, const char *reason)
{
    g_queue_remove(&exec->requests, request);
    if (request->answer != NULL)
        request->answer(result, pid, reason, request->user);
    request_free(request);
}

static void
fail_all(RaExec *exec, const char *reason)
{
    Request *r;
    while ((r = g_queue_peek_head(&exec->requests)) != NULL)
        answer(exec, r, SUPERVISOR_FAILED, 0, r->failure != NULL ? r->failure : reason);
}

static void
handle_launched(RaExec *exec, const SupervisorLaunched *m)
{
    for (GList *l = exec->requests.head; l != NULL; l = l->next) {
        Request *r = l->data;
        if (r->serial != m->serial)
            continue;
        g_autofree char *reason = g_strndup(m->reason, sizeof m->reason);
        answer(exec, r, (SupervisorResult)m->result, m->pid, reason);
        return;
    }
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    RaExec *exec = user;
    for (guint i = 0; i < n_fds; i++)
        close(take_fds[i]);
    if (packet.size == 0) {
        g_clear_pointer(&exec->socket, chan_packet_socket_free);
        fail_all(exec, "the guest's supervisor went away");
        return;
    }
    guint32 type = 0;
    if (packet.size >= sizeof type)
        memcpy(&type, packet.data, sizeof type);
    if (type == SUPERVISOR_LAUNCHED && packet.size >= sizeof(SupervisorLaunched)) {
        SupervisorLaunched m;
        memcpy(&m, packet.data, sizeof m);
        handle_launched(exec, &m);
    } else if (type == SUPERVISOR_ENDED && packet.size >= sizeof(SupervisorEnded)) {
        SupervisorEnded m;
        memcpy(&m, packet.data, sizeof m);
        m.program[sizeof m.program - 1] = '\0';
        exec->ended(m.program, m.pid, m.status, exec->user);
    }
}

static bool
connect_supervisor(RaExec *exec)
{
    if (exec->socket != NULL)
        return true;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (exec->path == NULL || g_strlcpy(address.sun_path, exec->path, sizeof address.sun_path) >=
                                  sizeof address.sun_path) {
        errno = exec->path == NULL ? ENOENT : ENAMETOOLONG;
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return false;
    }
    exec->socket =
        chan_packet_socket_new(exec->context, fd, SUPERVISOR_PACKET_MAX, on_packet, exec);
    return true;
}

RaExec *
ra_exec_new(GMainContext *context, const char *guest_dir, RaExecEnded ended, gpointer user)
{
    RaExec *exec = g_new0(RaExec, 1);
    exec->context = context;
    exec->path = guest_dir != NULL ? g_build_filename(guest_dir, "supervisor", NULL) : NULL;
    exec->ended = ended;
    exec->user = user;
    g_queue_init(&exec->requests);
    return exec;
}

void
ra_exec_free(RaExec *exec)
{
    if (exec == NULL)
        return;
    chan_packet_socket_free(exec->socket);
    Request *r;
    while ((r = g_queue_pop_head(&exec->requests)) != NULL)
        request_free(r);
    g_free(exec->path);
    g_free(exec);
}

static gboolean
on_failed(gpointer data)
{
    Request *r = data;
    answer(r->exec, r, SUPERVISOR_FAILED, 0, r->failure);
    return G_SOURCE_REMOVE;
}

static bool
copy_text(char *to, gsize room, const char *from)
{
    return g_strlcpy(to, from != NULL ? from : "", room) < room;
}

// The packet, or NULL with a reason.
static GByteArray *
build(const RaLaunch *launch, guint32 serial, const char **reason)
{
    SupervisorLaunch m = {.type = SUPERVISOR_LAUNCH,
                          .serial = serial,
                          .kind = launch->kind,
                          .input_method = launch->input_method};
    if (!copy_text(m.program, sizeof m.program, launch->program) ||
        !copy_text(m.directory, sizeof m.directory, launch->directory) ||
        !copy_text(m.startup_id, sizeof m.startup_id, launch->startup_id)) {
        *reason = "the name of the program or of its folder is too long";
        return NULL;
    }
    g_autoptr(GByteArray) packet = g_byte_array_new();
    g_byte_array_append(packet, (const guint8 *)&m, sizeof m);
    for (const char *const *a = launch->arguments; a != NULL && *a != NULL; a++)
        g_byte_array_append(packet, (const guint8 *)*a, (guint)strlen(*a) + 1);
    if (packet->len > SUPERVISOR_PACKET_MAX) {
        *reason = "the arguments are too long";
        return NULL;
    }
    guint32 size = packet->len;
    memcpy(packet->data + offsetof(SupervisorLaunch, size), &size, sizeof size);
    return g_steal_pointer(&packet);
}

void
ra_exec_launch(RaExec *exec, const RaLaunch *launch, RaExecAnswer callback, gpointer user)
{
    Request *r = g_new0(Request, 1);
    r->exec = exec;
    r->serial = ++exec->last_serial;
    r->answer = callback;
    r->user = user;
    g_queue_push_tail(&exec->requests, r);
    const char *reason = NULL;
    g_autoptr(GByteArray) packet = build(launch, r->serial, &reason);
    if (packet == NULL)
        r->failure = g_strdup(reason);
    else if (!connect_supervisor(exec))
        r->failure = g_strdup_printf("the guest's supervisor (%s) cannot be reached: %s",
                                     exec->path != NULL ? exec->path : "no guest folder is known",
                                     g_strerror(errno));
    else if (!chan_packet_send(exec->socket, packet->data, packet->len, NULL, 0))
        r->failure = g_strdup("the guest's supervisor does not read");
    if (r->failure == NULL)
        return;
    r->idle = g_idle_source_new();
    g_source_set_priority(r->idle, G_PRIORITY_DEFAULT);
    g_source_set_callback(r->idle, on_failed, r, NULL);
    g_source_attach(r->idle, exec->context);
}

void
ra_exec_forget(RaExec *exec, gpointer user)
{
    for (GList *l = exec->requests.head; l != NULL; l = l->next) {
        Request *r = l->data;
        if (r->user == user)
            r->answer = NULL;
    }
}
