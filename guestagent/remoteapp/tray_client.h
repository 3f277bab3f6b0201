// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one client knows of the guest's tray, of items and of docked icons: icons as orders
// ([MS-RDPERP] 2.2.1.3.2), menus over the window channel, and what the user does with them back to
// the tray.

#include "guestagent/remoteapp/rail.h"
#include "guestagent/remoteapp/tray/watcher.h"
#include "guestagent/remoteapp/window_channel.h"

typedef struct RaTrayClient RaTrayClient;

RaTrayClient *ra_tray_client_new(RaLink *link, RaDesktop *desktop, RaRail *rail,
                                 RaWindowChannel *channel, RaTray *tray);
void ra_tray_client_free(RaTrayClient *client);

// The RAIL handshake is done, or the window channel is there: tells of everything there is.
void ra_tray_client_announce(RaTrayClient *client);

// Events of the tray.
void ra_tray_client_changed(RaTrayClient *client, const RaTrayLook *look);
void ra_tray_client_icon_changed(RaTrayClient *client, const RaTrayIcon *icon);
void ra_tray_client_menu_changed(RaTrayClient *client, const RaTrayLook *look);
void ra_tray_client_gone(RaTrayClient *client, guint32 id);

// A Client Notify Event PDU: an event of ours, or a mouse message.
void ra_tray_client_notified(RaTrayClient *client, guint32 id, guint32 icon, guint32 message);
// The client asks whose it is.
void ra_tray_client_app_asked(RaTrayClient *client, guint32 id);
