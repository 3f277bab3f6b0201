// SPDX-License-Identifier: Apache-2.0

// casement-session and the byte examples of [MS-RDPERP] section 4: the server's are sent to it as
// they are, and what its view and its broker get must say the same; the client's are what it sends
// when the view does the same thing.
//
// The bytes of 4.3.1, 4.5.1, 4.5.2, 4.5.4 and 4.5.7 are the specification's; the others of 4.2 to
// 4.6 are what is handed down as its dumps. The text of 4.1 (window orders) was not at hand: these
// are built from the tables of 2.2.1.2 and 2.2.1.3 instead. Of the client's examples there is
// no System Menu (4.5.2), which the session has no cause to send; the notification events of 4.5.4
// are in termservice_tray.

#include "tests/termservice/raw_rig.h"

#include <string.h>

typedef RawRig Test;

static void
expect(Test *t, const char *line)
{
    g_free(raw_rig_expect(t, line));
}

// The client's PDU, of exactly these bytes.
static void
expect_pdu(Test *t, const char *hex)
{
    g_autofree char *line = g_strdup_printf("pdu %s", hex);
    g_autofree char *got = raw_rig_expect(t, line);

    g_assert_cmpstr(got, ==, line);
}

static void
tell(Test *t, const char *command, const char *hex)
{
    raw_rig_tell(t, command, hex);
}

static void
set_up(Test *t, gconstpointer data)
{
    raw_rig_init(t);
    raw_rig_connect(t);
}

static void
tear_down(Test *t, gconstpointer data)
{
    raw_rig_clear(t);
}

// ---- what the client sends first: 4.2 and 4.4 ----

static void
test_start(Test *t, gconstpointer data)
{
    expect_pdu(t, "05000800b01d0000"); // 4.2.1 Handshake
    // 4.2.2 Client Information: ours has more features than ALLOWLOCALMOVESIZE, the example's.
    g_autofree char *status = double_rig_expect(t->rig, "pdu 0b000800");
    g_assert_nonnull(status);
    g_assert_cmpuint(strlen(status), ==, strlen("pdu 0b00080001000000"));
    g_assert_cmpint(g_ascii_xdigit_value(status[strlen("pdu 0b0008000")]) & 1, ==, 1);
    // 4.4.1 Client System Parameters Update, one PDU for each; the example's task bar is not ours.
    expect_pdu(t, "03001200430000007e000000020000000000"); // high contrast
    expect_pdu(t, "030009002100000000");                   // mouse buttons swapped
    expect_pdu(t, "030009004500000000");                   // keyboard preference
    expect_pdu(t, "030009002500000001");                   // full windows dragged
    expect_pdu(t, "030009000b10000000");                   // keyboard cues
    expect_pdu(t, "030010002f000000000000009006"
                  "9a03"); // work area
}

// ---- programs: 4.3 ----

static gboolean
has_result(Harness *h, gpointer user)
{
    return h->results->len > 0;
}

static void
run(Test *t, const char *program, const char *directory, const char *argument)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    CtlExec m = {.serial = 1, .kind = CTL_EXEC_APP};

    CTL_INIT(&m, CTL_EXEC);
    CTL_SET_TEXT(m.program, program);
    CTL_SET_TEXT(m.directory, directory);
    g_byte_array_append(packet, (const guint8 *)&m, sizeof m);
    if (argument)
        g_byte_array_append(packet, (const guint8 *)argument, (guint)strlen(argument) + 1);
    ((CtlExec *)packet->data)->header.size = packet->len;
    harness_send_control(t->h, packet->data, packet->len, -1);
}

// 4.3.1 Client Execute: all but the example's flag to expand arguments, which are ours and plain.
static void
test_execute(Test *t, gconstpointer data)
{
    run(t, "iexplore", "f:\\windows\\system32", "www.bing.com");
    expect_pdu(t, "01005e000000140026001800"
                  "7c007c0069006500780070006c006f0072006500"
                  "66003a005c00770069006e0064006f00770073005c00730079007300740065006d0033003200"
                  "7700770077002e00620069006e0067002e0063006f006d00");
}

