// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes a guest's applications into the user's desktop: .desktop files, a menu folder, icons in
// hicolor, MIME associations. Keeps a manifest of what it wrote and removes exactly that.

#include "hostbroker/catalog.h"

typedef enum {
    BROKER_PUBLISH_ALL, // but what the guest sidelines
    BROKER_PUBLISH_CHOSEN,
    BROKER_PUBLISH_NONE,
    BROKER_PUBLISH_EVERYTHING,
} BrokerPublishMode;

typedef struct {
    BrokerPublishMode mode;
    const char *const *chosen; // ids, for CHOSEN
    const char *label;         // the menu folder's name
    gboolean files;            // the guest can open host files: publish their types, and %F or %U
    const char *launcher;      // absolute path of the `casement` program for Exec
} BrokerPublishPolicy;

typedef struct BrokerPublisher BrokerPublisher;

// data_home: $XDG_DATA_HOME; config_home: $XDG_CONFIG_HOME (for menus/applications-merged);
// state_dir: $XDG_STATE_HOME/casement (manifests). All are made when missing.
BrokerPublisher *
broker_publisher_new(const char *data_home, const char *config_home, const char *state_dir);
void broker_publisher_free(BrokerPublisher *publisher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerPublisher, broker_publisher_free)

// Makes what is published for the guest equal to the catalog: writes what is new or changed
// (atomically), removes what is gone. FALSE with error set when something could not be written;
// what could be written is.
gboolean
broker_publisher_update(BrokerPublisher *publisher, const char *guest, BrokerCatalog *catalog,
                        const BrokerPublishPolicy *policy, GError **error);

// Removes everything published for the guest, also what a former broker wrote.
gboolean broker_publisher_remove(BrokerPublisher *publisher, const char *guest, GError **error);

// Guests that have a manifest: what a former broker published. Caller frees with g_strfreev.
char **broker_publisher_guests(BrokerPublisher *publisher);

// Id (without ".desktop") of the published entry of an application: "casement.GUEST.APP", which is
// also its windows' WM_CLASS. Caller frees. Never NULL.
char *broker_desktop_id(const char *guest, const char *app_id);
