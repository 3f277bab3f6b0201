// SPDX-License-Identifier: Apache-2.0
// The broker's pure parts and small objects: life of a guest, back-off, bubblewrap's command line,
// identities, windows, programs asked for.
#include "hostbroker/backoff.h"
#include "hostbroker/desktop.h"
#include "hostbroker/error.h"
#include "hostbroker/exec_queue.h"
#include "hostbroker/guest_state.h"
#include "hostbroker/process.h"
#include "hostbroker/sandbox.h"
#include "hostbroker/state_file.h"
#include "hostbroker/window_list.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- the life of a guest

static GuestState
walk(GuestState state, const GuestEvent *events, gsize n)
{
    for (gsize i = 0; i < n; i++)
        state = guest_state_next(state, events[i]);
    return state;
}

#define WALK(state, ...)                                                                           \
    walk((state), (const GuestEvent[]){__VA_ARGS__},                                               \
         sizeof((GuestEvent[]){__VA_ARGS__}) / sizeof(GuestEvent))

static void
test_state_ways(void)
{
    const GuestEvent start = GUEST_EVENT_START, pipe = GUEST_EVENT_PIPE, hello = GUEST_EVENT_HELLO,
                     listed = GUEST_EVENT_LISTED, lost = GUEST_EVENT_PIPE_LOST,
                     refused = GUEST_EVENT_REFUSED, ended = GUEST_EVENT_ENDED,
                     stop = GUEST_EVENT_STOP, down = GUEST_EVENT_SHUT_DOWN;

    g_assert_cmpint(WALK(GUEST_OFF, start, pipe, hello, listed), ==, GUEST_UP);
    g_assert_cmpint(WALK(GUEST_UP, lost, pipe, hello), ==, GUEST_UP);
    g_assert_cmpint(WALK(GUEST_UP, lost, lost, lost), ==, GUEST_BROKEN);
    g_assert_cmpint(WALK(GUEST_OFF, start, pipe, lost), ==, GUEST_STARTING);
    g_assert_cmpint(WALK(GUEST_OFF, start, pipe, hello, lost), ==, GUEST_STARTING);
    g_assert_cmpint(WALK(GUEST_UP, ended, start), ==, GUEST_STARTING);
    g_assert_cmpint(WALK(GUEST_UP, down), ==, GUEST_OFF);
    g_assert_cmpint(WALK(GUEST_UP, stop, pipe, hello, listed, lost, refused), ==, GUEST_STOPPING);
    g_assert_cmpint(WALK(GUEST_UP, stop, ended), ==, GUEST_OFF);
    g_assert_cmpint(WALK(GUEST_FAILED, stop, ended), ==, GUEST_OFF);
}

// Nothing that a guest does brings one back that failed, was stopped, or is off.
static void
test_state_guest_alone(void)
{
    const GuestState quiet[] = {GUEST_OFF, GUEST_FAILED, GUEST_STOPPING};
    const GuestEvent by_guest[] = {GUEST_EVENT_PIPE, GUEST_EVENT_HELLO, GUEST_EVENT_LISTED,
                                   GUEST_EVENT_PIPE_LOST, GUEST_EVENT_REFUSED};

    for (gsize s = 0; s < G_N_ELEMENTS(quiet); s++)
        for (gsize e = 0; e < G_N_ELEMENTS(by_guest); e++)
            g_assert_cmpint(guest_state_next(quiet[s], by_guest[e]), ==, quiet[s]);
    // Every state leaves when it is stopped or breaks the rules.
    for (int s = GUEST_STARTING; s <= GUEST_BROKEN; s++) {
        g_assert_cmpint(guest_state_next((GuestState)s, GUEST_EVENT_REFUSED), ==, GUEST_FAILED);
        g_assert_cmpint(guest_state_next((GuestState)s, GUEST_EVENT_STOP), ==, GUEST_STOPPING);
        g_assert_cmpint(guest_state_next((GuestState)s, GUEST_EVENT_ENDED), ==, GUEST_FAILED);
    }
}

