// SPDX-License-Identifier: Apache-2.0
#pragma once

// Copying one file between the user's folders and a guest's document folder, in which the guest may
// put anything at any time.

#include <gio/gio.h>
#include <sys/types.h>

// What tells that a file is still the one it was.
typedef struct {
    guint64 device, inode, size;
    gint64 changed_s, changed_ns; // contents
} BrokerFileMark;

// FALSE when there is no plain file of that name (links are not followed).
gboolean broker_file_mark(int dir_fd, const char *name, BrokerFileMark *mark);
gboolean broker_file_mark_equal(const BrokerFileMark *a, const BrokerFileMark *b);
void broker_file_mark_store(const BrokerFileMark *mark, GKeyFile *file, const char *group,
                            const char *key);
void
broker_file_mark_recall(BrokerFileMark *mark, GKeyFile *file, const char *group, const char *key);

// Opens a plain file of acceptable length for reading, and marks it. -1 with error set.
int broker_document_open(int dir_fd, const char *name, BrokerFileMark *mark, GError **error);

// A new file in a folder with fd's bytes; owner 0: the caller.
gboolean broker_document_copy(int fd, int dir_fd, const char *name, uid_t owner, GError **error);

// Puts fd's bytes in the place of target, at once or not at all, with the rights of the file
// `like` (where that is there). A target that is not `like` and exists gets a number added.
gboolean broker_document_replace(int fd, const char *target, const char *like, GError **error);
