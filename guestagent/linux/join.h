// SPDX-License-Identifier: Apache-2.0
#pragma once

// casement-agent --stdio: joins stdin and stdout to the agent of the guest that runs here
// (stdio.h), and starts a guest when none does. Ends when either side does; the guest stays.

#include <glib.h>

// guest_dir NULL: $CASEMENT_GUEST_DIR, or casement-guest in $XDG_RUNTIME_DIR. FALSE with error set
// when no agent could be reached.
gboolean agent_join_stdio(const char *guest_dir, GError **error);
