// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages between broker and agent (PROTOCOL.md, "Messages"). Each has a plain struct, an
// encoder into a caller's buffer, and a decoder that checks every length and count. Spans in a
// decoded struct are borrowed from the payload and not cleaned: names begin with untrusted_ where
// they are used until channel/utf8.h has been over them.
//
// Encoders return the bytes written, borrowed from buffer, and an empty span when it is too small.
// Decoders return false for anything that is not exactly one valid message.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_ID_MAX 200   // an application's id: the .desktop file's without its suffix
#define CHAN_NAME_MAX 512 // names, bytes
#define CHAN_COMMENT_MAX 2048
#define CHAN_PROGRAM_MAX 768 // 256 characters of UTF-8: a path of Windows
#define CHAN_LIST_MAX 256    // entries of categories, keywords, MIME types
#define CHAN_LIST_ENTRY_MAX 256
#define CHAN_ACTIONS_MAX 32
#define CHAN_ICONS_MAX 16      // sizes of one application's icon
#define CHAN_ICON_SIDE_MAX 256 // pixels
#define CHAN_ICON_HASH_SIZE 32 // SHA-256 over width, height (u32le) and the pixels
#define CHAN_APPS_MAX 4096     // of one guest; what is over it is refused, not kept
#define CHAN_SESSIONS_MAX 16   // told of one guest
#define CHAN_CERTIFICATES_MAX 8
#define CHAN_NOTIFICATIONS_MAX 32       // of one guest at a time
#define CHAN_NOTIFICATION_ACTIONS_MAX 8 // of one
#define CHAN_NOTIFICATION_SIDE_MAX 128  // of its picture, pixels
#define CHAN_SHA1_SIZE 20
#define CHAN_SHA256_SIZE 32

typedef enum {
    // guest to host
    CHAN_MSG_GUEST_INFO = 1, // once after hello, and when it changes
    CHAN_MSG_APPS_BEGIN = 2, // a full list starts: what is not named before APPS_END is gone
    CHAN_MSG_APP = 3,        // an application: part of a full list, or new or changed by itself
    CHAN_MSG_APPS_END = 4,
    CHAN_MSG_APP_GONE = 5,
    CHAN_MSG_ICON = 6,
    CHAN_MSG_SERVICE = 7,            // a service (a stream's name) became available or went away
    CHAN_MSG_PROGRAM_ENDED = 8,      // a program that was started by an exec ended
    CHAN_MSG_PROGRAM_OUTPUT = 9,     // where its output is; before the end of one that failed
    CHAN_MSG_SERVICE_FAILING = 10,   // one just told of as away keeps failing: do not wait for it
    CHAN_MSG_SESSIONS = 11,          // who is at the guest, all of it; again when it changes
    CHAN_MSG_CERTIFICATES = 12,      // what its RDP server may present; again when it changes
    CHAN_MSG_NOTIFICATION = 13,      // a program notifies the user, or changes what it told
    CHAN_MSG_NOTIFICATION_GONE = 14, // it takes that back
    // host to guest
    CHAN_MSG_HOST_INFO = 64, // once after hello
    CHAN_MSG_SYNC = 65,      // please send the full list
    CHAN_MSG_ICON_WANT = 66,
    CHAN_MSG_NOTIFICATION_CLOSED = 67, // one of the guest's is not shown any more
    CHAN_MSG_NOTIFICATION_ACTION = 68, // the user chose one of its actions
    CHAN_MSG_POLICY = 69,              // what the host allows; after HOST_INFO, and when it changes
} ChanMsgType;

typedef enum { CHAN_OS_LINUX = 1, CHAN_OS_WINDOWS = 2 } ChanOs;

typedef struct {
    uint8_t os;       // ChanOs
    ChanSpan os_name; // "Debian GNU/Linux 12 (bookworm)"
    ChanSpan host_name;
    ChanSpan user_name;
    ChanSpan locale; // "de_DE.UTF-8"
} ChanGuestInfo;

typedef struct {
    ChanSpan locale;    // the host's, so that names come in the user's language
    ChanSpan time_zone; // "Europe/Berlin", or empty
} ChanHostInfo;

typedef enum {
    CHAN_POLICY_UNLISTED = 1u << 0, // programs may be started that are not in the guest's list
} ChanPolicyFlags;

typedef struct {
    uint32_t flags; // ChanPolicyFlags; others are for a newer agent
} ChanPolicy;

