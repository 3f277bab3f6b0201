// SPDX-License-Identifier: Apache-2.0

// A whole guest, its supervisor and its agent, from outside.

#include "tests/integration/guestagent_guest.h"

#include "guestagent/linux/connect.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *
name_of(TestHost *host, const char *id)
{
    return g_hash_table_lookup(host->apps, id);
}

static gboolean
is_alive(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && !strstr(text, ") Z");
}

static void
test_publish(void)
{
    TestGuest *guest = test_guest_new(NULL);
    test_guest_wait_ready(guest);
    TestHost *host = test_host_new(guest, "de_DE.UTF-8");

    TEST_WAIT(host->lists == 1);
    g_assert_cmpuint(host->guest_infos, ==, 1);
    g_assert_true(host->rdp_known);
    g_assert_null(name_of(host, "new-app"));

    // The folder applications/ does not exist yet.
    gint64 before = g_get_monotonic_time();
    test_guest_add_app(guest, "new-app",
                       "Name=New\nName[de]=Neu\nExec=true\nIcon=utilities-terminal");
    TEST_WAIT(name_of(host, "new-app"));
    g_test_message("a new entry was told after %" G_GINT64_FORMAT " ms",
                   (g_get_monotonic_time() - before) / 1000);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 2 * G_USEC_PER_SEC);
    g_assert_cmpstr(name_of(host, "new-app"), ==, "Neu");

    before = g_get_monotonic_time();
    test_guest_add_app(guest, "new-app", "Name=Other\nExec=true");
    TEST_WAIT(g_strcmp0(name_of(host, "new-app"), "Other") == 0);
    test_guest_remove_app(guest, "new-app");
    TEST_WAIT(!name_of(host, "new-app"));
    g_assert_cmpint(g_get_monotonic_time() - before, <, 2 * G_USEC_PER_SEC);
    g_assert_cmpuint(host->lists, ==, 1);

    g_assert_true(chan_pump_send(host->pump, CHAN_MSG_SYNC, (ChanSpan){0}, NULL));
    TEST_WAIT(host->lists == 2);
    test_host_free(host);
    test_guest_free(guest);
}

static guint
icon_count(TestHost *host, const char *id)
{
    g_autofree ChanApp *app = g_new0(ChanApp, 1);
    GBytes *payload = g_hash_table_lookup(host->payloads, id);
    gsize size;
    const guint8 *bytes = payload ? g_bytes_get_data(payload, &size) : NULL;

    if (!bytes || !chan_app_decode(app, CHAN_SPAN(bytes, size)))
        return 0;
    return app->n_icons;
}

static void
test_icons(void)
{
    TestGuest *guest = test_guest_new(NULL);
    g_autofree char *svg = g_build_filename(guest->root, "dot.svg", NULL);
    g_autofree char *keys = g_strdup_printf("Name=Dot\nExec=true\nIcon=%s", svg);

    g_assert_true(
        g_file_set_contents(svg,
                            "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'>"
                            "<circle cx='4' cy='4' r='3' fill='#12f' fill-opacity='0.5'/></svg>",
                            -1, NULL));
    test_guest_add_app(guest, "dot", keys);
    test_guest_wait_ready(guest);
    TestHost *host = test_host_new(guest, NULL);
    TEST_WAIT(icon_count(host, "dot") == 7);
    test_host_want_icons(host, "dot");
    TEST_WAIT(host->icon_messages == 7);
    g_assert_cmpuint(g_hash_table_size(host->icons), ==, 7);
    g_assert_cmpuint(host->bad_icons, ==, 0);
    test_host_free(host);
    test_guest_free(guest);
}

static gboolean
file_has(const char *path, const char *wanted)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && strcmp(text, wanted) == 0;
}

