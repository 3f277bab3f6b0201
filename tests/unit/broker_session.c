// SPDX-License-Identifier: Apache-2.0
// A guest's session as the broker keeps it, with programs that do nothing by themselves: what they
// say, and when which of them ends, is the test's to choose.
#include "hostbroker/session.h"

#include "channel/glib/timer.h"
#include "hostbroker/session_yield.h"

#include "channel/glib/packet.h"
#include "hostbroker/error.h"
#include "tests/unit/session_home.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE_MS 10000

typedef struct {
    char *name, *display;
    pid_t pid;
    int control; // the program's end of its control pipe
    int life;    // a byte ends it, with that exit code
} Member;

typedef struct {
    BrokerHost *host;
    BrokerConfig *config;
    BrokerSession *session;
    BrokerSignIn *sign_in;
    GPtrArray *members; // in the order of their start
    GSource *source;
    int listener, guest_end;
    guint changed, told, done;
    char *text;      // told last
    GError *error;   // of the last launch
    gboolean ending; // whoever comes is told to end
} Rig;

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

static void
end(const Member *m, guint8 code)
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
        end(m, 0);
    return G_SOURCE_CONTINUE;
}

static void
say(const Member *m, const void *message, gsize size)
{
    g_assert_cmpint(send(m->control, message, size, 0), ==, (gssize)size);
}

static void
say_plain(const Member *m, CtlType type)
{
    CtlPlain message = {type, sizeof message};

    say(m, &message, sizeof message);
}

static void
say_window(const Member *m, guint32 id)
{
    CtlWindow window = {.window_id = id, .app_index = CTL_APP_NONE, .width = 10, .height = 10};

    CTL_INIT(&window, CTL_WINDOW);
    say(m, &window, sizeof window);
}

static void
say_started(const Member *m, guint32 serial)
{
    CtlExecResult result = {.serial = serial, .code = CTL_EXEC_OK};

    CTL_INIT(&result, CTL_EXEC_RESULT);
    say(m, &result, sizeof result);
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

static const BrokerSessionEvents events = {open_stream, send_table, on_changed, on_tell, on_app};

static void
on_done(const GError *error, gpointer user)
{
    Rig *rig = user;

    rig->done++;
    g_clear_error(&rig->error);
    rig->error = error ? g_error_copy(error) : NULL;
}

static gboolean
on_deadline(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_REMOVE;
}

// Runs the broker until the condition holds; it must, before the deadline.
#define WAIT_FOR(rig, condition)                                                                   \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gboolean late_ = FALSE, true_;                                                             \
        GSource *timer_ = chan_timer_new((rig)->host->context, DEADLINE_MS, on_deadline, &late_);  \
        while (!(true_ = (condition)) && !late_)                                                   \
            g_main_context_iteration((rig)->host->context, TRUE);                                  \
        chan_timer_clear(&timer_);                                                                 \
        if (!true_)                                                                                \
            g_error("waited %d ms for %s", DEADLINE_MS, #condition);                               \
    }                                                                                              \
    G_STMT_END

static Member *
started(Rig *rig, guint number, const char *name)
{
    WAIT_FOR(rig, rig->members->len > number);
    Member *m = g_ptr_array_index(rig->members, number);
    g_assert_cmpstr(m->name, ==, name);
    return m;
}

// Of two that are started at once, and come in the order that the machine likes.
static Member *
started_of_two(Rig *rig, guint first, const char *name)
{
    WAIT_FOR(rig, rig->members->len > first + 1);
    Member *m = g_ptr_array_index(rig->members, first);
    if (g_strcmp0(m->name, name) != 0)
        m = g_ptr_array_index(rig->members, first + 1);
    g_assert_cmpstr(m->name, ==, name);
    return m;
}

// A message of this type has come from the broker; what came before it is forgotten.
static gboolean
hears(const Member *m, CtlType type)
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

static void
set_config(Rig *rig, const char *line)
{
    g_autofree char *text = g_strdup_printf("[Guest]\nkind=command\n%s\n[Command]\nargv=x\n", line);
    BrokerConfig *config = broker_config_parse("demo", "demo.conf", text, strlen(text), NULL);

    g_assert_nonnull(config);
    if (rig->session)
        broker_session_set_config(rig->session, config);
    broker_config_free(rig->config);
    rig->config = config;
}

static Rig *
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
    set_config(rig, "idle_timeout_s=-1");
    rig->sign_in = broker_sign_in_new(rig->host, "demo");
    rig->session = broker_session_new(rig->host, rig->config, rig->sign_in, &events, rig);
    return rig;
}

static void
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

