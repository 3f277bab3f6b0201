// SPDX-License-Identifier: Apache-2.0
#pragma once

// The list of files that were published for one guest, kept on disk. It names a file before the
// file is written and until after it is removed, so that whatever moment the broker dies in, the
// next one finds everything again.

#include <glib.h>

typedef struct BrokerManifest BrokerManifest;

// Reads the manifest at path; one that is not there or not readable is empty.
BrokerManifest *broker_manifest_load(const char *path);
void broker_manifest_free(BrokerManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerManifest, broker_manifest_free)

// Absolute paths.
gboolean broker_manifest_contains(BrokerManifest *manifest, const char *path);
void broker_manifest_add(BrokerManifest *manifest, const char *path);
void broker_manifest_remove(BrokerManifest *manifest, const char *path);
char **broker_manifest_paths(BrokerManifest *manifest); // sorted; caller frees

// Puts on disk what was added and removed; durable. An empty manifest's file is removed.
gboolean broker_manifest_save(BrokerManifest *manifest, GError **error);
