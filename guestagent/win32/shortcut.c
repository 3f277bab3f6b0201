// SPDX-License-Identifier: Apache-2.0
#define COBJMACROS
#include "guestagent/win32/shortcut.h"

#include "guestagent/win32/advertised.h"
#include "guestagent/win32/environment.h"
#include "guestagent/win32/linkfile.h"
#include "guestagent/win32/text.h"

#include <shlobj.h>
#include <stdlib.h>

#define TEXT_MAX 1024
#define FILE_MAX (1024 * 1024)
#define MODEL_MAX 256

static WCHAR *
expanded(const WCHAR *path)
{
    WCHAR text[TEXT_MAX];

    return win_copy(win_environment_expand(path, text, TEXT_MAX) > 0 ? text : path);
}

// The program, and whether Windows Installer named it.
static WCHAR *
target_of(IShellLinkW *link, const WCHAR *file, bool *advertised)
{
    WCHAR path[MAX_PATH] = L"";

    *advertised = win_advertised(link);
    if (*advertised)
        return win_advertised_target(file, path) ? win_copy(path) : win_copy(file);
    if (FAILED(IShellLinkW_GetPath(link, path, MAX_PATH, NULL, SLGP_RAWPATH)))
        return NULL;
    return path[0] ? expanded(path) : NULL;
}

static bool
read_link(IShellLinkW *link, const WCHAR *file, WinShortcut *s)
{
    WCHAR text[TEXT_MAX];

    s->target = target_of(link, file, &s->advertised);
    if (!s->target)
        return false;
    s->arguments = win_copy(SUCCEEDED(IShellLinkW_GetArguments(link, text, TEXT_MAX)) ? text : L"");
    s->comment = win_copy(SUCCEEDED(IShellLinkW_GetDescription(link, text, TEXT_MAX)) ? text : L"");
    s->directory =
        expanded(SUCCEEDED(IShellLinkW_GetWorkingDirectory(link, text, TEXT_MAX)) ? text : L"");
    if (SUCCEEDED(IShellLinkW_GetIconLocation(link, text, TEXT_MAX, &s->icon_index)) && text[0]) {
        s->icon = expanded(text);
    } else {
        s->icon = win_copy(s->target);
        s->icon_index = 0;
    }
    return true;
}

static bool
read_page(const WCHAR *path, WinShortcut *s)
{
    static const WCHAR section[] = L"InternetShortcut";
    WCHAR text[TEXT_MAX];

    if (GetPrivateProfileStringW(section, L"URL", L"", text, TEXT_MAX, path) == 0)
        return false;
    s->comment = win_copy(text);
    s->target = win_copy(path);
    s->arguments = win_copy(L"");
    s->directory = win_copy(L"");
    s->model = win_copy(L"");
    GetPrivateProfileStringW(section, L"IconFile", L"", text, TEXT_MAX, path);
    s->icon = expanded(text);
    s->icon_index = (int)GetPrivateProfileIntW(section, L"IconIndex", 0, path);
    return true;
}

bool
win_shortcut_is_page(const WCHAR *path)
{
    size_t length = wcslen(path);

    return length > 4 && lstrcmpiW(path + length - 4, L".url") == 0;
}

// Asking for the class by its id each time costs as much as reading the file.
static IShellLinkW *
new_link(void)
{
    static IClassFactory *factory;
    IShellLinkW *link = NULL;

    if (!factory && FAILED(CoGetClassObject(&CLSID_ShellLink, CLSCTX_INPROC_SERVER, NULL,
                                            &IID_IClassFactory, (void **)&factory)))
        return NULL;
    return SUCCEEDED(IClassFactory_CreateInstance(factory, NULL, &IID_IShellLinkW, (void **)&link))
               ? link
               : NULL;
}

// The whole file in memory, so that it is read at once and not field by field.
static IStream *
open_stream(const WCHAR *path, WCHAR model[MODEL_MAX])
{
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    DWORD size = file != INVALID_HANDLE_VALUE ? GetFileSize(file, NULL) : 0, got = 0;
    IStream *stream = NULL;
    HGLOBAL memory = NULL;

    if (size > 0 && size <= FILE_MAX)
        memory = GlobalAlloc(GMEM_FIXED, size); // its handle is its address
    bool ok = memory && ReadFile(file, memory, size, &got, NULL) && got == size &&
              SUCCEEDED(CreateStreamOnHGlobal(memory, TRUE, &stream));
    if (ok && win_linkfile_model(memory, size, (uint16_t *)model, MODEL_MAX) == 0)
        model[0] = 0;
    if (memory && !ok)
        GlobalFree(memory);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return stream;
}

bool
win_shortcut_read(const WCHAR *path, WinShortcut *shortcut)
{
    IPersistStream *persist = NULL;
    WCHAR model[MODEL_MAX] = L"";
    bool ok = false;

    *shortcut = (WinShortcut){0};
    if (win_shortcut_is_page(path))
        return read_page(path, shortcut);
    IStream *stream = open_stream(path, model);
    IShellLinkW *link = stream ? new_link() : NULL;
    if (link &&
        SUCCEEDED(IShellLinkW_QueryInterface(link, &IID_IPersistStream, (void **)&persist))) {
        ok = SUCCEEDED(IPersistStream_Load(persist, stream)) && read_link(link, path, shortcut);
        IPersistStream_Release(persist);
    }
    if (ok)
        shortcut->model = win_copy(model);
    if (link)
        IShellLinkW_Release(link);
    if (stream)
        IStream_Release(stream);
    return ok;
}

void
win_shortcut_clear(WinShortcut *s)
{
    free(s->target);
    free(s->arguments);
    free(s->directory);
    free(s->comment);
    free(s->icon);
    free(s->model);
    *s = (WinShortcut){0};
}
