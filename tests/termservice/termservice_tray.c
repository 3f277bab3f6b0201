// SPDX-License-Identifier: Apache-2.0

// A Windows' notification icons reach the broker, and its user's clicks the program.

#include "tests/termservice/picture.h"
#include "tests/termservice/session_rig.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    guint32 window, icon;
    const char *tip;
    gboolean hidden;
} Wanted;

static gboolean
is_told(Harness *h, gpointer user)
{
    const Wanted *w = user;
    const CtlTray *t = harness_tray(h, w->window, w->icon);

    return t && strcmp(t->untrusted_tip, w->tip) == 0 && (t->hidden != 0) == w->hidden;
}

static void
expect(SessionRig *rig, guint32 window, guint32 icon, const char *tip, gboolean hidden)
{
    Wanted w = {window, icon, tip, hidden};

    harness_wait(rig->h, is_told, &w, SESSION_RIG_PATIENCE_S, tip);
}

static gboolean
is_gone(Harness *h, gpointer user)
{
    const Wanted *w = user;

    return !harness_tray(h, w->window, w->icon);
}

static gboolean
is_owned(Harness *h, gpointer user)
{
    const Wanted *w = user;

    return harness_tray(h, w->window, w->icon)->app_index == 3;
}

static void
test_icons(gconstpointer profile)
{
    SessionRig *rig = session_rig_new(profile, "");
    CtlApp app = {.index = 3, .app_id = "notes"};
    guint32 window = session_rig_open(rig, "notes", "Note pad");
    Wanted first = {window, 1, "One", FALSE};

    CTL_INIT(&app, CTL_APP);
    harness_send_control(rig->h, &app, sizeof app, -1);
    session_rig_tell(rig, "notify 0x%08X 1 One", window);
    session_rig_tell(rig, "notify 0x%08X 2 Two \xe2\x98\x83", window);
    expect(rig, window, 1, "One", FALSE);
    expect(rig, window, 2, "Two \xe2\x98\x83", FALSE);
    harness_wait(rig->h, is_owned, &first, SESSION_RIG_PATIENCE_S, "its program");
    const CtlTray *t = harness_tray(rig->h, window, 2);
    g_assert_cmpuint(t->width, ==, 16);
    g_assert_cmpuint(t->height, ==, 16);
    guint32 pixel;
    memcpy(&pixel, (const guint8 *)(t + 1) + (15 * 16 + 7) * 4, sizeof pixel);
    g_assert_cmphex(pixel, ==, picture_pixel(window, 2, 0, 0));
    // Changes, and the end of one.
    session_rig_tell(rig, "notify-state 0x%08X 2 hidden", window);
    expect(rig, window, 2, "Two \xe2\x98\x83", TRUE);
    g_assert_cmpuint(harness_tray(rig->h, window, 2)->width, ==, 16); // as it was
    session_rig_tell(rig, "notify-state 0x%08X 2 shown", window);
    session_rig_tell(rig, "notify 0x%08X 2 Another", window);
    expect(rig, window, 2, "Another", FALSE);
    session_rig_tell(rig, "notify 0x%08X 1", window);
    harness_wait(rig->h, is_gone, &first, SESSION_RIG_PATIENCE_S, "the end of the first");
    g_assert_nonnull(harness_tray(rig->h, window, 2));
    session_rig_free(rig);
}

static void
act(SessionRig *rig, guint32 window, CtlTrayEventKind kind)
{
    CtlTrayEvent m = {.window_id = window, .icon_id = 1, .kind = kind, .x = 321, .y = 123};

    CTL_INIT(&m, CTL_TRAY_EVENT);
    harness_send_control(rig->h, &m, sizeof m, -1);
}

static void
expect_message(SessionRig *rig, guint32 window, guint32 message)
{
    g_autofree char *line =
        g_strdup_printf("notify id=0x%08X icon=1 message=0x%04X", window, message);

    g_free(session_rig_expect(rig, line));
}

