// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/control.h"

#include "channel/glib/packet.h"

#include <string.h>
#include <unistd.h>

struct BridgeControl {
    GMainContext *context;
    const BridgeControlHandlers *handlers;
    gpointer user;
    ChanPacketSocket *socket;
    int fd; // the socket's
};

BridgeControl *
bridge_control_new(GMainContext *context, const BridgeControlHandlers *handlers, gpointer user)
{
    BridgeControl *c = g_new0(BridgeControl, 1);

    c->context = context;
    c->handlers = handlers;
    c->user = user;
    return c;
}

void
bridge_control_free(BridgeControl *c)
{
    if (!c)
        return;
    chan_packet_socket_free(c->socket);
    g_free(c);
}

static void
drop(BridgeControl *c)
{
    chan_packet_socket_free(c->socket);
    c->socket = NULL;
}

static void
handle_exec(BridgeControl *c, ChanSpan packet)
{
    const CtlExec *exec = (const CtlExec *)packet.data;

    c->handlers->exec(exec, CHAN_SPAN(packet.data + sizeof *exec, packet.size - sizeof *exec),
                      c->user);
}

static void
handle(BridgeControl *c, ChanSpan packet, int *fd)
{
    gconstpointer m = packet.data;

    switch (ctl_type(packet)) {
    case CTL_SETUP:
        c->handlers->setup(m, c->user);
        break;
    case CTL_CREDENTIALS:
        c->handlers->credentials(m, c->user);
        explicit_bzero((void *)packet.data, packet.size); // the socket's own buffer
        break;
    case CTL_CERTIFICATES:
        c->handlers->certificates(m, c->user);
        break;
    case CTL_APP:
        c->handlers->app(m, c->user);
        break;
    case CTL_EXEC:
        handle_exec(c, packet);
        break;
    case CTL_PIXELS:
        if (*fd >= 0)
            c->handlers->pixels(g_steal_fd(fd), c->user);
        break;
    case CTL_VIEW:
        if (*fd >= 0)
            c->handlers->view(g_steal_fd(fd), c->user);
        break;
    case CTL_CLOSE:
        c->handlers->close_window(((const CtlWindowId *)m)->window_id, c->user);
        break;
    case CTL_TRAY_EVENT:
        c->handlers->tray_event(m, c->user);
        break;
    case CTL_QUIT:
        c->handlers->quit(c->user);
        break;
    default:
        g_message("control: a message of type %u is not for a session", (guint)ctl_type(packet));
    }
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    BridgeControl *c = user;
    int fd = n_fds > 0 ? take_fds[0] : -1;

    for (guint i = 1; i < n_fds; i++)
        close(take_fds[i]);
    if (packet.size == 0) {
        drop(c);
        c->handlers->lost(c->user);
    } else if (ctl_check(packet)) {
        handle(c, packet, &fd);
    } else {
        g_warning("control: the broker sent a packet that is no message of this version");
    }
    if (fd >= 0)
        close(fd);
}

void
bridge_control_attach(BridgeControl *c, int take_fd)
{
    drop(c);
    c->fd = take_fd;
    c->socket = chan_packet_socket_new(c->context, take_fd, CTL_PACKET_MAX, on_packet, c);
}

gboolean
bridge_control_attached(const BridgeControl *c)
{
    return c->socket != NULL;
}

int
bridge_control_fd(const BridgeControl *c)
{
    return c->socket ? c->fd : -1;
}

void
bridge_control_send(BridgeControl *c, gconstpointer message, gsize size)
{
    if (c->socket && !chan_packet_send(c->socket, message, size, NULL, 0))
        drop(c);
}

gsize
bridge_control_queued(const BridgeControl *c)
{
    return c->socket ? chan_packet_queued(c->socket) : 0;
}

void
bridge_control_exec_result(BridgeControl *c, guint32 serial, CtlExecCode code, guint32 raw)
{
    CtlExecResult m = {.serial = serial, .code = code, .raw = raw};

    if (code == CTL_EXEC_OK)
        m.pid = raw; // channel/rail.h
    CTL_INIT(&m, CTL_EXEC_RESULT);
    bridge_control_send(c, &m, sizeof m);
}

void
bridge_control_sign_in_failed(BridgeControl *c, gboolean again, gboolean doubtful, const char *text)
{
    CtlSignInFailed m = {.again = (guint32)again, .doubtful = (guint32)doubtful};

    CTL_INIT(&m, CTL_SIGN_IN_FAILED);
    CTL_SET_TEXT(m.text, text);
    bridge_control_send(c, &m, sizeof m);
}

void
bridge_control_notice(BridgeControl *c, gboolean fatal, guint32 code, const char *text)
{
    CtlNotice m = {.fatal = (guint32)fatal, .code = code};

    CTL_INIT(&m, CTL_NOTICE);
    CTL_SET_TEXT(m.text, text);
    bridge_control_send(c, &m, sizeof m);
}
