// SPDX-License-Identifier: Apache-2.0
#pragma once

// The view protocol: casement-session (which reads a guest's bytes and may be taken over) to
// casement-view (which holds the user's display), and back. One message is one packet of a
// SOCK_SEQPACKET socket: a fixed struct in the machine's byte order, for some followed by payload.
//
// The view trusts nothing here. view_check proves size, type and the ranges given below, so that
// a checked message can be used as it is; what depends on state (known window, known buffer) the
// receiver checks. A session that sends a bad message is dropped, windows and all.
//
// Coordinates are pixels of the X root window, which is the guest's desktop too. A window's
// geometry is its client area: frames belong to the host's window manager.
//
// Order of things: the view begins with SCREEN and LAYOUT (the session waits for them before it
// connects). The session tells of a window by WINDOW, TITLE, ICON in any order, and maps it by the
// first COMMIT. A new view gets everything again.

#include "channel/audio_input.h"
#include "channel/clip.h"
#include "channel/msg.h"
#include "channel/rail.h"
#include "channel/window_channel.h"
#include "rdpbridge/limits.h"

#include <stdbool.h>
#include <stdint.h>

#define VIEW_PACKET_MAX (64 * 1024)

typedef enum {
    // session → view
    VIEW_MSG_WINDOW = 1,      // properties of a window, new or changed
    VIEW_MSG_TITLE = 2,       // + UTF-8 text
    VIEW_MSG_ICON = 3,        // +fd: memfd with straight BGRA8
    VIEW_MSG_BUFFER = 4,      // +fd: memfd with the window's pixels
    VIEW_MSG_BUFFER_GONE = 5, // no commit will name it again
    VIEW_MSG_COMMIT = 6,
    VIEW_MSG_WINDOW_GONE = 7,
    VIEW_MSG_STACK = 8,       // the guest restacked: window ids, top first
    VIEW_MSG_ACTIVE = 9,      // the guest made a window active (0: none)
    VIEW_MSG_MOVE_LOOP = 10,  // the guest's program asked for an interactive move or resize
    VIEW_MSG_CURSOR = 11,     // +fd (memfd, premultiplied BGRA8), or none with kind
    VIEW_MSG_SOUND_OPEN = 12, // again with the same format: what is to wait changes
    VIEW_MSG_SOUND = 13,      // + samples
    VIEW_MSG_SOUND_CLOSE = 14,
    VIEW_MSG_CLIP_OFFER = 15, // a selection of the guest has these kinds; 0: nothing
    VIEW_MSG_CLIP_WANT = 16,  // both ways: send me this one kind
    VIEW_MSG_CLIP_DATA = 17,  // both ways: + a piece of it; last marks the end
    VIEW_MSG_ATTENTION = 18,  // a window asks for attention
    VIEW_MSG_PROPS = 19,      // what a window's program says to window managers
    VIEW_MSG_SHAPE = 20,      // + rectangles of a window that is none
    VIEW_MSG_ICONS_GONE = 21, // a window has no icon any more
    VIEW_MSG_CARET = 22,      // where in a window its program writes
    VIEW_MSG_LOCK = 23,       // a window's program takes the pointer's movements alone, or no more
    VIEW_MSG_PONG = 24,       // the window's program has answered a PING, and those before
    VIEW_MSG_CLIP_SAVE = 25,  // a program wants kept what the guest has in CLIPBOARD
    VIEW_MSG_NAMES = 26,      // + names (channel/window_names.h) that count in the place of TITLE
    VIEW_MSG_MONITORS = 27,   // a window asks to cover those when it is full-screen
    VIEW_MSG_SETTLED = 28,    // the answer to that SETTLE; 0: the guest has the way of INPUT
    VIEW_MSG_RECORD = 29,     // the guest records: it is to have the microphone in this format
    VIEW_MSG_RECORD_OVER = 30,
    VIEW_MSG_GROUP = 31,     // which windows a window belongs with
    VIEW_MSG_WORKSPACE = 32, // a window's program asks for that one
    // view → session
    VIEW_MSG_SCREEN = 40,
    VIEW_MSG_LAYOUT = 41, // keyboard layout
    VIEW_MSG_SHOWN = 42,  // a commit is on the screen; its buffer may be written again
    VIEW_MSG_KEY = 43,
    VIEW_MSG_POINTER = 44,
    VIEW_MSG_FOCUS = 45,      // the host's window manager focused this window (0: none of ours)
    VIEW_MSG_CONFIGURED = 46, // the host moved, resized or framed a window
    VIEW_MSG_STATE = 47,      // the user minimised, maximised, restored, …
    VIEW_MSG_CLOSE = 48,      // the user closed a window
    VIEW_MSG_ENTER = 49,      // the pointer is in a window: the guest restacks it on top; 0: left
    VIEW_MSG_SOUND_PLAYED = 50,
    VIEW_MSG_CONTROL = 51,   // +fd: a new control pipe to the broker (channel/control.h, ADOPT)
    VIEW_MSG_HOST_CLIP = 52, // a selection of the host has these kinds
    VIEW_MSG_LOCKS = 53,     // Caps, Num, Scroll lock as they are on the host
    VIEW_MSG_TEXT = 54,      // + UTF-8 text that an input method made of keys
    VIEW_MSG_PREEDIT = 55,   // what it is making, for programs that show that
    VIEW_MSG_TOUCH = 56,     // a finger on a window
    VIEW_MSG_PING = 57,      // the window manager asks whether a window's program hangs
    VIEW_MSG_KILL = 58,      // somebody of the host's ended a window's program
    VIEW_MSG_KEYMAP = 59,    // what the keys mean; counts with the next LAYOUT
    VIEW_MSG_KEEPER = 60,    // a clipboard manager is there, or not; or has saved
    VIEW_MSG_PACE = 61,      // how often what shows a window is painted, and whether it is seen
    VIEW_MSG_INPUT = 62,     // +fd: for the guest, its end of a way of input (channel/input_path.h)
    VIEW_MSG_SETTLE = 63,    // whether the guest has done what was said before
    VIEW_MSG_RECORDED = 64,  // + samples of the microphone, where the broker lets the guest have it
    VIEW_MSG_WORKSPACES = 65, // how many the host has, and which is shown; never: it has none
    VIEW_MSG_PLACED = 66,     // on which of them the host has a window
} ViewMsgType;

