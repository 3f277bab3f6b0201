// SPDX-License-Identifier: Apache-2.0
// Stands for casement-session and casement-view in tests of the broker's session: hands its control
// pipe to the test, by the socket "members" beside it, and does nothing but end when told.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONTROL_FD 3

static int
connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static ssize_t
send_with_control(int fd, char *text)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {text, strlen(text)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    int control_fd = CONTROL_FD;

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof control_fd);
    memcpy(CMSG_DATA(c), &control_fd, sizeof control_fd);
    return sendmsg(fd, &msg, 0);
}

int
main(int argc, char **argv)
{
    const char *display = getenv("DISPLAY"), *slash = strrchr(argv[0], '/');
    char path[256], text[256];
    unsigned char code = 0;

    if (!slash)
        return 2;
    snprintf(path, sizeof path, "%.*s/members", (int)(slash - argv[0]), argv[0]);
    snprintf(text, sizeof text, "%s %d %s", slash + 1, (int)getpid(), display ? display : "");
    int fd = connect_to(path);
    if (fd < 0 || send_with_control(fd, text) < 0)
        return 2;
    close(CONTROL_FD);
    return read(fd, &code, 1) == 1 ? code : 0;
}
