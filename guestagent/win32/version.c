// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/version.h"

#include "guestagent/win32/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <windows.h>

#define NAMES L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
#define UPDATES L"SOFTWARE\\Microsoft\\Updates\\Windows XP\\SP4\\KB961742"

typedef LONG(WINAPI *GetTrueVersion)(OSVERSIONINFOEXW *info);
typedef BOOL(WINAPI *GetProduct)(DWORD major, DWORD minor, DWORD sp_major, DWORD sp_minor,
                                 DWORD *product);

static char *
registry_text(const WCHAR *name)
{
    WCHAR text[256] = L"";
    DWORD size = sizeof text - sizeof(WCHAR), type = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, NAMES, 0, KEY_READ | KEY_WOW64_64KEY, &key) !=
        ERROR_SUCCESS)
        return win_utf8(L"");
    if (RegQueryValueExW(key, name, NULL, &type, (BYTE *)text, &size) != ERROR_SUCCESS ||
        type != REG_SZ)
        text[0] = 0;
    RegCloseKey(key);
    return win_utf8(text);
}

// The update brings rdpinit.exe, and notes itself; either will do.
static bool
has_update(void)
{
    WCHAR path[MAX_PATH];
    HKEY key;

    if (ExpandEnvironmentStringsW(L"%SystemRoot%\\System32\\rdpinit.exe", path, MAX_PATH) > 0 &&
        GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
        return true;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, UPDATES, 0, KEY_READ, &key) != ERROR_SUCCESS)
        return false;
    RegCloseKey(key);
    return true;
}

void
win_version_get(WinVersion *v)
{
    OSVERSIONINFOEXW info = {.dwOSVersionInfoSize = sizeof info};
    // GetVersionEx tells a program without a manifest that every newer Windows is 8.
    GetTrueVersion get_true =
        (GetTrueVersion)(uintptr_t)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion");
    GetProduct get_product =
        (GetProduct)(uintptr_t)GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "GetProductInfo");
    DWORD product = 0;

    if (get_true)
        get_true(&info);
    if (get_product)
        get_product(info.dwMajorVersion, info.dwMinorVersion, info.wServicePackMajor,
                    info.wServicePackMinor, &product);
    v->product_name = registry_text(L"ProductName");
    v->edition_id = registry_text(L"EditionID");
    v->edition = (WinEdition){.major = info.dwMajorVersion,
                              .minor = info.dwMinorVersion,
                              .build = info.dwBuildNumber,
                              .service_pack = info.wServicePackMajor,
                              .product = product,
                              .edition_id = v->edition_id,
                              .product_name = v->product_name,
                              .personal = (info.wSuiteMask & VER_SUITE_PERSONAL) != 0,
                              .server = info.wProductType > VER_NT_WORKSTATION,
                              .remoteapp_update = has_update()};
}

void
win_version_clear(WinVersion *v)
{
    free(v->product_name);
    free(v->edition_id);
    *v = (WinVersion){0};
}
