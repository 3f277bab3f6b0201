// SPDX-License-Identifier: Apache-2.0

// casement-remoteapp as a RemoteApp client sees it: windows, pixels, input, stacking, clipboard, on
// a stream that was handed over, with a client on libfreerdp and windows of the test's own.

#include "channel/rail.h"
#include "guestagent/remoteapp/link.h"
#include "tests/integration/remoteapp_rig.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <freerdp/input.h>
#include <freerdp/rail.h>
#include <freerdp/scancode.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RED 0xC81E32ul
#define GREEN 0x14A03Cul
#define BLUE 0x1E3CC8ul
#define WAIT_MS 10000

static const XRectangle place = {100, 80, 300, 200};

static bool
is_at(TestClient *c, gconstpointer data)
{
    const TestWindow *want = data;
    const TestWindow *w = test_client_window(c, want->id);
    return w != NULL && w->x == want->x && w->y == want->y && w->width == want->width &&
           w->height == want->height && w->surface_width == want->width;
}

static void
test_window(void)
{
    const char *const extra[] = {"--codec", "raw", NULL}; // so that bytes tell how much was damaged
    Rig *rig = rig_new(extra);
    Window x = rig_window(rig, "before", &place, RED);
    TestClient *c = rig_connect(rig, NULL);
    // What was there before the client is told of, with its pixels.
    TestWindow *w = test_client_wait_window(c, "before", WAIT_MS);
    g_assert_nonnull(w);
    g_assert_cmpint(w->width, ==, 300);
    g_assert_cmpint(w->height, ==, 200);
    g_assert_cmphex(w->style & WS_CAPTION, ==, WS_CAPTION);
    g_assert_cmphex(w->ex_style & WS_EX_APPWINDOW, ==, WS_EX_APPWINDOW);
    g_assert_cmpuint(w->show, ==, WINDOW_SHOW);
    g_assert_true(test_client_wait_pixel(c, w->id, 299, 199, RED));
    g_assert_true(test_client_arc_completed(c));
    // Damage arrives as such.
    guint64 bytes = test_client_pixel_bytes(c);
    XRectangle small = {10, 20, 16, 16};
    rig_fill(rig, x, &small, GREEN);
    g_assert_true(test_client_wait_pixel(c, w->id, 25, 35, GREEN));
    g_assert_cmphex(test_client_pixel(c, w->id, 26, 35), ==, RED);
    g_assert_cmpuint(test_client_pixel_bytes(c) - bytes, ==, 16 * 16 * 4);
    // A new title, a second window and their ends.
    guint32 id = w->id;
    XStoreName(rig->dpy, x, "renamed");
    XFlush(rig->dpy);
    g_assert_nonnull(test_client_wait_window(c, "renamed", WAIT_MS));
    XRectangle there = {500, 300, 64, 48};
    Window other = rig_window(rig, "other", &there, BLUE);
    TestWindow *w2 = test_client_wait_window(c, "other", WAIT_MS);
    g_assert_true(test_client_wait_pixel(c, w2->id, 0, 0, BLUE));
    XDestroyWindow(rig->dpy, other);
    XFlush(rig->dpy);
    g_assert_true(test_client_wait_gone(c, w2->id, WAIT_MS));
    XUnmapWindow(rig->dpy, x);
    XFlush(rig->dpy);
    g_assert_true(test_client_wait_gone(c, id, WAIT_MS));
    test_client_free(c);
    rig_free(rig);
}