static void
test_state_names(void)
{
    const char *names[GUEST_STATES] = {"off", "starting", "starting", "starting",
                                       "up",  "starting", "off",      "failed"};

    for (int s = 0; s < GUEST_STATES; s++)
        g_assert_cmpstr(guest_state_public((GuestState)s), ==, names[s]);
}

// ---- back-off

static void
test_backoff(void)
{
    BrokerBackoff b = {0};
    gint64 now = 1000 * G_USEC_PER_SEC;
    int last = -1;

    for (int i = 0; i < BROKER_BACKOFF_MAX; i++) {
        int delay = broker_backoff_crashed(&b, now + i);
        g_assert_cmpint(delay, >, last);
        last = delay;
    }
    g_assert_cmpint(broker_backoff_crashed(&b, now + 10), ==, -1);
    // Given up once, the user's next try begins afresh; so does a crash after a quiet time.
    g_assert_cmpint(broker_backoff_crashed(&b, now + 11), ==, 0);
    g_assert_cmpint(broker_backoff_crashed(&b, now + 12), >, 0);
    g_assert_cmpint(broker_backoff_crashed(&b, now + 20 + BROKER_BACKOFF_WINDOW_US), ==, 0);
}

// ---- displays

static void
test_displays(void)
{
    static const char *const same[][2] = {{":0", ":0.0"},
                                          {":0", "unix:0"},
                                          {":10", "unix/box:10"},
                                          {":0.1", "unix:0.1"},
                                          {"box:3", "tcp/box:3.0"}};
    // Port 6010 of this machine is sshd's, and ":10" may be another server's socket.
    static const char *const others[][2] = {{":0", ":1"},       {":0", ":0.1"},
                                            {":1", ":11"},      {":10", "localhost:10.0"},
                                            {"box:0", ":0"},    {"box:0", "other:0"},
                                            {"nonsense", ":0"}, {":", ":0"},
                                            {":0x", ":0"},      {"", ":0"}};

    for (gsize i = 0; i < G_N_ELEMENTS(same); i++)
        g_assert_true(broker_desktop_same_display(same[i][0], same[i][1]));
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(broker_desktop_same_display(others[i][0], others[i][1]));
    const char *const empty[] = {"DISPLAY=", NULL}, *const set[] = {"A=b", "DISPLAY=:5", NULL};
    g_assert_null(broker_desktop_display(empty));
    g_assert_null(broker_desktop_display(NULL));
    g_assert_cmpstr(broker_desktop_display(set), ==, ":5");
}

// ---- bubblewrap

static gssize
index_of(char **argv, const char *text, gssize from)
{
    for (gssize i = from; argv[i]; i++)
        if (g_str_equal(argv[i], text))
            return i;
    return -1;
}

static gboolean
has_sequence(char **argv, const char *a, const char *b, const char *c)
{
    for (gssize i = index_of(argv, a, 0); i >= 0; i = index_of(argv, a, i + 1))
        if (argv[i + 1] && g_str_equal(argv[i + 1], b) &&
            (!c || (argv[i + 2] && g_str_equal(argv[i + 2], c))))
            return TRUE;
    return FALSE;
}

static char **
sandbox_argv(gboolean network, gboolean staged)
{
    static const BrokerSandboxBind binds[] = {{"/data/demo/home", "/home/u", TRUE},
                                              {"/run/u/guest", BROKER_SANDBOX_GUEST_DIR, TRUE},
                                              {"/src/bin", "/src/bin", FALSE}};
    static const char *const environment[] = {"LANG=de_DE.UTF-8", "X=a=b", NULL};
    static const char *const command[] = {"/src/bin/casement-supervisor", "--agent-fd", "3", NULL};
    BrokerSandbox sandbox = {.bwrap = "bwrap",
                             .name = "demo",
                             .user_name = "u",
                             .home = "/home/u",
                             .uid = 1234,
                             .binds = binds,
                             .n_binds = G_N_ELEMENTS(binds),
                             .environment = environment,
                             .command = command,
                             .network = network,
                             .disable_userns = TRUE,
                             .staged = staged,
                             .seccomp_fd = 4,
                             .info_fd = 5,
                             .passwd_fd = 6,
                             .group_fd = 7,
                             .machine_id_fd = 8,
                             .hosts_fd = 9};

    return broker_sandbox_argv(&sandbox);
}