// Fields are counted in UTF-16 (2.2.2.3.1): 260 units fit, whatever they are in UTF-8, and a
// directory of more is left out.
static void
test_execute_long(Test *t, gconstpointer data)
{
    const guint lengths[] = {260, 261};

    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GString) directory = g_string_new(NULL), pdu = g_string_new(NULL);
        bool fits = lengths[i] <= 260;

        for (guint n = 0; n < lengths[i]; n++)
            g_string_append(directory, "\u0416");
        run(t, "a", directory->str, NULL);
        g_string_printf(pdu, "0100%s00000600%s00007c007c006100", fits ? "1a02" : "1200",
                        fits ? "0802" : "0000");
        for (guint n = 0; fits && n < lengths[i]; n++)
            g_string_append(pdu, "1604");
        expect_pdu(t, pdu->str);
    }
}

// 4.3.2 Server Execute Result: "||WrongApp" is not on the allow-list, raw result 0x15.
static void
test_execute_result(Test *t, gconstpointer data)
{
    run(t, "WrongApp", "", NULL);
    expect(t, "pdu 0100");
    tell(t, "pdu",
         "8000240008000300150000000000"
         "1400"
         "7c007c00570072006f006e00670041007000700"
         "0");
    harness_wait(t->h, has_result, NULL, RAW_PATIENCE_S, "the exec's result");
    const CtlExecResult *r = &g_array_index(t->h->results, CtlExecResult, 0);
    g_assert_cmpuint(r->serial, ==, 1);
    g_assert_cmpuint(r->code, ==, CTL_EXEC_NOT_ALLOWED);
    g_assert_cmpuint(r->raw, ==, 0x15);
}

// ---- windows: 4.1, built from 2.2.1.3 ----

typedef struct {
    guint32 id;
    gboolean minimized;
} Wanted;

static const CtlWindow *
info_of(Harness *h, guint32 id)
{
    for (guint i = h->infos->len; i > 0; i--)
        if (g_array_index(h->infos, CtlWindow, i - 1).window_id == id)
            return &g_array_index(h->infos, CtlWindow, i - 1);
    return NULL;
}

static gboolean
is_listed(Harness *h, gpointer user)
{
    const Wanted *wanted = user;
    const CtlWindow *w = info_of(h, wanted->id);

    return w && w->minimized == (guint32)wanted->minimized && harness_window(h, wanted->id);
}

static void
open_window(Test *t, const char *order, guint32 id)
{
    Wanted wanted = {id, FALSE};

    tell(t, "order", order);
    harness_wait(t->h, is_listed, &wanted, RAW_PATIENCE_S, "the window");
}

static gboolean
is_gone(Harness *h, gpointer user)
{
    return !harness_window(h, *(const guint32 *)user);
}

static gboolean
has_icon(Harness *h, gpointer user)
{
    const HarnessWindow *w = harness_window(h, *(const guint32 *)user);

    return w && w->icon_width == 1 && w->icon_height == 1;
}

static gboolean
is_on_top(Harness *h, gpointer user)
{
    return h->active == *(const guint32 *)user && h->stack->len == 1 &&
           g_array_index(h->stack, guint32, 0) == *(const guint32 *)user;
}

