// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/keymap.h"

#include <string.h>

#define MODIFIERS 8

// The server's map, as wide as it is.
typedef struct {
    KeySym *symbols;
    int width;
} Current;

static bool
same_key(const Current *now, const ChanWindowKeymap *m, int key)
{
    for (int i = 0; i < CHAN_WINDOW_KEYMAP_WIDTH; i++) {
        KeySym has = i < now->width ? now->symbols[key * now->width + i] : NoSymbol;
        if (has != m->symbols[key][i])
            return false;
    }
    return true;
}

// No wider than need be: the server takes what is at an end for a group or level of its own.
static void
change_key(RaConn *conn, const ChanWindowKeymap *m, int key)
{
    KeySym row[CHAN_WINDOW_KEYMAP_WIDTH];
    int width = 1;

    for (int i = 0; i < CHAN_WINDOW_KEYMAP_WIDTH; i++) {
        row[i] = m->symbols[key][i];
        if (row[i] != NoSymbol)
            width = i + 1;
    }
    XChangeKeyboardMapping(conn->dpy, CHAN_WINDOW_KEY_FIRST + key, width, row, 1);
}

static bool
apply_symbols(RaConn *conn, const ChanWindowKeymap *m)
{
    Current now = {0};
    bool changed = false;

    now.symbols =
        XGetKeyboardMapping(conn->dpy, CHAN_WINDOW_KEY_FIRST, CHAN_WINDOW_KEYMAP_KEYS, &now.width);
    for (int key = 0; now.symbols && key < CHAN_WINDOW_KEYMAP_KEYS; key++) {
        if (same_key(&now, m, key))
            continue;
        change_key(conn, m, key);
        changed = true;
    }
    if (now.symbols)
        XFree(now.symbols);
    return changed;
}

static XModifierKeymap *
modifiers_of(const ChanWindowKeymap *m)
{
    XModifierKeymap *made = XNewModifiermap(0);

    for (int i = 0; i < MODIFIERS; i++)
        for (int key = 0; key < CHAN_WINDOW_KEYMAP_KEYS; key++)
            if (m->modifiers[key] & (1u << i))
                made = XInsertModifiermapEntry(made, (KeyCode)(CHAN_WINDOW_KEY_FIRST + key), i);
    return made;
}

static bool
same_modifiers(const XModifierKeymap *now, const ChanWindowKeymap *m)
{
    uint8_t has[CHAN_WINDOW_KEYMAP_KEYS] = {0};

    for (int i = 0; i < MODIFIERS * now->max_keypermod; i++)
        if (now->modifiermap[i] >= CHAN_WINDOW_KEY_FIRST)
            has[now->modifiermap[i] - CHAN_WINDOW_KEY_FIRST] |=
                (uint8_t)(1u << (i / now->max_keypermod));
    return memcmp(has, m->modifiers, sizeof has) == 0;
}

// False: not while a modifier's key is held.
static bool
apply_modifiers(RaConn *conn, const ChanWindowKeymap *m, bool *changed)
{
    XModifierKeymap *now = XGetModifierMapping(conn->dpy);
    bool same = !now || same_modifiers(now, m), done = true;

    if (!same) {
        XModifierKeymap *wanted = modifiers_of(m);
        done = XSetModifierMapping(conn->dpy, wanted) == MappingSuccess;
        if (!done)
            g_message("The X server does not take the host's modifier keys now");
        XFreeModifiermap(wanted);
    }
    if (now)
        XFreeModifiermap(now);
    *changed = !same && done;
    return done;
}

bool
ra_keymap_apply(RaConn *conn, const ChanWindowKeymap *m, bool *changed)
{
    bool modifiers;
    bool symbols = apply_symbols(conn, m);
    bool done = apply_modifiers(conn, m, &modifiers);

    *changed = symbols || modifiers;
    return done;
}
