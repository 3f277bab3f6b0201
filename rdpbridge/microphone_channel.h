// SPDX-License-Identifier: Apache-2.0
#pragma once

// The client's end of the channel of audio input ([MS-RDPEAI]): what the guest wants recorded is
// asked of the view, and what comes of it goes to the guest. Not the library's, which would take
// its sound from a plug-in's device in this process. Without leave the channel is refused; that
// spares the guest the trouble, since the view gives nothing either then.

#include "rdpbridge/viewproto.h"

#include <freerdp/freerdp.h>
#include <glib.h>

// Of the one session. send has the meaning of bridge_viewlink_send without a descriptor.
void bridge_microphone_channel_use(void (*send)(gconstpointer message, gsize size, gpointer user),
                                   gpointer user);

// Whether the user has allowed it: one that is open is closed when no more.
void bridge_microphone_channel_allow(gboolean allowed);

// Of the view. Left out when the guest does not read: congested.
void bridge_microphone_channel_recorded(const ViewRecorded *message, gboolean congested);

// A new view: is asked again.
void bridge_microphone_channel_view_attached(void);

// What the library asks for by the channel's name.
PVIRTUALCHANNELENTRY bridge_microphone_channel_entry(void);