static gboolean
prepare(Rig *rig, const char *variable, GError **error)
{
    const char *const environment[] = {variable, NULL};

    return broker_session_prepare(rig->session, FALSE, environment, error);
}

static void
exec(Rig *rig, CtlExecKind kind)
{
    BrokerExec what = {kind, "xterm", NULL, "", "demo", 60, CTL_APP_NONE, FALSE};

    g_assert_true(broker_session_exec(rig->session, &what, on_done, rig, NULL));
}

// View and session of a first launch, both ready; the program was asked for and not answered for.
static void
launch(Rig *rig, Member **view, Member **session)
{
    g_assert_true(prepare(rig, "DISPLAY=:1", NULL));
    *view = started(rig, 0, "casement-view");
    say_plain(*view, CTL_VIEW_READY);
    broker_session_service(rig->session, TRUE, NULL);
    *session = started(rig, 1, "casement-session");
    say_plain(*session, CTL_READY);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "up"));
    exec(rig, CTL_EXEC_COMMAND);
    WAIT_FOR(rig, hears(*session, CTL_EXEC));
}

static guint
count_windows(const Rig *rig)
{
    return broker_window_list_count(broker_session_windows(rig->session));
}

// The same, and the program has started: without a window, or with one.
static void
launch_started(Rig *rig, Member **view, Member **session)
{
    launch(rig, view, session);
    say_started(*session, 1);
    WAIT_FOR(rig, rig->done == 1);
}

static void
launch_shown(Rig *rig, Member **view, Member **session)
{
    launch(rig, view, session);
    say_started(*session, 1);
    say_window(*session, 7);
    WAIT_FOR(rig, count_windows(rig) == 1 && rig->done == 1);
}

static Member *
kill_view(Rig *rig, const Member *view)
{
    kill(view->pid, SIGKILL);
    return started(rig, 2, "casement-view");
}

// ---- a view that ends

// A window that is known when the view ends comes back, and the user reads it once.
static void
test_view_comes_back(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_shown(rig, &view, &session);
    view = kill_view(rig, view);
    WAIT_FOR(rig, hears(session, CTL_VIEW));
    g_assert_cmpuint(rig->told, ==, 0);
    say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig, rig->told == 1);
    rig_free(rig);
}

// ---- a session that ends

// Its guest's agent was killed, and the next one takes its time.
static void
test_windows_that_are_slow_to_come_back(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_shown(rig, &view, &session);
    broker_session_service(rig->session, FALSE, NULL);
    kill(session->pid, SIGKILL);
    WAIT_FOR(rig, rig->told == 1);
    g_assert_cmpstr(rig->text, ==,
                    "Windows of demo went away: the connection to it broke. They come back when it "
                    "answers within half a minute");
    broker_session_service(rig->session, TRUE, NULL);
    session = started(rig, 2, "casement-session");
    say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig->told == 2);
    g_assert_cmpstr(rig->text, ==, "Windows of demo were interrupted and are back");
    rig_free(rig);
}

// Its first window was not told of yet, or is still on its way.
static void
test_session_ends_after_a_launch(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_started(rig, &view, &session);
    kill(session->pid, SIGKILL);
    session = started(rig, 2, "casement-session");
    say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig->told == 1);
    g_assert_cmpstr(rig->text, ==, "Windows of demo were interrupted and are back");
    rig_free(rig);
}

// A Windows whose Remote Desktop was turned off: whoever starts something then waits no longer than
// who was waiting when it went.
static void
test_launch_while_the_server_is_away(void)
{
    Rig *rig = rig_new();

    broker_session_set_sign_in(rig->session, CTL_SIGN_IN, "alice");
    broker_session_service(rig->session, TRUE, NULL);
    broker_session_service(rig->session, FALSE, "it is off");
    for (guint launch = 1; launch <= 2; launch++) {
        g_assert_true(prepare(rig, "DISPLAY=:1", NULL));
        exec(rig, CTL_EXEC_COMMAND);
        Member *view = started(rig, launch - 1, "casement-view");
        say_plain(view, CTL_VIEW_READY);
        WAIT_FOR(rig, rig->done == launch);
        g_assert_cmpstr(rig->error->message, ==, "Guest demo cannot open windows: it is off");
        end(view, 0);
        WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "none"));
    }
    rig_free(rig);
}

// The session tells of a window some time after it is on the screen.
static void
test_view_ends_before_its_window_is_told_of(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_started(rig, &view, &session);
    view = kill_view(rig, view);
    say_window(session, 7);
    say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "up") && count_windows(rig) == 1);
    g_assert_true(hears(session, CTL_VIEW));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

