// SPDX-License-Identifier: Apache-2.0
#define COBJMACROS
#include "guestagent/win32/shortcut.h"

#include <shlobj.h>

static void
expand(WCHAR path[MAX_PATH])
{
    WCHAR expanded[MAX_PATH];
    DWORD n = ExpandEnvironmentStringsW(path, expanded, MAX_PATH);

    if (n > 0 && n <= MAX_PATH)
        lstrcpynW(path, expanded, MAX_PATH);
}

static bool
read_link(IShellLinkW *link, WinShortcut *s)
{
    if (FAILED(IShellLinkW_GetPath(link, s->target, MAX_PATH, NULL, SLGP_RAWPATH)))
        return false;
    expand(s->target);
    if (!s->target[0])
        return false;
    if (FAILED(IShellLinkW_GetArguments(link, s->arguments, WIN_ARGUMENTS_MAX)))
        s->arguments[0] = 0;
    if (FAILED(IShellLinkW_GetDescription(link, s->comment, WIN_ARGUMENTS_MAX)))
        s->comment[0] = 0;
    if (FAILED(IShellLinkW_GetIconLocation(link, s->icon, MAX_PATH, &s->icon_index)) ||
        !s->icon[0]) {
        lstrcpynW(s->icon, s->target, MAX_PATH);
        s->icon_index = 0;
    }
    expand(s->icon);
    return true;
}

bool
win_shortcut_read(const WCHAR *path, WinShortcut *shortcut)
{
    IShellLinkW *link = NULL;
    IPersistFile *file = NULL;
    bool ok = false;

    *shortcut = (WinShortcut){0};
    if (FAILED(CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkW,
                                (void **)&link)))
        return false;
    if (SUCCEEDED(IShellLinkW_QueryInterface(link, &IID_IPersistFile, (void **)&file))) {
        ok = SUCCEEDED(IPersistFile_Load(file, path, STGM_READ)) && read_link(link, shortcut);
        IPersistFile_Release(file);
    }
    IShellLinkW_Release(link);
    return ok;
}
