// SPDX-License-Identifier: Apache-2.0
// The guest's input method over D-Bus, to a program that speaks IBus' protocol.
#include "channel/rail.h"
#include "guestagent/remoteapp/x11/ibus_bus.h"
#include "tests/integration/desktop_harness.h"

#include <X11/keysym.h>
#include <linux/input-event-codes.h>
#include <locale.h>
#include <string.h>

#define NAME "org.freedesktop.portal.IBus"
#define PATH "/org/freedesktop/IBus"
#define PORTAL "org.freedesktop.IBus.Portal"
#define CONTEXT "org.freedesktop.IBus.InputContext"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define EVDEV_TO_X 8
#define RELEASE (1u << 30)

static Harness *h;
static Window window;
static guint32 id;
static GString *heard; // of signals, in their order: texts, and what is being made in brackets

// A program's connection.
static GDBusConnection *
join(void)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *bus =
        g_dbus_connection_new_for_address_sync(g_getenv("DBUS_SESSION_BUS_ADDRESS"),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);

    g_assert_no_error(error);
    return bus;
}

static void
leave(GDBusConnection *bus)
{
    g_dbus_connection_close_sync(bus, NULL, NULL);
    g_object_unref(bus);
}

typedef struct {
    bool done;
    GVariant *result;
    GError *error;
} Answer;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
    Answer *a = user;

    a->result = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &a->error);
    a->done = true;
}

// NULL: refused.
static GVariant *
call(GDBusConnection *bus, const char *path, const char *interface, const char *method,
     GVariant *arguments)
{
    Answer a = {0};

    g_dbus_connection_call(bus, NAME, path, interface, method, arguments, NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_answer, &a);
    harness_wait(h, a.done);
    g_clear_error(&a.error);
    return a.result;
}

static bool
tell(GDBusConnection *bus, const char *path, const char *method, GVariant *arguments)
{
    g_autoptr(GVariant) result = call(bus, path, CONTEXT, method, arguments);

    return result != NULL;
}

static bool
set(GDBusConnection *bus, const char *path, const char *property, GVariant *value)
{
    g_autoptr(GVariant) result =
        call(bus, path, PROPERTIES, "Set", g_variant_new("(ssv)", CONTEXT, property, value));

    return result != NULL;
}

// The path of a new context; NULL: refused.
static char *
create(GDBusConnection *bus, const char *name)
{
    g_autoptr(GVariant) result =
        call(bus, PATH, PORTAL, "CreateInputContext", g_variant_new("(s)", name));
    char *path = NULL;

    if (result)
        g_variant_get(result, "(o)", &path);
    return path;
}

// Whether the program is not to have the key.
static bool
ask(GDBusConnection *bus, const char *path, guint key, guint keysym, guint state)
{
    g_autoptr(GVariant) result =
        call(bus, path, CONTEXT, "ProcessKeyEvent", g_variant_new("(uuu)", keysym, key, state));
    gboolean kept = FALSE;

    g_assert_nonnull(result);
    g_variant_get(result, "(b)", &kept);
    return kept;
}

static void // NOLINTNEXTLINE(readability-function-size): the library's parameters
on_signal(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *arguments, gpointer user)
{
    g_autoptr(GVariant) content = NULL;
    g_autoptr(GVariant) value = g_variant_get_child_value(arguments, 0);
    const char *text;

    content = g_variant_get_variant(value);
    g_variant_get_child(content, 2, "&s", &text);
    if (g_str_equal(signal, "CommitText"))
        g_string_append(heard, text);
    else
        g_string_append_printf(heard, "[%s]", text);
}

static void
hear(GDBusConnection *bus)
{
    (void)g_dbus_connection_signal_subscribe(bus, NAME, CONTEXT, NULL, NULL, NULL,
                                             G_DBUS_SIGNAL_FLAGS_NONE, on_signal, NULL, NULL);
}

static void
expect(const char *text)
{
    harness_wait(h, g_str_equal(heard->str, text));
    g_string_truncate(heard, 0);
}

