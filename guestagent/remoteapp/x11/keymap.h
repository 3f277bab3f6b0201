// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's keys, key by key, where the same layout does not make them the same: the host's user
// has changed some (xmodmap). They are changed by the same requests, so that the server makes of
// them what the host's has made.

#include "channel/window_channel.h"
#include "guestagent/remoteapp/x11/conn.h"

// False: not all of it, since a modifier's key is held; to be tried again. changed: whether there
// was something to change.
bool ra_keymap_apply(RaConn *conn, const ChanWindowKeymap *keymap, bool *changed);
