// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <glib.h>
#include <stdbool.h>

// The machine's desktop: its windows and their stacking. Pure: knows no RDP connection.

typedef struct {
    int x, y, width, height;
} Area;

typedef enum { SHOW_HIDDEN = 0, SHOW_MINIMIZED = 2, SHOW_MAXIMIZED = 3, SHOW_NORMAL = 5 } Show;

typedef struct {
    guint32 id, owner; // like window handles; owner 0: none
    guint32 style, ex_style;
    char *title;
    char *app;           // the alias it was started by; "" for the shell's own
    char *model, *image; // its AppUserModelID, NULL: none of its own; its program's path
    guint32 process;
    Show show;
    Area normal;  // where it is when neither minimized nor maximized
    guint32 seed; // of its picture
    // Of what Windows draws around it, while it is maximized beyond the work area but for the
    // title.
    struct {
        int left, top, right, bottom;
    } frame;
    Area maximized; // where its client has put it since; without a width: nowhere
    int corner;     // side of the squares that its upper corners lack
} Window;

typedef struct {
    GPtrArray *stack; // of Window, topmost first; owns them
    guint32 active;   // 0: none
    int width, height;
    Area work; // what a maximized window fills
    guint made;
} Desk;

Desk *desk_new(int width, int height);
void desk_free(Desk *desk);

// The client's size is the desktop's.
void desk_resize(Desk *desk, int width, int height);

// NULL if there is none.
Window *desk_find(const Desk *desk, guint32 id);

// On top of the others and hidden, as Windows makes windows. With an owner it is a popup.
Window *desk_add(Desk *desk, const char *title, const char *app, guint32 owner);
// And what it owns.
void desk_remove(Desk *desk, guint32 id);

// To the top with what it owns above it, and active; 0 makes none active.
void desk_activate(Desk *desk, guint32 id);

void desk_show(Window *window, Show show);
// Elsewhere: a maximized one too, which stays that and goes back to where it was before.
void desk_place(Window *window, const Area *area);

// Where the window is now: minimized ones are at -32000, -32000.
Area desk_area(const Desk *desk, const Window *window);
// The place in it, counted from its corner, is the window's.
bool desk_in_shape(const Window *window, const Area *area, int x, int y);
// It has pixels on the screen.
bool desk_visible(const Window *window);
// The topmost visible window there, or NULL.
Window *desk_at(const Desk *desk, int x, int y);
