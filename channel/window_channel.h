// SPDX-License-Identifier: Apache-2.0
#pragma once

// The window channel: what casement-remoteapp tells casement-session of a guest's windows that RAIL
// has no words for. A dynamic virtual channel ([MS-RDPEDYC]) of the server's; a client that does
// not know its name refuses it, a server that does not have it never opens it, and both go on with
// RAIL alone. Each message is one of the channel's, little-endian.
//
//   PROPS  u8 1, u32 window, the fields of ChanWindowProps in their order, 4 bytes each
//   ICON   u8 2, u32 window, u8 index, u8 count, u16 width, u16 height, width * height * 4 bytes
//   SHAPE  u8 3, u32 window, u8 which, u8 shaped, u16 count, count times i16 x, y, u16 width,
//   height
//   CARET  u8 4, u32 window, i32 x, i32 y, u32 flags, u32 resets
//   LOCK   u8 5, u32 window, u32 wanted
//   MENU   u8 6, u32 window, a menu (channel/tray_menu.h)
//   PONG   u8 7, u32 window, u32 serial
//   SAVE   u8 8, u32 0, u32 serial
//   NAMES  u8 9, u32 window, names (channel/window_names.h)
//   MONITORS u8 10, u32 window, four times i32 x, i32 y
//   SETTLED u8 11, u32 0, u32 serial
//   GROUP  u8 12, u32 window, the fields of ChanWindowGroup in their order, 4 bytes each
//   WORKSPACE u8 13, u32 window, u32 workspace
//   HOST   u8 64, u32 window, the fields of ChanWindowHost in their order, 4 bytes each
//   KEYS   u8 65, u32 0, u32 group, u32 repeat_delay_ms, u32 repeat_interval_ms, four times u16
//          length, text: model, layout, variant, options
//   TEXT   u8 66, u32 0, u16 length, UTF-8
//   PREEDIT u8 67, u32 0, u16 caret, u16 count, count times u32 character, u32 feedback
//   MOTION u8 68, u32 0, u32 locked, i32 dx, i32 dy
//   TOUCH  u8 69, u32 0, u32 touch, u32 phase, i32 x, i32 y
//   PING   u8 70, u32 window, u32 serial
//   KILL   u8 71, u32 window, u32 process
//   BUTTON u8 72, u32 0, u32 button, u32 down, i32 x, i32 y
//   KEYMAP u8 73, u32 0, for each key code from 8 to 255 16 times u32 symbol, for each u8 modifiers
//   KEEPER u8 74, u32 0, u32 there, u32 saved
//   PIXELS u8 75, u32 0, u64 token
//   PACE   u8 76, u32 window, u32 refresh_mhz, u32 seen
//   SETTLE u8 77, u32 0, u32 serial
//   KEY    u8 78, u32 0, u32 code, u32 down
//   VIDEO  u8 79, u32 0, u32 taken
//   WORKSPACES u8 80, u32 0, u32 count, u32 current
//   PLACED u8 81, u32 window, u32 workspace
//
// HOST to PLACED are the client's: so the host shows the window, and so the guest is to have it;
// the host's keyboard map, when the channel opens and when it changes; and what the host's input
// method has made of keys (TEXT), or is making (PREEDIT, all of it each time), for the program with
// the focus, in one order with keys. The states of HOST count where its serial or states differ
// from those of the HOST before; its place counts always. What the server says of a window's place
// counts once PROPS has told the last place_serial back: before, it is of the past. Its order with
// that place goes before.
//
// CARET tells where in its window the program with the focus writes (XNSpotLocation), so that the
// input method shows there what it offers.
//
// LOCK tells that the program of a window hides the pointer and takes its movements alone, as games
// do (wanted 1), or no more (0). A client that grants it says so by a MOTION, and moves the guest's
// pointer by MOTIONs of pixels to the right and down as long as locked is 1; places of its pointer
// count no more until one with locked 0.
//
// TOUCH is one finger of several: where on the desktop it is put, is moved, or was when it went.
//
// PING asks the window's program whether it still listens (CHAN_WINDOW_PINGED), and PONG says that
// it does: it has answered this one, and any before. One that hangs never does.
//
// KILL ends a window's program, since somebody of the host's did so: it loses its connection to the
// X server (XKillClient), and with process 1 it is killed.
//
// KEYMAP is what the host's keys mean, as the core protocol has it (GetKeyboardMapping, with zeros
// to that width, and GetModifierMapping): where it is other than what the names of the next KEYS
// make, it counts.
//
// KEEPER tells whether the host has a clipboard manager that keeps what is asked to be kept, when
// the channel opens and when it changes; and the serial of the last SAVE that was answered. A SAVE
// asks it for what the guest has in CLIPBOARD.
//
// PIXELS tells when the channel opens which stream of pixels is this client's (tile_stream.h): the
// one whose GREETING has the token.
//
// PACE tells how often the screen on which the host shows a window is painted, and whether any of
// the window is to be seen there: until one comes it is, 60 times a second. Of one that is not seen
// no pixels are sent; when it is seen again, all of it is, once. Of one that a compositor may show
// small, as a preview (2), they are sent once a second.
//
// SETTLE asks whether what came before it is done, and SETTLED says that it is, and what the former
// ones asked for: input may go its own way from then on (input_path.h).
//
// VIDEO tells whether the client takes H.264 over its stream of pixels (tile_stream.h): until one
// comes it does not.
//
// KEY is one that RDP has no scancode for, by its code of evdev. BUTTON is one of the pointer's
// that RDP has no words for, by X11's number, and where it is pressed or let go.
//
// NAMES are those that count for a window from then on, all of them each time, in the place of
// RAIL's title, which is cut. Its role (WM_WINDOW_ROLE) is one of them.
//
// MONITORS tells which monitors a window asks to cover when it is full-screen: for its top, bottom,
// left and right edge where on the desktop a monitor has its corner.
//
// GROUP tells which windows a window belongs with, and whether it names an owner. RAIL's owner
// counts where one is named, and where no GROUP came: a window manager puts a dialog that names
// none above its group, and may minimise it and show it in taskbars.
//
// WORKSPACE asks for the workspace that a window is to be on (_NET_WM_DESKTOP, EWMH 1.5), once each
// time that its program does. All of them is a state, too, which counts; the question says that any
// before is over. WORKSPACES tells how many the host has and which is shown: until one comes there
// is one. PLACED tells on which of them the host has a window, and answers its questions so far.
//
// MENU is that of an icon of the tray, all of it each time; its window is the one that RAIL has for
// the icon (channel/rail.h).
//
// A message of a type that an end does not know comes from a newer one, and is skipped
// (chan_window_is_newer): those below 64 are the server's, the others the client's. A known type
// keeps its form for good: what needs another one gets another type.
//
// A window is one that RAIL told of before; what is said of another is ignored. PROPS and SHAPE
// come when they change, all of them. Icons come as a set, index 0 to count - 1 (count 0: no
// icon), and the set counts when its last one has come.

