// SPDX-License-Identifier: Apache-2.0
#pragma once

// The agent's operating system (../platform.h) on Windows: Start menu, icons, what the guest is,
// and whether its Remote Desktop answers.

#include "guestagent/agent.h"
#include "guestagent/win32/serve.h"

#include <winsock2.h>
// after winsock2.h
#include <windows.h>

#define WIN_PLATFORM_HANDLES_MAX 6

// Both are borrowed. COM and Winsock must be up. Of a service the menu is that of who sits at the
// guest, as the helper there tells it (told.h), else that of this process's user, which it reads
// (catalog.h). NULL: Windows has no event left.
AgentPlatform *win_platform_new(Agent *agent, const WinServe *options);
void win_platform_free(AgentPlatform *platform);

// What the caller waits for: changes of the Start menu, an answer of Remote Desktop, news of a
// helper. Returns how many.
unsigned
win_platform_handles(const AgentPlatform *platform, HANDLE handles[WIN_PLATFORM_HANDLES_MAX]);
void win_platform_changed(AgentPlatform *platform, unsigned handle);

// Looks at once at who is there, the certificates, and Remote Desktop.
void win_platform_look(AgentPlatform *platform);

// Does what is due: collects, sends wanted icons, looks for Remote Desktop. While the pipe is busy,
// icons come seldom, so that they hold up neither the list nor what is relayed, and none while more
// than a little of what was sent waits (queued, bytes). Returns in how many milliseconds to call it
// again; before that, when the pipe is no longer busy.
DWORD win_platform_run(AgentPlatform *platform, bool pipe_is_busy, size_t queued);

// A socket on its way to the guest's Remote Desktop, or INVALID_SOCKET.
SOCKET win_platform_connect(AgentPlatform *platform);
