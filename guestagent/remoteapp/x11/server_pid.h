// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which process made a window, as the X server knows it (X-Resource 1.2, which must be there).

#include <glib.h>
#include <xcb/res.h>

xcb_res_query_client_ids_cookie_t ra_server_pid_ask(xcb_connection_t *xcb, xcb_window_t window);
// 0: one of another machine, or the window has gone.
guint32 ra_server_pid_take(xcb_connection_t *xcb, xcb_res_query_client_ids_cookie_t cookie);