static void
test_window_orders(Test *t, gconstpointer data)
{
    guint32 id = 0x20052;
    Wanted minimized = {id, TRUE};

    open_window(t, RAW_NEW_WINDOW("52000200"), id);
    const CtlWindow *w = info_of(t->h, id);
    g_assert_cmpint(w->x, ==, 100);
    g_assert_cmpint(w->y, ==, 80);
    g_assert_cmpuint(w->width, ==, 640);
    g_assert_cmpuint(w->height, ==, 480);
    g_assert_cmpstr(w->untrusted_title, ==, "Notes");
    const ViewWindow *view = &harness_window(t->h, id)->window;
    g_assert_cmpuint(view->kind, ==, VIEW_KIND_NORMAL);
    g_assert_cmpuint(view->flags, ==,
                     VIEW_FLAG_UNDECORATED | VIEW_FLAG_RESIZABLE | VIEW_FLAG_CLOSABLE |
                         VIEW_FLAG_MINIMIZABLE | VIEW_FLAG_MAXIMIZABLE);
    // 2.2.1.3.1.2.1 Existing Window: show state 2.
    tell(t, "order",
         "2e0c00"
         "10000001"
         "52000200"
         "02");
    harness_wait(t->h, is_listed, &minimized, RAW_PATIENCE_S, "the minimised window");
    // 2.2.1.3.1.2.2 Window Icon, 1 × 1 of 32 bits, to be cached (2.2.1.2.3).
    tell(t, "order",
         "2e1f00"
         "00000041"
         "52000200"
         "0000"
         "00"
         "20"
         "0100"
         "0100"
         "0400"
         "0400"
         "00000000"
         "11223344");
    harness_wait(t->h, has_icon, &id, RAW_PATIENCE_S, "the icon");
    // 2.2.1.3.3.2.1 Actively Monitored Desktop: the active window, and one in the order.
    tell(t, "order",
         "2e1000"
         "30000004"
         "52000200"
         "01"
         "52000200");
    harness_wait(t->h, is_on_top, &id, RAW_PATIENCE_S, "the window on top");
    // 2.2.1.3.1.2.4 Deleted Window.
    tell(t, "order",
         "2e0b00"
         "00000021"
         "52000200");
    harness_wait(t->h, is_gone, &id, RAW_PATIENCE_S, "the window's end");
}

// Icons in the tray and a desktop that is not monitored change no window, and what follows is read.
static void
test_other_orders(Test *t, gconstpointer data)
{
    guint32 id = 0x20052;

    open_window(t, RAW_NEW_WINDOW("52000200"), id);
    // 2.2.1.3.2.2.1 New Notification Icon: version 4, tool tip "Hi", shown; 2.2.1.3.2.2.2: its end.
    tell(t, "order",
         "2e1d00"
         "0d000012"
         "52000200"
         "02000000"
         "04000000"
         "040048006900"
         "00000000");
    tell(t, "order",
         "2e0f00"
         "00000022"
         "52000200"
         "02000000");
    // 2.2.1.3.3.2.1: the desktop is hooked, its synchronization begins, and is completed.
    tell(t, "order",
         "2e0700"
         "0a000004");
    tell(t, "order",
         "2e0700"
         "04000004");
    // 2.2.1.3.3.2.2 Non-Monitored Desktop.
    tell(t, "order",
         "2e0700"
         "01000004");
    g_assert_nonnull(harness_window(t->h, id));
    tell(t, "order",
         "2e0b00"
         "00000021"
         "52000200");
    harness_wait(t->h, is_gone, &id, RAW_PATIENCE_S, "the window's end");
}

// ---- what the user does: 4.5 and 4.6 ----

static void
test_user(Test *t, gconstpointer data)
{
    ViewId focus = {.id = 0x1014e};
    ViewStateMsg minimize = {.id = 0x20052, .state = VIEW_STATE_MINIMIZED};
    ViewConfigured move = {.id = 0x20020, .serial = 1, .geometry = {0x309, 0x100, 0x2d2, 0x88}};

    open_window(t, RAW_NEW_WINDOW("52000200"), 0x20052);
    expect_pdu(t, "0e00080052000200"); // 4.5.6 Client Get Application ID
    open_window(t, RAW_NEW_WINDOW("4e010100"), 0x1014e);
    open_window(t, RAW_NEW_WINDOW("20000200"), 0x20020);
    VIEW_INIT(&focus, VIEW_MSG_FOCUS);
    harness_send_view(t->h, &focus, sizeof focus, -1);
    expect_pdu(t, "020009004e01010001"); // 4.5.1 Client Activate
    VIEW_INIT(&minimize, VIEW_MSG_STATE);
    harness_send_view(t->h, &minimize, sizeof minimize, -1);
    expect_pdu(t, "04000a005200020020f0"); // 4.5.3 Client System Command
    VIEW_INIT(&move, VIEW_MSG_CONFIGURED);
    harness_send_view(t->h, &move, sizeof move, -1);
    expect_pdu(t, "08001000200002000903"
                  "0001"
                  "db05"
                  "8801"); // 4.6.4 Client Window Move
}

