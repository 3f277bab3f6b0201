// SPDX-License-Identifier: Apache-2.0
#pragma once

// The applications of one guest, as its agent tells of them: cleaned, bounded, and with their icons
// as PNG files in the broker's cache. Knows nothing of where they are published (publish.h).

#include "channel/msg.h"

#include <glib.h>

typedef struct {
    char *id, *name; // cleaned
} BrokerAction;

typedef struct {
    char *id;                                     // valid by chan_id_valid
    char *name, *generic_name, *comment, *folder; // cleaned, never NULL
    char *wm_class, *program;                     // the same; how windows are known
    char *directory;                              // the same; where it starts in a Windows
    guint32 flags;                                // ChanAppFlags
    char **categories, **keywords, **mime_types;  // cleaned and each valid for its use
    GArray *actions;                              // of BrokerAction
    GArray *icons;                                // of ChanIconRef; sizes of the house only
    guint index; // in the table that session and view get; stays with the id while the broker runs
} BrokerApp;

typedef struct BrokerCatalog BrokerCatalog;

typedef struct {
    // Something that is published changed: write it (the catalog merges what comes within 100 ms).
    void (*changed)(BrokerCatalog *catalog, gpointer user);
    // An application is new, or what the table of session and view has of it changed. Immediate.
    void (*app_known)(BrokerCatalog *catalog, const BrokerApp *app, gpointer user);
    // Ask the guest for this icon (CHAN_MSG_ICON_WANT).
    void (*icon_wanted)(BrokerCatalog *catalog, const guint8 *hash, gpointer user);
} BrokerCatalogEvents;

// icon_dir: where PNGs are kept, named by hash (made when missing).
BrokerCatalog *broker_catalog_new(const char *guest, const char *icon_dir, GMainContext *context,
                                  const BrokerCatalogEvents *events, gpointer user);
void broker_catalog_free(BrokerCatalog *catalog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerCatalog, broker_catalog_free)

// APPS_BEGIN, APP, APPS_END, APP_GONE and ICON. FALSE with error set for a message that is broken
// or out of order: the caller drops the guest's channel. What is merely too much or unfit (an
// entry over the limits, a bad icon) is left out, counted, and logged once per list.
gboolean broker_catalog_message(BrokerCatalog *catalog, guint16 type, ChanSpan untrusted_payload,
                                GError **error);

// Takes over what an earlier broker kept at path, until the guest sends its list; for a new
// catalog. A file that is none, or another guest's, is logged and left aside.
void broker_catalog_recall(BrokerCatalog *catalog, const char *path);

// Keeps what is known at path, where it is complete and has changed since. FALSE with error set
// when it cannot be written.
gboolean broker_catalog_keep(BrokerCatalog *catalog, const char *path, GError **error);

// The channel went away: an unfinished list is dropped, what is known stays.
void broker_catalog_interrupted(BrokerCatalog *catalog);

// TRUE once a full list has arrived.
gboolean broker_catalog_complete(BrokerCatalog *catalog);

const BrokerApp *broker_catalog_find(BrokerCatalog *catalog, const char *id);
const BrokerApp *broker_catalog_by_index(BrokerCatalog *catalog, guint index);
GPtrArray *
broker_catalog_apps(BrokerCatalog *catalog); // of const BrokerApp *, by id; caller unrefs
// Path of the PNG for a hash, or NULL while it has not come; caller frees.
char *broker_catalog_icon_path(BrokerCatalog *catalog, const guint8 *hash);
