// SPDX-License-Identifier: Apache-2.0

// Window orders as bytes, against the layouts of [MS-RDPERP] 2.2.1.3, and the styles that windows
// get.

#include "guestagent/remoteapp/window_orders.h"
#ifdef REMOTEAPP_OWN_ORDERS
#include "guestagent/remoteapp/window_orders_encode.h"
#endif

#include <string.h>

#ifdef REMOTEAPP_OWN_ORDERS
static void
check_bytes(GByteArray *take_got, const void *want, gsize size)
{
    g_assert_cmpmem(take_got->data, take_got->len, want, size);
    g_byte_array_unref(take_got);
}

static void
test_state(void)
{
    RECTANGLE_16 whole = {0, 0, 0x0102, 0x0304};
    WINDOW_ORDER_INFO info = {
        .windowId = 0x11223344,
        .fieldFlags = WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_STATE_NEW | WINDOW_ORDER_FIELD_OWNER |
                      WINDOW_ORDER_FIELD_STYLE | WINDOW_ORDER_FIELD_SHOW |
                      WINDOW_ORDER_FIELD_TITLE | WINDOW_ORDER_FIELD_CLIENT_AREA_OFFSET |
                      WINDOW_ORDER_FIELD_CLIENT_AREA_SIZE | WINDOW_ORDER_FIELD_WND_OFFSET |
                      WINDOW_ORDER_FIELD_WND_CLIENT_DELTA | WINDOW_ORDER_FIELD_WND_SIZE |
                      WINDOW_ORDER_FIELD_WND_RECTS | WINDOW_ORDER_FIELD_VIS_OFFSET |
                      WINDOW_ORDER_FIELD_VISIBILITY,
    };
    WINDOW_STATE_ORDER state = {
        .ownerWindowId = 1,
        .style = 2,
        .extendedStyle = 3,
        .showState = 5,
        .titleInfo = {4, (BYTE *)"h\0i\0"},
        .clientOffsetX = -1,
        .clientOffsetY = 6,
        .clientAreaWidth = 7,
        .clientAreaHeight = 8,
        .windowOffsetX = -2,
        .windowOffsetY = 9,
        .windowClientDeltaX = 10,
        .windowClientDeltaY = 11,
        .windowWidth = 12,
        .windowHeight = 13,
        .numWindowRects = 1,
        .windowRects = &whole,
        .visibleOffsetX = 14,
        .visibleOffsetY = 15,
        .numVisibilityRects = 1,
        .visibilityRects = &whole,
    };
    static const guint8 want[] = {
        0x2E, 106,  0,                              // altsec order, its size
        0x1E, 0xDF, 0x01, 0x11,                     // fields
        0x44, 0x33, 0x22, 0x11,                     // window
        1,    0,    0,    0,                        // owner
        2,    0,    0,    0,    3,   0, 0, 0,       // styles
        5,                                          // show state
        4,    0,    'h',  0,    'i', 0,             // title
        0xFF, 0xFF, 0xFF, 0xFF, 6,   0, 0, 0,       // client offset
        7,    0,    0,    0,    8,   0, 0, 0,       // client size
        0xFE, 0xFF, 0xFF, 0xFF, 9,   0, 0, 0,       // window offset
        10,   0,    0,    0,    11,  0, 0, 0,       // client delta
        12,   0,    0,    0,    13,  0, 0, 0,       // window size
        1,    0,    0,    0,    0,   0, 2, 1, 4, 3, // window rectangles
        14,   0,    0,    0,    15,  0, 0, 0,       // visible offset
        1,    0,    0,    0,    0,   0, 2, 1, 4, 3, // visibility rectangles
    };
    GByteArray *got = g_byte_array_new();
    ra_encode_window_state(got, &info, &state);
    g_assert_cmpuint(got->data[1] | got->data[2] << 8, ==, got->len);
    guint8 expected[sizeof want];
    memcpy(expected, want, sizeof want);
    expected[1] = sizeof want;
    memcpy(expected + 3, &(guint32){GUINT32_TO_LE(info.fieldFlags)}, 4);
    check_bytes(got, expected, sizeof expected);
}

