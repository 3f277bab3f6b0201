// SPDX-License-Identifier: Apache-2.0

// What a Windows has on its desktop and its user must not see as a window.

#include "tests/termservice/session_rig.h"

#include <string.h>

#define SHELL 0x00020136u // the double's first window: Program Manager

typedef struct {
    guint32 window;
    ViewState state;
} Seen;

static gboolean
is_seen(Harness *h, gpointer user)
{
    const Seen *s = user;
    const HarnessWindow *w = harness_window(h, s->window);

    return w && w->commit.serial > 0 && w->commit.state == s->state;
}

static void
expect(SessionRig *rig, guint32 window, ViewState state)
{
    Seen s = {window, state};

    harness_wait(rig->h, is_seen, &s, SESSION_RIG_PATIENCE_S, "the window's state");
}

// Neither the view nor the broker has heard of it.
static void
expect_nothing(const SessionRig *rig, guint32 window)
{
    g_assert_null(harness_window(rig->h, window));
    for (guint i = 0; i < rig->h->infos->len; i++)
        g_assert_cmphex(g_array_index(rig->h->infos, CtlWindow, i).window_id, !=, window);
}

static void
test_scenery(void)
{
    SessionRig *rig = session_rig_new("10", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");
    guint32 shadows[4];

    for (guint i = 0; i < G_N_ELEMENTS(shadows); i++) {
        session_rig_tell(rig, "shadow 0x%08X", window);
        g_autofree char *line = session_rig_expect(rig, "window id=");
        shadows[i] = (guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16);
    }
    session_rig_tell(rig, "show 0x%08X maximized", SHELL);
    // What comes after them is there.
    session_rig_tell(rig, "popup 0x%08X", window);
    g_autofree char *line = session_rig_expect(rig, "window id=");
    expect(rig, (guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16),
           VIEW_STATE_NORMAL);
    expect(rig, window, VIEW_STATE_NORMAL);
    for (guint i = 0; i < G_N_ELEMENTS(shadows); i++)
        expect_nothing(rig, shadows[i]);
    expect_nothing(rig, SHELL);
    session_rig_free(rig);
}

static void
test_cloaked(void)
{
    SessionRig *rig = session_rig_new("10", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");

    expect(rig, window, VIEW_STATE_NORMAL);
    session_rig_tell(rig, "cloak 0x%08X", window);
    expect(rig, window, VIEW_STATE_HIDDEN);
    session_rig_tell(rig, "cloak 0x%08X off", window);
    expect(rig, window, VIEW_STATE_NORMAL);
    session_rig_free(rig);
}

static void
test_minimized(void)
{
    SessionRig *rig = session_rig_new("10", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");

    expect(rig, window, VIEW_STATE_NORMAL);
    ViewRect before = harness_window(rig->h, window)->commit.geometry;
    session_rig_tell(rig, "show 0x%08X minimized", window); // to -32000, -32000
    expect(rig, window, VIEW_STATE_MINIMIZED);
    ViewRect now = harness_window(rig->h, window)->commit.geometry;
    g_assert_cmpmem(&now, sizeof now, &before, sizeof before);
    session_rig_tell(rig, "show 0x%08X normal", window);
    expect(rig, window, VIEW_STATE_NORMAL);
    now = harness_window(rig->h, window)->commit.geometry;
    g_assert_cmpmem(&now, sizeof now, &before, sizeof before);
    session_rig_free(rig);
}

// One without a size holds nothing to see, and is one again when it has.
static void
test_zero_sized(void)
{
    static const char *const sizes[] = {"0 0", "0 100", "100 0"};
    SessionRig *rig = session_rig_new("7", "");
    guint32 window = session_rig_open(rig, "notes", "Note pad");

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        expect(rig, window, VIEW_STATE_NORMAL);
        session_rig_tell(rig, "move 0x%08X 100 100 %s", window, sizes[i]);
        expect(rig, window, VIEW_STATE_HIDDEN);
        session_rig_tell(rig, "move 0x%08X 100 100 300 200", window);
    }
    expect(rig, window, VIEW_STATE_NORMAL);
    g_assert_cmpuint(harness_window(rig->h, window)->commit.geometry.width, ==, 300);
    session_rig_free(rig);
}

// Taken note of by nobody: no window, no word to the user, and nothing is sent back.
static void
test_language(void)
{
    static const char *const states[] = {"0 0 0 0", "1 25 8 1", "4294967295 4294967295 7 2"};
    SessionRig *rig = session_rig_new("10", "");

    session_rig_tell(rig, "langbar 8");
    session_rig_tell(rig, "langbar 4294967295");
    for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
        session_rig_tell(rig, "ime %s", states[i]);
        g_free(session_rig_expect(rig, "compartments told"));
    }
    session_rig_tell(rig, "open notes Note pad");
    for (gboolean answered = FALSE; !answered;) { // to what comes after them
        g_autofree char *line = session_rig_expect(rig, "");
        g_assert_cmpstr(line, !=, "compartments");
        answered = g_str_has_prefix(line, "app-id");
    }
    harness_drain(rig->h, 0);
    g_assert_cmpstr(rig->h->notices->str, ==, "");
    session_rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/termservice/unseen/scenery", test_scenery);
    g_test_add_func("/termservice/unseen/cloaked", test_cloaked);
    g_test_add_func("/termservice/unseen/minimized", test_minimized);
    g_test_add_func("/termservice/unseen/zero-sized", test_zero_sized);
    g_test_add_func("/termservice/unseen/language", test_language);
    return g_test_run();
}
