// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control pipes of one guest session, all on the host: broker ↔ casement-session and
// broker ↔ casement-view. Each message is one packet of a SOCK_SEQPACKET socket: a fixed struct in
// the machine's own byte order (both ends are of one build), for some followed by text. File
// descriptors come with the packet that names them.
//
// The broker trusts neither: casement-session reads a guest's bytes and may be taken over. Whoever
// receives calls ctl_check first, which proves size, type and NUL-termination; ranges are the
// receiver's own to check.
//
//   broker                     casement-session            casement-view
//     │ SETUP, APP…                  │                          │  (to both)
//     │ CERTIFICATES,                │                          │
//     │ CREDENTIALS, EXEC ──────────▶│                          │
//     │◀── READY, EXEC_RESULT, WINDOW, NOTICE, SIGN_IN_FAILED   │
//     │◀── TRAY, TRAY_GONE, TRAY_BALLOON, TRAY_MENU             │
//     │ TRAY_EVENT ─────────────────▶│                          │
//     │ PIXELS(fd) ─────────────────▶│   right after SETUP; none: the guest has no such stream
//     │ VIEW(fd) ───────────────────▶│   a new view after a crash
//     │ SESSION(fd) ────────────────────────────────────────────▶│   a new session after a crash
//     │◀─────────────────────────────── VIEW_STATUS, RECORDING, ADOPT
//
// When the broker vanishes, session and view go on. The view has the broker activated over D-Bus
// once, connects to $XDG_RUNTIME_DIR/casement/control and sends ADOPT with one end of a fresh
// socket pair for the session, whose other end it gives the session (VIEW_MSG_CONTROL). The
// connection it made is its own new control pipe. The new broker answers with SETUP and the APP
// table on both.

#include "channel/msg.h"

#include <stdbool.h>
#include <stdint.h>

#define CTL_PACKET_MAX (64 * 1024)
#define CTL_GUEST_MAX 64  // bytes of a guest's name with its NUL
#define CTL_TEXT_MAX 1024 // bytes of a text field with its NUL
#define CTL_APP_NONE 0xffffu
#define CTL_WINDOW_SCREEN 0xffffffffu // window_id of the guest's own screen or whole desktop

typedef enum {
    // broker → session and view
    CTL_SETUP = 1,
    CTL_APP = 2,  // an entry of the table of applications, new or changed; never removed
    CTL_QUIT = 3, // end in good order: close windows, leave the guest's programs alone
    // broker → session
    CTL_EXEC = 10,         // start a program in the guest
    CTL_VIEW = 11,         // +fd: talk to this view from now on and tell it everything again
    CTL_CLOSE = 12,        // ask a window to close
    CTL_CREDENTIALS = 13,  // who signs in; the receiver wipes the packet
    CTL_TRAY_EVENT = 14,   // a click on an icon of the tray
    CTL_PIXELS = 15,       // +fd: the guest's stream of pixels (channel/tile_stream.h)
    CTL_CERTIFICATES = 18, // what the guest's server may present; before CREDENTIALS
    // broker → view
    CTL_SESSION = 20, // +fd: this is the session now; windows of the former one go when the new
                      // one's come, at the latest after 5 s
    CTL_STARTUP =
        21, // a launch is under way: its startup id ("": none), for the program's first window
    CTL_RAISE = 22,   // raise and focus a window
    CTL_PRESSED = 23, // the user pressed something of the guest's that is no window: an icon of the
                      // tray; before the session is told
    // session → broker
    CTL_READY = 40, // RAIL handshake done, programs can be started; with CTL_DESKTOP: logged on
    CTL_EXEC_RESULT = 41,
    CTL_WINDOW = 42, // a window appeared or changed (title, state, application)
    CTL_WINDOW_GONE = 43,
    CTL_NOTICE = 44,         // something the user must read; fatal: the session ends after it
    CTL_SIGN_IN_FAILED = 45, // the guest lets this user not in; the session ends after it
    CTL_TRAY = 46,           // an icon of the tray appeared or changed: all of it
    CTL_TRAY_GONE = 47,
    CTL_TRAY_BALLOON = 48, // it says something
    CTL_TRAY_MENU = 49,    // the menu of one that has one: all of it
    // view → broker
    CTL_VIEW_READY = 60,  // display open
    CTL_VIEW_STATUS = 61, // figures for `casement status`, at most every second while they change
    CTL_ADOPT = 62,       // +fd: first packet of a view that has lost its broker
    CTL_RECORDING = 63,   // the microphone is recorded for the guest, or no more
} CtlType;

// Every message starts with this. size is the packet's, text included.
typedef struct {
    uint32_t type; // CtlType
    uint32_t size;
} CtlHeader;

