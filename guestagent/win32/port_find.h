// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds the serial port at whose other end the host is: it says hello first (channel/PROTOCOL.md),
// so that all that is done here is to listen. Nothing is written to any port.

#include "guestagent/win32/serial.h"

#include <stdbool.h>

// What is listened to is said. False: no host spoke in that time, or there is no port to listen to.
bool win_port_find(unsigned seconds, WCHAR found[WIN_SERIAL_NAME_MAX]);
