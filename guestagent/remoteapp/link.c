// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/link.h"

#include "channel/glib/steady.h"
#include "guestagent/remoteapp/read_ahead.h"

#include <errno.h>
#include <freerdp/channels/wtsvc.h>
#include <freerdp/error.h>
#include <freerdp/freerdp.h>
#include <freerdp/transport_io.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <linux/sockios.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define READ_BUDGET_US 4000
#define FLUSH_AT (256 * 1024)
#define KEEP_CAPACITY (1024 * 1024) // of the output buffer when it is idle
#define SEND_BUFFER (4 * 1024 * 1024)
#define TLS_TIMEOUT_S 3
#define MESSAGE_MAX (1024 * 1024) // of a client on a static channel
// Written at once. They wait here for more, which must not be what their sender waits for.
#define SOME_CHUNKS (8 * CHAN_PACED_CHUNK)
G_STATIC_ASSERT(SOME_CHUNKS < CHAN_PACED_AHEAD);

typedef struct {
    rdpContext base;
    RaLink *link;
} LinkContext;

struct RaLink {
    freerdp_peer *peer;
    HANDLE vcm;
    int fd; // the peer's
    bool local;
    GSource *source, *timeout;
    gpointer fd_tag;
    const RaLinkEvents *events;
    gpointer user;
    gpointer input;
    rdpTransportIo io; // the library's own
    psPeerReceiveChannelData receive;
    RaLinkPiece piece; // NULL: no channel is taken
    gpointer piece_user;
    UINT16 piece_channel;

    bool activated, activation_told;
    const char *end_reason; // set: the connection is over
    bool end_told;
    bool blocked;   // the socket takes nothing now
    bool read_more; // the budget ended before the input

    RaReadAhead ahead; // of a local link
    guint8 *out;
    gsize out_size, out_at, out_capacity;
};

typedef struct {
    GSource base;
    RaLink *link;
} LinkSource;

static volatile sig_atomic_t handshaking_fd = -1;

static RaLink *
link_of(rdpContext *context)
{
    return ((LinkContext *)context)->link;
}

static void
set_blocked(RaLink *link, bool blocked)
{
    if (link->blocked == blocked)
        return;
    link->blocked = blocked;
    g_source_modify_unix_fd(link->source, link->fd_tag, blocked ? G_IO_IN | G_IO_OUT : G_IO_IN);
}

static void
end_link(RaLink *link, const char *reason)
{
    if (link->end_reason != NULL)
        return;
    link->end_reason = reason;
    if (link->source != NULL)
        g_source_set_ready_time(link->source, 0);
}

// ---- output ----

static void
reset_output(RaLink *link)
{
    link->out_size = link->out_at = 0;
    if (link->out_capacity > KEEP_CAPACITY) {
        g_free(link->out);
        link->out = NULL;
        link->out_capacity = 0;
    }
}

// Gives the socket what it takes.
static void
write_output(RaLink *link)
{
    while (link->out_at < link->out_size && link->end_reason == NULL) {
        ssize_t n = send(link->fd, link->out + link->out_at, link->out_size - link->out_at,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            set_blocked(link, true);
            return;
        }
        if (n <= 0) {
            end_link(link, "the client went away");
            return;
        }
        link->out_at += (gsize)n;
    }
    reset_output(link);
    set_blocked(link, false);
}

static void
reserve_output(RaLink *link, gsize more)
{
    if (link->out_size + more <= link->out_capacity)
        return;
    if (link->out_at > 0) {
        memmove(link->out, link->out + link->out_at, link->out_size - link->out_at);
        link->out_size -= link->out_at;
        link->out_at = 0;
    }
    if (link->out_size + more <= link->out_capacity)
        return;
    link->out_capacity = MAX(link->out_capacity * 2, link->out_size + more + FLUSH_AT);
    link->out = g_realloc(link->out, link->out_capacity);
}

