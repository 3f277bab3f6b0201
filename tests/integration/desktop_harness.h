// SPDX-License-Identifier: Apache-2.0
#pragma once

// An X server of the test's own, a RaDesktop on it in this process, a record of what it told, and
// programs and windows to try it with.

#include "guestagent/remoteapp/desktop.h"

#include <X11/Xlib.h>
#include <sys/types.h>

typedef struct {
    char *dir; // private: logs, sockets, home
    char *display;
    pid_t server;
    GArray *children; // pid_t
    RaDesktop *desktop;
    Display *client; // a program's connection, for windows of the test itself

    guint n_new, n_gone, n_changed, n_damaged, n_stack, n_lost;
    guint32 last_gone, changed_bits;
    GArray *damaged; // ids since it was last cleared
    GArray *stack;   // top first
    guint32 active;
    guint32 asked;   // for the focus, last
    guint32 lock_of; // whose program wants the pointer's movements alone; 0: none
    int move_loop;   // direction, or -1
    guint n_caret;
    guint32 caret_of;
    ChanWindowCaret caret;
    guint n_cursor;
    RaCursor cursor;
    guint32 offered[CHAN_CLIP_SELECTIONS], wanted[CHAN_CLIP_SELECTIONS]; // kinds
    guint n_offered, n_wanted, n_data;
    ChanClipSelection data_of;
    GBytes *data;
    gint64 longest_us; // turn of the desktop's loop, of which waiting is no part
} Harness;

typedef enum { SERVER_XVFB, SERVER_XORG } ServerKind;

// NULL when the server does not start (Xorg is not everywhere): the test is then skipped.
Harness *harness_new(ServerKind kind);
void harness_free(Harness *h);

void harness_start_desktop(Harness *h);
void harness_stop_desktop(Harness *h);

// Runs the desktop's context until the condition holds; ends the test after 20 s.
#define harness_wait(h, condition)                                                                 \
    do {                                                                                           \
        gint64 deadline_us_ = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;                        \
        while (!(condition))                                                                       \
            harness_turn(h, deadline_us_, #condition, __LINE__);                                   \
    } while (0)
// From now on, the longest time that the loop is busy; then what it was, in microseconds.
void harness_measure(Harness *h);
gint64 harness_measured(Harness *h);
void harness_turn(Harness *h, gint64 deadline_us, const char *condition, int line);

// The X server is killed under everybody.
void harness_end_server(Harness *h);

// Everything that both sides sent has arrived and was handled.
void harness_settle(Harness *h);

// A program on the display, ended with the harness.
pid_t harness_run(Harness *h, const char *const argv[]);
// Runs a program to its end while the desktop works; its output, trailing newline removed.
char *harness_output(Harness *h, const char *const argv[], const char *input);

Window harness_window(Harness *h, int x, int y, int width, int height);
void harness_set_text(Harness *h, Window window, const char *property, const char *text);
void harness_set_atom(Harness *h, Window window, const char *property, const char *value);
void harness_message(Harness *h, Window window, const char *type, const long data[5]);

// The window told of with this title; NULL: none.
const RaWindow *harness_find(Harness *h, const char *title);
const RaWindow *harness_newest(Harness *h);
// The window told of by this id; ends the test when there is none.
const RaWindow *harness_told(Harness *h, guint32 id);

// Gives a window a title and maps it, until it is told of; borrowed. Destroys it, until it is gone.
const RaWindow *harness_map(Harness *h, Window window, const char *title);
void harness_unmap(Harness *h, Window window);

// A pixel of the window as captured; ends the test when it cannot be.
guint32 harness_pixel(Harness *h, guint32 id, int x, int y);
