// SPDX-License-Identifier: Apache-2.0
#pragma once

// A guest from inside: shared by guest.c (its life) and guest_channel.c (what comes to it over its
// link and its channel), by nobody else.

#include "hostbroker/backoff.h"
#include "hostbroker/guest.h"
#include "hostbroker/link.h"
#include "hostbroker/notifications.h"

#include <stdbool.h>

struct BrokerGuest {
    const BrokerHost *host;
    const BrokerGuestEvents *events;
    gpointer user;
    char *name;
    BrokerConfig *config;
    BrokerConfig *next_config; // once the guest is off
    GuestState state;
    GError *error; // of the file, or of the last start
    BrokerLink *link;
    ChanPump *pump;
    BrokerCatalog *catalog;
    BrokerSession *session;
    BrokerSignIn *sign_in;
    BrokerGuestPeople *people;
    BrokerNotifications *notifications; // of this channel; NULL: none yet
    char *told_user;                    // who the agent said is signed in, when it said hello
    guint32 signs_in;
    BrokerDocuments *documents;
    BrokerWaiters *waiters;
    GSource *deadline, *retry, *answers, *autostart, *watch;
    gint64 watched_us, missed_us; // since when a launch is watched, and the channel missed
    BrokerBackoff backoff;
    char *os, *last_logged;
    guint32 output_pid; // whose output is in output_file
    char *output_file;
    BrokerState saved; // as the state file has it
    gint64 asked_us, guest_us, channel_us, apps_us;
    bool told;            // the user has read of the error
    bool ending;          // failed, and its link has not ended yet
    bool again;           // wanted while it ends: started again after that
    bool answering, gone; // freed by one who was answered: goes when all are
};

// Goes on to the state that the table has for the event, and does what belongs to it.
void broker_guest_event(BrokerGuest *g, GuestEvent what);

// The guest's error; code of BROKER_ERROR.
void broker_guest_set_error(BrokerGuest *g, int code, char *take_text);

// The same, and the guest is not to be spoken with any more.
void broker_guest_refuse(BrokerGuest *g, int code, char *take_text);

// The agent answers nothing for so long, though windows are used or it was asked.
#define BROKER_QUIET_MS 4000
void broker_guest_silent(BrokerGuest *g);

// Closes the channel, and tells who depended on it.
void broker_guest_drop_pump(BrokerGuest *g);

// Writes down who runs for the guest.
void broker_guest_save_state(BrokerGuest *g);

// Starts a guest that was wanted while it ended.
void broker_guest_start_again(BrokerGuest *g);

// What a link tells its guest.
extern const BrokerLinkEvents broker_guest_link_events;