static void
test_sandbox_argv(void)
{
    g_auto(GStrv) argv = sandbox_argv(FALSE, FALSE);
    const char *needed[] = {"--unshare-all", "--unshare-user",   "--new-session",
                            "--as-pid-1",    "--disable-userns", "--clearenv"};
    const char *forbidden[] = {"--die-with-parent", "--share-net", "--dev-bind", "--cap-add"};

    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++)
        g_assert_cmpint(index_of(argv, needed[i], 0), >, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(forbidden); i++)
        g_assert_cmpint(index_of(argv, forbidden[i], 0), ==, -1);
    g_assert_true(has_sequence(argv, "--seccomp", "4", NULL));
    g_assert_true(has_sequence(argv, "--info-fd", "5", NULL));
    g_assert_true(has_sequence(argv, "--ro-bind", "/usr", "/usr"));
    g_assert_true(has_sequence(argv, "--bind", "/data/demo/home", "/home/u"));
    g_assert_true(has_sequence(argv, "--ro-bind", "/src/bin", "/src/bin"));
    g_assert_true(has_sequence(argv, "--ro-bind-data", "6", "/etc/passwd"));
    g_assert_true(has_sequence(argv, "--setenv", "X", "a=b"));
    g_assert_true(has_sequence(argv, "--setenv", "HOME", "/home/u"));
    // Only what is listed of /etc is seen, and never the passwords.
    g_assert_cmpint(index_of(argv, "/etc", 0), ==, -1);
    g_assert_cmpint(index_of(argv, "/etc/shadow", 0), ==, -1);
    // Debian's chromium does not start without it.
    g_assert_cmpint(index_of(argv, "/etc/chromium.d", 0), >, 0);
    g_assert_cmpint(index_of(argv, "/etc/resolv.conf", 0), ==, -1);
    gssize command = index_of(argv, "--", 0);
    g_assert_cmpstr(argv[command + 1], ==, "/src/bin/casement-supervisor");
    g_assert_null(argv[command + 4]);
}

static void
test_sandbox_variants(void)
{
    g_auto(GStrv) staged = sandbox_argv(FALSE, TRUE);
    g_auto(GStrv) network = sandbox_argv(TRUE, FALSE);

    g_assert_true(has_sequence(staged, "--bind", BROKER_STAGE "/0", "/home/u"));
    g_assert_cmpint(index_of(staged, "/data/demo/home", 0), ==, -1);
    // A network namespace of its own all the same; joined from outside.
    g_assert_cmpint(index_of(network, "--unshare-all", 0), >, 0);
    g_assert_cmpint(index_of(network, "--share-net", 0), ==, -1);
    g_assert_cmpint(index_of(network, "--disable-userns", 0), >, 0);
    g_assert_cmpint(index_of(network, "/etc/resolv.conf", 0), >, 0);
}

static void
test_seccomp(void)
{
    g_autoptr(GError) error = NULL;
    int fd = broker_seccomp_fd(&error);

    g_assert_no_error(error);
    // Eight bytes an instruction.
    off_t size = lseek(fd, 0, SEEK_END);
    g_assert_cmpint(size, >, 50 * 8);
    g_assert_cmpint(size % 8, ==, 0);
    close(fd);
}

// ---- processes