typedef enum {
    CTL_CLIPBOARD_TO_GUEST = 1u << 0,
    CTL_CLIPBOARD_TO_HOST = 1u << 1,
    CTL_SOUND = 1u << 2,
    CTL_SIGN_IN = 1u << 3,      // the guest asks who it is: CREDENTIALS come before the connection
    CTL_RDP_SECURITY = 1u << 4, // and knows neither NLA nor TLS (Windows XP)
    CTL_DESKTOP = 1u << 5,      // its whole desktop in one window, instead of its windows; what a
                                // session began as it stays
    CTL_HOST_FRAMES = 1u << 6,  // of windows of a server that frames them, the host's are shown
    CTL_RDP_PIXELS = 1u << 7,   // pixels go by RDP alone, also where there is a shorter way
    CTL_STREAM_PIXELS =
        1u << 8,              // over their stream, also where guest and host have memory together
    CTL_MICROPHONE = 1u << 9, // the guest may record; the view obeys, whatever the session says
    CTL_LOSSLESS_PIXELS = 1u << 10, // never as video over that
} CtlSetupFlags;

typedef struct {
    CtlHeader header;
    uint32_t flags; // CtlSetupFlags
    uint32_t max_windows;
    char guest[CTL_GUEST_MAX];              // "demo"
    char label[CHAN_NAME_MAX + 1];          // "Demo"; the title of its desktop
    char title_prefix[CTL_GUEST_MAX];       // shown before each title; may be empty
    uint32_t border_rgb;                    // 0x01RRGGBB, or 0 for none (view only)
    uint32_t desktop_width, desktop_height; // of the whole desktop's window; 0: none is known
} CtlSetup;

typedef struct {
    CtlHeader header;
    uint32_t index;               // 0…CHAN_APPS_MAX-1
    uint32_t foremost;            // CHAN_APP_FOREMOST
    char app_id[CHAN_ID_MAX + 1]; // the guest's id; the session matches what RAIL says against it
    char wm_class[CHAN_ID_MAX + CTL_GUEST_MAX + 16]; // id of the published .desktop file
    char name[CHAN_NAME_MAX + 1];                    // cleaned
    // Of a Windows' application, cleaned, may be empty: for the session to match.
    char model_id[CHAN_NAME_MAX + 1];   // AppUserModelID
    char program[CHAN_PROGRAM_MAX + 1]; // path of its file
} CtlApp;

#define CTL_CREDENTIAL_MAX                                                                         \
    768 // bytes of a name or a password with its NUL: 256 characters of UTF-8

typedef struct {
    CtlHeader header;
    char user[CTL_CREDENTIAL_MAX];
    char domain[CTL_CREDENTIAL_MAX]; // or empty
    char password[CTL_CREDENTIAL_MAX];
} CtlCredentials;

typedef struct {
    uint32_t size; // CHAN_SHA1_SIZE or CHAN_SHA256_SIZE
    uint8_t hash[CHAN_SHA256_SIZE];
} CtlCertificate;

typedef struct {
    CtlHeader header;
    uint32_t n; // 0: not known, any will do; at most CHAN_CERTIFICATES_MAX
    uint32_t reserved;
    CtlCertificate certificates[CHAN_CERTIFICATES_MAX];
} CtlCertificates;

typedef struct {
    CtlHeader header;
    uint32_t again;    // 1: with other credentials it may work; 0: asking the user is of no use
    uint32_t doubtful; // 1: the server closed without a word; perhaps it only ended
    char text[CTL_TEXT_MAX];
} CtlSignInFailed;

// DESKTOP only in a session with CTL_DESKTOP, which starts nothing else: answered when it is shown.
typedef enum { CTL_EXEC_APP = 1, CTL_EXEC_COMMAND = 2, CTL_EXEC_DESKTOP = 3 } CtlExecKind;

typedef struct {
    CtlHeader header;
    uint32_t serial;
    uint32_t kind;                // CtlExecKind
    char program[CTL_TEXT_MAX];   // application id, or the command's path
    char directory[CTL_TEXT_MAX]; // working directory in the guest, or empty
    char startup_id[256];         // or empty
    // followed by the arguments, each with its NUL: file paths in the guest, or the command's
} CtlExec;

typedef enum {
    CTL_EXEC_OK = 0,
    CTL_EXEC_NOT_FOUND = 1,
    CTL_EXEC_NOT_ALLOWED = 2,
    CTL_EXEC_FAILED = 3, // found, and did not start
    CTL_EXEC_NO_ANSWER = 4,
    CTL_EXEC_LOCKED = 5, // the user's session in the guest
} CtlExecCode;

typedef struct {
    CtlHeader header;
    uint32_t serial;
    uint32_t code; // CtlExecCode
    uint32_t raw;  // RAIL's own result, for logs
    uint32_t pid;  // CTL_EXEC_OK: the program's process in the guest, 0 if it is not known
} CtlExecResult;

typedef struct {
    CtlHeader header;
    uint32_t window_id;
    uint32_t app_index; // or CTL_APP_NONE
    uint32_t owner_id;  // 0: top level
    uint32_t popup;     // 1: a menu, tooltip: not for lists
    int32_t x, y;
    uint32_t width, height;
    uint32_t minimized;
    uint32_t maximized; // or full-screen
    char untrusted_title[CHAN_NAME_MAX + 1];
} CtlWindow;

