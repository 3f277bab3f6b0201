// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/rdp.h"

#include "channel/glib/steady.h"
#include "rdpbridge/certificate.h"
#include "rdpbridge/microphone_channel.h"
#include "rdpbridge/refusal.h"
#include "rdpbridge/sound.h"
#include "rdpbridge/touch_channel.h"
#include "rdpbridge/transport.h"

#include <freerdp/addin.h>
#include <freerdp/channels/rdpei.h>
#include <freerdp/channels/rdpsnd.h>
#include <freerdp/client/channels.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/session.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <winpr/synch.h>

#define HANDLES_MAX 64
#define TURN_US 4000 // of PDUs before the loop sees to others
#define TURNS 8      // after which what came is shown although more is there
#define CANVAS 64    // of the library's desktop, on which nothing of ours is drawn
#define CONGESTED (32 * 1024)
#define UNKNOWN                                                                                    \
    "its Remote Desktop presented another certificate than its agent says it has; see in the "     \
    "guest which program listens on the port of Remote Desktop, then try again"
#define CODECS (FREERDP_CODEC_ALL & ~(FREERDP_CODEC_AVC420 | FREERDP_CODEC_AVC444))

typedef struct {
    GSource base;
    BridgeRdp *rdp;
    GPollFD polls[HANDLES_MAX];
    guint n_polls;
} RdpSource;

struct BridgeRdp {
    freerdp *instance;
    GMainContext *context;
    const BridgeRdpHandlers *handlers;
    gpointer user;
    BridgeTransport *transport;
    GSource *source;
    gboolean more;       // PDUs that were there when the turn's time was over
    guint turns;         // since turn_over
    gint64 rests_until;  // monotonic; nothing is read before
    char *failure;       // set by bridge_rdp_fail
    guint32 said;        // the server's last Set Error Info, as an error of the library's
    BridgeRefusal logon; // how the server refused the user
    BridgeRefusal doubt; // what it may mean as a refusal
    const CtlCertificates *certificates; // while it connects
    gboolean unknown;                    // it presented none of them
    UINT32 width, height;                // of the guest's desktop
};

static volatile sig_atomic_t alarm_fd = -1;
static volatile sig_atomic_t alarm_rang;

static BridgeRdp *
rdp_of(rdpContext *context)
{
    return ((BridgeRdpContext *)context)->rdp;
}

static void
on_alarm(int number)
{
    alarm_rang = 1;
    if (alarm_fd >= 0)
        shutdown(alarm_fd, SHUT_RDWR);
}

static void
on_channel_connected(void *context, const ChannelConnectedEventArgs *e)
{
    BridgeRdp *rdp = rdp_of(context);

    if (e->name && e->pInterface)
        rdp->handlers->channel(e->name, e->pInterface, rdp->user);
}

static void
on_channel_disconnected(void *context, const ChannelDisconnectedEventArgs *e)
{
    BridgeRdp *rdp = rdp_of(context);

    if (e->name && e->pInterface)
        rdp->handlers->channel_gone(e->name, e->pInterface, rdp->user);
}

// The library allocates and clears a desktop and scratch memory of its size (58 MB at 1920×1080,
// half of it before it connects) for drawing that RemoteApp over RDPGFX never does: all that is
// made finds a small desktop, the guest is told of the real one.
static BOOL
set_desktop(rdpContext *context, UINT32 width, UINT32 height)
{
    return freerdp_settings_set_uint32(context->settings, FreeRDP_DesktopWidth, width) &&
           freerdp_settings_set_uint32(context->settings, FreeRDP_DesktopHeight, height);
}

// The library forgets it when the connection closes.
static void
on_error_info(void *context, const ErrorInfoEventArgs *e)
{
    if (e->code != ERRINFO_SUCCESS && e->code != ERRINFO_NONE)
        rdp_of(context)->said = MAKE_FREERDP_ERROR(ERRINFO, e->code);
}

