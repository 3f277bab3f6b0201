// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/links.h"

#include "guestagent/win32/text.h"

#include <stdlib.h>
#include <string.h>

static bool
is_path(const WinLink *link, uint32_t hash, const WCHAR *path)
{
    return link->hash == hash && wcscmp(link->path, path) == 0;
}

static WinLink *
find(WinLinks *l, uint32_t hash, const WCHAR *path)
{
    for (unsigned i = 0; i < l->n; i++) {
        unsigned at = (l->next + i) % l->n;
        if (!is_path(&l->links[at], hash, path))
            continue;
        l->next = at + 1;
        return &l->links[at];
    }
    return NULL;
}

static WinLink *
add(WinLinks *l, uint32_t hash, const WCHAR *path)
{
    if (l->n == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->links = realloc(l->links, l->room * sizeof *l->links);
        if (!l->links)
            abort();
    }
    WinLink *link = &l->links[l->n++];
    *link = (WinLink){.path = win_copy(path), .hash = hash};
    return link;
}

void
win_links_begin(WinLinks *l)
{
    for (unsigned i = 0; i < l->n; i++)
        l->links[i].seen = false;
    l->next = 0;
}

const WinShortcut *
win_links_read(WinLinks *l, const WCHAR *path, const WIN32_FIND_DATAW *found)
{
    uint32_t hash = win_hash(path);
    WinLink *link = find(l, hash, path);
    bool same = link && CompareFileTime(&link->written, &found->ftLastWriteTime) == 0 &&
                link->size == found->nFileSizeLow && !link->shortcut.advertised;

    if (!link)
        link = add(l, hash, path);
    if (!same) {
        win_shortcut_clear(&link->shortcut);
        link->is_program = win_shortcut_read(path, &link->shortcut);
    }
    link->written = found->ftLastWriteTime;
    link->size = found->nFileSizeLow;
    link->seen = true;
    return link->is_program ? &link->shortcut : NULL;
}

static void
link_clear(WinLink *link)
{
    win_shortcut_clear(&link->shortcut);
    free(link->path);
}

void
win_links_end(WinLinks *l)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < l->n; i++) {
        if (l->links[i].seen)
            l->links[kept++] = l->links[i];
        else
            link_clear(&l->links[i]);
    }
    l->n = kept;
}

void
win_links_clear(WinLinks *l)
{
    for (unsigned i = 0; i < l->n; i++)
        link_clear(&l->links[i]);
    free(l->links);
    *l = (WinLinks){0};
}
