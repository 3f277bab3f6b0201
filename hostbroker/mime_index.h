// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps applications/mimeinfo.cache, through which desktops find the programs for a file type, by
// running update-desktop-database(1) in the background where it is installed; and after it the
// lists of type_defaults.h.

#include <glib.h>

typedef struct BrokerMimeIndex BrokerMimeIndex;

BrokerMimeIndex *broker_mime_index_new(const char *data_home, const char *config_home);
void broker_mime_index_free(BrokerMimeIndex *index); // a run under way goes on by itself

// The types of some entry changed. Runs now, or once more when the run under way has ended.
void broker_mime_index_refresh(BrokerMimeIndex *index);
