// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's policy (channel/msg.h, ChanPolicy) as settings of Windows, in a guest that was set up.

#include <stdbool.h>

#define WIN_POLICY L"HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"

// Remote Desktop starts programs that are in no list while the host's policy asks for that, else it
// does as before setup. Nothing where setup is not in force; where another just changes settings,
// nothing: call it again.
void win_policy_follow(bool unlisted);
