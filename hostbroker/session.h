// SPDX-License-Identifier: Apache-2.0
#pragma once

// One guest's session on the host: casement-session and casement-view, their control pipes, the
// programs that are to be started through them, and what happens when one of them ends
// (hostbroker/README.md, "Who outlives whom"). One session serves all programs of a guest.

#include "hostbroker/config.h"
#include "hostbroker/exec_queue.h"
#include "hostbroker/host.h"
#include "hostbroker/sign_in.h"
#include "hostbroker/state_file.h"
#include "hostbroker/window_list.h"

typedef struct BrokerSession BrokerSession;

typedef struct {
    // A new stream to the guest's RemoteApp server; the caller's to close. -1 with error set.
    int (*open_stream)(gpointer user, GError **error);
    // The same for the stream of its pixels (channel/tile_stream.h), which not every guest has.
    int (*open_pixels)(gpointer user, GError **error);
    // Calls broker_session_app for every application known.
    void (*send_table)(BrokerSession *session, gpointer user);
    // State, windows or processes changed.
    void (*changed)(gpointer user);
    // Something that the user has to read: one call an incident.
    void (*tell)(const char *text, gpointer user);
    // The application of an index of the table, or NULL.
    const BrokerApp *(*app)(guint32 index, gpointer user);
} BrokerSessionEvents;

typedef struct {
    guint64 pixels_received, pixels_painted, pixels_shared, pixels_streamed;
    guint32 keys_measured, key_to_pixel_p50_us, key_to_pixel_p99_us;
    guint32 frames, sound_underruns;
    guint32 places_told, states_told, places_asked, states_asked; // channel/control.h
    gint64 session_us, ready_us; // monotonic times of the last start; 0: none
} BrokerSessionFigures;

// All are borrowed and outlive it.
BrokerSession *
broker_session_new(const BrokerHost *host, const BrokerConfig *config, BrokerSignIn *sign_in,
                   const BrokerSessionEvents *events, gpointer user);
// Leaves the two processes alone, unless they were told to quit.
void broker_session_free(BrokerSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerSession, broker_session_free)

void broker_session_set_config(BrokerSession *session, const BrokerConfig *config);
// The policy of clipboard or microphone in it is another one: told to who runs.
void broker_session_policy_changed(BrokerSession *session);

// How the guest asks who signs in (0, CTL_SIGN_IN, with CTL_RDP_SECURITY), and who that may be
// (NULL: unknown).
void
broker_session_set_sign_in(BrokerSession *session, guint32 signs_in, const char *suggested_user);

// What the guest's RDP server may present, for sessions that start from now on.
void broker_session_set_certificates(BrokerSession *session, const ChanCertificates *certificates);

// Whether the guest has a desktop to show beside its windows: it asks who signs in, and so is no
// Linux guest of ours. Known once it is up.
gboolean broker_session_has_desktop(const BrokerSession *session);
// Shows that, not windows.
gboolean broker_session_is_desktop(const BrokerSession *session);

// Starts the view before the guest is up, and the session before its applications are known, since
// a program will be started soon (broker_session_exec, or broker_session_unprepare). environment:
// what the launch's platform_data told of the desktop, NAME=VALUE. A session that is unused and on
// another display is started anew; a launch without a display goes where the session is. desktop:
// for the whole desktop, not for a program; a session that shows the other is ended first. FALSE
// with error set when there is no display, when something waits for the other of the two, when
// windows or another launch hold the session on another one, or when the view cannot be started.
gboolean broker_session_prepare(BrokerSession *session, gboolean desktop,
                                const char *const *environment, GError **error);

// The launch that prepared it came to nothing. NULL-safe.
void broker_session_unprepare(BrokerSession *session);

// Starts a program, and the session first where there is none.
gboolean broker_session_exec(BrokerSession *session, const BrokerExec *exec, BrokerExecDone done,
                             gpointer user, GError **error);
// No window comes of the launch with this id: the desktop's feedback is to end.
void broker_session_startup_over(BrokerSession *session, const char *startup_id);

// A program of the guest ended (broker_exec_queue_ended).
void
broker_session_program_ended(BrokerSession *session, guint32 pid, int status, const char *output);

// The guest's RemoteApp server came or went (reason, or NULL).
void broker_session_service(BrokerSession *session, gboolean available, const char *reason);

// It keeps failing: what waits for it fails with the reason, and so does what is asked for until
// broker_session_service is called again.
void broker_session_service_failing(BrokerSession *session);

// Whether a launch waits for its program.
gboolean broker_session_waits(const BrokerSession *session);
// There are windows, or icons of the tray.
gboolean broker_session_shows(const BrokerSession *session);
// The microphone is recorded for the guest.
gboolean broker_session_records(const BrokerSession *session);
// The guest does not answer: what waits fails with error. TRUE: the session was not up, and ends.
gboolean broker_session_unanswered(BrokerSession *session, const GError *error);

// An application for the table of both.
void broker_session_app(BrokerSession *session, const char *guest, const BrokerApp *app);

// The guest is gone or is to end: everything asked for fails with error, both processes end.
void broker_session_stop(BrokerSession *session, const GError *error);

// Processes that a former broker started, to be adopted when their view comes. What does not come
// in time is ended.
void broker_session_expect(BrokerSession *session, const BrokerState *state);
// The view came: takes its connection and the session's new control pipe. FALSE when it is not the
// one expected (both are closed).
gboolean broker_session_adopt(BrokerSession *session, const CtlAdopt *untrusted_adopt,
                              pid_t peer_pid, int take_view_fd, int take_session_fd);

// "none", "starting" or "up".
const char *broker_session_state(const BrokerSession *session);
const BrokerWindowList *broker_session_windows(const BrokerSession *session);
void broker_session_identify(const BrokerSession *session, BrokerState *state);
const BrokerSessionFigures *broker_session_figures(const BrokerSession *session);
