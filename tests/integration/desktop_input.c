// SPDX-License-Identifier: Apache-2.0
// Keys, buttons, wheel and layouts reach programs, by XTEST and by Xorg's inputtest devices.
#include "tests/integration/desktop_harness.h"

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/XInput2.h>
#include <X11/keysym.h>
#include <linux/input-event-codes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static Harness *h;
static Window window;
static guint32 id;

static void
open_window(long events)
{
    window = harness_window(h, 200, 100, 300, 200);
    harness_set_text(h, window, "_NET_WM_NAME", "input");
    XSelectInput(h->client, window, events);
    XMapWindow(h->client, window);
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_find(h, "input")) != NULL);
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
next_event(int type, XEvent *event)
{
    harness_wait(h, XCheckTypedWindowEvent(h->client, window, type, event));
}

static bool
take_key_press(XEvent *event)
{
    XEvent mapping;
    while (XCheckTypedEvent(h->client, MappingNotify, &mapping))
        XRefreshKeyboardMapping(&mapping.xmapping);
    return XCheckTypedWindowEvent(h->client, window, KeyPress, event);
}

// What a program makes of the next key press.
static KeySym
next_keysym(char *text, int size)
{
    XEvent event;
    harness_wait(h, take_key_press(&event));
    KeySym keysym = NoSymbol;
    int n = XLookupString(&event.xkey, text, size - 1, &keysym, NULL);
    text[n] = '\0';
    return keysym;
}

static void
tap(guint evdev)
{
    ra_desktop_key(h->desktop, evdev, true);
    ra_desktop_key(h->desktop, evdev, false);
}

static void
test_keys(void)
{
    char text[16];
    XEvent event;
    open_window(KeyPressMask | KeyReleaseMask);
    ra_desktop_set_layout(h->desktop, "", "us", "", "");
    tap(KEY_A);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_a);
    ra_desktop_key(h->desktop, KEY_LEFTSHIFT, true);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_Shift_L);
    tap(KEY_A);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_A);
    tap(KEY_UP);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_Up);
    while (XCheckTypedWindowEvent(h->client, window, KeyRelease, &event))
        ;
    ra_desktop_release_all(h->desktop);
    next_event(KeyRelease, &event);
    harness_wait(h, event.xkey.keycode == KEY_LEFTSHIFT + 8 ||
                        XCheckTypedWindowEvent(h->client, window, KeyRelease, &event));
    g_assert_cmpuint(event.xkey.keycode, ==, KEY_LEFTSHIFT + 8);
    close_window();
}

static void
test_layout(void)
{
    char text[16];
    open_window(KeyPressMask);
    ra_desktop_set_layout(h->desktop, "pc105", "de", "nodeadkeys", "");
    tap(KEY_Y);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_z);
    tap(KEY_SEMICOLON);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_odiaeresis);
    // What is no layout changes nothing, and neither does what tries to be more than a name.
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*refuses the keyboard layout*");
    ra_desktop_set_layout(h->desktop, "pc105", "no-such-layout", "", "");
    g_test_assert_expected_messages();
    tap(KEY_Y);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_z);
    ra_desktop_set_layout(h->desktop, "", "us", "", "");
    tap(KEY_Y);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_y);
    close_window();
}

static bool
mapping_notified(Display *dpy)
{
    XEvent event;
    XSync(dpy, False);
    bool any = false;
    while (XCheckTypedEvent(dpy, MappingNotify, &event))
        any = true;
    return any;
}

// Every client that connects names its layout, mostly the one that is there. Borrowed key codes are
// given back all the same.
static void
test_layout_again(void)
{
    XkbIgnoreExtension(True); // such a client is told of every new map
    Display *plain = XOpenDisplay(DisplayString(h->client));
    XkbIgnoreExtension(False);
    g_assert_nonnull(plain);
    ra_desktop_set_layout(h->desktop, "pc105", "de", "", "");
    g_assert_true(mapping_notified(plain));
    ra_desktop_set_layout(h->desktop, "", "de", "", "");
    g_assert_false(mapping_notified(plain));
    ra_desktop_unicode(h->desktop, 0x416);
    g_assert_true(mapping_notified(plain));
    ra_desktop_set_layout(h->desktop, "", "de", "", "");
    g_assert_true(mapping_notified(plain));
    ra_desktop_set_layout(h->desktop, "", "de", "", "");
    g_assert_false(mapping_notified(plain));
    ra_desktop_set_layout(h->desktop, "", "us", "", "");
    g_assert_true(mapping_notified(plain));
    XCloseDisplay(plain);
}

