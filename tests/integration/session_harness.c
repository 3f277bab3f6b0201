// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/session_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char *
harness_program(const char *name)
{
    const char *build = g_getenv("CASEMENT_BUILD");

    g_assert_nonnull(build);
    return g_build_filename(build, "bin", name, NULL);
}

static void
buffer_free(gpointer data)
{
    HarnessBuffer *b = data;

    munmap((gpointer)b->pixels, b->size);
    g_free(b);
}

static void
send_packet(int socket, gconstpointer data, gsize size, int fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {(gpointer)data, size};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    if (fd >= 0) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control;
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    if (sendmsg(socket, &msg, MSG_NOSIGNAL) < 0)
        g_assert_true(errno == EPIPE || errno == ECONNRESET);
}

void
harness_send_control(Harness *h, gconstpointer message, gsize size, int fd)
{
    send_packet(h->control, message, size, fd);
}

void
harness_send_view(Harness *h, gconstpointer message, gsize size, int fd)
{
    send_packet(h->view, message, size, fd);
}

void
harness_send_screen(Harness *h, guint width, guint height)
{
    ViewScreen m = {.root = {0, 0, width, height},
                    .work_area = {0, 0, width, height},
                    .scale_percent = 100,
                    .refresh_mhz = 60000,
                    .n_monitors = 1,
                    .monitors = {{0, 0, width, height}}};

    VIEW_INIT(&m, VIEW_MSG_SCREEN);
    harness_send_view(h, &m, sizeof m, -1);
}

static void
send_layout(Harness *h)
{
    ViewLayout m = {.rdp_layout = 0x409, .keys = {.layout = "us"}};

    VIEW_INIT(&m, VIEW_MSG_LAYOUT);
    harness_send_view(h, &m, sizeof m, -1);
}

static void
send_setup(Harness *h, guint32 flags)
{
    CtlSetup m = {.flags = flags, .max_windows = 100, .guest = "probe", .label = "The probe"};

    CTL_INIT(&m, CTL_SETUP);
    harness_send_control(h, &m, sizeof m, -1);
}

static GPid
spawn(int control, int view, int rdp)
{
    g_autofree char *program = harness_program("casement-session");
    g_autofree char *c = g_strdup_printf("%d", control), *v = g_strdup_printf("%d", view),
                    *r = g_strdup_printf("%d", rdp);
    char *argv[] = {program, "--control-fd", c, "--view-fd", v, "--rdp-fd", r, NULL};
    pid_t pid = fork();

    g_assert_cmpint(pid, >=, 0);
    if (pid > 0)
        return pid;
    execv(program, argv);
    _exit(127);
}

Harness *
harness_new(int take_rdp_fd, guint width, guint height, guint32 setup_flags)
{
    Harness *h = g_new0(Harness, 1);
    int control[2], view[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control), ==, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, view), ==, 0);
    fcntl(control[0], F_SETFD, FD_CLOEXEC);
    fcntl(view[0], F_SETFD, FD_CLOEXEC);
    h->windows = g_ptr_array_new_with_free_func(g_free);
    h->buffers = g_ptr_array_new_with_free_func(buffer_free);
    h->results = g_array_new(FALSE, FALSE, sizeof(CtlExecResult));
    h->infos = g_array_new(FALSE, FALSE, sizeof(CtlWindow));
    h->stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    h->notices = g_string_new(NULL);
    h->tray = g_ptr_array_new_with_free_func(g_free);
    h->balloons = g_string_new(NULL);
    h->clip = g_string_new(NULL);
    h->sound = g_byte_array_new();
    h->control = control[0];
    h->view = view[0];
    h->pid = spawn(control[1], view[1], take_rdp_fd);
    close(control[1]);
    close(view[1]);
    close(take_rdp_fd);
    send_setup(h, setup_flags);
    harness_send_screen(h, width, height);
    send_layout(h);
    return h;
}

int
harness_wait_exit(Harness *h, guint seconds)
{
    gint64 until = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    int status = 0;

    while (g_get_monotonic_time() < until) {
        if (waitpid(h->pid, &status, WNOHANG) == h->pid) {
            h->pid = 0;
            return status;
        }
        harness_drain(h, 10);
    }
    g_error("casement-session did not end within %u s", seconds);
}

void
harness_free(Harness *h)
{
    if (h->pid > 0) {
        kill(h->pid, SIGKILL);
        waitpid(h->pid, NULL, 0);
    }
    if (h->control >= 0)
        close(h->control);
    if (h->view >= 0)
        close(h->view);
    g_ptr_array_unref(h->windows);
    g_ptr_array_unref(h->buffers);
    g_array_unref(h->results);
    g_array_unref(h->infos);
    g_array_unref(h->stack);
    g_string_free(h->notices, TRUE);
    g_ptr_array_unref(h->tray);
    g_string_free(h->balloons, TRUE);
    g_string_free(h->clip, TRUE);
    g_byte_array_unref(h->sound);
    g_free(h);
}

