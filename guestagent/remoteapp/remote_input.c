// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/remote_input.h"

#include "guestagent/remoteapp/scancode.h"

#include <freerdp/freerdp.h>
#include <freerdp/input.h>
#include <linux/input-event-codes.h>

#define SCANCODE_CTRL 0x1D
#define SCANCODE_NUMLOCK 0x45

struct RaRemoteInput {
    RaLink *link;
    RaDesktop *desktop;
    bool pause_tail; // the second half of Pause's sequence comes next
    gunichar2 high_surrogate;
};

// What channels said before comes first: the library would hand over all input that it has read.
static RaRemoteInput *
input_of(rdpInput *input)
{
    RaRemoteInput *in = ra_link_input(input->context);
    ra_link_catch_up(in->link);
    return in;
}

static BOOL
on_synchronize(rdpInput *input, UINT32 flags)
{
    RaRemoteInput *in = input_of(input);
    ra_desktop_set_locks(in->desktop, (flags & KBD_SYNC_SCROLL_LOCK) != 0,
                         (flags & KBD_SYNC_NUM_LOCK) != 0, (flags & KBD_SYNC_CAPS_LOCK) != 0);
    return TRUE;
}

static BOOL
on_keyboard(rdpInput *input, UINT16 flags, UINT8 code)
{
    RaRemoteInput *in = input_of(input);
    bool down = (flags & KBD_FLAGS_RELEASE) == 0;
    // Pause comes as E1 1D 45: its own key, and a NumLock that is none.
    if ((flags & KBD_FLAGS_EXTENDED1) != 0 && code == SCANCODE_CTRL) {
        in->pause_tail = true;
        ra_desktop_key(in->desktop, KEY_PAUSE, down);
        return TRUE;
    }
    bool tail = in->pause_tail && code == SCANCODE_NUMLOCK;
    in->pause_tail = false;
    uint16_t key = ra_scancode_to_evdev(code, (flags & KBD_FLAGS_EXTENDED) != 0);
    if (key != 0 && !tail)
        ra_desktop_key(in->desktop, key, down);
    return TRUE;
}

static BOOL
on_pause(rdpInput *input)
{
    RaRemoteInput *in = input_of(input);
    ra_desktop_key(in->desktop, KEY_PAUSE, true);
    ra_desktop_key(in->desktop, KEY_PAUSE, false);
    return TRUE;
}

static BOOL
on_unicode(rdpInput *input, UINT16 flags, UINT16 code)
{
    RaRemoteInput *in = input_of(input);
    if ((flags & KBD_FLAGS_RELEASE) != 0)
        return TRUE;
    gunichar character = code;
    if (code >= 0xD800 && code < 0xDC00) {
        in->high_surrogate = code;
        return TRUE;
    }
    if (code >= 0xDC00 && code < 0xE000)
        character = in->high_surrogate == 0
                        ? 0
                        : 0x10000u + ((in->high_surrogate - 0xD800u) << 10) + (code - 0xDC00u);
    in->high_surrogate = 0;
    if (character != 0)
        ra_desktop_unicode(in->desktop, character);
    return TRUE;
}

// A rotation is a number of nine bits with sign.
static int
rotation(UINT16 flags)
{
    int value = flags & WheelRotationMask;
    return (value & PTR_FLAGS_WHEEL_NEGATIVE) != 0 ? value - 0x200 : value;
}

static BOOL
on_mouse(rdpInput *input, UINT16 flags, UINT16 x, UINT16 y)
{
    RaRemoteInput *in = input_of(input);
    bool down = (flags & PTR_FLAGS_DOWN) != 0;
    // Clients send any position along with a wheel.
    if ((flags & PTR_FLAGS_WHEEL) != 0) {
        ra_desktop_wheel(in->desktop, 0, rotation(flags));
        return TRUE;
    }
    if ((flags & PTR_FLAGS_HWHEEL) != 0) {
        ra_desktop_wheel(in->desktop, rotation(flags), 0);
        return TRUE;
    }
    if ((flags & PTR_FLAGS_MOVE) != 0)
        ra_desktop_pointer_move(in->desktop, x, y);
    else
        ra_desktop_pointer_aim(in->desktop, x, y);
    if ((flags & PTR_FLAGS_BUTTON1) != 0)
        ra_desktop_button(in->desktop, 1, down);
    if ((flags & PTR_FLAGS_BUTTON2) != 0)
        ra_desktop_button(in->desktop, 3, down);
    if ((flags & PTR_FLAGS_BUTTON3) != 0)
        ra_desktop_button(in->desktop, 2, down);
    return TRUE;
}

static BOOL
on_extended_mouse(rdpInput *input, UINT16 flags, UINT16 x, UINT16 y)
{
    RaRemoteInput *in = input_of(input);
    bool down = (flags & PTR_XFLAGS_DOWN) != 0;
    ra_desktop_pointer_aim(in->desktop, x, y);
    if ((flags & PTR_XFLAGS_BUTTON1) != 0)
        ra_desktop_button(in->desktop, 8, down);
    if ((flags & PTR_XFLAGS_BUTTON2) != 0)
        ra_desktop_button(in->desktop, 9, down);
    return TRUE;
}

static BOOL
on_focus_in(rdpInput *input, UINT16 toggles)
{
    return on_synchronize(input, toggles);
}

RaRemoteInput *
ra_remote_input_new(RaLink *link, RaDesktop *desktop)
{
    RaRemoteInput *in = g_new0(RaRemoteInput, 1);
    in->link = link;
    in->desktop = desktop;
    ra_link_set_input(link, in);
    rdpInput *input = ra_link_context(link)->input;
    input->SynchronizeEvent = on_synchronize;
    input->KeyboardEvent = on_keyboard;
    input->KeyboardPauseEvent = on_pause;
    input->UnicodeKeyboardEvent = on_unicode;
    input->MouseEvent = on_mouse;
    input->ExtendedMouseEvent = on_extended_mouse;
    input->FocusInEvent = on_focus_in;
    return in;
}

void
ra_remote_input_free(RaRemoteInput *in)
{
    if (in == NULL)
        return;
    ra_desktop_release_all(in->desktop);
    g_free(in);
}