static void
test_launch(void)
{
    TestGuest *guest = test_guest_new(NULL);
    const char *const code[] = {"-c", "echo 'what it said'; exit 7", NULL};

    test_guest_add_app(guest, "sleeper", "Name=Sleeper\nExec=sleep %f");
    test_guest_add_app(guest, "acting",
                       "Name=Acting\nExec=false\nActions=go;\n[Desktop Action go]\nName=Go\n"
                       "Exec=sh -c 'test \"$DESKTOP_STARTUP_ID\" = test_TIME1 && test -n "
                       "\"$DISPLAY\" && exit 5'");
    test_guest_wait_ready(guest);
    TestHost *host = test_host_new(guest, NULL);
    TestChild *child = test_child_new(guest);

    TEST_WAIT(host->lists == 1); // only a host that is there hears of programs
    test_child_launch(child, SUPERVISOR_APP, "no-such-program", NULL);
    g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_NOT_FOUND);
    g_assert_nonnull(strstr(child->launched.reason, "no-such-program"));
    test_child_launch(child, SUPERVISOR_COMMAND, "no-such-command-anywhere", NULL);
    g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_NOT_FOUND);

    test_child_launch(child, SUPERVISOR_COMMAND, "sh", code);
    g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_OK);
    TEST_WAIT(child->ends == 1);
    TEST_WAIT(host->ended == 1);
    g_assert_cmpuint(child->ended.pid, ==, child->launched.pid);
    g_assert_cmpint(child->ended.status, ==, 7);
    g_assert_cmpstr(host->ended_app, ==, "");
    g_assert_cmpint(host->ended_status, ==, 7);
    g_assert_cmpuint(host->output_pid, ==, child->launched.pid);
    TEST_WAIT(file_has(host->output_file, "what it said\n"));

    test_child_launch(child, SUPERVISOR_APP, "acting:go", NULL);
    g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_OK);
    TEST_WAIT(child->ends == 2);
    TEST_WAIT(host->ended == 2);
    g_assert_cmpint(child->ended.status, ==, 5);
    g_assert_cmpstr(host->ended_app, ==, "acting");

    const char *const seconds[] = {"1000", NULL};
    test_child_launch(child, SUPERVISOR_APP, "sleeper", seconds);
    g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_OK);
    pid_t pid = (pid_t)child->launched.pid;
    g_assert_true(is_alive(pid));
    kill(pid, SIGKILL);
    TEST_WAIT(child->ends == 3);
    g_assert_cmpint(child->ended.status, ==, -SIGKILL);
    test_child_free(child);
    test_host_free(host);
    test_guest_free(guest);
}

#define BUS_PROGRAM                                                                                \
    "import gi, os, sys\n"                                                                         \
    "from gi.repository import Gio, GLib\n"                                                        \
    "xml = '<node><interface name=\"org.freedesktop.Application\"><method name=\"Open\">'\n"       \
    "xml += '<arg type=\"as\" direction=\"in\"/><arg type=\"a{sv}\" direction=\"in\"/>'\n"         \
    "xml += '</method></interface></node>'\n"                                                      \
    "def called(c, sender, path, interface, method, args, invocation):\n"                          \
    "    uris, data = args.unpack()\n"                                                             \
    "    text = ' '.join([path, method, uris[0], data['desktop-startup-id'], "                     \
    "os.environ['DISPLAY'][:1], os.environ.get('XMODIFIERS', 'none'), "                            \
    "os.environ.get('GTK_IM_MODULE', 'none'), os.environ.get('QT_IM_MODULE', 'none')])\n"          \
    "    open(sys.argv[1], 'w').write(text)\n"                                                     \
    "    Gio.bus_unown_name(name)\n"                                                               \
    "    invocation.return_value(None)\n"                                                          \
    "    c.flush_sync()\n"                                                                         \
    "    os._exit(0)\n"                                                                            \
    "bus = Gio.bus_get_sync(Gio.BusType.SESSION)\n"                                                \
    "info = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]\n"                                     \
    "bus.register_object('/org/example/Test_App', info, called, None, None)\n"                     \
    "name = Gio.bus_own_name_on_connection(bus, 'org.example.Test-App', 0, None, None)\n"          \
    "GLib.MainLoop().run()\n"