HarnessWindow *
harness_window(Harness *h, guint32 id)
{
    for (guint i = 0; i < h->windows->len; i++) {
        HarnessWindow *w = h->windows->pdata[i];
        if (w->id == id && !w->gone)
            return w;
    }
    return NULL;
}

HarnessWindow *
harness_window_titled(Harness *h, const char *part)
{
    for (guint i = 0; i < h->windows->len; i++) {
        HarnessWindow *w = h->windows->pdata[i];
        if (!w->gone && strstr(w->title, part))
            return w;
    }
    return NULL;
}

HarnessBuffer *
harness_buffer(Harness *h, guint32 id)
{
    for (guint i = 0; i < h->buffers->len; i++) {
        HarnessBuffer *b = h->buffers->pdata[i];
        if (b->id == id)
            return b;
    }
    return NULL;
}

guint32
harness_pixel(Harness *h, HarnessWindow *w, guint x, guint y)
{
    HarnessBuffer *b = harness_buffer(h, w->commit.buffer_id);

    g_assert_nonnull(b);
    g_assert_true(x < b->width && y < b->height);
    const guint8 *p = b->pixels + (gsize)y * b->stride + (gsize)x * 4;
    return (guint32)p[2] << 16 | (guint32)p[1] << 8 | p[0];
}

// From the session.

