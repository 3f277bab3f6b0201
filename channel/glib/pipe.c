// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/sockios.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#define SPANS_MAX 3
#define FDS_MAX 4         // what a read may bring; more than one is a peer's mistake
#define TTY_READ_MAX 4095 // what a read of a terminal gives at most
// What a pipe of the kernel's holds: in its usual 64 KiB, pixels go from process to process in
// pieces, each of which wakes the next. How much of it is filled, the connection decides (rate.h).
#define PIPE_ROOM (512 * 1024)

struct ChanPipe {
    int in, out;
    gboolean accepts_fds;
    gboolean in_socket, out_socket, unix_stream, in_tty;
    unsigned long unsent_request; // ioctl; 0 where there is none
};

static int
socket_option(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

static gboolean
is_unix_stream(int fd)
{
    return socket_option(fd, SO_DOMAIN) == AF_UNIX && socket_option(fd, SO_TYPE) == SOCK_STREAM;
}

static unsigned long
unsent_request(int fd)
{
    int domain = socket_option(fd, SO_DOMAIN);
    struct stat st;
    int bytes;
    unsigned long request = 0;

    if (domain == AF_INET || domain == AF_INET6)
        request = SIOCOUTQNSD; // what is on its way over the network does not count
    else if (domain >= 0)
        request = SIOCOUTQ;
    else if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
        request = FIONREAD; // of a pipe it tells at both ends
    else if (isatty(fd))
        request = TIOCOUTQ;
    return request && ioctl(fd, request, &bytes) == 0 ? request : 0;
}

static void
make_raw(int fd)
{
    struct termios t;

    if (tcgetattr(fd, &t) < 0)
        return;
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    (void)tcsetattr(fd, TCSANOW, &t);
}

// Only ever more: whoever made it may have chosen a larger one. A user's allowance may be used up,
// and then it stays as it is.
static void
make_room(int fd)
{
    int room = fcntl(fd, F_GETPIPE_SZ);

    if (room > 0 && room < PIPE_ROOM)
        (void)fcntl(fd, F_SETPIPE_SZ, PIPE_ROOM);
}

ChanPipe *
chan_pipe_new(int take_read_fd, int take_write_fd, gboolean accepts_fds)
{
    ChanPipe *p = g_new0(ChanPipe, 1);

    p->in = take_read_fd;
    p->out = take_write_fd;
    p->in_socket = socket_option(p->in, SO_TYPE) >= 0;
    p->out_socket = socket_option(p->out, SO_TYPE) >= 0;
    p->in_tty = isatty(p->in) == 1;
    p->unix_stream = is_unix_stream(p->in) && is_unix_stream(p->out);
    p->accepts_fds = accepts_fds && p->unix_stream;
    g_unix_set_fd_nonblocking(p->in, TRUE, NULL);
    g_unix_set_fd_nonblocking(p->out, TRUE, NULL);
    make_raw(p->in);
    make_raw(p->out);
    make_room(p->in);
    make_room(p->out);
    p->unsent_request = unsent_request(p->out);
    // A pipe whose reader is gone is an error of write, not the end of this process.
    if (!p->out_socket)
        (void)signal(SIGPIPE, SIG_IGN);
    return p;
}

void
chan_pipe_free(ChanPipe *p)
{
    if (!p)
        return;
    close(p->in);
    if (p->out != p->in)
        close(p->out);
    g_free(p);
}

gboolean
chan_pipe_passes_fds(const ChanPipe *p)
{
    return p->unix_stream;
}

static gssize
failed(const char *what, GError **error)
{
    int e = errno;

    if (e == EAGAIN || e == EWOULDBLOCK || e == EINTR || e == ENOBUFS)
        return 0;
    // A terminal whose other end is closed says EIO.
    if (e == ECONNRESET || e == EPIPE || e == EIO)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the other end closed the channel (%s)",
                    g_strerror(e));
    else
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(e), "cannot %s the channel: %s", what,
                    g_strerror(e));
    return -1;
}

// The first descriptor of what came along; the others are closed.
static int
first_fd(struct msghdr *msg)
{
    int first = -1;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (first < 0)
                first = fd;
            else
                close(fd);
        }
    }
    return first;
}

static gssize
read_with_fd(ChanPipe *p, guint8 *buffer, gsize size, int *fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)];
    } control;
    struct iovec iov = {buffer, size};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    ssize_t n = recvmsg(p->in, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

    if (n >= 0)
        *fd = first_fd(&msg);
    return n;
}

gssize
chan_pipe_read(ChanPipe *p, guint8 *buffer, gsize size, int *fd, GError **error)
{
    *fd = -1;
    gssize n = p->accepts_fds ? read_with_fd(p, buffer, size, fd) : read(p->in, buffer, size);

    if (n < 0)
        return failed("read from", error);
    if (n == 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                            "the other end closed the channel");
        return -1;
    }
    return n;
}

gboolean
chan_pipe_has_more(const ChanPipe *p, gssize n, gsize size)
{
    return n > 0 && ((gsize)n == size || (p->in_tty && n >= TTY_READ_MAX));
}

gssize
chan_pipe_write(ChanPipe *p, const ChanSpan *spans, gsize n_spans, int fd, GError **error)
{
    struct iovec iov[SPANS_MAX];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n_spans};
    ssize_t n;

    g_assert(n_spans <= SPANS_MAX);
    for (gsize i = 0; i < n_spans; i++)
        iov[i] = (struct iovec){(gpointer)spans[i].data, spans[i].size};
    if (fd >= 0) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        *c = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    if (p->out_socket)
        n = sendmsg(p->out, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
    else
        n = writev(p->out, iov, (int)n_spans);
    return n < 0 ? failed("write to", error) : n;
}

gboolean
chan_pipe_unsent(ChanPipe *p, gsize *bytes)
{
    int n = 0;

    if (p->unsent_request == 0 || ioctl(p->out, p->unsent_request, &n) < 0 || n < 0)
        return FALSE;
    *bytes = (gsize)n;
    return TRUE;
}
