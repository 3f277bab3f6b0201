// SPDX-License-Identifier: Apache-2.0
// To preload into xfreerdp3 3.15.0 as Debian 13's security updates have it (deb13u3): with FreeRDP
// 3.23.0's fix of CVE-2026-25952 to 25954, without what 3.24.0 corrected in that. Each Expose and
// each update of a window locks the table of windows once more than it unlocks it, and the threads
// that paint and that read RAIL answers wait for ever. Here the program does without this lock, as
// FreeRDP's own 3.15.0 does; its libraries lock as always.
#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

void HashTable_Lock(void *table);
void HashTable_Unlock(void *table);

static bool
is_program(void *caller)
{
    Dl_info info;
    return dladdr(caller, &info) && strstr(info.dli_fname, "xfreerdp");
}

static void
forward(const char *name, void *table)
{
    void (*next)(void *) = (void (*)(void *))dlsym(RTLD_NEXT, name);
    next(table);
}

void
HashTable_Lock(void *table)
{
    if (!is_program(__builtin_return_address(0)))
        forward(__func__, table);
}

void
HashTable_Unlock(void *table)
{
    if (!is_program(__builtin_return_address(0)))
        forward(__func__, table);
}
