// SPDX-License-Identifier: Apache-2.0
#pragma once

// The X11 half of casement-remoteapp: window manager, compositor and input of the headless
// display, without any RDP. The other half (peer.h) turns its events into RAIL, RDPGFX, RDPSND and
// CLIPRDR, and calls it for what the client asks.
//
// One thread, one GMainContext. Windows are known by ids of 32 bits that are never reused while
// the process lives; the X window of a client is not told to anyone.

#include "channel/clip.h"
#include "channel/rail.h"
#include "channel/window_channel.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct RaDesktop RaDesktop;

typedef struct {
    int x, y, width, height;
} RaRect;

typedef enum {
    RA_KIND_NORMAL,
    RA_KIND_DIALOG,
    RA_KIND_POPUP, // override-redirect menus, combo boxes, drag icons
    RA_KIND_TOOLTIP,
    RA_KIND_SPLASH,
    RA_KIND_UTILITY,
} RaKind;

typedef enum { RA_NORMAL, RA_MINIMIZED, RA_MAXIMIZED, RA_FULLSCREEN } RaShowState;

typedef struct {
    int width, height;
    const guint32 *argb; // straight alpha, 0xAARRGGBB in the machine's byte order
} RaIcon;

// A copy centred in a square, halved until that is at most side_max; its argb is the caller's.
RaIcon ra_icon_square(const RaIcon *icon, int side_max);

typedef struct {
    guint32 id;
    guint32 owner_id; // 0: none
    RaKind kind;
    RaShowState state;
    RaRect rect; // the client area in root coordinates; no frame is drawn
    bool mapped;
    bool alpha; // depth 32
    bool modal, above, skip_taskbar, undecorated, urgent;
    bool resizable, closable;
    int min_width, min_height, max_width, max_height; // 0: none
    int base_width, base_height, inc_width, inc_height;
    ChanWindowProps props; // what the program says to window managers, bounded and as it is
    ChanWindowShape *shapes[CHAN_SHAPES]; // by ChanWindowShapeKind; NULL: the whole window
    bool has_monitors;                    // its program asks for those when it is full-screen
    ChanWindowMonitors monitors;
    ChanWindowGroup group; // and which owner it names
    bool asks_workspace;   // its program does, and the client has not said since where it is
    guint32 workspace;     // for that one, or CHAN_WORKSPACE_ALL
    guint32 pid;           // _NET_WM_PID, or what XRes says; 0: unknown
    char *title;           // UTF-8, never NULL
    // As the program set them, UTF-8 of at most CHAN_WINDOW_NAME_MAX bytes; NULL: it has not.
    const char *names[CHAN_NAMES];
    char *app_id;     // .desktop id: by startup id, then StartupWMClass, then PID; "" if unknown
    char *startup_id; // "" if none
    // As the program set them, at most CHAN_WINDOW_ICON_BYTES_MAX together; n_icons of them.
    RaIcon icons[CHAN_WINDOW_ICONS_MAX];
    guint n_icons;
} RaWindow;

typedef enum {
    RA_CHANGED_RECT = 1u << 0,
    RA_CHANGED_STATE = 1u << 1,
    RA_CHANGED_TITLE = 1u << 2,
    RA_CHANGED_ICON = 1u << 3,
    RA_CHANGED_HINTS = 1u << 4, // kind, owner, flags, sizes
    RA_CHANGED_APP = 1u << 5,
    RA_CHANGED_SHAPE = 1u << 6,
    RA_CHANGED_NAMES = 1u << 7, // title among them
    RA_CHANGED_MONITORS = 1u << 8,
    RA_CHANGED_GROUP = 1u << 9,
    RA_CHANGED_WORKSPACE = 1u << 10,
    RA_CHANGED_ALL = (1u << 11) - 1,
} RaChange;

// A tray icon of the older kind, a window of its program's (System Tray Protocol, XEmbed).
#define RA_ICON_SIDE 32
// Of ids: windows count from 1 on, and do not come here.
#define RA_ICON_ID_FIRST 0xb0000000u
#define RA_ICON_ID_LAST 0xbfffffffu

typedef struct {
    guint32 id;
    guint32 pid;  // 0: unknown
    char *name;   // WM_CLASS, ""
    char *title;  // UTF-8, ""
    bool hidden;  // by its program
    GBytes *bgra; // straight BGRA8, RA_ICON_SIDE² pixels
} RaTrayIcon;

// What its program says to the user by it.
typedef struct {
    guint32 id;        // the program's
    gint32 timeout_ms; // 0: until it is taken back
    const char *text;  // UTF-8
} RaBalloon;

typedef struct {
    int width, height, hot_x, hot_y; // 0×0: hidden
    const guint32 *argb;             // premultiplied
    guint32 serial;                  // the same serial is the same image
} RaCursor;

