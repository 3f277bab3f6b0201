// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the broker knows of the machine and the user it works for: the places it keeps things in,
// where Casement's programs are, the one GMainContext, the session bus.

#include <gio/gio.h>

typedef struct {
    GMainContext *context;
    GDBusConnection *bus; // NULL until connected, and in unit tests
    char *data_home;      // $XDG_DATA_HOME
    char *config_home;    // $XDG_CONFIG_HOME
    char *runtime_dir;    // $XDG_RUNTIME_DIR, or the fallback (hostbroker/README.md, "Places")
    char *guests_config;  // …/casement/guests, where NAME.conf are
    char *guests_data;    // private homes
    char *state;          // $XDG_STATE_HOME/casement
    char *run;            // $XDG_RUNTIME_DIR/casement
    char *programs;       // casement-supervisor, casement-session, casement-view
    char *locale;         // the user's, "" while unknown
} BrokerHost;

// Finds and makes the places (private to the user). FALSE with error set when one cannot be made
// or belongs to somebody else. context is borrowed.
BrokerHost *broker_host_new(GMainContext *context, GError **error);
void broker_host_free(BrokerHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerHost, broker_host_free)

// Paths of one guest; caller frees.
char *broker_host_guest_run(const BrokerHost *host, const char *guest, const char *leaf);
char *broker_host_guest_home(const BrokerHost *host, const char *guest);
char *broker_host_guest_state(const BrokerHost *host, const char *guest, const char *leaf);
char *broker_host_guest_config(const BrokerHost *host, const char *guest);

// Absolute path of a program of the chain; caller frees.
char *broker_host_program(const BrokerHost *host, const char *name);

// Path of `casement`, for Exec lines: beside casementd, or in PATH, or in $CASEMENT_BINDIR's
// default. Caller frees.
char *broker_host_launcher(const BrokerHost *host);

// Makes a folder (with parents) that only the user may enter; checks owner and kind of one that
// exists already.
gboolean broker_private_dir(const char *path, GError **error);
