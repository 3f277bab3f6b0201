// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/processors.h"

#include <winpr/sysinfo.h>

static bool asked;

// In place of winpr's: a program's own symbols come before those of its libraries.
__attribute__((visibility("default"))) void
GetNativeSystemInfo(LPSYSTEM_INFO info)
{
    asked = true;
    GetSystemInfo(info);
    info->dwNumberOfProcessors = 1;
}

bool
bridge_processors_asked(void)
{
    bool was = asked;

    asked = false;
    return was;
}
