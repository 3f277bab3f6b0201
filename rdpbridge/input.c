// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/input.h"

#include "rdpbridge/scancode.h"
#include "rdpbridge/touch_channel.h"
#include "rdpbridge/window_channel.h"

#include <freerdp/channels/channels.h>
#include <freerdp/freerdp.h>
#include <string.h>

#define BUTTONS (CHAN_WINDOW_BUTTON_LAST + 1)
#define WHEEL_STEP_MAX 255 // a wheel event carries 8 bits and a sign

struct BridgeInput {
    rdpInput *library;
    guint32 locks;
    bool keys[BRIDGE_KEYS];
    bool buttons[BUTTONS];
    guint16 x, y;
    int wheel_x, wheel_y;
    bool past;               // there is a way past RDP
    bool locked;             // the guest's pointer is moved by movements
    gint32 shift_x, shift_y; // of those, while the guest does not read
    guint32 fingers;         // a bit for each that is on the guest's screen
    ChanWindowTouch touches[CHAN_WINDOW_TOUCHES_MAX]; // the last of each
};

// The lock bits of the view are the ones of RDP ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.5).
G_STATIC_ASSERT(KBD_SYNC_SCROLL_LOCK == 1 && KBD_SYNC_NUM_LOCK == 2 && KBD_SYNC_CAPS_LOCK == 4);

BridgeInput *
bridge_input_new(void)
{
    return g_new0(BridgeInput, 1);
}

void
bridge_input_free(BridgeInput *input)
{
    g_free(input);
}

void
bridge_input_attach(BridgeInput *i, rdpInput *library)
{
    i->library = library;
    memset(i->keys, 0, sizeof i->keys);
    memset(i->buttons, 0, sizeof i->buttons);
    i->shift_x = i->shift_y = 0;
    i->locked = false;
    i->fingers = 0;
}

// Channels' messages wait in a queue of the library's, input does not: what says where input goes
// (focus, the window under the pointer) must be before it.
static void
in_order(BridgeInput *i)
{
    (void)freerdp_channels_process_pending_messages(i->library->context->instance);
}

static void
send_key(BridgeInput *i, guint32 evdev, bool down, bool repeat)
{
    guint16 code = bridge_scancode(evdev);
    guint16 flags = down ? 0 : KBD_FLAGS_RELEASE;

    if (code == 0) { // a guest that is none of ours has no such keys
        (void)bridge_window_channel_key(&(ChanWindowKey){.code = evdev, .down = down});
        return;
    }
    if (code & BRIDGE_SCANCODE_EXTENDED1) { // Pause: one sequence, sent when pressed
        if (down && !repeat)
            freerdp_input_send_keyboard_pause_event(i->library);
        return;
    }
    if (code & BRIDGE_SCANCODE_EXTENDED)
        flags |= KBD_FLAGS_EXTENDED;
    if (repeat)
        flags |= KBD_FLAGS_DOWN;
    freerdp_input_send_keyboard_event(i->library, flags, (UINT8)code);
}

void
bridge_input_set_past(BridgeInput *i, gboolean past)
{
    i->past = past != FALSE;
}

void
bridge_input_key(BridgeInput *i, const ViewKey *key)
{
    if (!i->library || key->evdev >= BRIDGE_KEYS)
        return;
    bool was_down = i->keys[key->evdev];
    if (!key->down && !was_down && !i->past)
        return; // pressed before the focus came here
    i->keys[key->evdev] = key->down != 0;
    in_order(i);
    send_key(i, key->evdev, key->down != 0, key->down && was_down);
}

void
bridge_input_text(BridgeInput *i, ChanSpan text)
{
    glong units = 0;

    if (!i->library)
        return;
    in_order(i);
    if (bridge_window_channel_text(text))
        return;
    g_autofree gunichar2 *utf16 =
        g_utf8_to_utf16((const char *)text.data, (glong)text.size, NULL, &units, NULL);
    for (glong u = 0; utf16 && u < units; u++) {
        freerdp_input_send_unicode_keyboard_event(i->library, 0, utf16[u]);
        freerdp_input_send_unicode_keyboard_event(i->library, KBD_FLAGS_RELEASE, utf16[u]);
    }
}

// A guest that is none of ours has no such buttons.
static void
send_other_button(BridgeInput *i, guint32 button, bool down)
{
    bridge_window_channel_button(
        &(ChanWindowButton){.button = button, .down = down, .x = i->x, .y = i->y});
}

static void
send_button(BridgeInput *i, guint32 button, bool down)
{
    static const guint16 flags[CHAN_WINDOW_BUTTON_FIRST] = {[1] = PTR_FLAGS_BUTTON1,
                                                            [2] = PTR_FLAGS_BUTTON3,
                                                            [3] = PTR_FLAGS_BUTTON2,
                                                            [8] = PTR_XFLAGS_BUTTON1,
                                                            [9] = PTR_XFLAGS_BUTTON2};

    bool other = button >= CHAN_WINDOW_BUTTON_FIRST;
    if (button >= BUTTONS || (!other && !flags[button]) ||
        (!down && !i->buttons[button] && !i->past))
        return;
    i->buttons[button] = down;
    if (other)
        send_other_button(i, button, down);
    else if (button >= 8)
        freerdp_input_send_extended_mouse_event(
            i->library, flags[button] | (down ? PTR_XFLAGS_DOWN : 0), i->x, i->y);
    else
        freerdp_input_send_mouse_event(i->library, flags[button] | (down ? PTR_FLAGS_DOWN : 0),
                                       i->x, i->y);
}