// A view for a session that turns out to be unused does not keep it.
static void
test_unused_session_ends_after_its_view(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_started(rig, &view, &session);
    view = kill_view(rig, view);
    set_config(rig, "idle_timeout_s=0");
    say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig, hears(session, CTL_QUIT));
    WAIT_FOR(rig, hears(view, CTL_QUIT));
    end(session, 0);
    end(view, 0);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "none"));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

static void
say_tray(const Member *m, guint32 hidden)
{
    CtlTray tray = {.window_id = 7, .icon_id = 1, .app_index = CTL_APP_NONE, .hidden = hidden};

    CTL_INIT(&tray, CTL_TRAY);
    say(m, &tray, sizeof tray);
}

// A program that is only an icon of the tray is in use; one whose icon is hidden is not.
static void
test_icon_keeps_the_session(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_shown(rig, &view, &session);
    say_tray(session, 0);
    CtlWindowId gone = {.window_id = 7};
    CTL_INIT(&gone, CTL_WINDOW_GONE);
    say(session, &gone, sizeof gone);
    WAIT_FOR(rig, count_windows(rig) == 0);
    g_assert_true(broker_session_in_use(rig->session)); // another client would take it away
    set_config(rig, "idle_timeout_s=0");
    view = kill_view(rig, view); // whatever is in use comes back
    say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig, rig->told == 1);
    g_assert_false(hears(session, CTL_QUIT));
    say_tray(session, 1);
    WAIT_FOR(rig, hears(session, CTL_QUIT));
    rig_free(rig);
}