static void
test_state_file(void)
{
    g_autofree char *dir = g_dir_make_tmp("casement-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "state", NULL);
    BrokerState state = {.guest = {4711, 99}, .view = {getpid(), 0}};

    state.view.start_time = broker_process_start_time_of(getpid());
    g_assert_cmpuint(state.view.start_time, >, 0);
    g_assert_true(broker_state_write(path, &state, NULL));
    BrokerState read = broker_state_read(path);
    g_assert_true(broker_state_equal(&read, &state));
    g_assert_true(broker_identity_alive(&read.view));
    // The same number at another time is another process.
    read.view.start_time++;
    g_assert_false(broker_identity_alive(&read.view));
    g_assert_false(broker_identity_alive(&read.session));
    g_assert_null(broker_process_attach(g_main_context_default(), getpid(), read.view.start_time,
                                        NULL, NULL, NULL));
    g_assert_true(g_file_set_contents(path, "[Processes]\nguest=1\nguest_start=5\n\x01", -1, NULL));
    read = broker_state_read(path);
    g_assert_cmpint(read.guest.pid, ==, 0);
    BrokerState empty = {0};
    g_assert_true(broker_state_write(path, &empty, NULL));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_rmdir(dir);
}

static void
on_process_ended(BrokerProcess *process, int status, gpointer user)
{
    *(int *)user = status;
}

static void
test_process(void)
{
    const struct {
        const char *script;
        int status;
    } cases[] = {{"exit 3", 3},
                 {"kill -9 $$", -9},
                 {"test -e /proc/self/fd/3 && exit 7", 7},
                 // What a program opens next would else get its errors.
                 {"test -e /proc/self/fd/2 && exit 6", 6}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *argv[] = {"sh", "-c", cases[i].script, NULL};
        int status = 1000, fd = STDIN_FILENO;
        BrokerSpawn spawn = {
            .argv = argv, .fds = &fd, .n_fds = 1, .stdin_fd = -1, .stdout_fd = -1, .log_fd = -1};
        g_autoptr(GError) error = NULL;
        g_autoptr(BrokerProcess) process = broker_process_spawn(g_main_context_default(), &spawn,
                                                                on_process_ended, &status, &error);
        g_assert_no_error(error);
        while (status == 1000)
            g_main_context_iteration(NULL, TRUE);
        g_assert_cmpint(status, ==, cases[i].status);
    }
}

// ---- windows

static void
test_windows(void)
{
    g_autoptr(BrokerWindowList) list = broker_window_list_new();
    CtlWindow w = {.app_index = CTL_APP_NONE};

    for (guint i = 1; i <= BROKER_WINDOWS_MAX; i++) {
        w.window_id = i;
        g_assert_true(broker_window_list_set(list, &w));
    }
    w.window_id = BROKER_WINDOWS_MAX + 1;
    g_assert_false(broker_window_list_set(list, &w));
    w.window_id = 1;
    g_assert_true(broker_window_list_set(list, &w));
    g_assert_cmpuint(broker_window_list_count(list), ==, BROKER_WINDOWS_MAX);
    broker_window_list_remove(list, 77777);
    broker_window_list_clear(list);
    CTL_SET_TEXT(w.untrusted_title, "a\n\xe2\x80\xae"
                                    "b\x01");
    broker_window_list_set(list, &w);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    broker_window_list_describe(list, "demo", NULL, &builder);
    g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_builder_end(&builder));
    g_assert_cmpuint(g_variant_n_children(all), ==, 1);
    g_autoptr(GVariant) one = g_variant_get_child_value(all, 0);
    const char *title = NULL;
    g_assert_true(g_variant_lookup(one, "title", "&s", &title));
    g_assert_cmpstr(title, ==, "a b");
}

// ---- programs asked for

typedef struct {
    guint calls;
    int code; // of the error; -1: none
} Answer;

static void
on_done(const GError *error, gpointer user)
{
    Answer *answer = user;

    answer->calls++;
    answer->code = error ? error->code : -1;
}

static void
on_control(ChanPacketSocket *socket, ChanSpan packet, const int *fds, guint n, gpointer user)
{
    if (packet.size > 0 && ctl_check(packet))
        g_ptr_array_add(user, g_memdup2(packet.data, packet.size));
}

