// SPDX-License-Identifier: Apache-2.0
#pragma once

// The icons of one session's programs on the desktop's tray. casement-session tells of them and
// may be taken over: at most BROKER_TRAY_MAX, text cleaned, pictures by control.h's limit, and a
// balloon's notification at most once in five seconds. Without a tray on the bus nothing is lost:
// when one comes, it is told of all.

#include "channel/control.h"
#include "hostbroker/catalog.h"
#include "hostbroker/host.h"

#define BROKER_TRAY_MAX 32

typedef struct BrokerTray BrokerTray;

typedef struct {
    // The application of an index, or NULL.
    const BrokerApp *(*app)(guint32 index, gpointer user);
    void (*event)(const CtlTrayEvent *event, gpointer user);
} BrokerTrayEvents;

// host and events are borrowed. guest: name; label: what people read.
BrokerTray *broker_tray_new(const BrokerHost *host, const char *guest, const char *label,
                            const BrokerTrayEvents *events, gpointer user);
// All icons go.
void broker_tray_free(BrokerTray *tray);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerTray, broker_tray_free)

// Checked by ctl_check; of type TRAY, TRAY_GONE, TRAY_BALLOON or TRAY_MENU.
void broker_tray_message(BrokerTray *tray, ChanSpan packet);
// Icons that are to be shown: their programs are in use.
guint broker_tray_count(const BrokerTray *tray);
