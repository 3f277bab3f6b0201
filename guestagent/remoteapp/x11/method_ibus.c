// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/method_ibus.h"

#include "channel/glib/timer.h"
#include "guestagent/remoteapp/x11/compose.h"
#include "guestagent/remoteapp/x11/ibus_bus.h"
#include "guestagent/remoteapp/x11/ibus_text.h"
#include "guestagent/remoteapp/x11/method_order.h"
#include "guestagent/remoteapp/x11/method_pace.h"
#include "guestagent/remoteapp/x11/server_pid.h"

typedef struct {
    RaMethodFront front;
    RaMethod *method;
    RaConn *conn;
    xcb_connection_t *xcb;
    RaIbusBus *bus;
    RaCompose *compose;
    RaMethodOrder *order;
    RaMethodPace *pace;
    GSource *patience;      // with keys that are not asked about
    RaIbusContext *focused; // of the program that said last that it has the focus
    bool shown;             // it has been told of something that is being made
    char *making;           // what the host's method is making, NULL: nothing
    char *written;          // what the host's will give that a program has written itself
} Ibus;

// The window with the focus if it is the program's own: not every one says that it lost it. 0:
// none.
static xcb_window_t
focus_window(const Ibus *m)
{
    g_autofree xcb_get_input_focus_reply_t *focus =
        xcb_get_input_focus_reply(m->xcb, xcb_get_input_focus(m->xcb), NULL);

    if (!focus || focus->focus <= XCB_INPUT_FOCUS_POINTER_ROOT)
        return XCB_NONE;
    guint32 pid =
        m->conn->has_res ? ra_server_pid_take(m->xcb, ra_server_pid_ask(m->xcb, focus->focus)) : 0;
    bool other = pid != 0 && m->focused->pid != 0 && pid != m->focused->pid;
    return other ? XCB_NONE : focus->focus;
}

// libibus' module for GTK 4 up to 1.5.28 adds the window's place on the screen less its place in
// its parent, which is the frame on a host, and the root here. It is known by the size that it
// gives each caret: this wide, and as high as the window.
#define MODULE_1_5_28_WIDTH 50

static bool
counts_from_parent(const Ibus *m, xcb_window_t top_level)
{
    if (m->focused->untrusted_width != MODULE_1_5_28_WIDTH)
        return false;
    g_autofree xcb_get_geometry_reply_t *geometry =
        xcb_get_geometry_reply(m->xcb, xcb_get_geometry(m->xcb, top_level), NULL);
    return geometry && geometry->height == m->focused->untrusted_height;
}

// From the window's corner to its frame's on the host.
static void
add_frame(const Ibus *m, xcb_window_t top_level, gint64 *x, gint64 *y)
{
    g_auto(RaProp) prop = ra_prop_read(m->conn, top_level, ATOM(m->conn, _NET_FRAME_EXTENTS), 4);
    guint n = 0;
    const guint32 *untrusted_sides = ra_prop_items(&prop, &n); // left, right, top, bottom

    if (n < 4)
        return;
    *x -= untrusted_sides[0];
    *y -= untrusted_sides[2];
}

static void
where(RaMethodFront *front, RaMethodPlace *place)
{
    const Ibus *m = (Ibus *)front;
    const RaIbusContext *c = m->focused;
    gint64 x = c->untrusted_x;
    gint64 below = (gint64)c->untrusted_y + c->untrusted_height; // where candidates hang

    place->window = focus_window(m);
    if (place->window == XCB_NONE)
        return;
    place->on_spot = c->on_spot;
    place->placed = c->placed;
    xcb_window_t top_level = ra_method_top_level(m->method, place->window);
    bool from_parent = !c->in_window && counts_from_parent(m, top_level);
    place->from = c->in_window || from_parent ? top_level : (xcb_window_t)m->conn->root;
    if (from_parent)
        add_frame(m, top_level, &x, &below);
    place->x = (int)CLAMP(x, G_MININT16, G_MAXINT16);
    place->y = (int)CLAMP(below, G_MININT16, G_MAXINT16);
}

