// SPDX-License-Identifier: Apache-2.0
#pragma once

// The properties of a window, one rule each: how much is read, what it may change, who takes it.

#include "guestagent/remoteapp/x11/client.h"

typedef struct {
    int atom; // RaAtom, or -1: predefined
    guint max_items;
    guint32 changes; // RaChange bits
    void (*take)(RaConn *conn, RaClient *client, const RaProp *untrusted_prop);
    Atom predefined;
} RaPropRule;

typedef struct {
    guint32 which;
    xcb_get_property_cookie_t cookie[32];
} RaPropCookies;

// Bits of all rules; the bit of the rule of a property that a program may change after mapping.
guint32 ra_props_all(void);
guint32 ra_props_rule_of(RaConn *conn, Atom property);

// Asks for the properties of the rules in which, then takes them. Returns RaChange bits of what
// may have changed. Both halves must be called.
void ra_props_ask(RaConn *conn, Window window, guint32 which, RaPropCookies *cookies);
guint32 ra_props_take(RaConn *conn, RaClient *client, const RaPropCookies *cookies);

// The flag that an atom of _NET_WM_STATE names, or NULL.
bool *ra_client_state_flag(RaConn *conn, RaStates *states, Atom state);
