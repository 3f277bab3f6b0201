// SPDX-License-Identifier: Apache-2.0
#define COBJMACROS
#include "guestagent/win32/advertised.h"

#include <msi.h>

typedef UINT(WINAPI *GetShortcutTarget)(const WCHAR *shortcut, WCHAR *product, WCHAR *feature,
                                        WCHAR *component);
typedef INSTALLSTATE(WINAPI *GetComponentPath)(const WCHAR *product, const WCHAR *component,
                                               WCHAR *path, DWORD *size);

bool
win_advertised(IShellLinkW *link)
{
    IShellLinkDataList *list = NULL;
    DWORD flags = 0;

    if (FAILED(IShellLinkW_QueryInterface(link, &IID_IShellLinkDataList, (void **)&list)))
        return false;
    bool yes = SUCCEEDED(IShellLinkDataList_GetFlags(list, &flags)) && flags & SLDF_HAS_DARWINID;
    IShellLinkDataList_Release(list);
    return yes;
}

typedef void (*Function)(void); // which the compiler lets become any other

static Function
msi_function(const char *name)
{
    static HMODULE msi;

    if (!msi)
        msi = LoadLibraryA("msi.dll"); // a DLL that the system knows by this name
    return msi ? (Function)GetProcAddress(msi, name) : NULL;
}

bool
win_advertised_target(const WCHAR *shortcut, WCHAR target[MAX_PATH])
{
    GetShortcutTarget get_target = (GetShortcutTarget)msi_function("MsiGetShortcutTargetW");
    GetComponentPath get_path = (GetComponentPath)msi_function("MsiGetComponentPathW");
    WCHAR product[MAX_GUID_CHARS + 1] = L"", feature[MAX_FEATURE_CHARS + 1] = L"";
    WCHAR component[MAX_GUID_CHARS + 1] = L"";
    DWORD size = MAX_PATH;

    if (!get_target || !get_path ||
        get_target(shortcut, product, feature, component) != ERROR_SUCCESS)
        return false;
    // A component of the registry has a key as its path ("02:\SOFTWARE\…"), which starts no
    // program.
    INSTALLSTATE state = get_path(product, component, target, &size);
    return (state == INSTALLSTATE_LOCAL || state == INSTALLSTATE_SOURCE) && target[0] &&
           !(target[0] >= '0' && target[0] <= '9');
}
