// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"
#include "tests/termservice/desk.h"

// Windowing alternate secondary orders ([MS-RDPERP] 2.2.1.3), made here and not by the library:
// 3.10.0 to 3.10.3 send none. Each goes out before channel data that was written earlier and not
// flushed; so each flushes first.

typedef enum {
    ORDER_STYLE = 1,
    ORDER_SHOW = 2,
    ORDER_TITLE = 4,
    ORDER_AREA = 8,
    ORDER_ALL = 15,
} OrderFields;

// New Window of 0 × 0, hidden, as Windows announces one that was just created (2.2.1.3.1.2.1).
void orders_created(Connection *connection, const Window *window);
// Existing Window with these fields.
void
orders_changed(Connection *connection, const Desk *desk, const Window *window, OrderFields fields);
// Window icon (2.2.1.3.1.2.2), 16 × 16, of the colour of its picture's first pixel.
void orders_icon(Connection *connection, const Window *window);
void orders_deleted(Connection *connection, guint32 window);

// New or existing notification icon (2.2.1.3.2.2.1), and its end (2.2.1.3.2.2.2).
void orders_notify(Connection *connection, guint32 window, guint32 icon, const char *tip);
// Of an existing one: whether it is hidden, or a balloon of it.
void orders_notify_state(Connection *connection, guint32 window, guint32 icon, guint32 state);
void orders_balloon(Connection *connection, guint32 window, guint32 icon, const char *title,
                    const char *text);
void orders_notify_deleted(Connection *connection, guint32 window, guint32 icon);

// Actively monitored desktop (2.2.1.3.3.2.1): the beginning of its synchronization (3.3.5.1.3),
// stacking and active window, and the end.
void orders_sync_began(Connection *connection);
void orders_stack(Connection *connection, const Desk *desk);
void orders_sync_completed(Connection *connection);
// An order as it is, from its header on.
void orders_raw(Connection *connection, const guint8 *bytes, gsize size);
// Non-monitored desktop (2.2.1.3.3.2.2): the client shows the whole desktop instead.
// ScrBlt ([MS-RDPEGDI] 2.2.2.2.1.1.2.7), of areas of one size.
void orders_scrblt(Connection *connection, const Area *from, const Area *to);
void orders_unmonitored(Connection *connection);
