// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which Windows this is, and whether it shows single programs (RemoteApp). Pure: what Windows says
// of itself is handed in (version.h), so that every edition is tested on any machine.

#include <stdbool.h>
#include <stddef.h>

#define WIN_EDITION_NAME_MAX 96

typedef struct {
    unsigned major, minor, build; // 5.1.2600 is XP, 6.1 is 7, 10.0.22000 and later 11
    unsigned service_pack;
    unsigned product;         // of GetProductInfo; 0 before Vista
    const char *edition_id;   // EditionID of the registry, "" where there is none
    const char *product_name; // ProductName of the registry
    bool personal;            // XP Home
    bool server;
    bool remoteapp_update; // XP: KB961742, Vista: KB961741
} WinEdition;

// For people: "Windows 11 Pro (10.0.22631)".
void win_edition_name(const WinEdition *edition, char name[WIN_EDITION_NAME_MAX]);

// Why RemoteApp does not work on it and what to do, in words; NULL: it does, or nothing is known
// against it. Also where Windows would fail without a word.
const char *win_edition_refuses(const WinEdition *edition);
