// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/settings.h"

#include "channel/audio_input.h"
#include "channel/window_channel.h"
#include "rdpbridge/clipchannel.h"

#include <freerdp/addin.h>
#include <freerdp/channels/channels.h>
#include <freerdp/channels/disp.h>
#include <freerdp/channels/drdynvc.h>
#include <freerdp/channels/rail.h>
#include <freerdp/channels/rdpei.h>
#include <freerdp/channels/rdpgfx.h>
#include <freerdp/channels/rdpsnd.h>
#include <freerdp/client/channels.h>
#include <freerdp/client/cmdline.h>
#include <freerdp/rail.h>

#define TLS1_VERSION 0x0301 // as on the wire
#define SIDE_MIN 200u       // what the protocol allows a desktop ([MS-RDPBCGR] 2.2.1.3.2)
#define SIDE_MAX 8192u

static const struct {
    FreeRDP_Settings_Keys_Bool key;
    BOOL value;
} bools[] = {
    {FreeRDP_ExternalCertificateManagement, TRUE},
    {FreeRDP_AutoReconnectionEnabled, FALSE},
    {FreeRDP_NetworkAutoDetect, FALSE},
    {FreeRDP_SupportMultitransport, FALSE},
    {FreeRDP_SupportHeartbeatPdu, TRUE}, // not all three may be off
    {FreeRDP_CompressionEnabled, FALSE},
    {FreeRDP_SynchronousStaticChannels, TRUE},
    {FreeRDP_SynchronousDynamicChannels, TRUE},
    {FreeRDP_SupportDynamicChannels, TRUE},
    {FreeRDP_RemoteApplicationMode, TRUE},
    {FreeRDP_HiDefRemoteApp, TRUE},
    {FreeRDP_Workarea, TRUE},
    {FreeRDP_DisableWallpaper, TRUE},
    {FreeRDP_DisableFullWindowDrag, FALSE},
    {FreeRDP_AllowFontSmoothing, TRUE},
    {FreeRDP_SupportGraphicsPipeline, TRUE},
    {FreeRDP_GfxProgressive, TRUE},
    {FreeRDP_GfxSmallCache, TRUE},
    {FreeRDP_GfxSendQoeAck, FALSE},
    {FreeRDP_RemoteFxCodec, TRUE},
    {FreeRDP_NSCodec, FALSE},
    {FreeRDP_SoftwareGdi, TRUE},
    {FreeRDP_BitmapCacheEnabled, FALSE},
    {FreeRDP_BitmapCachePersistEnabled, FALSE},
    {FreeRDP_FastPathInput, TRUE},
    {FreeRDP_FastPathOutput, TRUE},
    {FreeRDP_UnicodeInput, TRUE},
    {FreeRDP_HasHorizontalWheel, TRUE},
    {FreeRDP_HasExtendedMouseEvent, TRUE},
    {FreeRDP_HasQoeEvent, FALSE},
    {FreeRDP_SuppressOutput, FALSE},
    {FreeRDP_DeviceRedirection, FALSE},
    {FreeRDP_RemoteConsoleAudio, FALSE},
};

static const struct {
    FreeRDP_Settings_Keys_UInt32 key;
    UINT32 value;
} numbers[] = {
    {FreeRDP_ColorDepth, 32},
    {FreeRDP_ThreadingFlags, THREADING_FLAGS_DISABLE_THREADS},
    {FreeRDP_ConnectionType, CONNECTION_TYPE_LAN},
    {FreeRDP_AutoReconnectMaxRetries, 0},
    {FreeRDP_RemoteAppNumIconCaches, 3},
    {FreeRDP_RemoteAppNumIconCacheEntries, 12},
    {FreeRDP_OffscreenSupportLevel, 0},
    {FreeRDP_GlyphSupportLevel, 0},
    {FreeRDP_LargePointerFlag, LARGE_POINTER_FLAG_96x96 | LARGE_POINTER_FLAG_384x384},
    {FreeRDP_KeyboardType, 4}, // IBM enhanced, 101 or 102 keys
    {FreeRDP_KeyboardSubType, 0},
    {FreeRDP_KeyboardFunctionKey, 12},
    {FreeRDP_DeviceScaleFactor, 100},
    {FreeRDP_ServerPort, 3389},
};

