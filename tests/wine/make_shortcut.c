// SPDX-License-Identifier: Apache-2.0

// Makes real shortcuts, as an installer does.
//
// usage: make_shortcut LINK TARGET [ARGUMENTS [COMMENT [ICON_FILE ICON_INDEX [DIRECTORY]]]]
//        make_shortcut --list FILE     one a line, the same words with tabs between them; UTF-8

#define COBJMACROS
#include <windows.h>
// after windows.h
#include <shellapi.h>
#include <shlobj.h>
#include <stdio.h>

#define WORDS_MAX 7
#define LINE_MAX 2048

static int
make(int n, WCHAR **words)
{
    IShellLinkW *link = NULL;
    IPersistFile *file = NULL;

    if (FAILED(CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkW,
                                (void **)&link)))
        return 1;
    IShellLinkW_SetPath(link, words[1]);
    if (n > 2)
        IShellLinkW_SetArguments(link, words[2]);
    if (n > 3)
        IShellLinkW_SetDescription(link, words[3]);
    if (n > 5)
        IShellLinkW_SetIconLocation(link, words[4], _wtoi(words[5]));
    if (n > 6)
        IShellLinkW_SetWorkingDirectory(link, words[6]);
    if (FAILED(IShellLinkW_QueryInterface(link, &IID_IPersistFile, (void **)&file)))
        return 1;
    int code = SUCCEEDED(IPersistFile_Save(file, words[0], TRUE)) ? 0 : 1;
    IPersistFile_Release(file);
    IShellLinkW_Release(link);
    return code;
}

static int
make_line(WCHAR *line)
{
    WCHAR *words[WORDS_MAX];
    int n = 0;

    line[wcscspn(line, L"\r\n")] = 0;
    for (WCHAR *word = line; word && n < WORDS_MAX; n++) {
        WCHAR *tab = wcschr(word, L'\t');
        words[n] = word;
        if (tab)
            *tab++ = 0;
        word = tab;
    }
    return n >= 2 ? make(n, words) : 1;
}

static int
make_list(const WCHAR *path)
{
    FILE *file = _wfopen(path, L"rb");
    char line[LINE_MAX];
    WCHAR wide[LINE_MAX];
    int code = file ? 0 : 1;

    while (code == 0 && fgets(line, sizeof line, file)) {
        MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, LINE_MAX);
        code = make_line(wide);
    }
    return code;
}

int
main(void)
{
    int argc = 0;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (!argv || argc < 3) {
        fprintf(stderr, "usage: make_shortcut LINK TARGET [ARGUMENTS [COMMENT [ICON_FILE "
                        "ICON_INDEX [DIRECTORY]]]]\n"
                        "       make_shortcut --list FILE\n");
        return 2;
    }
    if (FAILED(CoInitialize(NULL)))
        return 1;
    return lstrcmpW(argv[1], L"--list") == 0 ? make_list(argv[2]) : make(argc - 1, argv + 1);
}
