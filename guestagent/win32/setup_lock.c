// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/setup_lock.h"

#include <sddl.h>

#define NAME L"Global\\CasementAgentSetup"
// Windows itself and administrators: the service's would otherwise not be theirs to wait for.
#define FOR_WHOM L"D:(A;;GA;;;SY)(A;;GA;;;BA)"

HANDLE
win_setup_lock(DWORD wait_ms)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof attributes};

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            FOR_WHOM, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL))
        return NULL;
    HANDLE lock = CreateMutexW(&attributes, FALSE, NAME);
    DWORD error = GetLastError();
    LocalFree(attributes.lpSecurityDescriptor);
    SetLastError(error);
    if (!lock)
        return NULL;
    DWORD got = WaitForSingleObject(lock, wait_ms);
    if (got == WAIT_OBJECT_0 || got == WAIT_ABANDONED)
        return lock;
    CloseHandle(lock);
    SetLastError(got == WAIT_TIMEOUT ? WAIT_TIMEOUT : ERROR_INVALID_HANDLE);
    return NULL;
}

void
win_setup_unlock(HANDLE lock)
{
    if (!lock)
        return;
    ReleaseMutex(lock);
    CloseHandle(lock);
}
