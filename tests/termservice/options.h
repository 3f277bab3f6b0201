// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/account.h"
#include "tests/termservice/refusal.h"
#include "tests/termservice/video.h"

#include <glib.h>
#include <stdbool.h>

// What the command line says the machine is.

typedef enum { PROFILE_XP, PROFILE_7, PROFILE_10, PROFILE_11 } Profile;

typedef enum {
    SECURITY_NLA, // TLS with CredSSP, and nothing less: PROTOCOL_HYBRID ([MS-RDPBCGR] 5.4.5.2)
    SECURITY_TLS, // TLS alone: PROTOCOL_SSL (5.4.5.1)
    SECURITY_RDP, // Standard RDP Security (5.3)
} Security;

typedef struct {
    int port; // of 127.0.0.1; 0: any free; negative: none
    char *path;
    Profile profile;
    Security security;
    Account account;
    const Refusal *refusal; // NULL: who knows the password comes in
    bool logon_screen;
    bool raw;         // the test speaks for the machine on the rail channel
    bool pushy;       // it tells everybody that it knows window orders
    int scale[2];     // of RDPGFX's surfaces, as a fraction; 0: mapped as they are
    VideoCodec video; // of what would be uncompressed
    GHashTable *apps; // alias → title
} Options;

// NULL with the error set when the line or the password's file cannot be used. Free with
// options_free.
Options *options_parse(int argc, char **argv, GError **error);
void options_free(Options *options);
