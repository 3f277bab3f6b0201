// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/icon.h"

#include "guestagent/win32/store.h"
#include "guestagent/win32/text.h"

#include <stdlib.h>
#include <string.h>
#include <wincrypt.h>

#ifndef CALG_SHA_256
#define CALG_SHA_256 0x0000800c // wincrypt.h has it for newer systems only; XP SP3 knows it
#endif
#ifndef PROV_RSA_AES
#define PROV_RSA_AES 24
#endif

#define MENU_SIDE 48

static HCRYPTPROV provider;
static HDC dc; // bitmaps are read through it

bool
win_icon_init(void)
{
    if (!dc)
        dc = CreateCompatibleDC(NULL);
    return dc && (provider ||
                  CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT));
}

static bool
make_hash(WinIcon *icon)
{
    uint8_t head[8] = {(uint8_t)icon->side, (uint8_t)(icon->side >> 8), 0, 0,
                       (uint8_t)icon->side, (uint8_t)(icon->side >> 8), 0, 0};
    DWORD size = sizeof icon->hash;
    HCRYPTHASH hash;

    if (!CryptCreateHash(provider, CALG_SHA_256, 0, 0, &hash))
        return false;
    bool ok = CryptHashData(hash, head, sizeof head, 0) &&
              CryptHashData(hash, icon->pixels, (DWORD)icon->side * icon->side * 4, 0) &&
              CryptGetHashParam(hash, HP_HASHVAL, icon->hash, &size, 0);
    CryptDestroyHash(hash);
    return ok;
}

static bool
read_bits(HBITMAP bitmap, int side, uint8_t *pixels)
{
    BITMAPINFO info = {.bmiHeader = {.biSize = sizeof(BITMAPINFOHEADER),
                                     .biWidth = side,
                                     .biHeight = -side, // top down
                                     .biPlanes = 1,
                                     .biBitCount = 32,
                                     .biCompression = BI_RGB}};

    return GetDIBits(dc, bitmap, 0, (UINT)side, pixels, &info, DIB_RGB_COLORS) == side;
}

// Icons of less than 32 bits have no alpha, which reads as 0 everywhere: the mask says what is
// seen.
static void
apply_mask(uint8_t *pixels, const uint8_t *mask, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pixels[4 * i + 3])
            return;
    for (size_t i = 0; i < n; i++)
        pixels[4 * i + 3] = mask[4 * i] ? 0 : 255;
}

static bool
draw(HICON handle, WinIcon *icon)
{
    ICONINFO info;
    size_t bytes = (size_t)icon->side * icon->side * 4;

    if (!GetIconInfo(handle, &info))
        return false;
    uint8_t *mask = win_alloc(bytes);
    icon->pixels = win_alloc(bytes);
    bool ok = info.hbmColor && read_bits(info.hbmColor, icon->side, icon->pixels) &&
              read_bits(info.hbmMask, icon->side, mask);
    if (ok)
        apply_mask(icon->pixels, mask, bytes / 4);
    free(mask);
    if (info.hbmColor)
        DeleteObject(info.hbmColor);
    DeleteObject(info.hbmMask);
    return ok;
}

// Pictures of the shell come with their colours multiplied by alpha, or not: where a colour is more
// than its alpha they are not.
static void
make_straight(uint8_t *pixels, size_t n)
{
    for (size_t i = 0; i < 4 * n; i++)
        if (pixels[i] > pixels[i | 3])
            return;
    for (size_t i = 0; i < 4 * n; i++) {
        unsigned alpha = pixels[i | 3];
        if ((i & 3) != 3 && alpha > 0)
            pixels[i] = (uint8_t)((pixels[i] * 255 + alpha / 2) / alpha);
    }
}

static bool
load_app(const WCHAR *path, WinIcon *icon)
{
    HBITMAP bitmap = win_store_picture(path, icon->side);
    size_t n = (size_t)icon->side * icon->side;
    BITMAP size;

    if (!bitmap)
        return false;
    icon->pixels = win_alloc(n * 4);
    bool ok = GetObjectW(bitmap, sizeof size, &size) && size.bmWidth == icon->side &&
              size.bmHeight == icon->side && read_bits(bitmap, icon->side, icon->pixels);
    if (ok)
        make_straight(icon->pixels, n);
    DeleteObject(bitmap);
    ok = ok && make_hash(icon);
    if (!ok)
        win_icon_clear(icon, 1);
    return ok;
}

// Also the number of the picture that it is made of. NULL: the file has no such icon.
static HICON
extract(const WCHAR *file, int index, int side, UINT *resource)
{
    HICON handle = NULL;
    UINT n = PrivateExtractIconsW(file, index, side, side, &handle, resource, 1, LR_DEFAULTCOLOR);

    return n == 0 || n == 0xFFFFFFFF ? NULL : handle; // which then may be anything
}

static bool
take(HICON handle, WinIcon *icon)
{
    bool ok = draw(handle, icon) && make_hash(icon);

    if (!ok)
        win_icon_clear(icon, 1);
    return ok;
}

static const uint16_t sides[] = {16, 24, 32, MENU_SIDE, 256, 128, 64};
#define SIDES (sizeof sides / sizeof sides[0])

static unsigned
load_app_sides(const WCHAR *path, WinIcon *icons, unsigned most)
{
    unsigned n = 0;

    for (unsigned i = 0; i < SIDES && n < most; i++) {
        icons[n] = (WinIcon){.side = sides[i]};
        n += load_app(path, &icons[n]);
    }
    return n;
}

unsigned
win_icon_load(const WCHAR *file, int index, WinIcon *icons, unsigned most)
{
    UINT menu = 0, former = 0;
    unsigned n = 0;

    if (win_store_is_app(file))
        return load_app_sides(file, icons, most);
    for (unsigned i = 0; i < SIDES && n < most; i++) {
        UINT resource = 0;
        HICON handle = extract(file, index, sides[i], &resource);
        if (!handle)
            continue;
        // What menus and taskbars ask for is as Windows shows it; a large picture must be one of
        // its own.
        bool large = sides[i] > MENU_SIDE;
        icons[n] = (WinIcon){.side = sides[i]};
        if (!(large && (resource == menu || resource == former)))
            n += take(handle, &icons[n]);
        DestroyIcon(handle);
        // The largest first of the large: where it is the menu's picture scaled, all of them are.
        if (large && resource == menu)
            break;
        *(large ? &former : &menu) = resource;
    }
    return n;
}

bool
win_icon_load_side(const WCHAR *file, int index, WinIcon *icon)
{
    UINT resource = 0;

    icon->pixels = NULL;
    if (win_store_is_app(file))
        return load_app(file, icon);
    HICON handle = extract(file, index, icon->side, &resource);
    if (!handle)
        return false;
    bool ok = take(handle, icon);
    DestroyIcon(handle);
    return ok;
}

void
win_icon_clear(WinIcon *icons, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        free(icons[i].pixels);
        icons[i].pixels = NULL;
    }
}
