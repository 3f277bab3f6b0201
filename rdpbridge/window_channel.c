// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/window_channel.h"

#include <freerdp/client/channels.h>
#include <freerdp/dvc.h>
#include <string.h>

typedef struct {
    GENERIC_DYNVC_PLUGIN base;
    rdpContext *context;
    gboolean broken;
} Plugin;

// The library makes its plug-in by a function without a pointer of ours.
static BridgeWindowChannelSaid the_said;
static IWTSVirtualChannel *the_channel; // of the one connection; NULL: not open

static ChanWindowKeys the_keys; // of the host's keyboard
static ChanWindowKeymap the_keymap;
static bool has_keymap, the_keymap_told;
static ChanWindowKeeper the_keeper;         // of the host's clipboard
static ChanWindowWorkspaces the_workspaces; // count 0: not known
static guint64 the_pixels;                  // 0: no stream of them
static gboolean the_video;                  // is taken over that

// FALSE: there is no channel, or it does not take it.
static gboolean
say(ChanSpan m)
{
    return the_channel &&
           the_channel->Write(the_channel, (ULONG)m.size, m.data, NULL) == CHANNEL_RC_OK;
}

static void
tell_keymap(void)
{
    guint8 buffer[sizeof the_keymap + 16];

    if (the_keymap_told || !has_keymap)
        return;
    the_keymap_told = say(chan_window_keymap_encode(&the_keymap, buffer, sizeof buffer));
}

static void
tell_keys(void)
{
    guint8 buffer[512];

    tell_keymap();
    if (*the_keys.layout)
        (void)say(chan_window_keys_encode(&the_keys, buffer, sizeof buffer));
}

void
bridge_window_channel_keymap(const ChanWindowKeymap *keymap)
{
    the_keymap = *keymap;
    has_keymap = true;
    the_keymap_told = false;
}

void
bridge_window_channel_keys(const ChanWindowKeys *keys)
{
    the_keys = *keys;
    tell_keys();
}

static void
tell_keeper(void)
{
    guint8 buffer[32];

    (void)say(chan_window_keeper_encode(&the_keeper, buffer, sizeof buffer));
}

void
bridge_window_channel_keeper(const ChanWindowKeeper *keeper)
{
    the_keeper = *keeper;
    tell_keeper();
}

static void
tell_workspaces(void)
{
    guint8 buffer[16];

    (void)say(chan_window_workspaces_encode(&the_workspaces, buffer, sizeof buffer));
}

void
bridge_window_channel_workspaces(const ChanWindowWorkspaces *workspaces)
{
    the_workspaces = *workspaces;
    tell_workspaces();
}

static void
tell_pixels(void)
{
    guint8 buffer[16];

    (void)say(chan_window_pixels_encode(the_pixels, buffer, sizeof buffer));
}

void
bridge_window_channel_pixels(guint64 token)
{
    the_pixels = token;
    tell_pixels();
}

static void
tell_video(void)
{
    guint8 buffer[16];

    (void)say(chan_window_video_encode(the_video, buffer, sizeof buffer));
}

void
bridge_window_channel_video(gboolean taken)
{
    the_video = taken;
    tell_video();
}

static UINT
on_data(IWTSVirtualChannelCallback *callback, wStream *data)
{
    Plugin *plugin = (Plugin *)((GENERIC_CHANNEL_CALLBACK *)callback)->plugin;
    ChanSpan untrusted_bytes = {Stream_Pointer(data), Stream_GetRemainingLength(data)};
    ChanWindowSaid said;

    if (plugin->broken)
        return CHANNEL_RC_OK;
    if (chan_window_decode(untrusted_bytes, &said)) {
        the_said(plugin->context, &said);
        return CHANNEL_RC_OK;
    }
    if (chan_window_is_newer(untrusted_bytes))
        return CHANNEL_RC_OK;
    g_message("the guest's window channel sent what cannot be read; its windows have RAIL's "
              "properties only");
    plugin->broken = TRUE;
    return CHANNEL_RC_OK;
}

