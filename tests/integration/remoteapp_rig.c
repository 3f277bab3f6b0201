// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/remoteapp_rig.h"

#include <X11/Xutil.h>
#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define STEP_MS 10

char *
rig_program(const char *name)
{
    const char *build = g_getenv("CASEMENT_BUILD");
    g_assert_nonnull(build);
    return g_build_filename(build, "bin", name, NULL);
}

static pid_t
start(const char *const *argv, int keep_fd)
{
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (keep_fd >= 0)
        dup2(keep_fd, 3);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

static int
end(pid_t pid, int signal)
{
    int status = 0;
    if (pid <= 0)
        return status;
    kill(pid, signal);
    waitpid(pid, &status, 0);
    return status;
}

static void
start_x(Rig *rig)
{
    int fds[2];
    g_assert_true(g_unix_open_pipe(fds, 0, NULL));
    const char *const argv[] = {"Xvfb",         "-displayfd", "3",   "-screen", "0",
                                "1600x1000x24", "-nolisten",  "tcp", "-ac",     NULL};
    rig->x_server = start(argv, fds[1]);
    close(fds[1]);
    char number[16] = "";
    gsize got = 0;
    while (got < sizeof number - 1 && strchr(number, '\n') == NULL) {
        ssize_t n = read(fds[0], number + got, sizeof number - 1 - got);
        g_assert_cmpint(n, >, 0);
        got += (gsize)n;
    }
    close(fds[0]);
    rig->display = g_strdup_printf(":%d", atoi(number));
    g_setenv("DISPLAY", rig->display, TRUE);
    rig->dpy = XOpenDisplay(rig->display);
    g_assert_nonnull(rig->dpy);
}

void
rig_start(Rig *rig, const char *const *extra)
{
    g_autofree char *program = rig_program("casement-remoteapp");
    g_autofree char *open = g_build_filename(rig->dir, "open", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    g_ptr_array_add(argv, (gpointer) "--guest-dir");
    g_ptr_array_add(argv, rig->dir);
    g_ptr_array_add(argv, (gpointer) "--listen");
    g_ptr_array_add(argv, open);
    for (; extra != NULL && *extra != NULL; extra++)
        g_ptr_array_add(argv, (gpointer)*extra);
    g_ptr_array_add(argv, NULL);
    rig->remoteapp = start((const char *const *)argv->pdata, -1);
}

Rig *
rig_new(const char *const *extra)
{
    Rig *rig = g_new0(Rig, 1);
    rig->dir = g_dir_make_tmp("casement-rig-XXXXXX", NULL);
    g_assert_nonnull(rig->dir);
    signal(SIGPIPE, SIG_IGN);
    g_setenv("HOME", rig->dir, TRUE);
    g_setenv("WLOG_LEVEL", "OFF", FALSE);
    start_x(rig);
    rig_start(rig, extra);
    return rig;
}

void
rig_kill(Rig *rig, int signal)
{
    int status = end(rig->remoteapp, signal);
    g_assert_true(signal == SIGKILL || status == 0);
    rig->remoteapp = 0;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        if (g_file_test(inner, G_FILE_TEST_IS_DIR) && !g_file_test(inner, G_FILE_TEST_IS_SYMLINK))
            remove_tree(inner);
        else
            g_unlink(inner);
    }
    g_rmdir(path);
}

void
rig_free(Rig *rig)
{
    rig_kill(rig, SIGTERM);
    XCloseDisplay(rig->dpy);
    end(rig->x_server, SIGTERM);
    remove_tree(rig->dir);
    g_free(rig->dir);
    g_free(rig->display);
    g_free(rig);
}

// The server may be starting.
static int
connect_path(Rig *rig, const char *name, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", rig->dir, name);
    for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
        g_assert_cmpint(fd, >=, 0);
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        close(fd);
        poll(NULL, 0, STEP_MS);
    }
    g_error("nobody listens on %s", address.sun_path);
}

int
rig_open(Rig *rig)
{
    return connect_path(rig, "open", SOCK_STREAM);
}

int
rig_stream(Rig *rig)
{
    int control = connect_path(rig, "rdp", SOCK_SEQPACKET);
    int pair[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    char word[] = "RDP";
    struct iovec io = {word, 3};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } space = {0};
    struct msghdr message = {
        .msg_iov = &io,
        .msg_iovlen = 1,
        .msg_control = &space,
        .msg_controllen = sizeof space,
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &pair[1], sizeof(int));
    g_assert_cmpint(sendmsg(control, &message, 0), ==, 3);
    close(pair[1]);
    close(control);
    return pair[0];
}

TestClient *
rig_connect(Rig *rig, const TestClientOptions *options)
{
    TestClient *client = test_client_new(rig_stream(rig), options);
    g_assert_nonnull(client);
    return client;
}

Window
rig_window(Rig *rig, const char *title, const XRectangle *rect, unsigned long rgb)
{
    XSetWindowAttributes attributes = {
        .background_pixel = rgb,
        .event_mask = KeyPressMask | KeyReleaseMask | ButtonPressMask | ButtonReleaseMask |
                      PointerMotionMask | StructureNotifyMask | FocusChangeMask,
    };
    Window window = XCreateWindow(rig->dpy, DefaultRootWindow(rig->dpy), rect->x, rect->y,
                                  rect->width, rect->height, 0, CopyFromParent, InputOutput,
                                  CopyFromParent, CWBackPixel | CWEventMask, &attributes);
    XSizeHints hints = {.flags = USPosition | PPosition | USSize, .x = rect->x, .y = rect->y};
    XSetWMNormalHints(rig->dpy, window, &hints);
    XStoreName(rig->dpy, window, title);
    XMapWindow(rig->dpy, window);
    XFlush(rig->dpy);
    return window;
}

void
rig_fill(Rig *rig, Window window, const XRectangle *rect, unsigned long rgb)
{
    XGCValues values = {.foreground = rgb};
    GC gc = XCreateGC(rig->dpy, window, GCForeground, &values);
    XFillRectangles(rig->dpy, window, gc, (XRectangle *)rect, 1);
    XFreeGC(rig->dpy, gc);
    XFlush(rig->dpy);
}

typedef struct {
    Rig *rig;
    Window window;
    int type;
    XEvent *event;
} WantedEvent;

static bool
has_event(TestClient *client, gconstpointer data)
{
    const WantedEvent *want = data;
    return XCheckTypedWindowEvent(want->rig->dpy, want->window, want->type, want->event);
}

bool
rig_wait_event(Rig *rig, TestClient *client, Window window, int type, XEvent *event)
{
    WantedEvent want = {rig, window, type, event};
    return test_client_until(client, has_event, &want, PATIENCE_MS);
}
