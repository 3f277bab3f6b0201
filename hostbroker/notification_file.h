// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which of the desktop's notifications are a guest's, or of it, written down in a file of its
// runtime folder: a broker
// that follows one that crashed closes them, since the guest tells it again what is up.

#include "hostbroker/host.h"

#define BROKER_NOTIFICATIONS_FILE "notifications" // its programs'
#define BROKER_MICROPHONE_FILE "microphone"       // of its use

// server: the unique name of who shows them. None: the file goes.
void broker_notification_file_write(const BrokerHost *host, const char *guest, const char *file,
                                    const char *server, const guint32 *ids, guint count);

// Closes what a former broker left up, where the same server shows it on the same bus: another one
// counts anew. The file goes.
void broker_notification_file_close(const BrokerHost *host, const char *guest, const char *file);
