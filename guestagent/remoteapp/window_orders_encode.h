// SPDX-License-Identifier: Apache-2.0
#pragma once

// Window orders as bytes, for libfreerdp below 3.11 ([MS-RDPERP] 2.2.1.3, without the fast-path
// headers around them). Each function appends one order to out.

#include <freerdp/window.h>
#include <glib.h>

void ra_encode_window_state(GByteArray *out, const WINDOW_ORDER_INFO *info,
                            const WINDOW_STATE_ORDER *state);
void ra_encode_window_delete(GByteArray *out, const WINDOW_ORDER_INFO *info);
void ra_encode_window_icon(GByteArray *out, const WINDOW_ORDER_INFO *info,
                           const WINDOW_ICON_ORDER *icon);
void ra_encode_window_cached_icon(GByteArray *out, const WINDOW_ORDER_INFO *info,
                                  const WINDOW_CACHED_ICON_ORDER *icon);
void ra_encode_notify_icon(GByteArray *out, const WINDOW_ORDER_INFO *info,
                           const NOTIFY_ICON_STATE_ORDER *state);
void ra_encode_notify_icon_gone(GByteArray *out, const WINDOW_ORDER_INFO *info);
void ra_encode_desktop(GByteArray *out, const WINDOW_ORDER_INFO *info,
                       const MONITORED_DESKTOP_ORDER *desktop);
