// SPDX-License-Identifier: Apache-2.0
#pragma once

// The socket over which agent and remoteapp ask for programs and are told what happens
// (protocol.h).

#include "guestagent/supervisor/programs.h"

typedef struct SupRequests SupRequests;

typedef struct {
    // Answer once through launched, with its user.
    void (*launch)(const SupProgramRequest *request, SupLaunched launched, gpointer launched_user,
                   gpointer user);
    void (*shutdown)(gpointer user);
} SupRequestsEvents;

// Listens from now on; accepts nobody before sup_requests_open. NULL with error set.
typedef enum {
    SUP_SERVICE_AWAY,
    SUP_SERVICE_FAILING, // who waits for it need not wait on
    SUP_SERVICE_THERE,
} SupServiceState;

SupRequests *sup_requests_new(GMainContext *context, const char *path,
                              const SupRequestsEvents *events, gpointer user, GError **error);
void sup_requests_free(SupRequests *requests);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupRequests, sup_requests_free)

void sup_requests_open(SupRequests *requests);

// The state of service "rdp", for those connected and those to come.
void sup_requests_set_service(SupRequests *requests, SupServiceState state, const char *reason);

void sup_requests_program_ended(SupRequests *requests, const SupProgramEnd *end);