static void
preedit(const char *text)
{
    ChanWindowPreedit p = {0};

    for (const char *c = text; *c; c++)
        p.characters[p.count++] = (ChanWindowPreeditCharacter){(guint32)*c, 2};
    p.caret = p.count;
    ra_desktop_preedit(h->desktop, &p);
}

static void
open_window(void)
{
    window = harness_window(h, 200, 100, 300, 200);
    harness_set_text(h, window, "_NET_WM_NAME", "writes");
    XSelectInput(h->client, window, KeyPressMask | KeyReleaseMask);
    XMapWindow(h->client, window);
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_find(h, "writes")) != NULL);
    id = w->id;
    harness_wait(h, h->active == id);
}

static void
close_window(void)
{
    guint before = h->n_gone;

    XDestroyWindow(h->client, window);
    harness_wait(h, h->n_gone > before);
}

static void
next_key(int type)
{
    XEvent event;

    harness_wait(h, XCheckTypedWindowEvent(h->client, window, type, &event));
}

// A window, and a program in whose context the user writes.
static GDBusConnection *
begin(const char *name, char **path)
{
    GDBusConnection *bus = join();

    open_window();
    hear(bus);
    g_string_truncate(heard, 0);
    *path = create(bus, name);
    g_assert_nonnull(*path);
    g_assert_true(tell(bus, *path, "SetCapabilities", g_variant_new("(u)", 9)));
    g_assert_true(tell(bus, *path, "FocusIn", NULL));
    return bus;
}

static void
test_text(void)
{
    g_autofree char *path = NULL;
    GDBusConnection *bus = begin("test", &path);

    preedit("vi");
    ra_desktop_text(h->desktop, "việt");
    preedit("");
    expect("[vi]việt[]");
    preedit("");
    ra_desktop_text(h->desktop, "\U0001d6a4");
    expect("\U0001d6a4"); // what is not shown is not ended
    // A program that does not show what is being made is not told.
    g_assert_true(tell(bus, path, "SetCapabilities", g_variant_new("(u)", 8)));
    preedit("x");
    ra_desktop_text(h->desktop, "y");
    expect("y");
    leave(bus);
    close_window();
}

// Text is behind the keys that were given before it, however late the program looks at them.
static void
test_order(void)
{
    g_autofree char *path = NULL;
    GDBusConnection *bus = begin("test", &path);

    ra_desktop_key(h->desktop, KEY_ENTER, true);
    ra_desktop_key(h->desktop, KEY_ENTER, false);
    ra_desktop_text(h->desktop, "a");
    ra_desktop_key(h->desktop, KEY_X, true);
    ra_desktop_key(h->desktop, KEY_X, false);
    ra_desktop_text(h->desktop, "b");
    next_key(KeyPress);
    g_assert_false(ask(bus, path, KEY_ENTER, XK_Return, 0));
    expect("");
    g_assert_false(ask(bus, path, KEY_ENTER, XK_Return, RELEASE));
    expect("a");
    g_assert_false(ask(bus, path, KEY_X, XK_x, 0));
    expect("");
    g_assert_false(ask(bus, path, KEY_X, XK_x, RELEASE));
    expect("b");
    // With a text right behind it a character is text too.
    ra_desktop_key(h->desktop, KEY_X, true);
    ra_desktop_text(h->desktop, "c");
    g_assert_true(ask(bus, path, KEY_X, XK_x, 0));
    expect("xc");
    ra_desktop_key(h->desktop, KEY_X, false);
    // What nobody asks about is waited for, but not for ever.
    ra_desktop_key(h->desktop, KEY_F10, true);
    ra_desktop_key(h->desktop, KEY_F10, false);
    ra_desktop_text(h->desktop, "d");
    expect("d");
    leave(bus);
    close_window();
}