// Replaces the library's WritePdu, which makes a system call or two of each PDU.
static int
on_write_pdu(rdpTransport *transport, wStream *s)
{
    RaLink *link = link_of(transport_get_context(transport));
    gsize size = Stream_GetPosition(s);
    if (link->end_reason != NULL)
        return -1;
    if (link->out_size - link->out_at + size > RA_LINK_OUTPUT_MAX) {
        end_link(link, "the client does not read");
        return -1;
    }
    reserve_output(link, size);
    memcpy(link->out + link->out_size, Stream_Buffer(s), size);
    link->out_size += size;
    if (!link->blocked && link->out_size - link->out_at >= FLUSH_AT)
        write_output(link);
    return (int)MIN(size, (gsize)G_MAXINT);
}

// The library's own way out, for streams that may carry TLS.
static void
drain_library(RaLink *link)
{
    freerdp_peer *peer = link->peer;
    if (!peer->IsWriteBlocked(peer)) {
        set_blocked(link, false);
        return;
    }
    if (peer->DrainOutputBuffer(peer) < 0)
        end_link(link, "the client went away");
    set_blocked(link, peer->IsWriteBlocked(peer));
}

void
ra_link_flush_channels(RaLink *link)
{
    // Only once active: earlier the library would open drdynvc before its time, and lose it.
    if (!link->activated || link->end_reason != NULL)
        return;
    if (!WTSVirtualChannelManagerCheckFileDescriptor(link->vcm))
        end_link(link, "channel data could not be sent");
}

void
ra_link_send(RaLink *link)
{
    ra_link_flush_channels(link);
    if (link->end_reason != NULL)
        return;
    if (!link->local)
        drain_library(link);
    else if (!link->blocked)
        write_output(link);
}

gsize
ra_link_pending(const RaLink *link)
{
    if (!link->local)
        return link->blocked ? FLUSH_AT : 0; // the library does not say how much
    return link->out_size - link->out_at;
}

bool
ra_link_take_channel(RaLink *link, const char *channel, RaLinkPiece piece, gpointer user)
{
    if (!WTSVirtualChannelManagerIsChannelJoined(link->vcm, channel))
        return false;
    link->piece_channel = WTSChannelGetId(link->peer, channel);
    link->piece = piece;
    link->piece_user = user;
    return true;
}

void
ra_link_leave_channel(RaLink *link)
{
    link->piece = NULL;
}

gboolean
ra_link_send_chunk(RaLink *link, const char *channel, const ChanPacedChunk *chunk)
{
    freerdp_peer *peer = link->peer;
    UINT32 flags = CHANNEL_FLAG_SHOW_PROTOCOL | (chunk->first ? CHANNEL_FLAG_FIRST : 0) |
                   (chunk->last ? CHANNEL_FLAG_LAST : 0);
    UINT16 id = WTSChannelGetId(peer, channel);
    if (link->end_reason != NULL || !peer->SendChannelPacket(peer, id, chunk->total, flags,
                                                             chunk->bytes.data, chunk->bytes.size))
        return FALSE;
    if (chunk->last)
        ra_link_send(link);
    return TRUE;
}

gsize
ra_link_unsent(RaLink *link)
{
    int with_kernel = 0;
    if (ra_link_pending(link) >= SOME_CHUNKS)
        ra_link_send(link);
    if (ioctl(link->fd, SIOCOUTQ, &with_kernel) != 0 || with_kernel < 0)
        with_kernel = 0;
    return ra_link_pending(link) + (gsize)with_kernel;
}

// ---- input ----

// Replaces the library's ReadBytes, which makes two system calls for each byte of a PDU's header.
static SSIZE_T
on_read_bytes(rdpTransport *transport, BYTE *data, size_t bytes)
{
    RaLink *link = link_of(transport_get_context(transport));
    return ra_read_ahead(&link->ahead, link->fd, data, bytes);
}

static gboolean
on_handshake_timeout(gpointer data)
{
    RaLink *link = data;
    end_link(link, "the client did not complete the connection sequence in time");
    g_clear_pointer(&link->timeout, g_source_unref);
    return G_SOURCE_REMOVE;
}

static void
tell_activated(RaLink *link)
{
    link->activation_told = true;
    if (link->timeout != NULL) {
        g_source_destroy(link->timeout);
        g_clear_pointer(&link->timeout, g_source_unref);
    }
    link->events->activated(link->user);
}