static gboolean
apply_constants(rdpSettings *s)
{
    gboolean ok = TRUE;

    for (gsize i = 0; i < G_N_ELEMENTS(bools); i++)
        ok = freerdp_settings_set_bool(s, bools[i].key, bools[i].value) && ok;
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        ok = freerdp_settings_set_uint32(s, numbers[i].key, numbers[i].value) && ok;
    // Only named to satisfy the library and for the guest's own logs.
    return freerdp_settings_set_string(s, FreeRDP_ServerHostname, "guest") &&
           freerdp_settings_set_string(s, FreeRDP_ClientHostname, "casement") && ok;
}

// A guest of our own: nothing is encrypted on a pipe that nobody else can read.
static gboolean
apply_own_guest(rdpSettings *s)
{
    return freerdp_settings_set_string(s, FreeRDP_Username, "casement") &&
           freerdp_settings_set_bool(s, FreeRDP_NlaSecurity, FALSE) &&
           freerdp_settings_set_bool(s, FreeRDP_TlsSecurity, FALSE) &&
           freerdp_settings_set_bool(s, FreeRDP_RdpSecurity, TRUE);
}

// Whatever the server takes, best first; the library would need another stream where a server takes
// RDP's own encryption only, so that is known beforehand. The pipe is what keeps others out: old
// ciphers are no risk here, and all that XP and 7 have.
static gboolean
apply_sign_in(rdpSettings *s, const BridgeRdpConfig *c)
{
    const CtlCredentials *who = c->credentials;
    gboolean rdp_security = c->rdp_security;

    return freerdp_settings_set_string(s, FreeRDP_Username, who->user) &&
           freerdp_settings_set_string(s, FreeRDP_Domain, who->domain) &&
           freerdp_settings_set_string(s, FreeRDP_Password, who->password) &&
           freerdp_settings_set_bool(s, FreeRDP_AutoLogonEnabled, TRUE) &&
           freerdp_settings_set_bool(s, FreeRDP_NlaSecurity, !rdp_security) &&
           freerdp_settings_set_bool(s, FreeRDP_TlsSecurity, !rdp_security) &&
           freerdp_settings_set_bool(s, FreeRDP_RdpSecurity,
                                     rdp_security || c->certificates->n == 0) &&
           freerdp_settings_set_uint32(s, FreeRDP_TlsSecLevel, 0) &&
           freerdp_settings_set_uint16(s, FreeRDP_TLSMinVersion, TLS1_VERSION) &&
           // Kerberos would look for its files and servers, and there are none in the sandbox.
           freerdp_settings_set_string(s, FreeRDP_AuthenticationPackageList, "ntlm,!kerberos");
}

// Where it is off, those flags say so to the guest ([MS-RDPEGFX] 2.2.3).
static gboolean
apply_video(rdpSettings *s, gboolean on)
{
    return freerdp_settings_set_bool(s, FreeRDP_GfxH264, on) &&
           freerdp_settings_set_bool(s, FreeRDP_GfxAVC444, on) &&
           freerdp_settings_set_bool(s, FreeRDP_GfxAVC444v2, on);
}

// The desktop looks as its user made it.
static gboolean
apply_desktop(rdpSettings *s)
{
    return freerdp_settings_set_bool(s, FreeRDP_RemoteApplicationMode, FALSE) &&
           freerdp_settings_set_bool(s, FreeRDP_HiDefRemoteApp, FALSE) &&
           freerdp_settings_set_bool(s, FreeRDP_Workarea, FALSE) &&
           freerdp_settings_set_bool(s, FreeRDP_DisableWallpaper, FALSE);
}