static void
test_execs(void)
{
    BrokerHost host = {.context = g_main_context_default()};
    BrokerExecQueue *queue = broker_exec_queue_new(&host, NULL, NULL);
    g_autoptr(GPtrArray) got = g_ptr_array_new_with_free_func(g_free);
    const char *args[] = {"/a b", "", NULL};
    BrokerExec exec = {CTL_EXEC_APP, "xterm", args, "id_TIME1", "demo", 30};
    BrokerExec slow = {CTL_EXEC_COMMAND, "sleep", NULL, "", "demo", 0};
    Answer answers[4] = {{0}};
    int fds[2];

    g_assert_true(chan_packet_pair(fds, NULL));
    ChanPacketSocket *near = chan_packet_socket_new(NULL, fds[0], CTL_PACKET_MAX, on_control, got);
    ChanPacketSocket *far = chan_packet_socket_new(NULL, fds[1], CTL_PACKET_MAX, on_control, got);
    for (int i = 0; i < 3; i++)
        g_assert_true(broker_exec_queue_push(queue, &exec, on_done, &answers[i], NULL));
    broker_exec_queue_send(queue, near);
    broker_exec_queue_send(queue, near); // nothing twice
    while (got->len < 3)
        g_main_context_iteration(NULL, TRUE);
    const CtlExec *first = g_ptr_array_index(got, 0);
    g_assert_cmpstr(first->program, ==, "xterm");
    g_assert_cmpuint(first->header.size, ==, sizeof *first + 6);
    g_assert_cmpmem((const char *)(first + 1), 6, "/a b\0", 6);
    // Answers come in any order; one that nobody asked for, and one given twice, are nothing.
    const CtlExec *second = g_ptr_array_index(got, 1);
    CtlExecResult result = {.serial = second->serial, .code = CTL_EXEC_NOT_FOUND};
    broker_exec_queue_result(queue, &result);
    broker_exec_queue_result(queue, &result);
    result.serial = 9999;
    broker_exec_queue_result(queue, &result);
    g_assert_cmpuint(answers[1].calls, ==, 1);
    g_assert_cmpint(answers[1].code, ==, BROKER_ERROR_NO_SUCH_APP);
    result.serial = first->serial;
    result.code = CTL_EXEC_OK;
    broker_exec_queue_result(queue, &result);
    g_assert_cmpint(answers[0].code, ==, -1);
    // A time limit ends waiting.
    g_assert_true(broker_exec_queue_push(queue, &slow, on_done, &answers[3], NULL));
    while (answers[3].calls == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(answers[3].code, ==, BROKER_ERROR_TIMEOUT);
    g_assert_cmpuint(broker_exec_queue_count(queue), ==, 1);
    broker_exec_queue_free(queue);
    g_assert_cmpuint(answers[2].calls, ==, 1);
    chan_packet_socket_free(near);
    chan_packet_socket_free(far);
}

// What became of a program after the guest said that it had started it.
typedef struct {
    BrokerHost host;
    BrokerExecQueue *queue;
    ChanPacketSocket *near, *far;
    GPtrArray *got;
    GString *told; // after the answer
} Outcome;

static void
on_tell_late(const char *text, gpointer user)
{
    g_string_append(((Outcome *)user)->told, text);
}

static void
on_changed(gpointer user)
{
}

static const BrokerExecQueueEvents outcome_events = {on_changed, on_tell_late};

static void
outcome_init(Outcome *o)
{
    int fds[2];

    *o = (Outcome){.host = {.context = g_main_context_default()}};
    o->queue = broker_exec_queue_new(&o->host, &outcome_events, o);
    o->got = g_ptr_array_new_with_free_func(g_free);
    o->told = g_string_new(NULL);
    g_assert_true(chan_packet_pair(fds, NULL));
    o->near = chan_packet_socket_new(NULL, fds[0], CTL_PACKET_MAX, on_control, o->got);
    o->far = chan_packet_socket_new(NULL, fds[1], CTL_PACKET_MAX, on_control, o->got);
}

static void
outcome_clear(Outcome *o)
{
    broker_exec_queue_free(o->queue);
    chan_packet_socket_free(o->near);
    chan_packet_socket_free(o->far);
    g_ptr_array_unref(o->got);
    g_string_free(o->told, TRUE);
}

// Sends a program; its serial.
static guint32
outcome_send(Outcome *o, guint app_index, Answer *answer)
{
    BrokerExec exec = {CTL_EXEC_APP, "app", NULL, "", "demo", 1, app_index, TRUE};
    guint before = o->got->len;

    g_assert_true(broker_exec_queue_push(o->queue, &exec, on_done, answer, NULL));
    broker_exec_queue_send(o->queue, o->near);
    while (o->got->len == before)
        g_main_context_iteration(NULL, TRUE);
    return ((const CtlExec *)g_ptr_array_index(o->got, before))->serial;
}

static void
outcome_start(Outcome *o, guint app_index, guint32 pid, Answer *answer)
{
    CtlExecResult result = {.serial = outcome_send(o, app_index, answer), .pid = pid};

    broker_exec_queue_result(o->queue, &result);
}

static void
on_refused(const GError *error, gpointer user)
{
    *(char **)user = g_strdup(error->message);
}

// Each says what was tried, of which guest, and what to do.
static void
test_exec_refusals(void)
{
    static const struct {
        CtlExecCode code;
        const char *advice;
    } refusals[] = {{CTL_EXEC_NOT_FOUND, "casement apps demo"},
                    {CTL_EXEC_NOT_ALLOWED, "casement-agent setup"},
                    {CTL_EXEC_LOCKED, "unlock it in its window"},
                    {CTL_EXEC_NO_ANSWER, "try again"}};
    BrokerExec exec = {CTL_EXEC_APP, "notes", NULL, "", "demo", 1, 0, FALSE};
    Outcome o;

    outcome_init(&o);
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        CtlExecResult result = {.code = refusals[i].code};
        g_autofree char *said = NULL;
        g_assert_true(broker_exec_queue_push(o.queue, &exec, on_refused, &said, NULL));
        broker_exec_queue_send(o.queue, o.near);
        while (o.got->len == i)
            g_main_context_iteration(NULL, TRUE);
        result.serial = ((const CtlExec *)g_ptr_array_index(o.got, i))->serial;
        broker_exec_queue_result(o.queue, &result);
        g_test_message("%s", said);
        g_assert_nonnull(strstr(said, "demo"));
        g_assert_nonnull(strstr(said, "'notes'"));
        g_assert_nonnull(strstr(said, refusals[i].advice));
    }
    outcome_clear(&o);
}

