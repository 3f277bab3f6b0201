// SPDX-License-Identifier: Apache-2.0
#pragma once

// One window of the guest on the user's display. What it should look like (wanted) is changed by
// the session's messages and by what the host's window manager does; host_window_push compares it
// with what the server was last told (pushed) and sends the difference, nothing else does.

#include "rdpbridge/x11/buffer.h"
#include "rdpbridge/x11/names.h"
#include "rdpbridge/x11/view.h"

#include <X11/extensions/sync.h>

#define HOST_CLASS_MAX (CHAN_ID_MAX + CTL_GUEST_MAX + 16)
#define HOST_EXPOSED_MAX 16
#define HOST_OWNERS_MAX 8 // of a window that is owned by one that is owned

typedef struct {
    uint32_t min_width, min_height, max_width, max_height;
    uint32_t base_width, base_height, inc_width, inc_height;
} HostSizes;

typedef struct {
    ViewRect geometry; // client area, root coordinates
    uint32_t state;    // ViewState
    uint32_t states;   // ChanStates without HIDDEN, which state is
    uint32_t kind;     // ViewKind, after the rules for popups
    uint32_t flags;    // ViewFlags
    bool override_redirect;
    Window owner;         // None: of no other
    Window group, leader; // of WM_HINTS, and WM_CLIENT_LEADER; None: it has none
    HostSizes sizes;
    bool has_props; // then what they say is the program's own
    ChanWindowProps props;
    bool attention;
    bool urgent; // what its program said last of that
    uint32_t user_time;
    uint32_t icon_serial, shape_serial;
    char wm_class[HOST_CLASS_MAX];
} HostLook;

typedef struct {
    uint32_t width, height;
    uint32_t *pixels; // 0xAARRGGBB
} HostIcon;

typedef struct {
    bool shaped;
    unsigned count;
    ChanWindowRect *rects;
} HostShape;

typedef struct {
    XSyncCounter counter; // None: the server has none
    XSyncValue value;     // that the window manager waits for
    bool asked, configured;
    gint64 sized_us; // when it was given a size that no message was about; 0: it was not
    GSource *late;   // when it is not to wait any longer
} HostSync;

// _NET_WM_PING (ping.h): those that the program has not answered, oldest first.
#define HOST_PINGS_MAX 8
typedef struct {
    uint32_t serial; // of the last
    unsigned n;
    XClientMessageEvent asked[HOST_PINGS_MAX];
} HostPings;

// Whether it is seen (seen.h).
typedef struct {
    bool dirty; // looked at when the batch of events is done
    bool obscured;
    bool covered, painted; // under a compositor (cover.h); since that was looked at
    bool has_desktop;      // was asked
    unsigned long desktop;
    bool has_told;
    ChanWindowPace told;
    GSource *lasts, *fresh; // until it is told that it is not; until its pixels have come
} HostSeen;

// When it last ended to ask for attention, and until it may again (attention.h).
typedef struct {
    gint64 ended_us; // 0: never
    GSource *later;
} HostAttention;

// On which workspace it is (workspaces.h).
typedef struct {
    bool asks;  // its program does, and the host has not put it anywhere since
    bool stale; // the window manager has not been asked
    uint32_t wanted;
    bool dirty; // looked at when the batch of events is done
    bool has_told;
    uint32_t told;
} HostWorkspace;