#include "channel/span.h"
#include "channel/tray_menu.h"
#include "channel/window_names.h"

#include <stdbool.h>

#define CHAN_WINDOW_CHANNEL "org.casement.windows"

#define CHAN_WINDOW_SIDE_MAX 32767u // of sizes, increments, frame extents
#define CHAN_WINDOW_BORDER_MAX 64u
#define CHAN_WINDOW_GRAVITY_STATIC 10 // the last: positions are the client area's (X11 protocol)
#define CHAN_WINDOW_ICONS_MAX 16
#define CHAN_WINDOW_ICON_SIDE_MAX 1024
#define CHAN_WINDOW_ICON_BYTES_MAX (6u * 1024 * 1024) // of a whole set
#define CHAN_WINDOW_TEXT_MAX 4096                     // bytes
#define CHAN_WINDOW_PREEDIT_MAX 256                   // characters
#define CHAN_WINDOW_REFRESH_MIN 10000u                // mHz
#define CHAN_WINDOW_REFRESH_USUAL 60000u              // where nobody says
#define CHAN_WINDOW_REFRESH_MAX 1000000u
#define CHAN_WINDOW_SHAPE_MAX 512 // rectangles; a finer shape is told of by its bounds

typedef enum {
    CHAN_WINDOW_PROPS = 1,
    CHAN_WINDOW_ICON = 2,
    CHAN_WINDOW_SHAPE = 3,
    CHAN_WINDOW_CARET = 4,
    CHAN_WINDOW_LOCK = 5,
    CHAN_WINDOW_MENU = 6,
    CHAN_WINDOW_PONG = 7,
    CHAN_WINDOW_SAVE = 8,
    CHAN_WINDOW_NAMES = 9,
    CHAN_WINDOW_MONITORS = 10,
    CHAN_WINDOW_SETTLED = 11,
    CHAN_WINDOW_GROUP = 12,
    CHAN_WINDOW_WORKSPACE = 13,
    CHAN_WINDOW_SERVERS_LAST = CHAN_WINDOW_WORKSPACE,
    CHAN_WINDOW_CLIENTS_FIRST = 64,
    CHAN_WINDOW_HOST = 64,
    CHAN_WINDOW_KEYS = 65,
    CHAN_WINDOW_TEXT = 66,
    CHAN_WINDOW_PREEDIT = 67,
    CHAN_WINDOW_MOTION = 68,
    CHAN_WINDOW_TOUCH = 69,
    CHAN_WINDOW_PING = 70,
    CHAN_WINDOW_KILL = 71,
    CHAN_WINDOW_BUTTON = 72,
    CHAN_WINDOW_KEYMAP = 73,
    CHAN_WINDOW_KEEPER = 74,
    CHAN_WINDOW_PIXELS = 75,
    CHAN_WINDOW_PACE = 76,
    CHAN_WINDOW_SETTLE = 77,
    CHAN_WINDOW_KEY = 78,
    CHAN_WINDOW_VIDEO = 79,
    CHAN_WINDOW_WORKSPACES = 80,
    CHAN_WINDOW_PLACED = 81,
    CHAN_WINDOW_CLIENTS_LAST = CHAN_WINDOW_PLACED,
} ChanWindowMessage;