typedef struct {
    CtlHeader header;
    uint32_t window_id; // also CTL_CLOSE and CTL_RAISE
    uint32_t reserved;
} CtlWindowId;

// An icon's picture comes in the packet: at this size it fits, and a tray shows none that is
// larger.
#define CTL_TRAY_SIDE_MAX 96

typedef enum {
    CTL_TRAY_HAS_MENU = 1u << 0, // TRAY_MENU tells it
    CTL_TRAY_IS_MENU = 1u << 1,  // nothing else: a click opens it, too
} CtlTrayFlags;

typedef struct {
    CtlHeader header;
    uint32_t window_id, icon_id; // the two together name it
    uint32_t app_index;          // or CTL_APP_NONE
    uint32_t hidden;             // 1: it is there, and not to be shown
    uint32_t width, height;      // 1…CTL_TRAY_SIDE_MAX, or both 0: no picture
    uint32_t flags;              // CtlTrayFlags
    char untrusted_tip[CHAN_NAME_MAX + 1];
    // followed by width * height * 4 bytes: straight BGRA8
} CtlTray;

typedef struct {
    CtlHeader header;
    uint32_t window_id, icon_id; // also the beginning of TRAY, TRAY_BALLOON and TRAY_EVENT
} CtlTrayId;

typedef struct {
    CtlHeader header;
    uint32_t window_id, icon_id;
    char untrusted_title[CHAN_NAME_MAX + 1];
    char untrusted_text[CTL_TEXT_MAX];
} CtlTrayBalloon;

// followed by a menu (channel/tray_menu.h)
typedef struct {
    CtlHeader header;
    uint32_t window_id, icon_id;
} CtlTrayMenu;

typedef enum {
    CTL_TRAY_ACTIVATE = 1,  // a click; two within half a second are a double click
    CTL_TRAY_SECONDARY = 2, // what a double click does
    CTL_TRAY_CONTEXT_MENU = 3,
    CTL_TRAY_SCROLL = 4,       // down; value: a distance with sign
    CTL_TRAY_SCROLL_RIGHT = 5, // likewise
    CTL_TRAY_MENU_CLICKED = 6, // value: the entry's id
    CTL_TRAY_MENU_OPENS = 7,   // value: the submenu's id; 0: the menu's
    CTL_TRAY_MENU_CLOSED = 8,  // likewise
} CtlTrayEventKind;

typedef struct {
    CtlHeader header;
    uint32_t window_id, icon_id;
    uint32_t kind; // CtlTrayEventKind
    int32_t x, y;  // on the screen; of a click
    int32_t value;
} CtlTrayEvent;

typedef struct {
    CtlHeader header;
    uint32_t fatal;
    uint32_t code; // program's own, for logs
    char text[CTL_TEXT_MAX];
} CtlNotice;

typedef struct {
    CtlHeader header;
    char startup_id[256];
    uint32_t app_index;
    uint32_t over; // 1: it failed, and no window comes of it
} CtlStartup;

typedef struct {
    CtlHeader header;
    uint64_t pixels_received, pixels_painted;
    // Of those received past RDP: channel/pixel_path.h, channel/tile_stream.h.
    uint64_t pixels_shared, pixels_streamed;
    uint32_t windows;
    uint32_t frames; // shown since start
    uint32_t sound_underruns;
    // Of windows: places and states that the guest was told of, and that the window manager was
    // asked for.
    uint32_t places_told, states_told, places_asked, states_asked;
    // From a key to the pixels that came of it: how many since the start, and of the last 128.
    uint32_t keys_measured, key_to_pixel_p50_us, key_to_pixel_p99_us;
} CtlViewStatus;

typedef struct {
    CtlHeader header;
    uint32_t on; // 1: from before the first sample to after the last
    uint32_t reserved;
} CtlRecording;

typedef struct {
    CtlHeader header;
    uint32_t session_pid; // 0: the view does not know it (its socket was made by the broker)
    uint32_t view_pid;
    char guest[CTL_GUEST_MAX];
} CtlAdopt;

// A message that is only its header: QUIT, PRESSED, READY, VIEW_READY, PIXELS (+fd), VIEW (+fd),
// SESSION (+fd).
typedef CtlHeader CtlPlain;

// True when the packet is one whole message: its type is known, its size is the one of its type
// (EXEC may carry text, every argument NUL-terminated; TRAY the pixels it says, TRAY_MENU a menu),
// header.size agrees, every char array has its NUL. Only then may it be cast to its struct.
bool ctl_check(ChanSpan untrusted_packet);

// The menu of a checked TRAY_MENU.
ChanSpan ctl_tray_menu(ChanSpan packet);

// The type of a checked packet.
CtlType ctl_type(ChanSpan packet);

// Copies text into a char array of a message, cut at a character if it is too long.
#define CTL_SET_TEXT(array, text) ctl_set_text((array), sizeof(array), (text))
void ctl_set_text(char *array, size_t size, const char *text);

// Fills the header of a message whose struct is *m.
#define CTL_INIT(m, ctl_type) ((m)->header = (CtlHeader){(ctl_type), sizeof *(m)})