typedef struct {
    uint32_t type; // ViewMsgType
    uint32_t size; // of the packet
} ViewHeader;

typedef struct {
    int32_t x, y;
    uint32_t width, height;
} ViewRect;

typedef enum {
    VIEW_KIND_NORMAL = 0,
    VIEW_KIND_DIALOG = 1,
    VIEW_KIND_POPUP = 2,   // menus, combo boxes: override-redirect, only after a recent press
    VIEW_KIND_TOOLTIP = 3, // override-redirect, takes no input
    VIEW_KIND_SPLASH = 4,
    VIEW_KIND_UTILITY = 5,
    VIEW_KIND_LAST = VIEW_KIND_UTILITY,
} ViewKind;

typedef enum {
    VIEW_FLAG_RESIZABLE = 1u << 0,
    VIEW_FLAG_CLOSABLE = 1u << 1,
    VIEW_FLAG_MINIMIZABLE = 1u << 2,
    VIEW_FLAG_MAXIMIZABLE = 1u << 3,
    VIEW_FLAG_UNDECORATED = 1u << 4, // the program draws its own frame
    VIEW_FLAG_ALPHA = 1u << 5,       // pixels have alpha
    VIEW_FLAG_MODAL = 1u << 6,
    VIEW_FLAG_ABOVE = 1u << 7,
    VIEW_FLAG_SKIP_TASKBAR = 1u << 8,
    VIEW_FLAGS_ALL = (1u << 9) - 1,
} ViewFlags;

typedef struct {
    ViewHeader header;
    uint32_t id;        // not 0
    uint32_t owner_id;  // transient for; 0: none
    uint32_t kind;      // ViewKind; fixed by the first message of a window
    uint32_t flags;     // ViewFlags
    uint32_t app_index; // in the broker's table, or CTL_APP_NONE: guest's name as class
    // Size hints in pixels; 0: none. min ≤ max, inc ≤ 1024, base < VIEW_SIDE_MAX.
    uint32_t min_width, min_height, max_width, max_height;
    uint32_t base_width, base_height, inc_width, inc_height;
} ViewWindow;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t reserved;
    // text
} ViewTitle;