static gboolean
is_limited(Harness *h, gpointer user)
{
    const ViewWindow *w = &harness_window(h, 0x7008e)->window;

    return w->min_width == 0x70 && w->min_height == 0x1b && w->max_width == 0x40c &&
           w->max_height == 0x30c;
}

static gboolean
is_moving(Harness *h, gpointer user)
{
    return h->move_loop.id == 0x7008e;
}

static void
test_move_size(Test *t, gconstpointer data)
{
    guint32 id = 0x7008e;

    open_window(t, RAW_NEW_WINDOW("8e000700"), id);
    // 4.6.1 Server Min Max Info.
    tell(t, "pdu", "0a0018008e0007000804d6020000000070001b000c040c03");
    harness_wait(t->h, is_limited, NULL, RAW_PATIENCE_S, "the window's limits");
    // 4.6.2 Server Move/Size Start: a move, from (0x17e, 0x0a) of the window.
    tell(t, "pdu", "090010008e000700010009007e010a00");
    harness_wait(t->h, is_moving, NULL, RAW_PATIENCE_S, "the move");
    g_assert_cmpuint(t->h->move_loop.direction, ==, 8);
    g_assert_cmpint(t->h->move_loop.root_x, ==, 100 + 0x17e);
    g_assert_cmpint(t->h->move_loop.root_y, ==, 80 + 0x0a);
    // 4.6.3 Server Move/Size End: the host has ended it by itself; the next order is read.
    tell(t, "pdu", "090010008e00070000000900a6004400");
    tell(t, "order",
         "2e0b00"
         "00000021"
         "8e000700");
    harness_wait(t->h, is_gone, &id, RAW_PATIENCE_S, "the window's end");
}

static gboolean
is_notepad(Harness *h, gpointer user)
{
    return harness_window(h, 0x20052)->window.app_index == 3;
}

// 4.5.7 Server Get Application ID Response. The example counts 512 bytes of application id where
// the table of 2.2.2.8.1 has 520: it is sent as the table has it, since the library ends the
// connection over a shorter one.
static void
test_app_id(Test *t, gconstpointer data)
{
    g_autoptr(GString) hex = g_string_new("0f00"
                                          "1002"
                                          "52000200"
                                          "6d006900630072006f0073006f00660074002e00"
                                          "770069006e0064006f00770073002e00"
                                          "6e006f0074006500700061006400");

    open_window(t, RAW_NEW_WINDOW("52000200"), 0x20052);
    expect(t, "pdu 0e00");
    while (hex->len < 2 * 0x210)
        g_string_append(hex, "00");
    tell(t, "pdu", hex->str);
    harness_wait(t->h, is_notepad, NULL, RAW_PATIENCE_S, "the window's program");
}

// 4.4.2 Server System Parameters Update: read, and of no consequence. The example of the language
// bar (4.5.5) is not for a client that announces no docked one (2.2.1.1.1), as this one.
static void
test_unused(Test *t, gconstpointer data)
{
    tell(t, "pdu", "030009007700000000"); // screen saver secure
    tell(t, "pdu", "030009001100000000"); // screen saver active
    open_window(t, RAW_NEW_WINDOW("52000200"), 0x20052);
}

#define ADD(path, test) g_test_add("/rdperp/" path, Test, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("start", test_start);
    ADD("execute", test_execute);
    ADD("execute-long", test_execute_long);
    ADD("execute-result", test_execute_result);
    ADD("window-orders", test_window_orders);
    ADD("other-orders", test_other_orders);
    ADD("user", test_user);
    ADD("move-size", test_move_size);
    ADD("app-id", test_app_id);
    ADD("unused", test_unused);
    return g_test_run();
}
