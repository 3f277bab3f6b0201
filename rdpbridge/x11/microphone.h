// SPDX-License-Identifier: Apache-2.0
#pragma once

// The user's microphone for the guest: a stream of the user's sound server (PulseAudio, or PipeWire
// that serves its protocol) that records, there only while the guest records, the broker allows
// it, and the broker is there to show it. The session asks and decides nothing. The broker is told
// before the stream is made and after it is gone; the sound server shows it under the guest's name.

#include "rdpbridge/x11/view.h"

HostMicrophone *host_microphone_new(View *view);
void host_microphone_free(HostMicrophone *microphone);

// Messages of the session, checked.
void host_microphone_record(HostMicrophone *microphone, const ViewRecord *message);
void host_microphone_over(HostMicrophone *microphone);

// The broker's word is another one, or the broker came or went.
void host_microphone_policy_changed(HostMicrophone *microphone);
