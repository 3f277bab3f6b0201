// SPDX-License-Identifier: Apache-2.0

// The guest's notification icons on their way to the broker, and clicks on theirs to the guest.

#include "rdpbridge/tray.h"

#include "channel/rail.h"

#include <string.h>

#define DEADLINE_MS 5000

typedef struct {
    BridgeTray *tray;
    guint trays, gone, balloons, menus, asked;
    guint32 icon; // that was acted on last
    CtlTray last;
    guint8 pixels[CTL_TRAY_SIDE_MAX * CTL_TRAY_SIDE_MAX * 4];
    gsize queued;
    GArray *messages; // of guint32: what the guest was sent
    gint32 x, y;
} Test;

static void
on_tell(gconstpointer message, gsize size, gpointer user)
{
    Test *t = user;
    ChanSpan packet = CHAN_SPAN(message, size);

    g_assert_true(ctl_check(packet)); // whatever is told is valid
    if (ctl_type(packet) == CTL_TRAY) {
        t->trays++;
        memcpy(&t->last, message, sizeof t->last);
        memcpy(t->pixels, (const guint8 *)message + sizeof t->last, size - sizeof t->last);
    } else if (ctl_type(packet) == CTL_TRAY_GONE) {
        t->gone++;
    } else if (ctl_type(packet) == CTL_TRAY_MENU) {
        t->menus++;
    } else {
        t->balloons++;
    }
}

static gsize
on_queued(gpointer user)
{
    return ((Test *)user)->queued;
}

static void
on_ask(guint32 window, gpointer user)
{
    ((Test *)user)->asked++;
}

static void
on_notify(guint32 window, guint32 icon, guint32 message, gpointer user)
{
    g_assert_cmpuint(window, ==, 7);
    ((Test *)user)->icon = icon;
    g_array_append_val(((Test *)user)->messages, message);
}

static void
on_point(gint32 x, gint32 y, gpointer user)
{
    ((Test *)user)->x = x;
    ((Test *)user)->y = y;
}

static const BridgeTrayOut out = {on_tell, on_queued, on_ask, on_notify, on_point};

static void
set_up(Test *t, gconstpointer data)
{
    t->messages = g_array_new(FALSE, FALSE, sizeof(guint32));
    t->tray = bridge_tray_new(g_main_context_default(), &out, t);
}

static void
tear_down(Test *t, gconstpointer data)
{
    bridge_tray_free(t->tray);
    g_array_unref(t->messages);
}

static void
wait_for_trays(Test *t, guint n)
{
    gint64 until = g_get_monotonic_time() + DEADLINE_MS * 1000;

    while (t->trays < n && g_get_monotonic_time() < until)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(t->trays, ==, n);
}

static void
order(Test *t, guint32 icon, const BridgeTrayOrder *what)
{
    bridge_tray_order(t->tray, 7, icon, what);
}

static void
test_fields(Test *t, gconstpointer data)
{
    const guint8 bgra[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    order(t, 1, &(BridgeTrayOrder){.fields = BRIDGE_TRAY_TIP, .tip = "Of none"});
    order(t, 1,
          &(BridgeTrayOrder){.is_new = TRUE,
                             .fields = BRIDGE_TRAY_TIP | BRIDGE_TRAY_ICON,
                             .tip = "Tip",
                             .bgra = bgra,
                             .width = 2,
                             .height = 1});
    g_assert_cmpuint(t->asked, ==, 1);
    wait_for_trays(t, 1);
    g_assert_cmpstr(t->last.untrusted_tip, ==, "Tip");
    g_assert_cmpmem(t->pixels, 8, bgra, 8);
    g_assert_cmpuint(t->last.app_index, ==, CTL_APP_NONE);
    order(t, 1, &(BridgeTrayOrder){.fields = BRIDGE_TRAY_STATE, .hidden = TRUE});
    bridge_tray_set_app(t->tray, 7, 4);
    bridge_tray_set_app(t->tray, 8, 5);
    wait_for_trays(t, 2); // both together
    g_assert_cmpuint(t->last.hidden, ==, 1);
    g_assert_cmpuint(t->last.app_index, ==, 4);
    g_assert_cmpstr(t->last.untrusted_tip, ==, "Tip");
    g_assert_cmpuint(t->last.width, ==, 2);
    bridge_tray_tell_all(t->tray);
    wait_for_trays(t, 3);
    bridge_tray_delete(t->tray, 7, 1);
    bridge_tray_delete(t->tray, 7, 1);
    g_assert_cmpuint(t->gone, ==, 1);
}

// One that came and went before it was told is not told at all.
static void
test_short_life(Test *t, gconstpointer data)
{
    for (guint32 i = 0; i < 1000; i++) {
        order(t, i, &(BridgeTrayOrder){.is_new = TRUE});
        bridge_tray_delete(t->tray, 7, i);
    }
    order(t, 1, &(BridgeTrayOrder){.is_new = TRUE});
    wait_for_trays(t, 1);
    g_assert_cmpuint(t->gone, ==, 0);
}

static void
test_large_pictures(Test *t, gconstpointer data)
{
    const guint sides[][4] = {
        {96, 96, 96, 96}, {97, 1, 0, 0}, {97, 97, 48, 48}, {256, 128, 64, 32}, {0, 5, 0, 0}};
    g_autofree guint8 *bgra = g_malloc0(256 * 256 * 4);

    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        bgra[((gsize)2 * sides[i][0] + 4) * 4] = (guint8)(i + 1); // of column 4 in row 2
        order(t, i,
              &(BridgeTrayOrder){.is_new = TRUE,
                                 .fields = BRIDGE_TRAY_ICON,
                                 .bgra = bgra,
                                 .width = sides[i][0],
                                 .height = sides[i][1]});
        wait_for_trays(t, i + 1);
        g_assert_cmpuint(t->last.width, ==, sides[i][2]);
        g_assert_cmpuint(t->last.height, ==, sides[i][3]);
        if (i == 2) // halved: column 2 of row 1
            g_assert_cmpuint(t->pixels[(1 * 48 + 2) * 4], ==, 3);
    }
}

