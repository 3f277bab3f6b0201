// SPDX-License-Identifier: Apache-2.0

// casement-agent: publishes what this guest has to offer, and hands the host's streams on.

#include "channel/tile_stream.h"
#include "guestagent/agent.h"
#include "guestagent/linux/door.h"
#include "guestagent/linux/handover.h"
#include "guestagent/linux/join.h"
#include "guestagent/linux/link.h"
#include "guestagent/linux/notifications.h"
#include "guestagent/linux/peers.h"
#include "guestagent/linux/platform.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    int listen_fd, vsock;
    char *socket, *port, *guest_dir;
    gboolean join, version;
} Arguments;

typedef struct {
    GMainLoop *loop;
    Agent *agent;
    AgentPlatform *platform;
    AgentPeers *peers;
    AgentDoor *door;
    AgentLink *link;                   // NULL: no supervisor
    AgentHandover *handover;           // NULL likewise
    AgentNotifications *notifications; // NULL: the bus is not there yet, or not at all
    gboolean said_unknown;
} Program;

static void
on_opened(int take_fd, gpointer user)
{
    Program *p = user;

    agent_peers_add(p->peers, take_fd, take_fd);
}

static void
on_stream(const char *untrusted_service, int take_fd, gpointer user)
{
    Program *p = user;

    if (p->handover && g_str_equal(untrusted_service, "rdp")) {
        agent_handover_give(p->handover, AGENT_HANDOVER_RDP, take_fd);
        return;
    }
    if (p->handover && g_str_equal(untrusted_service, CHAN_TILES_SERVICE)) {
        agent_handover_give(p->handover, AGENT_HANDOVER_PIXELS, take_fd);
        return;
    }
    if (!p->said_unknown)
        g_printerr("casement-agent: the host asked for a service that is not here; refused\n");
    p->said_unknown = TRUE;
    close(take_fd);
}

static void
on_alone(gpointer user)
{
    Program *p = user;

    agent_door_closed(p->door);
}

static void
on_called(int take_fd, gpointer user)
{
    Program *p = user;

    agent_peers_add_caller(p->peers, take_fd);
}

static const AgentPeersEvents peers_events = {on_stream, on_alone};

// The guest's bus is there when its services are.
static void
serve_notifications(Program *p)
{
    g_autoptr(GError) error = NULL;

    p->notifications = agent_notifications_new(p->agent, &error);
    if (!p->notifications)
        g_printerr("casement-agent: notifications of programs do not reach the host: %s\n",
                   error->message);
}

static void
on_service(const AgentService *service, gpointer user)
{
    Program *p = user;

    agent_service(p->agent, service);
    if (service->available && !p->notifications)
        serve_notifications(p);
    if (g_str_equal(service->name, "rdp"))
        agent_handover_available(p->handover, service->available);
}

static void
on_program_ended(const AgentProgramEnd *end, gpointer user)
{
    Program *p = user;

    agent_program_ended(p->agent, end);
}

static void
on_supervisor_lost(gpointer user)
{
    Program *p = user;

    g_printerr("casement-agent: the guest's supervisor is gone; ending with it\n");
    g_main_loop_quit(p->loop);
}

static const AgentLinkEvents link_events = {on_service, on_program_ended, on_supervisor_lost};

static gboolean
may_send(gpointer user)
{
    Program *p = user;

    return agent_peers_may_send(p->peers);
}

static void
open_link(Program *p, const char *guest_dir)
{
    g_autoptr(GError) error = NULL;
    AgentService starting = {"rdp", "the guest is starting", false, false};
    AgentService never = {"rdp", "the agent runs without casement-supervisor", false, true};

    if (guest_dir)
        p->link = agent_link_new(NULL, guest_dir, &link_events, p, &error);
    if (p->link) {
        p->handover = agent_handover_new(NULL, guest_dir);
        agent_service(p->agent, &starting);
        return;
    }
    g_printerr("casement-agent: programs are only listed, none can be shown: %s\n",
               error ? error->message : "no --guest-dir and no $CASEMENT_GUEST_DIR");
    agent_service(p->agent, &never);
}