static void
test_small_orders(void)
{
    WINDOW_ORDER_INFO info = {
        .windowId = 5,
        .fieldFlags = WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_STATE_DELETED,
    };
    GByteArray *got = g_byte_array_new();
    ra_encode_window_delete(got, &info);
    check_bytes(got, "\x2e\x0b\0\0\0\0\x21\5\0\0\0", 11);
    guint8 mask[4] = {1, 2, 3, 4}, color[4] = {5, 6, 7, 8};
    ICON_INFO bits = {.cacheEntry = 0x0102,
                      .cacheId = 3,
                      .bpp = 32,
                      .width = 1,
                      .height = 1,
                      .cbBitsMask = 4,
                      .cbBitsColor = 4,
                      .bitsMask = mask,
                      .bitsColor = color};
    WINDOW_ICON_ORDER icon = {&bits};
    info.fieldFlags = WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_ICON;
    got = g_byte_array_new();
    ra_encode_window_icon(got, &info, &icon);
    check_bytes(got, "\x2e\x1f\0\0\0\0\x41\5\0\0\0\2\1\3\x20\1\0\1\0\4\0\4\0\1\2\3\4\5\6\7\x08",
                31);
    WINDOW_CACHED_ICON_ORDER cached = {{.cacheEntry = 7, .cacheId = 2}};
    info.fieldFlags = WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_CACHED_ICON;
    got = g_byte_array_new();
    ra_encode_window_cached_icon(got, &info, &cached);
    check_bytes(got, "\x2e\x0e\0\0\0\0\x81\5\0\0\0\7\0\2", 14);
    UINT32 ids[] = {1, 0x10};
    MONITORED_DESKTOP_ORDER desktop = {9, 2, ids};
    info.fieldFlags = WINDOW_ORDER_TYPE_DESKTOP | WINDOW_ORDER_FIELD_DESKTOP_ZORDER |
                      WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND;
    got = g_byte_array_new();
    ra_encode_desktop(got, &info, &desktop);
    check_bytes(got, "\x2e\x14\0\x30\0\0\4\x09\0\0\0\2\1\0\0\0\x10\0\0\0", 20);
}
#endif

static RaStyle
style_of(RaKind kind, guint32 owner)
{
    RaWindow window = {
        .id = 1,
        .owner_id = owner,
        .kind = kind,
        .mapped = true,
        .resizable = true,
        .closable = true,
    };
    return ra_window_style(&window);
}

static void
check_style(RaStyle s, guint32 style, guint32 not_style, guint32 ex_style, guint32 not_ex_style)
{
    g_assert_cmphex(s.style & style, ==, style);
    g_assert_cmphex(s.style & not_style, ==, 0);
    g_assert_cmphex(s.ex_style & ex_style, ==, ex_style);
    g_assert_cmphex(s.ex_style & not_ex_style, ==, 0);
}

static void
test_styles(void)
{
    check_style(style_of(RA_KIND_NORMAL, 0), WS_OVERLAPPEDWINDOW, WS_POPUP, WS_EX_APPWINDOW,
                WS_EX_TOOLWINDOW);
    check_style(style_of(RA_KIND_DIALOG, 7), WS_CAPTION | WS_SYSMENU, WS_POPUP | WS_MINIMIZEBOX, 0,
                WS_EX_APPWINDOW | WS_EX_DLGMODALFRAME);
    check_style(style_of(RA_KIND_DIALOG, 0), WS_CAPTION, WS_POPUP, WS_EX_DLGMODALFRAME, 0);
    check_style(style_of(RA_KIND_UTILITY, 0), WS_CAPTION | WS_THICKFRAME, WS_POPUP,
                WS_EX_TOOLWINDOW, WS_EX_APPWINDOW);
    check_style(style_of(RA_KIND_POPUP, 7), WS_POPUP, WS_CAPTION | WS_THICKFRAME, WS_EX_TOOLWINDOW,
                WS_EX_APPWINDOW | WS_EX_NOACTIVATE | WS_EX_TRANSPARENT);
    check_style(style_of(RA_KIND_TOOLTIP, 7), WS_POPUP, WS_CAPTION,
                WS_EX_TOOLWINDOW | WS_EX_TRANSPARENT | WS_EX_NOACTIVATE | WS_EX_TOPMOST, 0);
    check_style(style_of(RA_KIND_SPLASH, 0), WS_POPUP, WS_CAPTION, WS_EX_NOACTIVATE,
                WS_EX_TOOLWINDOW | WS_EX_APPWINDOW);
    RaWindow bare = {
        .mapped = true, .undecorated = true, .alpha = true, .above = true, .skip_taskbar = true};
    check_style(ra_window_style(&bare), WS_POPUP, WS_CAPTION | WS_THICKFRAME | WS_SYSMENU,
                WS_EX_APPWINDOW | WS_EX_TOOLWINDOW | WS_EX_LAYERED | WS_EX_TOPMOST, 0);
    RaWindow hidden = {.state = RA_MINIMIZED};
    g_assert_cmpuint(ra_window_style(&hidden).show, ==, WINDOW_SHOW_MINIMIZED);
    hidden.state = RA_NORMAL;
    g_assert_cmpuint(ra_window_style(&hidden).show, ==, WINDOW_HIDE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#ifdef REMOTEAPP_OWN_ORDERS
    g_test_add_func("/remoteapp/orders/state", test_state);
    g_test_add_func("/remoteapp/orders/small", test_small_orders);
#endif
    g_test_add_func("/remoteapp/orders/styles", test_styles);
    return g_test_run();
}
