// SPDX-License-Identifier: Apache-2.0
#pragma once

// Geometry and states of managed windows: placement, ConfigureRequest, maximised, minimised.
//
// A minimised window stays mapped, at the bottom of the stack, with WM_STATE Iconic and
// _NET_WM_STATE_HIDDEN: its pixels stay current for previews, and it is back without a flash.

#include "guestagent/remoteapp/x11/state.h"

// Before a window is mapped: its place, its size, its first states.
void ra_wm_prepare(RaDesktop *d, RaClient *client);
// It, or a popup, is mapped: its place in the stack, focus.
void ra_wm_mapped(RaDesktop *d, RaClient *client);
// Its program has it shown again after it was minimised: focus.
void ra_wm_shown(RaDesktop *d, RaClient *client);
// It was mapped before we came.
void ra_wm_adopt(RaDesktop *d, RaClient *client);

typedef struct {
    int x, y;
} RaPoint;

// Places that programs ask for are the frame's, which only the host draws.
int ra_wm_gravity(const RaClient *client);
RaPoint ra_wm_frame_offset(const RaClient *client, int gravity);

void ra_wm_configure_request(RaDesktop *d, const XConfigureRequestEvent *event);

void ra_wm_apply(RaDesktop *d, RaClient *client, const RaStates *wanted);
// States and a place that somebody else has decided; rect NULL: where the states have it.
void ra_wm_show_as(RaDesktop *d, RaClient *client, const RaStates *wanted, const RaRect *rect);
void ra_wm_restore(RaDesktop *d, RaClient *client); // not minimised any more
void ra_wm_move_resize(RaDesktop *d, RaClient *client, const RaRect *rect);
// A window that its program has withdrawn gets its own place and size back, as from a window
// manager with frames: the corner of its frame is its own (ICCCM 4.1.2.3 and 4.1.4), for the next
// time.
void ra_wm_withdraw(RaDesktop *d, const RaClient *client);
// What a request for a part of it changes: the last one's, which the server may not have told yet.
const RaRect *ra_wm_newest_rect(const RaClient *client);

// Screen or work area changed: big windows follow.
void ra_wm_fit_all(RaDesktop *d);
