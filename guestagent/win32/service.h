// SPDX-License-Identifier: Apache-2.0
#pragma once

// The agent as a Windows service: starts before anybody logs on, runs as LocalSystem, and is told
// who logs on and off.

#include <windef.h>

#define WIN_SERVICE_NAME L"CasementAgent"

// service install|remove|start|stop, typed or by the installer; run is for Windows.
// Returns the process's exit code: 0 done (or done before), 1 with words, 2 usage, 3 not an
// administrator.
int win_service(int argc, WCHAR **argv); // without the program and "service"
