// SPDX-License-Identifier: Apache-2.0

// Holds what setup and the service take before they change settings, as one of them would that
// takes its time. Says when it has it; gives it back when the file that it is given goes.
//
// usage: hold_lock FILE

#include "guestagent/win32/setup_lock.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
    HANDLE lock = argc == 2 ? win_setup_lock(10000) : NULL;

    if (!lock)
        return 1;
    printf("held\n");
    fflush(stdout);
    while (GetFileAttributesA(argv[1]) != INVALID_FILE_ATTRIBUTES)
        Sleep(50);
    win_setup_unlock(lock);
    return 0;
}