static void
read_keymap(ChanWindowKeymap *m)
{
    int width = 0;
    KeySym *symbols =
        XGetKeyboardMapping(h->client, CHAN_WINDOW_KEY_FIRST, CHAN_WINDOW_KEYMAP_KEYS, &width);
    XModifierKeymap *modifiers = XGetModifierMapping(h->client);

    *m = (ChanWindowKeymap){0};
    for (int key = 0; key < CHAN_WINDOW_KEYMAP_KEYS; key++)
        for (int i = 0; i < MIN(width, CHAN_WINDOW_KEYMAP_WIDTH); i++)
            m->symbols[key][i] = (uint32_t)symbols[key * width + i];
    for (int i = 0; i < 8 * modifiers->max_keypermod; i++)
        if (modifiers->modifiermap[i] != 0)
            m->modifiers[modifiers->modifiermap[i] - CHAN_WINDOW_KEY_FIRST] |=
                (uint8_t)(1u << (i / modifiers->max_keypermod));
    XFree(symbols);
    XFreeModifiermap(modifiers);
}

static bool
makes_control(guint key)
{
    ChanWindowKeymap now;
    read_keymap(&now);
    return now.modifiers[key] == ControlMask;
}

// Which the server does not change while one of them is held.
static void
test_modifiers_later(void)
{
    const guint key = KEY_CAPSLOCK + 8 - CHAN_WINDOW_KEY_FIRST;
    const ChanWindowKeys keys = {.repeat_delay_ms = 500, .repeat_interval_ms = 30, .layout = "us"};
    ChanWindowKeymap plain, wanted;
    open_window(KeyPressMask);
    ra_desktop_set_layout(h->desktop, "", "us", "", "");
    read_keymap(&plain);
    wanted = plain;
    wanted.modifiers[key] = ControlMask;
    ra_desktop_key(h->desktop, KEY_LEFTSHIFT, true);
    ra_desktop_expect_keymap(h->desktop, &wanted);
    ra_desktop_set_keys(h->desktop, &keys);
    harness_settle(h);
    g_assert_false(makes_control(key));
    ra_desktop_key(h->desktop, KEY_LEFTSHIFT, false);
    ra_desktop_set_keys(h->desktop, &keys);
    harness_wait(h, makes_control(key));
    ra_desktop_expect_keymap(h->desktop, &plain);
    ra_desktop_set_keys(h->desktop, &keys);
    harness_wait(h, !makes_control(key));
    close_window();
}

static void
test_unicode(void)
{
    char text[16];
    static const gunichar characters[] = {'x', 0xe9, 0x20ac, 0x416, 0x4e2d, 0x1f600, 0x20ac};
    open_window(KeyPressMask);
    for (guint i = 0; i < G_N_ELEMENTS(characters); i++) {
        gunichar c = characters[i];
        ra_desktop_unicode(h->desktop, c);
        KeySym keysym = next_keysym(text, sizeof text);
        g_assert_cmphex(keysym, ==, c < 0x100 ? c : (0x01000000 | c));
    }
    ra_desktop_unicode(h->desktop, '\n');
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_Return);
    close_window();
}

static void
test_locks(void)
{
    open_window(KeyPressMask);
    char text[16];
    ra_desktop_set_locks(h->desktop, false, true, true);
    tap(KEY_A);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_A);
    tap(KEY_KP1);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_KP_1);
    ra_desktop_set_locks(h->desktop, false, false, false);
    tap(KEY_A);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_a);
    tap(KEY_KP1);
    g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_KP_End);
    close_window();
}

