// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/connection.h"

#include "tests/termservice/certificate.h"
#include "tests/termservice/report.h"
#include "tests/termservice/settings.h"
#include "tests/termservice/signin.h"

#include <freerdp/channels/wtsvc.h>
#include <freerdp/freerdp.h>
#include <freerdp/transport_io.h>
#include <glib-unix.h>
#include <sys/socket.h>

typedef struct {
    rdpContext base;
    Connection *connection;
} Context;

struct Connection {
    freerdp_peer *peer;
    HANDLE channels;
    SignIn signin;
    rdpTransportIo io; // the library's own
    const ConnectionEvents *events;
    gpointer user;
    int fd; // the peer's
    guint input, output, reaper;
    bool desktop; // the client asks for no RemoteApp
    bool speaks, activated, told, ended;
};

static Connection *
connection_of(rdpContext *context)
{
    return ((Context *)context)->connection;
}

static void
connection_free(Connection *c)
{
    g_clear_handle_id(&c->input, g_source_remove);
    g_clear_handle_id(&c->output, g_source_remove);
    g_clear_handle_id(&c->reaper, g_source_remove);
    if (c->peer != NULL && c->peer->context != NULL) {
        c->peer->Disconnect(c->peer);
        freerdp_peer_context_free(c->peer);
    }
    freerdp_peer_free(c->peer);
    g_free(c);
}

static gboolean
on_reap(gpointer data)
{
    Connection *c = data;
    c->reaper = 0;
    c->events->gone(c, c->user);
    report("disconnected");
    connection_free(c);
    return G_SOURCE_REMOVE;
}

// Not at once: the library may be on the stack.
static void
end(Connection *c)
{
    if (c->ended)
        return;
    c->ended = true;
    g_clear_handle_id(&c->input, g_source_remove);
    g_clear_handle_id(&c->output, g_source_remove);
    c->reaper = g_idle_add(on_reap, c);
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    Connection *c = data;
    c->output = 0;
    connection_flush(c);
    return G_SOURCE_REMOVE;
}

void
connection_flush(Connection *c)
{
    if (c->ended)
        return;
    // Only once active: earlier the library would open drdynvc before its time, and lose it.
    if (c->activated && !WTSVirtualChannelManagerCheckFileDescriptor(c->channels))
        end(c);
    if (c->peer->IsWriteBlocked(c->peer) && c->peer->DrainOutputBuffer(c->peer) < 0)
        end(c);
    if (!c->ended && c->output == 0 && c->peer->IsWriteBlocked(c->peer))
        c->output = g_unix_fd_add(c->fd, G_IO_OUT, on_writable, c);
}

