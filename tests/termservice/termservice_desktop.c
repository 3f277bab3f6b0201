// SPDX-License-Identifier: Apache-2.0

// A Windows' whole desktop in one window of the host's: what is painted there, its size, and input.

#include "tests/termservice/picture.h"
#include "tests/termservice/raw_rig.h"
#include "tests/termservice/session_rig.h"

#include <linux/input-event-codes.h>
#include <string.h>
#include <sys/wait.h>

#define WALLPAPER 0x3A6EA5u
#define TITLE "The probe"
#define WIDTH 960 // three quarters of the host's screen
#define HEIGHT 600

// The one window that the guest's desktop has.
typedef struct {
    guint32 id;
    ViewRect rect;
    guint32 seed;
} Painted;

typedef struct {
    const Painted *painted; // NULL: the log-on screen
    guint width, height;
} Picture;

static guint32
pixel_of(const Painted *p, int x, int y)
{
    if (!p)
        return picture_pixel(PICTURE_LOGON_SCREEN, 0, x, y) & 0xFFFFFF;
    int dx = x - p->rect.x, dy = y - p->rect.y;
    if (dx < 0 || dy < 0 || dx >= (int)p->rect.width || dy >= (int)p->rect.height)
        return WALLPAPER;
    return picture_pixel(p->id, p->seed, dx, dy) & 0xFFFFFF;
}

static gboolean
is_shown(Harness *h, gpointer user)
{
    const Picture *want = user;
    HarnessWindow *w = harness_window_titled(h, TITLE);
    const HarnessBuffer *b =
        w && w->commit.buffer_id != 0 ? harness_buffer(h, w->commit.buffer_id) : NULL;

    if (!b || b->width != want->width || b->height != want->height ||
        w->commit.geometry.width != want->width || w->commit.geometry.height != want->height)
        return FALSE;
    for (guint y = 0; y < b->height; y++)
        for (guint x = 0; x < b->width; x++)
            if (harness_pixel(h, w, x, y) != pixel_of(want->painted, (int)x, (int)y))
                return FALSE;
    return TRUE;
}

static HarnessWindow *
wait_shown(SessionRig *rig, const Painted *painted, guint width, guint height)
{
    Picture want = {painted, width, height};

    harness_wait(rig->h, is_shown, &want, SESSION_RIG_PATIENCE_S, "the desktop as it is painted");
    return harness_window_titled(rig->h, TITLE);
}

static gboolean
is_ready(Harness *h, gpointer user)
{
    return h->ready;
}

static Painted
open_painted(SessionRig *rig)
{
    Painted p = {.rect = {100, 50, 300, 200}};

    p.id = session_rig_open(rig, "one", "First");
    session_rig_tell(rig, "move 0x%08X 100 50 300 200", p.id);
    return p;
}

static void
say(SessionRig *rig, ViewMsgType type, guint32 id)
{
    ViewId m = {.id = id};

    VIEW_INIT(&m, type);
    harness_send_view(rig->h, &m, sizeof m, -1);
}

static void
configure(SessionRig *rig, guint32 id, guint32 serial, ViewRect to)
{
    ViewConfigured m = {.id = id, .serial = serial, .geometry = to};

    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    harness_send_view(rig->h, &m, sizeof m, -1);
}

static void
test_painted(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);
    const HarnessWindow *w = wait_shown(rig, &p, WIDTH, HEIGHT);

    g_assert_true(rig->h->ready);
    g_assert_cmpuint(rig->h->windows->len, ==, 1);
    g_assert_cmpuint(w->window.app_index, ==, CTL_APP_NONE);
    g_assert_cmpuint(w->window.kind, ==, VIEW_KIND_NORMAL);
    p.seed = 3;
    session_rig_tell(rig, "paint 0x%08X 3", p.id);
    wait_shown(rig, &p, WIDTH, HEIGHT);
    p.rect.x = 400;
    session_rig_tell(rig, "move 0x%08X 400 50 300 200", p.id);
    wait_shown(rig, &p, WIDTH, HEIGHT);
    // A view that comes later has it all.
    harness_new_view(rig->h);
    wait_shown(rig, &p, WIDTH, HEIGHT);
    g_assert_cmpuint(double_rig_count(rig->guest, "exec"), ==, 0);
    session_rig_free(rig);
}

static gboolean
has_results(Harness *h, gpointer user)
{
    return h->results->len == GPOINTER_TO_UINT(user);
}

static guint32
exec_code(SessionRig *rig, CtlExecKind kind, const char *program)
{
    guint n = rig->h->results->len;

    harness_exec(rig->h, n + 1, kind, program, NULL);
    harness_wait(rig->h, has_results, GUINT_TO_POINTER(n + 1), SESSION_RIG_PATIENCE_S, "a result");
    return g_array_index(rig->h->results, CtlExecResult, n).code;
}

