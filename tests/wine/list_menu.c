// SPDX-License-Identifier: Apache-2.0

// Says what guestagent/win32/menu.h has: for each entry, with tabs between them, its name, the
// target, arguments and working directory of a launch, then the program and the
// AppUserModelID that its windows have; UTF-8.

#include "guestagent/win32/menu.h"
#include "guestagent/win32/text.h"

#include <objbase.h>
#include <stdio.h>
#include <stdlib.h>

static void
print(const WCHAR *text)
{
    char *utf8 = win_utf8(text);

    printf("\t%s", utf8);
    free(utf8);
}

int
main(void)
{
    WinMenu menu = {0};

    if (FAILED(CoInitialize(NULL)))
        return 1;
    win_menu_collect(&menu, WIN_MENU_USERS);
    for (unsigned i = 0; i < menu.n; i++) {
        printf("%s", menu.entries[i].name);
        print(menu.entries[i].shortcut.target);
        print(menu.entries[i].shortcut.arguments);
        print(menu.entries[i].shortcut.directory);
        printf("\t%s\t%s\n", menu.entries[i].program, menu.entries[i].model);
    }
    win_menu_clear(&menu);
    return 0;
}
