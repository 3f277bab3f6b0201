// SPDX-License-Identifier: Apache-2.0
// A guest's end of the channel, for tests of the broker: honest, silent or hostile.
//   broker_peer [--listen SOCKET] [--apps FILE] [--policy FILE] [--service] [--windows SOCKET] MODE
// MODE: honest (sends the applications in FILE, one "ID NAME" a line, and again whenever it
// changes), silent, garbage, flood, broken (a message that cannot be read), unlisted (never a
// list). --windows: says that it is a Windows whose Remote Desktop answers at SOCKET, and whose
// applications are C:\Program Files\Double\ID.exe. --policy: adds the flags of each policy that it
// is told to FILE.
#include "channel/glib/pump.h"
#include "channel/msg.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

typedef struct {
    GMainLoop *loop;
    const char *mode, *apps_path, *rdp_path, *policy_path;
    gboolean service;
    ChanPump *pump;
    int listener;
    guint32 serial;
    char **lines; // of the list that is being sent
    guint next_line, sending;
} Peer;

#define QUEUED_MAX (1024 * 1024) // of a long list, so that nothing of it is refused

static void
send_message(Peer *peer, uint16_t type, ChanSpan payload)
{
    chan_pump_send(peer->pump, type, payload, NULL);
}

static void
send_app(Peer *peer, const char *line)
{
    guint8 buffer[8192];
    g_auto(GStrv) parts = g_strsplit(line, " ", 2);

    if (!parts[0] || !parts[1])
        return;
    ChanApp app = {.id = CHAN_SPAN_TEXT(parts[0]), .name = CHAN_SPAN_TEXT(parts[1])};
    g_autofree char *program = g_strdup_printf("C:\\Program Files\\Double\\%s.exe", parts[0]);
    if (peer->rdp_path)
        app.program = CHAN_SPAN_TEXT(program);
    app.n_categories = 1;
    app.categories[0] = CHAN_SPAN_TEXT("Utility");
    send_message(peer, CHAN_MSG_APP, chan_app_encode(&app, buffer, sizeof buffer));
}

static gboolean
send_more(gpointer user)
{
    Peer *peer = user;
    guint8 buffer[64];
    ChanPumpStats stats = {0};

    for (chan_pump_get_stats(peer->pump, &stats);
         peer->lines[peer->next_line] && stats.queued < QUEUED_MAX;
         chan_pump_get_stats(peer->pump, &stats))
        send_app(peer, peer->lines[peer->next_line++]);
    if (peer->lines[peer->next_line])
        return G_SOURCE_CONTINUE;
    ChanApps list = {peer->serial, peer->next_line};
    send_message(peer, CHAN_MSG_APPS_END, chan_apps_encode(&list, buffer, sizeof buffer));
    peer->sending = 0;
    return G_SOURCE_REMOVE;
}

static void
stop_sending(Peer *peer)
{
    if (peer->sending)
        g_source_remove(peer->sending);
    peer->sending = 0;
}

static void
send_list(Peer *peer)
{
    g_autofree char *text = NULL;
    guint8 buffer[64];

    stop_sending(peer);
    g_strfreev(peer->lines);
    if (!peer->apps_path || !g_file_get_contents(peer->apps_path, &text, NULL, NULL))
        text = g_strdup("");
    // Not g_strsplit: the sanitizer measures all of the rest for each line.
    peer->lines = g_strsplit_set(g_strstrip(text), "\n", -1);
    peer->next_line = 0;
    ChanApps list = {++peer->serial, g_strv_length(peer->lines)};
    send_message(peer, CHAN_MSG_APPS_BEGIN, chan_apps_encode(&list, buffer, sizeof buffer));
    if (send_more(peer))
        peer->sending = g_timeout_add(1, send_more, peer);
}

static void
send_service(Peer *peer)
{
    guint8 buffer[256];
    ChanService service = {.name = CHAN_SPAN_TEXT("rdp"), .available = 1};

    send_message(peer, CHAN_MSG_SERVICE, chan_service_encode(&service, buffer, sizeof buffer));
}

// More than the broker could want to keep, as fast as it takes it.
static gboolean
on_flood(gpointer user)
{
    Peer *peer = user;
    static guint64 number;
    guint8 buffer[8192];

    for (int i = 0; i < 100 && peer->pump; i++) {
        g_autofree char *id = g_strdup_printf("flood-%" G_GUINT64_FORMAT, number++);
        ChanApp app = {.id = CHAN_SPAN_TEXT(id), .name = CHAN_SPAN_TEXT(id)};
        if (!chan_pump_send(peer->pump, CHAN_MSG_APP, chan_app_encode(&app, buffer, sizeof buffer),
                            NULL))
            break;
    }
    return peer->pump != NULL;
}

static void
on_ready(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user)
{
    Peer *peer = user;
    guint8 buffer[256];
    ChanGuestInfo info = {.os = CHAN_OS_LINUX,
                          .os_name = CHAN_SPAN_TEXT("Test OS 1.0"),
                          .host_name = CHAN_SPAN_TEXT("peer"),
                          .user_name = CHAN_SPAN_TEXT("peer"),
                          .locale = CHAN_SPAN_TEXT("C")};

    if (peer->rdp_path) {
        info.os = CHAN_OS_WINDOWS;
        info.os_name = CHAN_SPAN_TEXT("Windows 10 Pro");
    }
    send_message(peer, CHAN_MSG_GUEST_INFO, chan_guest_info_encode(&info, buffer, sizeof buffer));
    if (peer->service || peer->rdp_path)
        send_service(peer);
    if (g_str_equal(peer->mode, "broken"))
        send_message(peer, CHAN_MSG_APPS_BEGIN, CHAN_SPAN("\xff", 1));
    else if (g_str_equal(peer->mode, "flood"))
        g_idle_add(on_flood, peer);
    else if (g_str_equal(peer->mode, "honest"))
        send_list(peer);
}