// Those with a count are a set: index 0 to count - 1, one after the other, and when the last has
// come they are all of the window's icons. count 0 replaces one of up to 32 pixels or one above.
typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t width, height; // 1…VIEW_ICON_SIDE_MAX; the memfd holds width * height * 4 bytes
    uint16_t index, count;  // count ≤ CHAN_WINDOW_ICONS_MAX
} ViewIcon;

// Only of a guest of our own; once they have come they count for WINDOW's size hints, and for what
// of type, decorations and input they say. In the ranges of channel/window_channel.h.
typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t reserved;
    ChanWindowProps props;
} ViewProps;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t which;  // ChanWindowShapeKind
    uint32_t shaped; // 0: the whole window, count is 0
    uint32_t count;  // ≤ CHAN_WINDOW_SHAPE_MAX
    // ChanWindowRect rects[count], in the window
} ViewShape;

// Who writes a buffer, for figures alone.
typedef enum {
    VIEW_PIXELS_RDP = 0,      // the session, as RDP brings them
    VIEW_PIXELS_SHARED = 1,   // the guest itself (channel/pixel_path.h)
    VIEW_PIXELS_STREAMED = 2, // the session, as a stream brings them (channel/tile_stream.h)
    VIEW_PIXELS_LAST = VIEW_PIXELS_STREAMED,
} ViewPixelsWay;

// Pixels are BGRX8 or (VIEW_FLAG_ALPHA) premultiplied BGRA8, row after row of stride bytes. The
// memfd is sealed with F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL and at least height * stride
// long; the view maps it read-only. The id is new each time, never reused within a connection.
typedef struct {
    ViewHeader header;
    uint32_t id; // buffer
    uint32_t window_id;
    uint32_t width, height; // 1…VIEW_SIDE_MAX
    uint32_t stride;        // ≥ width * 4, multiple of 4, ≤ (VIEW_SIDE_MAX + 64) * 4
    uint32_t way;           // ViewPixelsWay
} ViewBuffer;

typedef struct {
    ViewHeader header;
    uint32_t id; // of a buffer or a window, as the type says; also CLOSE, FOCUS, ACTIVE…
    uint32_t reserved;
} ViewId;

typedef struct {
    ViewHeader header;
    uint32_t id;    // 0: none
    uint32_t alone; // 1: above the windows that it owns, too
} ViewEnter;

typedef enum {
    VIEW_STATE_NORMAL = 0,
    VIEW_STATE_MINIMIZED = 1,
    VIEW_STATE_MAXIMIZED = 2,
    VIEW_STATE_FULLSCREEN = 3,
    VIEW_STATE_HIDDEN = 4, // unmapped: exists in the guest and is not shown
    VIEW_STATE_LAST = VIEW_STATE_HIDDEN,
} ViewState;

// The one message that changes what is seen. geometry is where the guest has the window now; the
// view moves and resizes its X window when it differs from the last one committed (and not because
// it differs from what the host's window manager made of it). Pixels come from buffer_id at the
// same size or are cut and padded with their last row's colour; damage is in the window's pixels.
// serial_configured is the last VIEW_MSG_CONFIGURED the guest had followed when it painted this.
typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t serial;    // grows by one with each commit of a window
    ViewRect geometry;  // width and height 1…VIEW_SIDE_MAX
    uint32_t buffer_id; // 0: none yet (VIEW_STATE_HIDDEN or _MINIMIZED only)
    uint32_t state;     // ViewState
    uint32_t serial_configured;
    uint32_t state_serial; // the last VIEW_MSG_STATE that this state follows
    uint32_t n_damage;     // 0…VIEW_DAMAGE_MAX; each rectangle inside the buffer, not empty
    // ViewRect damage[n_damage]
} ViewCommit;

typedef struct {
    ViewHeader header;
    uint32_t count; // ≤ VIEW_WINDOWS_MAX
    uint32_t reserved;
    // uint32_t ids[count], top first
} ViewStack;

// direction as _NET_WM_MOVERESIZE (EWMH 1.5): 0 top-left, clockwise … 7 left, 8 move,
// 9 and 10 the same by keyboard, 11 cancel.
typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t direction;
    int32_t root_x, root_y;
} ViewMoveLoop;

