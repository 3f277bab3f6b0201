// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"
#include "tests/termservice/desk.h"

// The machine's one session: its windows live on when a client goes, and the next client gets them
// ([MS-RDPBCGR] 2.2.5.1.1, ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION for the former one).

typedef struct Session Session;

Session *session_new(const Options *options);
void session_free(Session *session);

// The client is active. Who is not signed in stays at the log-on screen until session_unlock.
void session_attach(Session *session, Connection *connection, bool signed_in);
void session_receive(Session *session, Connection *connection);
void session_detach(Session *session, Connection *connection);

Desk *session_desk(Session *session);

// Its desktop keeps its size, whatever a client wants.
void session_stay(Session *session, bool stays);
// Its user signs out.
void session_log_off(Session *session);

// The log-on screen or the secure desktop covers everything, or no longer.
void session_lock(Session *session);
void session_unlock(Session *session);

// Opens a window of the program and reports it.
Window *session_open(Session *session, const char *app, const char *title);
// A layered window that lets clicks through, as large as its owner.
Window *session_shadow(Session *session, Window *owner);
Window *session_popup(Session *session, Window *owner);
void session_close(Session *session, Window *window);

// Changes of the desk as the programs in it would make them; the client is told.
void session_move(Session *session, Window *window, const Area *area);
// The client asked for it. While quiet, no order tells it of a move alone.
void session_move_asked(Session *session, Window *window, const Area *area);
void session_quiet(Session *session, bool quiet);
void session_show(Session *session, Window *window, Show show);
void session_title(Session *session, Window *window, const char *title);
// Its upper corners lack squares of that side.
void session_shape(Session *session, Window *window, int corner);
// What Windows draws around it: left, top, right, bottom.
void session_frame(Session *session, Window *window, const int sides[4]);
void session_raise(Session *session, guint32 window);
void session_paint(Session *session, Window *window, guint32 seed);
void session_scale(Session *session, guint32 window, const guint32 sides[4]);
// Min Max Info and Move/Size Start, as after a press on the title bar; the client's move ends it.
void session_move_size(Session *session, Window *window, guint16 kind);
void session_notify_state(Session *session, guint32 window, guint32 icon, bool hidden);
void session_balloon(Session *session, guint32 window, guint32 icon, const char *title,
                     const char *text);
void session_notify(Session *session, guint32 window, guint32 icon, const char *tip);
void session_cloak(Session *session, guint32 window, bool cloaked);
// Bytes for the client as they are: a window order, or a PDU of the rail channel. False without it.
bool session_raw_order(Session *session, const guint8 *bytes, gsize size);
bool session_raw_pdu(Session *session, const guint8 *bytes, gsize size);
// The next exec gets this result, whatever it is for.
void session_fail_exec(Session *session, guint16 result, guint32 raw);
