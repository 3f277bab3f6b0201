// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/storm.h"

#include "tests/termservice/orders.h"
#include "tests/termservice/report.h"
#include "tests/termservice/requests.h"

#include <freerdp/freerdp.h>
#include <freerdp/pointer.h>
#include <freerdp/update.h>
#include <freerdp/window.h>
#include <string.h>

#define BURST_US 5000
#define ALTSEC_WINDOW 0x2E
#define FIRST_ID 0x01000000u
#define TITLE_UNITS 7000 // what one order has room for
#define ICON_SIDE 60
#define CURSOR_SIDE 32
#define TRAY_ICONS 64
#define CYCLE 16 // windows that are open at a time

typedef struct {
    Session *session;
    Connection *connection;
    guint64 said;
    void (*step)(guint64 n);
    guint source;
    const char *name;
} Storm;

static Storm storm;

static Desk *
desk(void)
{
    return session_desk(storm.session);
}

// One of the windows that there are, another each time.
static Window *
nth(guint64 n)
{
    return g_ptr_array_index(desk()->stack, (guint)(n % desk()->stack->len));
}

static void
put16(GByteArray *bytes, guint32 value)
{
    guint16 v = GUINT16_TO_LE((guint16)value);
    g_byte_array_append(bytes, (const guint8 *)&v, sizeof v);
}

static void
put32(GByteArray *bytes, guint32 value)
{
    guint32 v = GUINT32_TO_LE(value);
    g_byte_array_append(bytes, (const guint8 *)&v, sizeof v);
}

// A window order, to be ended by give.
static GByteArray *
order(guint32 flags, guint32 window)
{
    GByteArray *bytes = g_byte_array_new();
    guint8 type = ALTSEC_WINDOW;
    g_byte_array_append(bytes, &type, 1);
    put16(bytes, 0);
    put32(bytes, WINDOW_ORDER_TYPE_WINDOW | flags);
    put32(bytes, window);
    return bytes;
}

static void
give(GByteArray *take_bytes)
{
    guint16 size = GUINT16_TO_LE((guint16)take_bytes->len);
    memcpy(take_bytes->data + 1, &size, sizeof size);
    orders_raw(storm.connection, take_bytes->data, take_bytes->len);
    g_byte_array_unref(take_bytes);
}

// Ever new windows, none of which goes.
static void
say_windows(guint64 n)
{
    Window w = {.id = FIRST_ID + (guint32)n,
                .style = WS_OVERLAPPEDWINDOW,
                .title = "one of many",
                .show = SHOW_NORMAL,
                .normal = {(int)(n % 900), (int)(n % 600), 200, 100}};
    orders_created(storm.connection, &w);
    orders_changed(storm.connection, desk(), &w, ORDER_ALL);
}

// Windows with pixels, as fast as they come and go.
static void
say_cycle(guint64 n)
{
    static guint32 open[CYCLE];
    Window *former = desk_find(desk(), open[n % CYCLE]);
    if (former != NULL)
        session_close(storm.session, former);
    open[n % CYCLE] = session_open(storm.session, "storm", "came and goes")->id;
}

static void
say_titles(guint64 n)
{
    GByteArray *bytes = order(WINDOW_ORDER_FIELD_TITLE, nth(n)->id);
    put16(bytes, TITLE_UNITS * 2);
    for (guint i = 0; i < TITLE_UNITS; i++)
        put16(bytes, 'a' + (guint32)((n + i) % 26));
    give(bytes);
}

static void
say_place(guint64 n, int width, int height)
{
    Window *w = nth(n);
    w->normal.x = (int)(n * 37 % 700);
    w->normal.y = (int)(n * 53 % 500);
    w->normal.width = width;
    w->normal.height = height;
    orders_changed(storm.connection, desk(), w, ORDER_AREA);
}

static void
say_moves(guint64 n)
{
    const Area *a = &nth(n)->normal;
    say_place(n, a->width, a->height);
}

// With the pixels of each size.
static void
say_resizes(guint64 n)
{
    Area area = nth(n)->normal;
    area.width = 100 + (int)(n * 7 % 300);
    area.height = 100 + (int)(n * 11 % 200);
    session_move(storm.session, nth(n), &area);
}

// Another window on top and active.
static void
say_focus(guint64 n)
{
    desk()->active = nth(n)->id;
    orders_stack(storm.connection, desk());
}

static void
say_states(guint64 n)
{
    Window *w = nth(n / 2);
    w->show = n % 2 == 0 ? SHOW_MINIMIZED : SHOW_NORMAL;
    orders_changed(storm.connection, desk(), w, ORDER_STYLE | ORDER_SHOW | ORDER_AREA);
}