// A program that the bus starts has no pid; one whose service is missing is started by its Exec.
static void
test_dbus_activated(void)
{
    TestGuest *guest = test_guest_new(NULL);
    const char *const files[] = {"/some file", NULL};
    g_autofree char *script = g_build_filename(guest->root, "app.py", NULL);
    g_autofree char *result = g_build_filename(guest->root, "result", NULL);
    g_autofree char *services =
        g_build_filename(guest->root, "home/.local/share/dbus-1/services", NULL);
    g_autofree char *service = g_build_filename(services, "org.example.Test-App.service", NULL);
    g_autofree char *text =
        g_strdup_printf("[D-BUS Service]\nName=org.example.Test-App\nExec=/usr/bin/python3 %s %s\n",
                        script, result);
    // Once the bus has them it can only make them empty.
    static const struct {
        guint32 there;
        const char *variables;
    } methods[] = {{0, ": none none none"}, {1, ": @im=casement xim:ibus ibus"}, {0, ":   "}};

    g_mkdir_with_parents(services, 0700);
    g_assert_true(g_file_set_contents(script, BUS_PROGRAM, -1, NULL));
    g_assert_true(g_file_set_contents(service, text, -1, NULL));
    test_guest_add_app(guest, "org.example.Test-App",
                       "Name=A\nExec=false\nDBusActivatable=true\nMimeType=a/b;");
    test_guest_add_app(guest, "org.example.Missing",
                       "Name=B\nExec=sh -c 'exit 3'\nDBusActivatable=true");
    test_guest_wait_ready(guest);
    TestChild *child = test_child_new(guest);
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autofree char *said = NULL;
        child->input_method = methods[i].there;
        test_child_launch(child, SUPERVISOR_APP, "org.example.Test-App", files);
        g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_OK);
        g_assert_cmpuint(child->launched.pid, ==, 0);
        g_assert_true(g_file_get_contents(result, &said, NULL, NULL));
        g_assert_true(
            g_str_has_prefix(said, "/org/example/Test_App Open file:///some%20file test_TIME1 : "));
        g_assert_true(g_str_has_suffix(said, methods[i].variables));
    }
    test_child_launch(child, SUPERVISOR_APP, "org.example.Missing", NULL);
    g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_OK);
    g_assert_cmpuint(child->launched.pid, >, 0);
    TEST_WAIT(child->ends == 1);
    g_assert_cmpint(child->ended.status, ==, 3);
    test_child_free(child);
    test_guest_free(guest);
}

static void
test_terminal(void)
{
    TestGuest *guest = test_guest_new(NULL);
    g_autofree char *result = g_build_filename(guest->root, "result", NULL);
    g_autofree char *keys =
        g_strdup_printf("Name=T\nTerminal=true\nExec=sh -c \"tty > %s\"", result);
    g_autofree char *said = NULL;

    test_guest_add_app(guest, "term", keys);
    test_guest_wait_ready(guest);
    TestChild *child = test_child_new(guest);
    test_child_launch(child, SUPERVISOR_APP, "term", NULL);
    g_assert_cmpuint(child->launched.result, ==, SUPERVISOR_OK);
    TEST_WAIT(child->ends == 1); // the terminal ends with its program
    g_assert_true(g_file_get_contents(result, &said, NULL, NULL));
    g_assert_true(g_str_has_prefix(said, "/dev/pts/"));
    test_child_free(child);
    test_guest_free(guest);
}