static void
test_resize(void)
{
    Rig *rig = rig_new(NULL);
    Window x = rig_window(rig, "resized", &place, RED);
    TestClient *c = rig_connect(rig, NULL);
    TestWindow *w = test_client_wait_window(c, "resized", WAIT_MS);
    g_assert_true(test_client_wait_pixel(c, w->id, 299, 199, RED));
    // By the program, many times in a row: the last size counts.
    for (int i = 0; i < 50; i++)
        XResizeWindow(rig->dpy, x, 310 + (unsigned)i * 5, 205 + (unsigned)i * 3);
    XFlush(rig->dpy);
    TestWindow want = {.id = w->id, .x = w->x, .y = w->y, .width = 555, .height = 352};
    g_assert_true(test_client_until(c, is_at, &want, WAIT_MS));
    g_assert_true(test_client_wait_pixel(c, w->id, 554, 351, RED));
    // By the client, with a move; the program is asked, and the client is not told its own move.
    test_client_move(c, w->id, 40, 30, 400, 300);
    want = (TestWindow){.id = w->id, .x = 40, .y = 30, .width = 400, .height = 300};
    g_assert_true(test_client_until(c, is_at, &want, WAIT_MS));
    g_assert_true(test_client_wait_pixel(c, w->id, 399, 299, RED));
    guint updates = w->updates;
    test_client_move(c, w->id, 70, 60, 400, 300);
    XEvent event;
    do
        g_assert_true(rig_wait_event(rig, c, x, ConfigureNotify, &event));
    while (event.xconfigure.x != 70);
    XStoreName(rig->dpy, x, "moved"); // comes after whatever the move would have caused
    XFlush(rig->dpy);
    w = test_client_wait_window(c, "moved", WAIT_MS);
    g_assert_cmpuint(w->updates, ==, updates + 1);
    test_client_free(c);
    rig_free(rig);
}

static void
press(TestClient *c, UINT32 scancode)
{
    freerdp_input_send_keyboard_event_ex(test_client_input(c), TRUE, FALSE, scancode);
    freerdp_input_send_keyboard_event_ex(test_client_input(c), FALSE, FALSE, scancode);
}

static bool
is_active(TestClient *c, gconstpointer id)
{
    return test_client_active(c) == GPOINTER_TO_UINT(id);
}

static bool
is_on_top(TestClient *c, gconstpointer id)
{
    return g_array_index(test_client_stack(c), guint32, 0) == GPOINTER_TO_UINT(id);
}

// What is active is told when it changes or was asked for: said again with the stack, it would be
// from before what a client asks for meanwhile, and look as if a program wanted it.
static void
test_a_stack_alone(void)
{
    Rig *rig = rig_new(NULL);
    rig_window(rig, "active", &place, RED);
    Window raised = rig_window(rig, "raised", &place, BLUE);
    TestClient *c = rig_connect(rig, NULL);
    TestWindow *w = test_client_wait_window(c, "active", WAIT_MS);
    TestWindow *w2 = test_client_wait_window(c, "raised", WAIT_MS);
    test_client_activate(c, w->id);
    g_assert_true(test_client_until(c, is_active, GUINT_TO_POINTER(w->id), WAIT_MS));
    guint actives = test_client_actives(c);
    XRaiseWindow(rig->dpy, raised);
    XFlush(rig->dpy);
    g_assert_true(test_client_until(c, is_on_top, GUINT_TO_POINTER(w2->id), WAIT_MS));
    g_assert_cmpuint(test_client_active(c), ==, w->id);
    g_assert_cmpuint(test_client_actives(c), ==, actives);
    test_client_activate(c, w2->id);
    g_assert_true(test_client_until(c, is_active, GUINT_TO_POINTER(w2->id), WAIT_MS));
    test_client_free(c);
    rig_free(rig);
}

