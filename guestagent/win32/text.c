// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/text.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

void *
win_alloc(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory)
        abort();
    return memory;
}

char *
win_utf8(const WCHAR *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *utf8 = win_alloc(size > 0 ? (size_t)size : 1);

    if (size > 0)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, size, NULL, NULL);
    return utf8;
}

WCHAR *
win_wide(const char *utf8)
{
    int size = MultiByteToWideChar(CP_UTF8, 0, utf8, -1, NULL, 0);
    WCHAR *text = win_alloc((size > 0 ? (size_t)size : 1) * sizeof(WCHAR));

    if (size > 0)
        MultiByteToWideChar(CP_UTF8, 0, utf8, -1, text, size);
    return text;
}

WCHAR *
win_copy(const WCHAR *text)
{
    size_t bytes = (wcslen(text) + 1) * sizeof(WCHAR);

    return memcpy(win_alloc(bytes), text, bytes);
}

uint32_t
win_hash(const WCHAR *text)
{
    uint32_t hash = 2166136261u;

    for (const WCHAR *c = text; *c; c++)
        hash = (hash ^ (uint32_t)towlower(*c)) * 16777619u;
    return hash;
}
