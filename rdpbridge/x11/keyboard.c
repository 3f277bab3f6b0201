// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/keyboard.h"

#include "rdpbridge/x11/follow.h"
#include "rdpbridge/x11/input_path.h"
#include "rdpbridge/x11/keymap.h"
#include "rdpbridge/x11/layout.h"
#include "rdpbridge/x11/method.h"
#include "rdpbridge/x11/session.h"

#include <string.h>

#define KEYCODE_FIRST 8 // evdev keycodes of X start here

enum { LOCK_SCROLL = 1, LOCK_NUM = 2, LOCK_CAPS = 4 };

struct HostKeyboard {
    View *view;
    uint8_t pressed[256 / 8]; // in the guest, by key code
    uint8_t held[256 / 8];    // on the host, as far as our windows are told
    XModifierKeymap *modifiers;
    ViewLayout layout;
    HostKeyGroups groups; // the guest's, as far as it was told
    HostKeyGroups host;   // as events told of them, which are in order with keys
    ChanWindowKeymap keymap;
    bool remapped;          // the host's is another now
    Atom caps, num, scroll; // names of indicators
};

HostKeyboard *
host_keyboard_new(View *view)
{
    HostKeyboard *k = g_new0(HostKeyboard, 1);
    HostDisplay *x = view->x;
    char *names[] = {(char *)"Caps Lock", (char *)"Num Lock", (char *)"Scroll Lock"};
    Atom atoms[3];

    k->view = view;
    XInternAtoms(x->dpy, names, 3, False, atoms);
    k->caps = atoms[0];
    k->num = atoms[1];
    k->scroll = atoms[2];
    if (x->xkb_event >= 0) {
        XkbSelectEvents(x->dpy, XkbUseCoreKbd, XkbNewKeyboardNotifyMask | XkbMapNotifyMask,
                        XkbNewKeyboardNotifyMask | XkbMapNotifyMask);
        XkbSelectEventDetails(x->dpy, XkbUseCoreKbd, XkbStateNotify,
                              XkbGroupStateMask | XkbGroupLockMask,
                              XkbGroupStateMask | XkbGroupLockMask);
        XkbSelectEventDetails(x->dpy, XkbUseCoreKbd, XkbControlsNotify,
                              XkbRepeatKeysMask | XkbControlsEnabledMask,
                              XkbRepeatKeysMask | XkbControlsEnabledMask);
    }
    k->modifiers = XGetModifierMapping(x->dpy);
    k->groups = k->host = host_layout_groups(x);
    host_layout_read(x, k->groups, &k->layout);
    host_keymap_read(x, &k->keymap);
    return k;
}

void
host_keyboard_free(HostKeyboard *k)
{
    if (!k)
        return;
    XFreeModifiermap(k->modifiers);
    g_free(k);
}

static void
tell_key(HostKeyboard *k, unsigned keycode, bool down)
{
    ViewKey m = {.evdev = keycode - KEYCODE_FIRST, .down = down};

    VIEW_INIT(&m, VIEW_MSG_KEY);
    if (down)
        host_latency_pressed(&k->view->latency, g_get_monotonic_time());
    host_input_path_key(k->view->input_path, &m);
}

static bool
is_set(const uint8_t *keys, unsigned keycode)
{
    return keys[keycode / 8] & (1u << keycode % 8);
}

static void
set(uint8_t *keys, unsigned keycode, bool down)
{
    uint8_t bit = (uint8_t)(1u << keycode % 8);

    keys[keycode / 8] = (uint8_t)(down ? keys[keycode / 8] | bit : keys[keycode / 8] & ~bit);
}

static void
press(HostKeyboard *k, unsigned keycode, bool down)
{
    if (!down && !is_set(k->pressed, keycode))
        return; // was released when the focus left
    set(k->pressed, keycode, down);
    tell_key(k, keycode, down);
}

bool
host_keyboard_holds(HostKeyboard *k, const XKeyEvent *e)
{
    unsigned keycode = e->keycode & 0xff;
    bool held = is_set(k->held, keycode);

    set(k->held, keycode, e->type == KeyPress);
    return held;
}

void
host_keyboard_key(HostKeyboard *k, HostWindow *w, const XKeyEvent *e)
{
    if (e->keycode <= KEYCODE_FIRST || e->keycode > 255 || w->is_orphan)
        return;
    host_keyboard_drained(k);
    if (e->type == KeyPress)
        host_follow_pressed(w); // a key may open a menu
    press(k, e->keycode, e->type == KeyPress);
}

void
host_keyboard_release_all(HostKeyboard *k)
{
    for (unsigned keycode = KEYCODE_FIRST + 1; keycode < 256; keycode++)
        press(k, keycode, false);
}

