// SPDX-License-Identifier: Apache-2.0
#pragma once

// The atoms the view uses, interned in one request.

#include <X11/Xlib.h>

#define HOST_ATOMS(X)                                                                              \
    X(UTF8_STRING)                                                                                 \
    X(WM_PROTOCOLS)                                                                                \
    X(WM_DELETE_WINDOW)                                                                            \
    X(WM_TAKE_FOCUS)                                                                               \
    X(WM_STATE)                                                                                    \
    X(WM_CLIENT_LEADER)                                                                            \
    X(WM_WINDOW_ROLE)                                                                              \
    X(WM_CHANGE_STATE)                                                                             \
    X(_MOTIF_WM_HINTS)                                                                             \
    X(_NET_MOVERESIZE_WINDOW)                                                                      \
    X(_NET_WM_PING)                                                                                \
    X(_NET_WM_SYNC_REQUEST_COUNTER)                                                                \
    X(_NET_WM_SYNC_REQUEST)                                                                        \
    X(_NET_WM_PID)                                                                                 \
    X(_NET_WM_NAME)                                                                                \
    X(_NET_WM_ICON)                                                                                \
    X(_NET_WM_ICON_NAME)                                                                           \
    X(_NET_WM_USER_TIME)                                                                           \
    X(_NET_STARTUP_ID)                                                                             \
    X(_NET_STARTUP_INFO)                                                                           \
    X(_NET_STARTUP_INFO_BEGIN)                                                                     \
    X(_NET_ACTIVE_WINDOW)                                                                          \
    X(_NET_SUPPORTED)                                                                              \
    X(_NET_SUPPORTING_WM_CHECK)                                                                    \
    X(_GTK_FRAME_EXTENTS)                                                                          \
    X(_GTK_EDGE_CONSTRAINTS)                                                                       \
    X(_NET_WM_OPAQUE_REGION)                                                                       \
    X(_NET_WM_BYPASS_COMPOSITOR)                                                                   \
    X(_NET_WM_FULLSCREEN_MONITORS)                                                                 \
    X(_GTK_THEME_VARIANT)                                                                          \
    X(_NET_WM_WINDOW_OPACITY)                                                                      \
    X(_NET_WM_STATE_FOCUSED)                                                                       \
    X(_NET_WORKAREA)                                                                               \
    X(_NET_NUMBER_OF_DESKTOPS)                                                                     \
    X(_NET_CURRENT_DESKTOP)                                                                        \
    X(_NET_CLIENT_LIST_STACKING)                                                                   \
    X(_NET_FRAME_EXTENTS)                                                                          \
    X(_NET_WM_MOVERESIZE)                                                                          \
    X(_NET_WM_STATE)                                                                               \
    X(_NET_WM_STATE_MODAL)                                                                         \
    X(_NET_WM_STATE_BELOW)                                                                         \
    X(_NET_WM_STATE_ABOVE)                                                                         \
    X(_NET_WM_STATE_SKIP_TASKBAR)                                                                  \
    X(_NET_WM_STATE_SKIP_PAGER)                                                                    \
    X(_NET_WM_STATE_MAXIMIZED_VERT)                                                                \
    X(_NET_WM_STATE_MAXIMIZED_HORZ)                                                                \
    X(_NET_WM_STATE_FULLSCREEN)                                                                    \
    X(_NET_WM_STATE_HIDDEN)                                                                        \
    X(_NET_WM_STATE_DEMANDS_ATTENTION)                                                             \
    X(_NET_WM_STATE_STICKY)                                                                        \
    X(_NET_WM_STATE_SHADED)                                                                        \
    X(_NET_WM_DESKTOP)                                                                             \
    X(_NET_WM_WINDOW_TYPE)                                                                         \
    X(_NET_WM_WINDOW_TYPE_NORMAL)                                                                  \
    X(_NET_WM_WINDOW_TYPE_DIALOG)                                                                  \
    X(_NET_WM_WINDOW_TYPE_POPUP_MENU)                                                              \
    X(_NET_WM_WINDOW_TYPE_TOOLTIP)                                                                 \
    X(_NET_WM_WINDOW_TYPE_TOOLBAR)                                                                 \
    X(_NET_WM_WINDOW_TYPE_MENU)                                                                    \
    X(_NET_WM_WINDOW_TYPE_DROPDOWN_MENU)                                                           \
    X(_NET_WM_WINDOW_TYPE_NOTIFICATION)                                                            \
    X(_NET_WM_WINDOW_TYPE_COMBO)                                                                   \
    X(_NET_WM_WINDOW_TYPE_DND)                                                                     \
    X(_NET_WM_WINDOW_TYPE_SPLASH)                                                                  \
    X(_NET_WM_WINDOW_TYPE_UTILITY)                                                                 \
    X(_XSETTINGS_S0)                                                                               \
    X(_XSETTINGS_SETTINGS)                                                                         \
    X(MANAGER)                                                                                     \
    X(_XKB_RULES_NAMES)                                                                            \
    X(RESOURCE_MANAGER)                                                                            \
    X(CLIPBOARD)                                                                                   \
    X(TARGETS)                                                                                     \
    X(MULTIPLE)                                                                                    \
    X(TIMESTAMP)                                                                                   \
    X(INCR)                                                                                        \
    X(TEXT)                                                                                        \
    X(CASEMENT_CLIPBOARD)                                                                          \
    X(CASEMENT_CLIPBOARD_TARGETS)                                                                  \
    X(CASEMENT_PRIMARY)                                                                            \
    X(CASEMENT_PRIMARY_TARGETS)                                                                    \
    X(CASEMENT_PRESSED)                                                                            \
    X(CASEMENT_KEEPER)                                                                             \
    X(CLIPBOARD_MANAGER)                                                                           \
    X(SAVE_TARGETS)                                                                                \
    X(CASEMENT_MARK)

// Those whose name is no identifier.
#define HOST_MIME_ATOMS(X)                                                                         \
    X(TEXT_PLAIN_UTF8, "text/plain;charset=utf-8")                                                 \
    X(TEXT_PLAIN, "text/plain")                                                                    \
    X(TEXT_HTML, "text/html")                                                                      \
    X(IMAGE_PNG, "image/png")                                                                      \
    X(IMAGE_BMP, "image/bmp")

#define HOST_ATOM_ENUM(name) ATOM_##name,
#define HOST_MIME_ATOM_ENUM(name, text) ATOM_##name,
typedef enum {
    HOST_ATOMS(HOST_ATOM_ENUM) HOST_MIME_ATOMS(HOST_MIME_ATOM_ENUM) HOST_ATOM_COUNT
} HostAtom;
#undef HOST_MIME_ATOM_ENUM
#undef HOST_ATOM_ENUM

// Fills atoms. One round trip.
void host_atoms_intern(Display *display, Atom atoms[HOST_ATOM_COUNT]);
