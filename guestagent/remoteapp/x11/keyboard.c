// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/keyboard.h"

#include "guestagent/remoteapp/x11/keymap.h"

#include <stdio.h> // XKBrules.h needs it

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/extensions/XKBrules.h>
#include <X11/keysym.h>
#include <stdlib.h>
#include <string.h>

#define RULES_FILE "/usr/share/X11/xkb/rules/evdev"
#define RULES_NAME "evdev"
#define BORROWED_MAX 32

typedef struct {
    guint keycode;
    KeySym keysym; // NoSymbol: free
    guint used;    // larger is later
} Borrowed;

struct RaKeyboard {
    RaConn *conn;
    Borrowed borrowed[BORROWED_MAX];
    guint n_borrowed;
    bool looked;            // for free key codes
    bool marked;            // the server's map is other than its layout, by us or a predecessor
    bool stale;             // the layout has to be loaded again
    ChanWindowKeymap *host; // NULL: its keys mean what the layout says
    bool unapplied;         // the server's do not mean that yet
    guint uses;
};

static bool
same_name(const char *a, const char *b)
{
    return g_strcmp0(a ? a : "", b ? b : "") == 0;
}

// wanted NULL: any layout with the key codes of evdev.
static bool
has_layout(RaConn *conn, const XkbRF_VarDefsRec *wanted)
{
    char *rules = NULL;
    XkbRF_VarDefsRec names = {0};
    bool same = XkbRF_GetNamesProp(conn->dpy, &rules, &names) && same_name(rules, RULES_NAME);
    if (wanted)
        same = same && same_name(names.model, wanted->model) &&
               same_name(names.layout, wanted->layout) &&
               same_name(names.variant, wanted->variant) &&
               same_name(names.options, wanted->options);
    free(rules);
    free(names.model);
    free(names.layout);
    free(names.variant);
    free(names.options);
    return same;
}

RaKeyboard *
ra_keyboard_new(RaConn *conn)
{
    RaKeyboard *keyboard = g_new0(RaKeyboard, 1);
    keyboard->conn = conn;
    RaProp mark = ra_prop_read(conn, conn->root, ATOM(conn, _CASEMENT_BORROWED_KEYS), 1);
    keyboard->marked = keyboard->stale = mark.type != None;
    ra_prop_clear(&mark);
    if (conn->xkb_event >= 0 && !has_layout(conn, NULL))
        ra_keyboard_set_layout(keyboard, NULL, NULL, NULL, NULL);
    return keyboard;
}

void
ra_keyboard_free(RaKeyboard *keyboard)
{
    if (!keyboard)
        return;
    g_free(keyboard->host);
    g_free(keyboard);
}