static BOOL
on_pre_connect(freerdp *instance)
{
    wPubSub *events = instance->context->pubSub;

    return PubSub_SubscribeErrorInfo(events, on_error_info) >= 0 &&
           PubSub_SubscribeChannelConnected(events, on_channel_connected) >= 0 &&
           PubSub_SubscribeChannelDisconnected(events, on_channel_disconnected) >= 0;
}

// The library has looked at the size by now, and makes its codecs next.
static BOOL
on_load_channels(freerdp *instance)
{
    rdpContext *context = instance->context;
    BridgeRdp *rdp = rdp_of(context);

    rdp->width = freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopWidth);
    rdp->height = freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopHeight);
    return bridge_settings_load_channels(context) && set_desktop(context, CANVAS, CANVAS);
}

static bool
on_connecting(rdpContext *context)
{
    const BridgeRdp *rdp = rdp_of(context);

    return set_desktop(context, rdp->width, rdp->height);
}

// The library calls this, without asking whether it is there, when the guest resets its graphics
// too: a Windows does first of all.
static BOOL
on_desktop_resize(rdpContext *context)
{
    BridgeRdp *rdp = rdp_of(context);

    return rdp->handlers->resized(context, rdp->user);
}

// Save Session Info PDU ([MS-RDPBCGR] 2.2.10.1). Of log-ons that failed on_logon_error is told.
static BOOL
on_session_info(rdpContext *context, UINT32 type, void *data)
{
    BridgeRdp *rdp = rdp_of(context);

    if (type != INFO_TYPE_LOGON_EXTENDED_INF)
        rdp->handlers->logged_on(rdp->user);
    return TRUE;
}

// The server may have answered with another size. Preparing the codecs anew frees what they have
// where the library made them for the real desktop.
static BOOL
on_post_connect(freerdp *instance)
{
    rdpContext *context = instance->context;
    rdpSettings *s = context->settings;
    BridgeRdp *rdp = rdp_of(context);
    UINT32 width = freerdp_settings_get_uint32(s, FreeRDP_DesktopWidth);
    UINT32 height = freerdp_settings_get_uint32(s, FreeRDP_DesktopHeight);

    context->update->DesktopResize = on_desktop_resize;
    context->update->SaveSessionInfo = on_session_info;
    if (!set_desktop(context, CANVAS, CANVAS))
        return FALSE;
    BOOL ok = gdi_init(instance, PIXEL_FORMAT_BGRX32) &&
              freerdp_client_codecs_prepare(context->codecs, CODECS, CANVAS, CANVAS);
    return set_desktop(context, width, height) && ok && rdp->handlers->prepare(context, rdp->user);
}

static void
on_post_disconnect(freerdp *instance)
{
    gdi_free(instance);
}

// Whoever is at the end of the pipe is the guest, but not who listens within it: another user there
// may have taken Remote Desktop's port. That is known by the certificate that the agent told of.
// Where it told of none, the pipe has to do: asking a person would only teach to say yes.
static int
on_certificate(freerdp *instance, const BYTE *data, size_t length, const char *hostname,
               UINT16 port, DWORD flags)
{
    BridgeRdp *rdp = rdp_of(instance->context);

    rdp->unknown = !bridge_certificate_told(rdp->certificates, data, length);
    return rdp->unknown ? 0 : 1;
}

// The connection stays, with the log-on screen on it: nobody would see that.
static int
on_logon_error(freerdp *instance, UINT32 data, UINT32 type)
{
    BridgeRdp *rdp = rdp_of(instance->context);
    gboolean doubtful;
    BridgeRefusal said = bridge_refusal_of_logon(data, type, &doubtful);

    if (said.kind == BRIDGE_REFUSAL_NONE)
        return 0;
    rdp->doubt = said;
    if (doubtful)
        rdp->handlers->sign_in_doubtful(rdp->user);
    else
        bridge_rdp_give_up_sign_in(rdp);
    return 0;
}

void
bridge_rdp_give_up_sign_in(BridgeRdp *rdp)
{
    rdp->logon = rdp->doubt;
    freerdp_abort_connect_context(rdp->instance->context);
}