struct HostWindow {
    View *view;
    uint32_t id; // the guest's
    uint32_t owner_id;
    uint32_t kind; // as the guest said it
    uint32_t app_index;
    Window xid;         // None until the first commit, and while it is lost
    HostHolder *holder; // in whose name it is; NULL: in ours
    GSource *lost;      // until it may come back (lost.h)
    bool lost_with_process;
    bool lost_popup; // not made again before its next commit: it may be over
    bool made;       // once: what comes back is no answer to a launch, and has a place
    const HostVisual *visual;
    uint32_t edge;      // that its X border takes of a popup's rectangle,
    uint32_t edge_left; // and of that what a window manager has left it
    HostLook wanted, pushed;
    HostNames names;
    // The set that a guest of our own sends, or of RAIL's one of up to 32 pixels and one above.
    HostIcon icons[CHAN_WINDOW_ICONS_MAX], coming[CHAN_WINDOW_ICONS_MAX];
    unsigned n_coming;
    HostShape shapes[CHAN_SHAPES]; // by ChanWindowShapeKind
    ChanWindowMonitors monitors;   // that its program asks for
    bool monitors_stale;           // the window manager has not been asked
    HostGroup *group, *leader;     // NULL: none (group.h)
    bool has_group;                // then it names that owner: ChanWindowOwner
    uint32_t names_owner;
    HostWorkspace workspace;
    HostSync sync;
    HostPings pings;
    HostAttention attention;
    bool has_caret; // told, maybe before there was an X window
    ChanWindowCaret caret;
    HostSeen seen;
    HostBuffer *buffer; // last committed

    ViewRect committed; // geometry of the last commit
    uint32_t committed_state;
    bool has_commit;
    // Serials of the last CONFIGURED sent, of the last that moved, of the last that resized: what
    // the guest says of a part it has not followed yet is an echo of the past.
    uint32_t configured_serial, moved_serial, resized_serial;
    ViewRect told;                            // geometry the guest knows of
    uint32_t notified_width, notified_height; // of the last ConfigureNotify
    gint64 resized_us;                        // when the session was told of another size
    GSource *size_follows;                    // a state waits for its size until then,
    bool no_size_follows;                     // and no longer
    gint64 big_state_us;                      // when the host changed one that sizes it
    gint64 geometry_pushed_us;                // until the window manager has had time to follow
    gint64 place_pushed_us;                   // of the last that was more than a size
    GSource *settle, *state_settle;           // look again when that time is over
    GSource *repaint;                         // once more after a new size, for compositors
    ViewFrame told_frame;                     // that the session was told of
    gint64 state_pushed_us;                   // likewise
    uint32_t states_before;                   // HIDDEN among them
    // Of the host's last state that the session was told of: what the guest says before it has
    // followed is the past's.
    uint32_t state_serial;

    bool mapped;      // asked to be, which the window manager may still delay
    bool viewable;    // is, as the server says
    gint64 mapped_us; // when that was
    bool quiet;       // being mapped, and not to be focused nor raised for that
    bool by_frame;    // first mapping: positions are the frame's, as a program's own are
    bool geometry_dirty, state_dirty; // looked at when the batch of events is done
    unsigned n_exposed;
    ViewRect exposed[HOST_EXPOSED_MAX];
    char startup_id[256]; // of the launch this is the first window of
    bool is_orphan;       // its session is gone
};

HostWindow *host_window_new(View *view, uint32_t id);
// Destroys the X window too.
void host_window_free(HostWindow *window);

// Messages of the session, checked. The receiver has found the window already.
void host_window_set_props(HostWindow *window, const ViewWindow *message);
void host_window_set_title(HostWindow *window, ChanSpan untrusted_title);
void host_window_set_names(HostWindow *window, const ChanWindowNames *names);
void host_window_set_more(HostWindow *window, const ViewProps *message);
void host_window_set_shape(HostWindow *window, const ViewShape *message);
void host_window_set_group(HostWindow *window, const ViewGroup *message);
// index and count as in ViewIcon.
void host_window_take_icon(HostWindow *window, HostIcon take_icon, unsigned index, unsigned count);
void host_window_drop_icons(HostWindow *window);
void host_window_commit(HostWindow *window, const ViewCommit *message, HostBuffer *buffer);

// The broker's table, the prefix or another window changed.
void host_window_refresh(HostWindow *window);

// Sends the server the difference between wanted and pushed.
void host_window_push(HostWindow *window);

// Becomes the former window's successor on the screen: takes its X window, so that nothing blinks.
// The former one is left without.
void host_window_inherit(HostWindow *window, HostWindow *former);

// True for what the user sees as a window: mapped, managed, not minimised.
bool host_window_shown(const HostWindow *window);