static gboolean
is_resizable(Harness *h, gpointer user)
{
    const HarnessWindow *w = harness_window_titled(h, TITLE);

    return w && (w->window.flags & VIEW_FLAG_RESIZABLE) && w->window.max_width >= 8192;
}

// The guest hears of where a resize comes to rest, and the window is as large as its desktop is.
static void
test_resized(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);
    guint32 id = wait_shown(rig, &p, WIDTH, HEIGHT)->id;

    harness_wait(rig->h, is_resizable, NULL, SESSION_RIG_PATIENCE_S, "a window that can be sized");
    for (guint32 i = 1; i <= 20; i++) {
        configure(rig, id, i, (ViewRect){10, 20, 700 + 10 * i, 500 + 5 * i});
        exec_code(rig, CTL_EXEC_DESKTOP, "desktop"); // it has seen to that
    }
    configure(rig, id, 21, (ViewRect){10, 20, 1003, 700});
    g_free(session_rig_expect(rig, "layout width=1002 height=700 monitors=1"));
    wait_shown(rig, &p, 1002, 700);
    guint told = double_rig_count(rig->guest, "layout");
    g_assert_cmpuint(told, <, 10); // on a slow machine it seems to rest now and then
    // What it has it is not asked for again.
    configure(rig, id, 22, (ViewRect){30, 40, 1002, 700});
    configure(rig, id, 23, (ViewRect){30, 40, 640, 480});
    g_free(session_rig_expect(rig, "layout width=640 height=480 monitors=1"));
    wait_shown(rig, &p, 640, 480);
    g_assert_cmpuint(double_rig_count(rig->guest, "layout"), ==, told + 1);
    session_rig_free(rig);
}

static gboolean
is_at_serial(Harness *h, gpointer user)
{
    const HarnessWindow *w = harness_window_titled(h, TITLE);

    return w && w->commit.serial_configured == GPOINTER_TO_UINT(user);
}

// Commits with the size that the window had before the host's last one.
static void
count_former(Harness *h, HarnessWindow *w, const ViewRect *damage, guint n_damage, gpointer user)
{
    if (w->commit.serial_configured == 2 && w->commit.geometry.width == 1000)
        ++*(guint *)user;
}

// The guest's answer to a size that the host has left meanwhile does not bring it back.
static void
test_overtaken(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "--hold layout");
    Painted p = open_painted(rig);
    guint32 id = wait_shown(rig, &p, WIDTH, HEIGHT)->id;
    guint former = 0;

    rig->h->on_commit = count_former;
    rig->h->user = &former;
    harness_wait(rig->h, is_resizable, NULL, SESSION_RIG_PATIENCE_S, "a window that can be sized");
    configure(rig, id, 1, (ViewRect){0, 0, 1000, 700});
    g_free(session_rig_expect(rig, "layout width=1000 height=700"));
    configure(rig, id, 2, (ViewRect){0, 0, 800, 500});
    harness_wait(rig->h, is_at_serial, GUINT_TO_POINTER(2), SESSION_RIG_PATIENCE_S,
                 "the host's size");
    double_rig_resume(rig->guest);
    g_free(session_rig_expect(rig, "layout width=800 height=500"));
    wait_shown(rig, &p, 800, 500);
    g_assert_cmpuint(former, ==, 0);
    session_rig_free(rig);
}

// The window goes back to what the guest keeps.
static void
test_unfollowed(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);
    guint32 id = wait_shown(rig, &p, WIDTH, HEIGHT)->id;

    harness_wait(rig->h, is_resizable, NULL, SESSION_RIG_PATIENCE_S, "a window that can be sized");
    session_rig_tell(rig, "stay");
    configure(rig, id, 1, (ViewRect){0, 0, 1000, 700});
    g_free(session_rig_expect(rig, "layout width=1000 height=700"));
    harness_wait(rig->h, is_at_serial, GUINT_TO_POINTER(1), SESSION_RIG_PATIENCE_S,
                 "the host's size");
    wait_shown(rig, &p, WIDTH, HEIGHT);
    session_rig_free(rig);
}

static gboolean
has_state(Harness *h, gpointer user)
{
    const HarnessWindow *w = harness_window_titled(h, TITLE);

    return w && w->commit.state == GPOINTER_TO_UINT(user);
}

