// SPDX-License-Identifier: Apache-2.0
#pragma once

// $XDG_RUNTIME_DIR/casement/control: where views that have lost their broker come to be adopted
// (channel/control.h). Only processes of the user are heard, and only their first packet.

#include "channel/control.h"
#include "hostbroker/host.h"

#include <sys/types.h>

typedef struct BrokerControlListener BrokerControlListener;

// A view asks to be adopted: fd is its connection, session_fd the session's new control pipe; both
// are the handler's to close.
typedef void (*BrokerAdoptHandler)(const CtlAdopt *untrusted_adopt, pid_t peer_pid, int take_fd,
                                   int take_session_fd, gpointer user);

BrokerControlListener *
broker_control_listener_new(const BrokerHost *host, BrokerAdoptHandler handler, gpointer user,
                            GError **error);
void broker_control_listener_free(BrokerControlListener *listener);
