// SPDX-License-Identifier: Apache-2.0
#pragma once

// The connection to the guest's X server: extensions, atoms, errors, and reading of properties.
//
// Xlib writes, XCB reads: a reply that is an error comes back as NULL, so that a window that
// vanished costs nothing. Errors of requests without a reply are expected for the same reason and
// are dropped. Xlib and XCB share one socket; events stay with Xlib.

#include <X11/Xlib.h>
#include <glib.h>
#include <stdbool.h>
#include <xcb/xcb.h>

#define RA_ATOMS(X)                                                                                \
    X(WM_PROTOCOLS)                                                                                \
    X(WM_DELETE_WINDOW)                                                                            \
    X(WM_TAKE_FOCUS)                                                                               \
    X(WM_STATE)                                                                                    \
    X(WM_WINDOW_ROLE)                                                                              \
    X(WM_CHANGE_STATE)                                                                             \
    X(WM_CLIENT_LEADER)                                                                            \
    X(WM_S0)                                                                                       \
    X(MANAGER)                                                                                     \
    X(UTF8_STRING)                                                                                 \
    X(COMPOUND_TEXT)                                                                               \
    X(TEXT_PLAIN_UTF8)                                                                             \
    X(TEXT_HTML)                                                                                   \
    X(IMAGE_PNG)                                                                                   \
    X(IMAGE_BMP)                                                                                   \
    X(TEXT)                                                                                        \
    X(TARGETS)                                                                                     \
    X(MULTIPLE)                                                                                    \
    X(TIMESTAMP)                                                                                   \
    X(INCR)                                                                                        \
    X(CLIPBOARD)                                                                                   \
    X(SAVE_TARGETS)                                                                                \
    X(CLIPBOARD_MANAGER)                                                                           \
    X(_CASEMENT_FENCE)                                                                             \
    X(_CASEMENT_TARGETS)                                                                           \
    X(_CASEMENT_CLIPBOARD)                                                                         \
    X(_CASEMENT_PRIMARY)                                                                           \
    X(_CASEMENT_PRIMARY_TARGETS)                                                                   \
    X(_NET_WM_SYNC_REQUEST_COUNTER)                                                                \
    X(_CASEMENT_TIME)                                                                              \
    X(_CASEMENT_BORROWED_KEYS)                                                                     \
    X(_NET_SYSTEM_TRAY_S0)                                                                         \
    X(_NET_SYSTEM_TRAY_OPCODE)                                                                     \
    X(_NET_SYSTEM_TRAY_MESSAGE_DATA)                                                               \
    X(_NET_SYSTEM_TRAY_ORIENTATION)                                                                \
    X(_NET_SYSTEM_TRAY_VISUAL)                                                                     \
    X(_XEMBED)                                                                                     \
    X(_XEMBED_INFO)                                                                                \
    X(_MOTIF_WM_HINTS)                                                                             \
    X(_GTK_FRAME_EXTENTS)                                                                          \
    X(_GTK_EDGE_CONSTRAINTS)                                                                       \
    X(_NET_WM_OPAQUE_REGION)                                                                       \
    X(_NET_WM_BYPASS_COMPOSITOR)                                                                   \
    X(_NET_WM_FULLSCREEN_MONITORS)                                                                 \
    X(_GTK_THEME_VARIANT)                                                                          \
    X(_NET_WM_WINDOW_OPACITY)                                                                      \
    X(_NET_WM_CM_S0)                                                                               \
    X(_XSETTINGS_S0)                                                                               \
    X(_XSETTINGS_SETTINGS)                                                                         \
    X(_NET_SUPPORTED)                                                                              \
    X(_NET_SUPPORTING_WM_CHECK)                                                                    \
    X(_NET_CLIENT_LIST)                                                                            \
    X(_NET_CLIENT_LIST_STACKING)                                                                   \
    X(_NET_NUMBER_OF_DESKTOPS)                                                                     \
    X(_NET_CURRENT_DESKTOP)                                                                        \
    X(_NET_DESKTOP_GEOMETRY)                                                                       \
    X(_NET_DESKTOP_VIEWPORT)                                                                       \
    X(_NET_WORKAREA)                                                                               \
    X(_NET_ACTIVE_WINDOW)                                                                          \
    X(_NET_CLOSE_WINDOW)                                                                           \
    X(_NET_MOVERESIZE_WINDOW)                                                                      \
    X(_NET_RESTACK_WINDOW)                                                                         \
    X(_NET_WM_MOVERESIZE)                                                                          \
    X(_NET_REQUEST_FRAME_EXTENTS)                                                                  \
    X(_NET_FRAME_EXTENTS)                                                                          \
    X(_NET_STARTUP_ID)                                                                             \
    X(_NET_WM_NAME)                                                                                \
    X(_NET_WM_ICON_NAME)                                                                           \
    X(_NET_WM_ICON)                                                                                \
    X(_NET_WM_PID)                                                                                 \
    X(_NET_WM_FRAME_DRAWN)                                                                         \
    X(_NET_WM_FRAME_TIMINGS)                                                                       \
    X(_NET_WM_PING)                                                                                \
    X(_NET_WM_DESKTOP)                                                                             \
    X(_NET_WM_USER_TIME)                                                                           \
    X(_NET_WM_ALLOWED_ACTIONS)                                                                     \
    X(_NET_WM_ACTION_MOVE)                                                                         \
    X(_NET_WM_ACTION_RESIZE)                                                                       \
    X(_NET_WM_ACTION_MINIMIZE)                                                                     \
    X(_NET_WM_ACTION_MAXIMIZE_HORZ)                                                                \
    X(_NET_WM_ACTION_MAXIMIZE_VERT)                                                                \
    X(_NET_WM_ACTION_FULLSCREEN)                                                                   \
    X(_NET_WM_ACTION_SHADE)                                                                        \
    X(_NET_WM_ACTION_STICK)                                                                        \
    X(_NET_WM_ACTION_ABOVE)                                                                        \
    X(_NET_WM_ACTION_BELOW)                                                                        \
    X(_NET_WM_ACTION_CLOSE)                                                                        \
    X(_NET_WM_STATE)                                                                               \
    X(_NET_WM_STATE_MODAL)                                                                         \
    X(_NET_WM_STATE_STICKY)                                                                        \
    X(_NET_WM_STATE_SHADED)                                                                        \
    X(_NET_WM_STATE_MAXIMIZED_VERT)                                                                \
    X(_NET_WM_STATE_MAXIMIZED_HORZ)                                                                \
    X(_NET_WM_STATE_SKIP_TASKBAR)                                                                  \
    X(_NET_WM_STATE_SKIP_PAGER)                                                                    \
    X(_NET_WM_STATE_HIDDEN)                                                                        \
    X(_NET_WM_STATE_FULLSCREEN)                                                                    \
    X(_NET_WM_STATE_ABOVE)                                                                         \
    X(_NET_WM_STATE_BELOW)                                                                         \
    X(_NET_WM_STATE_DEMANDS_ATTENTION)                                                             \
    X(_NET_WM_STATE_FOCUSED)                                                                       \
    X(_NET_WM_WINDOW_TYPE)                                                                         \
    X(_NET_WM_WINDOW_TYPE_DESKTOP)                                                                 \
    X(_NET_WM_WINDOW_TYPE_DOCK)                                                                    \
    X(_NET_WM_WINDOW_TYPE_TOOLBAR)                                                                 \
    X(_NET_WM_WINDOW_TYPE_MENU)                                                                    \
    X(_NET_WM_WINDOW_TYPE_UTILITY)                                                                 \
    X(_NET_WM_WINDOW_TYPE_SPLASH)                                                                  \
    X(_NET_WM_WINDOW_TYPE_DIALOG)                                                                  \
    X(_NET_WM_WINDOW_TYPE_DROPDOWN_MENU)                                                           \
    X(_NET_WM_WINDOW_TYPE_POPUP_MENU)                                                              \
    X(_NET_WM_WINDOW_TYPE_TOOLTIP)                                                                 \
    X(_NET_WM_WINDOW_TYPE_NOTIFICATION)                                                            \
    X(_NET_WM_WINDOW_TYPE_COMBO)                                                                   \
    X(_NET_WM_WINDOW_TYPE_DND)                                                                     \
    X(_NET_WM_WINDOW_TYPE_NORMAL)

