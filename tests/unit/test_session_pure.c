// SPDX-License-Identifier: Apache-2.0

// The pure parts of casement-session but the model: styles, exec lines, scancodes, icons, damage,
// surfaces, clipboard text.

#include "rdpbridge/cliptext.h"
#include "rdpbridge/damage.h"
#include "rdpbridge/execline.h"
#include "rdpbridge/icon.h"
#include "rdpbridge/scancode.h"
#include "rdpbridge/style.h"
#include "rdpbridge/surface.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
test_styles(void)
{
    static const struct {
        guint32 style, ex_style, owner;
        ViewKind kind;
        guint32 flags;
    } rows[] = {
        {BRIDGE_WS_POPUP, BRIDGE_WS_EX_TOOLWINDOW | BRIDGE_WS_EX_TRANSPARENT, 1, VIEW_KIND_TOOLTIP,
         VIEW_FLAG_UNDECORATED | VIEW_FLAG_SKIP_TASKBAR},
        {BRIDGE_WS_POPUP, BRIDGE_WS_EX_TOOLWINDOW | BRIDGE_WS_EX_NOACTIVATE, 0, VIEW_KIND_TOOLTIP,
         VIEW_FLAG_UNDECORATED | VIEW_FLAG_SKIP_TASKBAR},
        {BRIDGE_WS_POPUP, BRIDGE_WS_EX_TOOLWINDOW, 0, VIEW_KIND_POPUP,
         VIEW_FLAG_UNDECORATED | VIEW_FLAG_SKIP_TASKBAR},
        {BRIDGE_WS_POPUP, 0, 7, VIEW_KIND_POPUP, VIEW_FLAG_UNDECORATED},
        {BRIDGE_WS_POPUP, 0, 0, VIEW_KIND_NORMAL, VIEW_FLAG_UNDECORATED},
        {BRIDGE_WS_POPUP, BRIDGE_WS_EX_NOACTIVATE, 0, VIEW_KIND_SPLASH, VIEW_FLAG_UNDECORATED},
        {BRIDGE_WS_POPUP, BRIDGE_WS_EX_APPWINDOW, 7, VIEW_KIND_NORMAL, VIEW_FLAG_UNDECORATED},
        {BRIDGE_WS_CAPTION | BRIDGE_WS_SYSMENU, 0, 7, VIEW_KIND_DIALOG, VIEW_FLAG_CLOSABLE},
        {BRIDGE_WS_CAPTION, BRIDGE_WS_EX_DLGMODALFRAME, 0, VIEW_KIND_DIALOG, VIEW_FLAG_MODAL},
        {BRIDGE_WS_CAPTION, BRIDGE_WS_EX_TOOLWINDOW, 0, VIEW_KIND_UTILITY, VIEW_FLAG_SKIP_TASKBAR},
        {BRIDGE_WS_CAPTION | BRIDGE_WS_THICKFRAME | BRIDGE_WS_SYSMENU | BRIDGE_WS_MINIMIZEBOX |
             BRIDGE_WS_MAXIMIZEBOX,
         0, 0, VIEW_KIND_NORMAL,
         VIEW_FLAG_RESIZABLE | VIEW_FLAG_CLOSABLE | VIEW_FLAG_MINIMIZABLE | VIEW_FLAG_MAXIMIZABLE},
        {BRIDGE_WS_THICKFRAME, BRIDGE_WS_EX_APPWINDOW | BRIDGE_WS_EX_LAYERED | BRIDGE_WS_EX_TOPMOST,
         0, VIEW_KIND_NORMAL,
         VIEW_FLAG_RESIZABLE | VIEW_FLAG_ALPHA | VIEW_FLAG_ABOVE | VIEW_FLAG_UNDECORATED},
        // Half of WS_CAPTION (WS_BORDER or WS_DLGFRAME alone) is none.
        {BRIDGE_WS_POPUP | 0x00800000, 0, 7, VIEW_KIND_POPUP, VIEW_FLAG_UNDECORATED},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        ViewKind kind = bridge_style_kind(rows[i].style, rows[i].ex_style, rows[i].owner);
        g_assert_cmpuint(kind, ==, rows[i].kind);
        g_assert_cmphex(bridge_style_flags(rows[i].style, rows[i].ex_style, kind), ==,
                        rows[i].flags);
    }
    for (guint i = 0; i < 100000; i++) { // any bits give a valid message
        guint32 style = g_test_rand_int(), ex = g_test_rand_int();
        ViewKind kind = bridge_style_kind(style, ex, i % 2);
        g_assert_cmpuint(kind, <=, VIEW_KIND_LAST);
        g_assert_cmphex(bridge_style_flags(style, ex, kind) & ~VIEW_FLAGS_ALL, ==, 0);
    }
}