// _NET_WM_STATE (EWMH 1.5), those that both ends keep.
typedef enum {
    CHAN_STATE_MAXIMIZED_HORZ = 1u << 0,
    CHAN_STATE_MAXIMIZED_VERT = 1u << 1,
    CHAN_STATE_FULLSCREEN = 1u << 2,
    CHAN_STATE_HIDDEN = 1u << 3, // minimised
    CHAN_STATE_ABOVE = 1u << 4,
    CHAN_STATE_BELOW = 1u << 5,
    CHAN_STATE_STICKY = 1u << 6,
    CHAN_STATE_SHADED = 1u << 7,       // only its title bar is seen
    CHAN_STATE_ALL_DESKTOPS = 1u << 8, // no state of _NET_WM_STATE: _NET_WM_DESKTOP is all of them
    CHAN_STATE_MODAL = 1u << 9,
    CHAN_STATE_SKIP_TASKBAR = 1u << 10,
    CHAN_STATE_SKIP_PAGER = 1u << 11,
    CHAN_STATES_ALL = (1u << 12) - 1,
    // By which a window has a size that is not its own.
    CHAN_STATES_BIG = CHAN_STATE_MAXIMIZED_HORZ | CHAN_STATE_MAXIMIZED_VERT | CHAN_STATE_FULLSCREEN,
} ChanStates;

// Which of the fields of WM_NORMAL_HINTS count: its own flags (ICCCM 4.1.2.3).
typedef enum {
    CHAN_SIZE_USER_POSITION = 1u << 0,
    CHAN_SIZE_USER_SIZE = 1u << 1,
    CHAN_SIZE_PROGRAM_POSITION = 1u << 2,
    CHAN_SIZE_PROGRAM_SIZE = 1u << 3,
    CHAN_SIZE_MIN = 1u << 4,
    CHAN_SIZE_MAX = 1u << 5,
    CHAN_SIZE_INCREMENTS = 1u << 6,
    CHAN_SIZE_ASPECT = 1u << 7,
    CHAN_SIZE_BASE = 1u << 8,
    CHAN_SIZE_GRAVITY = 1u << 9,
    CHAN_SIZE_ALL = (1u << 10) - 1,
} ChanSizeFlags;