static void
test_agent_killed(void)
{
    TestGuest *guest = test_guest_new(NULL);
    const char *const seconds[] = {"1000", NULL};

    test_guest_wait_ready(guest);
    TestChild *child = test_child_new(guest);
    TestHost *host = test_host_new(guest, NULL);
    TEST_WAIT(host->lists == 1);
    test_child_launch(child, SUPERVISOR_COMMAND, "sleep", seconds);
    pid_t program = (pid_t)child->launched.pid;
    GPid agent = test_guest_find(guest, "casement-agent");
    g_assert_cmpint(agent, >, 0);
    for (int i = 0; i < 3; i++) {
        kill(agent, SIGKILL);
        TEST_WAIT(host->lost);
        test_host_free(host);
        // The supervisor holds the listener: nobody is refused, also just now.
        host = test_host_new(guest, NULL);
        TEST_WAIT(host->lists == 1);
        GPid again = test_guest_find(guest, "casement-agent");
        g_assert_cmpint(again, !=, agent);
        agent = again;
        g_assert_true(is_alive(program));
    }
    test_host_free(host);
    test_child_free(child);
    test_guest_free(guest);
}

// A silent connection displaces nobody; a second host does, once it has said hello.
static void
test_second_host(void)
{
    TestGuest *guest = test_guest_new(NULL);

    test_guest_wait_ready(guest);
    g_autofree char *path = g_build_filename(guest->dir, "agent", NULL);
    TestHost *first = test_host_new(guest, NULL);
    int silent = agent_connect_unix(path, SOCK_STREAM, NULL);
    g_assert_cmpint(silent, >=, 0);
    g_assert_true(chan_pump_send(first->pump, CHAN_MSG_SYNC, (ChanSpan){0}, NULL));
    TEST_WAIT(first->lists == 2);
    g_assert_false(first->lost);
    TestHost *second = test_host_new(guest, NULL);
    TEST_WAIT(second->lists == 1 && first->lost);
    close(silent);
    test_host_free(first);
    test_host_free(second);
    test_guest_free(guest);
}

static void
test_second_supervisor(void)
{
    TestGuest *guest = test_guest_new(NULL);
    g_autofree char *program =
        g_build_filename(g_getenv("CASEMENT_BUILD"), "bin", "casement-supervisor", NULL);
    char *argv[] = {program, "--guest-dir", guest->dir, NULL};
    g_autofree char *said = NULL;
    int status;

    test_guest_wait_ready(guest);
    g_assert_true(g_spawn_sync(NULL, argv, guest->env, G_SPAWN_DEFAULT, NULL, NULL, NULL, &said,
                               &status, NULL));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_nonnull(strstr(said, "a guest runs in"));
    g_autofree char *pid = g_strdup_printf("process %d", guest->pid);
    g_assert_nonnull(strstr(said, pid));
    TestHost *host = test_host_new(guest, NULL); // the first one is unharmed
    TEST_WAIT(host->lists == 1);
    test_host_free(host);
    test_guest_free(guest);
}

// Words for the supervisor or the agent, run to its end; what it says on stderr and its status.
static int
run_program(TestGuest *guest, const char *name, const char *option, char **said)
{
    g_autofree char *program = g_build_filename(g_getenv("CASEMENT_BUILD"), "bin", name, NULL);
    g_autofree char *option_copy = g_strdup(option);
    char *argv[] = {program, option_copy, NULL};
    int status;

    g_assert_true(g_spawn_sync(NULL, argv, guest->env, G_SPAWN_DEFAULT, NULL, NULL, NULL, said,
                               &status, NULL));
    return WEXITSTATUS(status);
}

static void
test_usage(void)
{
    TestGuest *guest = test_guest_new(NULL);
    static const char *const names[] = {"casement-supervisor", "casement-agent"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *said = NULL, *none = NULL;
        g_assert_cmpint(run_program(guest, names[i], "--version", &none), ==, 0);
        g_assert_cmpint(run_program(guest, names[i], "--no-such-option", &said), ==, 2);
        g_assert_nonnull(strstr(said, "--help"));
    }
    g_autofree char *said = NULL;
    g_assert_cmpint(run_program(guest, "casement-agent", "--port=/no/such/port", &said), ==, 1);
    g_assert_nonnull(strstr(said, "/no/such/port"));
    test_guest_wait_ready(guest);
    test_guest_free(guest);
}