static UINT
on_open(IWTSVirtualChannelCallback *callback)
{
    the_channel = ((GENERIC_CHANNEL_CALLBACK *)callback)->channel;
    the_keymap_told = false;
    if (the_pixels != 0)
        tell_pixels();
    if (the_video)
        tell_video();
    tell_keys();
    if (the_keeper.there)
        tell_keeper();
    if (the_workspaces.count > 0)
        tell_workspaces();
    return CHANNEL_RC_OK;
}

static UINT
on_close(IWTSVirtualChannelCallback *callback)
{
    the_channel = NULL;
    free(callback); // the library's, made for this channel
    return CHANNEL_RC_OK;
}

static UINT
on_start(GENERIC_DYNVC_PLUGIN *base, rdpContext *context, rdpSettings *settings)
{
    ((Plugin *)base)->context = context;
    return CHANNEL_RC_OK;
}

static const IWTSVirtualChannelCallback callbacks = {
    .OnDataReceived = on_data, .OnOpen = on_open, .OnClose = on_close};

static UINT VCAPITYPE
entry(IDRDYNVC_ENTRY_POINTS *points)
{
    return freerdp_generic_DVCPluginEntry(points, CHAN_WINDOW_CHANNEL, CHAN_WINDOW_CHANNEL,
                                          sizeof(Plugin), sizeof(GENERIC_CHANNEL_CALLBACK),
                                          &callbacks, on_start, NULL);
}

PVIRTUALCHANNELENTRY
bridge_window_channel_entry(BridgeWindowChannelSaid said)
{
    UINT(VCAPITYPE * function)(IDRDYNVC_ENTRY_POINTS *) = entry;
    PVIRTUALCHANNELENTRY as_entry;

    the_said = said;
    memcpy(&as_entry, &function, sizeof as_entry);
    return as_entry;
}

gboolean
bridge_window_channel_host(guint32 window, const ChanWindowHost *host)
{
    guint8 buffer[64];

    return say(chan_window_host_encode(window, host, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_text(ChanSpan text)
{
    guint8 buffer[CHAN_WINDOW_TEXT_MAX + 16];

    return say(chan_window_text_encode(text, buffer, sizeof buffer));
}

void
bridge_window_channel_preedit(const ChanWindowPreedit *preedit)
{
    guint8 buffer[sizeof *preedit + 16];

    (void)say(chan_window_preedit_encode(preedit, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_ping(guint32 window, guint32 serial)
{
    guint8 buffer[16];

    return say(chan_window_ping_encode(CHAN_WINDOW_PING, window, serial, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_open(void)
{
    return the_channel != NULL;
}

gboolean
bridge_window_channel_settle(guint32 serial)
{
    guint8 buffer[16];

    return say(chan_window_ping_encode(CHAN_WINDOW_SETTLE, 0, serial, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_kill(guint32 window, gboolean process)
{
    guint8 buffer[16];

    return say(chan_window_kill_encode(window, process, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_pace(guint32 window, const ChanWindowPace *pace)
{
    guint8 buffer[16];

    return say(chan_window_pace_encode(window, pace, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_placed(guint32 window, guint32 workspace)
{
    guint8 buffer[16];

    return say(
        chan_window_workspace_encode(CHAN_WINDOW_PLACED, window, workspace, buffer, sizeof buffer));
}

void
bridge_window_channel_motion(const ChanWindowMotion *motion)
{
    guint8 buffer[32];

    (void)say(chan_window_motion_encode(motion, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_key(const ChanWindowKey *key)
{
    guint8 buffer[32];

    return say(chan_window_key_encode(key, buffer, sizeof buffer));
}

void
bridge_window_channel_button(const ChanWindowButton *button)
{
    guint8 buffer[32];

    (void)say(chan_window_button_encode(button, buffer, sizeof buffer));
}

gboolean
bridge_window_channel_touch(const ChanWindowTouch *touch)
{
    guint8 buffer[32];

    return say(chan_window_touch_encode(touch, buffer, sizeof buffer));
}