static void
test_exec_ends_at_once(void)
{
    Answer bad = {0}, good = {0}, early = {0}, other = {0}, unknown = {0};
    Outcome o;

    outcome_init(&o);
    outcome_start(&o, 1, 101, &bad);
    outcome_start(&o, 2, 102, &good);
    outcome_start(&o, 3, 103, &other);
    // One that was activated has no process of its own: nothing to wait for.
    outcome_start(&o, 4, 0, &unknown);
    g_assert_cmpint(unknown.code, ==, -1);
    broker_exec_queue_ended(o.queue, 999, 1, "");
    broker_exec_queue_ended(o.queue, 102, 0, "");
    broker_exec_queue_ended(o.queue, 101, -11, "/log");
    g_assert_cmpint(good.code, ==, -1);
    g_assert_cmpint(bad.code, ==, BROKER_ERROR_PROGRAM_ENDED);
    g_assert_cmpuint(other.calls, ==, 0);
    // The end comes over the channel, the result through the session: either may be first.
    CtlExecResult result = {.serial = outcome_send(&o, 5, &early), .pid = 105};
    broker_exec_queue_ended(o.queue, 105, G_MININT, "/log");
    g_assert_cmpuint(early.calls, ==, 0);
    broker_exec_queue_result(o.queue, &result);
    g_assert_cmpint(early.code, ==, BROKER_ERROR_PROGRAM_ENDED);
    // A session that is interrupted takes nothing back.
    g_autoptr(GError) error = g_error_new_literal(BROKER_ERROR, BROKER_ERROR_FAILED, "");
    broker_exec_queue_fail(o.queue, TRUE, error);
    g_assert_cmpint(other.code, ==, -1);
    g_assert_cmpuint(broker_exec_queue_count(o.queue), ==, 0);
    g_assert_cmpstr(o.told->str, ==, "");
    outcome_clear(&o);
}