static void
test_clicks(void)
{
    SessionRig *rig = session_rig_new("10", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");
    static const guint32 twice[] = {0x0201, 0x0202, 0x0400, 0x0203, 0x0202};

    session_rig_tell(rig, "notify 0x%08X 1 One", window);
    expect(rig, window, 1, "One", FALSE);
    act(rig, window, CTL_TRAY_CONTEXT_MENU);
    g_free(session_rig_expect(rig, "mouse flags=0x0800 x=321 y=123")); // its menu opens there
    expect_message(rig, window, 0x0204);
    expect_message(rig, window, 0x0205);
    expect_message(rig, window, 0x007b);
    act(rig, window, CTL_TRAY_SECONDARY);
    for (guint i = 0; i < G_N_ELEMENTS(twice); i++)
        expect_message(rig, window, twice[i]);
    // Two clicks, one at once after the other.
    act(rig, window, CTL_TRAY_ACTIVATE);
    act(rig, window, CTL_TRAY_ACTIVATE);
    for (guint i = 0; i < G_N_ELEMENTS(twice); i++)
        expect_message(rig, window, twice[i]);
    session_rig_free(rig);
}

static gboolean
has_balloon(Harness *h, gpointer text)
{
    return strcmp(h->balloons->str, text) == 0;
}

static void
test_balloon(void)
{
    SessionRig *rig = session_rig_new("10", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");

    session_rig_tell(rig, "balloon 0x%08X 9 Nobody's|Of no icon", window);
    session_rig_tell(rig, "notify 0x%08X 1 One", window);
    session_rig_tell(rig, "balloon 0x%08X 1 Mail|Three new messages", window);
    harness_wait(rig->h, has_balloon, "Mail|Three new messages\n", SESSION_RIG_PATIENCE_S,
                 "the balloon");
    g_assert_nonnull(harness_tray(rig->h, window, 1)); // of which the broker knew before
    session_rig_free(rig);
}

// As many as there may be, and their changes come together.
static gboolean
is_last(Harness *h, gpointer user)
{
    const Wanted *w = user;
    const CtlTray *t = harness_tray(h, w->window, 1);

    return t && strcmp(t->untrusted_tip, "199") == 0 && h->tray->len == 32;
}

static void
test_limits(void)
{
    SessionRig *rig = session_rig_new("10", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");
    Wanted w = {window, 0, NULL, FALSE};

    for (guint i = 1; i <= 40; i++)
        session_rig_tell(rig, "notify 0x%08X %u Icon", window, i);
    for (guint i = 0; i < 200; i++)
        session_rig_tell(rig, "notify 0x%08X 1 %u", window, i);
    harness_wait(rig->h, is_last, &w, SESSION_RIG_PATIENCE_S, "32 icons");
    session_rig_free(rig);
}

// The view connects it to the next broker, which knows of no icon.
static void
test_new_broker(void)
{
    SessionRig *rig = session_rig_new("10", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");
    ViewHeader m;
    int control[2];

    session_rig_tell(rig, "notify 0x%08X 1 One", window);
    expect(rig, window, 1, "One", FALSE);
    close(rig->h->control);
    rig->h->control = -1;
    g_ptr_array_set_size(rig->h->tray, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), ==, 0);
    rig->h->control = control[0];
    m = (ViewHeader){VIEW_MSG_CONTROL, sizeof m};
    harness_send_view(rig->h, &m, sizeof m, control[1]);
    close(control[1]);
    expect(rig, window, 1, "One", FALSE);
    session_rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/termservice/tray/10", "10", test_icons);
    g_test_add_data_func("/termservice/tray/xp", "xp", test_icons);
    g_test_add_func("/termservice/tray/clicks", test_clicks);
    g_test_add_func("/termservice/tray/balloon", test_balloon);
    g_test_add_func("/termservice/tray/limits", test_limits);
    g_test_add_func("/termservice/tray/new-broker", test_new_broker);
    return g_test_run();
}