static void
test_pointer(void)
{
    XEvent event;
    open_window(ButtonPressMask | ButtonReleaseMask | PointerMotionMask);
    for (int i = 0; i < 40; i++) {
        int x = 200 + 7 * i;
        int y = 100 + 5 * i;
        ra_desktop_pointer_move(h->desktop, x, y);
        do
            next_event(MotionNotify, &event);
        while (XCheckTypedWindowEvent(h->client, window, MotionNotify, &event));
        g_assert_cmpint(event.xmotion.x_root, ==, x);
        g_assert_cmpint(event.xmotion.y_root, ==, y);
    }
    // A click's place is not a motion, but where a program has moved the pointer.
    ra_desktop_pointer_aim(h->desktop, 473, 295);
    ra_desktop_button(h->desktop, 1, true);
    ra_desktop_button(h->desktop, 1, false);
    next_event(ButtonRelease, &event);
    g_assert_true(XCheckTypedWindowEvent(h->client, window, ButtonPress, &event));
    g_assert_false(XCheckTypedWindowEvent(h->client, window, MotionNotify, &event));
    XWarpPointer(h->client, None, None, 0, 0, 0, 0, -50, -50);
    next_event(MotionNotify, &event);
    ra_desktop_pointer_aim(h->desktop, 473, 295);
    next_event(MotionNotify, &event);
    g_assert_cmpint(event.xmotion.x_root, ==, 473);
    static const guint buttons[] = {1, 2, 3, 8, 9};
    for (guint i = 0; i < G_N_ELEMENTS(buttons); i++) {
        ra_desktop_button(h->desktop, buttons[i], true);
        next_event(ButtonPress, &event);
        g_assert_cmpuint(event.xbutton.button, ==, buttons[i]);
        ra_desktop_button(h->desktop, buttons[i], false);
        next_event(ButtonRelease, &event);
        g_assert_cmpuint(event.xbutton.button, ==, buttons[i]);
    }
    close_window();
}

static void
test_wheel(void)
{
    XEvent event;
    open_window(ButtonPressMask);
    ra_desktop_pointer_move(h->desktop, 300, 200);
    // Two halves of a notch make one; up is button 4.
    ra_desktop_wheel(h->desktop, 0, 60);
    ra_desktop_wheel(h->desktop, 0, 60);
    next_event(ButtonPress, &event);
    g_assert_cmpuint(event.xbutton.button, ==, 4);
    ra_desktop_wheel(h->desktop, 0, -120);
    next_event(ButtonPress, &event);
    g_assert_cmpuint(event.xbutton.button, ==, 5);
    ra_desktop_wheel(h->desktop, -120, 0);
    next_event(ButtonPress, &event);
    g_assert_cmpuint(event.xbutton.button, ==, 6);
    ra_desktop_wheel(h->desktop, 120, 0);
    next_event(ButtonPress, &event);
    g_assert_cmpuint(event.xbutton.button, ==, 7);
    close_window();
}

// Input goes to the window that was activated or raised before it, without any waiting.
static void
test_order(void)
{
    char text[16];
    open_window(KeyPressMask | ButtonPressMask);
    Window first = window;
    guint32 first_id = id;
    Window second = harness_window(h, 200, 100, 300, 200);
    harness_set_text(h, second, "_NET_WM_NAME", "second");
    XSelectInput(h->client, second, KeyPressMask | ButtonPressMask);
    XMapWindow(h->client, second);
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_find(h, "second")) != NULL);
    guint32 second_id = w->id;
    for (int i = 0; i < 50; i++) {
        XEvent event;
        bool odd = i % 2;
        window = odd ? first : second;
        ra_desktop_activate(h->desktop, odd ? first_id : second_id);
        tap(KEY_B);
        ra_desktop_raise(h->desktop, odd ? second_id : first_id, false);
        ra_desktop_pointer_move(h->desktop, 300, 200);
        ra_desktop_button(h->desktop, 1, true);
        ra_desktop_button(h->desktop, 1, false);
        g_assert_cmphex(next_keysym(text, sizeof text), ==, XK_b);
        window = odd ? second : first;
        next_event(ButtonPress, &event);
        g_assert_false(XCheckTypedWindowEvent(h->client, window, KeyPress, &event));
    }
    window = second;
    close_window();
    window = first;
    close_window();
}

