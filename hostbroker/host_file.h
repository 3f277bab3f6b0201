// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files that Casement writes on the host: atomically, by way of a temporary name in the same folder
// that follows from the file's own, so that a crash leaves nothing that cannot be found again.

#include <glib.h>

typedef enum {
    BROKER_FILE_QUICK,   // whole or not at all as long as the machine runs
    BROKER_FILE_DURABLE, // also after the power failed
} BrokerFileSafety;

// Longest file name that broker_host_file_write() can write.
#define BROKER_FILE_NAME_MAX 240

// Writes the file, folders included, mode 0644. FALSE with error set: the file is as before.
gboolean
broker_host_file_write(const char *path, GBytes *content, BrokerFileSafety safety, GError **error);

// Gives a file that is never written in place a second name, folders included, which on most file
// systems takes a tenth of the time of a copy. FALSE: path is as before; the two are on different
// file systems, or this one has no such links: write a copy.
gboolean broker_host_file_link(const char *file, const char *path);

// The content of a regular file of at most max bytes (no link is followed), or NULL: not there, not
// regular, larger, or not readable.
GBytes *broker_host_file_read(const char *path, gsize max);

// TRUE when something of this name is there, whatever it is.
gboolean broker_host_file_exists(const char *path);

// Removes the file and what a crash may have left of its writing. One that is not there is no
// error.
gboolean broker_host_file_remove(const char *path, GError **error);

// Removes only what a crash may have left of its writing.
void broker_host_file_clear(const char *path);