typedef enum {
#define RA_ATOM_ENUM(name) RA_ATOM_##name,
    RA_ATOMS(RA_ATOM_ENUM)
#undef RA_ATOM_ENUM
        RA_ATOM_COUNT
} RaAtom;

#define ATOM(conn, name) ((conn)->atom[RA_ATOM_##name])

typedef struct {
    Display *dpy;
    xcb_connection_t *xcb;
    int screen;
    Window root;
    Window own;    // ours: check window, owner of selections, focus while nothing has it
    Time time;     // the newest server time seen
    guint32 looks; // ChanRailLooks
    bool lost;     // the server is gone; every call returns without effect
    int damage_event, fixes_event;
    int randr_event; // -1: no RandR
    int xkb_event;   // -1: no XKB
    int shape_event; // where has_shape
    bool has_shm, has_shm_pixmaps, has_xtest, has_res, has_shape;
    Atom atom[RA_ATOM_COUNT];
} RaConn;

// NULL with error set when the display cannot be opened or lacks an extension.
RaConn *ra_conn_open(const char *display_name, GError **error);
void ra_conn_close(RaConn *conn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaConn, ra_conn_close)

// Makes a window of ours the owner of a selection that says who manages something, and tells so
// (ICCCM 2.8).
void ra_conn_own(RaConn *conn, Window owner, Atom selection);

