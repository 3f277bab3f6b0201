// SPDX-License-Identifier: Apache-2.0
#pragma once

// A session from inside: shared by session.c (its life) and session_adopt.c (what a former broker
// left), by nobody else.

#include "hostbroker/backoff.h"
#include "hostbroker/process.h"
#include "hostbroker/session.h"

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
    BrokerExecQueue *execs;
    bool service, failing, quitting, expecting;
    bool prepared;                  // a launch is under way that has not come to its program yet
    bool interrupted;               // windows went away and have to come back
    bool renewing;                  // a view ended, and its session may have windows not told of
    char *reason;                   // last fatal notice, or why the service is away
    ChanPacketSocket *table_target; // while a table is sent to one
    GSource *restart, *idle, *deadline, *come_back;
    BrokerSessionFigures figures;
};

// Takes the next step towards what is wanted; called whenever something changed.
void broker_session_advance(BrokerSession *s);

// Opens the control pipe of a member and sends what it has to know.
void broker_session_attach(BrokerSession *s, BrokerMember *m, int take_fd);

// One of the processes ended.
void broker_session_on_view_ended(BrokerProcess *process, int status, gpointer user);
void broker_session_on_session_ended(BrokerProcess *process, int status, gpointer user);

// Ends what was expected and has not come.
void broker_session_expect_no_more(BrokerSession *s);