typedef enum {
    CHAN_WINDOW_INPUT_SAID = 1u << 0,  // WM_HINTS has an input field
    CHAN_WINDOW_INPUT = 1u << 1,       // and it is true; without one, as if it were
    CHAN_WINDOW_TAKES_FOCUS = 1u << 2, // WM_TAKE_FOCUS
    CHAN_WINDOW_DELETES = 1u << 3,     // WM_DELETE_WINDOW
    CHAN_WINDOW_SYNCS = 1u << 4,       // _NET_WM_SYNC_REQUEST
    CHAN_WINDOW_URGENT = 1u << 5,      // XUrgencyHint, or _NET_WM_STATE_DEMANDS_ATTENTION
    CHAN_WINDOW_MOTIF = 1u << 6,       // _MOTIF_WM_HINTS is there
    CHAN_WINDOW_FRAME = 1u << 7,       // _GTK_FRAME_EXTENTS is there
    // _NET_WM_BYPASS_COMPOSITOR (EWMH 1.5) is 1, or 2; both: it is 0; neither: it is not there
    CHAN_WINDOW_BYPASS = 1u << 8,
    CHAN_WINDOW_NO_BYPASS = 1u << 9,
    CHAN_WINDOW_DARK = 1u << 10,     // _GTK_THEME_VARIANT is "dark": so is the frame, under mutter
    CHAN_WINDOW_NO_FOCUS = 1u << 11, // _NET_WM_USER_TIME was 0 when it opened: not to be focused
    CHAN_WINDOW_PINGED = 1u << 12,   // _NET_WM_PING: it says that it does not hang
    CHAN_WINDOW_TRANSLUCENT = 1u << 13, // _NET_WM_WINDOW_OPACITY is there
    CHAN_WINDOW_FLAGS_ALL = (1u << 14) - 1,
} ChanWindowFlags;

// _NET_WM_WINDOW_TYPE, the first known (EWMH 1.5).
typedef enum {
    CHAN_TYPE_NONE = 0,
    CHAN_TYPE_DESKTOP,
    CHAN_TYPE_DOCK,
    CHAN_TYPE_TOOLBAR,
    CHAN_TYPE_MENU,
    CHAN_TYPE_UTILITY,
    CHAN_TYPE_SPLASH,
    CHAN_TYPE_DIALOG,
    CHAN_TYPE_DROPDOWN_MENU,
    CHAN_TYPE_POPUP_MENU,
    CHAN_TYPE_TOOLTIP,
    CHAN_TYPE_NOTIFICATION,
    CHAN_TYPE_COMBO,
    CHAN_TYPE_DND,
    CHAN_TYPE_NORMAL,
    CHAN_TYPE_LAST = CHAN_TYPE_NORMAL,
} ChanWindowType;

// All fields are 32 bits wide, so that the struct can be compared and passed on as it is.
typedef struct {
    uint32_t size_flags; // ChanSizeFlags
    uint32_t min_width, min_height, max_width, max_height;
    uint32_t base_width, base_height, width_inc, height_inc;
    uint32_t min_aspect_num, min_aspect_den, max_aspect_num, max_aspect_den;
    uint32_t gravity; // 0…10 (X11 protocol, win-gravity)
    uint32_t flags;   // ChanWindowFlags
    uint32_t type;    // ChanWindowType
    uint32_t motif_flags, motif_functions, motif_decorations, motif_input_mode;
    uint32_t frame_left, frame_right, frame_top, frame_bottom; // of the program's own shadow
    uint32_t states;                                           // ChanStates
    uint32_t states_serial; // of the last HOST whose states it follows; 0: none
    // Of X11, which some window managers leave; ≤ CHAN_WINDOW_BORDER_MAX. A popup's rectangle and
    // pixels have it around them, a managed window's have not.
    uint32_t border_width;
    uint32_t place_serial; // of the last HOST whose place it had; 0: none
    uint32_t program; // whose it is: one for each connection to the guest's X server; 0: unknown
    uint32_t opacity; // of the whole window, for compositors: 0 to 2³² - 1
} ChanWindowProps;

#define CHAN_WINDOW_PROPS_FIELDS (sizeof(ChanWindowProps) / sizeof(uint32_t))

typedef struct {
    uint8_t index, count;
    uint16_t width, height; // 1…CHAN_WINDOW_ICON_SIDE_MAX
    ChanSpan pixels;        // straight BGRA8
} ChanWindowIcon;

typedef struct {
    int16_t x, y;
    uint16_t width, height;
} ChanWindowRect;

typedef enum {
    CHAN_SHAPE_BOUNDING = 0,
    CHAN_SHAPE_INPUT = 1,
    CHAN_SHAPE_OPAQUE = 2, // _NET_WM_OPAQUE_REGION (EWMH 1.5); not shaped: its program says none
    CHAN_SHAPES,
} ChanWindowShapeKind;

