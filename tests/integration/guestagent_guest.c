// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/guestagent_guest.h"

#include "guestagent/linux/connect.h"
#include "guestagent/linux/iconimage.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean
on_tick(gpointer user)
{
    return G_SOURCE_CONTINUE;
}

void
test_turn(void)
{
    static guint tick;

    if (!tick)
        tick = g_timeout_add(5, on_tick, NULL);
    g_main_context_iteration(NULL, TRUE);
}

static char **
guest_env(const TestGuest *g)
{
    g_autofree char *home = g_build_filename(g->root, "home", NULL);
    g_autofree char *data = g_build_filename(g->root, "home/.local/share", NULL);
    g_autofree char *config = g_build_filename(g->root, "home/.config", NULL);
    g_autofree char *cache = g_build_filename(g->root, "home/.cache", NULL);
    char **env = g_get_environ();

    g_mkdir_with_parents(home, 0700);
    env = g_environ_setenv(env, "HOME", home, TRUE);
    env = g_environ_setenv(env, "XDG_DATA_HOME", data, TRUE);
    env = g_environ_setenv(env, "XDG_CONFIG_HOME", config, TRUE);
    env = g_environ_setenv(env, "XDG_CACHE_HOME", cache, TRUE);
    env = g_environ_setenv(env, "LC_ALL", "C.UTF-8", TRUE);
    env = g_environ_setenv(env, "TEST_GUEST", g->root, TRUE);
    env = g_environ_unsetenv(env, "LANGUAGE");
    env = g_environ_unsetenv(env, "XDG_CURRENT_DESKTOP");
    // GLib's own threads must not end a helper for a warning of a library.
    return g_environ_unsetenv(env, "G_DEBUG");
}

static void
keep_ready_fd(gpointer user)
{
    dup2(GPOINTER_TO_INT(user), 9);
    prctl(PR_SET_PDEATHSIG, SIGTERM); // a test that fails leaves no guest behind
}

TestGuest *
test_guest_new(const char *const *extra)
{
    TestGuest *g = g_new0(TestGuest, 1);
    g_autofree char *program =
        g_build_filename(g_getenv("CASEMENT_BUILD"), "bin", "casement-supervisor", NULL);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GError) error = NULL;
    int fds[2];

    g->root = g_dir_make_tmp("casement-guest-XXXXXX", NULL);
    g->dir = g_build_filename(g->root, "guest", NULL);
    g->apps = g_build_filename(g->root, "home/.local/share/applications", NULL);
    g->env = guest_env(g);
    g_strv_builder_add_many(builder, program, "--guest-dir", g->dir, "--ready-fd", "9", NULL);
    if (extra)
        g_strv_builder_addv(builder, (const char **)extra);
    g_auto(GStrv) argv = g_strv_builder_end(builder);
    g_assert_true(g_unix_open_pipe(fds, FD_CLOEXEC, NULL));
    g_spawn_async(NULL, argv, g->env, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN,
                  keep_ready_fd, GINT_TO_POINTER(fds[1]), &g->pid, &error);
    g_assert_no_error(error);
    close(fds[1]);
    g->ready_fd = fds[0];
    return g;
}

void
test_guest_wait_ready(TestGuest *g)
{
    char word[8] = "";

    g_assert_cmpint(read(g->ready_fd, word, sizeof word), ==, 6);
}

// Pids of processes whose environment names this guest's root.
static GArray *
processes_of(const TestGuest *g)
{
    g_autofree char *mark = g_strconcat("TEST_GUEST=", g->root, NULL);
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(GPid));
    const char *name;

    while ((name = g_dir_read_name(proc))) {
        g_autofree char *path = g_build_filename("/proc", name, "environ", NULL);
        g_autofree char *text = NULL;
        gsize size;
        if (!g_ascii_isdigit(*name) || !g_file_get_contents(path, &text, &size, NULL))
            continue;
        GPid pid = (GPid)g_ascii_strtoll(name, NULL, 10);
        if (pid != getpid() && memmem(text, size, mark, strlen(mark)))
            g_array_append_val(pids, pid);
    }
    return pids;
}

