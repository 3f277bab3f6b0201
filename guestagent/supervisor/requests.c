// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/requests.h"

#include "channel/glib/acceptor.h"
#include "channel/glib/packet.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX 16
#define ARGUMENTS_MAX 4096

typedef struct {
    SupRequests *requests;
    ChanPacketSocket *socket;
    guint id;
} Client;

struct SupRequests {
    GMainContext *context;
    const SupRequestsEvents *events;
    gpointer user;
    int fd;
    ChanAcceptor *acceptor; // NULL while not open
    GPtrArray *clients;
    guint last_id;
    SupervisorService service;
};

// Who asked; may be gone when the answer comes.
typedef struct {
    SupRequests *requests;
    guint client_id;
    guint32 serial;
} Ticket;

static void
client_free(gpointer data)
{
    Client *c = data;

    chan_packet_socket_free(c->socket);
    g_free(c);
}

static void
send_to(Client *c, gconstpointer message, gsize size)
{
    if (!chan_packet_send(c->socket, message, size, NULL, 0))
        g_ptr_array_remove(c->requests->clients, c);
}

static void
broadcast(SupRequests *r, gconstpointer message, gsize size)
{
    for (guint i = r->clients->len; i-- > 0;)
        send_to(g_ptr_array_index(r->clients, i), message, size);
}

static void
on_launched(SupervisorResult result, pid_t pid, const char *reason, gpointer user)
{
    Ticket *t = user;
    SupervisorLaunched m = {.type = SUPERVISOR_LAUNCHED,
                            .size = sizeof m,
                            .serial = t->serial,
                            .result = result,
                            .pid = (guint32)pid};

    g_strlcpy(m.reason, reason, sizeof m.reason);
    if (result != SUPERVISOR_OK)
        g_printerr("casement-supervisor: a launch failed: %s\n", reason);
    for (guint i = 0; i < t->requests->clients->len; i++) {
        Client *c = g_ptr_array_index(t->requests->clients, i);
        if (c->id != t->client_id)
            continue;
        send_to(c, &m, sizeof m);
        break;
    }
    g_free(t);
}

// The NUL-terminated texts after the fixed part; NULL when the last has no end.
static char **
read_arguments(const char *text, gsize size)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    guint n = 0;

    while (size > 0) {
        gsize length = strnlen(text, size);
        if (length == size || ++n > ARGUMENTS_MAX)
            return NULL;
        g_strv_builder_add(all, text);
        text += length + 1;
        size -= length + 1;
    }
    return g_strv_builder_end(all);
}

#define HAS_END(array) (memchr((array), 0, sizeof(array)) != NULL)

static gboolean
handle_launch(Client *c, ChanSpan packet)
{
    SupervisorLaunch m;

    if (packet.size < sizeof m)
        return FALSE;
    memcpy(&m, packet.data, sizeof m);
    if (!HAS_END(m.program) || !HAS_END(m.directory) || !HAS_END(m.startup_id) || !*m.program ||
        (m.kind != SUPERVISOR_APP && m.kind != SUPERVISOR_COMMAND) || m.input_method > 1)
        return FALSE;
    g_auto(GStrv) arguments =
        read_arguments((const char *)packet.data + sizeof m, packet.size - sizeof m);
    if (!arguments)
        return FALSE;
    SupProgramRequest request = {m.kind,       m.program,           m.directory,
                                 m.startup_id, m.input_method != 0, (const char *const *)arguments};
    Ticket *t = g_new0(Ticket, 1);
    t->requests = c->requests;
    t->client_id = c->id;
    t->serial = m.serial;
    c->requests->events->launch(&request, on_launched, t, c->requests->user);
    return TRUE;
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    Client *c = user;
    SupRequests *r = c->requests;
    guint32 head[2] = {0, 0};
    gboolean good = FALSE;

    for (guint i = 0; i < n_fds; i++)
        close(take_fds[i]);
    if (packet.size >= sizeof head)
        memcpy(head, packet.data, sizeof head);
    if (head[1] == packet.size && head[0] == SUPERVISOR_LAUNCH)
        good = handle_launch(c, packet);
    else if (head[1] == packet.size && head[0] == SUPERVISOR_SHUTDOWN) {
        r->events->shutdown(r->user);
        return;
    }
    if (good)
        return;
    if (packet.size > 0)
        g_printerr("casement-supervisor: a request of %zu bytes and type %u is not valid; its "
                   "sender is dropped\n",
                   packet.size, head[0]);
    g_ptr_array_remove(r->clients, c); // when the answer's failure did not already
}

static void
on_connection(int peer, gpointer user)
{
    SupRequests *r = user;

    if (r->clients->len >= CLIENTS_MAX) {
        close(peer);
        return;
    }
    Client *c = g_new0(Client, 1);
    c->requests = r;
    c->id = ++r->last_id;
    c->socket = chan_packet_socket_new(r->context, peer, SUPERVISOR_PACKET_MAX, on_packet, c);
    g_ptr_array_add(r->clients, c);
    send_to(c, &r->service, sizeof r->service);
}

SupRequests *
sup_requests_new(GMainContext *context, const char *path, const SupRequestsEvents *events,
                 gpointer user, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "cannot listen on %s: %s",
                    path, g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    SupRequests *r = g_new0(SupRequests, 1);
    r->context = context;
    r->events = events;
    r->user = user;
    r->fd = fd;
    r->clients = g_ptr_array_new_with_free_func(client_free);
    r->service.type = SUPERVISOR_SERVICE;
    r->service.size = sizeof r->service;
    g_strlcpy(r->service.name, "rdp", sizeof r->service.name);
    g_strlcpy(r->service.reason, "the guest is starting", sizeof r->service.reason);
    return r;
}

void
sup_requests_open(SupRequests *r)
{
    if (!r->acceptor)
        r->acceptor =
            chan_acceptor_new(r->context, r->fd, "the guest's requests", on_connection, r);
}

void
sup_requests_free(SupRequests *r)
{
    if (!r)
        return;
    chan_acceptor_free(r->acceptor);
    g_ptr_array_unref(r->clients);
    close(r->fd);
    g_free(r);
}

void
sup_requests_set_service(SupRequests *r, SupServiceState state, const char *reason)
{
    r->service.available = state == SUP_SERVICE_THERE;
    r->service.failing = state == SUP_SERVICE_FAILING;
    memset(r->service.reason, 0, sizeof r->service.reason);
    g_strlcpy(r->service.reason, reason, sizeof r->service.reason);
    broadcast(r, &r->service, sizeof r->service);
}

void
sup_requests_program_ended(SupRequests *r, const SupProgramEnd *end)
{
    SupervisorEnded m = {.type = SUPERVISOR_ENDED,
                         .size = sizeof m,
                         .pid = (guint32)end->pid,
                         .status = end->status,
                         .kind = end->kind};

    g_strlcpy(m.program, end->program, sizeof m.program);
    g_strlcpy(m.output, end->output, sizeof m.output);
    broadcast(r, &m, sizeof m);
}
