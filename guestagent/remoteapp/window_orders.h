// SPDX-License-Identifier: Apache-2.0
#pragma once

// Window orders ([MS-RDPERP] 2.2.1.3): what windows there are, how they look and stack. Each call
// first lets queued channel data go ahead, so that the client reads all in the order of the calls.
//
// How a window of the guest becomes a Windows window (channel/rail.h says how it is read back):
//
//   RaKind, flags             style                                        extended style
//   NORMAL                    WS_CAPTION WS_MINIMIZEBOX                     WS_EX_APPWINDOW
//     skip_taskbar                                                         WS_EX_TOOLWINDOW instead
//   NORMAL, undecorated or    WS_POPUP WS_MINIMIZEBOX                      WS_EX_APPWINDOW
//     RA_FULLSCREEN             (no WS_CAPTION)
//     skip_taskbar                                                         and WS_EX_TOOLWINDOW
//   DIALOG                    WS_CAPTION                                   WS_EX_DLGMODALFRAME if
//                                                                          modal or without owner
//   UTILITY                   WS_CAPTION                                   WS_EX_TOOLWINDOW
//   POPUP                     WS_POPUP                                     WS_EX_TOOLWINDOW
//   TOOLTIP                   WS_POPUP        WS_EX_TOOLWINDOW _TRANSPARENT _NOACTIVATE _TOPMOST
//   SPLASH                    WS_POPUP                                     WS_EX_NOACTIVATE
//   resizable (first three    WS_THICKFRAME, and WS_MAXIMIZEBOX for NORMAL
//     and UTILITY)
//   closable (likewise)       WS_SYSMENU
//   above                                                                  WS_EX_TOPMOST
//   alpha                                                                  WS_EX_LAYERED
//   all                       WS_VISIBLE WS_CLIPSIBLINGS; the owner's id
//   state                     showState: 2 minimised, 3 maximised, else 5; 0 while not mapped;
//                             fullscreen is 5 with the rectangle of a monitor
//
// The client area is the whole window: frames are the client's to draw.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/link.h"

#include <freerdp/window.h>

typedef struct {
    guint32 style, ex_style;
    guint8 show; // WINDOW_SHOW, …
} RaStyle;

RaStyle ra_window_style(const RaWindow *window);

// create: WindowCreate with everything; otherwise WindowUpdate of the fields that changed.
bool ra_window_orders_state(RaLink *link, const RaWindow *window, bool create, RaChange what);
bool ra_window_orders_delete(RaLink *link, guint32 id);

// An icon of at most RA_ICON_SIDE_MAX, to be kept in a slot of the client's icon caches.
#define RA_ICON_SIDE_MAX 96
typedef struct {
    guint32 cache, entry;
} RaIconSlot;
bool ra_window_orders_icon(RaLink *link, guint32 id, const RaIcon *icon, RaIconSlot slot, bool big);
bool ra_window_orders_cached_icon(RaLink *link, guint32 id, RaIconSlot slot, bool big);

// An icon of the tray ([MS-RDPERP] 2.2.1.3.2), whose window's id is its own, too.
typedef struct {
    guint32 id, version;
    bool hidden;
    const char *tip;    // UTF-8
    const guint8 *bgra; // straight BGRA8, sides of at most RA_ICON_SIDE_MAX; NULL: none
    guint width, height;
} RaNotifyIcon;
bool ra_window_orders_notify_icon(RaLink *link, const RaNotifyIcon *icon, bool create);
bool ra_window_orders_notify_icon_gone(RaLink *link, guint32 id);

// Monitored desktop: flags are WINDOW_ORDER_FIELD_DESKTOP_*; ids and active count with ZORDER and
// ACTIVE_WND. At most 255 ids are sent.
bool ra_window_orders_desktop(RaLink *link, guint32 flags, const guint32 *ids, guint count,
                              guint32 active);
