// SPDX-License-Identifier: Apache-2.0
#pragma once

// A catalog (catalog.h) told to the host by the agent, and the aliases of its programs renewed.

#include "guestagent/agent.h"
#include "guestagent/win32/catalog.h"

typedef struct {
    Agent *agent;
    bool whole; // an alias that is not in the list goes (allowlist.h)
} WinPublish;

extern const WinCatalogEvents win_publish; // user: a WinPublish
