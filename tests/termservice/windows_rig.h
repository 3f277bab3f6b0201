// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/integration/session_harness.h"
#include "tests/termservice/double_rig.h"

#include <stdbool.h>

// casement-session with the double, and what its windows must look like: the double's desk again,
// written down from what it was told. In every commit every pixel is checked to be the window's
// own: of a picture it has had, or black where it was never painted.

#define RIG_SEEDS 16
// The log-on screen, which is shown smaller so that it fits the host's with a frame around it.
#define RIG_LOGON_WIDTH 1203
#define RIG_LOGON_HEIGHT 752
#define RIG_LOGON_TITLE "probe: log-on screen"

typedef struct {
    guint32 id, owner; // owner 0: none
    char *title;
    guint32 seeds[RIG_SEEDS]; // pictures it had; the last one is shown
    guint n_seeds;
    ViewRect rect; // when neither minimised nor maximised
    ViewState state;
    int corner; // side of what its upper corners lack
} RigWindow;

typedef struct {
    DoubleRig *rig;
    Harness *h;
    char *directory, *path;
    bool classic;
    GPtrArray *stack; // of RigWindow, top first
    guint configured; // serial of the last move of the host's
    guint foreign;    // pixels of commits that were not the window's
    guint events;
} WindowsRig;

// The double with three programs, one, two, three, and `options`; signed in.
WindowsRig *windows_rig_new(const char *profile, const char *options);
void windows_rig_free(WindowsRig *w);

// Whether a pixel of its window is the log-on screen's.
bool windows_rig_is_screen(guint32 pixel, int x, int y);

// Starts a program by the session, and waits for its window.
RigWindow *windows_rig_exec(WindowsRig *w, const char *app);
// The double opens a window by itself.
RigWindow *windows_rig_open(WindowsRig *w, const char *title);

// Each tells the double, and waits until it has done it.
void windows_rig_move(WindowsRig *w, RigWindow *window, ViewRect to);
void windows_rig_show(WindowsRig *w, RigWindow *window, ViewState state);
void windows_rig_title(WindowsRig *w, RigWindow *window, const char *title);
void windows_rig_paint(WindowsRig *w, RigWindow *window, guint32 seed);
void windows_rig_shape(WindowsRig *w, RigWindow *window, int corner);
void windows_rig_raise(WindowsRig *w, RigWindow *window);
RigWindow *windows_rig_popup(WindowsRig *w, RigWindow *owner);
void windows_rig_close(WindowsRig *w, RigWindow *window);

// The host's user does it, by the session.
void windows_rig_host_focus(WindowsRig *w, RigWindow *window);
void windows_rig_host_move(WindowsRig *w, RigWindow *window, ViewRect to);
void windows_rig_host_state(WindowsRig *w, RigWindow *window, ViewState state);

// A command of the double's, until it is done; a line of its, which must come.
void windows_rig_tell(WindowsRig *w, const char *command);
void windows_rig_expect(WindowsRig *w, const char *beginning);

// Waits until every window is shown as it must be, and that is one event.
void windows_rig_settle(WindowsRig *w, const char *what);
