// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sound from the guest: an output device of the library's rdpsnd channel whose blocks go to the
// view. 16-bit PCM only; what the guest sends otherwise the library decodes. A view that does not
// play keeps nothing waiting: blocks over the bound are dropped.

#include "channel/span.h"

#include <freerdp/svc.h>
#include <freerdp/types.h>
#include <glib.h>

typedef struct BridgeSound BridgeSound;

// send has the meaning of bridge_viewlink_send without a descriptor. One per process.
BridgeSound *
bridge_sound_new(void (*send)(gconstpointer message, gsize size, gpointer user), gpointer user);
void bridge_sound_free(BridgeSound *sound);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeSound, bridge_sound_free)

// What the library asks for as rdpsnd's device "session".
PVIRTUALCHANNELENTRY bridge_sound_device_entry(void);

// The view handed a block to the sound server, which plays it that much later.
void bridge_sound_played(BridgeSound *sound, guint32 serial, guint32 latency_us);

// Whether the guest's bytes come without a pipe between: less has to wait.
void bridge_sound_set_near(BridgeSound *sound, gboolean near);

// A new view: opens the device there again.
void bridge_sound_view_attached(BridgeSound *sound);
