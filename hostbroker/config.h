// SPDX-License-Identifier: Apache-2.0
#pragma once

// A guest's file, $XDG_CONFIG_HOME/casement/guests/NAME.conf, checked: man casement-guest(5).

#include "hostbroker/publish.h"

#include <gio/gio.h>

#define BROKER_GUEST_NAME_MAX 48
#define BROKER_CONFIG_MAX (64 * 1024) // bytes of a guest's file

typedef enum {
    BROKER_KIND_SANDBOX,
    BROKER_KIND_LOCAL,
    BROKER_KIND_SOCKET,
    BROKER_KIND_COMMAND,
    BROKER_KIND_VSOCK,
    BROKER_KINDS,
} BrokerKindId;

typedef enum {
    BROKER_CLIPBOARD_BOTH,
    BROKER_CLIPBOARD_TO_GUEST,
    BROKER_CLIPBOARD_TO_HOST,
    BROKER_CLIPBOARD_NONE,
    BROKER_CLIPBOARD_OFF, // another word for it
} BrokerClipboard;

// Whether the guest may record the host's microphone.
typedef enum { BROKER_MICROPHONE_OFF, BROKER_MICROPHONE_ON } BrokerMicrophoneUse;

// Whether the guest asks who signs in: auto is what its agent says it is.
typedef enum { BROKER_SIGN_IN_AUTO, BROKER_SIGN_IN_ALWAYS, BROKER_SIGN_IN_NEVER } BrokerSignInWhen;

// Whose frames are around a Windows guest's windows.
typedef enum { BROKER_FRAMES_GUEST, BROKER_FRAMES_HOST } BrokerFrames;

// How pixels come: by the shortest way there is, over a stream of their own where the guest has
// that, or as any RDP peer sends them.
typedef enum { BROKER_PIXELS_AUTO, BROKER_PIXELS_STREAM, BROKER_PIXELS_RDP } BrokerPixels;

typedef enum { BROKER_SOCKET_CONNECT, BROKER_SOCKET_LISTEN } BrokerSocketMode;

typedef struct {
    char *name, *path;
    int kind; // BrokerKindId
    char *label;
    gboolean autostart, sound, unlisted, network;
    gboolean video;        // pixels behind a slow pipe may lose something while they move
    gint64 idle_timeout_s; // -1: never
    gint64 start_timeout_s, launch_timeout_s;
    int clipboard;  // BrokerClipboard
    int microphone; // BrokerMicrophoneUse
    int publish;    // BrokerPublishMode
    char **apps;
    char *title_prefix;
    guint32 border;     // 0x01RRGGBB, or 0
    int frames;         // BrokerFrames
    int pixels;         // BrokerPixels
    char **share;       // folders of the host, "PATH" or "PATH:rw" (sandbox)
    char **environment; // "NAME=VALUE" (sandbox, local)
    char *socket_path;
    int socket_mode;  // BrokerSocketMode
    int sign_in;      // BrokerSignInWhen
    char *guest_user; // who signs in; may be empty, or NULL for a kind that has no such key
    char **argv;
    gint64 cid, port;
} BrokerConfig;

// Checks a file's text. NULL with error set (INVALID_ARGUMENT, "FILE:LINE: key 'KEY': …").
BrokerConfig *broker_config_parse(const char *name, const char *path, const char *text, gsize size,
                                  GError **error);

// Reads and checks a file.
BrokerConfig *broker_config_load(const char *name, const char *path, GError **error);

void broker_config_free(BrokerConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerConfig, broker_config_free)

// The text of a new guest's file. kind: as in the file; options: key → value as written (strings).
// NULL with error set, naming the option, when the file would not be valid. Caller frees.
char *broker_config_text(const char *name, const char *kind, GHashTable *options, GError **error);

// The text of a guest's file with some keys changed: options as above, reset: keys taken out. The
// rest stays as it is written. NULL with error set as above, or when the whole would not be valid
// (as broker_config_parse). Caller frees.
char *broker_config_edit(const char *name, const char *path, const char *text, GHashTable *options,
                         const char *const *reset, GError **error);

// A guest's file as it is; caller frees. NULL with error set when it cannot be read, is no plain
// file, or is longer than BROKER_CONFIG_MAX. size may be NULL.
char *broker_config_read(const char *path, gsize *size, GError **error);

// The group of a key that guests of this kind have; NULL for another key. A value is not checked
// when NULL. error as broker_config_text's.
const char *
broker_config_group(const char *kind, const char *key, const char *value, GError **error);

// All keys that the kind has, with the values in force: a{ss}, floating.
GVariant *broker_config_to_variant(const BrokerConfig *config);

gboolean broker_config_equal(const BrokerConfig *a, const BrokerConfig *b);

// 1 to 48 characters of [a-z0-9-], starting with a letter.
gboolean broker_guest_name_valid(const char *name);

const char *broker_kind_name(BrokerKindId kind);

// Files of the host can be given to programs of the guest (hostbroker/documents.h).
gboolean broker_config_takes_files(const BrokerConfig *config);