static void
read_input(RaLink *link)
{
    gint64 deadline = g_get_monotonic_time() + READ_BUDGET_US;
    link->read_more = false;
    while (link->end_reason == NULL) {
        if (!link->peer->CheckFileDescriptor(link->peer)) {
            end_link(link, link->activated ? "the client closed the connection"
                                           : "the client does not speak RDP as offered here");
            return;
        }
        if (link->activated && !link->activation_told)
            tell_activated(link);
        if (link->activated) {
            ra_link_flush_channels(link);
            link->events->received(link->user);
        }
        if (!ra_read_ahead_has(&link->ahead) && !link->peer->HasMoreToRead(link->peer))
            return;
        if (g_get_monotonic_time() > deadline) {
            link->read_more = true;
            return;
        }
    }
}

static gboolean
source_prepare(GSource *source, gint *timeout)
{
    RaLink *link = ((LinkSource *)source)->link;
    *timeout = -1;
    return link->read_more || (link->end_reason != NULL && !link->end_told);
}

static gboolean
source_check(GSource *source)
{
    RaLink *link = ((LinkSource *)source)->link;
    return link->read_more || g_source_query_unix_fd(source, link->fd_tag) != 0 ||
           (link->end_reason != NULL && !link->end_told);
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    RaLink *link = ((LinkSource *)source)->link;
    GIOCondition what = g_source_query_unix_fd(source, link->fd_tag);
    bool was_blocked = link->blocked;
    g_source_set_ready_time(source, -1);
    if ((what & G_IO_OUT) != 0 && link->end_reason == NULL) {
        if (link->local)
            write_output(link);
        else
            drain_library(link);
    }
    if ((what & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0 || link->read_more)
        read_input(link);
    ra_link_send(link);
    if (was_blocked && !link->blocked && link->end_reason == NULL && link->activated)
        link->events->drained(link->user);
    if (link->end_reason == NULL || link->end_told)
        return G_SOURCE_CONTINUE;
    link->end_told = true;
    link->events->lost(link->end_reason, link->user); // frees the link
    return G_SOURCE_REMOVE;
}

static GSourceFuncs source_functions = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
};

// ---- callbacks of the library ----

static BOOL
on_context_new(freerdp_peer *peer, rdpContext *context)
{
    RaLink *link = peer->ContextExtra;
    ((LinkContext *)context)->link = link;
    link->vcm = WTSOpenServerA((LPSTR)context);
    return link->vcm != NULL && link->vcm != INVALID_HANDLE_VALUE;
}

static void
on_context_free(freerdp_peer *peer, rdpContext *context)
{
    RaLink *link = peer->ContextExtra;
    if (link->vcm != NULL && link->vcm != INVALID_HANDLE_VALUE)
        WTSCloseServer(link->vcm);
    link->vcm = NULL;
}

static BOOL
on_yes(freerdp_peer *peer)
{
    return TRUE;
}

static BOOL
on_activate(freerdp_peer *peer)
{
    link_of(peer->context)->activated = true;
    return TRUE;
}

// The library collects the pieces of a message without a limit.
static BOOL
on_receive_channel_data(freerdp_peer *peer, UINT16 channel, const BYTE *data, size_t size,
                        UINT32 flags, size_t total)
{
    RaLink *link = link_of(peer->context);
    if (link->piece != NULL && channel == link->piece_channel) {
        link->piece(CHAN_SPAN(data, size), (flags & CHANNEL_FLAG_FIRST) != 0,
                    (flags & CHANNEL_FLAG_LAST) != 0, link->piece_user);
        return TRUE;
    }
    if (total > MESSAGE_MAX || size > total)
        return FALSE;
    return link->receive(peer, channel, data, size, flags, total);
}

static void
on_alarm(int signal)
{
    if (handshaking_fd >= 0)
        shutdown(handshaking_fd, SHUT_RDWR);
}

// The library's TLS handshake waits for the client inside a loop of its own. A client that falls
// silent there is cut off by an alarm.
static BOOL
on_tls_accept(rdpTransport *transport)
{
    RaLink *link = link_of(transport_get_context(transport));
    struct sigaction mine = {.sa_handler = on_alarm}, before;
    struct itimerval timer = {.it_value.tv_sec = TLS_TIMEOUT_S}, off = {0};
    handshaking_fd = link->fd;
    sigaction(SIGALRM, &mine, &before);
    setitimer(ITIMER_REAL, &timer, NULL);
    BOOL ok = link->io.TLSAccept(transport);
    setitimer(ITIMER_REAL, &off, NULL);
    sigaction(SIGALRM, &before, NULL);
    handshaking_fd = -1;
    return ok;
}

