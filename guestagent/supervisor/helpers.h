// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the processes that are kept running are called: sound server, agent, remoteapp.

#include "guestagent/supervisor/guest.h"
#include "guestagent/supervisor/keeper.h"

// A program of Casement: in $CASEMENT_LIBEXECDIR, or beside this one. NULL with error set.
char *sup_own_program(const char *name, GError **error);

// What all of them need; env is copied, the rest borrowed.
typedef struct {
    const SupPlaces *places;
    char **env;
    SupReaper *reaper;
    const SupKeeperEvents *events;
    gpointer user;
} SupHelperNeeds;

// PulseAudio with a null sink. NULL with error set when it is not installed.
SupKeeper *sup_sound_new(const SupHelperNeeds *needs, GError **error);

// The agent, with the listener it gets in each of its lives.
SupKeeper *
sup_agent_new(const SupHelperNeeds *needs, const SupGuestOptions *options, GError **error);

SupKeeper *sup_remoteapp_new(const SupHelperNeeds *needs, GError **error);