static void
tell_active(Connection *c)
{
    guint32 error_info = 0;
    c->told = true;
    bool in = signin_complete(&c->signin, c->peer, &error_info);
    if (error_info != 0)
        connection_close(c, error_info);
    else
        c->events->active(c, in, c->user);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    Connection *c = data;
    if (!c->speaks && recv(c->fd, (char[1]){0}, 1, MSG_PEEK) > 0) {
        c->speaks = true;
        report("speaks");
    }
    do {
        if (!c->peer->CheckFileDescriptor(c->peer)) {
            end(c);
            break;
        }
        if (c->activated && !c->told)
            tell_active(c);
        connection_flush(c);
        if (c->told && !c->ended)
            c->events->received(c, c->user);
    } while (!c->ended && c->peer->HasMoreToRead(c->peer));
    connection_flush(c);
    return c->ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void
connection_close(Connection *c, guint32 error_info)
{
    if (c->ended)
        return;
    if (error_info != 0) {
        report("error info=0x%08X", error_info);
        freerdp_set_error_info(c->peer->context->rdp, error_info);
        (void)freerdp_send_error_info(c->peer->context->rdp);
    }
    c->peer->Close(c->peer);
    connection_flush(c);
    end(c);
}

// ---- callbacks of the library ----

static BOOL
on_context_new(freerdp_peer *peer, rdpContext *context)
{
    Connection *c = peer->ContextExtra;
    ((Context *)context)->connection = c;
    c->channels = WTSOpenServerA((LPSTR)context);
    return c->channels != NULL && c->channels != INVALID_HANDLE_VALUE;
}

static void
on_context_free(freerdp_peer *peer, rdpContext *context)
{
    Connection *c = peer->ContextExtra;
    if (c->channels != NULL && c->channels != INVALID_HANDLE_VALUE)
        WTSCloseServer(c->channels);
    c->channels = NULL;
}

static BOOL
on_yes(freerdp_peer *peer)
{
    return TRUE;
}

// The capability sets of RemoteApp ([MS-RDPERP] 2.2.1.1) are for those that asked for it.
static BOOL
on_capabilities(freerdp_peer *peer)
{
    Connection *c = connection_of(peer->context);
    rdpSettings *settings = peer->context->settings;
    c->desktop = !freerdp_settings_get_bool(settings, FreeRDP_RemoteApplicationMode);
    return !c->signin.options->pushy ||
           freerdp_settings_set_bool(settings, FreeRDP_RemoteApplicationMode, TRUE);
}

static BOOL
on_activate(freerdp_peer *peer)
{
    Connection *c = connection_of(peer->context);
    c->activated = true;
    return freerdp_settings_set_bool(peer->context->settings, FreeRDP_RemoteApplicationMode,
                                     !c->desktop);
}

// The signature is the library's.
static SECURITY_STATUS // NOLINTNEXTLINE(readability-function-size)
on_ntlm_hash(void *client, const SEC_WINNT_AUTH_IDENTITY *identity, const SecBuffer *challenge,
             const BYTE *session_key, const BYTE *mic, const SecBuffer *messages, BYTE *hash)
{
    const freerdp_peer *peer = client;
    NtlmProof proof = {identity, challenge, session_key, mic, messages};
    signin_ntlm(&connection_of(peer->context)->signin, &proof, hash);
    return 1;
}

static int
on_write_pdu(rdpTransport *transport, wStream *s)
{
    Connection *c = connection_of(transport_get_context(transport));
    signin_correct_status(&c->signin, Stream_Buffer(s), Stream_GetPosition(s));
    return c->io.WritePdu(transport, s);
}

static bool
replace_io(Connection *c)
{
    const rdpTransportIo *io = freerdp_get_io_callbacks(c->peer->context);
    if (io == NULL)
        return false;
    c->io = *io;
    rdpTransportIo mine = *io;
    mine.WritePdu = on_write_pdu;
    return freerdp_set_io_callbacks(c->peer->context, &mine);
}

static bool
prepare(Connection *c, const Options *options, const char *pem)
{
    freerdp_peer *peer = c->peer;
    peer->ContextSize = sizeof(Context);
    peer->ContextExtra = c;
    peer->ContextNew = on_context_new;
    peer->ContextFree = on_context_free;
    peer->Capabilities = on_capabilities;
    peer->PostConnect = on_yes;
    peer->Activate = on_activate;
    peer->SspiNtlmHashCallback = on_ntlm_hash;
    return freerdp_peer_context_new(peer) && settings_apply(options, peer->context->settings) &&
           certificate_apply(pem, peer->context->settings) && replace_io(c) &&
           peer->Initialize(peer);
}

Connection *
connection_new(int take_fd, const Options *options, const char *pem, const ConnectionEvents *events,
               gpointer user)
{
    Connection *c = g_new0(Connection, 1);
    c->signin.options = options;
    c->events = events;
    c->user = user;
    c->fd = take_fd;
    c->peer = freerdp_peer_new(take_fd);
    g_unix_set_fd_nonblocking(take_fd, TRUE, NULL);
    if (!prepare(c, options, pem)) {
        connection_free(c);
        return NULL;
    }
    c->input = g_unix_fd_add(take_fd, G_IO_IN | G_IO_HUP, on_readable, c);
    report("connected");
    return c;
}

void
connection_tell_logon(Connection *c)
{
    signin_tell(&c->signin, c->peer);
    connection_flush(c);
}

freerdp_peer *
connection_peer(Connection *c)
{
    return c->peer;
}

HANDLE
connection_channels(Connection *c)
{
    return c->channels;
}
