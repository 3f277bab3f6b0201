// SPDX-License-Identifier: Apache-2.0
#pragma once

// A session from inside: shared by session.c (its life) and session_adopt.c (what a former broker
// left), session_place.c, session_sign_in.c and session_shown.c, by nobody else.

#include "hostbroker/backoff.h"
#include "hostbroker/desktop_size.h"
#include "hostbroker/microphone.h"
#include "hostbroker/process.h"
#include "hostbroker/session.h"
#include "hostbroker/sign_in.h"
#include "hostbroker/tray.h"

#include <stdbool.h>

// One of the two processes.
typedef struct {
    BrokerProcess *process;
    ChanPacketSocket *control;
    BrokerBackoff backoff;
    BrokerIdentity expected;
    bool ready;
} BrokerMember;

struct BrokerSession {
    const BrokerHost *host;
    const BrokerConfig *config;
    const BrokerSessionEvents *events;
    gpointer user;
    BrokerMember view, session;
    int spare_fd;       // the session's end of the view protocol, while there is no session
    char **environment; // of the desktop
    BrokerWindowList *windows;
    BrokerDesktopSize *desktop_size;
    BrokerTray *tray;             // NULL until casement-session tells of an icon
    BrokerMicrophone *microphone; // NULL until the view records
    BrokerExecQueue *execs;
    BrokerSignIn *sign_in;          // borrowed
    BrokerCredentials *credentials; // for the session that is started next
    ChanCertificates certificates;  // that the guest's server may present
    char *refused;                  // why the guest did not let them in
    guint32 signs_in;               // CtlSetupFlags of it
    bool again;                     // with other credentials it may do
    bool service, failing, quitting, expecting;
    bool desktop, runs_desktop;     // wanted as its whole desktop; what runs or is expected is that
    bool prepared;                  // a launch is under way that has not come to its program yet
    bool interrupted;               // windows went away and have to come back
    bool told_gone;                 // the user has read so
    gint64 started_us;              // monotonic: windows are to come, none was told of; 0: no
    bool renewing;                  // a view ended, and its session may have windows not told of
    char *reason;                   // last fatal notice, or why the service is away
    ChanPacketSocket *table_target; // while a table is sent to one
    GSource *restart, *idle, *deadline, *come_back, *away, *gone;
    bool had_service;       // of this channel
    bool served_throughout; // since the session's process was started
    char *away_why;         // what the guest said of it when it went away
    bool doubtful;          // refused may be no refusal, but a server that went away
    BrokerSessionFigures figures;
};

// Takes the next step towards what is wanted; called whenever something changed.
void broker_session_advance(BrokerSession *s);

// What view and session are there, or to be started, for.
bool broker_session_wanted(const BrokerSession *s);
bool broker_session_start_view(BrokerSession *s, GError **error);
// Ends both in good order; what is wanted then is started.
void broker_session_quit(BrokerSession *s);
// Ends both later, if they are of no use by then.
void broker_session_watch_idle(BrokerSession *s);

// From now on its whole desktop is wanted, or its windows. FALSE with error set while something
// waits for the other.
bool broker_session_enter(BrokerSession *s, gboolean desktop, GError **error);
// Where it is open already.
void broker_session_raise_desktop(BrokerSession *s);
// TRUE when what runs is not what is wanted, and is told to end.
bool broker_session_leaves_other(BrokerSession *s);

// Opens the control pipe of a member and sends what it has to know.
void broker_session_attach(BrokerSession *s, BrokerMember *m, int take_fd);

// A session that was just started gets the stream of pixels, where that is wanted.
void broker_session_give_pixels(BrokerSession *s);

// Everything that was asked for fails, and the session ends.
void broker_session_fail(BrokerSession *s, const GError *error);

// TRUE while the credentials that the next session needs are not there; they are asked for, and
// broker_session_advance is called again.
bool broker_session_lacks_credentials(BrokerSession *s);
// To a session that was just started, with the certificates; the credentials are wiped here.
void broker_session_send_credentials(BrokerSession *s);
void broker_session_on_sign_in_failed(BrokerSession *s, const CtlSignInFailed *m);
// Why no session can be had, and where there is more about it.
GError *broker_session_failing_error(const BrokerSession *s);
// The RemoteApp server came or went: whoever waits is told soon if it stays away.
void broker_session_watch_service(BrokerSession *s, bool available, const char *reason);
// Somebody waits from now on: so long may it stay away once more.
void broker_session_watch_launch(BrokerSession *s);
// Windows went away: the user is told soon if they are not back.
void broker_session_watch_windows(BrokerSession *s);

// casement-session ended by itself: another is started as long as it is wanted.
void broker_session_crashed(BrokerSession *s);

// The process that had been refused has ended.
void broker_session_end_refused(BrokerSession *s);

// What casement-session tells of what it shows: a window, an icon of the tray.
void broker_session_on_window(BrokerSession *s, const CtlWindow *m);
void broker_session_on_window_gone(BrokerSession *s, const CtlWindowId *m);
void broker_session_on_tray(BrokerSession *s, ChanSpan packet);
void broker_session_forget_shown(BrokerSession *s);
// The view records for the guest, or no more.
void broker_session_on_recording(BrokerSession *s, gboolean on);

// One of the processes ended.
void broker_session_on_view_ended(BrokerProcess *process, int status, gpointer user);
void broker_session_on_session_ended(BrokerProcess *process, int status, gpointer user);

// Ends what was expected and has not come.
void broker_session_expect_no_more(BrokerSession *s);
