// SPDX-License-Identifier: Apache-2.0
#pragma once

// What casement-session and casement-view are told alike at the start of a control pipe: policy,
// and the table of applications.

#include "channel/glib/packet.h"
#include "hostbroker/config.h"
#include "hostbroker/desktop_size.h"

void broker_control_send_setup(ChanPacketSocket *control, const BrokerConfig *config, guint32 flags,
                               const BrokerDesktopSize *desktop);
void broker_control_send_app(ChanPacketSocket *control, const char *guest, const BrokerApp *app);