static GPid
spawn_joiner(TestGuest *guest, char **argv, int *in, int *out)
{
    GPid pid;

    g_assert_true(g_spawn_async_with_pipes(NULL, argv, guest->env, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                           NULL, &pid, in, out, NULL, NULL));
    return pid;
}

static gboolean
has_children(GPid pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", pid, pid);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return *text != '\0';
}

// An agent of before, that runs on after its programs were replaced: it speaks first, and takes no
// descriptors. What comes goes both ways then.
static void
test_stdio_copied(void)
{
    TestGuest *guest = test_guest_new(NULL); // for its folders
    g_autofree char *program =
        g_build_filename(g_getenv("CASEMENT_BUILD"), "bin", "casement-agent", NULL);
    g_autofree char *dir = g_build_filename(guest->root, "former", NULL);
    g_autofree char *path = g_build_filename(dir, "agent", NULL);
    char *argv[] = {program, "--stdio", "--guest-dir", dir, NULL};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), in, out;
    char text[64] = "";

    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(bind(listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    GPid pid = spawn_joiner(guest, argv, &in, &out);
    int agent = accept(listener, NULL, NULL);
    g_assert_cmpint(write(agent, "casement hello", 14), ==, 14);
    g_assert_cmpint(write(in, "and back", 8), ==, 8);
    for (gsize n = 0; n < 14;)
        n += (gsize)read(out, text + n, 14 - n);
    g_assert_cmpstr(text, ==, "casement hello");
    g_autoptr(GString) got = g_string_new(NULL);
    while (!g_str_has_suffix(got->str, "and back")) {
        ssize_t n = read(agent, text, sizeof text);
        g_assert_cmpint(n, >, 0);
        for (ssize_t i = 0; i < n; i++)
            g_string_append_c(got, text[i] ? text[i] : ' ');
    }
    close(agent);
    waitpid(pid, NULL, 0);
    close(in);
    close(out);
    close(listener);
    test_guest_free(guest);
}

// cut: as a connection is.
static void
join_once(TestGuest *guest, char **argv, gboolean cut)
{
    int in, out;
    GPid pid = spawn_joiner(guest, argv, &in, &out);
    TestHost *host = test_host_new_pipe(out, in);

    TEST_WAIT(host->lists == 1);
    g_assert_false(has_children(pid)); // it copies nothing: the agent has its pipe
    if (cut) {
        kill(pid, SIGKILL);
        TEST_WAIT(host->lost);
    }
    test_host_free(host);
    waitpid(pid, NULL, 0); // ends with its pipe
}

// ssh and the like: stdin and stdout are the pipe, and the guest is started by the first who comes.
static void
test_stdio(void)
{
    TestGuest *guest = test_guest_new(NULL); // for its folders; another guest is started in them
    g_autofree char *program =
        g_build_filename(g_getenv("CASEMENT_BUILD"), "bin", "casement-agent", NULL);
    g_autofree char *dir = g_build_filename(guest->root, "joined", NULL);
    char *argv[] = {program, "--stdio", "--guest-dir", dir, NULL};
    GPid supervisor = 0;

    test_guest_wait_ready(guest);
    for (int i = 0; i < 3; i++) {
        join_once(guest, argv, i == 1);
        g_autofree char *lock = g_build_filename(dir, "lock", NULL);
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(lock, &text, NULL, NULL));
        GPid now = (GPid)g_ascii_strtoll(text, NULL, 10);
        g_assert_true(is_alive(now));
        g_assert_true(i == 0 || now == supervisor); // the second one joined the first one's guest
        supervisor = now;
    }
    kill(supervisor, SIGTERM);
    TEST_WAIT(!is_alive(supervisor));
    test_guest_free(guest);
}

