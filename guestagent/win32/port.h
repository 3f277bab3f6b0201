// SPDX-License-Identifier: Apache-2.0
#pragma once

// casement-agent port: which way to the host the service takes beside virtio-serial (ports.h).
//
// usage: port                  says what is set; ends with 4 where there is no way at all
//        port NAME...          COM2, or as ports.h has them: these, in this order
//        port --find [SECONDS] the serial port to which the host speaks, 60 s if not said
//        port --none           none
//
// The process's exit code: 0, 1 nothing found or not written, 2 usage, 3 no administrator, 4.

#include <windows.h>

int win_port(int argc, WCHAR **argv); // without the program and "port"
