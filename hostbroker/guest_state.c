// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/guest_state.h"

#define OFF GUEST_OFF
#define STA GUEST_STARTING
#define CON GUEST_CONNECTING
#define LIS GUEST_LISTING
#define UP_ GUEST_UP
#define BRO GUEST_BROKEN
#define STO GUEST_STOPPING
#define FAI GUEST_FAILED

// clang-format off
static const unsigned char next[GUEST_STATES][GUEST_EVENTS] = {
    //                  START PIPE HELLO LISTED PIPE_LOST REFUSED ENDED SHUT_DOWN STOP
    [GUEST_OFF]        = {STA, OFF, OFF,  OFF,   OFF,      OFF,    OFF,  OFF,      STO},
    [GUEST_STARTING]   = {STA, CON, STA,  STA,   STA,      FAI,    FAI,  FAI,      STO},
    [GUEST_CONNECTING] = {CON, CON, LIS,  CON,   STA,      FAI,    FAI,  FAI,      STO},
    [GUEST_LISTING]    = {LIS, CON, LIS,  UP_,   STA,      FAI,    FAI,  FAI,      STO},
    [GUEST_UP]         = {UP_, UP_, UP_,  UP_,   BRO,      FAI,    FAI,  OFF,      STO},
    [GUEST_BROKEN]     = {BRO, BRO, UP_,  BRO,   BRO,      FAI,    FAI,  OFF,      STO},
    [GUEST_STOPPING]   = {STO, STO, STO,  STO,   STO,      STO,    OFF,  OFF,      STO},
    [GUEST_FAILED]     = {STA, FAI, FAI,  FAI,   FAI,      FAI,    FAI,  FAI,      STO},
};
// clang-format on

GuestState
guest_state_next(GuestState state, GuestEvent event)
{
    return (GuestState)next[state][event];
}

const char *
guest_state_public(GuestState state)
{
    switch (state) {
    case GUEST_STARTING:
    case GUEST_CONNECTING:
    case GUEST_LISTING:
    case GUEST_BROKEN:
        return "starting";
    case GUEST_UP:
        return "up";
    case GUEST_FAILED:
        return "failed";
    default:
        return "off";
    }
}

const char *
guest_state_name(GuestState state)
{
    static const char *const names[GUEST_STATES] = {"off", "starting", "connecting", "listing",
                                                    "up",  "broken",   "stopping",   "failed"};

    return names[state];
}