static void
test_input(void)
{
    Rig *rig = rig_new(NULL);
    Window x = rig_window(rig, "typed into", &place, RED);
    XRectangle there = {150, 120, 300, 200};
    Window above = rig_window(rig, "above", &there, BLUE);
    TestClientOptions german = {.keyboard = 0x407};
    TestClient *c = rig_connect(rig, &german);
    TestWindow *w = test_client_wait_window(c, "typed into", WAIT_MS);
    TestWindow *w2 = test_client_wait_window(c, "above", WAIT_MS);
    // Activation gives focus and raises; the stack is told.
    test_client_activate(c, w->id);
    g_assert_true(test_client_until(c, is_active, GUINT_TO_POINTER(w->id), WAIT_MS));
    g_assert_cmpuint(g_array_index(test_client_stack(c), guint32, 0), ==, w->id);
    // The key beside "t" is "z" on a German keyboard.
    XEvent event;
    press(c, RDP_SCANCODE_KEY_Y);
    g_assert_true(rig_wait_event(rig, c, x, KeyPress, &event));
    XRefreshKeyboardMapping(&event.xmapping);
    g_assert_cmpuint(XLookupKeysym(&event.xkey, 0), ==, XK_z);
    press(c, RDP_SCANCODE_LEFT);
    g_assert_true(rig_wait_event(rig, c, x, KeyRelease, &event));
    g_assert_true(rig_wait_event(rig, c, x, KeyPress, &event));
    g_assert_cmpuint(XLookupKeysym(&event.xkey, 0), ==, XK_Left);
    // Activate, then a click where both windows are: the one on top gets it, in that order.
    test_client_activate(c, w2->id);
    freerdp_input_send_mouse_event(test_client_input(c), PTR_FLAGS_BUTTON1 | PTR_FLAGS_DOWN, 200,
                                   170);
    freerdp_input_send_mouse_event(test_client_input(c), PTR_FLAGS_BUTTON1, 200, 170);
    g_assert_true(rig_wait_event(rig, c, above, ButtonPress, &event));
    g_assert_cmpint(event.xbutton.x, ==, 50);
    g_assert_cmpint(event.xbutton.y, ==, 50);
    g_assert_true(rig_wait_event(rig, c, above, ButtonRelease, &event));
    // One notch down is button 5.
    freerdp_input_send_mouse_event(
        test_client_input(c), PTR_FLAGS_WHEEL | PTR_FLAGS_WHEEL_NEGATIVE | (0x100 - 120), 0, 0);
    g_assert_true(rig_wait_event(rig, c, above, ButtonPress, &event));
    g_assert_cmpuint(event.xbutton.button, ==, 5);
    // A client that goes lets go.
    freerdp_input_send_keyboard_event_ex(test_client_input(c), TRUE, FALSE, RDP_SCANCODE_LSHIFT);
    g_assert_true(rig_wait_event(rig, c, above, KeyPress, &event));
    TestClient *next = rig_connect(rig, NULL);
    g_assert_true(rig_wait_event(rig, next, above, KeyRelease, &event));
    test_client_free(next);
    test_client_free(c);
    rig_free(rig);
}

static void
make_popup(Rig *rig, Window owner)
{
    XSetWindowAttributes attributes = {.override_redirect = True, .background_pixel = GREEN};
    Window popup =
        XCreateWindow(rig->dpy, DefaultRootWindow(rig->dpy), 140, 110, 80, 60, 0, CopyFromParent,
                      InputOutput, CopyFromParent, CWBackPixel | CWOverrideRedirect, &attributes);
    Atom type = XInternAtom(rig->dpy, "_NET_WM_WINDOW_TYPE", False);
    Atom menu = XInternAtom(rig->dpy, "_NET_WM_WINDOW_TYPE_POPUP_MENU", False);
    XChangeProperty(rig->dpy, popup, type, XA_ATOM, 32, PropModeReplace,
                    (const unsigned char *)&menu, 1);
    XSetTransientForHint(rig->dpy, popup, owner);
    XStoreName(rig->dpy, popup, "popup");
    XMapWindow(rig->dpy, popup);
    XFlush(rig->dpy);
}

static bool
is_minimized(TestClient *c, gconstpointer id)
{
    return test_client_window(c, GPOINTER_TO_UINT(id))->show == WINDOW_SHOW_MINIMIZED;
}

static bool
is_maximized(TestClient *c, gconstpointer id)
{
    return test_client_window(c, GPOINTER_TO_UINT(id))->show == WINDOW_SHOW_MAXIMIZED;
}

static bool
is_restored(TestClient *c, gconstpointer id)
{
    return test_client_window(c, GPOINTER_TO_UINT(id))->show == WINDOW_SHOW;
}

