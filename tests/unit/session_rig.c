// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/session_rig.h"

#include "channel/glib/packet.h"
#include "hostbroker/error.h"
#include "hostbroker/session_yield.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// ---- the programs' side

static void
member_free(gpointer data)
{
    Member *m = data;

    close(m->control);
    close(m->life);
    g_free(m->name);
    g_free(m->display);
    g_free(m);
}

static int
receive(int fd, char *text, gsize size)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = {text, size - 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    int got = -1;
    ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);

    g_assert_cmpint(n, >, 0);
    text[n] = 0;
    g_assert_nonnull(CMSG_FIRSTHDR(&msg));
    memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof got);
    return got;
}

void
rig_end(const Member *m, guint8 code)
{
    g_assert_cmpint(send(m->life, &code, 1, 0), ==, 1);
}

static gboolean
on_member(int fd, GIOCondition condition, gpointer user)
{
    Rig *rig = user;
    Member *m = g_new0(Member, 1);
    char text[256];

    m->life = accept(fd, NULL, NULL);
    g_assert_cmpint(m->life, >=, 0);
    m->control = receive(m->life, text, sizeof text);
    g_auto(GStrv) parts = g_strsplit(text, " ", 3);
    m->name = g_strdup(parts[0]);
    m->pid = atoi(parts[1]);
    m->display = g_strdup(parts[2]);
    g_ptr_array_add(rig->members, m);
    if (rig->ending)
        rig_end(m, 0);
    return G_SOURCE_CONTINUE;
}

void
rig_say(const Member *m, const void *message, gsize size)
{
    g_assert_cmpint(send(m->control, message, size, 0), ==, (gssize)size);
}

void
rig_say_plain(const Member *m, CtlType type)
{
    CtlPlain message = {type, sizeof message};

    rig_say(m, &message, sizeof message);
}

void
rig_say_window(const Member *m, guint32 id)
{
    CtlWindow window = {.window_id = id, .app_index = CTL_APP_NONE, .width = 10, .height = 10};

    CTL_INIT(&window, CTL_WINDOW);
    rig_say(m, &window, sizeof window);
}

void
rig_say_started(const Member *m, guint32 serial)
{
    CtlExecResult result = {.serial = serial, .code = CTL_EXEC_OK};

    CTL_INIT(&result, CTL_EXEC_RESULT);
    rig_say(m, &result, sizeof result);
}

// ---- the broker's side

static int
open_stream(gpointer user, GError **error)
{
    Rig *rig = user;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    if (rig->guest_end >= 0)
        close(rig->guest_end);
    rig->guest_end = fds[1];
    return fds[0];
}

static int
open_pixels(gpointer user, GError **error)
{
    Rig *rig = user;
    int fds[2];

    rig->pixels++;
    if (rig->refuses_pixels) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "no channel");
        return -1;
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    close(fds[1]);
    return fds[0];
}

static void
send_table(BrokerSession *session, gpointer user)
{
}

static void
on_changed(gpointer user)
{
    ((Rig *)user)->changed++;
}

static void
on_tell(const char *text, gpointer user)
{
    Rig *rig = user;

    g_test_message("told: %s", text);
    rig->told++;
    g_free(rig->text);
    rig->text = g_strdup(text);
}

static const BrokerApp *
on_app(guint32 index, gpointer user)
{
    return NULL;
}

const BrokerSessionEvents rig_events = {open_stream, open_pixels, send_table,
                                        on_changed,  on_tell,     on_app};

static void
on_done(const GError *error, gpointer user)
{
    Rig *rig = user;

    rig->done++;
    g_clear_error(&rig->error);
    rig->error = error ? g_error_copy(error) : NULL;
}

Member *
rig_started(Rig *rig, guint number, const char *name)
{
    WAIT_FOR(rig, rig->members->len > number);
    Member *m = g_ptr_array_index(rig->members, number);
    g_assert_cmpstr(m->name, ==, name);
    return m;
}

// Of two that are started at once, and come in the order that the machine likes.
Member *
rig_started_of_two(Rig *rig, guint first, const char *name)
{
    WAIT_FOR(rig, rig->members->len > first + 1);
    Member *m = g_ptr_array_index(rig->members, first);
    if (g_strcmp0(m->name, name) != 0)
        m = g_ptr_array_index(rig->members, first + 1);
    g_assert_cmpstr(m->name, ==, name);
    return m;
}