static void
test_exec_windows(void)
{
    Answer own = {0}, other = {0}, early = {0};
    Outcome o;

    outcome_init(&o);
    outcome_start(&o, 1, 101, &own);
    outcome_start(&o, 2, 102, &other);
    broker_exec_queue_window(o.queue, 1);
    g_assert_cmpint(own.code, ==, -1);
    g_assert_cmpuint(other.calls, ==, 0);
    // Of nobody who waits: it may be whose.
    broker_exec_queue_window(o.queue, CTL_APP_NONE);
    g_assert_cmpint(other.code, ==, -1);
    // A window may be there before the result is, and then a failure is none of the start.
    CtlExecResult result = {.serial = outcome_send(&o, 3, &early), .pid = 103};
    broker_exec_queue_window(o.queue, 3);
    broker_exec_queue_ended(o.queue, 103, 1, "");
    g_assert_cmpuint(early.calls, ==, 0);
    broker_exec_queue_result(o.queue, &result);
    g_assert_cmpint(early.code, ==, -1);
    outcome_clear(&o);
}

// Nothing comes within the grace: started. What fails after it, and before a window, is told.
static void
test_exec_ends_late(void)
{
    Answer answers[3] = {{0}};
    Outcome o;

    outcome_init(&o);
    for (guint i = 0; i < 3; i++)
        outcome_start(&o, i, 100 + i, &answers[i]);
    g_assert_cmpuint(broker_exec_queue_count(o.queue), ==, 3);
    while (broker_exec_queue_count(o.queue) > 0)
        g_main_context_iteration(NULL, TRUE);
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpuint(answers[i].calls, ==, 1);
        g_assert_cmpint(answers[i].code, ==, -1);
    }
    broker_exec_queue_window(o.queue, 0);
    broker_exec_queue_ended(o.queue, 100, 1, "/log/0");
    g_assert_cmpstr(o.told->str, ==, "");
    broker_exec_queue_ended(o.queue, 101, 2, "/log/1");
    g_assert_cmpstr(o.told->str, ==,
                    "'app' of guest demo ended with status 2 before it showed a window; its output "
                    "is in /log/1");
    outcome_clear(&o);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpuint(answers[i].calls, ==, 1);
}

static void
test_exec_limits(void)
{
    BrokerHost host = {.context = g_main_context_default()};
    g_autoptr(BrokerExecQueue) queue = broker_exec_queue_new(&host, NULL, NULL);
    g_autofree char *name = g_strnfill(CTL_TEXT_MAX, 'x');
    gsize room = CTL_PACKET_MAX - sizeof(CtlExec) - 1;
    g_autofree char *fits = g_strnfill(room, 'x');
    g_autofree char *longer = g_strnfill(room + 1, 'x');
    const char *args[] = {fits, NULL};
    BrokerExec exec = {CTL_EXEC_COMMAND, "x", args, "", "demo", 30};
    Answer answer = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(broker_exec_queue_push(queue, &exec, on_done, &answer, NULL));
    args[0] = longer;
    g_assert_false(broker_exec_queue_push(queue, &exec, on_done, &answer, &error));
    g_assert_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT);
    exec.args = NULL;
    exec.program = name;
    g_clear_error(&error);
    g_assert_false(broker_exec_queue_push(queue, &exec, on_done, &answer, &error));
    g_assert_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/state/ways", test_state_ways);
    g_test_add_func("/broker/state/guest-alone", test_state_guest_alone);
    g_test_add_func("/broker/state/names", test_state_names);
    g_test_add_func("/broker/backoff", test_backoff);
    g_test_add_func("/broker/displays", test_displays);
    g_test_add_func("/broker/sandbox/argv", test_sandbox_argv);
    g_test_add_func("/broker/sandbox/variants", test_sandbox_variants);
    g_test_add_func("/broker/sandbox/seccomp", test_seccomp);
    g_test_add_func("/broker/state-file", test_state_file);
    g_test_add_func("/broker/process", test_process);
    g_test_add_func("/broker/windows", test_windows);
    g_test_add_func("/broker/execs/answers", test_execs);
    g_test_add_func("/broker/execs/refusals", test_exec_refusals);
    g_test_add_func("/broker/execs/ends-at-once", test_exec_ends_at_once);
    g_test_add_func("/broker/execs/windows", test_exec_windows);
    g_test_add_func("/broker/execs/ends-late", test_exec_ends_late);
    g_test_add_func("/broker/execs/limits", test_exec_limits);
    return g_test_run();
}
