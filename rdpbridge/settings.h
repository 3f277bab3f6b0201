// SPDX-License-Identifier: Apache-2.0
#pragma once

// The library's settings for one connection: RemoteApp or a desktop in one thread, without network,
// files, caches on disk or redirected devices.

#include "channel/control.h"

#include <freerdp/freerdp.h>
#include <glib.h>

typedef struct {
    guint width, height; // of the desktop, pixels
    guint scale_percent;
    guint32 keyboard_layout; // Windows identifier
    gboolean sound, microphone, clipboard;
    gboolean video;        // H.264 can be decoded (video.h)
    gboolean desktop;      // the whole desktop rather than RemoteApp
    gboolean rdp_security; // sign in by RDP's own encryption: a stream has one negotiation
    const CtlCertificates *certificates; // what the server may present; n 0: not known
    const CtlCredentials *credentials;   // NULL: the guest asks nobody who it is (one of our own)
} BridgeRdpConfig;

// With credentials it signs in with what the server asks for: NLA, TLS, or RDP's own encryption
// (XP); not with the last where the server is known to have a certificate. FALSE when the library
// refuses one.
gboolean bridge_settings_apply(rdpSettings *settings, const BridgeRdpConfig *config);

// The LoadChannels callback's work: "rail" for RemoteApp, "cliprdr", "rdpsnd" and the dynamic
// "rdpgfx", "disp" and those of ours.
gboolean bridge_settings_load_channels(rdpContext *context);
