// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the user sees while a guest records the microphone: an icon on the desktop's tray, and a
// notification that stays where there is no tray. The view tells of it; neither the guest nor its
// session can. What is over at once is shown for a while all the same.

#include "hostbroker/host.h"

typedef struct BrokerMicrophone BrokerMicrophone;

// host is borrowed. guest: name; label: what people read.
BrokerMicrophone *
broker_microphone_new(const BrokerHost *host, const char *guest, const char *label);
// Nothing is shown any more.
void broker_microphone_free(BrokerMicrophone *microphone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerMicrophone, broker_microphone_free)

void broker_microphone_set(BrokerMicrophone *microphone, gboolean used);
gboolean broker_microphone_used(const BrokerMicrophone *microphone);
