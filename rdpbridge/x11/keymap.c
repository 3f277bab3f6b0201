// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/keymap.h"

#include <X11/keysym.h>
#include <string.h>

static void
read_symbols(HostDisplay *x, ChanWindowKeymap *m)
{
    int width = 0;
    KeySym *symbols =
        XGetKeyboardMapping(x->dpy, CHAN_WINDOW_KEY_FIRST, CHAN_WINDOW_KEYMAP_KEYS, &width);

    for (int key = 0; symbols && key < CHAN_WINDOW_KEYMAP_KEYS; key++) {
        for (int i = 0; i < MIN(width, CHAN_WINDOW_KEYMAP_WIDTH); i++) {
            KeySym symbol = symbols[key * width + i];
            m->symbols[key][i] = symbol == XK_Terminate_Server ? NoSymbol : (uint32_t)symbol;
        }
    }
    if (symbols)
        XFree(symbols);
}

static void
read_modifiers(HostDisplay *x, ChanWindowKeymap *m)
{
    XModifierKeymap *modifiers = XGetModifierMapping(x->dpy);

    for (int i = 0; modifiers && i < 8 * modifiers->max_keypermod; i++) {
        unsigned keycode = modifiers->modifiermap[i];
        if (keycode >= CHAN_WINDOW_KEY_FIRST)
            m->modifiers[keycode - CHAN_WINDOW_KEY_FIRST] |=
                (uint8_t)(1u << (i / modifiers->max_keypermod));
    }
    if (modifiers)
        XFreeModifiermap(modifiers);
}

void
host_keymap_read(HostDisplay *x, ChanWindowKeymap *m)
{
    memset(m, 0, sizeof *m);
    read_symbols(x, m);
    read_modifiers(x, m);
}