GPid
test_guest_find(TestGuest *g, const char *name)
{
    g_autoptr(GArray) pids = processes_of(g);

    for (guint i = 0; i < pids->len; i++) {
        GPid pid = g_array_index(pids, GPid, i);
        g_autofree char *path = g_strdup_printf("/proc/%d/exe", pid);
        g_autofree char *exe = g_file_read_link(path, NULL);
        g_autofree char *base = exe ? g_path_get_basename(exe) : NULL;
        if (g_strcmp0(base, name) == 0)
            return pid;
    }
    return 0;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

void
test_guest_free(TestGuest *g)
{
    if (g->pid) {
        kill(g->pid, SIGTERM);
        g_assert_cmpint(waitpid(g->pid, &g->status, 0), ==, g->pid);
        g_assert_true(WIFEXITED(g->status));
    }
    g_autoptr(GArray) left = processes_of(g);
    g_assert_cmpuint(left->len, ==, 0);
    close(g->ready_fd);
    remove_tree(g->root);
    g_strfreev(g->env);
    g_free(g->root);
    g_free(g->dir);
    g_free(g->apps);
    g_free(g);
}

void
test_guest_add_app(TestGuest *g, const char *id, const char *keys)
{
    g_autofree char *path = g_strdup_printf("%s/%s.desktop", g->apps, id);
    g_autofree char *text = g_strconcat("[Desktop Entry]\nType=Application\n", keys, "\n", NULL);

    g_mkdir_with_parents(g->apps, 0700);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

void
test_guest_remove_app(TestGuest *g, const char *id)
{
    g_autofree char *path = g_strdup_printf("%s/%s.desktop", g->apps, id);

    g_assert_cmpint(g_unlink(path), ==, 0);
}

// --- the host

static void
on_app(TestHost *h, ChanSpan payload)
{
    ChanApp *app = g_new0(ChanApp, 1);

    g_assert_true(chan_app_decode(app, payload));
    char *id = g_strndup((const char *)app->id.data, app->id.size);
    g_hash_table_insert(h->apps, g_strdup(id),
                        g_strndup((const char *)app->name.data, app->name.size));
    g_hash_table_insert(h->payloads, g_strdup(id), g_bytes_new(payload.data, payload.size));
    if (h->in_list)
        g_hash_table_add(h->listed, g_strdup(id));
    else
        h->changes++;
    g_free(id);
    g_free(app);
}

static gboolean
not_listed(gpointer id, gpointer value, gpointer user)
{
    TestHost *h = user;

    return !g_hash_table_contains(h->listed, id);
}

static void
on_icon(TestHost *h, ChanSpan payload)
{
    ChanIcon icon;
    guint8 hash[CHAN_ICON_HASH_SIZE];

    g_assert_true(chan_icon_decode(&icon, payload));
    agent_icon_hash(icon.width, icon.height, icon.pixels.data, hash);
    h->icon_messages++;
    if (memcmp(hash, icon.hash, sizeof hash) != 0 || icon.width != icon.height)
        h->bad_icons++;
    g_hash_table_insert(h->icons, g_bytes_new(hash, sizeof hash), GUINT_TO_POINTER(icon.width));
}

static void
on_host_service(TestHost *h, ChanSpan payload)
{
    ChanService service;

    g_assert_true(chan_service_decode(&service, payload));
    g_assert_cmpmem(service.name.data, service.name.size, "rdp", 3);
    h->rdp_known = TRUE;
    h->rdp_available = service.available != 0;
    h->rdp_failing = FALSE;
    g_free(h->rdp_reason);
    h->rdp_reason = g_strndup((const char *)service.reason.data, service.reason.size);
}

static void
on_host_ended(TestHost *h, ChanSpan payload)
{
    ChanProgramEnded m;

    g_assert_true(chan_program_ended_decode(&m, payload));
    h->ended++;
    h->ended_pid = m.pid;
    h->ended_status = m.status;
    g_free(h->ended_app);
    h->ended_app = g_strndup((const char *)m.app_id.data, m.app_id.size);
}

static void
on_host_output(TestHost *h, ChanSpan payload)
{
    ChanProgramOutput m;

    g_assert_true(chan_program_output_decode(&m, payload));
    h->output_pid = m.pid;
    g_free(h->output_file);
    h->output_file = g_strndup((const char *)m.file.data, m.file.size);
}

static void
on_gone(TestHost *h, ChanSpan payload)
{
    ChanSpan id;

    g_assert_true(chan_app_gone_decode(&id, payload));
    g_autofree char *text = g_strndup((const char *)id.data, id.size);
    g_assert_true(g_hash_table_remove(h->apps, text));
    h->changes++;
}

static void
on_message(ChanPump *pump, uint16_t type, ChanSpan payload, gpointer user)
{
    TestHost *h = user;
    ChanApps apps;

    switch (type) {
    case CHAN_MSG_GUEST_INFO:
        h->guest_infos++;
        break;
    case CHAN_MSG_APPS_BEGIN:
        g_assert_true(chan_apps_decode(&apps, payload));
        h->in_list = TRUE;
        g_hash_table_remove_all(h->listed);
        break;
    case CHAN_MSG_APPS_END:
        h->in_list = FALSE;
        g_hash_table_foreach_remove(h->apps, not_listed, h);
        h->lists++;
        break;
    case CHAN_MSG_APP:
        on_app(h, payload);
        break;
    case CHAN_MSG_APP_GONE:
        on_gone(h, payload);
        break;
    case CHAN_MSG_ICON:
        on_icon(h, payload);
        break;
    case CHAN_MSG_SERVICE:
        on_host_service(h, payload);
        break;
    case CHAN_MSG_PROGRAM_ENDED:
        on_host_ended(h, payload);
        break;
    case CHAN_MSG_PROGRAM_OUTPUT:
        on_host_output(h, payload);
        break;
    case CHAN_MSG_SERVICE_FAILING:
        h->rdp_failing = TRUE;
        break;
    default:
        g_assert_not_reached();
    }
}

static void
on_ready(ChanPump *pump, const ChanHello *peer, gpointer user)
{
    TestHost *h = user;

    h->ready = TRUE;
}

static void
on_lost(ChanPump *pump, const GError *error, gpointer user)
{
    TestHost *h = user;

    h->lost = TRUE;
}

static const ChanPumpHandlers host_handlers = {on_ready, on_message, NULL, on_lost};

static TestHost *
host_on(int in, int out)
{
    TestHost *h = g_new0(TestHost, 1);
    ChanConnConfig config = {
        .role = CHAN_ROLE_HOST, .features = in == out ? CHAN_FEATURE_FDS : 0, .software = "test"};

    h->apps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    h->payloads =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    h->listed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    h->icons =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    for (guint i = 0; i < sizeof config.nonce; i++)
        config.nonce[i] = (guint8)g_random_int();
    h->pump = chan_pump_new(NULL, in, out, &config, &host_handlers, h);
    TEST_WAIT(h->ready);
    return h;
}

TestHost *
test_host_new_pipe(int in, int out)
{
    return host_on(in, out);
}

TestHost *
test_host_new(TestGuest *g, const char *locale)
{
    g_autofree char *path = g_build_filename(g->dir, "agent", NULL);
    g_autoptr(GError) error = NULL;
    guint8 buffer[256];
    int fd = agent_connect_unix(path, SOCK_STREAM, &error);

    g_assert_no_error(error);
    TestHost *h = host_on(fd, fd);
    if (locale) {
        ChanHostInfo info = {.locale = CHAN_SPAN_TEXT(locale)};
        chan_pump_send(h->pump, CHAN_MSG_HOST_INFO,
                       chan_host_info_encode(&info, buffer, sizeof buffer), &error);
        g_assert_no_error(error);
    }
    return h;
}

void
test_host_free(TestHost *h)
{
    chan_pump_free(h->pump);
    g_hash_table_destroy(h->apps);
    g_hash_table_destroy(h->payloads);
    g_hash_table_destroy(h->listed);
    g_hash_table_destroy(h->icons);
    g_free(h->rdp_reason);
    g_free(h->ended_app);
    g_free(h->output_file);
    g_free(h);
}

void
test_host_want_icons(TestHost *h, const char *id)
{
    gsize size;
    const guint8 *bytes = g_bytes_get_data(g_hash_table_lookup(h->payloads, id), &size);
    g_autofree ChanApp *app = g_new0(ChanApp, 1);
    guint8 buffer[64];

    g_assert_true(chan_app_decode(app, CHAN_SPAN(bytes, size)));
    for (guint i = 0; i < app->n_icons; i++)
        g_assert_true(
            chan_pump_send(h->pump, CHAN_MSG_ICON_WANT,
                           chan_icon_want_encode(app->icons[i].hash, buffer, sizeof buffer), NULL));
}

// --- a child of the guest

static void
on_packet(ChanPacketSocket *socket, ChanSpan packet, const int *fds, guint n_fds, gpointer user)
{
    TestChild *c = user;
    guint32 type = 0;

    if (packet.size == 0)
        return;
    memcpy(&type, packet.data, sizeof type);
    if (type == SUPERVISOR_LAUNCHED) {
        g_assert_cmpuint(packet.size, ==, sizeof c->launched);
        memcpy(&c->launched, packet.data, sizeof c->launched);
        c->answers++;
    } else if (type == SUPERVISOR_ENDED) {
        g_assert_cmpuint(packet.size, ==, sizeof c->ended);
        memcpy(&c->ended, packet.data, sizeof c->ended);
        c->ends++;
    } else if (type == SUPERVISOR_SERVICE) {
        g_assert_cmpuint(packet.size, ==, sizeof c->service);
        memcpy(&c->service, packet.data, sizeof c->service);
        c->services++;
    }
}

TestChild *
test_child_new(TestGuest *g)
{
    TestChild *c = g_new0(TestChild, 1);
    g_autofree char *path = g_build_filename(g->dir, "supervisor", NULL);
    g_autoptr(GError) error = NULL;
    int fd = agent_connect_unix(path, SOCK_SEQPACKET, &error);

    g_assert_no_error(error);
    c->socket = chan_packet_socket_new(NULL, fd, SUPERVISOR_PACKET_MAX, on_packet, c);
    return c;
}

void
test_child_free(TestChild *c)
{
    chan_packet_socket_free(c->socket);
    g_free(c);
}

void
test_child_launch(TestChild *c, SupervisorKind kind, const char *program,
                  const char *const *arguments)
{
    static guint32 serial;
    SupervisorLaunch m = {.type = SUPERVISOR_LAUNCH,
                          .serial = ++serial,
                          .kind = kind,
                          .input_method = c->input_method};
    g_autoptr(GByteArray) packet = g_byte_array_new();
    guint answers = c->answers;

    g_strlcpy(m.program, program, sizeof m.program);
    g_strlcpy(m.startup_id, "test_TIME1", sizeof m.startup_id);
    g_byte_array_append(packet, (guint8 *)&m, sizeof m);
    for (; arguments && *arguments; arguments++)
        g_byte_array_append(packet, (const guint8 *)*arguments, (guint)strlen(*arguments) + 1);
    ((SupervisorLaunch *)(void *)packet->data)->size = packet->len;
    g_assert_true(chan_packet_send(c->socket, packet->data, packet->len, NULL, 0));
    TEST_WAIT(c->answers > answers);
    g_assert_cmpuint(c->launched.serial, ==, serial);
}
