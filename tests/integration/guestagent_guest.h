// SPDX-License-Identifier: Apache-2.0
#pragma once

// A real guest for tests: casement-supervisor in folders of its own, seen by a host over the
// channel and by a child over the supervisor's socket.

#include "channel/glib/packet.h"
#include "channel/glib/pump.h"
#include "channel/msg.h"
#include "guestagent/supervisor/protocol.h"

#include <glib.h>

typedef struct {
    char *root; // everything of this test
    char *dir;  // the guest's folder
    char *apps; // applications/ in its XDG_DATA_HOME; not made yet
    char **env;
    GPid pid;
    int ready_fd;
    int status; // wait status once it ended
} TestGuest;

// extra: more arguments, NULL-terminated, or NULL. Does not wait.
TestGuest *test_guest_new(const char *const *extra);
void test_guest_wait_ready(TestGuest *guest);
// SIGTERM, waits for its end, checks that nothing of it is left, and removes its folders.
void test_guest_free(TestGuest *guest);

// Writes applications/NAME.desktop of the guest.
void test_guest_add_app(TestGuest *guest, const char *id, const char *keys);
void test_guest_remove_app(TestGuest *guest, const char *id);

// A process below the guest by its name, 0: none.
GPid test_guest_find(TestGuest *guest, const char *name);

// Runs the loop until condition holds; fails the test after 30 s.
#define TEST_WAIT(condition)                                                                       \
    do {                                                                                           \
        gint64 until_ = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;                              \
        while (!(condition)) {                                                                     \
            if (g_get_monotonic_time() > until_)                                                   \
                g_error("%s:%d: timed out: %s", __FILE__, __LINE__, #condition);                   \
            test_turn();                                                                           \
        }                                                                                          \
    } while (0)
void test_turn(void);

// The host's end of the channel.
typedef struct {
    ChanPump *pump;
    gboolean ready, lost, in_list;
    guint lists, changes; // complete lists; applications told outside of one
    guint guest_infos;
    GHashTable *apps;     // id → name
    GHashTable *payloads; // id → GBytes, its last CHAN_MSG_APP
    GHashTable *listed;   // ids of the list that comes in
    GHashTable *icons;    // GBytes hash → side
    guint icon_messages, bad_icons;
    gboolean rdp_known, rdp_available;
    gboolean rdp_failing;
    char *rdp_reason;
    guint ended; // PROGRAM_ENDED
    guint32 ended_pid;
    int ended_status;
    char *ended_app;
    guint output_pid; // PROGRAM_OUTPUT
    char *output_file;
} TestHost;

TestHost *test_host_new(TestGuest *guest, const char *locale); // locale NULL: sends no HOST_INFO
TestHost *test_host_new_pipe(int take_in, int take_out);
void test_host_free(TestHost *host);
void test_host_want_icons(TestHost *host, const char *id);

// A child of the guest, as remoteapp is.
typedef struct {
    ChanPacketSocket *socket;
    guint32 input_method; // of what it launches
    guint answers, services;
    SupervisorLaunched launched; // the last answer
    SupervisorEnded ended;
    SupervisorService service;
    guint ends;
} TestChild;

TestChild *test_child_new(TestGuest *guest);
void test_child_free(TestChild *child);
// Sends a LAUNCH and waits for its answer.
void test_child_launch(TestChild *child, SupervisorKind kind, const char *program,
                       const char *const *arguments);