static gint64
now_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

static void
give(const RaMethodGift *gift, gpointer user)
{
    Ibus *m = user;

    if (!m->focused)
        return;
    if (gift->text) {
        ra_compose_reset(m->compose);
        ra_ibus_bus_commit(m->bus, m->focused, gift->text);
        ra_method_pace_text(m->pace, now_ms());
        return;
    }
    if (!m->focused->on_spot || (gift->preedit->count == 0 && !m->shown))
        return;
    ra_ibus_bus_preedit(m->bus, m->focused, gift->preedit);
    m->shown = gift->preedit->count > 0;
}

static void
wait_for_keys(Ibus *m)
{
    gint64 text = ra_method_order_due_ms(m->order), key = ra_method_pace_due_ms(m->pace);
    gint64 due = text < 0 || (key >= 0 && key < text) ? key : text;

    g_source_set_ready_time(m->patience, due < 0 ? -1 : due * 1000);
}

static gboolean
on_out_of_patience(gpointer user)
{
    Ibus *m = user;

    ra_method_pace_expire(m->pace, now_ms());
    ra_method_order_expire(m->order, now_ms());
    wait_for_keys(m);
    return G_SOURCE_CONTINUE;
}

static void
give_in_order(Ibus *m, const RaMethodGift *gift)
{
    ra_method_order_give(m->order, gift, now_ms());
    wait_for_keys(m);
}

static bool
commit(RaMethodFront *front, const char *text)
{
    Ibus *m = (Ibus *)front;
    g_autofree char *written = g_steal_pointer(&m->written);

    if (g_strcmp0(text, written) == 0)
        return true;
    if (focus_window(m) == XCB_NONE)
        return false;
    give_in_order(m, &(RaMethodGift){.text = text});
    return true;
}

static char *
text_of(const ChanWindowPreedit *preedit)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < preedit->count; i++)
        g_string_append_unichar(text, preedit->characters[i].character);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
on_preedit(RaMethodFront *front, const ChanWindowPreedit *preedit)
{
    Ibus *m = (Ibus *)front;

    g_autofree char *text = preedit->count > 0 ? text_of(preedit) : NULL;
    if (text &&
        g_strcmp0(text, m->written) == 0) // ibus-x11 says it once more before it gives it up
        return;
    if (text)
        g_clear_pointer(&m->written, g_free);
    g_free(m->making);
    m->making = g_steal_pointer(&text);
    if (focus_window(m) != XCB_NONE)
        give_in_order(m, &(RaMethodGift){.preedit = preedit});
}

static bool
on_given_key(RaMethodFront *front, guint keycode, bool down)
{
    Ibus *m = (Ibus *)front;
    bool later = m->focused->is_gtk && ra_method_pace_key(m->pace, keycode, down, now_ms());

    ra_method_order_key(m->order, keycode, down, now_ms());
    wait_for_keys(m);
    return later;
}

static void
give_key(guint keycode, bool down, gpointer user)
{
    ra_method_give_key(((Ibus *)user)->method, keycode, down);
}

static void
give_keys(RaMethodFront *front)
{
    Ibus *m = (Ibus *)front;

    ra_method_pace_finish(m->pace);
    wait_for_keys(m);
}

static void
leave(Ibus *m)
{
    ra_method_pace_finish(m->pace);
    ra_method_order_finish(m->order);
    wait_for_keys(m);
    ra_compose_reset(m->compose);
    give(&(RaMethodGift){.preedit = &(ChanWindowPreedit){0}}, m);
    m->focused = NULL;
    m->shown = false;
}

// What the host's method is making is given up there, which may well give it as text for that.
static void
give_up(Ibus *m, const RaIbusContext *c)
{
    if (!m->making)
        return;
    g_free(m->written);
    m->written = c->commits ? g_steal_pointer(&m->making) : NULL;
    g_clear_pointer(&m->making, g_free);
    ra_method_reset(m->method, &m->front);
}

