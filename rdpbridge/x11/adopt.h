// SPDX-License-Identifier: Apache-2.0
#pragma once

// The broker died: has it activated over D-Bus, once, and offers ourselves and the session to it.
// The windows stay whatever comes of it.

#include "rdpbridge/x11/view.h"

typedef struct HostAdoption HostAdoption;

// take_fd: the new control pipe, or -1: there is no broker (said in the log). Called once; the
// adoption may be freed in it.
typedef void (*HostAdopted)(int take_fd, gpointer user);

HostAdoption *host_adoption_start(View *view, HostAdopted adopted, gpointer user);
void host_adoption_free(HostAdoption *adoption);
