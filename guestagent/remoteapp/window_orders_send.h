// SPDX-License-Identifier: Apache-2.0
#pragma once

// How window orders leave: through the library from 3.11 on (window_orders_library.c); built by
// hand before, where the library's own calls return FALSE and send nothing
// (window_orders_encode.c). One of the two files is compiled.

#include "guestagent/remoteapp/link.h"

#include <freerdp/window.h>

bool ra_window_orders_send_state(RaLink *link, const WINDOW_ORDER_INFO *info,
                                 const WINDOW_STATE_ORDER *state);
bool ra_window_orders_send_delete(RaLink *link, const WINDOW_ORDER_INFO *info);
bool ra_window_orders_send_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                                const WINDOW_ICON_ORDER *icon);
bool ra_window_orders_send_cached_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                                       const WINDOW_CACHED_ICON_ORDER *icon);
bool ra_window_orders_send_notify_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                                       const NOTIFY_ICON_STATE_ORDER *state);
bool ra_window_orders_send_notify_icon_gone(RaLink *link, const WINDOW_ORDER_INFO *info);
bool ra_window_orders_send_desktop(RaLink *link, const WINDOW_ORDER_INFO *info,
                                   const MONITORED_DESKTOP_ORDER *desktop);
