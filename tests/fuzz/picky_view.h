// SPDX-License-Identifier: Apache-2.0
#pragma once

// A view's end that holds a session to the protocol (rdpbridge/viewproto.h) and to what
// casement-view checks beyond it: known windows and buffers, damage inside them, memory as it was
// named, ids that are never used twice. The first breach says what it is and aborts.

#include "rdpbridge/viewproto.h"

typedef struct PickyView PickyView;

PickyView *picky_view_new(void);
void picky_view_free(PickyView *view);

// A packet of the session; fd is borrowed, or -1.
void picky_view_take(PickyView *view, ChanSpan packet, int fd);

// The session has said all that belongs to what happened.
void picky_view_settle(PickyView *view);

// A commit to answer, newest first; false when there is none.
bool picky_view_answer(PickyView *view, uint32_t *id, uint32_t *serial);