static void
test_kinds_and_states(void)
{
    Rig *rig = rig_new(NULL);
    Window x = rig_window(rig, "main", &place, RED);
    XRectangle inside = {150, 120, 120, 60};
    Window dialog = rig_window(rig, "dialog", &inside, BLUE);
    XSetTransientForHint(rig->dpy, dialog, x);
    Atom quit = XInternAtom(rig->dpy, "WM_DELETE_WINDOW", False);
    XSetWMProtocols(rig->dpy, x, &quit, 1);
    make_popup(rig, x);
    TestClientOptions options = {.width = 1200, .height = 700};
    TestClient *c = rig_connect(rig, &options);
    TestWindow *w = test_client_wait_window(c, "main", WAIT_MS);
    TestWindow *d = test_client_wait_window(c, "dialog", WAIT_MS);
    TestWindow *p = test_client_wait_window(c, "popup", WAIT_MS);
    g_assert_cmpuint(d->owner, ==, w->id);
    g_assert_cmphex(d->style & WS_CAPTION, ==, WS_CAPTION);
    g_assert_cmphex(d->ex_style & WS_EX_APPWINDOW, ==, 0);
    g_assert_cmpuint(p->owner, ==, w->id);
    g_assert_cmphex(p->style & (WS_POPUP | WS_CAPTION), ==, WS_POPUP);
    g_assert_cmphex(p->ex_style & WS_EX_TOOLWINDOW, ==, WS_EX_TOOLWINDOW);
    g_assert_true(test_client_wait_pixel(c, p->id, 79, 59, GREEN));
    // States that the client asks for. Maximised fills the client's desktop.
    gpointer id = GUINT_TO_POINTER(w->id);
    test_client_command(c, w->id, SC_MAXIMIZE);
    g_assert_true(test_client_until(c, is_maximized, id, WAIT_MS));
    TestWindow want = {.id = w->id, .width = 1200, .height = 700};
    g_assert_true(test_client_until(c, is_at, &want, WAIT_MS));
    test_client_command(c, w->id, SC_RESTORE);
    g_assert_true(test_client_until(c, is_restored, id, WAIT_MS));
    test_client_command(c, w->id, SC_MINIMIZE);
    g_assert_true(test_client_until(c, is_minimized, id, WAIT_MS));
    test_client_command(c, w->id, SC_RESTORE);
    g_assert_true(test_client_until(c, is_restored, id, WAIT_MS));
    // Closing asks the program.
    test_client_command(c, w->id, SC_CLOSE);
    XEvent event;
    g_assert_true(rig_wait_event(rig, c, x, ClientMessage, &event));
    g_assert_cmpuint((Atom)event.xclient.data.l[0], ==, quit);
    test_client_free(c);
    rig_free(rig);
}

#define HALF_RED 0x80660000u // premultiplied

static bool
is_half_red(TestClient *c, gconstpointer data)
{
    return test_client_argb(c, *(const guint32 *)data, 250, 150) == HALF_RED;
}

// With each codec, pixels of a window with alpha come as they are.
static void
test_alpha(gconstpointer codec)
{
    const char *const extra[] = {"--codec", codec, NULL};
    Rig *rig = rig_new(extra);
    Display *dpy = rig->dpy;
    XVisualInfo visual;
    g_assert_true(XMatchVisualInfo(dpy, DefaultScreen(dpy), 32, TrueColor, &visual));
    Window root = DefaultRootWindow(dpy);
    XSetWindowAttributes attributes = {.colormap =
                                           XCreateColormap(dpy, root, visual.visual, AllocNone),
                                       .background_pixel = HALF_RED};
    Window x = XCreateWindow(dpy, root, 10, 10, 300, 200, 0, 32, InputOutput, visual.visual,
                             CWColormap | CWBackPixel | CWBorderPixel, &attributes);
    XStoreName(dpy, x, "half");
    XMapWindow(dpy, x);
    XFlush(dpy);
    TestClient *c = rig_connect(rig, NULL);
    const TestWindow *w = test_client_wait_window(c, "half", WAIT_MS);
    g_assert_nonnull(w);
    g_assert_cmphex(w->ex_style & WS_EX_LAYERED, ==, WS_EX_LAYERED);
    guint32 id = w->id;
    g_assert_true(test_client_until(c, is_half_red, &id, WAIT_MS));
    XRectangle solid = {0, 0, 20, 20}, clear = {20, 0, 20, 20};
    rig_fill(rig, x, &clear, 0);
    rig_fill(rig, x, &solid, 0xFF0000FF);
    g_assert_true(test_client_wait_pixel(c, id, 19, 19, 0x0000FF));
    g_assert_cmphex(test_client_argb(c, id, 19, 19), ==, 0xFF0000FF);
    g_assert_true(test_client_wait_pixel(c, id, 20, 19, 0));
    g_assert_cmphex(test_client_argb(c, id, 20, 19), ==, 0);
    test_client_free(c);
    rig_free(rig);
}

