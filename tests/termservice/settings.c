// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/settings.h"

#include <freerdp/rail.h>
#include <freerdp/settings.h>

// WndSupportLevel ([MS-RDPERP] 2.2.1.1.2), for which the library has no names.
#define WINDOW_LEVEL_SUPPORTED 1
#define WINDOW_LEVEL_SUPPORTED_EX 2

static bool
set_bools(rdpSettings *settings, bool value, const FreeRDP_Settings_Keys_Bool *keys, gsize n)
{
    bool ok = true;
    for (gsize i = 0; i < n; i++)
        ok = freerdp_settings_set_bool(settings, keys[i], value) && ok;
    return ok;
}

// A Windows with NLA required answers others HYBRID_REQUIRED_BY_SERVER; one that knows no TLS
// answers SSL_NOT_ALLOWED_BY_SERVER ([MS-RDPBCGR] 2.2.1.2.2). Client compatible is XP's level of
// encryption (5.3.1); it is raised from none only where RDP security is chosen.
static bool
set_security(const Options *o, rdpSettings *settings)
{
    bool rdp = o->security == SECURITY_RDP;
    return freerdp_settings_set_bool(settings, FreeRDP_NlaSecurity, o->security == SECURITY_NLA) &&
           freerdp_settings_set_bool(settings, FreeRDP_TlsSecurity, o->security == SECURITY_TLS) &&
           freerdp_settings_set_bool(settings, FreeRDP_RdpSecurity, rdp) &&
           freerdp_settings_set_bool(settings, FreeRDP_UseRdpSecurityLayer, rdp) &&
           freerdp_settings_set_bool(settings, FreeRDP_ExtSecurity, FALSE) &&
           freerdp_settings_set_uint32(settings, FreeRDP_EncryptionLevel,
                                       rdp ? ENCRYPTION_LEVEL_CLIENT_COMPATIBLE
                                           : ENCRYPTION_LEVEL_NONE);
}

// Remote Programs and Window List Capability Sets ([MS-RDPERP] 2.2.1.1.1, 2.2.1.1.2).
static bool
set_remote_programs(const Options *o, rdpSettings *settings)
{
    UINT32 level = RAIL_LEVEL_SUPPORTED | RAIL_LEVEL_DOCKED_LANGBAR_SUPPORTED;
    if (o->profile >= PROFILE_7)
        level |= RAIL_LEVEL_SHELL_INTEGRATION_SUPPORTED | RAIL_LEVEL_LANGUAGE_IME_SYNC_SUPPORTED |
                 RAIL_LEVEL_SERVER_TO_CLIENT_IME_SYNC_SUPPORTED |
                 RAIL_LEVEL_HIDE_MINIMIZED_APPS_SUPPORTED;
    if (o->profile >= PROFILE_10)
        level |= RAIL_LEVEL_WINDOW_CLOAKING_SUPPORTED | RAIL_LEVEL_HANDSHAKE_EX_SUPPORTED;
    UINT32 windows = o->profile >= PROFILE_7 ? WINDOW_LEVEL_SUPPORTED_EX : WINDOW_LEVEL_SUPPORTED;
    return freerdp_settings_set_bool(settings, FreeRDP_RemoteApplicationMode, TRUE) &&
           freerdp_settings_set_bool(settings, FreeRDP_HiDefRemoteApp, o->profile >= PROFILE_10) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteApplicationSupportLevel, level) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteApplicationSupportMask, level) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteWndSupportLevel, windows) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteAppNumIconCaches, 3) &&
           freerdp_settings_set_uint32(settings, FreeRDP_RemoteAppNumIconCacheEntries, 12);
}

bool
settings_apply(const Options *o, rdpSettings *settings)
{
    static const FreeRDP_Settings_Keys_Bool on[] = {
        FreeRDP_UnicodeInput,        FreeRDP_FastPathInput,         FreeRDP_FastPathOutput,
        FreeRDP_SupportErrorInfoPdu, FreeRDP_HasExtendedMouseEvent,
    };
    static const FreeRDP_Settings_Keys_Bool off[] = {
        FreeRDP_NetworkAutoDetect,
        FreeRDP_CompressionEnabled,
        FreeRDP_SupportHeartbeatPdu,
        FreeRDP_SupportMultitransport,
        FreeRDP_NSCodec,
        FreeRDP_RemoteFxCodec,
    };
    return set_bools(settings, true, on, G_N_ELEMENTS(on)) &&
           set_bools(settings, false, off, G_N_ELEMENTS(off)) && set_security(o, settings) &&
           set_remote_programs(o, settings) &&
           freerdp_settings_set_bool(settings, FreeRDP_SupportGraphicsPipeline,
                                     o->profile >= PROFILE_10) &&
           freerdp_settings_set_bool(settings, FreeRDP_RefreshRect, o->profile < PROFILE_10) &&
           freerdp_settings_set_bool(settings, FreeRDP_SuppressOutput, TRUE) &&
           freerdp_settings_set_uint32(settings, FreeRDP_MultifragMaxRequestSize, 256 * 1024) &&
           freerdp_settings_set_uint32(settings, FreeRDP_ColorDepth,
                                       o->profile == PROFILE_XP ? 24 : 32);
}
