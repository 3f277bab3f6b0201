// SPDX-License-Identifier: Apache-2.0
#pragma once

// The life of a guest as a table. Pure.

typedef enum {
    GUEST_OFF,
    GUEST_STARTING,   // being made; no pipe yet
    GUEST_CONNECTING, // a pipe is open, the agent has not answered
    GUEST_LISTING,    // the agent answered, its applications are awaited
    GUEST_UP,
    GUEST_BROKEN, // was up, the pipe was lost, another is being tried
    GUEST_STOPPING,
    GUEST_FAILED,
    GUEST_STATES,
} GuestState;

typedef enum {
    GUEST_EVENT_START,     // somebody wants it
    GUEST_EVENT_PIPE,      // a pipe is open
    GUEST_EVENT_HELLO,     // the agent answered
    GUEST_EVENT_LISTED,    // a full list of applications is here
    GUEST_EVENT_PIPE_LOST, // the pipe ended, or could not be opened
    GUEST_EVENT_REFUSED,   // not to be tried again by itself: broken protocol, time over, no kind
    GUEST_EVENT_ENDED,     // the guest is gone, unasked
    GUEST_EVENT_SHUT_DOWN, // the guest is gone, in order
    GUEST_EVENT_STOP,      // somebody wants it to end
    GUEST_EVENTS,
} GuestEvent;

GuestState guest_state_next(GuestState state, GuestEvent event);

// As org.casement.Broker1 tells it: "off", "starting", "up", "failed".
const char *guest_state_public(GuestState state);

// For logs.
const char *guest_state_name(GuestState state);