typedef struct {
    // A window that should be shown is there for the first time, with its pixels to be taken.
    void (*window_new)(const RaWindow *window, gpointer user);
    void (*window_changed)(const RaWindow *window, RaChange what, gpointer user);
    void (*window_gone)(guint32 id, gpointer user);
    // Pixels of the window changed since the last ra_desktop_take_damage that took anything. Called
    // once, then not again before damage was taken. Merging of a program's batch is done already.
    void (*damaged)(guint32 id, gpointer user);
    // Order of all mapped windows, top first, and the focused one (0: none).
    void (*stack_changed)(const guint32 *ids, guint count, guint32 active, gpointer user);
    // A program asks for its window to be the active one. It may be here already: elsewhere the
    // client may have the focus where it has not followed. A client of ours decides, and is not
    // told by stack_changed then.
    void (*asks_active)(guint32 id, gpointer user);
    // A program asks for an interactive move or resize (_NET_WM_MOVERESIZE direction, EWMH 1.5).
    void (*move_loop)(guint32 id, int direction, int root_x, int root_y, gpointer user);
    void (*cursor_changed)(const RaCursor *cursor, gpointer user);
    // A program of the guest owns the selection: these kinds of content are on offer (0: none any
    // more).
    void (*clipboard_offered)(ChanClipSelection which, guint32 kinds, gpointer user);
    // What was asked for by ra_desktop_clipboard_want; NULL: there is none.
    void (*clipboard_data)(ChanClipSelection which, GBytes *data, gpointer user);
    // A program of the guest wants what the client has; answer by ra_desktop_clipboard_give.
    void (*clipboard_wanted)(ChanClipSelection which, guint32 kind, gpointer user);
    // Where in its window the program with the focus writes, and how.
    void (*caret_moved)(guint32 id, const ChanWindowCaret *caret, gpointer user);
    // The window's program hides the pointer and takes its movements alone, or no more.
    void (*lock_wanted)(guint32 id, bool wanted, gpointer user);
    // Icons of the tray: new or changed.
    void (*icon_changed)(const RaTrayIcon *icon, gpointer user);
    void (*icon_gone)(guint32 id, gpointer user);
    void (*balloon)(const RaTrayIcon *icon, const RaBalloon *balloon, gpointer user);
    void (*balloon_gone)(guint32 icon, guint32 balloon, gpointer user);
    // The window's program answered this ra_desktop_ping, and with it those before.
    void (*ponged)(guint32 id, guint32 serial, gpointer user);
    // What CLIPBOARD has is to be kept by the client; answer by ra_desktop_set_keeper.
    void (*save_wanted)(guint32 serial, gpointer user);
    // The display is gone; nothing further can be done.
    void (*lost)(gpointer user);
} RaDesktopEvents;

// Opens display_name (NULL: $DISPLAY) and becomes its window manager. NULL with error set when
// the display cannot be opened, lacks an extension, or has a window manager already. Windows that
// exist already are told of when the context runs.
RaDesktop *ra_desktop_new(GMainContext *context, const char *display_name,
                          const RaDesktopEvents *events, gpointer user, GError **error);
void ra_desktop_free(RaDesktop *desktop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaDesktop, ra_desktop_free)

// All windows that are told of, in no order; borrowed until the context runs again.
GPtrArray *ra_desktop_windows(RaDesktop *desktop); // of const RaWindow *, container owned by caller
const RaWindow *ra_desktop_window(RaDesktop *desktop, guint32 id);

// The guest's desktop: sizes by RandR (Xorg dummy), cut to the first size on Xvfb. scale_percent
// is published as Xft.dpi and by XSETTINGS.
void ra_desktop_set_screen(RaDesktop *desktop, int width, int height, int scale_percent,
                           const RaRect *work_area, const RaRect *monitors, guint n_monitors);
void ra_desktop_screen_size(RaDesktop *desktop, int *width, int *height);

#define RA_DPI_MAX (1024 * 1024)
#define RA_WINDOW_SCALE_MAX 5

// Scale as a client of ours finds it on its host; 0: not there. From then on scale_percent counts
// only where it is another one.
typedef struct {
    int resource_dpi; // Xft.dpi, in 1/1024
    int settings_dpi; // XSETTINGS' Xft/DPI
    int window_scale; // and Gdk/WindowScalingFactor
} RaScale;
void ra_desktop_set_scale(RaDesktop *desktop, const RaScale *scale);

// Keyboard: XKB names; NULL or "" parts are left to the default.
void ra_desktop_set_layout(RaDesktop *desktop, const char *model, const char *layout,
                           const char *variant, const char *options);

