// SPDX-License-Identifier: Apache-2.0
#pragma once

// What casement-session and casement-remoteapp agree on beyond [MS-RDPERP]. Everything stays within
// the standard's own messages, so that a foreign client or server sees nothing unusual: each end
// uses an extension only when the other's handshake carried CHAN_RAIL_BUILD.

// buildNumber in the Handshake and HandshakeEx PDUs of both ends ([MS-RDPERP] 2.2.2.2.1).
#define CHAN_RAIL_BUILD 0x0000ca5eu

// Client → server: a Client Notify Event PDU ([MS-RDPERP] 2.2.2.5.1) with this notifyIconId is no
// click on a notification icon, but a request about windowId; message says which.
#define CHAN_RAIL_REQUEST_ID 0xca5e0001u

typedef enum {
    // The host's pointer entered the window: restack it on top of the guest's others without
    // giving it focus, since pointer events name no window and the topmost gets them. windowId 0:
    // it left them all, so that no window of the guest is under the pointer. Said before the first
    // exec, too.
    CHAN_RAIL_REQUEST_RAISE = 1,
    // What the host's desktop does that toolkits look for before they draw: windowId is a set of
    // ChanRailLooks and no window's. Sent before the first exec and when it changes.
    CHAN_RAIL_REQUEST_LOOKS = 2,
    // The host's scale as its toolkits find it, which windowId is: the resource Xft.dpi in 1/1024,
    // XSETTINGS' Xft/DPI in 1/1024, and Gdk/WindowScalingFactor; 0: the host does not say it. All
    // three in this order before the first exec and when one changes; they count with the last.
    CHAN_RAIL_REQUEST_RESOURCE_DPI = 3,
    CHAN_RAIL_REQUEST_SETTINGS_DPI = 4,
    CHAN_RAIL_REQUEST_WINDOW_SCALE = 5,
    // As RAISE, and above the windows that it owns: the host shows it so (i3 raises what is
    // clicked on alone).
    CHAN_RAIL_REQUEST_RAISE_ALONE = 6,
} ChanRailRequest;

typedef enum {
    // The window manager marks the window with the focus (_NET_WM_STATE_FOCUSED, EWMH 1.5).
    CHAN_LOOKS_FOCUS_MARKED = 1u << 0,
    // There is a compositor (an owner of _NET_WM_CM_Sn): alpha is seen.
    CHAN_LOOKS_COMPOSITED = 1u << 1,
    // The window manager knows _GTK_FRAME_EXTENTS: programs may draw their own shadows.
    CHAN_LOOKS_OWN_SHADOWS = 1u << 2,
    // From this bit on, five: which of CHAN_WM_NAMES the window manager is, counted from 1; 0:
    // another.
    CHAN_LOOKS_WM_SHIFT = 3,
    CHAN_LOOKS_WM = 0x1fu << CHAN_LOOKS_WM_SHIFT,
    // There is an input method (XIM) that programs may take: the guest's have one that stands for
    // it.
    CHAN_LOOKS_INPUT_METHOD = 1u << 8,
    // The window manager says of each window which of its edges lie at the screen's or at another
    // window's (_GTK_EDGE_CONSTRAINTS): programs draw no shadow there.
    CHAN_LOOKS_EDGES = 1u << 9,
    // The window manager knows _NET_WM_FULLSCREEN_MONITORS.
    CHAN_LOOKS_MONITORS = 1u << 10,
    CHAN_LOOKS_ALL = (1u << 11) - 1,
    CHAN_LOOKS_DEFAULT = CHAN_LOOKS_FOCUS_MARKED | CHAN_LOOKS_OWN_SHADOWS, // until one is told
} ChanRailLooks;