// Names become part of a file that the server compiles: no more than names have.
static char *
checked(const char *untrusted_name, const char *otherwise)
{
    bool good = untrusted_name && *untrusted_name && strlen(untrusted_name) < 256 &&
                strspn(untrusted_name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_-,:") == strlen(untrusted_name);
    return g_strdup(good ? untrusted_name : otherwise);
}

static void
free_components(XkbComponentNamesRec *components)
{
    free(components->keymap);
    free(components->keycodes);
    free(components->types);
    free(components->compat);
    free(components->symbols);
    free(components->geometry);
}

static bool
load(RaKeyboard *keyboard, XkbRF_VarDefsRec *names)
{
    RaConn *conn = keyboard->conn;
    XkbRF_RulesPtr rules = XkbRF_Load((char *)RULES_FILE, (char *)"C", True, True);
    if (!rules) {
        g_warning("No keyboard layouts: cannot read %s (package xkb-data)", RULES_FILE);
        return false;
    }
    XkbComponentNamesRec components = {0};
    XkbDescPtr loaded = NULL;
    if (XkbRF_GetComponents(rules, names, &components)) {
        guint need =
            XkbGBN_TypesMask | XkbGBN_CompatMapMask | XkbGBN_SymbolsMask | XkbGBN_KeyNamesMask;
        loaded = XkbGetKeyboardByName(conn->dpy, XkbUseCoreKbd, &components,
                                      XkbGBN_AllComponentsMask, need, True);
    }
    free_components(&components);
    XkbRF_Free(rules, True);
    if (!loaded)
        return false;
    XkbFreeKeyboard(loaded, 0, True);
    XkbRF_SetNamesProp(conn->dpy, (char *)RULES_NAME, names);
    return true;
}

// The property outlives us, so that a successor knows that the layout has to be loaded again.
static void
mark_changed(RaKeyboard *keyboard, bool changed)
{
    RaConn *conn = keyboard->conn;
    Atom mark = ATOM(conn, _CASEMENT_BORROWED_KEYS);
    if (keyboard->marked == changed)
        return;
    keyboard->marked = changed;
    if (changed)
        XChangeProperty(conn->dpy, conn->root, mark, XA_INTEGER, 8, PropModeReplace,
                        (const unsigned char *)"\1", 1);
    else
        XDeleteProperty(conn->dpy, conn->root, mark);
}

void
ra_keyboard_expect(RaKeyboard *keyboard, const ChanWindowKeymap *keymap)
{
    if (keyboard->host && memcmp(keyboard->host, keymap, sizeof *keymap) == 0)
        return;
    g_free(keyboard->host);
    keyboard->host = g_memdup2(keymap, sizeof *keymap);
    keyboard->stale = keyboard->stale || keyboard->marked;
    keyboard->unapplied = true;
}

static void
load_again(RaKeyboard *keyboard, XkbRF_VarDefsRec *names)
{
    if (!load(keyboard, names))
        g_warning("The X server refuses the keyboard layout '%s' variant '%s' (is xkbcomp there?)",
                  names->layout, names->variant);
    else
        mark_changed(keyboard, false);
    keyboard->n_borrowed = 0;
    keyboard->looked = false;
}

void
ra_keyboard_set_layout(RaKeyboard *keyboard, const char *model, const char *layout,
                       const char *variant, const char *options)
{
    if (keyboard->conn->xkb_event < 0 || keyboard->conn->lost)
        return;
    g_autofree char *own_model = checked(model, "pc105");
    g_autofree char *own_layout = checked(layout, "us");
    g_autofree char *own_variant = checked(variant, "");
    g_autofree char *own_options = checked(options, "");
    XkbRF_VarDefsRec names = {
        .model = own_model, .layout = own_layout, .variant = own_variant, .options = own_options};
    // The server runs xkbcomp for a map: every client that connects would wait for it.
    bool loaded = !keyboard->stale && has_layout(keyboard->conn, &names);
    if (loaded && !keyboard->unapplied)
        return;
    if (!loaded)
        load_again(keyboard, &names);
    bool changed = false;
    keyboard->stale = false;
    keyboard->unapplied =
        keyboard->host && !ra_keymap_apply(keyboard->conn, keyboard->host, &changed);
    if (changed)
        mark_changed(keyboard, true);
}

void
ra_keyboard_set_group(RaKeyboard *keyboard, guint group)
{
    if (keyboard->conn->xkb_event >= 0)
        XkbLockGroup(keyboard->conn->dpy, XkbUseCoreKbd, group);
}

void
ra_keyboard_set_repeat(RaKeyboard *keyboard, guint delay_ms, guint interval_ms)
{
    Display *dpy = keyboard->conn->dpy;
    if (keyboard->conn->xkb_event < 0)
        return;
    if (interval_ms == 0) {
        XAutoRepeatOff(dpy);
        return;
    }
    XAutoRepeatOn(dpy);
    XkbSetAutoRepeatRate(dpy, XkbUseCoreKbd, MAX(delay_ms, 1), interval_ms);
}

static bool
row_is_empty(const KeySym *row, int per_keycode)
{
    for (int i = 0; i < per_keycode; i++) {
        if (row[i] != NoSymbol)
            return false;
    }
    return true;
}

static void
find_free_keycodes(RaKeyboard *keyboard)
{
    Display *dpy = keyboard->conn->dpy;
    int min;
    int max;
    int per = 0;
    keyboard->looked = true;
    keyboard->n_borrowed = 0;
    XDisplayKeycodes(dpy, &min, &max);
    KeySym *map = XGetKeyboardMapping(dpy, (KeyCode)min, max - min + 1, &per);
    // From the top: the codes of rare keys.
    for (int k = max; map && k > min && keyboard->n_borrowed < BORROWED_MAX; k--) {
        if (row_is_empty(map + (gsize)(k - min) * (gsize)per, per))
            keyboard->borrowed[keyboard->n_borrowed++] = (Borrowed){.keycode = (guint)k};
    }
    if (map)
        XFree(map);
}

static KeySym
keysym_of(gunichar c)
{
    switch (c) {
    case '\b':
        return XK_BackSpace;
    case '\t':
        return XK_Tab;
    case '\n':
    case '\r':
        return XK_Return;
    case 0x1b:
        return XK_Escape;
    case 0x7f:
        return XK_Delete;
    default:
        break;
    }
    if (c < 0x20 || (c > 0x7f && c < 0xa0) || c > 0x10ffff)
        return NoSymbol;
    return c < 0x100 ? c : 0x01000000 | c;
}

guint
ra_keyboard_keycode_for(RaKeyboard *keyboard, gunichar character)
{
    KeySym keysym = keysym_of(character);
    if (keysym == NoSymbol)
        return 0;
    if (keysym >= 0xff00 && keysym <= 0xffff)
        return XKeysymToKeycode(keyboard->conn->dpy, keysym);
    if (!keyboard->looked)
        find_free_keycodes(keyboard);
    Borrowed *oldest = NULL;
    for (guint i = 0; i < keyboard->n_borrowed; i++) {
        Borrowed *b = &keyboard->borrowed[i];
        if (b->keysym == keysym) {
            b->used = ++keyboard->uses;
            return b->keycode;
        }
        if (!oldest || b->used < oldest->used)
            oldest = b;
    }
    if (!oldest)
        return 0;
    oldest->keysym = keysym;
    oldest->used = ++keyboard->uses;
    mark_changed(keyboard, true);
    keyboard->stale = true;
    XChangeKeyboardMapping(keyboard->conn->dpy, (int)oldest->keycode, 1, &keysym, 1);
    ra_conn_sync(keyboard->conn);
    return oldest->keycode;
}

void
ra_keyboard_set_locks(RaKeyboard *keyboard, bool scroll, bool num, bool caps)
{
    Display *dpy = keyboard->conn->dpy;
    if (keyboard->conn->xkb_event < 0)
        return;
    guint num_mask = XkbKeysymToModifiers(dpy, XK_Num_Lock);
    guint scroll_mask = XkbKeysymToModifiers(dpy, XK_Scroll_Lock);
    guint values = (caps ? LockMask : 0) | (num ? num_mask : 0) | (scroll ? scroll_mask : 0);
    XkbLockModifiers(dpy, XkbUseCoreKbd, LockMask | num_mask | scroll_mask, values);
    XkbSetNamedIndicator(dpy, XInternAtom(dpy, "Scroll Lock", False), True, scroll, False, NULL);
}
