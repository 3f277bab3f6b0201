// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/icons.h"

#include "guestagent/win32/text.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MAX (16 * 1024 * 1024) // a thousand icons as most files have them

static size_t
bytes_of(uint16_t side)
{
    return (size_t)side * side * 4;
}

// The caller's to free; NULL where they are not kept.
static uint8_t *
pixels_of(WinIcons *l, WinKnownIcon *known, unsigned i)
{
    uint8_t *pixels = known->pixels[i];

    if (pixels)
        l->kept -= bytes_of(known->refs[i].size);
    known->pixels[i] = NULL;
    return pixels;
}

static void
drop_pixels(WinIcons *l, WinKnownIcon *known)
{
    for (unsigned i = 0; i < known->n; i++)
        free(pixels_of(l, known, i));
}

void
win_icons_drop_pixels(WinIcons *l)
{
    for (unsigned i = 0; i < l->n && l->kept > 0; i++)
        drop_pixels(l, &l->icons[i]);
}

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
draw(WinIcons *l, WinKnownIcon *known)
{
    WinIcon icons[CHAN_ICONS_MAX];

    known->drawn = true;
    known->n = win_icon_load(known->file, known->index, icons, CHAN_ICONS_MAX);
    for (unsigned i = 0; i < known->n; i++) {
        known->refs[i].size = icons[i].side;
        memcpy(known->refs[i].hash, icons[i].hash, CHAN_ICON_HASH_SIZE);
        if (l->kept + bytes_of(icons[i].side) > KEPT_MAX)
            continue;
        l->kept += bytes_of(icons[i].side);
        known->pixels[i] = icons[i].pixels;
        icons[i].pixels = NULL;
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
            drop_pixels(l, known);
            known->drawn = false;
            known->n = 0;
        }
        known->written = now;
        known->seen = true;
    }
    if (do_draw && !known->drawn)
        draw(l, known);
    return known;
}

void
win_icons_end(WinIcons *l)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < l->n; i++) {
        if (l->icons[i].seen) {
            l->icons[kept++] = l->icons[i];
        } else {
            drop_pixels(l, &l->icons[i]);
            free(l->icons[i].file);
        }
    }
    l->n = kept;
}

void
win_icons_clear(WinIcons *l)
{
    win_icons_drop_pixels(l);
    for (unsigned i = 0; i < l->n; i++)
        free(l->icons[i].file);
    free(l->icons);
    *l = (WinIcons){0};
}

bool
win_icons_load(WinIcons *l, const uint8_t hash[CHAN_ICON_HASH_SIZE], WinIcon *icon)
{
    for (unsigned i = 0; i < l->n; i++)
        for (unsigned k = 0; k < l->icons[i].n; k++) {
            WinKnownIcon *known = &l->icons[i];
            if (memcmp(known->refs[k].hash, hash, CHAN_ICON_HASH_SIZE) != 0)
                continue;
            icon->side = known->refs[k].size;
            icon->pixels = pixels_of(l, known, k);
            if (icon->pixels)
                return true;
            if (!win_icon_load_side(known->file, known->index, icon))
                continue; // another file may have the same picture
            if (memcmp(icon->hash, hash, CHAN_ICON_HASH_SIZE) == 0)
                return true;
            win_icon_clear(icon, 1);
        }
    return false;
}