static void
take_buffer(Harness *h, const ViewBuffer *m, int fd)
{
    HarnessBuffer *b = g_new0(HarnessBuffer, 1);
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    struct stat st;

    g_assert_null(harness_buffer(h, m->id));
    g_assert_cmpint(fcntl(fd, F_GET_SEALS) & seals, ==, seals);
    g_assert_cmpint(fstat(fd, &st), ==, 0);
    b->size = (gsize)m->stride * m->height;
    g_assert_cmpint(st.st_size, >=, (gint64)b->size);
    // The receiver gets no writable mapping.
    g_assert_true(mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    if (!h->any_way)
        g_assert_cmpuint(m->way, ==, h->way);
    b->way = (ViewPixelsWay)m->way;
    b->pixels = mmap(NULL, b->size, PROT_READ, MAP_SHARED, fd, 0);
    g_assert_true(b->pixels != MAP_FAILED);
    b->id = m->id;
    b->window = m->window_id;
    b->width = m->width;
    b->height = m->height;
    b->stride = m->stride;
    g_ptr_array_add(h->buffers, b);
}

static void
take_commit(Harness *h, const ViewCommit *m)
{
    HarnessWindow *w = harness_window(h, m->id);
    const ViewRect *damage = (const ViewRect *)(m + 1);
    ViewShown shown = {.id = m->id, .serial = m->serial};

    g_assert_nonnull(w);
    g_assert_cmpuint(m->serial, ==, w->commit.serial + 1);
    if (m->buffer_id) {
        HarnessBuffer *b = harness_buffer(h, m->buffer_id);
        g_assert_nonnull(b);
        g_assert_cmpuint(b->window, ==, m->id);
        for (guint i = 0; i < m->n_damage; i++) {
            g_assert_cmpint(damage[i].x + (gint64)damage[i].width, <=, b->width);
            g_assert_cmpint(damage[i].y + (gint64)damage[i].height, <=, b->height);
            w->damaged += (guint64)damage[i].width * damage[i].height;
        }
    }
    w->commit = *m;
    if (h->on_commit && m->buffer_id)
        h->on_commit(h, w, damage, m->n_damage, h->user);
    VIEW_INIT(&shown, VIEW_MSG_SHOWN);
    if (!h->hold_shown)
        harness_send_view(h, &shown, sizeof shown, -1);
}

static HarnessWindow *
window_for(Harness *h, guint32 id)
{
    HarnessWindow *w = harness_window(h, id);

    if (w)
        return w;
    w = g_new0(HarnessWindow, 1);
    w->id = id;
    g_ptr_array_add(h->windows, w);
    return w;
}

static void
take_clip_data(Harness *h, const ViewClipData *m)
{
    g_string_append_len(h->clip, (const char *)(m + 1), m->header.size - sizeof *m);
    if (m->last)
        h->clip_done++;
}

static void
take_sound(Harness *h, const ViewSound *m)
{
    ViewSoundPlayed played = {.serial = m->serial, .latency_us = 20000};

    h->sound_blocks++;
    g_byte_array_append(h->sound, (const guint8 *)(m + 1), m->bytes);
    VIEW_INIT(&played, VIEW_MSG_SOUND_PLAYED);
    harness_send_view(h, &played, sizeof played, -1);
}

static void
take_title(HarnessWindow *w, ChanSpan text)
{
    g_assert_cmpuint(text.size, <, sizeof w->title);
    memset(w->title, 0, sizeof w->title);
    if (text.size > 0)
        memcpy(w->title, text.data, text.size);
}

static void
take_window_message(Harness *h, ChanSpan p, int fd)
{
    gconstpointer m = p.data;
    const ViewTitle *title = m;
    const ViewIcon *icon = m;
    const ViewId *id = m;
    HarnessWindow *w;
    ChanWindowNames names;

    switch (view_type(p)) {
    case VIEW_MSG_NAMES:
        w = window_for(h, id->id);
        g_assert_true(chan_window_names_unpack(CHAN_SPAN(id + 1, p.size - sizeof *id), &names));
        take_title(
            w, names.untrusted_text[names.said & (1u << CHAN_NAME_TITLE) ? CHAN_NAME_TITLE
                                                                         : CHAN_NAME_OLD_TITLE]);
        break;
    case VIEW_MSG_WINDOW:
        w = window_for(h, ((const ViewWindow *)m)->id);
        w->window = *(const ViewWindow *)m;
        break;
    case VIEW_MSG_TITLE:
        w = window_for(h, title->id);
        take_title(w, CHAN_SPAN(title + 1, p.size - sizeof *title));
        break;
    case VIEW_MSG_ICON:
        w = window_for(h, icon->id);
        w->icon_width = icon->width;
        w->icon_height = icon->height;
        break;
    case VIEW_MSG_BUFFER:
        take_buffer(h, m, fd);
        break;
    case VIEW_MSG_BUFFER_GONE:
        g_assert_true(g_ptr_array_remove(h->buffers, harness_buffer(h, id->id)));
        break;
    case VIEW_MSG_COMMIT:
        take_commit(h, m);
        break;
    default: // WINDOW_GONE
        w = harness_window(h, id->id);
        g_assert_nonnull(w);
        w->gone = TRUE;
    }
}

static void
take_other_message(Harness *h, ChanSpan p)
{
    gconstpointer m = p.data;
    const ViewStack *stack = m;
    const ViewClip *clip = m;

    switch (view_type(p)) {
    case VIEW_MSG_STACK:
        g_array_set_size(h->stack, 0);
        g_array_append_vals(h->stack, stack + 1, stack->count);
        break;
    case VIEW_MSG_ACTIVE:
        h->active = ((const ViewId *)m)->id;
        break;
    case VIEW_MSG_MOVE_LOOP:
        h->move_loop = *(const ViewMoveLoop *)m;
        break;
    case VIEW_MSG_CURSOR:
        h->cursors++;
        break;
    case VIEW_MSG_SETTLED:
        h->settled = ((const ViewSettle *)m)->serial;
        h->settled_count++;
        break;
    case VIEW_MSG_SOUND_OPEN:
        h->sound_rate = ((const ViewSoundOpen *)m)->rate;
        h->sound_channels = ((const ViewSoundOpen *)m)->channels;
        h->sound_target_ms = ((const ViewSoundOpen *)m)->target_ms;
        break;
    case VIEW_MSG_SOUND:
        take_sound(h, m);
        break;
    case VIEW_MSG_CLIP_OFFER:
        h->clip_offers[clip->selection] = *clip;
        break;
    case VIEW_MSG_CLIP_WANT:
        h->clip_want = *clip;
        break;
    case VIEW_MSG_CLIP_DATA:
        take_clip_data(h, m);
        break;
    default:
        break;
    }
}

static void
take_view(Harness *h, ChanSpan p, int fd)
{
    g_assert_true(view_check(p));
    g_assert_cmpuint(view_fds(p), ==, fd >= 0 ? 1 : 0);
    if (view_type(p) <= VIEW_MSG_WINDOW_GONE || view_type(p) == VIEW_MSG_NAMES)
        take_window_message(h, p, fd);
    else
        take_other_message(h, p);
}

const CtlTray *
harness_tray(Harness *h, guint32 window, guint32 icon)
{
    for (guint i = 0; i < h->tray->len; i++) {
        const CtlTray *t = h->tray->pdata[i];
        if (t->window_id == window && t->icon_id == icon)
            return t;
    }
    return NULL;
}

static void
take_tray(Harness *h, ChanSpan p)
{
    const CtlTrayId *id = (const CtlTrayId *)p.data;
    const CtlTray *former = harness_tray(h, id->window_id, id->icon_id);
    const CtlTrayBalloon *balloon = (const CtlTrayBalloon *)p.data;

    if (ctl_type(p) == CTL_TRAY_BALLOON) {
        g_string_append_printf(h->balloons, "%s|%s\n", balloon->untrusted_title,
                               balloon->untrusted_text);
        return;
    }
    g_assert_true(former || ctl_type(p) == CTL_TRAY);
    if (former)
        g_ptr_array_remove(h->tray, (gpointer)former);
    if (ctl_type(p) == CTL_TRAY)
        g_ptr_array_add(h->tray, g_memdup2(p.data, p.size));
}

static void
take_control(Harness *h, ChanSpan p)
{
    g_assert_true(ctl_check(p));
    switch (ctl_type(p)) {
    case CTL_READY:
        h->ready = TRUE;
        break;
    case CTL_TRAY:
    case CTL_TRAY_GONE:
    case CTL_TRAY_BALLOON:
        take_tray(h, p);
        break;
    case CTL_EXEC_RESULT:
        g_array_append_vals(h->results, p.data, 1);
        break;
    case CTL_WINDOW:
        g_array_append_vals(h->infos, p.data, 1);
        break;
    case CTL_NOTICE: {
        const CtlNotice *n = (const CtlNotice *)p.data;
        g_string_append_printf(h->notices, "%s\n", n->text);
        h->fatal = h->fatal || n->fatal;
        h->notice_code = n->code;
        break;
    }
    case CTL_SIGN_IN_FAILED: {
        const CtlSignInFailed *f = (const CtlSignInFailed *)p.data;
        g_string_append(h->notices, f->text);
        h->sign_in_failed = TRUE;
        h->sign_in_again = f->again != 0;
        break;
    }
    default:
        break;
    }
}

static gboolean
receive(Harness *h, int *socket)
{
    static guint8 data[VIEW_PACKET_MAX];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = {data, sizeof data};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    if (socket == &h->view)
        g_usleep(h->slow_us);
    ssize_t n = *socket < 0 ? -1 : recvmsg(*socket, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int fd = -1;

    if (n < 0 && errno == EAGAIN)
        return FALSE;
    if (n <= 0) {
        if (*socket >= 0)
            close(*socket);
        *socket = -1;
        return FALSE;
    }
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    if (c)
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    if (socket == &h->view)
        take_view(h, CHAN_SPAN(data, n), fd);
    else
        take_control(h, CHAN_SPAN(data, n));
    if (fd >= 0)
        close(fd);
    return TRUE;
}

void
harness_drain(Harness *h, guint ms)
{
    struct pollfd polls[] = {{h->control, POLLIN, 0}, {h->view, POLLIN, 0}};
    gint64 until = g_get_monotonic_time() + ms * 1000;
    gint64 left;

    do {
        while (receive(h, &h->control) || receive(h, &h->view))
            continue;
        left = until - g_get_monotonic_time();
        polls[0].fd = h->control;
        polls[1].fd = h->view;
        if (left > 0)
            poll(polls, 2, (int)(left / 1000 + 1));
    } while (left > 0);
}

void
harness_wait(Harness *h, HarnessCheck check, gpointer user, guint seconds, const char *what)
{
    gint64 until = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;

    while (!check(h, user)) {
        struct pollfd polls[] = {{h->control, POLLIN, 0}, {h->view, POLLIN, 0}};
        if (g_get_monotonic_time() > until)
            g_error("waited %u s in vain for: %s. Notices: %s", seconds, what, h->notices->str);
        if (!receive(h, &h->control) && !receive(h, &h->view))
            poll(polls, 2, 20);
    }
}

void
harness_new_view(Harness *h)
{
    CtlPlain m = {CTL_VIEW, sizeof m};
    int view[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, view), ==, 0);
    if (h->view >= 0)
        close(h->view);
    h->view = view[0];
    g_ptr_array_set_size(h->windows, 0);
    g_ptr_array_set_size(h->buffers, 0);
    harness_send_control(h, &m, sizeof m, view[1]);
    close(view[1]);
    harness_send_screen(h, 1280, 800);
    send_layout(h);
}

void
harness_give_pixels(Harness *h, int take_fd)
{
    CtlPlain m = {CTL_PIXELS, sizeof m};

    harness_send_control(h, &m, sizeof m, take_fd);
    close(take_fd);
}

void
harness_exec(Harness *h, guint32 serial, CtlExecKind kind, const char *program,
             const char *const *args)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    CtlExec m = {.serial = serial, .kind = kind};

    CTL_INIT(&m, CTL_EXEC);
    CTL_SET_TEXT(m.program, program);
    g_byte_array_append(packet, (const guint8 *)&m, sizeof m);
    for (; args && *args; args++)
        g_byte_array_append(packet, (const guint8 *)*args, (guint)strlen(*args) + 1);
    ((CtlExec *)packet->data)->header.size = packet->len;
    harness_send_control(h, packet->data, packet->len, -1);
}