static void
test_xterm(void)
{
    g_autofree char *file = g_build_filename(h->dir, "typed", NULL);
    g_autofree char *script = g_strdup_printf("cat >%s", file);
    const char *argv[] = {"xterm", "-T", "typing", "-e", "sh", "-c", script, NULL};
    harness_run(h, argv);
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_find(h, "typing")) != NULL);
    guint32 xterm = w->id;
    harness_wait(h, h->active == xterm && g_file_test(file, G_FILE_TEST_EXISTS));
    tap(KEY_H);
    tap(KEY_E);
    tap(KEY_Y);
    ra_desktop_unicode(h->desktop, 0xfc);
    tap(KEY_ENTER);
    g_autofree char *typed = NULL;
    harness_wait(h, (g_free(typed), typed = NULL, g_file_get_contents(file, &typed, NULL, NULL)) &&
                        strchr(typed, '\n'));
    g_assert_true(g_str_has_prefix(typed, "hey"));
    guint before = h->n_gone;
    ra_desktop_close(h->desktop, xterm);
    harness_wait(h, h->n_gone > before);
}

// Xorg only: what comes between notches arrives as such.
static void
test_smooth_scroll(void)
{
    int opcode;
    int first_event;
    int first_error;
    open_window(ButtonPressMask);
    g_assert_true(
        XQueryExtension(h->client, "XInputExtension", &opcode, &first_event, &first_error));
    guint8 bits[XIMaskLen(XI_LASTEVENT)] = {0};
    XIEventMask mask = {.deviceid = XIAllMasterDevices, .mask_len = sizeof bits, .mask = bits};
    XISetMask(bits, XI_Motion);
    XISelectEvents(h->client, window, &mask, 1);
    ra_desktop_pointer_move(h->desktop, 310, 210);
    XSync(h->client, False);
    ra_desktop_wheel(h->desktop, 0, -15);
    bool scrolled = false;
    while (!scrolled) {
        XEvent event;
        harness_wait(h, XCheckTypedEvent(h->client, GenericEvent, &event));
        if (!XGetEventData(h->client, &event.xcookie))
            continue;
        const XIDeviceEvent *e = event.xcookie.data;
        scrolled = e->valuators.mask_len > 0 && XIMaskIsSet(e->valuators.mask, 3);
        XFreeEventData(h->client, &event.xcookie);
    }
    close_window();
}

// A window manager that is killed while it uses the devices.
static void
die_as_window_manager(void)
{
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        static const RaDesktopEvents no_events;
        g_autoptr(GMainContext) context = g_main_context_new();
        RaDesktop *desktop = ra_desktop_new(context, h->display, &no_events, NULL, NULL);
        if (desktop)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

// A user of the devices that went, well or badly, leaves them to the next.
static void
test_reconnect(void)
{
    for (int i = 0; i < 3; i++) {
        harness_stop_desktop(h);
        if (i > 0)
            die_as_window_manager();
        harness_start_desktop(h);
        test_keys();
        test_pointer();
    }
}

static void
add_tests(const char *server)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {{"keys", test_keys},
                 {"layout", test_layout},
                 {"layout-again", test_layout_again},
                 {"modifiers-later", test_modifiers_later},
                 {"unicode", test_unicode},
                 {"locks", test_locks},
                 {"pointer", test_pointer},
                 {"wheel", test_wheel},
                 {"order", test_order},
                 {"xterm", test_xterm},
                 {"reconnect", test_reconnect}};
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/desktop/input/%s/%s", server, tests[i].name);
        g_test_add_func(path, tests[i].run);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    bool xorg = g_strcmp0(argc > 1 ? argv[1] : "", "xorg") == 0;
    h = harness_new(xorg ? SERVER_XORG : SERVER_XVFB);
    if (!h && xorg)
        return 77; // no Xorg with the dummy driver here
    g_assert_nonnull(h);
    add_tests(xorg ? "xorg" : "xvfb");
    if (xorg)
        g_test_add_func("/desktop/input/xorg/smooth-scroll", test_smooth_scroll);
    int status = g_test_run();
    harness_free(h);
    return status;
}