typedef struct {
    uint8_t which;  // ChanWindowShapeKind
    uint8_t shaped; // 0: the whole window, count is 0
    uint16_t count;
    ChanWindowRect rects[CHAN_WINDOW_SHAPE_MAX]; // in the window
} ChanWindowShape;

typedef struct {
    uint32_t serial;       // of the states: another one each time that they changed; 0: not yet
    uint32_t states;       // ChanStates
    uint32_t place_serial; // another one each time
    // The client area, on the desktop: |x|, |y| ≤ CHAN_WINDOW_SIDE_MAX, sides 1 to that.
    int32_t x, y;
    uint32_t width, height;
    // What the host's window manager draws around it, each ≤ CHAN_WINDOW_SIDE_MAX.
    uint32_t frame_left, frame_right, frame_top, frame_bottom;
    uint32_t edges; // _GTK_EDGE_CONSTRAINTS, ≤ CHAN_WINDOW_EDGES_ALL; 0: it says none
} ChanWindowHost;

// For top, right, bottom and left two bits each: it is tiled there, and it can be moved.
#define CHAN_WINDOW_EDGES_ALL 0xffu

#define CHAN_WINDOW_GROUPS_MAX 4 // of a keyboard map (XKB)
#define CHAN_WINDOW_REPEAT_MAX 60000u

// XKB names as setxkbmap takes them, printable ASCII, ended by NUL.
typedef struct {
    uint32_t group; // the one that is locked; keys that are held may make another count
    // As long as a key is held; interval 0: keys do not repeat.
    uint32_t repeat_delay_ms, repeat_interval_ms;
    char model[64], layout[64], variant[64], options[192];
} ChanWindowKeys;

#define CHAN_WINDOW_KEY_FIRST 8 // X11's key codes go from there to 255
#define CHAN_WINDOW_KEYMAP_KEYS 248
#define CHAN_WINDOW_KEYMAP_WIDTH 16

typedef struct {
    uint32_t symbols[CHAN_WINDOW_KEYMAP_KEYS][CHAN_WINDOW_KEYMAP_WIDTH];
    uint8_t modifiers[CHAN_WINDOW_KEYMAP_KEYS]; // bits from Shift to Mod5 that the key makes
} ChanWindowKeymap;

typedef enum {
    CHAN_CARET_PLACED = 1u << 0,  // the place is known
    CHAN_CARET_ON_SPOT = 1u << 1, // the program shows PREEDIT itself (XIMPreeditCallbacks)
    CHAN_CARET_ALL = (1u << 2) - 1,
} ChanCaretFlags;

typedef struct {
    int32_t x, y;    // |x|, |y| ≤ CHAN_WINDOW_SIDE_MAX
    uint32_t flags;  // ChanCaretFlags
    uint32_t resets; // another one: what is being made of keys is to be given up
} ChanWindowCaret;

typedef struct {
    uint32_t character; // Unicode
    uint32_t feedback;  // XIMFeedback
} ChanWindowPreeditCharacter;

typedef struct {
    uint16_t caret; // ≤ count
    uint16_t count; // 0: nothing is being made
    ChanWindowPreeditCharacter characters[CHAN_WINDOW_PREEDIT_MAX];
} ChanWindowPreedit;

typedef struct {
    uint32_t locked; // 0, 1
    int32_t dx, dy;  // |dx|, |dy| ≤ CHAN_WINDOW_SIDE_MAX
} ChanWindowMotion;

#define CHAN_WINDOW_TOUCHES_MAX 10

typedef enum { CHAN_TOUCH_BEGIN = 0, CHAN_TOUCH_UPDATE = 1, CHAN_TOUCH_END = 2 } ChanTouchPhase;

typedef struct {
    uint32_t touch; // < CHAN_WINDOW_TOUCHES_MAX
    uint32_t phase; // ChanTouchPhase
    int32_t x, y;   // |x|, |y| ≤ CHAN_WINDOW_SIDE_MAX
} ChanWindowTouch;

// RDP has 1 to 3, 8 and 9, and wheels for 4 to 7.
#define CHAN_WINDOW_BUTTON_FIRST 10
#define CHAN_WINDOW_BUTTON_LAST 31

typedef struct {
    uint32_t button; // CHAN_WINDOW_BUTTON_FIRST to CHAN_WINDOW_BUTTON_LAST
    uint32_t down;   // 0, 1
    int32_t x, y;    // |x|, |y| ≤ CHAN_WINDOW_SIDE_MAX
} ChanWindowButton;