// Becomes window manager and compositor. FALSE with error set when there is one.
gboolean ra_conn_manage(RaConn *conn, GError **error);

// The server has done all that was sent before.
void ra_conn_sync(RaConn *conn);

// Whether another client has grabbed the pointer: the server tells nobody, but who tries to.
bool ra_conn_pointer_grabbed(RaConn *conn);

// A source that calls dispatch while events are queued and when ready says so. It looks at Xlib's
// queue before every poll: flushing can read events, and poll() would not see them.
GSource *ra_conn_source_new(RaConn *conn, gboolean (*ready)(gpointer user),
                            void (*dispatch)(gpointer user), gpointer user);

// Properties are asked for and taken later, so that many cost one round trip.
typedef struct {
    Atom type; // None: there is no such property
    int format;
    guint count; // items of format bits; 32-bit items are guint32 here, unlike in Xlib
    const void *data;
    gpointer reply;
} RaProp;

xcb_get_property_cookie_t ra_prop_ask(RaConn *conn, Window window, Atom property, guint max_items);
RaProp ra_prop_take(RaConn *conn, xcb_get_property_cookie_t cookie);
RaProp ra_prop_read(RaConn *conn, Window window, Atom property, guint max_items);
void ra_prop_clear(RaProp *prop);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RaProp, ra_prop_clear)

// The 32-bit items of a property, or none of them when it has another format.
const guint32 *ra_prop_items(const RaProp *prop, guint *count);

// The property as UTF-8 by its type (UTF8_STRING, STRING, COMPOUND_TEXT); NULL when it is no text.
char *ra_prop_text(RaConn *conn, const RaProp *prop);

void ra_prop_set(RaConn *conn, Window window, RaAtom property, Atom type, const long *items,
                 guint count);
void ra_prop_set_text(RaConn *conn, Window window, RaAtom property, const char *utf8);
