// SPDX-License-Identifier: Apache-2.0
#pragma once

// Plays the broker's and the view's end of a casement-session in a test, with real packets.

#include "channel/control.h"
#include "rdpbridge/viewproto.h"

#include <glib.h>

typedef struct {
    guint32 id;
    const guint8 *pixels; // mapped read-only
    gsize size;
    guint32 window, width, height, stride;
    ViewPixelsWay way;
} HarnessBuffer;

typedef struct {
    guint32 id;
    ViewWindow window;
    char title[VIEW_TITLE_MAX + 1];
    ViewCommit commit; // the last one; serial 0: none
    guint32 icon_width, icon_height;
    guint64 damaged; // pixels of all commits together
    gboolean gone;
} HarnessWindow;

typedef struct Harness Harness;

struct Harness {
    GPid pid;
    int control, view;  // our ends; -1: closed
    GPtrArray *windows; // of HarnessWindow
    GPtrArray *buffers; // of HarnessBuffer, until they are gone
    GArray *results;    // of CtlExecResult
    GArray *infos;      // of CtlWindow
    GString *notices;
    ViewPixelsWay way;                 // of all buffers,
    gboolean any_way;                  // or of none in particular
    gboolean ready, fatal, hold_shown; // hold_shown: answer no commit
    guint slow_us;                     // a view that takes so long for each packet
    guint32 active;
    ViewMoveLoop move_loop; // the last one
    GArray *stack;          // of guint32
    guint sound_blocks;
    GByteArray *sound;
    guint32 sound_rate, sound_channels, sound_target_ms;
    GString *clip;
    ViewClip clip_offers[CHAN_CLIP_SELECTIONS], clip_want; // the last ones
    guint32 clip_done;
    guint32 settled;     // the last VIEW_MSG_SETTLED,
    guint settled_count; // of so many
    guint cursors;
    guint32 notice_code;
    GPtrArray *tray; // of CtlTray with its pixels, as they are now
    GString *balloons;
    gboolean sign_in_failed, sign_in_again;
    // Called for each commit before it is answered: until then its pixels stay as they are.
    void (*on_commit)(Harness *h, HarnessWindow *window, const ViewRect *damage, guint n_damage,
                      gpointer user);
    gpointer user;
};

// Starts casement-session with the stream rdp_fd, which is taken. Sends SETUP, SCREEN and LAYOUT.
Harness *harness_new(int take_rdp_fd, guint width, guint height, guint32 setup_flags);
// Ends the session by its pid, if it has not ended itself.
void harness_free(Harness *harness);

// A new pair; the session gets its end by CTL_VIEW. What was known of windows is forgotten.
void harness_new_view(Harness *harness);

// Takes packets until check says TRUE; fails the test after the deadline with what in words.
typedef gboolean (*HarnessCheck)(Harness *harness, gpointer user);
void
harness_wait(Harness *harness, HarnessCheck check, gpointer user, guint seconds, const char *what);
// Takes what is there now, and up to ms more; for checks that nothing happens.
void harness_drain(Harness *harness, guint ms);

// Waits for the process and returns its exit status as of waitpid.
int harness_wait_exit(Harness *harness, guint seconds);

// The session's end of a stream of pixels, which is taken.
void harness_give_pixels(Harness *harness, int take_fd);
void harness_send_control(Harness *harness, gconstpointer message, gsize size, int fd);
void harness_send_view(Harness *harness, gconstpointer message, gsize size, int fd);
void harness_send_screen(Harness *harness, guint width, guint height);
void harness_exec(Harness *harness, guint32 serial, CtlExecKind kind, const char *program,
                  const char *const *args);

// NULL: there is none, or it is gone.
const CtlTray *harness_tray(Harness *harness, guint32 window, guint32 icon);

HarnessWindow *harness_window_titled(Harness *harness, const char *part);
HarnessWindow *harness_window(Harness *harness, guint32 id);
HarnessBuffer *harness_buffer(Harness *harness, guint32 id);
// The pixel as 0xRRGGBB of the window's last commit.
guint32 harness_pixel(Harness *harness, HarnessWindow *window, guint x, guint y);

// The build's program of that name.
char *harness_program(const char *name);
