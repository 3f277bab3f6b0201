// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/keyboard.h"

#include "rdpbridge/x11/layout.h"
#include "rdpbridge/x11/session.h"

#include <X11/XKBlib.h>
#include <string.h>

#define KEYCODE_FIRST 8 // evdev keycodes of X start here

enum { LOCK_SCROLL = 1, LOCK_NUM = 2, LOCK_CAPS = 4 };

struct HostKeyboard {
    View *view;
    uint8_t pressed[256 / 8]; // by keycode
    ViewLayout layout;
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
        XkbSelectEvents(x->dpy, XkbUseCoreKbd, XkbNewKeyboardNotifyMask, XkbNewKeyboardNotifyMask);
        XkbSelectEventDetails(x->dpy, XkbUseCoreKbd, XkbStateNotify, XkbGroupStateMask,
                              XkbGroupStateMask);
    }
    host_layout_read(x, &k->layout);
    return k;
}

void
host_keyboard_free(HostKeyboard *k)
{
    g_free(k);
}

static void
tell_key(HostKeyboard *k, unsigned keycode, bool down)
{
    ViewKey m = {.evdev = keycode - KEYCODE_FIRST, .down = down};

    VIEW_INIT(&m, VIEW_MSG_KEY);
    host_session_send(k->view, &m, sizeof m);
}

void
host_keyboard_key(HostKeyboard *k, HostWindow *w, const XKeyEvent *e)
{
    if (e->keycode <= KEYCODE_FIRST || e->keycode > 255 || w->is_orphan)
        return;
    uint8_t *byte = &k->pressed[e->keycode / 8], bit = (uint8_t)(1u << e->keycode % 8);
    if (e->type == KeyPress) {
        *byte |= bit;
        view_pressed(k->view, w, e->time);
    } else if (*byte & bit) {
        *byte &= (uint8_t)~bit;
    } else {
        return; // was released when the focus left
    }
    tell_key(k, e->keycode, e->type == KeyPress);
}

void
host_keyboard_release_all(HostKeyboard *k)
{
    for (unsigned keycode = KEYCODE_FIRST + 1; keycode < 256; keycode++)
        if (k->pressed[keycode / 8] & (1u << keycode % 8))
            tell_key(k, keycode, false);
    memset(k->pressed, 0, sizeof k->pressed);
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

void
host_keyboard_tell(HostKeyboard *k)
{
    ViewLayout m = k->layout;

    VIEW_INIT(&m, VIEW_MSG_LAYOUT);
    host_session_send(k->view, &m, sizeof m);
}

void
host_keyboard_changed(HostKeyboard *k)
{
    ViewLayout now;

    host_layout_read(k->view->x, &now);
    if (memcmp(&now, &k->layout, sizeof now) == 0)
        return;
    k->layout = now;
    host_keyboard_tell(k);
}
