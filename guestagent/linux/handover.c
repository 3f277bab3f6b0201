// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/handover.h"

#include "guestagent/linux/connect.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 5000
#define WAITING_MAX 8

typedef struct {
    int fd;
    AgentHandoverKind kind;
} Waiting;

struct AgentHandover {
    GMainContext *context;
    char *path;
    gboolean available;
    GArray *waiting; // of Waiting
    GSource *limit;
};

AgentHandover *
agent_handover_new(GMainContext *context, const char *guest_dir)
{
    AgentHandover *h = g_new0(AgentHandover, 1);

    h->context = context;
    h->path = g_build_filename(guest_dir, "rdp", NULL);
    h->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    return h;
}

static void
refuse_waiting(AgentHandover *h, const char *why)
{
    if (h->waiting->len > 0)
        g_printerr("casement-agent: %u windows' stream(s) refused: %s\n", h->waiting->len, why);
    for (guint i = 0; i < h->waiting->len; i++)
        close(g_array_index(h->waiting, Waiting, i).fd);
    g_array_set_size(h->waiting, 0);
}

static void
stop_limit(AgentHandover *h)
{
    if (!h->limit)
        return;
    g_source_destroy(h->limit);
    g_source_unref(h->limit);
    h->limit = NULL;
}

void
agent_handover_free(AgentHandover *h)
{
    if (!h)
        return;
    stop_limit(h);
    refuse_waiting(h, "the agent ends");
    g_array_unref(h->waiting);
    g_free(h->path);
    g_free(h);
}

// One packet with the descriptor. FALSE when remoteapp does not take it now.
static gboolean
give_now(AgentHandover *h, const Waiting *stream)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    static const char *const texts[] = {
        [AGENT_HANDOVER_RDP] = "RDP", [AGENT_HANDOVER_PIXELS] = "PIXELS"};
    const char *text = texts[stream->kind];
    struct iovec iov = {(gpointer)text, strlen(text)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    g_autoptr(GError) error = NULL;
    int to = agent_connect_unix(h->path, SOCK_SEQPACKET, &error);
    if (to < 0)
        return FALSE;
    memset(&control, 0, sizeof control);
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &stream->fd, sizeof stream->fd);
    ssize_t n;
    do
        n = sendmsg(to, &msg, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    close(to);
    return n == (ssize_t)strlen(text);
}

static void
give_waiting(AgentHandover *h)
{
    while (h->waiting->len > 0) {
        Waiting first = g_array_index(h->waiting, Waiting, 0);
        if (!give_now(h, &first))
            return;
        close(first.fd);
        g_array_remove_index(h->waiting, 0);
    }
    stop_limit(h);
}

static gboolean
on_limit(gpointer user)
{
    AgentHandover *h = user;

    stop_limit(h);
    give_waiting(h); // in case nobody told
    refuse_waiting(h, "casement-remoteapp does not answer");
    return G_SOURCE_REMOVE;
}

void
agent_handover_available(AgentHandover *h, gboolean available)
{
    h->available = available;
    if (available)
        give_waiting(h);
}

void
agent_handover_give(AgentHandover *h, AgentHandoverKind kind, int take_fd)
{
    const Waiting stream = {take_fd, kind};

    if (h->waiting->len >= WAITING_MAX) {
        close(take_fd);
        return;
    }
    g_array_append_val(h->waiting, stream);
    if (h->available)
        give_waiting(h);
    if (h->waiting->len == 0 || h->limit)
        return;
    h->limit = g_timeout_source_new(WAIT_MS);
    g_source_set_callback(h->limit, on_limit, h, NULL);
    g_source_attach(h->limit, h->context);
}
