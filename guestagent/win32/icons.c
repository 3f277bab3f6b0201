// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/icons.h"

#include "guestagent/win32/text.h"

#include <stdlib.h>
#include <string.h>

void
win_icons_begin(WinIcons *l)
{
    for (unsigned i = 0; i < l->n; i++)
        l->icons[i].seen = false;
}

static FILETIME
written(const WCHAR *file)
{
    WIN32_FILE_ATTRIBUTE_DATA data = {0};

    GetFileAttributesExW(file, GetFileExInfoStandard, &data);
    return data.ftLastWriteTime;
}

static void
draw(WinKnownIcon *known)
{
    WinIcon icons[CHAN_ICONS_MAX];

    known->drawn = true;
    known->n = win_icon_load(known->file, known->index, icons, CHAN_ICONS_MAX);
    for (unsigned i = 0; i < known->n; i++) {
        known->refs[i].size = icons[i].side;
        memcpy(known->refs[i].hash, icons[i].hash, CHAN_ICON_HASH_SIZE);
    }
    win_icon_clear(icons, known->n);
}

static WinKnownIcon *
find(WinIcons *l, uint32_t key, const WCHAR *file, int index)
{
    for (unsigned i = 0; i < l->n; i++) {
        WinKnownIcon *known = &l->icons[i];
        if (known->key == key && known->index == index && lstrcmpiW(known->file, file) == 0)
            return known;
    }
    return NULL;
}

static WinKnownIcon *
add(WinIcons *l, uint32_t key, const WCHAR *file, int index)
{
    if (l->n == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->icons = realloc(l->icons, l->room * sizeof *l->icons);
        if (!l->icons)
            abort();
    }
    WinKnownIcon *known = &l->icons[l->n++];
    *known = (WinKnownIcon){.file = win_copy(file), .index = index, .key = key};
    return known;
}

const WinKnownIcon *
win_icons_get(WinIcons *l, const WCHAR *file, int index, bool do_draw)
{
    uint32_t key = win_hash(file) + (uint32_t)index * 2654435761u;
    WinKnownIcon *known = find(l, key, file, index);

    if (!known)
        known = add(l, key, file, index);
    if (!known->seen) { // in this round
        FILETIME now = written(file);
        if (CompareFileTime(&known->written, &now) != 0) {
            known->drawn = false;
            known->n = 0;
        }
        known->written = now;
        known->seen = true;
    }
    if (do_draw && !known->drawn)
        draw(known);
    return known;
}

void
win_icons_end(WinIcons *l)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < l->n; i++) {
        if (l->icons[i].seen)
            l->icons[kept++] = l->icons[i];
        else
            free(l->icons[i].file);
    }
    l->n = kept;
}

void
win_icons_clear(WinIcons *l)
{
    for (unsigned i = 0; i < l->n; i++)
        free(l->icons[i].file);
    free(l->icons);
    *l = (WinIcons){0};
}

bool
win_icons_load(const WinIcons *l, const uint8_t hash[CHAN_ICON_HASH_SIZE], WinIcon *icon)
{
    for (unsigned i = 0; i < l->n; i++)
        for (unsigned k = 0; k < l->icons[i].n; k++) {
            const WinKnownIcon *known = &l->icons[i];
            if (memcmp(known->refs[k].hash, hash, CHAN_ICON_HASH_SIZE) != 0)
                continue;
            icon->side = known->refs[k].size;
            if (!win_icon_load_side(known->file, known->index, icon))
                continue; // another file may have the same picture
            if (memcmp(icon->hash, hash, CHAN_ICON_HASH_SIZE) == 0)
                return true;
            win_icon_clear(icon, 1);
        }
    return false;
}