// What the client's keys mean, with the next ra_desktop_set_keys.
void ra_desktop_expect_keymap(RaDesktop *desktop, const ChanWindowKeymap *keymap);
// As ra_desktop_set_layout, with the group that counts and the rate at which keys repeat.
void ra_desktop_set_keys(RaDesktop *desktop, const ChanWindowKeys *keys);

// Takes the window's damage as at most max rectangles in window coordinates, clipped to the
// window and merged as needed. Returns how many; 0 when there is none. all: take the whole window
// instead (first frame, new size, new client).
guint ra_desktop_take_damage(RaDesktop *desktop, guint32 id, bool all, RaRect *rects, guint max);

// Damage of at most so many pixels is announced at once to who asks for more of it; all that is
// reported is after this at the latest, in µs.
#define RA_COPIED_PIXELS (256 * 256)
#define RA_MERGE_MOST_US 300

// What a program draws in one batch is reported in pieces. Adds to count rectangles of the window,
// at least one, which were copied just now, what was reported by then; true: copy them all again.
// They stay at most max.
bool ra_desktop_take_more(RaDesktop *desktop, guint32 id, RaRect *rects, guint *count, guint max);
// Whether whoever copies the window's damage asks so: then what is small is announced without a
// round trip to the X server that would wait for the rest.
void ra_desktop_asks_for_more(RaDesktop *desktop, guint32 id, bool asks);

// Copies a rectangle of the window's composited pixels (BGRX or premultiplied BGRA, 4 bytes) to
// dst, whose row y starts at dst + y * stride, for the rectangle's own rows. FALSE when the window
// vanished or changed its size meanwhile (take damage again later).
gboolean
ra_desktop_capture(RaDesktop *desktop, guint32 id, const RaRect *rect, guint8 *dst, gsize stride);

typedef struct {
    const guint8 *data;
    gsize stride;
} RaPixels;

// The same for many rectangles in one round trip and without a copy: pixels[i] is what rects[i]
// shows, in memory shared with the X server, valid until the next capture of any window.
gboolean ra_desktop_capture_many(RaDesktop *desktop, guint32 id, const RaRect *rects, guint count,
                                 RaPixels *pixels);

// Memory of the client's, of width × height pixels in rows without a gap, which the X server fills
// past this process where it can. Takes the descriptor; NULL: it cannot be used.
typedef struct RaShared RaShared;
RaShared *ra_desktop_share(RaDesktop *desktop, int take_fd, int width, int height, bool alpha);
void ra_shared_free(RaShared *shared); // NULL-safe
// Rectangles of a window, at most 32, that go where they are in it.
typedef struct {
    guint32 id;
    RaShared *to;
    const RaRect *rects;
    guint count;
    bool done; // false as with ra_desktop_capture_many, or where one is not within the memory
} RaSharedCopy;
// All of them in one round trip.
void ra_desktop_capture_shared(RaDesktop *desktop, RaSharedCopy *copies, guint count);

// Whether the window has the focus.
bool ra_desktop_is_active(const RaDesktop *desktop, guint32 id);

// What the client asks. Unknown ids are ignored.
void ra_desktop_activate(RaDesktop *desktop, guint32 id); // focus and raise; 0: focus nothing
// Without focus: the client's pointer is over it. 0: it is over none of the windows.
// alone: above the windows that it owns, too, as the client shows it.
void ra_desktop_raise(RaDesktop *desktop, guint32 id, bool alone);
// What programs are to draw by: ChanRailLooks, at first CHAN_LOOKS_DEFAULT. Programs that run
// follow a compositor's coming and going; of the rest they may keep what they knew.
void ra_desktop_set_looks(RaDesktop *desktop, guint32 looks);
void ra_desktop_move_resize(RaDesktop *desktop, guint32 id, const RaRect *rect);
void ra_desktop_set_state(RaDesktop *desktop, guint32 id, RaShowState state);
// Whether a client of ours is there, whose window manager decides what maximised and full screen
// mean and says so by ra_desktop_set_host. What a former one said is forgotten.
void ra_desktop_set_hosted(RaDesktop *desktop, bool hosted);
// So the host shows the window: all states that both ends keep, and where. The serial is told back
// in the window's props.
void ra_desktop_set_host(RaDesktop *desktop, guint32 id, const ChanWindowHost *host);
// Which workspaces the client's host has, and on which one the window is (CHAN_WORKSPACE_ALL:
// nothing new). Until then, and when a client of ours has left, there is one.
void ra_desktop_set_workspaces(RaDesktop *desktop, const ChanWindowWorkspaces *workspaces);
void ra_desktop_placed(RaDesktop *desktop, guint32 id, guint32 workspace);
// How often the client's screen paints the window, and whether it is seen; and that what was sent
// of it last was shown then, of the monotonic clock: its program draws its next frame by that.
void ra_desktop_set_pace(RaDesktop *desktop, guint32 id, const ChanWindowPace *pace);
void ra_desktop_shown(RaDesktop *desktop, guint32 id, gint64 shown_us);
void ra_desktop_close(RaDesktop *desktop, guint32 id); // WM_DELETE_WINDOW, or XKillClient
// Takes its program's connection to the X server away, and kills it if its process is asked for.
void ra_desktop_kill(RaDesktop *desktop, guint32 id, bool process);
// Asks its program whether it still listens (_NET_WM_PING), where that said it would answer.
void ra_desktop_ping(RaDesktop *desktop, guint32 id, guint32 serial);