// A program whose module exchanges keys that come while it waits for an answer has one at a time.
static void
test_pace(void)
{
    g_autofree char *path = NULL;
    GDBusConnection *bus = begin("gtk4-im:writer", &path);
    XEvent event;

    ra_desktop_key(h->desktop, KEY_X, true);
    ra_desktop_key(h->desktop, KEY_X, false);
    ra_desktop_key(h->desktop, KEY_Y, true);
    ra_desktop_text(h->desktop, "a");
    next_key(KeyPress);
    next_key(KeyRelease);
    harness_settle(h);
    g_assert_false(XCheckTypedWindowEvent(h->client, window, KeyPress, &event));
    g_assert_false(ask(bus, path, KEY_X, XK_x, 0));
    next_key(KeyPress);
    g_assert_true(ask(bus, path, KEY_Y, XK_y, 0));
    expect("ya");
    // What nobody asks about is waited for, but not for ever; a click is not.
    ra_desktop_key(h->desktop, KEY_Y, false);
    ra_desktop_key(h->desktop, KEY_F10, true);
    ra_desktop_key(h->desktop, KEY_F11, true);
    next_key(KeyPress);
    next_key(KeyPress);
    ra_desktop_key(h->desktop, KEY_F12, true);
    ra_desktop_button(h->desktop, 1, true);
    harness_settle(h);
    next_key(KeyPress);
    ra_desktop_button(h->desktop, 1, false);
    ra_desktop_key(h->desktop, KEY_F10, false);
    ra_desktop_key(h->desktop, KEY_F11, false);
    ra_desktop_key(h->desktop, KEY_F12, false);
    leave(bus);
    close_window();
}

static void
test_compose(void)
{
    g_autofree char *path = NULL, *other = NULL;
    GDBusConnection *bus = begin("QIBusInputContext", &path);

    g_assert_true(ask(bus, path, KEY_EQUAL, XK_dead_acute, 0));
    g_assert_false(ask(bus, path, KEY_EQUAL, XK_dead_acute, RELEASE));
    g_assert_true(ask(bus, path, KEY_E, XK_e, 0));
    expect("é");
    // Not begun is not composed, and what does not fit is a key.
    g_assert_false(ask(bus, path, KEY_E, XK_e, 0));
    g_assert_true(ask(bus, path, KEY_EQUAL, XK_dead_acute, 0));
    g_assert_false(ask(bus, path, KEY_1, XK_1, 0));
    g_assert_false(ask(bus, path, KEY_E, XK_e, 0));
    // Begun elsewhere is not gone on with.
    g_assert_true(ask(bus, path, KEY_EQUAL, XK_dead_acute, 0));
    other = create(bus, "QIBusInputContext");
    g_assert_true(tell(bus, other, "FocusIn", NULL));
    g_assert_false(ask(bus, other, KEY_E, XK_e, 0));
    expect("");
    leave(bus);
    close_window();
    // GTK does it by itself.
    g_autofree char *gtk = NULL;
    bus = begin("gtk4-im:writer", &gtk);
    g_assert_false(ask(bus, gtk, KEY_EQUAL, XK_dead_acute, 0));
    leave(bus);
    close_window();
}

static void
place(GDBusConnection *bus, const char *path, const char *method, const int at[4])
{
    guint before = h->n_caret;

    g_assert_true(tell(bus, path, method, g_variant_new("(iiii)", at[0], at[1], at[2], at[3])));
    harness_wait(h, h->n_caret > before);
    g_assert_cmpuint(h->caret_of, ==, id);
    g_assert_cmpuint(h->caret.flags & CHAN_CARET_PLACED, ==, CHAN_CARET_PLACED);
}

static void
test_caret(void)
{
    g_autofree char *path = NULL;
    GDBusConnection *bus = begin("test", &path);
    RaRect at = ra_desktop_window(h->desktop, id)->rect;

    harness_wait(h, h->caret_of == id && h->caret.flags == CHAN_CARET_ON_SPOT);
    place(bus, path, "SetCursorLocation", (int[]){at.x + 10, at.y + 20, 1, 17});
    g_assert_cmpint(h->caret.x, ==, 10);
    g_assert_cmpint(h->caret.y, ==, 37);
    place(bus, path, "SetCursorLocationRelative", (int[]){11, 22, 1, 17});
    g_assert_cmpint(h->caret.x, ==, 11);
    g_assert_cmpint(h->caret.y, ==, 39);
    // libibus' module for GTK 4 up to 1.5.28.
    place(bus, path, "SetCursorLocation", (int[]){12, 23, 50, at.height});
    g_assert_cmpint(h->caret.x, ==, 12);
    g_assert_cmpint(h->caret.y, ==, 23 + at.height);
    place(bus, path, "SetCursorLocation", (int[]){G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT});
    place(bus, path, "SetCursorLocation", (int[]){G_MININT, G_MININT, G_MININT, G_MININT});
    g_assert_true(chan_window_caret_valid(&h->caret));
    leave(bus);
    close_window();
}