typedef enum {
    VIEW_CURSOR_IMAGE = 0,
    VIEW_CURSOR_DEFAULT = 1,
    VIEW_CURSOR_HIDDEN = 2
} ViewCursorKind;

typedef struct {
    ViewHeader header;
    uint32_t kind;                        // ViewCursorKind
    uint32_t width, height, hot_x, hot_y; // sides 1…VIEW_CURSOR_SIDE_MAX, hot inside; IMAGE only
    uint32_t reserved;
} ViewCursor;

typedef struct {
    ViewHeader header;
    uint32_t rate;      // 8000…192000 Hz
    uint32_t channels;  // 1…8
    uint32_t target_ms; // 5…100, of sound that is to wait while nothing comes late
    uint32_t reserved;  // samples are signed 16 bit little-endian
} ViewSoundOpen;

typedef struct {
    ViewHeader header;
    uint32_t serial;
    uint32_t bytes; // ≤ VIEW_SOUND_BLOCK_MAX, whole frames
    // samples
} ViewSound;

typedef struct {
    ViewHeader header;
    uint32_t serial;     // SOUND_PLAYED: this block was handed to the sound server
    uint32_t latency_us; // until it is heard
} ViewSoundPlayed;

// Samples are signed 16 bit little-endian. Nothing comes of it where the user has not allowed it.
typedef struct {
    ViewHeader header;
    uint32_t serial;      // another one each time; RECORDED repeats it
    uint32_t rate;        // CHAN_AUDIO_RATE_MIN…MAX Hz
    uint32_t channels;    // 1…CHAN_AUDIO_CHANNELS_MAX
    uint32_t fragment_ms; // VIEW_RECORD_FRAGMENT_MIN…MAX: how much at a time is of use
} ViewRecord;

typedef struct {
    ViewHeader header;
    uint32_t serial;
    uint32_t bytes; // 1…VIEW_SOUND_BLOCK_MAX
    // samples
} ViewRecorded;

typedef struct {
    ViewHeader header;
    uint32_t kinds;     // ChanClipKind; of a WANT exactly one
    uint32_t serial;    // of the selection's offer; CLIP_WANT and CLIP_DATA repeat it
    uint32_t selection; // ChanClipSelection
    uint32_t reserved;
} ViewClip;

// All pieces together are at most CHAN_CLIP_MAX bytes.
typedef struct {
    ViewHeader header;
    uint32_t serial;
    uint32_t last; // 1: nothing follows; with no bytes at all: there is none
    uint32_t selection;
    uint32_t reserved;
    // ≤ VIEW_CLIP_CHUNK_MAX bytes
} ViewClipData;

typedef struct {
    ViewHeader header;
    ViewRect root; // x = y = 0
    ViewRect work_area;
    uint32_t scale_percent; // 100…500
    uint32_t refresh_mhz;   // millihertz; 60000 when unknown
    uint32_t n_monitors;    // 1…VIEW_MONITORS_MAX, primary first
    uint32_t looks;         // ChanRailLooks
    // What scale_percent is made of, each 0 where the host does not say it: the resource Xft.dpi,
    // and XSETTINGS' Xft/DPI, in 1/1024; Gdk/WindowScalingFactor, which its Xft/DPI has in it.
    uint32_t resource_dpi, settings_dpi, window_scale;
    uint32_t reserved;
    ViewRect monitors[VIEW_MONITORS_MAX];
} ViewScreen;

typedef struct {
    ViewHeader header;
    ChanWindowKeymap keymap;
} ViewKeymap;

typedef struct {
    ViewHeader header;
    ChanWindowKeeper keeper;
} ViewKeeper;

typedef struct {
    ViewHeader header;
    uint32_t serial;
    uint32_t reserved;
} ViewSave;

typedef struct {
    ViewHeader header;
    uint32_t rdp_layout; // Windows keyboard layout identifier of the active group, 0x409 if unknown
    uint32_t reserved;
    ChanWindowKeys keys;
} ViewLayout;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t serial;
    uint32_t shown_us_low, shown_us_high; // CLOCK_MONOTONIC when the put was completed
} ViewShown;

