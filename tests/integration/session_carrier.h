// SPDX-License-Identifier: Apache-2.0
#pragma once

// A process that carries bytes between two sockets, as a pipe between guest and host does.

#include <glib.h>

// Takes both; until it is killed. bytes_per_ms: what it takes from the first at most; 0: all.
GPid carrier_new(int take_guest, int take_host, guint bytes_per_ms);
void carrier_free(GPid carrier); // 0: there is none
