// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/stdio.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS 2

// Neither begins as a channel's hello does (channel/PROTOCOL.md).
static const guint8 offer[] = "casement-agent: stdio 1\n", answer[] = "casement-agent: taken\n";
G_STATIC_ASSERT(sizeof answer <= AGENT_STDIO_ANSWER_MAX);

typedef union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * FDS)];
} Control;

gboolean
agent_stdio_offer(int fd)
{
    const int fds[FDS] = {STDIN_FILENO, STDOUT_FILENO};
    Control control = {0};
    struct iovec iov = {(gpointer)offer, sizeof offer};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    *c = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fds)};
    memcpy(CMSG_DATA(c), fds, sizeof fds);
    return sendmsg(fd, &msg, MSG_NOSIGNAL) == sizeof offer;
}

gboolean
agent_stdio_taken(int fd, guint8 first[AGENT_STDIO_ANSWER_MAX], gsize *n)
{
    *n = 0;
    while (*n < sizeof answer) {
        ssize_t got = read(fd, first + *n, sizeof answer - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return FALSE;
        *n += (gsize)got;
        if (memcmp(first, answer, *n) != 0)
            return FALSE;
    }
    return TRUE;
}

static guint
collect_fds(struct msghdr *msg, int fds[FDS])
{
    guint n = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        n = (guint)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(fds, CMSG_DATA(c), n * sizeof(int));
    }
    return n;
}

// Without descriptors it is as if there had been no offer: its sender then copies.
static AgentStdioFound
take_offer(int fd, int fds[FDS])
{
    guint8 bytes[sizeof offer];
    Control control;
    struct iovec iov = {bytes, sizeof bytes};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};

    if (recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != sizeof bytes)
        return AGENT_STDIO_GONE;
    guint n = collect_fds(&msg, fds);
    if (n == FDS && send(fd, answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof answer)
        return AGENT_STDIO_OFFER;
    for (guint i = 0; i < n; i++)
        close(fds[i]);
    return n == FDS ? AGENT_STDIO_GONE : AGENT_STDIO_CHANNEL;
}

AgentStdioFound
agent_stdio_look(int fd, int fds[FDS])
{
    guint8 untrusted_bytes[sizeof offer];
    ssize_t n = recv(fd, untrusted_bytes, sizeof untrusted_bytes, MSG_PEEK | MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return AGENT_STDIO_NOTHING;
    if (n <= 0)
        return AGENT_STDIO_GONE;
    // An offer comes whole, in one message.
    if (n < (ssize_t)sizeof offer || memcmp(untrusted_bytes, offer, sizeof offer) != 0)
        return AGENT_STDIO_CHANNEL;
    return take_offer(fd, fds);
}
