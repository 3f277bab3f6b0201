// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the programs of one guest notify the user of, shown by the desktop's own notifications
// (org.freedesktop.Notifications), and what the user does with it, told back. Whose it is comes
// from here: the program's name and .desktop where the guest's list has it, and always the guest's
// name. Texts are cleaned (markup.h); no more than CHAN_NOTIFICATIONS_MAX are up, and changes go
// out at most four a second, the last of each for certain.

#include "hostbroker/catalog.h"
#include "hostbroker/config.h"
#include "hostbroker/host.h"

typedef struct BrokerNotifications BrokerNotifications;

typedef struct {
    // A message for the guest (CHAN_MSG_NOTIFICATION_CLOSED or _ACTION).
    void (*tell)(guint16 type, const ChanNotificationEvent *event, gpointer user);
} BrokerNotificationEvents;

// All but config are borrowed. With a title_prefix that is before what they say, as before titles
// of windows: many desktops do not show which program it was.
BrokerNotifications *
broker_notifications_new(const BrokerHost *host, BrokerCatalog *catalog, const BrokerConfig *config,
                         const BrokerNotificationEvents *events, gpointer user);
// Closes what is up.
void broker_notifications_free(BrokerNotifications *notifications);

// NOTIFICATION or NOTIFICATION_GONE. FALSE: it is broken.
gboolean broker_notifications_message(BrokerNotifications *notifications, guint16 type,
                                      ChanSpan untrusted_payload);
// The guest is gone, and what it told with it.
void broker_notifications_close_all(BrokerNotifications *notifications);