// The host's method is told to give up what it is making, once for each time; what it gives then
// is not wanted where the program has written it itself.
static void
test_reset(void)
{
    g_autofree char *path = NULL, *other = NULL;
    GDBusConnection *bus = begin("test", &path);
    guint32 resets = h->caret.resets;

    g_assert_true(tell(bus, path, "Reset", NULL)); // of nothing
    preedit("vi");
    expect("[vi]");
    g_assert_cmpuint(h->caret.resets, ==, resets);
    g_assert_true(tell(bus, path, "Reset", NULL));
    harness_wait(h, h->caret.resets == resets + 1);
    ra_desktop_text(h->desktop, "vi");
    expect("vi");
    // A context that writes it itself.
    other = create(bus, "test");
    g_assert_true(set(bus, other, "ClientCommitPreedit", g_variant_new("(b)", TRUE)));
    g_assert_true(tell(bus, other, "SetCapabilities", g_variant_new("(u)", 9)));
    g_assert_true(tell(bus, other, "FocusIn", NULL));
    preedit("vi");
    expect("[vi]");
    g_assert_true(tell(bus, other, "Reset", NULL));
    harness_wait(h, h->caret.resets == resets + 2);
    preedit("vi");
    preedit("");
    ra_desktop_text(h->desktop, "vi");
    ra_desktop_text(h->desktop, "vi");
    expect("vi");
    // One that the user leaves for another, and the program for nothing.
    preedit("x");
    expect("[x]");
    g_assert_true(tell(bus, path, "FocusIn", NULL));
    harness_wait(h, h->caret.resets == resets + 3);
    expect("[]");
    preedit("y");
    expect("[y]");
    g_assert_true(tell(bus, path, "FocusOut", NULL));
    expect("[]");
    ra_desktop_text(h->desktop, "z"); // by keys
    next_key(KeyPress);
    expect("");
    leave(bus);
    close_window();
}

// Another program with the focus gets nothing through the one that said last that it has it.
static void
test_focus(void)
{
    g_autofree char *path = NULL;
    GDBusConnection *bus = begin("test", &path);
    const char *argv[] = {"xterm", "-T", "other", "-e", "cat", NULL};

    harness_run(h, argv);
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_find(h, "other")) != NULL);
    ra_desktop_activate(h->desktop, w->id);
    harness_wait(h, h->active == w->id);
    ra_desktop_text(h->desktop, "a");
    ra_desktop_activate(h->desktop, id);
    harness_wait(h, h->active == id);
    // A key is from who has the focus, said or not.
    g_assert_true(tell(bus, path, "FocusOut", NULL));
    g_assert_false(ask(bus, path, KEY_F1, XK_F1, 0));
    ra_desktop_text(h->desktop, "b");
    expect("b");
    leave(bus);
    close_window();
}