#define CHAN_WINDOW_KEY_CODE_LAST 247 // an X server has no code for those above

typedef struct {
    uint32_t code; // linux/input-event-codes.h; 1 to CHAN_WINDOW_KEY_CODE_LAST
    uint32_t down; // 0, 1
} ChanWindowKey;

typedef struct {
    uint32_t there; // 0, 1
    uint32_t saved;
} ChanWindowKeeper;

typedef enum {
    CHAN_SEEN_NOT = 0,
    CHAN_SEEN = 1,
    CHAN_SEEN_SMALL = 2, // in a compositor's previews, at most
    CHAN_SEEN_LAST = CHAN_SEEN_SMALL,
} ChanWindowSeen;

#define CHAN_MONITOR_EDGES 4

typedef struct {
    struct {
        int32_t x, y;            // |x|, |y| ≤ CHAN_WINDOW_SIDE_MAX
    } edges[CHAN_MONITOR_EDGES]; // top, bottom, left, right
} ChanWindowMonitors;

typedef struct {
    uint32_t refresh_mhz; // CHAN_WINDOW_REFRESH_MIN to CHAN_WINDOW_REFRESH_MAX
    uint32_t seen;        // ChanWindowSeen
} ChanWindowPace;

// Which owner a window names (WM_TRANSIENT_FOR, ICCCM 4.1.2.6).
typedef enum {
    CHAN_OWNER_NONE = 0,   // RAIL's is a guess
    CHAN_OWNER_WINDOW = 1, // RAIL's
    CHAN_OWNER_ALL = 2,    // the root window: all of its group (EWMH 1.5)
    CHAN_OWNER_LAST = CHAN_OWNER_ALL,
} ChanWindowOwner;

// Groups and leaders are numbered as the guest likes; 0: none. Those of one number belong together.
typedef struct {
    uint32_t group;  // of WM_HINTS (ICCCM 4.1.2.4)
    uint32_t leader; // WM_CLIENT_LEADER (ICCCM 5.1)
    uint32_t owner;  // ChanWindowOwner
} ChanWindowGroup;

#define CHAN_WORKSPACES_MAX 1024u
#define CHAN_WORKSPACE_ALL 0xffffffffu // as _NET_WM_DESKTOP has it

typedef struct {
    uint32_t count;   // 1 to CHAN_WORKSPACES_MAX
    uint32_t current; // < count
} ChanWindowWorkspaces;

#define CHAN_WINDOW_MESSAGE_MAX                                                                    \
    (16 + CHAN_WINDOW_ICON_SIDE_MAX * CHAN_WINDOW_ICON_SIDE_MAX * 4) // bytes

// Encoders return what was written, borrowed from buffer; an empty span when it is too small.
ChanSpan
chan_window_props_encode(uint32_t window, const ChanWindowProps *m, void *buffer, size_t capacity);
ChanSpan
chan_window_icon_encode(uint32_t window, const ChanWindowIcon *m, void *buffer, size_t capacity);
ChanSpan
chan_window_host_encode(uint32_t window, const ChanWindowHost *m, void *buffer, size_t capacity);
ChanSpan chan_window_keys_encode(const ChanWindowKeys *m, void *buffer, size_t capacity);
ChanSpan chan_window_keymap_encode(const ChanWindowKeymap *m, void *buffer, size_t capacity);
ChanSpan
chan_window_shape_encode(uint32_t window, const ChanWindowShape *m, void *buffer, size_t capacity);

ChanSpan
chan_window_caret_encode(uint32_t window, const ChanWindowCaret *m, void *buffer, size_t capacity);
// menu: encoded.
ChanSpan chan_window_menu_encode(uint32_t window, ChanSpan menu, void *buffer, size_t capacity);
// names: packed.
ChanSpan chan_window_names_encode(uint32_t window, ChanSpan names, void *buffer, size_t capacity);
ChanSpan chan_window_monitors_encode(uint32_t window, const ChanWindowMonitors *m, void *buffer,
                                     size_t capacity);
ChanSpan
chan_window_group_encode(uint32_t window, const ChanWindowGroup *m, void *buffer, size_t capacity);
// which: CHAN_WINDOW_WORKSPACE or _PLACED.
ChanSpan chan_window_workspace_encode(ChanWindowMessage which, uint32_t window, uint32_t workspace,
                                      void *buffer, size_t capacity);