static void
test_replace(void)
{
    Rig *rig = rig_new(NULL);
    rig_window(rig, "stays", &place, RED);
    TestClient *first = rig_connect(rig, NULL);
    TestWindow *w = test_client_wait_window(first, "stays", WAIT_MS);
    g_assert_true(test_client_wait_pixel(first, w->id, 5, 5, RED));
    // A second client takes over, and is told everything.
    TestClient *second = rig_connect(rig, NULL);
    g_assert_true(test_client_wait_disconnected(first, WAIT_MS));
    test_client_free(first);
    w = test_client_wait_window(second, "stays", WAIT_MS);
    g_assert_true(test_client_wait_pixel(second, w->id, 5, 5, RED));
    // The server dies: the window lives on, and the next server tells of it.
    rig_kill(rig, SIGKILL);
    g_assert_true(test_client_wait_disconnected(second, WAIT_MS));
    test_client_free(second);
    rig_start(rig, NULL);
    TestClient *third = rig_connect(rig, NULL);
    w = test_client_wait_window(third, "stays", WAIT_MS);
    g_assert_true(test_client_wait_pixel(third, w->id, 5, 5, RED));
    // Without a supervisor nothing can be started, and the client hears so.
    g_assert_cmpint(test_client_exec(third, "||xterm", ""), ==, RAIL_EXEC_E_FAIL);
    g_assert_cmpint(test_client_exec(third, "xterm", "\"never closed"), ==,
                    RAIL_EXEC_E_DECODE_FAILED);
    test_client_free(third);
    rig_free(rig);
}

static bool
has_compositor(TestClient *c, gconstpointer rig)
{
    Display *dpy = ((const Rig *)rig)->dpy;
    return XGetSelectionOwner(dpy, XInternAtom(dpy, "_NET_WM_CM_S0", False)) != None;
}

static bool
has_none(TestClient *c, gconstpointer rig)
{
    return !has_compositor(c, rig);
}

// Nobody told how the desktop of a client that is not ours looks, whoever was there before.
static void
test_looks(void)
{
    Rig *rig = rig_new(NULL);
    TestClientOptions composited = {.looks = CHAN_LOOKS_DEFAULT | CHAN_LOOKS_COMPOSITED};
    TestClientOptions foreign = {.foreign = true};
    rig_window(rig, "stays", &place, RED);
    TestClient *c = rig_connect(rig, &composited);
    g_assert_true(test_client_until(c, has_compositor, rig, WAIT_MS));
    test_client_free(c);
    // One of ours that says it again finds it as it was: programs see no change.
    c = rig_connect(rig, NULL);
    g_assert_nonnull(test_client_wait_window(c, "stays", WAIT_MS));
    g_assert_true(has_compositor(c, rig));
    test_client_free(c);
    c = rig_connect(rig, &foreign);
    g_assert_true(test_client_until(c, has_none, rig, WAIT_MS));
    test_client_free(c);
    rig_free(rig);
}

// A program's whole output, while the client works; NULL before it ended.
typedef struct {
    int fd;
    GString *text;
    bool ended;
} Output;

static bool
has_ended(TestClient *c, gconstpointer data)
{
    Output *out = (Output *)data;
    char bytes[65536];
    ssize_t n;
    while (!out->ended && (n = read(out->fd, bytes, sizeof bytes)) >= 0) {
        out->ended = n == 0;
        g_string_append_len(out->text, bytes, n);
    }
    return out->ended;
}

static char *
output_of(TestClient *c, const char *const *argv)
{
    Output out = {.text = g_string_new(NULL)};
    g_assert_true(g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
                                           NULL, NULL, NULL, &out.fd, NULL, NULL));
    g_unix_set_fd_nonblocking(out.fd, TRUE, NULL);
    g_assert_true(test_client_until(c, has_ended, &out, WAIT_MS));
    close(out.fd);
    return g_string_free(out.text, FALSE);
}

static bool
is_owned(TestClient *c, gconstpointer data)
{
    Display *dpy = (Display *)data;
    return XGetSelectionOwner(dpy, XInternAtom(dpy, "CLIPBOARD", False)) != None;
}

