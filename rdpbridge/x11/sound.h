// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's sound on the user's sound server (PulseAudio, or PipeWire that serves its protocol).
// Connected only while sound flows. Where there is no server, or the policy allows no sound, blocks
// are answered at the pace they would have been heard, so that the guest's program does not race.

#include "rdpbridge/x11/view.h"

HostSound *host_sound_new(View *view);
void host_sound_free(HostSound *sound);

// Messages of the session, checked.
void host_sound_open(HostSound *sound, const ViewSoundOpen *message);
// FALSE with error set: a block before its format, or with a part of a frame.
gboolean host_sound_play(HostSound *sound, const ViewSound *message, GError **error);
// What has come is still played.
void host_sound_drain(HostSound *sound);

// Silence at once: the session is gone.
void host_sound_close(HostSound *sound);
