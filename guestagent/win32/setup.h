// SPDX-License-Identifier: Apache-2.0
#pragma once

// casement-agent setup: makes a guest ready to show its programs on a host, and back.
//
// usage: setup [--user NAME] [--dry-run]
//        setup --undo
//
// It is for the user who is logged on where it runs, or else at the console, whoever's rights it
// has; --user names another.
//
// It never turns User Account Control off, stores no password, and opens no port.

#include <windows.h>

// The process's exit code.
enum {
    WIN_SETUP_DONE = 0,
    WIN_SETUP_FAILED = 1, // something could not be changed, or put back; it was said what
    WIN_SETUP_USAGE = 2,
    WIN_SETUP_NOT_ADMINISTRATOR = 3,
};

int win_setup(int argc, WCHAR **argv); // without the program and "setup"