static bool
set_bools(rdpSettings *settings, bool value, const FreeRDP_Settings_Keys_Bool *keys, guint n)
{
    bool ok = true;
    for (guint i = 0; i < n; i++)
        ok = freerdp_settings_set_bool(settings, keys[i], value) && ok;
    return ok;
}

static bool
set_rdp_security(rdpSettings *settings, bool on)
{
    return freerdp_settings_set_bool(settings, FreeRDP_RdpSecurity, on) &&
           freerdp_settings_set_bool(settings, FreeRDP_UseRdpSecurityLayer, on);
}

static bool
configure(rdpSettings *settings, const RaLinkOptions *options)
{
    static const FreeRDP_Settings_Keys_Bool on[] = {
        FreeRDP_RemoteApplicationMode,   FreeRDP_HiDefRemoteApp,
        FreeRDP_SupportGraphicsPipeline, FreeRDP_UnicodeInput,
        FreeRDP_HasHorizontalWheel,      FreeRDP_HasExtendedMouseEvent,
        FreeRDP_SupportMonitorLayoutPdu, FreeRDP_FastPathInput,
        FreeRDP_FastPathOutput,          FreeRDP_SupportErrorInfoPdu,
    };
    static const FreeRDP_Settings_Keys_Bool off[] = {
        FreeRDP_NetworkAutoDetect,
        FreeRDP_NlaSecurity,
        FreeRDP_ExtSecurity,
        FreeRDP_CompressionEnabled,
        FreeRDP_SupportHeartbeatPdu,
        FreeRDP_SupportMultitransport,
        FreeRDP_NSCodec,
        FreeRDP_RemoteFxCodec,
        FreeRDP_WaitForOutputBufferFlush,
        FreeRDP_RefreshRect,
        FreeRDP_SuppressOutput,
    };
    UINT32 level = RAIL_LEVEL_SUPPORTED | RAIL_LEVEL_HANDSHAKE_EX_SUPPORTED;
    return set_bools(settings, true, on, G_N_ELEMENTS(on)) &&
           set_bools(settings, false, off, G_N_ELEMENTS(off)) &&
           freerdp_settings_set_bool(settings, FreeRDP_TlsSecurity, !options->local) &&
           set_rdp_security(settings, !options->local) &&
           freerdp_settings_set_uint32(settings, FreeRDP_EncryptionLevel, ENCRYPTION_LEVEL_NONE) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteApplicationSupportLevel, level) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteApplicationSupportMask, level)
           // 2 is "extended"; the library's default of 3 makes clients disconnect.
           && freerdp_settings_set_uint32(settings, FreeRDP_RemoteWndSupportLevel, 2) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteAppNumIconCaches, 3) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteAppNumIconCacheEntries, 12) &&
           freerdp_settings_set_uint32(settings, FreeRDP_LargePointerFlag,
                                       LARGE_POINTER_FLAG_96x96 | LARGE_POINTER_FLAG_384x384) &&
           freerdp_settings_set_uint32(settings, FreeRDP_PointerCacheSize, 32) &&
           freerdp_settings_set_uint32(settings, FreeRDP_MultifragMaxRequestSize, 256 * 1024) &&
           freerdp_settings_set_uint32(settings, FreeRDP_ColorDepth, 32) &&
           ra_certificate_apply(options->certificate, settings);
}

static bool
replace_io(RaLink *link)
{
    const rdpTransportIo *io = freerdp_get_io_callbacks(link->peer->context);
    if (io == NULL)
        return false;
    link->io = *io;
    rdpTransportIo mine = *io;
    if (link->local) {
        mine.WritePdu = on_write_pdu;
        mine.ReadBytes = on_read_bytes;
    }
    mine.TLSAccept = on_tls_accept;
    return freerdp_set_io_callbacks(link->peer->context, &mine);
}