static void
on_focused(RaIbusContext *c, bool in, gpointer user)
{
    Ibus *m = user;

    if (!in && c != m->focused)
        return;
    if (!in || (m->focused && c != m->focused)) {
        give_up(m, m->focused); // another place does not go on with it
        leave(m);
    }
    m->focused = in ? c : NULL;
    if (in)
        ra_method_focused(m->method, &m->front);
    else
        ra_method_unfocused(m->method, &m->front);
}

static bool
on_key(RaIbusContext *c, const RaIbusKey *key, gpointer user)
{
    Ibus *m = user;
    bool press = ra_ibus_is_press(key->state);
    g_autofree char *text = NULL;

    // One that has a new context for the one that it lost with us does not say so.
    if (press && c != m->focused)
        on_focused(c, true, m);
    if (c != m->focused)
        return false;
    bool text_follows = ra_method_order_asked(m->order, key->keycode, press);
    wait_for_keys(m);
    if (!press)
        return false;
    bool kept = !c->is_gtk && ra_compose_press(m->compose, key->keysym, &text);
    // Toolkits put a key that they get back behind the text that comes with it.
    gunichar character = ra_ibus_is_command(key->state) ? 0 : ra_ibus_character(key->keysym);
    if (!kept && text_follows && character) {
        text = g_ucs4_to_utf8(&character, 1, NULL, NULL, NULL);
        kept = true;
    }
    if (text)
        ra_ibus_bus_commit(m->bus, c, text);
    return kept;
}

static void
on_answered(gpointer user)
{
    Ibus *m = user;

    ra_method_order_go_on(m->order);
    ra_method_pace_answered(m->pace, now_ms());
    wait_for_keys(m);
}

static void
on_changed(RaIbusContext *c, gpointer user)
{
    Ibus *m = user;

    if (c != m->focused)
        return;
    ra_method_moved(m->method, &m->front);
    ra_method_pace_answered(m->pace, now_ms());
    wait_for_keys(m);
}

static void
on_reset(RaIbusContext *c, gpointer user)
{
    Ibus *m = user;

    if (c != m->focused)
        return;
    ra_compose_reset(m->compose);
    // Toolkits say it at every move of the caret; where nothing is being made it is for nothing.
    if (c->on_spot && !m->shown)
        return;
    m->shown = false;
    if (m->making)
        give_up(m, c);
    else
        ra_method_reset(m->method, &m->front);
}

static void
on_gone(RaIbusContext *c, gpointer user)
{
    if (c == ((Ibus *)user)->focused)
        on_focused(c, false, user);
}

static void
ibus_free(RaMethodFront *front)
{
    Ibus *m = (Ibus *)front;

    chan_timer_clear(&m->patience);
    ra_ibus_bus_free(m->bus);
    ra_method_order_free(m->order);
    ra_method_pace_free(m->pace);
    ra_compose_free(m->compose);
    g_free(m->making);
    g_free(m->written);
    g_free(m);
}

RaMethodFront *
ra_method_ibus_new(RaMethod *method, RaConn *conn, xcb_connection_t *xcb, GMainContext *loop,
                   GError **error)
{
    static const RaIbusEvents events = {.focused = on_focused,
                                        .key = on_key,
                                        .answered = on_answered,
                                        .changed = on_changed,
                                        .reset = on_reset,
                                        .gone = on_gone};
    Ibus *m = g_new0(Ibus, 1);

    m->front = (RaMethodFront){.where = where,
                               .commit = commit,
                               .preedit = on_preedit,
                               .key = on_given_key,
                               .give_keys = give_keys,
                               .free = ibus_free};
    m->method = method;
    m->conn = conn;
    m->xcb = xcb;
    m->compose = ra_compose_new();
    m->order = ra_method_order_new(give, m);
    m->pace = ra_method_pace_new(give_key, m);
    m->patience = chan_timer_due_new(loop, on_out_of_patience, m);
    m->bus = ra_ibus_bus_new(loop, &events, m, error);
    if (m->bus)
        return &m->front;
    ibus_free(&m->front);
    return NULL;
}