// Sends what has come together of one wheel; RDP's unit is the view's, 1/120 notch.
static void
send_wheel(BridgeInput *i, int *amount, guint16 wheel)
{
    while (*amount != 0) {
        int step = CLAMP(*amount, -WHEEL_STEP_MAX, WHEEL_STEP_MAX);
        *amount -= step;
        guint16 flags = wheel | (step < 0 ? PTR_FLAGS_WHEEL_NEGATIVE : 0);
        // A negative step is two's complement of nine bits, whose highest is the flag.
        freerdp_input_send_mouse_event(i->library, flags | (guint16)(step & 0xff), i->x, i->y);
    }
}

static guint16
coordinate(gint32 v)
{
    return (guint16)CLAMP(v, 0, VIEW_COORD_MAX);
}

// A guest that does not know the channel never asked for it.
static void
send_motion(BridgeInput *i, const ViewPointer *p, bool congested)
{
    const gint32 most = (gint32)CHAN_WINDOW_SIDE_MAX;
    ChanWindowMotion m = {.locked = p->kind == VIEW_POINTER_SHIFT};

    i->locked = m.locked != 0;
    if (m.locked) {
        i->shift_x = CLAMP(i->shift_x + p->wheel_x, -most, most);
        i->shift_y = CLAMP(i->shift_y + p->wheel_y, -most, most);
    }
    if (m.locked && congested)
        return;
    m.dx = i->shift_x;
    m.dy = i->shift_y;
    i->shift_x = i->shift_y = 0;
    bridge_window_channel_motion(&m);
}

void
bridge_input_pointer(BridgeInput *i, const ViewPointer *p, gboolean congested)
{
    if (!i->library)
        return;
    in_order(i);
    i->x = coordinate(p->root_x);
    i->y = coordinate(p->root_y);
    switch (p->kind) {
    case VIEW_POINTER_MOVE:
        if (!congested)
            freerdp_input_send_mouse_event(i->library, PTR_FLAGS_MOVE, i->x, i->y);
        break;
    case VIEW_POINTER_DOWN:
    case VIEW_POINTER_UP:
        send_button(i, p->button, p->kind == VIEW_POINTER_DOWN);
        break;
    case VIEW_POINTER_WHEEL:
        i->wheel_x = CLAMP(p->wheel_x, -12000, 12000);
        i->wheel_y = CLAMP(p->wheel_y, -12000, 12000);
        send_wheel(i, &i->wheel_y, PTR_FLAGS_WHEEL);
        send_wheel(i, &i->wheel_x, PTR_FLAGS_HWHEEL);
        break;
    case VIEW_POINTER_SHIFT:
    case VIEW_POINTER_UNLOCKED:
        send_motion(i, p, congested);
        break;
    default:
        break;
    }
}

// A Windows takes no finger that is not on its screen.
static gboolean
tell_windows(BridgeInput *i, const ChanWindowTouch *touch)
{
    const rdpSettings *s = i->library->context->settings;
    ChanWindowTouch on_screen = *touch;
    gint32 width = (gint32)freerdp_settings_get_uint32(s, FreeRDP_DesktopWidth);
    gint32 height = (gint32)freerdp_settings_get_uint32(s, FreeRDP_DesktopHeight);

    on_screen.x = CLAMP(touch->x, 0, MAX(width, 1) - 1);
    on_screen.y = CLAMP(touch->y, 0, MAX(height, 1) - 1);
    return bridge_touch_channel_send(&on_screen);
}

gboolean
bridge_input_touch(BridgeInput *i, const ChanWindowTouch *touch)
{
    if (!i->library)
        return TRUE; // and nobody else
    guint32 bit = 1u << touch->touch;
    i->fingers = touch->phase == CHAN_TOUCH_END ? i->fingers & ~bit : i->fingers | bit;
    i->touches[touch->touch] = *touch;
    in_order(i);
    return bridge_window_channel_touch(touch) || tell_windows(i, touch);
}

void
bridge_input_locks(BridgeInput *i, guint32 locks)
{
    i->locks = locks & 7;
    if (i->library)
        freerdp_input_send_synchronize_event(i->library, i->locks);
}

void
bridge_input_focus(BridgeInput *i, gboolean focused)
{
    if (!i->library)
        return;
    if (focused) {
        bridge_input_locks(i, i->locks);
        return;
    }
    for (guint32 k = 0; k < BRIDGE_KEYS; k++) {
        if (i->keys[k])
            send_key(i, k, false, false);
        i->keys[k] = false;
    }
}

void
bridge_input_release_all(BridgeInput *i)
{
    bridge_input_focus(i, FALSE);
    for (guint32 b = 0; i->library && b < BUTTONS; b++)
        if (i->buttons[b]) // where it is now, others may know better
            send_button(i, b, false);
    for (guint32 t = 0; i->library && t < CHAN_WINDOW_TOUCHES_MAX; t++) {
        i->touches[t].phase = CHAN_TOUCH_END;
        if (i->fingers & 1u << t)
            (void)bridge_input_touch(i, &i->touches[t]);
    }
    // Who comes next has its pointer somewhere.
    if (i->library && i->locked)
        send_motion(i, &(ViewPointer){.kind = VIEW_POINTER_UNLOCKED}, false);
}