static gboolean
open_door(Program *p, const Arguments *a, GError **error)
{
    if (a->listen_fd >= 0)
        p->door = agent_door_listen(NULL, a->listen_fd, on_called, p, error);
    else if (a->vsock >= 0)
        p->door = agent_door_vsock(NULL, (guint)a->vsock, on_opened, p, error);
    else if (a->port)
        p->door = agent_door_port(NULL, a->port, on_opened, p, error);
    else
        p->door = agent_door_connect(NULL, a->socket, on_opened, p);
    return p->door != NULL;
}

static gboolean
on_signal(gpointer user)
{
    g_main_loop_quit(user);
    return G_SOURCE_CONTINUE;
}

static int
run(const Arguments *a)
{
    const char *set = g_getenv("CASEMENT_GUEST_DIR");
    g_autoptr(GError) error = NULL;
    Program p = {.loop = g_main_loop_new(NULL, FALSE), .agent = agent_new()};

    (void)signal(SIGPIPE, SIG_IGN);
    g_unix_signal_add(SIGTERM, on_signal, p.loop);
    g_unix_signal_add(SIGINT, on_signal, p.loop);
    p.platform = agent_platform_new(NULL, p.agent, may_send, &p);
    agent_set_platform(p.agent, p.platform);
    p.peers = agent_peers_new(NULL, p.agent, &peers_events, &p);
    gboolean opened = open_door(&p, a, &error);
    if (opened) {
        open_link(&p, a->guest_dir ? a->guest_dir : set);
        g_main_loop_run(p.loop);
    } else {
        g_printerr("casement-agent: %s\n", error ? error->message : "no way to a host");
    }
    agent_peers_free(p.peers);
    agent_door_free(p.door);
    agent_notifications_free(p.notifications);
    agent_handover_free(p.handover);
    agent_link_free(p.link);
    agent_platform_free(p.platform);
    agent_free(p.agent);
    g_main_loop_unref(p.loop);
    return opened ? 0 : 1;
}

static gboolean
parse(Arguments *a, int *argc, char ***argv, GError **error)
{
    GOptionEntry entries[] = {
        {"listen-fd", 0, 0, G_OPTION_ARG_INT, &a->listen_fd,
         "Hosts connect to this listening socket, inherited", "N"},
        {"stdio", 0, 0, G_OPTION_ARG_NONE, &a->join,
         "Join stdin and stdout to the agent that runs, starting a guest if none does", NULL},
        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &a->socket, "Connect to a Unix socket", "PATH"},
        {"port", 0, 0, G_OPTION_ARG_FILENAME, &a->port,
         "Speak on a device (/dev/virtio-ports/org.casement.channel.0)", "DEVICE"},
        {"vsock", 0, 0, G_OPTION_ARG_INT, &a->vsock, "Listen on a vsock port", "PORT"},
        {"guest-dir", 0, 0, G_OPTION_ARG_FILENAME, &a->guest_dir,
         "The guest's folder ($CASEMENT_GUEST_DIR)", "DIR"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &a->version, "Print the version", NULL},
        {NULL}};
    g_autoptr(GOptionContext) context =
        g_option_context_new("- publish this guest's programs to a host");

    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static gboolean
check(const Arguments *a, GError **error)
{
    int ways =
        (a->listen_fd >= 0) + a->join + (a->socket != NULL) + (a->port != NULL) + (a->vsock >= 0);

    if (ways == 1)
        return TRUE;
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "give one of --listen-fd, --stdio, --socket, --port and --vsock");
    return FALSE;
}

int
main(int argc, char **argv)
{
    Arguments a = {.listen_fd = -1, .vsock = -1};
    g_autoptr(GError) error = NULL;
    int status = 2;

    (void)setlocale(LC_ALL, "");
    gboolean parsed = parse(&a, &argc, &argv, &error);
    if (parsed && a.version) {
        g_print("casement-agent " CASEMENT_VERSION "\n");
        return 0;
    }
    if (parsed && check(&a, &error))
        status = !a.join ? run(&a) : agent_join_stdio(a.guest_dir, &error) ? 0 : 1;
    if (error)
        g_printerr("casement-agent: %s%s\n", error->message, status == 2 ? "; see --help" : "");
    g_clear_error(&error);
    g_free(a.socket);
    g_free(a.port);
    g_free(a.guest_dir);
    return status;
}