typedef struct {
    uint16_t size; // side in pixels
    uint8_t hash[CHAN_ICON_HASH_SIZE];
} ChanIconRef;

typedef struct {
    ChanSpan id, name;
} ChanAction;

typedef enum {
    CHAN_APP_STARTUP_NOTIFY = 1u << 0,
    CHAN_APP_TERMINAL = 1u << 1, // runs in a terminal of the guest
    CHAN_APP_HIDDEN = 1u << 2,   // opens files, but has no menu entry (NoDisplay with MIME types)
    CHAN_APP_TAKES_FILES = 1u << 3, // Exec has %f, %F, %u or %U
    CHAN_APP_SIDELINED = 1u << 4,   // uninstallers, texts, web links: in no menu unless asked for
    CHAN_APP_FOREMOST = 1u << 5, // of those with its program the one for windows of unknown origin
} ChanAppFlags;

typedef struct {
    ChanSpan id;
    ChanSpan name, generic_name, comment;
    // How its windows are known, each may be empty: StartupWMClass, or the AppUserModelID of
    // Windows; and the program's path there.
    ChanSpan wm_class, program;
    ChanSpan directory; // where it starts, may be empty (Windows)
    ChanSpan folder;    // path of menu folders with '/', may be empty (Windows)
    uint32_t flags;     // ChanAppFlags
    uint16_t n_categories, n_keywords, n_mime_types, n_actions, n_icons;
    ChanSpan categories[CHAN_LIST_MAX];
    ChanSpan keywords[CHAN_LIST_MAX];
    ChanSpan mime_types[CHAN_LIST_MAX];
    ChanAction actions[CHAN_ACTIONS_MAX];
    ChanIconRef icons[CHAN_ICONS_MAX];
} ChanApp;

typedef struct {
    uint32_t serial; // the same in BEGIN and END of one list
    uint32_t count;  // BEGIN: applications to come
} ChanApps;

// Straight (not premultiplied) BGRA8, width * height * 4 bytes, no padding.
typedef struct {
    uint8_t hash[CHAN_ICON_HASH_SIZE];
    uint16_t width, height;
    ChanSpan pixels;
} ChanIcon;

typedef struct {
    ChanSpan name; // "rdp"
    uint8_t available;
    ChanSpan reason; // why it is not, in words; may be empty
} ChanService;

typedef struct {
    ChanSpan app_id; // empty for a plain command
    uint32_t pid;
    int32_t status; // exit code, or minus the signal
} ChanProgramEnded;

typedef struct {
    uint32_t pid;
    ChanSpan file; // a path in the guest; not empty
} ChanProgramOutput;

typedef enum { CHAN_SESSION_LOGGED_ON = 1, CHAN_SESSION_LOG_ON_SCREEN = 2 } ChanSessionState;
typedef enum { CHAN_LOCK_UNKNOWN = 0, CHAN_LOCK_OPEN = 1, CHAN_LOCK_LOCKED = 2 } ChanLock;

// A session of the guest's own: a person's, or one that shows its log-on screen.
typedef struct {
    uint32_t id;       // the guest's number for it
    uint8_t state;     // ChanSessionState
    uint8_t lock;      // ChanLock
    uint8_t connected; // 1: on a screen or a connection; 0: left, and its programs go on
    uint16_t dpi;      // 0: unknown
    uint32_t keyboard; // Windows identifier of the layout in use; 0: unknown
    ChanSpan user;     // empty on a log-on screen
} ChanSession;

typedef struct {
    uint16_t n;
    ChanSession sessions[CHAN_SESSIONS_MAX];
} ChanSessions;

typedef struct {
    uint8_t size; // CHAN_SHA1_SIZE or CHAN_SHA256_SIZE: which hash, of the DER
    uint8_t hash[CHAN_SHA256_SIZE];
} ChanCertificate;

typedef struct {
    uint16_t n; // 0: not known
    ChanCertificate certificates[CHAN_CERTIFICATES_MAX];
} ChanCertificates;

typedef struct {
    uint8_t is_default; // 1: what a click on the notification itself means
    ChanSpan name;
} ChanNotificationAction;

typedef enum {
    CHAN_NOTIFICATION_TRANSIENT = 1u << 0, // not to be kept for later
    CHAN_NOTIFICATION_RESIDENT = 1u << 1,  // stays after an action
} ChanNotificationFlags;