static void
on_window_said(rdpContext *context, const ChanWindowSaid *said)
{
    BridgeRdp *rdp = rdp_of(context);

    rdp->handlers->window_said(said, rdp->user);
}

static PVIRTUALCHANNELENTRY
find_addin(LPCSTR name, LPCSTR subsystem, LPCSTR type, DWORD flags)
{
    if (strcmp(name, RDPSND_CHANNEL_NAME) == 0 && subsystem && strcmp(subsystem, "session") == 0)
        return bridge_sound_device_entry();
    if (strcmp(name, CHAN_WINDOW_CHANNEL) == 0)
        return bridge_window_channel_entry(on_window_said);
    if (strcmp(name, RDPEI_CHANNEL_NAME) == 0)
        return bridge_touch_channel_entry();
    if (strcmp(name, CHAN_AUDIO_INPUT) == 0)
        return bridge_microphone_channel_entry();
    return freerdp_channels_load_static_addin_entry(name, subsystem, type, flags);
}

void
bridge_rdp_register_addins(void)
{
    freerdp_register_addin_provider(find_addin, 0);
}

BridgeRdp *
bridge_rdp_new(GMainContext *context, int take_fd, const BridgeRdpHandlers *handlers, gpointer user)
{
    freerdp *instance = freerdp_new();

    if (!instance)
        return NULL;
    instance->ContextSize = sizeof(BridgeRdpContext);
    instance->PreConnect = on_pre_connect;
    instance->LoadChannels = on_load_channels;
    instance->PostConnect = on_post_connect;
    instance->PostDisconnect = on_post_disconnect;
    instance->VerifyX509Certificate = on_certificate;
    instance->LogonErrorInfo = on_logon_error;
    if (!freerdp_context_new(instance)) {
        freerdp_free(instance);
        return NULL;
    }
    BridgeRdp *rdp = g_new0(BridgeRdp, 1);
    BridgeRdpContext *own = (BridgeRdpContext *)instance->context;
    own->rdp = rdp;
    own->user = user;
    rdp->instance = instance;
    rdp->context = context;
    rdp->handlers = handlers;
    rdp->user = user;
    rdp->transport = bridge_transport_install(instance->context, take_fd, on_connecting);
    return rdp;
}

static void
stop(BridgeRdp *rdp)
{
    if (!rdp->source)
        return;
    g_source_destroy(rdp->source);
    g_source_unref(rdp->source);
    rdp->source = NULL;
}

void
bridge_rdp_free(BridgeRdp *rdp)
{
    if (!rdp)
        return;
    stop(rdp);
    freerdp_disconnect(rdp->instance);
    freerdp_context_free(rdp->instance);
    freerdp_free(rdp->instance);
    bridge_transport_free(rdp->transport);
    g_free(rdp->failure);
    g_free(rdp);
}

void
bridge_rdp_hand_over(BridgeRdp *rdp, int take_fd)
{
    bridge_transport_hand_over(rdp->transport, take_fd);
}

rdpContext *
bridge_rdp_context(BridgeRdp *rdp)
{
    return rdp->instance->context;
}

gboolean
bridge_rdp_congested(BridgeRdp *rdp)
{
    return bridge_transport_unsent(rdp->transport) > CONGESTED;
}

gsize
bridge_rdp_unsent(const BridgeRdp *rdp)
{
    return bridge_transport_unsent(rdp->transport);
}

void
bridge_rdp_fail(BridgeRdp *rdp, const char *format, ...)
{
    va_list args;

    if (rdp->failure)
        return;
    va_start(args, format);
    rdp->failure = g_strdup_vprintf(format, args);
    va_end(args);
    freerdp_abort_connect_context(rdp->instance->context);
}