// TS_ICON_INFO ([MS-RDPERP] 2.2.1.2.3).
static void
say_icons(guint64 n)
{
    const guint32 mask = (ICON_SIDE + 31) / 32 * 4 * ICON_SIDE;
    const guint8 depth[2] = {0xFF, 32};
    GByteArray *bytes = order(WINDOW_ORDER_ICON | WINDOW_ORDER_FIELD_ICON_BIG, nth(n)->id);
    put16(bytes, 0xFFFF);
    g_byte_array_append(bytes, depth, sizeof depth);
    put16(bytes, ICON_SIDE);
    put16(bytes, ICON_SIDE);
    put16(bytes, mask);
    put16(bytes, ICON_SIDE * ICON_SIDE * 4);
    for (guint i = 0; i < mask / 4; i++)
        put32(bytes, 0);
    for (guint i = 0; i < ICON_SIDE * ICON_SIDE; i++)
        put32(bytes, 0xFF000000u | (guint32)(n * 7919 + i));
    give(bytes);
}

static void
say_tray(guint64 n)
{
    guint32 window = nth(0)->id, icon = (guint32)(n % TRAY_ICONS);
    g_autofree char *text = g_strdup_printf("storm %u", (guint)n);
    if (n / TRAY_ICONS % 3 == 0)
        orders_notify(storm.connection, window, icon, text);
    else if (n / TRAY_ICONS % 3 == 1)
        orders_balloon(storm.connection, window, icon, "storm", text);
    else
        orders_notify_deleted(storm.connection, window, icon);
}

static void
say_cursors(guint64 n)
{
    static guint8 mask[CURSOR_SIDE / 8 * CURSOR_SIDE];
    guint8 pixels[CURSOR_SIDE * CURSOR_SIDE * 4];
    rdpUpdate *update = connection_peer(storm.connection)->context->update;
    POINTER_NEW_UPDATE shape = {.xorBpp = 32,
                                .colorPtrAttr = {.cacheIndex = (UINT16)(n % 20),
                                                 .width = CURSOR_SIDE,
                                                 .height = CURSOR_SIDE,
                                                 .lengthAndMask = sizeof mask,
                                                 .lengthXorMask = sizeof pixels,
                                                 .xorMaskData = pixels,
                                                 .andMaskData = mask}};
    memset(pixels, (int)(n % 255), sizeof pixels);
    connection_flush(storm.connection);
    (void)update->pointer->PointerNew(update->context, &shape);
    connection_flush(storm.connection);
}

// Menus as large as the screen, one over the other.
static void
say_popups(guint64 n)
{
    static guint32 last;
    const Area all = {0, 0, desk()->width, desk()->height};
    Window *former = desk_find(desk(), last);
    if (former != NULL)
        session_close(storm.session, former);
    Window *w = session_popup(storm.session, nth(0));
    last = w->id;
    session_move(storm.session, w, &all);
}

static const struct {
    const char *name;
    void (*step)(guint64 n);
} kinds[] = {
    {"windows", say_windows}, {"cycle", say_cycle},     {"titles", say_titles},
    {"moves", say_moves},     {"resizes", say_resizes}, {"focus", say_focus},
    {"states", say_states},   {"icons", say_icons},     {"tray", say_tray},
    {"cursors", say_cursors}, {"popups", say_popups},
};

static bool
is_open(void)
{
    View *view = session_view(storm.session);
    return view != NULL && view_monitoring(view) == storm.connection;
}

static gboolean
on_turn(gpointer user)
{
    freerdp_peer *peer = NULL;
    gint64 until = g_get_monotonic_time() + BURST_US;
    if (!is_open()) {
        storm.source = 0;
        storm_end();
        return G_SOURCE_REMOVE;
    }
    peer = connection_peer(storm.connection);
    while (is_open() && !peer->IsWriteBlocked(peer) && g_get_monotonic_time() < until)
        storm.step(storm.said++);
    return G_SOURCE_CONTINUE;
}

void
storm_end(void)
{
    g_clear_handle_id(&storm.source, g_source_remove);
    if (storm.name != NULL)
        report("storm %s said %" G_GUINT64_FORMAT, storm.name, storm.said);
    storm.name = NULL;
}

bool
storm_begin(Session *session, const char *kind)
{
    View *view = session_view(session);
    Connection *connection = view != NULL ? view_monitoring(view) : NULL;
    storm_end();
    for (gsize i = 0; i < G_N_ELEMENTS(kinds) && connection != NULL; i++) {
        if (strcmp(kinds[i].name, kind) != 0)
            continue;
        storm = (Storm){.session = session,
                        .connection = connection,
                        .step = kinds[i].step,
                        .name = kinds[i].name};
        storm.source = g_timeout_add_full(G_PRIORITY_LOW, 1, on_turn, NULL, NULL);
        return true;
    }
    return false;
}
