// SPDX-License-Identifier: Apache-2.0

// Fingers on the host's screen are fingers in a Windows that knows them ([MS-RDPEI]).

#include "tests/termservice/session_rig.h"

static void
expect_ready(SessionRig *rig)
{
    g_free(session_rig_expect(rig, "touch ready flags=0x1 version=0x00010000 contacts=10"));
}

static void
touch(SessionRig *rig, guint32 id, guint32 finger, ChanTouchPhase phase, int x, int y)
{
    ViewTouch m = {.id = id, .touch = {finger, phase, x, y}};

    VIEW_INIT(&m, VIEW_MSG_TOUCH);
    harness_send_view(rig->h, &m, sizeof m, -1);
}

static void
expect(SessionRig *rig, const char *const *lines)
{
    for (; *lines; lines++)
        g_free(session_rig_expect(rig, *lines));
}

static void
expect_clean(SessionRig *rig)
{
    static const char *const never[] = {"mouse", "touch wrong", "touch missing", "touch malformed"};

    for (guint i = 0; i < G_N_ELEMENTS(never); i++)
        g_assert_cmpuint(double_rig_count(rig->guest, never[i]), ==, 0);
    session_rig_free(rig);
}

static gboolean
is_painted(Harness *h, gpointer user)
{
    const HarnessWindow *w = harness_window_titled(h, user);

    return w && w->commit.buffer_id != 0;
}

static guint32
shown(SessionRig *rig, const char *title)
{
    harness_wait(rig->h, is_painted, (gpointer)(gsize)title, SESSION_RIG_PATIENCE_S, "the window");
    return harness_window_titled(rig->h, title)->id;
}

// What the double said before has arrived then.
static void
retitle(SessionRig *rig, guint32 window, const char *title)
{
    session_rig_tell(rig, "title 0x%08X %s", window, title);
    shown(rig, title);
}

// id: the view's of the double's window.
static SessionRig *
rig_with_window(const char *profile, guint32 *window, guint32 *id)
{
    SessionRig *rig = session_rig_new(profile, "--app one=First");

    expect_ready(rig);
    *window = session_rig_open(rig, "one", "First");
    *id = shown(rig, "First");
    return rig;
}

// Two that come, move and go in turn.
static void
two_fingers(SessionRig *rig, guint32 id, int dx, int dy)
{
    touch(rig, id, 0, CHAN_TOUCH_BEGIN, 130 + dx, 240 + dy);
    touch(rig, id, 1, CHAN_TOUCH_BEGIN, 330 + dx, 340 + dy);
    touch(rig, id, 0, CHAN_TOUCH_UPDATE, 150 + dx, 250 + dy);
    touch(rig, id, 1, CHAN_TOUCH_UPDATE, 335 + dx, 345 + dy);
    touch(rig, id, 0, CHAN_TOUCH_END, 150 + dx, 250 + dy);
    touch(rig, id, 1, CHAN_TOUCH_END, 335 + dx, 345 + dy);
    expect(rig,
           (const char *const[]){"touch down id=0 x=130 y=240", "touch down id=1 x=330 y=340",
                                 "touch move id=0 x=150 y=250", "touch move id=1 x=335 y=345",
                                 "touch up id=0 x=150 y=250", "touch up id=1 x=335 y=345", NULL});
}

static void
test_window(gconstpointer profile)
{
    guint32 window, id;
    SessionRig *rig = rig_with_window(profile, &window, &id);

    two_fingers(rig, id, 0, 0);
    two_fingers(rig, id, 0, 0);
    expect_clean(rig);
}

static gboolean
is_wide(Harness *h, gpointer user)
{
    const HarnessWindow *w = harness_window_titled(h, "The probe");
    const HarnessBuffer *b = w ? harness_buffer(h, w->commit.buffer_id) : NULL;

    return b && b->width == 1200 && b->height == 700;
}

// The host has the window of the desktop anywhere.
static void
test_desktop(gconstpointer profile)
{
    SessionRig *rig = session_rig_new_desktop(profile, "");
    guint32 id = shown(rig, "The probe");
    ViewConfigured m = {.id = id, .serial = 1, .geometry = {30, 40, 960, 600}};

    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    harness_send_view(rig->h, &m, sizeof m, -1);
    expect_ready(rig);
    two_fingers(rig, id, 30, 40);
    // As large as the desktop is by now.
    m = (ViewConfigured){.id = id, .serial = 2, .geometry = {30, 40, 1200, 700}};
    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    harness_send_view(rig->h, &m, sizeof m, -1);
    g_free(session_rig_expect(rig, "layout width=1200 height=700"));
    harness_wait(rig->h, is_wide, NULL, SESSION_RIG_PATIENCE_S, "the guest's new size");
    touch(rig, id, 0, CHAN_TOUCH_BEGIN, 30 + 1150, 40 + 690);
    touch(rig, id, 0, CHAN_TOUCH_END, 30 + 1150, 40 + 690);
    expect(rig, (const char *const[]){"touch down id=0 x=1150 y=690", "touch up id=0 x=1150 y=690",
                                      NULL});
    expect_clean(rig);
}