// The display has gone with nothing on it: no news for the user.
static void
test_unused_session_ends_with_its_display(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_started(rig, &view, &session);
    end(view, 1);
    end(started(rig, 2, "casement-view"), 1);
    WAIT_FOR(rig, hears(session, CTL_QUIT));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

// What the view was started for is answered, and its window is there, before it is started again.
static void
test_window_comes_while_view_waits_for_restart(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch(rig, &view, &session);
    view = kill_view(rig, view);
    // The second time, it is not started at once.
    guint changed = rig->changed;
    kill(view->pid, SIGKILL);
    WAIT_FOR(rig, rig->changed > changed);
    say_started(session, 1);
    say_window(session, 7);
    WAIT_FOR(rig, count_windows(rig) == 1 && rig->done == 1);
    view = started(rig, 3, "casement-view");
    rig_free(rig);
}

// ---- a launch from another display

// View and session of the first launch, told to quit, do; what is started next is on the display.
static void
moves(Rig *rig, Member *view, Member *session, const char *display)
{
    WAIT_FOR(rig, hears(session, CTL_QUIT));
    WAIT_FOR(rig, hears(view, CTL_QUIT));
    end(session, 0);
    end(view, 0);
    Member *next = started_of_two(rig, 2, "casement-view");
    g_assert_cmpstr(next->display, ==, display);
    say_plain(next, CTL_VIEW_READY);
    next = started_of_two(rig, 2, "casement-session");
    say_plain(next, CTL_READY);
    exec(rig, CTL_EXEC_COMMAND);
    WAIT_FOR(rig, hears(next, CTL_EXEC));
    say_started(next, 2);
    WAIT_FOR(rig, rig->done == 2);
    g_assert_no_error(rig->error);
    g_assert_cmpuint(rig->told, ==, 0);
}

static void
test_unused_session_moves(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch(rig, &view, &session);
    g_assert_cmpstr(view->display, ==, ":1");
    say_started(session, 1);
    WAIT_FOR(rig, rig->done == 1);
    g_assert_true(prepare(rig, "DISPLAY=:2", NULL));
    moves(rig, view, session, ":2");
    rig_free(rig);
}

// It was about to end anyway.
static void
test_ending_session_moves(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch(rig, &view, &session);
    set_config(rig, "idle_timeout_s=0");
    say_started(session, 1);
    WAIT_FOR(rig, rig->done == 1);
    WAIT_FOR(rig, hears(session, CTL_QUIT));
    say_window(session, 7);
    WAIT_FOR(rig, count_windows(rig) == 1);
    g_assert_true(prepare(rig, "DISPLAY=:2", NULL));
    end(session, 0);
    end(view, 0);
    g_assert_cmpstr(started(rig, 2, "casement-view")->display, ==, ":2");
    rig_free(rig);
}

static void
refused(Rig *rig, const char *why)
{
    g_autoptr(GError) error = NULL;
    const char *const words[] = {"demo", why, "display :1,",
                                 "display :2:", "`casement guest stop demo`"};

    g_assert_false(prepare(rig, "DISPLAY=:2", &error));
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (!strstr(error->message, words[i]))
            g_error("no '%s' in: %s", words[i], error->message);
}

static void
test_session_with_windows_stays(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch(rig, &view, &session);
    refused(rig, "program of it is being started");
    say_started(session, 1);
    say_window(session, 7);
    WAIT_FOR(rig, count_windows(rig) == 1 && rig->done == 1);
    refused(rig, "its windows are open");
    // The same display by another name, and a launch from nowhere.
    static const char *const joins[] = {"DISPLAY=:1.0", "DISPLAY=unix:1", "LANG=C", "DISPLAY="};
    for (gsize i = 0; i < G_N_ELEMENTS(joins); i++) {
        g_assert_true(prepare(rig, joins[i], NULL));
        broker_session_unprepare(rig->session);
    }
    g_assert_true(prepare(rig, "DISPLAY=:1", NULL));
    exec(rig, CTL_EXEC_COMMAND);
    WAIT_FOR(rig, hears(session, CTL_EXEC));
    say_started(session, 2);
    WAIT_FOR(rig, rig->done == 2);
    // Nor do they go while their view is gone for a moment.
    kill(view->pid, SIGKILL);
    guint changed = rig->changed;
    WAIT_FOR(rig, rig->changed > changed);
    refused(rig, "its windows are open");
    g_assert_cmpstr(started(rig, 2, "casement-view")->display, ==, ":1");
    rig_free(rig);
}

// ---- the whole desktop

static guint32
setup_flags(Rig *rig, const Member *m)
{
    CtlSetup setup;

    WAIT_FOR(rig, recv(m->control, &setup, sizeof setup, MSG_DONTWAIT) > 0);
    g_assert_cmpuint(setup.header.type, ==, CTL_SETUP);
    return setup.flags;
}

static gboolean
prepare_desktop(Rig *rig, GError **error)
{
    const char *const environment[] = {"DISPLAY=:1", NULL};

    return broker_session_prepare(rig->session, TRUE, environment, error);
}

// What is started from number `first` on shows the desktop, and is done.
static void
show_desktop(Rig *rig, guint first, Member **view, Member **session)
{
    guint done = rig->done;

    *view = started(rig, first, "casement-view");
    say_plain(*view, CTL_VIEW_READY);
    broker_session_service(rig->session, TRUE, NULL);
    *session = started(rig, first + 1, "casement-session");
    g_assert_true(setup_flags(rig, *session) & CTL_DESKTOP);
    g_assert_true(broker_session_is_desktop(rig->session));
    say_plain(*session, CTL_READY);
    exec(rig, CTL_EXEC_DESKTOP);
    WAIT_FOR(rig, hears(*session, CTL_EXEC));
    say_started(*session, done + 1);
    say_window(*session, CTL_WINDOW_SCREEN);
    WAIT_FOR(rig, count_windows(rig) == 1 && rig->done == done + 1);
    g_assert_no_error(rig->error);
}

static void
end_both(Rig *rig, const Member *view, const Member *session)
{
    WAIT_FOR(rig, hears(session, CTL_QUIT));
    WAIT_FOR(rig, hears(view, CTL_QUIT));
    end(session, 0);
    end(view, 0);
}

static void
test_closed_desktop_ends_its_session(void)
{
    Rig *rig = rig_new();
    Member *view, *session;
    CtlWindowId gone = {.window_id = CTL_WINDOW_SCREEN};

    g_assert_true(prepare_desktop(rig, NULL));
    show_desktop(rig, 0, &view, &session);
    // Asked for again, it is raised.
    exec(rig, CTL_EXEC_DESKTOP);
    WAIT_FOR(rig, hears(view, CTL_RAISE));
    say_started(session, 2);
    WAIT_FOR(rig, rig->done == 2);
    CTL_INIT(&gone, CTL_WINDOW_GONE);
    say(session, &gone, sizeof gone);
    end_both(rig, view, session);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "none"));
    g_assert_false(broker_session_is_desktop(rig->session));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