static void
test_contexts_of_others(void)
{
    g_autofree char *path = NULL;
    GDBusConnection *bus = begin("test", &path);
    GDBusConnection *other = join();

    g_assert_false(tell(other, path, "FocusIn", NULL));
    g_assert_false(tell(other, path, "FocusOut", NULL));
    g_assert_false(set(other, path, "ClientCommitPreedit", g_variant_new("(b)", TRUE)));
    g_assert_null(call(other, path, "org.freedesktop.IBus.Service", "Destroy", NULL));
    ra_desktop_text(h->desktop, "a");
    expect("a");
    // What is for nobody is heard, what is not known is refused.
    g_assert_true(tell(bus, path, "SetEngine", g_variant_new("(s)", "x")));
    g_assert_true(tell(bus, path, "SetSurroundingText",
                       g_variant_new("(vuu)", g_variant_new_string("x"), 0, 0)));
    g_assert_false(tell(bus, path, "FocusIn", g_variant_new("(u)", 1)));
    g_assert_false(tell(bus, path, "Unknown", NULL));
    g_assert_true(set(bus, path, "ContentType", g_variant_new("(uu)", 0, 0)));
    g_assert_false(set(bus, path, "ContentType", g_variant_new("(b)", TRUE)));
    g_autoptr(GVariant) gone = call(bus, path, "org.freedesktop.IBus.Service", "Destroy", NULL);
    g_assert_nonnull(gone);
    g_assert_false(tell(bus, path, "FocusIn", NULL));
    ra_desktop_text(h->desktop, "b");
    next_key(KeyPress);
    expect("");
    leave(other);
    leave(bus);
    close_window();
}

typedef struct {
    guint made, refused;
} Count;

static void
on_created(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GVariant) path =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);

    if (path)
        ((Count *)user)->made++;
    else
        ((Count *)user)->refused++;
}

static void
ask_for(GDBusConnection *bus, guint n, Count *count)
{
    guint answers = count->made + count->refused + n;

    for (guint i = 0; i < n; i++)
        g_dbus_connection_call(bus, NAME, PATH, PORTAL, "CreateInputContext",
                               g_variant_new("(s)", "x"), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                               NULL, on_created, count);
    harness_wait(h, count->made + count->refused == answers);
}

// There are so many, and they go with their program.
static void
test_limit(void)
{
    GDBusConnection *bus = join(), *other = join();
    g_autofree char *path = NULL;
    Count count = {0};

    while (count.refused == 0 && count.made <= RA_IBUS_CONTEXTS_MAX)
        ask_for(bus, 64, &count); // of what a bus lets wait
    g_assert_cmpuint(count.made, ==, RA_IBUS_CONTEXTS_MAX);
    g_assert_null(create(other, "x"));
    leave(bus);
    harness_wait(h, (path = create(other, "x")) != NULL);
    leave(other);
}

// While there is none on the host, programs have one that leaves all keys, and go on when it is
// back.
static void
test_not_offered(void)
{
    g_autofree char *path = NULL;
    GDBusConnection *bus = begin("QIBusInputContext", &path);

    ra_desktop_set_looks(h->desktop, 0);
    g_assert_false(ask(bus, path, KEY_X, XK_x, 0));
    g_assert_true(ask(bus, path, KEY_EQUAL, XK_dead_acute, 0));
    g_assert_true(ask(bus, path, KEY_E, XK_e, 0));
    expect("é");
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_INPUT_METHOD);
    ra_desktop_text(h->desktop, "a");
    expect("a");
    leave(bus);
    close_window();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("LC_ALL", "C.UTF-8", TRUE);
    setlocale(LC_ALL, "");
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    GTestDBus *bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(bus);
    g_setenv("DISPLAY", h->display, TRUE); // which that takes away
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_INPUT_METHOD);
    heard = g_string_new(NULL);
    g_test_add_func("/ibus/text", test_text);
    g_test_add_func("/ibus/order", test_order);
    g_test_add_func("/ibus/pace", test_pace);
    g_test_add_func("/ibus/compose", test_compose);
    g_test_add_func("/ibus/caret", test_caret);
    g_test_add_func("/ibus/reset", test_reset);
    g_test_add_func("/ibus/focus", test_focus);
    g_test_add_func("/ibus/contexts-of-others", test_contexts_of_others);
    g_test_add_func("/ibus/limit", test_limit);
    g_test_add_func("/ibus/not-offered", test_not_offered);
    int status = g_test_run();
    g_string_free(heard, TRUE);
    harness_free(h);
    g_test_dbus_stop(bus);
    g_object_unref(bus);
    return status;
}
