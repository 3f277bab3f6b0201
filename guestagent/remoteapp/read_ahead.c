// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/read_ahead.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS_MAX 4

static void
keep_fds(RaReadAhead *ahead, struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (gsize i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (ahead->has_fd) {
                close(fd);
                continue;
            }
            ahead->fd = fd;
            ahead->has_fd = true;
        }
    }
}

static ssize_t
receive(RaReadAhead *ahead, int fd)
{
    struct iovec bytes = {ahead->data, sizeof ahead->data};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control;
    struct msghdr m = {.msg_iov = &bytes,
                       .msg_iovlen = 1,
                       .msg_control = control.space,
                       .msg_controllen = sizeof control.space};
    ssize_t got;
    do
        got = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got >= 0)
        keep_fds(ahead, &m);
    return got;
}

int
ra_read_ahead_take_fd(RaReadAhead *ahead)
{
    int fd = ahead->has_fd ? ahead->fd : -1;
    ahead->has_fd = false;
    return fd;
}

int
ra_read_ahead(RaReadAhead *ahead, int fd, void *out, gsize n)
{
    if (ahead->at == ahead->end) {
        ssize_t got = receive(ahead, fd);
        if (got <= 0)
            return got < 0 && errno == EAGAIN ? 0 : -1;
        ahead->at = 0;
        ahead->end = (gsize)got;
    }
    n = MIN(n, ahead->end - ahead->at);
    memcpy(out, ahead->data + ahead->at, n);
    ahead->at += n;
    return (int)n;
}

bool
ra_read_ahead_has(const RaReadAhead *ahead)
{
    return ahead->at < ahead->end;
}
