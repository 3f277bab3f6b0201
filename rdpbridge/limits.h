// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one guest may cost its user: every limit of casement-session and casement-view, with its
// reason. Both keep them: the session, because it reads the guest's bytes; the view by itself,
// because a guest may have taken the session over. Limits of a format alone (an RDP field's width)
// stay where that format is read.
//
// What happens beyond one: "closed" ends the session with a notice that names guest and limit,
// "left out" does without the thing and says so once, "waits" delays it, so that only the last
// state of several is shown.
//
// Pure: numbers only.

// How many.

// A notice; further windows are left out. The policy (max_windows) may lower it. Natively a busy
// desktop has some hundred; the X server and the window manager are linear in it.
#define VIEW_WINDOWS_MAX 512
// Window surfaces of the graphics channel: a former and a new one of each window. Closed.
#define LIMIT_SURFACES (2 * VIEW_WINDOWS_MAX)
// Buffers that a session has named to the view: each window's former and new ones, twice. Closed.
#define LIMIT_BUFFERS (4 * VIEW_WINDOWS_MAX)
// Icons in the tray, more than a panel has room for. Left out.
#define BRIDGE_TRAY_MAX 32
// Launches that wait for their first window; the oldest is given up.
#define LIMIT_LAUNCHES 16
// Programs asked for and not answered.
#define LIMIT_EXECS 64
// Processes of which it is remembered whose program they are; questions about one window.
#define LIMIT_PROCESSES 512
#define LIMIT_ASKS 8
#define VIEW_MONITORS_MAX 16
// Processes that windows of the guest's programs belong to, one a program (300 KiB each). Windows
// of further ones are the view's own.
#define LIMIT_HOLDERS 32
// Of the session: memfds of windows and surfaces, icons and cursors among them. Closed.
#define LIMIT_OPEN_FILES 2048u

// How large.

// A side of a window or a buffer in pixels, and how far from the origin: X11 has 16 bits with a
// sign for both. A window that asks for more gets this; a surface that does: closed.
#define VIEW_SIDE_MAX 16384
#define VIEW_COORD_MAX 32767 // |x|, |y|
// A side of what the window manager draws around a window.
#define VIEW_FRAME_MAX 1024
// What the host says of its scale: dots per inch in 1/1024, and whole pixels for one.
#define VIEW_DPI_MAX (1024 * 1024)
#define VIEW_WINDOW_SCALE_MAX 5
// One buffer, and all of a guest together: a host has memory for other things too. Left out by the
// session (the window stays as it was; a surface's pixels go by RDP), closed by the view.
#define VIEW_BUFFER_BYTES_MAX (512u * 1024 * 1024)
#define VIEW_PIXELS_BYTES_MAX (1024u * 1024 * 1024)
// The session's private memory for decoded surfaces, and all that it may map. Closed.
#define LIMIT_DECODED_BYTES (1024u * 1024 * 1024)
#define LIMIT_MEMORY_BYTES (3ull * 1024 * 1024 * 1024)
// A planar surface, which the library decodes into scratch memory of its own. Closed.
#define LIMIT_PLANAR_PIXELS (8192u * 8192)
// A title, or another name of a window, in bytes; window managers lay the text out anew each time.
// Longer than any screen is wide. Cut at a character.
#define VIEW_TITLE_MAX 4096
// Sides of icons and cursors in pixels (64 KiB of a packet would not fit: those come in a memfd).
// Larger ones are left out.
#define VIEW_ICON_SIDE_MAX 1024
#define VIEW_CURSOR_SIDE_MAX 256
// All icons of a window together: one of 1024 pixels and all smaller ones. Larger ones of a set are
// left out by the guest, the set else.
#define LIMIT_WINDOW_ICON_BYTES (6u * 1024 * 1024)
// All of a guest's icons together, in the session and in the view: a set in all usual sizes
// (350 KiB) for 280 windows. Windows beyond go without.
#define LIMIT_ICON_BYTES (96u * 1024 * 1024)
// Rectangles of one commit; beyond, they are joined.
#define VIEW_DAMAGE_MAX 128
#define VIEW_SOUND_BLOCK_MAX (32 * 1024)
#define VIEW_RECORD_FRAGMENT_MIN 4 // ms
#define VIEW_RECORD_FRAGMENT_MAX 20
#define VIEW_CLIP_CHUNK_MAX (32 * 1024)
// Bytes for the broker that wait while tray icons are told: they are not told meanwhile.
#define LIMIT_TRAY_QUEUED (256 * 1024)

// What a guest may do unasked.