// After the Desktop Notifications Specification 1.2.
typedef struct {
    uint32_t id;       // the guest's, not 0; a second one with it takes the first one's place
    uint8_t urgency;   // 0 low, 1 normal, 2 critical
    uint8_t flags;     // ChanNotificationFlags
    int32_t expire_ms; // -1: as the host likes, 0: never
    ChanSpan app_id, app_name, summary, body; // body may have the specification's markup
    uint16_t n_actions;
    ChanNotificationAction actions[CHAN_NOTIFICATION_ACTIONS_MAX];
    // Straight BGRA8; both sides 0: none.
    uint16_t width, height;
    ChanSpan pixels;
} ChanNotification;

typedef struct {
    uint32_t id;
    // CLOSED: why, 1 expired, 2 by the user, 3 by the program, 4 otherwise, or not shown at all.
    // ACTION: which of the actions.
    uint32_t what;
} ChanNotificationEvent;

ChanSpan chan_guest_info_encode(const ChanGuestInfo *m, void *buffer, size_t capacity);
bool chan_guest_info_decode(ChanGuestInfo *m, ChanSpan untrusted_payload);
ChanSpan chan_host_info_encode(const ChanHostInfo *m, void *buffer, size_t capacity);
bool chan_host_info_decode(ChanHostInfo *m, ChanSpan untrusted_payload);
ChanSpan chan_policy_encode(const ChanPolicy *m, void *buffer, size_t capacity);
bool chan_policy_decode(ChanPolicy *m, ChanSpan untrusted_payload);
ChanSpan chan_apps_encode(const ChanApps *m, void *buffer, size_t capacity); // BEGIN and END
bool chan_apps_decode(ChanApps *m, ChanSpan untrusted_payload);
ChanSpan chan_app_encode(const ChanApp *m, void *buffer, size_t capacity);
bool chan_app_decode(ChanApp *m, ChanSpan untrusted_payload);
ChanSpan chan_app_gone_encode(ChanSpan id, void *buffer, size_t capacity);
bool chan_app_gone_decode(ChanSpan *id, ChanSpan untrusted_payload);
ChanSpan chan_icon_encode(const ChanIcon *m, void *buffer, size_t capacity);
bool chan_icon_decode(ChanIcon *m, ChanSpan untrusted_payload);
ChanSpan
chan_icon_want_encode(const uint8_t hash[CHAN_ICON_HASH_SIZE], void *buffer, size_t capacity);
bool chan_icon_want_decode(uint8_t hash[CHAN_ICON_HASH_SIZE], ChanSpan untrusted_payload);
ChanSpan chan_service_encode(const ChanService *m, void *buffer, size_t capacity);
bool chan_service_decode(ChanService *m, ChanSpan untrusted_payload);
ChanSpan chan_service_failing_encode(ChanSpan name, void *buffer, size_t capacity);
bool chan_service_failing_decode(ChanSpan *name, ChanSpan untrusted_payload);
ChanSpan chan_program_ended_encode(const ChanProgramEnded *m, void *buffer, size_t capacity);
bool chan_program_ended_decode(ChanProgramEnded *m, ChanSpan untrusted_payload);
ChanSpan chan_program_output_encode(const ChanProgramOutput *m, void *buffer, size_t capacity);
bool chan_program_output_decode(ChanProgramOutput *m, ChanSpan untrusted_payload);
ChanSpan chan_sessions_encode(const ChanSessions *m, void *buffer, size_t capacity);
bool chan_sessions_decode(ChanSessions *m, ChanSpan untrusted_payload);
ChanSpan chan_certificates_encode(const ChanCertificates *m, void *buffer, size_t capacity);
bool chan_certificates_decode(ChanCertificates *m, ChanSpan untrusted_payload);
ChanSpan chan_notification_encode(const ChanNotification *m, void *buffer, size_t capacity);
bool chan_notification_decode(ChanNotification *m, ChanSpan untrusted_payload);
ChanSpan chan_notification_gone_encode(uint32_t id, void *buffer, size_t capacity);
bool chan_notification_gone_decode(uint32_t *id, ChanSpan untrusted_payload);
// CLOSED and ACTION.
ChanSpan
chan_notification_event_encode(const ChanNotificationEvent *m, void *buffer, size_t capacity);
bool chan_notification_event_decode(ChanNotificationEvent *m, ChanSpan untrusted_payload);
