// SPDX-License-Identifier: Apache-2.0

// Makes a real shortcut, as an installer does.
//
// usage: make_shortcut LINK TARGET [ARGUMENTS [COMMENT [ICON_FILE ICON_INDEX]]]

#define COBJMACROS
#include <windows.h>
// after windows.h
#include <shellapi.h>
#include <shlobj.h>
#include <stdio.h>

static int
make(int argc, WCHAR **argv)
{
    IShellLinkW *link = NULL;
    IPersistFile *file = NULL;

    if (FAILED(CoInitialize(NULL)) ||
        FAILED(CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkW,
                                (void **)&link)))
        return 1;
    IShellLinkW_SetPath(link, argv[2]);
    if (argc > 3)
        IShellLinkW_SetArguments(link, argv[3]);
    if (argc > 4)
        IShellLinkW_SetDescription(link, argv[4]);
    if (argc > 6)
        IShellLinkW_SetIconLocation(link, argv[5], _wtoi(argv[6]));
    if (FAILED(IShellLinkW_QueryInterface(link, &IID_IPersistFile, (void **)&file)))
        return 1;
    return SUCCEEDED(IPersistFile_Save(file, argv[1], TRUE)) ? 0 : 1;
}

int
main(void)
{
    int argc = 0;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (!argv || argc < 3) {
        fprintf(stderr,
                "usage: make_shortcut LINK TARGET [ARGUMENTS [COMMENT [ICON_FILE ICON_INDEX]]]\n");
        return 2;
    }
    return make(argc, argv);
}