static void
test_execline(void)
{
    static const char args[] = "plain\0two words\0\0say \"hi\"\0C:\\dir\\\0C:\\a b\\\0tab\there";
    char line[128], small[128];
    const char *want = "plain \"two words\" \"\" \"say \\\"hi\\\"\" C:\\dir\\ \"C:\\\\a b\\\\\" "
                       "\"tab\there\"";

    g_assert_true(
        bridge_execline(CHAN_SPAN(args, sizeof args), BRIDGE_EXECLINE_OURS, line, sizeof line));
    g_assert_cmpstr(line, ==, want);
    g_assert_true(bridge_execline((ChanSpan){0}, BRIDGE_EXECLINE_OURS, line, sizeof line));
    g_assert_cmpstr(line, ==, "");
    // Exactly enough, and one too few.
    g_assert_true(bridge_execline(CHAN_SPAN(args, sizeof args), BRIDGE_EXECLINE_OURS, small,
                                  strlen(want) + 1));
    for (gsize n = 0; n <= strlen(want); n++)
        g_assert_false(
            bridge_execline(CHAN_SPAN(args, sizeof args), BRIDGE_EXECLINE_OURS, small, n));
}

// What a program of Windows makes of it is what CommandLineToArgvW's documentation says.
static void
test_execline_of_windows(void)
{
    static const char args[] =
        "C:\\a b\\c.txt\0\\\\server\\the share\\\0C:\\dir\\\0say \\\"hi\\\\\"";
    char line[128];

    g_assert_true(
        bridge_execline(CHAN_SPAN(args, sizeof args), BRIDGE_EXECLINE_WINDOWS, line, sizeof line));
    g_assert_cmpstr(line, ==,
                    "\"C:\\a b\\c.txt\" \"\\\\server\\the share\\\\\" C:\\dir\\ "
                    "\"say \\\\\\\"hi\\\\\\\\\\\"\"");
}