ChanSpan
chan_window_workspaces_encode(const ChanWindowWorkspaces *m, void *buffer, size_t capacity);
ChanSpan chan_window_lock_encode(uint32_t window, bool wanted, void *buffer, size_t capacity);
// which: CHAN_WINDOW_PING, _PONG, _SETTLE or _SETTLED, of which the latter two name no window.
ChanSpan chan_window_ping_encode(ChanWindowMessage which, uint32_t window, uint32_t serial,
                                 void *buffer, size_t capacity);
ChanSpan chan_window_kill_encode(uint32_t window, bool process, void *buffer, size_t capacity);
ChanSpan chan_window_motion_encode(const ChanWindowMotion *m, void *buffer, size_t capacity);
ChanSpan chan_window_touch_encode(const ChanWindowTouch *m, void *buffer, size_t capacity);
ChanSpan chan_window_button_encode(const ChanWindowButton *m, void *buffer, size_t capacity);
ChanSpan chan_window_key_encode(const ChanWindowKey *m, void *buffer, size_t capacity);
ChanSpan chan_window_keeper_encode(const ChanWindowKeeper *m, void *buffer, size_t capacity);
ChanSpan chan_window_pixels_encode(uint64_t token, void *buffer, size_t capacity);
ChanSpan chan_window_video_encode(bool taken, void *buffer, size_t capacity);
ChanSpan
chan_window_pace_encode(uint32_t window, const ChanWindowPace *m, void *buffer, size_t capacity);
ChanSpan chan_window_save_encode(uint32_t serial, void *buffer, size_t capacity);
ChanSpan chan_window_text_encode(ChanSpan text, void *buffer, size_t capacity);
ChanSpan chan_window_preedit_encode(const ChanWindowPreedit *m, void *buffer, size_t capacity);

// One message. Its parts are within the ranges above; pixels and text are borrowed from the bytes.
// Text is not empty, and not known to be UTF-8 yet.
typedef struct {
    ChanWindowMessage type;
    uint32_t window;
    union {
        ChanWindowProps props;
        ChanWindowIcon icon;
        ChanWindowShape shape;
        ChanWindowHost host;
        ChanWindowKeys keys;
        ChanWindowKeymap keymap;
        ChanWindowCaret caret;
        ChanWindowNames names;
        ChanWindowMonitors monitors;
        ChanWindowGroup group;
        ChanSpan untrusted_text;
        ChanWindowPreedit preedit;
        uint32_t lock;   // 0, 1
        uint32_t serial; // of PING and PONG, SETTLE and SETTLED
        uint32_t kill;   // 1: the process, too
        ChanSpan menu;   // one that chan_tray_menu_decode takes
        ChanWindowMotion motion;
        ChanWindowTouch touch;
        ChanWindowButton button;
        ChanWindowKey key;
        ChanWindowKeeper keeper;
        uint32_t save;  // a serial
        uint64_t token; // of PIXELS, not 0
        ChanWindowPace pace;
        uint32_t video;     // 0, 1
        uint32_t workspace; // of WORKSPACE and PLACED: < CHAN_WORKSPACES_MAX, or CHAN_WORKSPACE_ALL
        ChanWindowWorkspaces workspaces;
    };
} ChanWindowSaid;

// False for anything that is not exactly one valid message: if it is no newer one, close the
// channel, and go on without.
bool chan_window_decode(ChanSpan untrusted_bytes, ChanWindowSaid *said);
// Whether it has a type that is not known here, of whatever form: skip it.
bool chan_window_is_newer(ChanSpan untrusted_bytes);

// Whether every field is within its range.
bool chan_window_props_valid(const ChanWindowProps *props);
bool chan_window_keys_valid(const ChanWindowKeys *keys);
bool chan_window_caret_valid(const ChanWindowCaret *caret);
bool chan_window_touch_valid(const ChanWindowTouch *touch);
bool chan_window_monitors_valid(const ChanWindowMonitors *monitors);
bool chan_window_group_valid(const ChanWindowGroup *group);
bool chan_window_workspace_valid(uint32_t workspace);
bool chan_window_workspaces_valid(const ChanWindowWorkspaces *workspaces);
bool chan_window_pace_valid(const ChanWindowPace *pace);
bool chan_window_preedit_valid(const ChanWindowPreedit *preedit);