gboolean
bridge_settings_apply(rdpSettings *s, const BridgeRdpConfig *c)
{
    return apply_constants(s) && apply_video(s, c->video) && (!c->desktop || apply_desktop(s)) &&
           (c->credentials ? apply_sign_in(s, c) : apply_own_guest(s)) &&
           freerdp_settings_set_uint32(s, FreeRDP_DesktopWidth,
                                       CLAMP(c->width, SIDE_MIN, SIDE_MAX)) &&
           freerdp_settings_set_uint32(s, FreeRDP_DesktopHeight,
                                       CLAMP(c->height, SIDE_MIN, SIDE_MAX)) &&
           freerdp_settings_set_uint32(s, FreeRDP_DesktopScaleFactor,
                                       CLAMP(c->scale_percent, 100, 500)) &&
           freerdp_settings_set_uint32(s, FreeRDP_KeyboardLayout, c->keyboard_layout) &&
           freerdp_settings_set_bool(s, FreeRDP_AudioPlayback, c->sound) &&
           // Whether a Windows asks for it in this session (INFO_AUDIOCAPTURE).
           freerdp_settings_set_bool(s, FreeRDP_AudioCapture, c->microphone) &&
           freerdp_settings_set_bool(s, FreeRDP_RedirectClipboard, c->clipboard);
}

static gboolean
load_static(rdpContext *context, const char *name, void *data)
{
    PVIRTUALCHANNELENTRY plain = freerdp_load_channel_addin_entry(
        name, NULL, NULL, FREERDP_ADDIN_CHANNEL_STATIC | FREERDP_ADDIN_CHANNEL_ENTRYEX);
    PVIRTUALCHANNELENTRYEX entry;

    memcpy(&entry, &plain, sizeof entry);
    return plain &&
           freerdp_channels_client_load_ex(context->channels, context->settings, entry, data) == 0;
}

static gboolean
add_dynamic(rdpSettings *settings, gsize count, const char *const *words)
{
    return freerdp_client_add_dynamic_channel(settings, count, words);
}

gboolean
bridge_settings_load_channels(rdpContext *context)
{
    // latency is how much sound may be ahead of this machine's clock, ms, before the library leaves
    // blocks out: never by this alone, since the view bounds what waits and follows the clock.
    static const char *const sound[] = {RDPSND_CHANNEL_NAME, "sys:session", "latency:3600000"};
    static const char *const gfx[] = {RDPGFX_CHANNEL_NAME};
    static const char *const disp[] = {DISP_CHANNEL_NAME};
    static const char *const touch[] = {RDPEI_CHANNEL_NAME};
    static const char *const microphone[] = {CHAN_AUDIO_INPUT};
    static const char *const windows[] = {CHAN_WINDOW_CHANNEL};
    rdpSettings *s = context->settings;

    if (!add_dynamic(s, 1, gfx) || !add_dynamic(s, 1, disp) || !add_dynamic(s, 1, touch) ||
        !add_dynamic(s, 1, microphone))
        return FALSE;
    if (freerdp_settings_get_bool(s, FreeRDP_RemoteApplicationMode) &&
        (!load_static(context, RAIL_SVC_CHANNEL_NAME, s) ||
         !add_dynamic(s, G_N_ELEMENTS(windows), windows)))
        return FALSE;
    if (freerdp_settings_get_bool(s, FreeRDP_RedirectClipboard) &&
        !bridge_clip_channel_load(context))
        return FALSE;
    if (freerdp_settings_get_bool(s, FreeRDP_AudioPlayback)) {
        if (!freerdp_client_add_static_channel(s, G_N_ELEMENTS(sound), sound) ||
            !add_dynamic(s, G_N_ELEMENTS(sound), sound))
            return FALSE;
        ADDIN_ARGV *args = freerdp_static_channel_collection_find(s, RDPSND_CHANNEL_NAME);
        if (!load_static(context, RDPSND_CHANNEL_NAME, args))
            return FALSE;
    }
    return load_static(context, DRDYNVC_SVC_CHANNEL_NAME, s);
}
