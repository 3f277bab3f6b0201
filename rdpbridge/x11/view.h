// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the parts of casement-view share: the display, the two sockets, the broker's word (policy
// and the table of applications), and figures. Each part keeps its own state behind a pointer here.

#include "channel/control.h"
#include "channel/glib/packet.h"
#include "rdpbridge/viewproto.h"
#include "rdpbridge/x11/display.h"
#include "rdpbridge/x11/latency.h"

typedef struct HostClipboard HostClipboard;
typedef struct HostControl HostControl;
typedef struct HostCursor HostCursor;
typedef struct HostCover HostCover;
typedef struct HostFocus HostFocus;
typedef struct HostHolder HostHolder;
typedef struct HostHolders HostHolders;
typedef struct HostInputPath HostInputPath;
typedef struct HostKeyboard HostKeyboard;
typedef struct HostLaunches HostLaunches;
typedef struct HostMethod HostMethod;
typedef struct HostMicrophone HostMicrophone;
typedef struct HostPainter HostPainter;
typedef struct HostPointer HostPointer;
typedef struct HostScreen HostScreen;
typedef struct HostSession HostSession;
typedef struct HostSound HostSound;
typedef struct HostGroup HostGroup;
typedef struct HostGroups HostGroups;
typedef struct HostStack HostStack;
typedef struct HostWindow HostWindow;
typedef struct HostWindows HostWindows;

typedef struct View {
    GMainContext *context;
    GMainLoop *loop;
    HostDisplay *x;
    HostControl *control;
    HostSession *session;
    HostHolders *holders;
    HostWindows *windows;
    HostPainter *painter;
    HostScreen *screen;
    HostInputPath *input_path;
    HostKeyboard *keyboard;
    HostMethod *method; // NULL: no input method is named
    HostPointer *pointer;
    HostFocus *focus;
    HostStack *stack;
    HostGroups *groups;
    HostCover *cover;
    HostCursor *cursor;
    HostClipboard *clipboard;
    HostSound *sound;
    HostMicrophone *microphone;
    HostLaunches *launches;

    // From the broker. Until the first SETUP nothing of the session is read.
    CtlSetup setup;
    GHashTable *classes; // app_index → wm_class

    // When the user last pressed a key or button on one of our windows, or what else is ours: µs of
    // CLOCK_MONOTONIC and the server's time; 0: never.
    gint64 press_us;
    Time press_time;
    uint64_t presses; // how many; repetitions of a key that is held do not count
    gint64
        press_elsewhere_us; // of them the last one that was on no window (view_pressed_elsewhere)
    // The window pressed on whose _NET_WM_USER_TIME is told soon (view_pressed); None: none.
    Window user_time_window;
    GSource *user_time_due;

    uint64_t pixels_received, pixels_painted;
    uint64_t pixels_shared;   // of those received: in memory that the guest writes
    uint64_t pixels_streamed; // or over a stream of its own
    HostLatency latency;
    uint32_t frames, sound_underruns;
    // Of windows: what the window manager did that the guest was told of, and what it was asked
    // for.
    uint32_t places_told, states_told, places_asked, states_asked;
    uint64_t maps;   // windows opened or shown again
    uint64_t raises; // windows that the window manager was asked to stack anew or to focus
} View;

View *view_new(GMainContext *context, HostDisplay *take_display);
void view_free(View *view);

// True when the user pressed something on our windows within the last ms.
bool view_pressed_within(const View *view, int ms);

// The user pressed a key or a button on a window of ours. _NET_WM_USER_TIME (EWMH 1.5) follows when
// the press is on its way: the window manager is woken by it. A key that is held and repeats keeps
// the last press in time, and is none of its own.
void view_pressed(View *view, HostWindow *window, Time time, bool repeats);

// The user pressed what is the guest's and no window of ours, and the broker says so. It counts as
// soon as the server has said its time.
void view_pressed_elsewhere(View *view);
// What a window manager says to a window.
void view_client_message(View *view, const XClientMessageEvent *message);

// Ends the main loop; windows are closed by view_free.
void view_quit(View *view);

// The class of an application's windows: from the broker's table alone.
void view_wm_class(const View *view, uint32_t app_index, char *out, size_t size);
