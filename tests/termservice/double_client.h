// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/double_remote.h"

#include <freerdp/freerdp.h>
#include <glib.h>
#include <stdbool.h>

// A client of the double, by libfreerdp, for the double's own test: what the host's programs do not
// have to be right for.

typedef struct {
    freerdp *instance;
    DoubleRemote *remote;
    bool connected;
    guint32 error; // freerdp_get_last_error, when not connected
    bool logon_error;
    guint32 logon_data, logon_type; // Logon Errors Info
} DoubleClient;

typedef enum { CLIENT_NLA, CLIENT_TLS, CLIENT_RDP } ClientSecurity;

// Connects, or fails to; `connected` says which.
DoubleClient *
double_client_new(guint port, ClientSecurity security, const char *user, const char *password);
void double_client_free(DoubleClient *client);

// Handles what comes until `done` is true of the client; false if the connection ends before, or
// 10 s pass.
bool double_client_wait(DoubleClient *client, bool (*done)(const DoubleClient *client));