static void
test_clipboard(void)
{
    Rig *rig = rig_new(NULL);
    TestClientOptions options = {.clipboard = true};
    TestClient *c = rig_connect(rig, &options);
    // From the client: a program of the guest pastes it.
    test_client_offer_text(c, "Grüße,\r\nzweite Zeile \xF0\x9F\x98\x80");
    g_assert_true(test_client_until(c, is_owned, rig->dpy, WAIT_MS));
    const char *const paste[] = {"xclip", "-selection", "clipboard", "-o", NULL};
    g_autofree char *pasted = output_of(c, paste);
    g_assert_cmpstr(pasted, ==, "Grüße,\nzweite Zeile \xF0\x9F\x98\x80");
    // To the client, on demand.
    const char *const copy[] = {"sh", "-c", "printf 'a\\nß' | xclip -selection clipboard -i >&-",
                                NULL};
    g_free(output_of(c, copy));
    g_autofree char *fetched = test_client_fetch_text(c, WAIT_MS);
    g_assert_cmpstr(fetched, ==, "a\r\nß");
    test_client_free(c);
    rig_free(rig);
}

static bool
is_closed(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};
    char bytes[4096];
    // Some seconds over the handshake's limit.
    while (poll(&p, 1, (RA_LINK_HANDSHAKE_TIMEOUT_S + 10) * 1000) == 1)
        if (read(fd, bytes, sizeof bytes) <= 0)
            return true;
    return false;
}

static void
test_bad_clients(void)
{
    Rig *rig = rig_new(NULL);
    rig_window(rig, "undisturbed", &place, RED);
    TestClient *good = rig_connect(rig, NULL);
    TestWindow *w = test_client_wait_window(good, "undisturbed", WAIT_MS);
    g_assert_true(test_client_wait_pixel(good, w->id, 1, 1, RED));
    int silent = rig_stream(rig), silent_open = rig_open(rig);
    // Garbage that looks like nothing, like a packet of absurd length, like the start of TLS.
    static const guint8 starts[][8] = {
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
        {0x03, 0x00, 0xFF, 0xFF, 0x02, 0xF0, 0x80, 0x7F},
        {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01},
        {0x03, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00},
    };
    for (guint i = 0; i < G_N_ELEMENTS(starts) * 2; i++) {
        int fd = i % 2 == 0 ? rig_stream(rig) : rig_open(rig);
        guint8 bytes[65536];
        for (guint at = 0; at < sizeof bytes; at++)
            bytes[at] = at < 8 ? starts[i / 2][at] : (guint8)g_test_rand_int();
        (void)send(fd, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        g_assert_true(is_closed(fd));
        close(fd);
    }
    // One that asks for TLS and falls silent in the middle of it.
    static const guint8 request[] = {3, 0, 0, 19, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0};
    int half = rig_open(rig);
    g_assert_cmpint(send(half, request, sizeof request, MSG_NOSIGNAL), ==, sizeof request);
    guint8 answer[19];
    g_assert_cmpint(recv(half, answer, sizeof answer, MSG_WAITALL), ==, sizeof answer);
    g_assert_cmphex(answer[15], ==, 1); // TLS it is
    static const guint8 hello[] = {0x16, 3, 1, 2, 0};
    g_assert_cmpint(send(half, hello, sizeof hello, MSG_NOSIGNAL), ==, sizeof hello);
    g_assert_true(is_closed(half));
    close(half);
    // The silent ones are closed in time, and the good client never noticed.
    g_assert_true(is_closed(silent));
    g_assert_true(is_closed(silent_open));
    close(silent);
    close(silent_open);
    XRectangle again = {300, 300, 50, 40};
    rig_window(rig, "after", &again, BLUE);
    g_assert_nonnull(test_client_wait_window(good, "after", WAIT_MS));
    test_client_free(good);
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remoteapp/window", test_window);
    g_test_add_func("/remoteapp/resize", test_resize);
    g_test_add_func("/remoteapp/input", test_input);
    g_test_add_func("/remoteapp/a-stack-alone", test_a_stack_alone);
    g_test_add_func("/remoteapp/kinds-and-states", test_kinds_and_states);
    g_test_add_data_func("/remoteapp/alpha/raw", "raw", test_alpha);
    g_test_add_data_func("/remoteapp/alpha/planar", "planar", test_alpha);
    g_test_add_func("/remoteapp/replace", test_replace);
    g_test_add_func("/remoteapp/looks", test_looks);
    g_test_add_func("/remoteapp/clipboard", test_clipboard);
    g_test_add_func("/remoteapp/bad-clients", test_bad_clients);
    return g_test_run();
}
