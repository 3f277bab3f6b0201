// SPDX-License-Identifier: Apache-2.0
#pragma once

// One mapped window of a program: what it says of itself in properties, and what is told of it.
//
// Properties go through one table (client_props.c): a rule per property takes its bytes, all
// bounded, into the fields below; ra_client_derive then makes the RaWindow of them.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/x11/conn.h"
#include "guestagent/remoteapp/x11/icons.h"
#include "guestagent/remoteapp/x11/rects.h"

#include <X11/extensions/Xdamage.h>

typedef struct {
    bool max_horz, max_vert, fullscreen, minimized;
    bool above, below, sticky, shaded, all_desktops, modal, skip_taskbar, skip_pager, urgent,
        focused;
} RaStates;

typedef struct {
    RaWindow pub; // what is told; first, so that it may be told as it is
    Window xid;
    int depth;
    int border; // of a popup, which its rectangle and its pixels have around them
    bool override_redirect;
    bool told;
    bool put_away;       // unmapped while it is minimised
    guint unmaps;        // by us, whose events are to come
    bool app_stale;      // app_id is to be found again
    guint64 launches;    // ra_identity_launches when it came
    guint32 stale_rules; // properties that changed and were not read yet
    guint32 changed;     // RaChange bits that were not told yet

    char *names[CHAN_NAMES]; // NULL: there is none
    char *class_instance, *class_name, *own_startup_id;
    Window transient_for, group, leader;
    bool has_transient;
    guint32 claimed_pid, server_pid;
    int type; // RaAtom of the first known _NET_WM_WINDOW_TYPE, or -1
    bool accepts_input, hint_urgent, starts_iconic;
    Pixmap icon_pixmap, icon_mask;
    guint32 hint_flags; // of WM_NORMAL_HINTS
    bool positioned;    // the program or its user chose the place
    bool no_decorations, frame_extents;
    bool can_delete, can_take_focus;
    Time pinged_at; // the last _NET_WM_PING; 0: none
    guint32 pinged_serial;
    bool no_focus_on_map; // _NET_WM_USER_TIME 0
    bool was_managed;     // WM_STATE was there when it was met
    RaIcons icons;
    guint icon_items; // 32 bits each, of the property they were read from

    bool has_first_workspace; // its program had set it when it was met
    guint32 first_workspace;
    guint32 workspace;        // that it is on, where it is not on all of them
    guint32 pushed_workspace; // as its program reads it

    RaStates states, pushed_states;
    bool ever_pushed;
    RaRect restore; // before it was maximised or made fullscreen
    // The host's last word, all zero before it said one: told_host.serial and states, and the
    // frame.
    ChanWindowHost told_host;
    ChanWindowHost told_normal; // while it was neither maximised nor full screen
    gulong place_request;       // that gave it the host's place; 0: the server has done it
    RaRect requested;           // by us, last
    gulong requested_by;        // the request; 0: the server has done it, and pub.rect has it

    guint32 popup_owner; // the window that had the focus when this popup came

    // Of its frames (frames.h): the counter that it counts them by, and the last that it drew and
    // has not heard of (0: none), when that was and was shown; and when it may hear of one.
    XID counter, alarm;
    gint64 frame, frame_us, frame_shown_us, frame_due_us;
    ChanWindowPace pace; // refresh_mhz 0: not said

    Damage damage;
    Pixmap pixmap; // None: to be named at the next capture
    RaRects dirty;
    bool asks_for_more; // ra_desktop_asks_for_more
    bool announced;     // damaged() was called and nothing taken since
} RaClient;

// Of a window that exists, with everything read. NULL when it vanished, is InputOnly, or has
// pixels in a format that is not told of (24 and 32 bits are).
RaClient *ra_client_new(RaConn *conn, Window window, guint32 id);
void ra_client_free(RaConn *conn, RaClient *client);

// Where the server has it: x and y of the border's corner, the sizes within it. Whether that is
// another rectangle than before.
bool ra_client_set_rect(RaClient *client, RaRect rect, int border);

// Notes that a property changed; whether it is one that matters.
bool ra_client_property_changed(RaConn *conn, RaClient *client, Atom property);

// Reads what changed, in one round trip, and updates client->pub and client->changed; owner_id,
// app_id, startup_id and rect are left alone. icons: those, too, which else stay as they are until
// later. Returns true when the window's startup id or class changed.
bool ra_client_refresh(RaConn *conn, RaClient *client, bool icons);
// Its icons changed and were not read yet.
bool ra_client_icons_stale(RaConn *conn, const RaClient *client);

// Updates what pub holds of the RaChange bits in what, and notes them as changed.
void ra_client_derive(RaConn *conn, RaClient *client, guint32 what);

// Makes pub's state of client->states, and pushes the difference to _NET_WM_STATE and WM_STATE.
void ra_client_push_states(RaConn *conn, RaClient *client);
// It has the place that the host said last, which is told back.
void ra_client_placed(RaClient *client);
// The next push writes them also when they have not changed.
void ra_client_states_stale(RaClient *client);

// The text of _NET_STARTUP_ID of another window (a leader); NULL: none.
char *ra_client_read_startup_id(RaConn *conn, Window window);

// Told of windows are those that hold something to see.
bool ra_client_presentable(const RaClient *client);