static void
test_xvfb(void)
{
    const char *const extra[] = {"--xorg", "/bin/false", NULL};
    const char *const code[] = {"-c", "test \"$CASEMENT_X\" = xvfb && xdpyinfo >/dev/null", NULL};
    TestGuest *guest = test_guest_new(extra);

    test_guest_wait_ready(guest);
    TestChild *child = test_child_new(guest);
    test_child_launch(child, SUPERVISOR_COMMAND, "sh", code);
    TEST_WAIT(child->ends == 1);
    g_assert_cmpint(child->ended.status, ==, 0);
    test_child_free(child);
    test_guest_free(guest);
}

static void
test_xorg(void)
{
    const char *const code[] = {
        "-c",
        "test \"$CASEMENT_X\" = xorg && xdpyinfo >/dev/null && test -S "
        "\"$CASEMENT_GUEST_DIR/input/keyboard\" && test -S \"$CASEMENT_GUEST_DIR/input/pointer\" "
        "&& pactl info | grep -q 'Default Sink: guest' && dbus-send --session --print-reply "
        "--dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId >/dev/null && "
        "env -u XAUTHORITY HOME=/nonexistent sh -c '! xdpyinfo >/dev/null 2>&1'",
        NULL};
    TestGuest *guest = test_guest_new(NULL);
    struct stat st;

    test_guest_wait_ready(guest);
    g_assert_cmpint(stat(guest->dir, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0700);
    TestChild *child = test_child_new(guest);
    test_child_launch(child, SUPERVISOR_COMMAND, "sh", code);
    TEST_WAIT(child->ends == 1);
    g_assert_cmpint(child->ended.status, ==, 0);
    test_child_free(child);
    test_guest_free(guest);
}

// A program that ignores SIGTERM, and one that left its parent, do not outlive the guest.
static void
test_shutdown(void)
{
    const char *const extra[] = {"--stop-limit", "1", NULL};
    const char *const deaf[] = {"-c", "trap '' TERM; while :; do sleep 1000; done", NULL};
    const char *const stray[] = {"-c", "setsid sh -c 'trap \"\" TERM; sleep 1000' & exit 0", NULL};
    TestGuest *guest = test_guest_new(extra);

    test_guest_wait_ready(guest);
    TestChild *child = test_child_new(guest);
    test_child_launch(child, SUPERVISOR_COMMAND, "sh", deaf);
    test_child_launch(child, SUPERVISOR_COMMAND, "sh", stray);
    TEST_WAIT(child->ends == 1);
    TEST_WAIT(test_guest_find(guest, "sleep") > 0);
    test_child_free(child);
    test_guest_free(guest); // checks that nothing is left
}

// The end of the X server is the end of the guest, which says so by its status.
static void
test_x_killed(void)
{
    TestGuest *guest = test_guest_new(NULL);

    test_guest_wait_ready(guest);
    GPid x = test_guest_find(guest, "Xorg");
    g_assert_cmpint(x, >, 0);
    kill(x, SIGKILL);
    g_assert_cmpint(waitpid(guest->pid, &guest->status, 0), ==, guest->pid);
    g_assert_cmpint(WEXITSTATUS(guest->status), ==, 1);
    guest->pid = 0;
    test_guest_free(guest);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guest/publish", test_publish);
    g_test_add_func("/guest/icons", test_icons);
    g_test_add_func("/guest/launch", test_launch);
    g_test_add_func("/guest/dbus-activated", test_dbus_activated);
    g_test_add_func("/guest/terminal", test_terminal);
    g_test_add_func("/guest/agent-killed", test_agent_killed);
    g_test_add_func("/guest/second-host", test_second_host);
    g_test_add_func("/guest/second-supervisor", test_second_supervisor);
    g_test_add_func("/guest/usage", test_usage);
    g_test_add_func("/guest/stdio", test_stdio);
    g_test_add_func("/guest/stdio-copied", test_stdio_copied);
    g_test_add_func("/guest/xorg", test_xorg);
    g_test_add_func("/guest/xvfb", test_xvfb);
    g_test_add_func("/guest/shutdown", test_shutdown);
    g_test_add_func("/guest/x-killed", test_x_killed);
    return g_test_run();
}
