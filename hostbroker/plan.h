// SPDX-License-Identifier: Apache-2.0
#pragma once

// What should be on the user's desktop for one guest: a list of files with their contents, in the
// order they are to be written (what an entry refers to comes before it). Touches no file.

#include "hostbroker/publish.h"

typedef struct {
    char *path;
    GBytes *content;   // of a text file, or NULL
    char *icon_source; // of an icon: the PNG in the cache, named by its content
} BrokerPlanFile;

// Where things go.
typedef struct {
    const char *data_home, *config_home;
} BrokerPlanRoots;

// Whether the application gets a file of its own.
gboolean broker_plan_publishes(const BrokerApp *app, const BrokerPublishPolicy *policy);

// Of BrokerPlanFile; caller unrefs.
GPtrArray *broker_plan_new(const BrokerPlanRoots *roots, const char *guest, BrokerCatalog *catalog,
                           const BrokerPublishPolicy *policy);