static void
note_policy(const Peer *peer, ChanSpan payload)
{
    ChanPolicy policy;
    FILE *file = peer->policy_path ? fopen(peer->policy_path, "a") : NULL;

    if (file && chan_policy_decode(&policy, payload))
        fprintf(file, "%u\n", policy.flags);
    if (file)
        fclose(file);
}

static void
on_message(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user)
{
    if (type == CHAN_MSG_SYNC)
        send_list(user);
    if (type == CHAN_MSG_POLICY)
        note_policy(user, untrusted_payload);
}

static void
relay(Peer *peer, int take_fd)
{
    g_autoptr(GSocket) socket = g_socket_new_from_fd(take_fd, NULL);
    g_autoptr(GSocketConnection) near = g_socket_connection_factory_create_connection(socket);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(peer->rdp_path);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) far =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);

    if (far)
        g_io_stream_splice_async(G_IO_STREAM(near), G_IO_STREAM(far),
                                 G_IO_STREAM_SPLICE_CLOSE_STREAM1 |
                                     G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                                 G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

static void
on_stream(ChanPump *pump, const char *untrusted_service, int take_fd, gpointer user)
{
    Peer *peer = user;

    if (peer->rdp_path && g_str_equal(untrusted_service, "rdp"))
        relay(peer, take_fd);
    else
        close(take_fd);
}

static void
on_lost(ChanPump *pump, const GError *error, gpointer user)
{
    Peer *peer = user;

    stop_sending(peer);
    g_clear_pointer(&peer->pump, chan_pump_free);
    if (peer->listener < 0)
        g_main_loop_quit(peer->loop);
}

static void
write_garbage(int fd)
{
    guint8 noise[65536];

    for (int i = 0; i < 64; i++)
        if (getrandom(noise, sizeof noise, 0) < 0 || write(fd, noise, sizeof noise) < 0)
            break;
}

static void
serve(Peer *peer, int read_fd, int write_fd)
{
    static const ChanPumpHandlers handlers = {on_ready, on_message, on_stream, on_lost};
    ChanConnConfig config = {.role = CHAN_ROLE_GUEST, .software = "broker_peer"};

    if (g_str_equal(peer->mode, "silent"))
        return;
    if (g_str_equal(peer->mode, "garbage")) {
        write_garbage(write_fd);
        return;
    }
    g_assert_cmpint(getrandom(config.nonce, sizeof config.nonce, 0), ==, sizeof config.nonce);
    stop_sending(peer);
    g_clear_pointer(&peer->pump, chan_pump_free);
    peer->pump = chan_pump_new(NULL, read_fd, write_fd, &config, &handlers, peer);
}

static gboolean
on_connection(GSocketService *service, GSocketConnection *connection, GObject *source,
              gpointer user)
{
    int fd = dup(g_socket_get_fd(g_socket_connection_get_socket(connection)));

    serve(user, fd, fd);
    return TRUE;
}

static void
on_apps_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                gpointer user)
{
    Peer *peer = user;

    if (event != G_FILE_MONITOR_EVENT_CHANGED && peer->pump)
        send_list(peer);
}

int
main(int argc, char **argv)
{
    Peer peer = {.mode = "honest", .listener = -1};
    const char *path = NULL;
    g_autoptr(GFileMonitor) monitor = NULL;
    g_autoptr(GSocketService) service = NULL;
    g_autoptr(GError) error = NULL;

    for (int i = 1; i < argc; i++) {
        if (g_str_equal(argv[i], "--listen") && i + 1 < argc)
            path = argv[++i];
        else if (g_str_equal(argv[i], "--apps") && i + 1 < argc)
            peer.apps_path = argv[++i];
        else if (g_str_equal(argv[i], "--policy") && i + 1 < argc)
            peer.policy_path = argv[++i];
        else if (g_str_equal(argv[i], "--windows") && i + 1 < argc)
            peer.rdp_path = argv[++i];
        else if (g_str_equal(argv[i], "--service"))
            peer.service = TRUE;
        else
            peer.mode = argv[i];
    }
    peer.loop = g_main_loop_new(NULL, FALSE);
    if (peer.apps_path) {
        g_autoptr(GFile) file = g_file_new_for_path(peer.apps_path);
        monitor = g_file_monitor_file(file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
        g_signal_connect(monitor, "changed", G_CALLBACK(on_apps_changed), &peer);
    }
    if (path) {
        g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
        service = g_socket_service_new();
        peer.listener = 0;
        if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), address,
                                           G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                           NULL, &error)) {
            fprintf(stderr, "broker_peer: %s\n", error->message);
            return 1;
        }
        g_signal_connect(service, "incoming", G_CALLBACK(on_connection), &peer);
    } else {
        serve(&peer, STDIN_FILENO, STDOUT_FILENO);
    }
    g_main_loop_run(peer.loop);
    return 0;
}