// Bits of the modifiers that a key makes (ShiftMask …).
static unsigned
modifiers_of(const HostKeyboard *k, unsigned keycode)
{
    unsigned found = 0;

    for (int i = 0; i < 8 * k->modifiers->max_keypermod; i++)
        if (k->modifiers->modifiermap[i] == keycode)
            found |= 1u << (i / k->modifiers->max_keypermod);
    // A lock is told as one: what its key did is done.
    return found & (ShiftMask | ControlMask | Mod1Mask | Mod3Mask | Mod4Mask | Mod5Mask);
}

void
host_keyboard_held(HostKeyboard *k, const char keys[32])
{
    memcpy(k->held, keys, sizeof k->held);
}

void
host_keyboard_hold(HostKeyboard *k)
{
    for (unsigned keycode = KEYCODE_FIRST + 1; keycode < 256; keycode++) {
        bool down = is_set(k->held, keycode);
        if (!down)
            press(k, keycode, false);
        else if (!is_set(k->pressed, keycode) && modifiers_of(k, keycode) != 0)
            press(k, keycode, true);
    }
}

void
host_keyboard_hold_modifiers(HostKeyboard *k, unsigned wanted)
{
    unsigned made = 0;

    for (unsigned keycode = KEYCODE_FIRST + 1; keycode < 256; keycode++) {
        unsigned makes = modifiers_of(k, keycode);
        if (makes != 0 && is_set(k->pressed, keycode) && (makes & ~wanted) == 0)
            made |= makes;
        else
            press(k, keycode, false);
    }
    // The first key of each is as good as any other.
    for (int i = 0; i < 8 * k->modifiers->max_keypermod; i++) {
        unsigned keycode = k->modifiers->modifiermap[i], makes = modifiers_of(k, keycode);
        if (keycode <= KEYCODE_FIRST || (makes & wanted & ~made) == 0 || (makes & ~wanted) != 0)
            continue;
        press(k, keycode, true);
        made |= makes;
    }
}

static bool
indicator(HostKeyboard *k, Atom name)
{
    Bool on = False;

    return XkbGetNamedIndicator(k->view->x->dpy, name, NULL, &on, NULL, NULL) && on;
}

void
host_keyboard_tell_locks(HostKeyboard *k)
{
    ViewLocks m = {.locks = 0};

    if (k->view->x->xkb_event < 0)
        return;
    m.locks |= indicator(k, k->scroll) ? LOCK_SCROLL : 0;
    m.locks |= indicator(k, k->num) ? LOCK_NUM : 0;
    m.locks |= indicator(k, k->caps) ? LOCK_CAPS : 0;
    VIEW_INIT(&m, VIEW_MSG_LOCKS);
    host_session_send(k->view, &m, sizeof m);
}

static void
tell_layout(HostKeyboard *k)
{
    ViewLayout m = k->layout;

    VIEW_INIT(&m, VIEW_MSG_LAYOUT);
    host_session_send(k->view, &m, sizeof m);
}

static void
tell_keymap(HostKeyboard *k)
{
    ViewKeymap m = {.keymap = k->keymap};

    VIEW_INIT(&m, VIEW_MSG_KEYMAP);
    host_session_send(k->view, &m, sizeof m);
}

void
host_keyboard_tell(HostKeyboard *k)
{
    tell_keymap(k);
    tell_layout(k);
}

void
host_keyboard_changed(HostKeyboard *k)
{
    ViewLayout now;

    if (k->remapped)
        return; // told with the keys' new meaning
    host_layout_read(k->view->x, k->groups, &now);
    if (memcmp(&now, &k->layout, sizeof now) == 0)
        return;
    k->layout = now;
    tell_layout(k);
}

void
host_keyboard_caught_up(HostKeyboard *k)
{
    if (memcmp(&k->groups, &k->host, sizeof k->groups) == 0 || host_method_holds(k->view->method))
        return;
    k->groups = k->host;
    host_keyboard_changed(k);
}

void
host_keyboard_switched(HostKeyboard *k, const XkbStateNotifyEvent *e)
{
    k->host = (HostKeyGroups){.locked = (uint8_t)e->locked_group, .counts = (uint8_t)e->group};
    host_keyboard_caught_up(k);
}

void
host_keyboard_remapped(HostKeyboard *k)
{
    k->remapped = true;
}

void
host_keyboard_drained(HostKeyboard *k)
{
    HostDisplay *x = k->view->x;
    ChanWindowKeymap now;

    if (!k->remapped)
        return;
    k->remapped = false;
    XFreeModifiermap(k->modifiers);
    k->modifiers = XGetModifierMapping(x->dpy);
    host_keymap_read(x, &now);
    if (memcmp(&now, &k->keymap, sizeof now) == 0) {
        host_keyboard_changed(k);
        return;
    }
    k->keymap = now;
    host_layout_read(x, k->groups, &k->layout);
    host_keyboard_tell(k);
}
