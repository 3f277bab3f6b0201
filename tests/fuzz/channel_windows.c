// SPDX-License-Identifier: Apache-2.0
// chan_window_decode on any bytes: what it accepts is within its ranges, and says the same again.
#include "channel/window_channel.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ChanTrayMenu menu;
static uint8_t menu_bytes[CHAN_TRAY_MENU_BYTES_MAX], name_bytes[CHAN_WINDOW_NAMES_BYTES_MAX];
static uint8_t again[CHAN_WINDOW_MESSAGE_MAX];

static ChanSpan
encode(const ChanWindowSaid *said)
{
    switch (said->type) {
    case CHAN_WINDOW_PROPS:
        return chan_window_props_encode(said->window, &said->props, again, sizeof again);
    case CHAN_WINDOW_ICON:
        return chan_window_icon_encode(said->window, &said->icon, again, sizeof again);
    case CHAN_WINDOW_SHAPE:
        return chan_window_shape_encode(said->window, &said->shape, again, sizeof again);
    case CHAN_WINDOW_HOST:
        return chan_window_host_encode(said->window, &said->host, again, sizeof again);
    case CHAN_WINDOW_KEYS:
        return chan_window_keys_encode(&said->keys, again, sizeof again);
    case CHAN_WINDOW_CARET:
        return chan_window_caret_encode(said->window, &said->caret, again, sizeof again);
    case CHAN_WINDOW_TEXT:
        return chan_window_text_encode(said->untrusted_text, again, sizeof again);
    case CHAN_WINDOW_PREEDIT:
        return chan_window_preedit_encode(&said->preedit, again, sizeof again);
    case CHAN_WINDOW_LOCK:
        return chan_window_lock_encode(said->window, said->lock != 0, again, sizeof again);
    case CHAN_WINDOW_MENU:
        (void)chan_tray_menu_decode(said->menu, &menu);
        return chan_window_menu_encode(said->window,
                                       chan_tray_menu_encode(&menu, menu_bytes, sizeof menu_bytes),
                                       again, sizeof again);
    case CHAN_WINDOW_MONITORS:
        return chan_window_monitors_encode(said->window, &said->monitors, again, sizeof again);
    case CHAN_WINDOW_GROUP:
        return chan_window_group_encode(said->window, &said->group, again, sizeof again);
    case CHAN_WINDOW_WORKSPACE:
    case CHAN_WINDOW_PLACED:
        return chan_window_workspace_encode(said->type, said->window, said->workspace, again,
                                            sizeof again);
    case CHAN_WINDOW_WORKSPACES:
        return chan_window_workspaces_encode(&said->workspaces, again, sizeof again);
    case CHAN_WINDOW_NAMES:
        return chan_window_names_encode(
            said->window, chan_window_names_pack(&said->names, name_bytes, sizeof name_bytes),
            again, sizeof again);
    case CHAN_WINDOW_MOTION:
        return chan_window_motion_encode(&said->motion, again, sizeof again);
    case CHAN_WINDOW_PING:
    case CHAN_WINDOW_PONG:
    case CHAN_WINDOW_SETTLE:
    case CHAN_WINDOW_SETTLED:
        return chan_window_ping_encode(said->type, said->window, said->serial, again, sizeof again);
    case CHAN_WINDOW_KILL:
        return chan_window_kill_encode(said->window, said->kill != 0, again, sizeof again);
    case CHAN_WINDOW_PACE:
        return chan_window_pace_encode(said->window, &said->pace, again, sizeof again);
    case CHAN_WINDOW_KEEPER:
        return chan_window_keeper_encode(&said->keeper, again, sizeof again);
    case CHAN_WINDOW_SAVE:
        return chan_window_save_encode(said->save, again, sizeof again);
    case CHAN_WINDOW_PIXELS:
        return chan_window_pixels_encode(said->token, again, sizeof again);
    case CHAN_WINDOW_VIDEO:
        return chan_window_video_encode(said->video != 0, again, sizeof again);
    case CHAN_WINDOW_KEYMAP:
        return chan_window_keymap_encode(&said->keymap, again, sizeof again);
    case CHAN_WINDOW_KEY:
        return chan_window_key_encode(&said->key, again, sizeof again);
    case CHAN_WINDOW_BUTTON:
        return chan_window_button_encode(&said->button, again, sizeof again);
    case CHAN_WINDOW_TOUCH:
        return chan_window_touch_encode(&said->touch, again, sizeof again);
    }
    abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ChanWindowSaid said;

    if (!chan_window_decode(CHAN_SPAN(data, size), &said))
        return 0;
    ChanSpan bytes = encode(&said);
    if (bytes.size != size || memcmp(bytes.data, data, size) != 0)
        abort();
    return 0;
}
