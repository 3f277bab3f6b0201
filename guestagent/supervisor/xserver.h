// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's X server: Xorg with the dummy driver and inputtest devices, or Xvfb where Xorg is
// missing or does not start. Its end is the end of the guest.

#include "guestagent/supervisor/places.h"
#include "guestagent/supervisor/reaper.h"

typedef enum { SUP_X_AUTO, SUP_X_XORG, SUP_X_XVFB } SupXKind;

typedef struct SupXServer SupXServer;

typedef struct {
    // It takes clients. name: "xorg" or "xvfb", for CASEMENT_X.
    void (*ready)(const char *display, const char *name, gpointer user);
    void (*lost)(const char *reason, gpointer user);
} SupXServerEvents;

typedef struct {
    SupXKind kind;
    const char *xorg; // the program, or NULL: found
} SupXOptions;

// Writes the cookie and starts the server; env is borrowed for the server's own environment.
// NULL with error set when no server is installed.
SupXServer *sup_xserver_new(const SupPlaces *places, const SupXOptions *options, char **env,
                            SupReaper *reaper, GError **error);
void sup_xserver_run(SupXServer *x, GMainContext *context, const SupXServerEvents *events,
                     gpointer user);
void sup_xserver_free(SupXServer *x);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupXServer, sup_xserver_free)

pid_t sup_xserver_pid(const SupXServer *x); // 0: none