// As the host's user has it, so it is; a size that comes with it is the guest's.
static void
test_states(gconstpointer profile)
{
    static const ViewState states[] = {VIEW_STATE_MAXIMIZED, VIEW_STATE_FULLSCREEN,
                                       VIEW_STATE_MINIMIZED, VIEW_STATE_NORMAL};
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);
    guint32 id = wait_shown(rig, &p, WIDTH, HEIGHT)->id;

    harness_wait(rig->h, is_resizable, NULL, SESSION_RIG_PATIENCE_S, "a window that can be sized");
    for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
        ViewStateMsg m = {.id = id, .state = states[i]};
        VIEW_INIT(&m, VIEW_MSG_STATE);
        harness_send_view(rig->h, &m, sizeof m, -1);
        harness_wait(rig->h, has_state, GUINT_TO_POINTER(states[i]), SESSION_RIG_PATIENCE_S,
                     "a state");
        if (states[i] != VIEW_STATE_FULLSCREEN)
            continue;
        configure(rig, id, 1, (ViewRect){0, 0, 1280, 800});
        wait_shown(rig, &p, 1280, 800);
        g_assert_true(has_state(rig->h, GUINT_TO_POINTER(VIEW_STATE_FULLSCREEN)));
    }
    wait_shown(rig, &p, 1280, 800);
    session_rig_free(rig);
}

static void
test_fixed(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);
    const HarnessWindow *w = wait_shown(rig, &p, WIDTH, HEIGHT);

    g_assert_false(w->window.flags & VIEW_FLAG_RESIZABLE);
    g_assert_cmpuint(w->window.min_width, ==, WIDTH);
    g_assert_cmpuint(w->window.max_width, ==, WIDTH);
    g_assert_cmpuint(w->window.min_height, ==, HEIGHT);
    g_assert_cmpuint(w->window.max_height, ==, HEIGHT);
    // A window manager that does not keep to it is told the size.
    configure(rig, w->id, 1, (ViewRect){0, 0, 1200, 700});
    harness_wait(rig->h, is_at_serial, GUINT_TO_POINTER(1), SESSION_RIG_PATIENCE_S, "an answer");
    wait_shown(rig, &p, WIDTH, HEIGHT);
    session_rig_free(rig);
}

static void
touch(SessionRig *rig, guint32 id, ChanWindowTouch finger)
{
    ViewTouch m = {.id = id, .touch = finger};

    VIEW_INIT(&m, VIEW_MSG_TOUCH);
    harness_send_view(rig->h, &m, sizeof m, -1);
}

// The first finger is the pointer of a guest that knows none, the others are nothing.
static void
touch_as_pointer(SessionRig *rig, guint32 id)
{
    touch(rig, id, (ChanWindowTouch){0, CHAN_TOUCH_BEGIN, 130, 240});
    touch(rig, id, (ChanWindowTouch){1, CHAN_TOUCH_BEGIN, 330, 340});
    touch(rig, id, (ChanWindowTouch){0, CHAN_TOUCH_UPDATE, 150, 250});
    touch(rig, id, (ChanWindowTouch){1, CHAN_TOUCH_END, 330, 340});
    touch(rig, id, (ChanWindowTouch){0, CHAN_TOUCH_END, 150, 250});
    static const char *const lines[] = {
        "mouse flags=0x0800 x=100 y=200", "mouse flags=0x9000 x=100 y=200",
        "mouse flags=0x0800 x=120 y=210", "mouse flags=0x1000 x=120 y=210"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        g_free(session_rig_expect(rig, lines[i]));
}

static void
test_input(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);
    guint32 id = wait_shown(rig, &p, WIDTH, HEIGHT)->id;
    ViewPointer move = {.id = id, .kind = VIEW_POINTER_MOVE, .root_x = 130, .root_y = 240};
    ViewKey key = {.evdev = KEY_A, .down = 1};

    configure(rig, id, 1, (ViewRect){30, 40, WIDTH, HEIGHT});
    say(rig, VIEW_MSG_FOCUS, id);
    VIEW_INIT(&move, VIEW_MSG_POINTER);
    harness_send_view(rig->h, &move, sizeof move, -1);
    g_free(session_rig_expect(rig, "mouse flags=0x0800 x=100 y=200"));
    if (!g_str_equal(profile, "10")) // which has fingers: termservice_touch
        touch_as_pointer(rig, id);
    VIEW_INIT(&key, VIEW_MSG_KEY);
    harness_send_view(rig->h, &key, sizeof key, -1);
    g_free(session_rig_expect(rig, "key flags=0x0000 code=0x1E"));
    // What an input method made of keys: an umlaut, and a character of two units.
    struct {
        ViewText head;
        char bytes[6];
    } text = {.bytes = {'\xc3', '\xa4', '\xf0', '\x9f', '\x98', '\x80'}};
    VIEW_INIT(&text.head, VIEW_MSG_TEXT);
    text.head.header.size = sizeof text.head + sizeof text.bytes;
    harness_send_view(rig->h, &text, text.head.header.size, -1);
    static const char *const units[] = {"00E4", "D83D", "DE00"};
    for (guint i = 0; i < G_N_ELEMENTS(units); i++)
        for (guint up = 0; up <= 1; up++) {
            g_autofree char *line =
                g_strdup_printf("unicode flags=0x%04X code=0x%s", up << 15, units[i]);
            g_free(session_rig_expect(rig, line));
        }
    session_rig_free(rig);
}

