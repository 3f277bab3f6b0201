// SPDX-License-Identifier: Apache-2.0
#pragma once

// The user's keys and pointer to the guest, in the order they came.

#include "rdpbridge/viewproto.h"

#include <freerdp/input.h>
#include <glib.h>

typedef struct BridgeInput BridgeInput;

BridgeInput *bridge_input_new(void);
void bridge_input_free(BridgeInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeInput, bridge_input_free)

// The connection is there (NULL: gone). Without it everything is forgotten.
void bridge_input_attach(BridgeInput *input, rdpInput *library);

// Whether the view has a way of its own to the guest: what was pressed by one may be let go by the
// other, so that the guest alone knows what is held.
void bridge_input_set_past(BridgeInput *input, gboolean past);

void bridge_input_key(BridgeInput *input, const ViewKey *key);
// UTF-8 that an input method made of keys: to a server of ours as it is, to another as characters
// ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.2).
void bridge_input_text(BridgeInput *input, ChanSpan text);
// congested: the guest is behind; moves without a press may be left out.
// A finger, for a guest that takes them; FALSE: this one does not.
gboolean bridge_input_touch(BridgeInput *input, const ChanWindowTouch *touch);
void bridge_input_pointer(BridgeInput *input, const ViewPointer *pointer, gboolean congested);
void bridge_input_locks(BridgeInput *input, guint32 locks);

// A window of ours got the focus (locks are said again) or none has it any more (keys that are down
// are released, or the guest believes them held for ever). Buttons end where the pointer says.
void bridge_input_focus(BridgeInput *input, gboolean focused);
// Nobody is there to release anything.
void bridge_input_release_all(BridgeInput *input);
