// SPDX-License-Identifier: Apache-2.0
#pragma once

// One selection of the host, CLIPBOARD or PRIMARY: what programs of the host have is offered to the
// guest, and owned while the guest has something, as the broker's policy allows. Either way only
// the kinds of content are told; the content itself is asked for when somebody pastes.

#include "rdpbridge/x11/view.h"

typedef struct HostSelection HostSelection;

HostSelection *host_selection_new(View *view, ChanClipSelection which);
void host_selection_free(HostSelection *selection);

void host_selection_tell(HostSelection *selection);
void host_selection_policy_changed(HostSelection *selection);
void host_selection_reset(HostSelection *selection);

void host_selection_offered(HostSelection *selection, const ViewClip *message);
void host_selection_wanted(HostSelection *selection, const ViewClip *message);
void host_selection_data(HostSelection *selection, ChanSpan packet);

gboolean host_selection_event(HostSelection *selection, const XEvent *event);