static void
test_no_programs(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "--app one=First");

    harness_wait(rig->h, is_ready, NULL, SESSION_RIG_PATIENCE_S, "the log-on");
    g_assert_cmpuint(exec_code(rig, CTL_EXEC_DESKTOP, "desktop"), ==, CTL_EXEC_OK);
    g_assert_cmpuint(exec_code(rig, CTL_EXEC_APP, "one"), ==, CTL_EXEC_FAILED);
    session_rig_free(rig);
}

// Orders of windows that nobody asked for make none, and take the desktop from nobody.
static void
test_orders(gconstpointer profile)
{
    static const char *const orders[] = {
        RAW_NEW_WINDOW("52000200"),
        "2e0700" // a monitored desktop: hooked, its windows are told
        "0a000004",
        "2e0700" // all were
        "04000004",
        "2e0700" // none is monitored
        "01000004",
        "2e0700"
        "0a000004"};
    SessionRig *rig = session_rig_new_desktop(profile, "--pushy");
    Painted p = open_painted(rig);

    wait_shown(rig, &p, WIDTH, HEIGHT);
    for (gsize i = 0; i < G_N_ELEMENTS(orders); i++)
        session_rig_tell(rig, "order %s", orders[i]);
    p.seed = 5;
    session_rig_tell(rig, "paint 0x%08X 5", p.id);
    wait_shown(rig, &p, WIDTH, HEIGHT);
    g_assert_cmpuint(rig->h->windows->len, ==, 1);
    for (guint i = 0; i < rig->h->infos->len; i++)
        g_assert_cmpuint(g_array_index(rig->h->infos, CtlWindow, i).window_id, ==,
                         CTL_WINDOW_SCREEN);
    session_rig_free(rig);
}

static gboolean
is_gone(Harness *h, gpointer user)
{
    return harness_window_titled(h, TITLE) == NULL;
}

// Closed, it is gone, and the session is its broker's to end.
static void
test_closed(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);
    CtlPlain quit = {CTL_QUIT, sizeof quit};

    say(rig, VIEW_MSG_CLOSE, wait_shown(rig, &p, WIDTH, HEIGHT)->id);
    harness_wait(rig->h, is_gone, NULL, SESSION_RIG_PATIENCE_S, "the window to go");
    harness_send_control(rig->h, &quit, sizeof quit, -1);
    int status = harness_wait_exit(rig->h, SESSION_RIG_PATIENCE_S);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    g_free(session_rig_expect(rig, "disconnected"));
    session_rig_free(rig);
}

// Who signs out in the guest wants no desktop any more.
static void
test_signed_out(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    Painted p = open_painted(rig);

    wait_shown(rig, &p, WIDTH, HEIGHT);
    session_rig_tell(rig, "logoff");
    harness_wait(rig->h, is_gone, NULL, SESSION_RIG_PATIENCE_S, "the window to go");
    harness_wait_exit(rig->h, SESSION_RIG_PATIENCE_S);
    g_assert_cmpstr(rig->h->notices->str, ==, "");
    session_rig_free(rig);
}

static void
test_log_on(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "--logon-screen");

    wait_shown(rig, NULL, WIDTH, HEIGHT);
    g_assert_false(rig->h->ready);
    session_rig_tell(rig, "unlock");
    Painted p = open_painted(rig);
    wait_shown(rig, &p, WIDTH, HEIGHT);
    harness_wait(rig->h, is_ready, NULL, SESSION_RIG_PATIENCE_S, "the log-on");
    g_assert_cmpuint(rig->h->windows->len, ==, 1);
    session_rig_free(rig);
}

static void
add(const char *name, const char *profile, GTestDataFunc function)
{
    g_autofree char *path = g_strdup_printf("/termservice/desktop/%s/%s", name, profile);

    g_test_add_data_func(path, profile, function);
}

int
main(int argc, char **argv)
{
    static const char *const profiles[] = {"10", "7", "xp"};

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(profiles); i++) {
        add("painted", profiles[i], test_painted);
        add("input", profiles[i], test_input);
        add("no-programs", profiles[i], test_no_programs);
        if (i < 2) // whose window orders these are
            add("orders", profiles[i], test_orders);
        add("closed", profiles[i], test_closed);
        add("signed-out", profiles[i], test_signed_out);
        add("log-on", profiles[i], test_log_on);
        add(i == 0 ? "resized" : "fixed", profiles[i], i == 0 ? test_resized : test_fixed);
        if (i > 0)
            continue;
        add("states", profiles[i], test_states);
        add("overtaken", profiles[i], test_overtaken);
        add("unfollowed", profiles[i], test_unfollowed);
    }
    return g_test_run();
}