// A broker that does not take them is not told more.
static void
test_slow_broker(Test *t, gconstpointer data)
{
    t->queued = 1024 * 1024;
    order(t, 1, &(BridgeTrayOrder){.is_new = TRUE});
    for (gint64 until = g_get_monotonic_time() + 700 * 1000; g_get_monotonic_time() < until;)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(t->trays, ==, 0);
    t->queued = 0;
    wait_for_trays(t, 1);
}

static void
test_balloons(Test *t, gconstpointer data)
{
    bridge_tray_balloon(t->tray, 7, 1, "Of", "none");
    g_assert_cmpuint(t->balloons, ==, 0);
    order(t, 1, &(BridgeTrayOrder){.is_new = TRUE});
    for (guint i = 0; i < 100; i++)
        bridge_tray_balloon(t->tray, 7, 1, "Title", "Text");
    g_assert_cmpuint(t->balloons, ==, 1);
    g_assert_cmpuint(t->trays, ==, 1); // it is known before it speaks
}

static void
act(Test *t, CtlTrayEventKind kind, const char *messages)
{
    CtlTrayEvent m = {.window_id = 7, .icon_id = 1, .kind = kind, .x = 30, .y = -5, .value = 0x11};
    g_autoptr(GString) sent = g_string_new(NULL);

    g_array_set_size(t->messages, 0);
    bridge_tray_event(t->tray, &m);
    for (guint i = 0; i < t->messages->len; i++)
        g_string_append_printf(sent, "%s%x", i > 0 ? " " : "",
                               g_array_index(t->messages, guint32, i));
    g_assert_cmpstr(sent->str, ==, messages);
}

static void
test_clicks(Test *t, gconstpointer data)
{
    act(t, CTL_TRAY_ACTIVATE, "");                   // of no icon
    order(t, 1, &(BridgeTrayOrder){.is_new = TRUE}); // as Windows 95 had them
    act(t, CTL_TRAY_CONTEXT_MENU, "204 205");
    g_assert_cmpint(t->x, ==, 30);
    g_assert_cmpint(t->y, ==, -5);
    act(t, CTL_TRAY_ACTIVATE, "201 202");
    act(t, CTL_TRAY_ACTIVATE, "203 202");
    act(t, CTL_TRAY_ACTIVATE, "201 202"); // a third is a first again
    act(t, CTL_TRAY_SECONDARY, "201 202 203 202");
    order(t, 1, &(BridgeTrayOrder){.fields = BRIDGE_TRAY_VERSION, .version = 3});
    act(t, CTL_TRAY_SECONDARY, "201 202 400 203 202");
    act(t, CTL_TRAY_CONTEXT_MENU, "204 205");
    order(t, 1, &(BridgeTrayOrder){.fields = BRIDGE_TRAY_VERSION, .version = 4});
    act(t, CTL_TRAY_CONTEXT_MENU, "204 205 7b");
    act(t, (CtlTrayEventKind)99, "");
}

// Of a guest of ours: as it is, and in one message.
static void
test_items(Test *t, gconstpointer data)
{
    const guint8 menu[] = {0, 0};

    order(t, 1,
          &(BridgeTrayOrder){.is_new = TRUE,
                             .fields = BRIDGE_TRAY_VERSION,
                             .version = CHAN_RAIL_ITEM | CHAN_RAIL_ITEM_HAS_MENU});
    bridge_tray_menu(t->tray, 8, CHAN_SPAN(menu, sizeof menu)); // of none
    bridge_tray_menu(t->tray, 7, CHAN_SPAN(menu, sizeof menu));
    wait_for_trays(t, 1);
    g_assert_cmpuint(t->last.flags, ==, CTL_TRAY_HAS_MENU);
    g_assert_cmpuint(t->menus, ==, 1);
    bridge_tray_tell_all(t->tray);
    wait_for_trays(t, 2);
    g_assert_cmpuint(t->menus, ==, 2);
    act(t, CTL_TRAY_ACTIVATE, "11");
    g_assert_cmpint(t->x, ==, 30);
    act(t, CTL_TRAY_ACTIVATE, "11");
    act(t, CTL_TRAY_SECONDARY, "11");
    act(t, CTL_TRAY_SCROLL, "11");
    act(t, CTL_TRAY_MENU_CLICKED, "11");
    g_assert_cmphex(t->icon, ==, CHAN_RAIL_ITEM_EVENT + CHAN_RAIL_ITEM_MENU_CLICKED);
    act(t, (CtlTrayEventKind)0, "");
    act(t, (CtlTrayEventKind)99, "");
    // A Windows has none of them.
    order(t, 1, &(BridgeTrayOrder){.fields = BRIDGE_TRAY_VERSION, .version = 4});
    bridge_tray_menu(t->tray, 7, CHAN_SPAN(menu, sizeof menu));
    act(t, CTL_TRAY_SCROLL, "");
    wait_for_trays(t, 3);
    g_assert_cmpuint(t->menus, ==, 2);
    g_assert_cmpuint(t->last.flags, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/session/tray/" name, Test, NULL, set_up, test, tear_down)
    ADD("fields", test_fields);
    ADD("short-life", test_short_life);
    ADD("large-pictures", test_large_pictures);
    ADD("slow-broker", test_slow_broker);
    ADD("balloons", test_balloons);
    ADD("clicks", test_clicks);
    ADD("items", test_items);
    return g_test_run();
}
