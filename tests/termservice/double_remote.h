// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <freerdp/freerdp.h>
#include <glib.h>
#include <stdbool.h>

// The RemoteApp half of the double's client: what the server's orders and pixels make of windows.
// It checks what must hold of every order: a window is created once, and known when it is changed.

typedef struct {
    guint32 id, owner, show;
    int x, y, width, height;
    guint32 style;
    char *title;
    guint icons;
    bool mapped;
    guint16 surface;
} RemoteWindow;

typedef struct {
    rdpContext *context;
    void *rail, *gfx;    // RailClientContext, RdpgfxClientContext
    GHashTable *windows; // id → RemoteWindow
    GArray *stack;       // of guint32, topmost first
    guint32 active;
    bool synchronized, unmonitored, extended; // the last: HandshakeEx came
    int exec_result;                          // -1: none came
    guint32 exec_raw;
    char *app_id, *image;
    guint32 min_width;                // of the last Min Max Info
    guint32 move_started, move_ended; // windows
    guint notify_icons;
} DoubleRemote;

// Before freerdp_connect; the hooks are called from those of the instance.
DoubleRemote *double_remote_new(freerdp *instance);
void double_remote_free(DoubleRemote *remote);
// The library's callbacks until the next call are this one's.
void double_remote_enter(DoubleRemote *remote);
void double_remote_pre_connect(DoubleRemote *remote);
void double_remote_post_connect(DoubleRemote *remote);

RemoteWindow *double_remote_window(const DoubleRemote *remote, guint32 id);
// 0xRRGGBB of the window's surface; without one, of the screen where the window is. Place (0, 0)
// of window 0 is the screen's.
guint32 double_remote_pixel(const DoubleRemote *remote, guint32 id, int x, int y);
// Every pixel of the window is what the double says it is.
bool double_remote_shows(const DoubleRemote *remote, guint32 id, guint32 seed);

void double_remote_exec(DoubleRemote *remote, const char *program);
void double_remote_ask_app(DoubleRemote *remote, guint32 id);
void double_remote_move(DoubleRemote *remote, guint32 id, int x, int y, int width, int height);
void double_remote_command(DoubleRemote *remote, guint32 id, guint16 command);
void double_remote_activate(DoubleRemote *remote, guint32 id);