// How long after a press or key in one of its windows, or a click on its icon in the tray of which
// the broker tells, a guest may: open menus and tooltips that no window manager manages; raise a
// window or give itself the focus, if the user has not gone elsewhere since; restack; start a move
// by hand. Otherwise a popup becomes a managed window, and the wish for focus is shown as
// attention.
#define LIMIT_POPUP_AFTER_PRESS_MS 2000
#define LIMIT_ACTIVATE_AFTER_PRESS_MS 3000
#define LIMIT_ORDER_AFTER_PRESS_MS 1500
#define LIMIT_MOVE_LOOP_AFTER_PRESS_MS 2000
#define LIMIT_LOCK_AFTER_PRESS_MS 5000
// How often one press may move the focus, by windows that open or are made active. Windows that
// fight for it would otherwise go on until the user has come through to another one.
#define LIMIT_FOCUS_OF_A_PRESS 8
// Windows that a guest may open unasked (no press, no launch that the host knows of) and have the
// window manager focus and raise; after that one more each so many seconds. A press brings none
// back: it may have been meant for the window that lost the focus. The others open as a window
// does whose user is elsewhere (_NET_WM_USER_TIME 0), as refused popups do always.
#define LIMIT_UNASKED_FOCUS 8
#define LIMIT_UNASKED_FOCUS_EVERY_S 30
// While one of its windows has the focus, a guest may open popups without a press (completions, a
// program's own notices) that together cover so much of a monitor at most. A refused one that
// covers more opens below all other windows, a smaller one as they come.
#define LIMIT_POPUP_UNASKED_PERCENT 25
// All unmanaged popups together may cover so much of a monitor, press or no press: more could pass
// for the host's own screen. Natively menus cover less; what covers all is a full-screen window,
// which the window manager manages.
#define LIMIT_POPUP_COVER_PERCENT 90

// How often and how long.

// What a guest says of its windows, cursor and tray: window orders and their like. A desktop of 512
// windows is told in one burst, and a thousand moves a second are more than a mouse makes. Waits:
// nothing is read from the guest meanwhile.
#define LIMIT_ORDERS_PER_S 2000
#define LIMIT_ORDERS_BURST 4000
// Bytes of icons for the view: programs that have large ones come up so fast, while what is on its
// way to the view is in memory of its own. Waits.
#define LIMIT_ICON_BYTES_PER_S (16u * 1024 * 1024)
#define LIMIT_ICON_BYTES_BURST (32u * 1024 * 1024)
// Bytes for the view that wait; then, too, nothing is read from the guest.
#define LIMIT_VIEW_QUEUED (16 * 1024)
// Bytes for a guest whose pixels come past RDP, and that does not read: each may hold a descriptor.
// Closed, and its pixels go by RDP.
#define LIMIT_PIXEL_ANSWERS (8 * 1024)
// µs of the X server's and the window manager's time, as x11/cost.c reckons them: a quarter of a
// core, so that the host's own windows find both free, and a stock for what comes at once. Waits:
// the view reads nothing from the session meanwhile, and that nothing from the guest.
#define LIMIT_HOST_US_PER_S 250000
#define LIMIT_HOST_US_BURST 250000
// Windows that open freely: window managers hold the X server for each. Beyond, the next waits
// until the window manager has the last one, and then three times as long as that took, in these
// bounds: so it has most of its time for others, however fast it is, and 200 at once are soon
// there.
#define LIMIT_OPENED_PER_S 2
#define LIMIT_OPENED_BURST 16
#define LIMIT_OPENED_REST_TIMES 3
#define LIMIT_OPENED_REST_MS 1000
// Who has to wait does so for this at least: ever shorter rests would be a storm of their own.
#define LIMIT_REST_MS 10
// While a guest does not read what it is told: only the last place, state and so on of each window
// waits here, and is told when it does. Looked at so often.
#define LIMIT_HELD_MS 50
// Puts that the X server has not completed; then nothing is read from the session. Waits.
#define LIMIT_PUTS_UNDER_WAY 1024
// Between two tellings of a tray icon, and between two balloons (others are left out).
#define LIMIT_TRAY_TELL_MS 250
#define LIMIT_TRAY_BALLOON_MS 1000
// Scaling pixels: so long at a time, then as long again without.
#define LIMIT_SCALE_SPENT_US 50000
// A guest's video over its stream of pixels: twice what one that keeps to the protocol has at a
// time, since it tells of what is gone by another stream. That is 480 MiB where it has decoders
// keep all the pictures that they may. And µs of decoding, three quarters of a core, with a stock
// for what comes at once: 1080 lines at 60 frames a second need half of one. Beyond either its
// pixels go losslessly.
#define LIMIT_VIDEOS (2 * CHAN_TILES_VIDEOS_MAX)
#define LIMIT_VIDEO_PIXELS (2 * CHAN_TILES_VIDEO_PIXELS_MAX)
#define LIMIT_VIDEO_US_PER_S 750000
#define LIMIT_VIDEO_US_BURST 1500000
// What was beyond the last is taken again after this: the machine may have been busy.
#define LIMIT_VIDEO_AGAIN_MS 60000
// And of moving pixels within pictures, which a guest asks for with a few bytes: half of a core;
// 1080 lines at 60 frames a second need a twentieth. Closed.
#define LIMIT_MOVE_US_PER_S 500000
#define LIMIT_MOVE_US_BURST 500000
// A picture that is not decoded in this time never will be. Closed.
#define LIMIT_DECODE_S 10