typedef struct {
    ViewHeader header;
    uint32_t evdev; // Linux input code (X keycode - 8)
    uint32_t down;  // 0, 1; repeats are further downs
} ViewKey;

typedef enum {
    VIEW_POINTER_MOVE = 0,
    VIEW_POINTER_DOWN = 1,
    VIEW_POINTER_UP = 2,
    VIEW_POINTER_WHEEL = 3, // wheel_x, wheel_y in 1/120 notches, positive: right, up
    // The host's pointer stands still for the window that asked (LOCK): by how much the guest's
    // moves, in pixels, is in wheel_x, wheel_y, positive: right, down. Places count again after
    // UNLOCKED.
    VIEW_POINTER_SHIFT = 4,
    VIEW_POINTER_UNLOCKED = 5,
    VIEW_POINTER_LAST = VIEW_POINTER_UNLOCKED,
} ViewPointerKind;

typedef struct {
    ViewHeader header;
    uint32_t id; // window under the pointer
    uint32_t kind;
    int32_t root_x, root_y;
    uint32_t button; // 1 left, 2 middle, 3 right, 8 to CHAN_WINDOW_BUTTON_LAST
    int32_t wheel_x, wheel_y;
    uint32_t reserved;
} ViewPointer;

// What the window manager draws around a window, each side ≤ VIEW_FRAME_MAX; and which edges it
// says are tiled (ChanWindowHost).
typedef struct {
    uint32_t left, right, top, bottom;
    uint32_t edges; // ≤ CHAN_WINDOW_EDGES_ALL
} ViewFrame;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t serial; // grows by one with each
    ViewRect geometry;
    ViewFrame frame;
} ViewConfigured;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t state;  // ViewState, not HIDDEN
    uint32_t states; // ChanStates, of which state is the most important
    uint32_t serial; // grows by one with each
    uint32_t sized;  // 1: the window's next CONFIGURED follows at once, and is of the same change
} ViewStateMsg;

typedef struct {
    ViewHeader header;
    uint32_t locks; // bit 0 Scroll, 1 Num, 2 Caps
    uint32_t reserved;
} ViewLocks;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t reserved;
    ChanWindowCaret caret; // in the window
} ViewCaret;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t reserved;
    ChanWindowMonitors monitors;
} ViewMonitors;

typedef struct {
    ViewHeader header;
    uint32_t id;
    ChanWindowGroup group;
} ViewGroup;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t workspace; // < CHAN_WORKSPACES_MAX, or CHAN_WORKSPACE_ALL
} ViewWorkspace;        // WORKSPACE, PLACED

typedef struct {
    ViewHeader header;
    ChanWindowWorkspaces workspaces;
} ViewWorkspaces;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t wanted; // 0, 1
} ViewLock;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t serial; // of a window's PINGs, grows by one with each
} ViewPing;

typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t process; // 1: its process, 0: its connection to the X server
} ViewKill;

typedef struct {
    ViewHeader header;
    uint32_t serial; // grows by one with each SETTLE, from 1
    uint32_t reserved;
} ViewSettle;

// Before the first one a window is seen, as often as CHAN_WINDOW_REFRESH_USUAL.
typedef struct {
    ViewHeader header;
    uint32_t id;
    uint32_t reserved;
    ChanWindowPace pace;
} ViewPace;

typedef struct {
    ViewHeader header;
    // 1…CHAN_WINDOW_TEXT_MAX bytes
} ViewText;

typedef struct {
    ViewHeader header;
    ChanWindowPreedit preedit;
} ViewPreedit;

typedef struct {
    ViewHeader header;
    uint32_t id; // the window it was put on
    uint32_t reserved;
    ChanWindowTouch touch; // on the root
} ViewTouch;

typedef ViewHeader ViewPlain; // SOUND_CLOSE, RECORD_OVER

// True when the packet is one whole message within the ranges above.
bool view_check(ChanSpan untrusted_packet);

// The type of a checked packet.
ViewMsgType view_type(ChanSpan packet);

// How many descriptors must come with a checked packet: 0 or 1.
unsigned view_fds(ChanSpan packet);

#define VIEW_INIT(m, view_type) ((m)->header = (ViewHeader){(view_type), sizeof *(m)})
