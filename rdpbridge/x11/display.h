// SPDX-License-Identifier: Apache-2.0
#pragma once

// The connection to the user's X server: visuals, extensions, atoms, and its events in a
// GMainContext. Knows nothing of windows or sessions.
//
// X errors are never fatal: a guest's values can make a request fail, and a window manager may
// destroy a window first. Whoever must know asks in a way that answers.

#include "rdpbridge/x11/atoms.h"

#include <X11/Xlib-xcb.h>
#include <X11/Xlib.h>
#include <glib.h>
#include <stdbool.h>

// Exit codes of the program that come from the display.
#define HOST_EXIT_NO_DISPLAY 3
#define HOST_EXIT_DISPLAY_LOST 4

typedef struct {
    Visual *visual;
    Colormap colormap;
    GC gc;
    int depth;
} HostVisual;

typedef struct HostDisplay HostDisplay;

typedef struct {
    void (*event)(XEvent *event, gpointer user);
    void (*drained)(gpointer user); // no event is left: for what is done once per batch
    // The server said that it could not do the request of this sequence number.
    void (*failed)(unsigned long serial, gpointer user);
} HostDisplayHandler;

struct HostDisplay {
    Display *dpy;
    xcb_connection_t *xcb;
    Window root;
    Window leader; // never mapped: group leader, owner of selections, place of marks
    Atom atoms[HOST_ATOM_COUNT];
    HostVisual opaque, alpha; // alpha.visual may equal opaque's where the server has no depth 32
    bool shm_fds;             // the server takes memory by file descriptor
    int shm_completion;       // event type, or -1
    int xi_opcode;            // -1: no XInput 2.1
    bool has_touch;           // XInput 2.2
    int xkb_event, randr_event, xfixes_event; // first event types, or -1
    Window settings_manager;                  // XSETTINGS; None: there is none
    bool has_sync;                            // counters (X Synchronization Extension)
    bool is_xwayland;                         // what is seen of it a Wayland compositor decides
    GSource *source;
    const HostDisplayHandler *handler;
    gpointer user;
};

// Opens $DISPLAY. NULL with error set, in words for the user, when there is none or it lacks a
// 24 bit TrueColor visual. Only one may exist in a process.
HostDisplay *host_display_open(GError **error);
void host_display_close(HostDisplay *x);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostDisplay, host_display_close)

// Begins to hand events to handler.
void host_display_attach(HostDisplay *x, GMainContext *context, const HostDisplayHandler *handler,
                         gpointer user);

// A property's bytes, at most max (longer: cut). NULL when it is missing or of another type or
// format. For format 32 the items are unsigned long. Free with XFree. n_items may be NULL.
typedef struct {
    Window window;
    Atom property, type;
    int format;
    unsigned long max_items;
} HostPropertyQuery;
void *host_display_property(HostDisplay *x, const HostPropertyQuery *query, unsigned long *n_items);

// Sets a property of format 32.
void host_display_set_longs(HostDisplay *x, Window window, Atom property, Atom type,
                            const long *values, int n);

// Sends a client message of five longs about window to the root window, as window managers want.
void host_display_tell_root(HostDisplay *x, Window window, HostAtom type, const long data[5]);
