// SPDX-License-Identifier: Apache-2.0
#define COBJMACROS
#include "guestagent/win32/store.h"

#include <shlobj.h>
#include <stdio.h>

#define FOLDER L"shell:AppsFolder"
#define PATH_MAX_CHARS 512

typedef HRESULT(WINAPI *CreateItem)(const WCHAR *name, IBindCtx *context, REFIID id, void **item);

// Windows 8 and later have that folder, Vista and later the function; a system without has no apps.
static void *
item_of(const WCHAR *name, REFIID id)
{
    HMODULE shell = GetModuleHandleA("shell32.dll");
    void (*function)(void) =
        shell ? (void (*)(void))GetProcAddress(shell, "SHCreateItemFromParsingName") : NULL;
    void *item = NULL;

    if (!function || FAILED(((CreateItem)function)(name, NULL, id, &item)))
        return NULL;
    return item;
}

static void
tell(IShellItem *item, WinStoreEach each, void *user)
{
    WCHAR path[PATH_MAX_CHARS], *id = NULL, *name = NULL;

    // Programs with a shortcut are in the folder, too, by a path or an id without '!'.
    if (SUCCEEDED(IShellItem_GetDisplayName(item, SIGDN_PARENTRELATIVEPARSING, &id)) &&
        wcschr(id, '!') && wcslen(id) < PATH_MAX_CHARS / 2 &&
        SUCCEEDED(IShellItem_GetDisplayName(item, SIGDN_NORMALDISPLAY, &name))) {
        _snwprintf(path, PATH_MAX_CHARS, FOLDER L"\\%ls", id);
        each(path, name, user);
    }
    CoTaskMemFree(id);
    CoTaskMemFree(name);
}

void
win_store_each(WinStoreEach each, void *user)
{
    static const GUID enum_items = {
        0x94f60519, 0x2850, 0x4924, {0xaa, 0x5a, 0xd1, 0x5e, 0x84, 0x86, 0x80, 0x39}};
    IShellItem *folder = item_of(FOLDER, &IID_IShellItem), *item = NULL;
    IEnumShellItems *items = NULL;

    if (!folder)
        return;
    if (SUCCEEDED(IShellItem_BindToHandler(folder, NULL, &enum_items, &IID_IEnumShellItems,
                                           (void **)&items))) {
        while (IEnumShellItems_Next(items, 1, &item, NULL) == S_OK) {
            tell(item, each, user);
            IShellItem_Release(item);
        }
        IEnumShellItems_Release(items);
    }
    IShellItem_Release(folder);
}

bool
win_store_is_app(const WCHAR *path)
{
    return _wcsnicmp(path, FOLDER, wcslen(FOLDER)) == 0;
}

HBITMAP
win_store_picture(const WCHAR *path, uint16_t side)
{
    IShellItemImageFactory *factory = item_of(path, &IID_IShellItemImageFactory);
    SIZE size = {side, side};
    HBITMAP bitmap = NULL;

    if (!factory)
        return NULL;
    if (FAILED(IShellItemImageFactory_GetImage(factory, size, SIIGBF_ICONONLY, &bitmap)))
        bitmap = NULL;
    IShellItemImageFactory_Release(factory);
    return bitmap;
}