// Whether the guest let the user not in, and its words for it.
static BridgeRdpEnd
refused(const BridgeRdp *rdp, char **text)
{
    BridgeRefusal said = rdp->logon;

    if (rdp->unknown) {
        *text = g_strdup(UNKNOWN);
        return BRIDGE_RDP_UNKNOWN;
    }
    if (said.kind == BRIDGE_REFUSAL_NONE)
        said = bridge_refusal_of_error(freerdp_get_last_error(rdp->instance->context));
    if (said.kind == BRIDGE_REFUSAL_NONE)
        said = bridge_refusal_of_error(rdp->said);
    bool silent = said.kind == BRIDGE_REFUSAL_NONE && bridge_transport_lost_in_nla(rdp->transport);
    if (silent)
        said = bridge_refusal_of_error(FREERDP_ERROR_CONNECT_LOGON_FAILURE);
    if (said.kind == BRIDGE_REFUSAL_NONE || rdp->failure || alarm_rang)
        return BRIDGE_RDP_ENDED;
    *text = g_strdup(said.text);
    if (silent)
        return BRIDGE_RDP_SIGN_IN_SILENT;
    return said.kind == BRIDGE_REFUSAL_AGAIN ? BRIDGE_RDP_SIGN_IN_AGAIN : BRIDGE_RDP_REFUSED;
}

// Of the server's own accord nobody is let in again for it ([MS-RDPBCGR] 2.2.5.1.1).
static bool
was_left(const BridgeRdp *rdp)
{
    static const UINT32 ways[] = {ERRINFO_RPC_INITIATED_DISCONNECT, ERRINFO_RPC_INITIATED_LOGOFF,
                                  ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION,
                                  ERRINFO_RPC_INITIATED_DISCONNECT_BY_USER, ERRINFO_LOGOFF_BY_USER};

    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++)
        if (rdp->said == MAKE_FREERDP_ERROR(ERRINFO, ways[i]))
            return true;
    return false;
}

static char *
ending(BridgeRdp *rdp)
{
    rdpContext *context = rdp->instance->context;
    UINT32 error = freerdp_get_last_error(context);

    if (rdp->failure)
        return g_strdup(rdp->failure);
    if (rdp->said != FREERDP_ERROR_SUCCESS)
        error = rdp->said;
    if (error != FREERDP_ERROR_SUCCESS && error != FREERDP_ERROR_CONNECT_TRANSPORT_FAILED)
        return g_strdup_printf("the connection to the guest's RemoteApp server ended: %s",
                               freerdp_get_last_error_string(error));
    return g_strdup("the guest's RemoteApp server closed the connection");
}

// The source.

static gboolean
rests(const BridgeRdp *rdp)
{
    return rdp->rests_until != 0 && g_get_monotonic_time() < rdp->rests_until;
}

static void
refresh_polls(RdpSource *s)
{
    HANDLE handles[HANDLES_MAX];
    DWORD n = 0;
    if (!rests(s->rdp))
        n = freerdp_get_event_handles(s->rdp->instance->context, handles, HANDLES_MAX);
    gboolean same = n == s->n_polls;

    for (DWORD i = 0; i < n && same; i++)
        same = s->polls[i].fd == GetEventFileDescriptor(handles[i]);
    if (same)
        return;
    for (guint i = 0; i < s->n_polls; i++)
        g_source_remove_poll(&s->base, &s->polls[i]);
    s->n_polls = n;
    for (DWORD i = 0; i < n; i++) {
        s->polls[i] = (GPollFD){.fd = GetEventFileDescriptor(handles[i]),
                                .events = G_IO_IN | G_IO_HUP | G_IO_ERR};
        g_source_add_poll(&s->base, &s->polls[i]);
    }
}

static gboolean
source_prepare(GSource *source, gint *timeout)
{
    RdpSource *s = (RdpSource *)source;

    *timeout = -1;
    refresh_polls(s);
    return s->rdp->more && !rests(s->rdp);
}

static gboolean
source_check(GSource *source)
{
    RdpSource *s = (RdpSource *)source;

    if (rests(s->rdp))
        return FALSE;
    if (s->rdp->more || s->rdp->rests_until != 0)
        return TRUE;
    for (guint i = 0; i < s->n_polls; i++)
        if (s->polls[i].revents)
            return TRUE;
    return FALSE;
}