// A message of this type has come from the broker; what came before it is forgotten.
gboolean
rig_hears(const Member *m, CtlType type)
{
    guint8 packet[CTL_PACKET_MAX];
    CtlHeader header;
    ssize_t n;

    do {
        n = recv(m->control, packet, sizeof packet, MSG_DONTWAIT);
        if (n < (ssize_t)sizeof header)
            return FALSE;
        memcpy(&header, packet, sizeof header);
    } while (header.type != type);
    return TRUE;
}

void
rig_set_config(Rig *rig, const char *line)
{
    g_autofree char *text = g_strdup_printf("[Guest]\nkind=command\n%s\n[Command]\nargv=x\n", line);
    BrokerConfig *config = broker_config_parse("demo", "demo.conf", text, strlen(text), NULL);

    g_assert_nonnull(config);
    if (rig->session)
        broker_session_set_config(rig->session, config);
    broker_config_free(rig->config);
    rig->config = config;
}

Rig *
rig_new(void)
{
    Rig *rig = g_new0(Rig, 1);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    rig->host = broker_host_new(g_main_context_default(), NULL);
    g_assert_nonnull(rig->host);
    rig->members = g_ptr_array_new_with_free_func(member_free);
    rig->guest_end = -1;
    rig->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    g_autofree char *path = broker_host_program(rig->host, "members");
    (void)g_unlink(path);
    g_assert_cmpuint(g_strlcpy(address.sun_path, path, sizeof address.sun_path), <,
                     sizeof address.sun_path);
    g_assert_cmpint(bind(rig->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(rig->listener, 16), ==, 0);
    rig->source = g_unix_fd_source_new(rig->listener, G_IO_IN);
    g_source_set_callback(rig->source, G_SOURCE_FUNC(on_member), rig, NULL);
    g_source_attach(rig->source, rig->host->context);
    rig_set_config(rig, "idle_timeout_s=-1");
    rig->sign_in = broker_sign_in_new(rig->host, "demo");
    rig->session = broker_session_new(rig->host, rig->config, rig->sign_in, &rig_events, rig);
    return rig;
}

void
rig_free(Rig *rig)
{
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, "the test ends");

    rig->ending = TRUE;
    broker_session_stop(rig->session, error);
    for (guint i = 0; i < rig->members->len; i++)
        (void)send(((Member *)g_ptr_array_index(rig->members, i))->life, "", 1, MSG_NOSIGNAL);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "none"));
    broker_session_free(rig->session);
    broker_sign_in_free(rig->sign_in);
    g_source_destroy(rig->source);
    g_source_unref(rig->source);
    g_ptr_array_unref(rig->members);
    close(rig->listener);
    if (rig->guest_end >= 0)
        close(rig->guest_end);
    broker_config_free(rig->config);
    broker_host_free(rig->host);
    g_clear_error(&rig->error);
    g_free(rig->text);
    g_free(rig);
}

gboolean
rig_prepare(Rig *rig, const char *variable, GError **error)
{
    const char *const environment[] = {variable, NULL};

    return broker_session_prepare(rig->session, FALSE, environment, error);
}

void
rig_exec(Rig *rig, CtlExecKind kind)
{
    BrokerExec what = {kind, "xterm", NULL, "", "demo", 60, CTL_APP_NONE, FALSE};

    g_assert_true(broker_session_exec(rig->session, &what, on_done, rig, NULL));
}

// View and session of a first launch, both ready; the program was asked for and not answered for.
void
rig_launch(Rig *rig, Member **view, Member **session)
{
    g_assert_true(rig_prepare(rig, "DISPLAY=:1", NULL));
    *view = rig_started(rig, 0, "casement-view");
    rig_say_plain(*view, CTL_VIEW_READY);
    broker_session_service(rig->session, TRUE, NULL);
    *session = rig_started(rig, 1, "casement-session");
    rig_say_plain(*session, CTL_READY);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "up"));
    rig_exec(rig, CTL_EXEC_COMMAND);
    WAIT_FOR(rig, rig_hears(*session, CTL_EXEC));
}

guint
rig_count_windows(const Rig *rig)
{
    return broker_window_list_count(broker_session_windows(rig->session));
}

// The same, and the program has started: without a window, or with one.
void
rig_launch_started(Rig *rig, Member **view, Member **session)
{
    rig_launch(rig, view, session);
    rig_say_started(*session, 1);
    WAIT_FOR(rig, rig->done == 1);
}

void
rig_launch_shown(Rig *rig, Member **view, Member **session)
{
    rig_launch(rig, view, session);
    rig_say_started(*session, 1);
    rig_say_window(*session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 1 && rig->done == 1);
}

Member *
rig_kill_view(Rig *rig, const Member *view)
{
    kill(view->pid, SIGKILL);
    return rig_started(rig, 2, "casement-view");
}