// All that a finger does arrives, however fast it is.
static void
test_taps(gconstpointer profile)
{
    guint32 window, id;
    SessionRig *rig = rig_with_window(profile, &window, &id);

    for (int i = 0; i < 50; i++) {
        touch(rig, id, 3, CHAN_TOUCH_BEGIN, 100 + i, 200);
        touch(rig, id, 3, CHAN_TOUCH_END, 100 + i, 200);
    }
    for (int i = 0; i < 50; i++) {
        g_autofree char *down = g_strdup_printf("touch down id=3 x=%d y=200", 100 + i);
        g_autofree char *up = g_strdup_printf("touch up id=3 x=%d y=200", 100 + i);
        expect(rig, (const char *const[]){down, up, NULL});
    }
    expect_clean(rig);
}

// A Windows takes a finger away of which it hears nothing.
static void
test_hold(gconstpointer profile)
{
    guint32 window, id;
    SessionRig *rig = rig_with_window(profile, &window, &id);

    touch(rig, id, 0, CHAN_TOUCH_BEGIN, 130, 240);
    touch(rig, id, 1, CHAN_TOUCH_BEGIN, 330, 340);
    expect(rig, (const char *const[]){"touch held id=0", "touch held id=1", NULL});
    touch(rig, id, 0, CHAN_TOUCH_END, 130, 240);
    touch(rig, id, 1, CHAN_TOUCH_END, 330, 340);
    expect(rig, (const char *const[]){"touch up id=0", "touch up id=1", NULL});
    expect_clean(rig);
}

// A view that ends, or is killed, says nothing of its fingers.
static void
test_view_gone(gconstpointer profile)
{
    guint32 window, id;
    SessionRig *rig = rig_with_window(profile, &window, &id);

    touch(rig, id, 0, CHAN_TOUCH_BEGIN, 130, 240);
    touch(rig, id, 7, CHAN_TOUCH_BEGIN, 330, 340);
    expect(rig, (const char *const[]){"touch down id=0", "touch down id=7", NULL});
    harness_new_view(rig->h);
    expect(rig,
           (const char *const[]){"touch up id=0 x=130 y=240", "touch up id=7 x=330 y=340", NULL});
    expect_clean(rig);
}

// Beyond the guest's screen is no finger for it.
static void
test_edge(gconstpointer profile)
{
    guint32 window, id;
    SessionRig *rig = rig_with_window(profile, &window, &id);

    touch(rig, id, 0, CHAN_TOUCH_BEGIN, -5, 100);
    touch(rig, id, 0, CHAN_TOUCH_UPDATE, 30000, 29999);
    touch(rig, id, 0, CHAN_TOUCH_END, 30000, 29999);
    expect(rig, (const char *const[]){"touch down id=0 x=0 y=100", "touch move id=0 x=1279 y=799",
                                      "touch up id=0 x=1279 y=799", NULL});
    expect_clean(rig);
}

// While it wants no fingers the first is a pointer; one that was down then is none.
static void
test_suspended(gconstpointer profile)
{
    guint32 window, id;
    SessionRig *rig = rig_with_window(profile, &window, &id);

    touch(rig, id, 0, CHAN_TOUCH_BEGIN, 130, 240);
    g_free(session_rig_expect(rig, "touch down id=0"));
    session_rig_tell(rig, "touch off");
    retitle(rig, window, "Suspended");
    touch(rig, id, 0, CHAN_TOUCH_END, 130, 240);
    touch(rig, id, 0, CHAN_TOUCH_BEGIN, 140, 250);
    touch(rig, id, 0, CHAN_TOUCH_END, 140, 250);
    expect(rig, (const char *const[]){"mouse flags=0x9000 x=140 y=250",
                                      "mouse flags=0x1000 x=140 y=250", NULL});
    session_rig_tell(rig, "touch on");
    retitle(rig, window, "Resumed");
    two_fingers(rig, id, 0, 0);
    session_rig_free(rig);
}

static void
add(const char *name, const char *profile, GTestDataFunc function)
{
    g_autofree char *path = g_strdup_printf("/termservice/touch/%s/%s", name, profile);

    g_test_add_data_func(path, profile, function);
}

int
main(int argc, char **argv)
{
    static const char *const profiles[] = {"10", "11"};

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(profiles); i++) {
        add("window", profiles[i], test_window);
        add("desktop", profiles[i], test_desktop);
        add("taps", profiles[i], test_taps);
        add("hold", profiles[i], test_hold);
        add("view-gone", profiles[i], test_view_gone);
        add("edge", profiles[i], test_edge);
        add("suspended", profiles[i], test_suspended);
    }
    return g_test_run();
}