static bool
prepare_peer(RaLink *link, const RaLinkOptions *options)
{
    freerdp_peer *peer = link->peer;
    peer->local = options->local;
    peer->ContextSize = sizeof(LinkContext);
    peer->ContextExtra = link;
    peer->ContextNew = on_context_new;
    peer->ContextFree = on_context_free;
    peer->Capabilities = on_yes;
    peer->PostConnect = on_yes;
    peer->Activate = on_activate;
    if (!freerdp_peer_context_new(peer) || !configure(peer->context->settings, options) ||
        !replace_io(link) || !peer->Initialize(peer))
        return false;
    // Initialize refuses RDP security without an RSA certificate; a local peer encrypts nothing
    // with it.
    if (options->local && !set_rdp_security(peer->context->settings, true))
        return false;
    link->receive = peer->ReceiveChannelData;
    peer->ReceiveChannelData = on_receive_channel_data;
    return true;
}

static void
attach_sources(RaLink *link, GMainContext *context)
{
    link->source = g_source_new(&source_functions, sizeof(LinkSource));
    ((LinkSource *)link->source)->link = link;
    g_source_set_static_name(link->source, "rdp link");
    link->fd_tag = g_source_add_unix_fd(link->source, link->fd, G_IO_IN);
    chan_source_keep_polled(link->source);
    g_source_attach(link->source, context);
    link->timeout = g_timeout_source_new_seconds(RA_LINK_HANDSHAKE_TIMEOUT_S);
    g_source_set_callback(link->timeout, on_handshake_timeout, link, NULL);
    g_source_attach(link->timeout, context);
}

RaLink *
ra_link_new(GMainContext *context, int take_fd, const RaLinkOptions *options,
            const RaLinkEvents *events, gpointer user, GError **error)
{
    RaLink *link = g_new0(RaLink, 1);
    link->fd = take_fd;
    link->local = options->local;
    link->events = events;
    link->user = user;
    int size = SEND_BUFFER;
    (void)setsockopt(take_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    g_unix_set_fd_nonblocking(take_fd, TRUE, NULL);
    link->peer = freerdp_peer_new(take_fd);
    if (link->peer == NULL || !prepare_peer(link, options)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "the RDP library could not set up a connection");
        if (link->peer == NULL)
            close(take_fd);
        ra_link_free(link);
        return NULL;
    }
    attach_sources(link, context);
    return link;
}

static void
destroy_source(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void
ra_link_free(RaLink *link)
{
    if (link == NULL)
        return;
    destroy_source(&link->timeout);
    destroy_source(&link->source);
    if (link->peer != NULL) {
        if (link->end_reason == NULL)
            link->end_reason = "";
        if (link->peer->context != NULL) {
            link->peer->Disconnect(link->peer);
            freerdp_peer_context_free(link->peer);
        }
        freerdp_peer_free(link->peer);
    }
    int fd = ra_read_ahead_take_fd(&link->ahead);
    if (fd >= 0)
        close(fd);
    g_free(link->out);
    g_free(link);
}

void
ra_link_close(RaLink *link, const char *reason, bool replaced)
{
    if (link->end_reason != NULL)
        return;
    if (link->activated) {
        freerdp_set_error_info(link->peer->context->rdp,
                               replaced ? ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION
                                        : ERRINFO_RPC_INITIATED_DISCONNECT);
        link->peer->Close(link->peer);
        ra_link_send(link);
    }
    end_link(link, reason);
}

void
ra_link_catch_up(RaLink *link)
{
    if (link->activated && link->activation_told && link->end_reason == NULL)
        link->events->received(link->user);
}

int
ra_link_take_fd(RaLink *link)
{
    return ra_read_ahead_take_fd(&link->ahead);
}

rdpContext *
ra_link_context(const RaLink *link)
{
    return link->peer->context;
}

rdpSettings *
ra_link_settings(const RaLink *link)
{
    return link->peer->context->settings;
}

HANDLE
ra_link_vcm(const RaLink *link)
{
    return link->vcm;
}

bool
ra_link_local(const RaLink *link)
{
    return link->local;
}

void
ra_link_set_input(RaLink *link, gpointer input)
{
    link->input = input;
}

gpointer
ra_link_input(rdpContext *context)
{
    return link_of(context)->input;
}
