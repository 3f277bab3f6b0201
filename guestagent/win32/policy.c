// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/policy.h"

#include "guestagent/win32/undo.h"

#define UNLISTED L"fAllowUnlistedRemotePrograms"

void
win_policy_follow(bool unlisted)
{
    WinUndo undo = {.quiet = true};

    if (!win_undo_open(&undo, false))
        return;
    bool in_force = win_undo_has_begun(&undo);
    if (in_force && unlisted)
        win_undo_set_dword(&undo, WIN_POLICY, UNLISTED, 1);
    if (in_force && !unlisted)
        win_undo_take_back(&undo, WIN_POLICY, UNLISTED);
    win_undo_close(&undo);
}