static void
test_scancodes(void)
{
    static const struct {
        guint32 evdev;
        guint16 code;
    } rows[] = {
        {KEY_ESC, 0x01},
        {KEY_A, 0x1e},
        {KEY_SPACE, 0x39},
        {KEY_F10, 0x44},
        {KEY_F11, 0x57},
        {KEY_F12, 0x58},
        {KEY_102ND, 0x56},
        {KEY_KPENTER, 0x11c},
        {KEY_LEFT, 0x14b},
        {KEY_DELETE, 0x153},
        {KEY_LEFTMETA, 0x15b},
        {KEY_RIGHTALT, 0x138},
        {KEY_SYSRQ, 0x137},
        {KEY_PAUSE, 0x21d},
        {KEY_RIGHTCTRL, 0x11d},
        {KEY_KP7, 0x47},
        {KEY_RO, 0x73},
        {KEY_YEN, 0x7d},
        {KEY_HENKAN, 0x79},
        {KEY_VOLUMEUP, 0x130},
        {0, 0},
        {KEY_BRIGHTNESSUP, 0},
        {255, 0},
        {G_MAXUINT32, 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmphex(bridge_scancode(rows[i].evdev), ==, rows[i].code);
    // Keys of one keyboard never share a code, but for the two that stand for the menu key.
    for (guint a = 1; a < BRIDGE_KEYS; a++)
        for (guint b = a + 1; b < BRIDGE_KEYS; b++)
            if (bridge_scancode(a) && bridge_scancode(a) == bridge_scancode(b))
                g_assert_true((a == KEY_COMPOSE && b == KEY_MENU) ||
                              (a == KEY_MENU && b == KEY_COMPOSE) ||
                              (a == KEY_ZENKAKUHANKAKU && b == KEY_F24));
}

static guint32
bgra(const guint8 *p)
{
    return (guint32)p[3] << 24 | (guint32)p[2] << 16 | (guint32)p[1] << 8 | p[0];
}

// A 2×2 icon of each depth: top row red, green; bottom row blue, white; the mask hides white.
static void
test_icons(void)
{
    static const guint8 mask[] = {0x40, 0, 0, 0, 0, 0, 0, 0}; // bottom-up
    static const guint8 b32[] = {255, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 255, 0, 255, 0, 255};
    static const guint8 b32_no_alpha[] = {255, 0, 0,   0, 255, 255, 255, 0,
                                          0,   0, 255, 0, 0,   255, 0,   0};
    static const guint8 b24[] = {255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0};
    static const guint8 b16[] = {0x1f, 0, 0xff, 0x7f, 0, 0x7c, 0xe0, 0x03};
    static const guint8 b8[] = {2, 3, 0, 0, 0, 1, 0, 0};
    static const guint8 b4[] = {0x23, 0, 0, 0, 0x01, 0, 0, 0};
    static const guint8 palette[] = {0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0};
    static const struct {
        guint32 bpp;
        ChanSpan color;
        gboolean mask_counts;
    } rows[] = {{32, {b32, sizeof b32}, FALSE}, {32, {b32_no_alpha, sizeof b32_no_alpha}, TRUE},
                {24, {b24, sizeof b24}, TRUE},  {16, {b16, sizeof b16}, TRUE},
                {8, {b8, sizeof b8}, TRUE},     {4, {b4, sizeof b4}, TRUE}};
    guint8 out[16];

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        BridgeIcon icon = {2,
                           2,
                           rows[i].bpp,
                           rows[i].color,
                           CHAN_SPAN(mask, sizeof mask),
                           CHAN_SPAN(palette, sizeof palette)};
        g_assert_true(bridge_icon_convert(&icon, out));
        g_assert_cmphex(bgra(out), ==, 0xffff0000);
        g_assert_cmphex(bgra(out + 4), ==, 0xff00ff00);
        g_assert_cmphex(bgra(out + 8), ==, 0xff0000ff);
        g_assert_cmphex(bgra(out + 12), ==, 0x00ffffff);
        // A byte too few is refused, and so is a mask of two-byte rows taken as it is.
        icon.color.size--;
        g_assert_false(bridge_icon_convert(&icon, out));
        icon.color.size++;
        icon.mask.size = 4;
        static const guint8 mask2[] = {0x40, 0, 0, 0};
        icon.mask.data = mask2;
        g_assert_true(bridge_icon_convert(&icon, out));
        g_assert_cmphex(bgra(out + 12), ==, 0x00ffffff);
        icon.mask.size = 0; // none: opaque
        g_assert_true(bridge_icon_convert(&icon, out));
        g_assert_cmphex(bgra(out + 12), ==, rows[i].mask_counts ? 0xffffffff : 0x00ffffff);
    }
}

static void
test_icon_limits(void)
{
    g_autofree guint8 *color = g_malloc0(256 * 256 * 4), *out = g_malloc(256 * 256 * 4);
    BridgeIcon icon = {256, 256, 32, CHAN_SPAN(color, 256 * 256 * 4), {0}, {0}};
    static const guint32 depths[] = {0, 2, 15, 31, 33, G_MAXUINT32};
    static const guint32 sides[] = {0, 257, 65535, G_MAXUINT32};

    g_assert_true(bridge_icon_convert(&icon, out));
    for (guint i = 0; i < G_N_ELEMENTS(depths); i++) {
        icon.bpp = depths[i];
        g_assert_false(bridge_icon_convert(&icon, out));
    }
    icon.bpp = 32;
    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        icon.width = sides[i];
        g_assert_false(bridge_icon_convert(&icon, out));
        icon.width = 256;
        icon.height = sides[i];
        g_assert_false(bridge_icon_convert(&icon, out));
        icon.height = 256;
    }
    icon = (BridgeIcon){8, 1, 1, CHAN_SPAN("\xaa\0\0\0", 4), {0}, {0}}; // no palette: black, white
    g_assert_true(bridge_icon_convert(&icon, out));
    g_assert_cmphex(bgra(out), ==, 0xffffffff);
    g_assert_cmphex(bgra(out + 4), ==, 0xff000000);
}

