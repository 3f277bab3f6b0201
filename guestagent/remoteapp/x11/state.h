// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the parts of the window manager share. Only desktop.c, desktop_icons.c, manager.c, wm.c,
// ewmh.c, frames.c, stack.c, focus.c, menus.c, owner.c and pixels.c may look inside; cursor, input,
// lock, method, screen and clipboard stand alone.

#include "guestagent/remoteapp/x11/capture.h"
#include "guestagent/remoteapp/x11/client.h"
#include "guestagent/remoteapp/x11/clip_keeper.h"
#include "guestagent/remoteapp/x11/clipboard.h"
#include "guestagent/remoteapp/x11/cursor.h"
#include "guestagent/remoteapp/x11/dock.h"
#include "guestagent/remoteapp/x11/frames.h"
#include "guestagent/remoteapp/x11/identity.h"
#include "guestagent/remoteapp/x11/input.h"
#include "guestagent/remoteapp/x11/keyboard.h"
#include "guestagent/remoteapp/x11/lock.h"
#include "guestagent/remoteapp/x11/method.h"
#include "guestagent/remoteapp/x11/screen.h"
#include "guestagent/remoteapp/x11/settings.h"

#include <gio/gio.h>

// A program that maps more windows than this has the further ones not told of.
#define RA_CLIENTS_MAX 1024

// What damage that is not announced yet waits for (pixels.c).
typedef enum { RA_MERGE_NONE, RA_MERGE_FENCE, RA_MERGE_TIMER } RaMerge;

struct RaDesktop {
    GMainContext *context;
    RaDesktopEvents events;
    gpointer user;
    RaConn *conn;
    GSource *source;
    bool adopted; // windows that were there before us are managed
    bool told_lost;
    bool unsettled; // there is something to tell or to push

    RaIdentity *identity;
    GAppInfoMonitor *app_monitor;

    GHashTable *by_xid, *by_id; // RaClient *, owned by clients
    GPtrArray *clients;         // in the order of mapping
    guint32 last_id;
    bool owners_stale, apps_stale, list_stale;
    gint64 icons_from_us; // when icons that changed are read again
    GSource *icons_timer; // until then; NULL: none waits

    GPtrArray *stack; // RaClient *, bottom first
    bool stack_stale;
    bool shielded;      // conn->own lies above all
    GArray *told_stack; // guint32, top first
    guint32 told_active;
    guint32 asks_active; // the window whose program asked for the focus last, until that is told
    RaClient *active;
    RaClient *take_focus; // gets WM_TAKE_FOCUS when the server's time is known
    unsigned long focus_serial;

    bool hosted;              // a client of ours decides what maximised means, and says it
    ChanWindowHost last_host; // what it said last of a window with a frame
    ChanWindowWorkspaces workspaces;
    RaRect work_area;
    GArray *monitors; // RaRect
    guint placed;

    int merge_fd; // timer of the damage that is being merged
    GSource *merge_source;
    RaMerge merge;
    bool merge_more;    // damage came since the wait began
    bool fence_back;    // ours came back
    gint64 merge_until; // µs: when damage is announced at the latest

    RaCapture *capture;
    RaFrames *frames;
    RaInput *input;
    gint64 input_us;      // ra_desktop_input_us
    RaInputPoint pointer; // where the client had it last
    RaKeyboard *keyboard;
    RaMethod *method;
    guint method_keys; // that it gives later
    guint keys_after;  // so many of them are before this counts; 0: it does
    ChanWindowKeys keys;
    guint32 caret_id; // the window whose caret was told last; 0: none
    ChanWindowCaret caret;
    RaPointerImage *pointer_image;
    RaDock *dock;
    RaLock *lock;
    bool lock_wanted;
    guint32 lock_id; // the window whose program wants the pointer's movements alone; 0: none
    bool locked;     // the client gives them
    RaClipboard *clipboard[CHAN_CLIP_SELECTIONS];
    RaClipKeeper *keeper;
    bool save_waits; // until the client has been told what is to be kept
    guint32 save_serial;
    RaScreen *screen;
    RaSettings *settings;
};

// desktop_icons.c: from now on there is a tray.
void ra_icons_start(RaDesktop *desktop);

// Something changed that ra_settle has to tell or push.
void ra_unsettle(RaDesktop *d);

// On the screen.
RaInputPoint ra_point_of(const RaDesktop *d, int root_x, int root_y);

RaClient *ra_by_xid(RaDesktop *d, Window xid);
RaClient *ra_by_id(RaDesktop *d, guint32 id);