// The library's own check handles one PDU and then asks three more descriptors, for each 1,600
// bytes of pixels: those are asked once, after the PDUs that are there.
static gboolean
one_turn(BridgeRdp *rdp)
{
    rdpContext *context = rdp->instance->context;
    gint64 until = g_get_monotonic_time() + TURN_US;
    guint64 before;

    do {
        before = bridge_transport_pdus(rdp->transport);
        if (!freerdp_check_fds(rdp->instance))
            return FALSE;
        // What was read ahead, or decrypted with it, no descriptor tells of.
        rdp->more = before != bridge_transport_pdus(rdp->transport) && !rdp->failure;
    } while (rdp->more && g_get_monotonic_time() < until);
    return freerdp_check_event_handles(context) && !freerdp_shall_disconnect_context(context);
}

// The source's own time wakes it; the descriptors do not, since they stay readable.
static void
rest(BridgeRdp *rdp)
{
    gint64 rest_us = rdp->handlers->rest_us(rdp->user);

    rdp->rests_until = rest_us > 0 ? g_get_monotonic_time() + rest_us : 0;
    g_source_set_ready_time(rdp->source, rest_us > 0 ? rdp->rests_until : -1);
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    BridgeRdp *rdp = ((RdpSource *)source)->rdp;
    gboolean goes_on = one_turn(rdp);

    if (!rdp->more || ++rdp->turns == TURNS) {
        rdp->turns = 0;
        rdp->handlers->turn_over(rdp->user);
    }
    if (goes_on) {
        rest(rdp);
        return G_SOURCE_CONTINUE;
    }
    g_autofree char *text = NULL;
    BridgeRdpEnd how = refused(rdp, &text);
    if (!text)
        text = ending(rdp);
    if (how == BRIDGE_RDP_ENDED && was_left(rdp))
        how = BRIDGE_RDP_LEFT;
    stop(rdp);
    rdp->handlers->ended(how, text, rdp->user);
    return G_SOURCE_REMOVE;
}

static GSourceFuncs source_functions = {
    .prepare = source_prepare, .check = source_check, .dispatch = source_dispatch};

static char *
refusal(BridgeRdp *rdp, guint limit_s)
{
    UINT32 error = freerdp_get_last_error(rdp->instance->context);

    if (rdp->failure)
        return g_strdup(rdp->failure);
    if (alarm_rang)
        return g_strdup_printf("the guest's RemoteApp server did not answer within %u s", limit_s);
    return g_strdup_printf("the guest's RemoteApp server refused the connection or does not speak "
                           "RDP: %s",
                           freerdp_get_last_error_string(error));
}

BridgeRdpEnd
bridge_rdp_connect(BridgeRdp *rdp, const BridgeRdpConfig *config, guint limit_s, char **text)
{
    struct sigaction action = {.sa_handler = on_alarm}, before;

    if (!bridge_settings_apply(rdp->instance->context->settings, config)) {
        *text = g_strdup("the RDP library refused its settings");
        return BRIDGE_RDP_ENDED;
    }
    rdp->certificates = config->certificates;
    alarm_rang = 0;
    alarm_fd = bridge_transport_fd(rdp->transport);
    sigaction(SIGALRM, &action, &before);
    alarm(limit_s);
    gboolean ok = freerdp_connect(rdp->instance) && !alarm_rang && !rdp->failure;
    alarm(0);
    alarm_fd = -1;
    sigaction(SIGALRM, &before, NULL);
    if (!ok) {
        BridgeRdpEnd how = config->credentials ? refused(rdp, text) : BRIDGE_RDP_ENDED;
        if (how == BRIDGE_RDP_ENDED)
            *text = refusal(rdp, limit_s);
        return how;
    }
    rdp->source = g_source_new(&source_functions, sizeof(RdpSource));
    ((RdpSource *)rdp->source)->rdp = rdp;
    chan_source_keep_polled(rdp->source);
    g_source_attach(rdp->source, rdp->context);
    return BRIDGE_RDP_UP;
}