static guint64
area_of(const BridgeDamage *d)
{
    guint64 area = 0;

    for (unsigned i = 0; i < d->count; i++)
        area += (guint64)d->rects[i].width * d->rects[i].height;
    return area;
}

static gboolean
covers(const BridgeDamage *d, int x, int y)
{
    for (unsigned i = 0; i < d->count; i++) {
        const ViewRect *r = &d->rects[i];
        if (x >= r->x && y >= r->y && x < r->x + (int)r->width && y < r->y + (int)r->height)
            return TRUE;
    }
    return FALSE;
}

static void
test_damage(void)
{
    BridgeDamage d = {0};

    bridge_damage_add(&d, (ViewRect){0, 0, 0, 5});
    g_assert_cmpuint(d.count, ==, 0);
    for (int i = 0; i < 10; i++) // neighbours become one
        bridge_damage_add(&d, (ViewRect){i * 10, 0, 10, 10});
    g_assert_cmpuint(d.count, ==, 1);
    bridge_damage_add(&d, (ViewRect){20, 2, 5, 5}); // held already
    g_assert_cmpuint(area_of(&d), ==, 1000);
    bridge_damage_add(&d, (ViewRect){500, 500, 10, 10}); // far away: exact
    g_assert_cmpuint(d.count, ==, 2);
    g_assert_cmpuint(area_of(&d), ==, 1100);
    bridge_damage_clip(&d, 95, 600);
    g_assert_cmpuint(d.count, ==, 1);
    g_assert_cmpuint(area_of(&d), ==, 950);
}

// Whatever is added stays covered, in bounds, and never in more rectangles than a commit takes.
static void
test_damage_any(void)
{
    enum { SIDE = 200 };
    for (int round = 0; round < 20; round++) {
        gboolean seen[SIDE][SIDE] = {{FALSE}};
        BridgeDamage d = {0};
        for (int i = 0; i < 400; i++) {
            int x = g_test_rand_int_range(0, SIDE), y = g_test_rand_int_range(0, SIDE);
            int w = g_test_rand_int_range(1, 9), h = g_test_rand_int_range(1, 9);
            bridge_damage_add(&d, (ViewRect){x, y, (guint)w, (guint)h});
            for (int b = y; b < MIN(y + h, SIDE); b++)
                for (int a = x; a < MIN(x + w, SIDE); a++)
                    seen[b][a] = TRUE;
            g_assert_cmpuint(d.count, <=, VIEW_DAMAGE_MAX);
        }
        bridge_damage_clip(&d, SIDE, SIDE);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                g_assert_true(!seen[y][x] || covers(&d, x, y));
    }
}

static void
test_surface(void)
{
    gsize used = 0;
    BridgeSurface *s = bridge_surface_new(1, 100, 50, &used);
    g_autofree guint8 *from = g_malloc(128 * 4 * 64);
    const ViewRect rects[] = {{0, 0, 10, 10}, {90, 40, 10, 10}};
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

    g_assert_nonnull(s);
    g_assert_cmpuint(used, ==, 100 * 50 * 4);
    g_assert_cmpint(fcntl(s->fd, F_GET_SEALS) & seals, ==, seals);
    memset(from, 0x5a, 128 * 4 * 64);
    bridge_surface_copy(s, from, 128 * 4, rects, 2);
    g_assert_cmphex(s->pixels[0], ==, 0x5a);
    g_assert_cmphex(s->pixels[(9 * 100 + 9) * 4], ==, 0x5a);
    g_assert_cmphex(s->pixels[10 * 4], ==, 0);
    g_assert_cmphex(s->pixels[(49 * 100 + 99) * 4 + 3], ==, 0x5a);
    g_assert_true(ftruncate(s->fd, 10) != 0);
    bridge_surface_unref(s);
    g_assert_cmpuint(used, ==, 0);
}