static void
test_windows_become_a_desktop_and_come_back(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    launch_shown(rig, &view, &session);
    g_assert_false(setup_flags(rig, view) & CTL_DESKTOP);
    g_assert_true(prepare_desktop(rig, NULL));
    end_both(rig, view, session);
    show_desktop(rig, 2, &view, &session);
    exec(rig, CTL_EXEC_COMMAND); // before the desktop has ended
    end_both(rig, view, session);
    say_plain(started(rig, 4, "casement-view"), CTL_VIEW_READY);
    session = started(rig, 5, "casement-session");
    g_assert_false(setup_flags(rig, session) & CTL_DESKTOP);
    say_plain(session, CTL_READY);
    WAIT_FOR(rig, hears(session, CTL_EXEC));
    say_started(session, 3);
    WAIT_FOR(rig, rig->done == 3);
    g_assert_no_error(rig->error);
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

static void
test_frames_of_the_host(void)
{
    for (int host = 0; host < 2; host++) {
        Rig *rig = rig_new();
        Member *view, *session;
        set_config(rig, host ? "frames=host" : "");
        launch_shown(rig, &view, &session);
        g_assert_cmpint(!!(setup_flags(rig, view) & CTL_HOST_FRAMES), ==, host);
        rig_free(rig);
    }
}

static void
test_desktop_waits_for_no_launch(void)
{
    Rig *rig = rig_new();
    Member *view, *session;
    g_autoptr(GError) error = NULL;

    launch(rig, &view, &session);
    g_assert_false(prepare_desktop(rig, &error));
    g_assert_error(error, BROKER_ERROR, BROKER_ERROR_BUSY);
    g_assert_false(hears(session, CTL_QUIT));
    say_started(session, 1);
    WAIT_FOR(rig, rig->done == 1);
    rig_free(rig);
}

static int
adopt_pipe(Member *m)
{
    int pair[2];

    g_assert_true(chan_packet_pair(pair, NULL));
    close(m->control);
    m->control = pair[1];
    return pair[0];
}

// The next broker knows what it finds, and that a program needs the other.
static void
test_desktop_of_a_former_broker(void)
{
    Rig *rig = rig_new();
    Member *view, *session;
    BrokerState state = {0};
    g_autofree char *path = broker_host_program(rig->host, "state");

    g_assert_true(prepare_desktop(rig, NULL));
    show_desktop(rig, 0, &view, &session);
    broker_session_identify(rig->session, &state);
    broker_session_free(rig->session);
    g_assert_true(broker_state_write(path, &state, NULL));
    BrokerState read = broker_state_read(path);
    g_assert_true(broker_state_equal(&state, &read));
    rig->session = broker_session_new(rig->host, rig->config, rig->sign_in, &events, rig);
    broker_session_expect(rig->session, &read);
    CtlAdopt adopt = {.session_pid = (guint32)session->pid, .view_pid = (guint32)view->pid};
    int view_fd = adopt_pipe(view), session_fd = adopt_pipe(session);
    g_assert_true(broker_session_adopt(rig->session, &adopt, view->pid, view_fd, session_fd));
    g_assert_true(broker_session_is_desktop(rig->session));
    g_assert_true(setup_flags(rig, session) & CTL_DESKTOP);
    say_window(session, CTL_WINDOW_SCREEN);
    WAIT_FOR(rig, count_windows(rig) == 1);
    g_assert_true(prepare(rig, "DISPLAY=:1", NULL));
    end_both(rig, view, session);
    say_plain(started(rig, 2, "casement-view"), CTL_VIEW_READY);
    g_assert_false(broker_session_is_desktop(rig->session));
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_autofree char *home = session_home_new(argv[0]);

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/session/desktop/closed", test_closed_desktop_ends_its_session);
    g_test_add_func("/broker/session/desktop/switched",
                    test_windows_become_a_desktop_and_come_back);
    g_test_add_func("/broker/session/frames", test_frames_of_the_host);
    g_test_add_func("/broker/session/desktop/busy", test_desktop_waits_for_no_launch);
    g_test_add_func("/broker/session/desktop/adopted", test_desktop_of_a_former_broker);
    g_test_add_func("/broker/session/view/comes-back", test_view_comes_back);
    g_test_add_func("/broker/session/windows/slow-to-come-back",
                    test_windows_that_are_slow_to_come_back);
    g_test_add_func("/broker/session/windows/on-their-way", test_session_ends_after_a_launch);
    g_test_add_func("/broker/session/launch/server-away", test_launch_while_the_server_is_away);
    g_test_add_func("/broker/session/view/window-not-told-of",
                    test_view_ends_before_its_window_is_told_of);
    g_test_add_func("/broker/session/icon-keeps-the-session", test_icon_keeps_the_session);
    g_test_add_func("/broker/session/view/unused", test_unused_session_ends_after_its_view);
    g_test_add_func("/broker/session/view/display-gone", test_unused_session_ends_with_its_display);
    g_test_add_func("/broker/session/view/window-before-restart",
                    test_window_comes_while_view_waits_for_restart);
    g_test_add_func("/broker/session/display/moves", test_unused_session_moves);
    g_test_add_func("/broker/session/display/moves-while-ending", test_ending_session_moves);
    g_test_add_func("/broker/session/display/stays", test_session_with_windows_stays);
    int result = g_test_run();
    session_home_remove(home);
    return result;
}
