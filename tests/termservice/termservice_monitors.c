// SPDX-License-Identifier: Apache-2.0

// What a server that is not ours hears of the host's monitors and scale by Display Control while
// its windows are open.

#include "tests/termservice/session_rig.h"

#include <string.h>

static void
send_screen(SessionRig *rig, guint32 scale_percent, const ViewRect *monitors, guint32 n)
{
    ViewScreen m = {.root = {0, 0, 2048, 1080},
                    .work_area = {0, 0, 2048, 1080},
                    .scale_percent = scale_percent,
                    .refresh_mhz = 60000,
                    .n_monitors = n};

    VIEW_INIT(&m, VIEW_MSG_SCREEN);
    memcpy(m.monitors, monitors, n * sizeof *monitors);
    harness_send_view(rig->h, &m, sizeof m, -1);
}

static void
test_scale_and_monitors(void)
{
    static const ViewRect whole = {0, 0, 2048, 1080};
    static const ViewRect two[] = {{1024, 0, 1024, 768}, {0, 0, 1024, 1080}};
    static const ViewRect staggered[] = {{1024, 0, 1024, 768}, {0, 100, 1024, 980}};
    SessionRig *rig = session_rig_new("10", "");

    session_rig_open(rig, "notes", "Notes");
    send_screen(rig, 100, &whole, 1);
    g_free(session_rig_expect(rig, "layout width=2048 height=1080 monitors=1 scale=100"));
    send_screen(rig, 150, &whole, 1);
    g_free(session_rig_expect(rig, "layout width=2048 height=1080 monitors=1 scale=150"));
    send_screen(rig, 200, &whole, 1);
    g_free(session_rig_expect(rig, "layout width=2048 height=1080 monitors=1 scale=200"));
    // The one in the corner is named primary, so that places are the same on both sides.
    send_screen(rig, 200, two, 2);
    g_free(session_rig_expect(rig, "layout width=1024 height=1080 monitors=2 scale=200"));
    send_screen(rig, 200, staggered, 2);
    g_free(session_rig_expect(rig, "layout width=2048 height=1080 monitors=1 scale=200"));
    guint told = double_rig_count(rig->guest, "layout");
    // A work area is no layout.
    send_screen(rig, 200, staggered, 2);
    send_screen(rig, 300, &whole, 1);
    g_free(session_rig_expect(rig, "layout width=2048 height=1080 monitors=1 scale=300"));
    g_assert_cmpuint(double_rig_count(rig->guest, "layout"), ==, told + 1);
    session_rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/termservice/monitors/scale", test_scale_and_monitors);
    return g_test_run();
}