static void
test_surface_limits(void)
{
    static const guint32 bad[][2] = {{0, 1},
                                     {1, 0},
                                     {VIEW_SIDE_MAX + 1, 1},
                                     {1, VIEW_SIDE_MAX + 1},
                                     {65535, 65535},
                                     {G_MAXUINT32, G_MAXUINT32},
                                     {VIEW_SIDE_MAX, VIEW_SIDE_MAX}};
    gsize used = 0;

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        errno = 0;
        g_assert_null(bridge_surface_new(1, bad[i][0], bad[i][1], &used));
        g_assert_cmpint(errno, ==, EFBIG);
        g_assert_cmpuint(used, ==, 0);
    }
    BridgeSurface *s = bridge_surface_new(1, VIEW_SIDE_MAX, 1, &used);
    g_assert_nonnull(s);
    bridge_surface_unref(s);
    used = VIEW_PIXELS_BYTES_MAX - 3; // all of them together
    g_assert_null(bridge_surface_new(1, 1, 1, &used));
    g_assert_cmpuint(used, ==, VIEW_PIXELS_BYTES_MAX - 3);
}

static void
test_cliptext(void)
{
    static const struct {
        const char *utf8;
        const guint8 utf16[32];
        gsize size;
        const char *back;
    } rows[] = {
        {"a\nb", {'a', 0, 13, 0, 10, 0, 'b', 0, 0, 0}, 10, "a\nb"},
        {"a\r\nb", {'a', 0, 13, 0, 10, 0, 'b', 0, 0, 0}, 10, "a\nb"},
        {"ä€😀", {0xe4, 0, 0xac, 0x20, 0x3d, 0xd8, 0x00, 0xde, 0, 0}, 10, "ä€😀"},
        {"\xff\xc0\x80x",
         {0xfd, 0xff, 0xfd, 0xff, 0xfd, 0xff, 'x', 0, 0, 0},
         10,
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx"},
        {"", {0, 0}, 2, ""},
    };
    gsize size;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint8 *to = bridge_cliptext_to_guest(CHAN_SPAN_TEXT(rows[i].utf8), 1000, &size);
        g_assert_cmpmem(to, size, rows[i].utf16, rows[i].size);
        guint8 *back = bridge_cliptext_to_host(CHAN_SPAN(to, size), 1000, &size);
        g_assert_cmpmem(back, size, rows[i].back, strlen(rows[i].back));
        free(to);
        free(back);
    }
    // A lone surrogate, an odd byte at the end, and a bound.
    static const guint8 lone[] = {0x3d, 0xd8, 'x', 0, 0x00, 0xde, 'y'};
    guint8 *text = bridge_cliptext_to_host(CHAN_SPAN(lone, sizeof lone), 1000, &size);
    g_assert_cmpmem(text, size, "\xef\xbf\xbdx\xef\xbf\xbd", 7);
    free(text);
    text = bridge_cliptext_to_host(CHAN_SPAN(lone, sizeof lone), 5, &size);
    g_assert_cmpuint(size, <=, 5);
    free(text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/styles", test_styles);
    g_test_add_func("/session/execline", test_execline);
    g_test_add_func("/session/execline-of-windows", test_execline_of_windows);
    g_test_add_func("/session/scancodes", test_scancodes);
    g_test_add_func("/session/icons", test_icons);
    g_test_add_func("/session/icon-limits", test_icon_limits);
    g_test_add_func("/session/damage", test_damage);
    g_test_add_func("/session/damage-any", test_damage_any);
    g_test_add_func("/session/surface", test_surface);
    g_test_add_func("/session/surface-limits", test_surface_limits);
    g_test_add_func("/session/cliptext", test_cliptext);
    return g_test_run();
}