// What window managers call themselves in _NET_WM_NAME (EWMH 1.5): programs choose by it whether
// to draw their own frames (Chromium) and how a window's place is meant (Java).
#define CHAN_WM_NAMES(X)                                                                           \
    X("Openbox")                                                                                   \
    X("Xfwm4")                                                                                     \
    X("Mutter")                                                                                    \
    X("GNOME Shell")                                                                               \
    X("KWin")                                                                                      \
    X("i3")                                                                                        \
    X("Mutter (Muffin)")                                                                           \
    X("Metacity (Marco)")                                                                          \
    X("Metacity")                                                                                  \
    X("Compiz")                                                                                    \
    X("Fluxbox")                                                                                   \
    X("IceWM")                                                                                     \
    X("awesome")                                                                                   \
    X("bspwm")                                                                                     \
    X("qtile")                                                                                     \
    X("xmonad")                                                                                    \
    X("Enlightenment")

// An icon of the tray (StatusNotifierItem of a Linux guest's program) is a Notification Icon State
// order ([MS-RDPERP] 2.2.1.3.2) like those of a Windows, with a window id that no window has, which
// an application id is told of as of a window. To our client its version is CHAN_RAIL_ITEM with
// ChanRailItemFlags, and no NOTIFYICON_VERSION. What the user does with it is then no mouse
// message: notifyIconId is CHAN_RAIL_ITEM_EVENT + ChanRailItemEvent, message its value. The guest's
// pointer has been moved to where that was.
#define CHAN_RAIL_ITEM 0xca5e0000u
#define CHAN_RAIL_ITEM_EVENT 0xca5e0100u

typedef enum {
    CHAN_RAIL_ITEM_HAS_MENU = 1u << 0, // MENU of the window channel tells it
    CHAN_RAIL_ITEM_IS_MENU = 1u << 1,  // nothing else: a click opens it, too
    CHAN_RAIL_ITEM_FLAGS = (1u << 2) - 1,
} ChanRailItemFlags;

typedef enum {
    CHAN_RAIL_ITEM_ACTIVATE = 1,
    CHAN_RAIL_ITEM_SECONDARY = 2,
    CHAN_RAIL_ITEM_CONTEXT_MENU = 3,
    CHAN_RAIL_ITEM_SCROLL = 4,       // down; value: a distance with sign
    CHAN_RAIL_ITEM_SCROLL_RIGHT = 5, // likewise
    CHAN_RAIL_ITEM_MENU_CLICKED = 6, // value: the entry's id
    CHAN_RAIL_ITEM_MENU_OPENS = 7,   // value: the submenu's id; 0: the menu's
    CHAN_RAIL_ITEM_MENU_CLOSED = 8,  // likewise
    CHAN_RAIL_ITEM_EVENT_LAST = CHAN_RAIL_ITEM_MENU_CLOSED,
} ChanRailItemEvent;

// Server → client: the rawResult of an exec result PDU ([MS-RDPERP] 2.2.2.3.2) with RAIL_EXEC_S_OK
// is the program's process in the guest, by which its end is known (PROGRAM_ENDED); 0 when it has
// none of its own, as with D-Bus activation.
//
// An exec's program is "||ID" for a published application, its arguments one line in which each
// is quoted like this: separated by a space; an argument that is empty or
// holds a space, a tab or a double quote stands in double quotes, inside which \" and \\ stand for
// the character itself; elsewhere a backslash is a backslash.
//
// Window styles as casement-remoteapp sends and casement-session reads them, first match:
//   WS_POPUP, WS_EX_TOOLWINDOW and WS_EX_TRANSPARENT (or WS_EX_NOACTIVATE)  tooltip
//   WS_POPUP, no WS_EX_TOOLWINDOW, WS_EX_NOACTIVATE                         splash screen
//   WS_POPUP, no WS_CAPTION, owner or WS_EX_TOOLWINDOW, no WS_EX_APPWINDOW  menu, combo box
//   WS_CAPTION and WS_EX_DLGMODALFRAME (modal), or WS_CAPTION and owner     dialog
//   WS_CAPTION and WS_EX_TOOLWINDOW                                         utility
//   no WS_CAPTION                                                           normal, own frame
//   anything else                                                           normal
// WS_THICKFRAME: resizable; WS_SYSMENU: closable; WS_MINIMIZEBOX, WS_MAXIMIZEBOX; WS_EX_TOPMOST:
// above; WS_EX_LAYERED: pixels have alpha; WS_EX_TOOLWINDOW: not in the taskbar.
