// SPDX-License-Identifier: Apache-2.0
#pragma once

// Starting casement-session and casement-view: descriptors, environment, logs.

#include "hostbroker/config.h"
#include "hostbroker/host.h"
#include "hostbroker/process.h"

typedef struct {
    const BrokerHost *host;
    const BrokerConfig *config;
    BrokerProcessEnded ended;
    gpointer user;
} BrokerProgramOwner;

// view_fd: its end of the view protocol; borrowed. environment: of the desktop, NAME=VALUE; names
// that are not of the desktop's are left out. Sets *control_fd to the broker's end.
BrokerProcess *broker_view_spawn(const BrokerProgramOwner *owner, int view_fd,
                                 const char *const *environment, int *control_fd, GError **error);

// rdp_fd: the stream; view_fd: its end of the view protocol; both borrowed.
BrokerProcess *broker_session_spawn(const BrokerProgramOwner *owner, int rdp_fd, int view_fd,
                                    int *control_fd, GError **error);
