// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a program takes the pointer's movements alone and hides its place, as games do to look
// around without an end: it shows no cursor, and either holds the pointer within a window
// (XGrabPointer's confine_to) or puts it back after each movement (WarpPointer, XIWarpPointer). The
// server tells of such requests by its RECORD extension.

#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaLock RaLock;

// Without RECORD there is one that never wants anything. wanted is called from the context.
RaLock *ra_lock_new(RaConn *conn, GMainContext *context, void (*wanted)(bool wanted, gpointer user),
                    gpointer user);
void ra_lock_free(RaLock *lock);

// Whether the pointer shows a cursor.
void ra_lock_cursor(RaLock *lock, bool hidden);
// Whether it is for a window of this client (its id without the resources' bits) or process (0:
// unknown) that the movements are wanted, as far as it is known.
bool ra_lock_is_for(const RaLock *lock, guint32 program, guint32 pid);
// The pointer was moved for the program: one that puts it back does so now.
void ra_lock_moved(RaLock *lock);