// Input in the order it is called. evdev is Linux's input code.
void ra_desktop_key(RaDesktop *desktop, guint evdev, bool down);
void ra_desktop_unicode(RaDesktop *desktop, gunichar character);
// Text of the client's input method (UTF-8): as one, where the program has ours, else by
// characters.
void ra_desktop_text(RaDesktop *desktop, const char *text);
// What that is making: shown by programs that said so (CHAN_CARET_ON_SPOT).
void ra_desktop_preedit(RaDesktop *desktop, const ChanWindowPreedit *preedit);
// Whether programs that start now find an input method of ours (CHAN_LOOKS_INPUT_METHOD).
bool ra_desktop_has_method(const RaDesktop *desktop);
// Tells the last caret again, to a client that does not know it.
void ra_desktop_tell_caret(RaDesktop *desktop);
void ra_desktop_pointer_move(RaDesktop *desktop, int root_x, int root_y);
// When a key, a button or a finger was last put down, or the wheel was turned, of the monotonic
// clock; 0: never.
gint64 ra_desktop_input_us(const RaDesktop *desktop);
// Where the client had it last.
void ra_desktop_pointer_place(const RaDesktop *desktop, int *root_x, int *root_y);
// Moves it by so much for the program that wants that, while locked; from then on places are left
// out, until one that is not.
void ra_desktop_pointer_shift(RaDesktop *desktop, const ChanWindowMotion *motion);
// A finger. Programs that know none have the first of them as a pointer.
void ra_desktop_touch(RaDesktop *desktop, const ChanWindowTouch *touch);
// Tells again what is wanted, to a client that does not know it.
void ra_desktop_tell_lock(RaDesktop *desktop);
// Where the next button is; no motion where the pointer is there.
void ra_desktop_pointer_aim(RaDesktop *desktop, int root_x, int root_y);
void ra_desktop_button(RaDesktop *desktop, guint button, bool down); // 1 to 3, 8 to 31 as X11
void ra_desktop_wheel(RaDesktop *desktop, int dx, int dy); // 1/120 notches, right and up positive
void ra_desktop_release_all(RaDesktop *desktop); // the client left: let go of keys and buttons
void ra_desktop_set_locks(RaDesktop *desktop, bool scroll, bool num, bool caps);

// Whether the client keeps what CLIPBOARD has, and what it has kept.
void ra_desktop_set_keeper(RaDesktop *desktop, const ChanWindowKeeper *keeper);
// The client's selection has these kinds of content (0: none any more): own it, ask on demand. Text
// is UTF-8.
void ra_desktop_clipboard_offer(RaDesktop *desktop, ChanClipSelection which, guint32 kinds);
void ra_desktop_clipboard_give(RaDesktop *desktop, ChanClipSelection which, guint32 kind,
                               GBytes *data); // NULL: none
void ra_desktop_clipboard_want(RaDesktop *desktop, ChanClipSelection which, guint32 kind);

// Icons of the tray that have a picture; NULL: none. Borrowed until the context runs.
const RaTrayIcon *ra_desktop_icon(const RaDesktop *desktop, guint32 id);
const RaTrayIcon *ra_desktop_icon_nth(const RaDesktop *desktop, guint n);
// As if it were there: it comes to the place, so that its menu opens beside it. button as above.
void ra_desktop_icon_click(RaDesktop *desktop, guint32 id, guint button, int root_x, int root_y);
void ra_desktop_icon_scroll(RaDesktop *desktop, guint32 id, int dx, int dy, int root_x,
                            int root_y); // as the wheel

// A program was started with this startup id or pid for the .desktop id, "" for a mere command:
// windows are matched (x11/identity.h). Later: it ended.
void ra_desktop_expect(RaDesktop *desktop, const char *app_id, guint32 pid, const char *startup_id);
void ra_desktop_ended(RaDesktop *desktop, guint32 pid);
// Whose it is that shows no window: name is what stands for a WM_CLASS. "" if unknown; borrowed
// until the next call.
const char *ra_desktop_app_of(RaDesktop *desktop, guint32 pid, const char *name);
