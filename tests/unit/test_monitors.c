// SPDX-License-Identifier: Apache-2.0

// The host's monitors, as RDP has them, and on the screen of a guest of our own: generated layouts
// come out as they went in, and what another server is told is what RDP allows. The seed is
// printed;
// --seed repeats a run.

#include "guestagent/remoteapp/monitors.h"
#include "rdpbridge/monitors.h"

#include <string.h>

#define ROUNDS 3000

static bool
free_of(const ViewScreen *s, const ViewRect *r)
{
    for (guint32 i = 0; i < s->n_monitors; i++) {
        const ViewRect *o = &s->monitors[i];
        if (r->x < o->x + (gint32)o->width && o->x < r->x + (gint32)r->width &&
            r->y < o->y + (gint32)o->height && o->y < r->y + (gint32)r->height)
            return false;
    }
    return true;
}

// Beside one of those there are, on any side, shifted along it.
static ViewRect
beside(GRand *rand, const ViewRect *o, guint32 width, guint32 height)
{
    gint32 along_x = g_rand_int_range(rand, o->x - (gint32)width + 1, o->x + (gint32)o->width);
    gint32 along_y = g_rand_int_range(rand, o->y - (gint32)height + 1, o->y + (gint32)o->height);

    switch (g_rand_int_range(rand, 0, 4)) {
    case 0:
        return (ViewRect){o->x + (gint32)o->width, along_y, width, height};
    case 1:
        return (ViewRect){o->x - (gint32)width, along_y, width, height};
    case 2:
        return (ViewRect){along_x, o->y + (gint32)o->height, width, height};
    default:
        return (ViewRect){along_x, o->y - (gint32)height, width, height};
    }
}

// As X has it: no coordinate is negative, the leftmost and the topmost monitor begin at 0, and the
// primary one, which is first, is anywhere.
static ViewScreen
generate(GRand *rand)
{
    ViewScreen s = {.scale_percent = 100};
    int wanted = g_rand_int_range(rand, 1, 7);
    gint32 left = 0, top = 0, right = 0, bottom = 0;

    for (int tries = 0; (int)s.n_monitors < wanted && tries < 200; tries++) {
        guint32 width = (guint32)g_rand_int_range(rand, 100, 1921) * 2;
        guint32 height = (guint32)g_rand_int_range(rand, 200, 2161);
        ViewRect r = {0, 0, width, height};
        if (s.n_monitors > 0)
            r = beside(rand, &s.monitors[g_rand_int_range(rand, 0, (gint32)s.n_monitors)], width,
                       height);
        if (free_of(&s, &r))
            s.monitors[s.n_monitors++] = r;
    }
    for (guint32 i = 0; i < s.n_monitors; i++) {
        left = MIN(left, s.monitors[i].x);
        top = MIN(top, s.monitors[i].y);
    }
    for (guint32 i = 0; i < s.n_monitors; i++) {
        ViewRect *r = &s.monitors[i];
        r->x -= left;
        r->y -= top;
        right = MAX(right, r->x + (gint32)r->width);
        bottom = MAX(bottom, r->y + (gint32)r->height);
    }
    s.root = (ViewRect){0, 0, (guint32)right, (guint32)bottom};
    return s;
}

static RaMonitors
in_guest(const BridgeMonitors *told)
{
    RaMonitors m = {.n_monitors = told->n};

    for (guint i = 0; i < told->n; i++) {
        const ViewRect *r = &told->monitors[i];
        m.monitors[i] = (RaRect){r->x, r->y, (int)r->width, (int)r->height};
    }
    return m;
}

static void
check_own(const ViewScreen *s)
{
    BridgeMonitors told = bridge_monitors_of(s, RA_MONITORS_MAX, true);
    RaMonitors m = in_guest(&told);
    RaRect all = ra_monitors_arrange(&m);

    g_assert_cmpuint(told.n, ==, s->n_monitors);
    g_assert_cmpint(told.monitors[0].x, ==, 0);
    g_assert_cmpint(told.monitors[0].y, ==, 0);
    g_assert_cmpuint((guint)all.width, ==, s->root.width);
    g_assert_cmpuint((guint)all.height, ==, s->root.height);
    for (guint i = 0; i < m.n_monitors; i++) {
        g_assert_cmpint(m.monitors[i].x, ==, s->monitors[i].x);
        g_assert_cmpint(m.monitors[i].y, ==, s->monitors[i].y);
        g_assert_cmpuint((guint)m.monitors[i].width, ==, s->monitors[i].width);
        g_assert_cmpuint((guint)m.monitors[i].height, ==, s->monitors[i].height);
    }
}

// Another server counts from its primary monitor: places are the root window's only where that is
// in its corner.
static void
check_other(const ViewScreen *s, guint *several)
{
    BridgeMonitors told = bridge_monitors_of(s, RA_MONITORS_MAX, false);
    bool corner = false;

    for (guint32 i = 0; i < s->n_monitors; i++)
        corner |= s->monitors[i].x == 0 && s->monitors[i].y == 0;
    g_assert_cmpint(told.monitors[0].x, ==, 0);
    g_assert_cmpint(told.monitors[0].y, ==, 0);
    if (!corner || s->n_monitors == 1) {
        g_assert_cmpuint(told.n, ==, 1);
        g_assert_cmpmem(&told.monitors[0], sizeof(ViewRect), &s->root, sizeof s->root);
        return;
    }
    g_assert_cmpuint(told.n, ==, s->n_monitors);
    for (guint i = 0; i < told.n; i++) {
        bool found = false;
        for (guint32 k = 0; k < s->n_monitors; k++)
            found |= memcmp(&told.monitors[i], &s->monitors[k], sizeof(ViewRect)) == 0;
        g_assert_true(found);
    }
    ++*several;
}

static void
test_generated(void)
{
    guint32 seed = (guint32)g_test_rand_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    guint several = 0, not_first = 0;

    g_test_message("seed %u", seed);
    for (int i = 0; i < ROUNDS; i++) {
        ViewScreen s = generate(rand);
        check_own(&s);
        check_other(&s, &several);
        not_first += s.monitors[0].x > 0 || s.monitors[0].y > 0;
    }
    // Both kinds were among them.
    g_assert_cmpuint(several, >, ROUNDS / 10);
    g_assert_cmpuint(not_first, >, ROUNDS / 10);
}

static void
assert_whole(ViewScreen s, bool own)
{
    BridgeMonitors told = bridge_monitors_of(&s, RA_MONITORS_MAX, own);

    g_assert_cmpuint(told.n, ==, 1);
    g_assert_cmpmem(&told.monitors[0], sizeof(ViewRect), &s.root, sizeof s.root);
}

static void
test_what_cannot_be_told(void)
{
    const ViewScreen two = {.root = {0, 0, 1600, 600},
                            .n_monitors = 2,
                            .monitors = {{0, 0, 800, 600}, {800, 0, 800, 600}}};
    ViewScreen s = two;

    g_assert_cmpuint(bridge_monitors_of(&s, 2, false).n, ==, 2);
    g_assert_cmpuint(bridge_monitors_of(&s, 1, false).n, ==, 1);
    s.monitors[1].x = 700; // overlap
    g_assert_cmpuint(bridge_monitors_of(&s, 16, true).n, ==, 2);
    assert_whole(s, false);
    s = two;
    s.root.width = 1700;
    s.monitors[1].x = 900; // apart
    assert_whole(s, false);
    s = two;
    s.monitors[1].width = 199;
    assert_whole(s, true);
    s = two;
    s.monitors[0].y = s.monitors[1].y = 10; // nothing begins at the root's corner
    s.root.height = 610;
    assert_whole(s, true);
    s = two;
    s.monitors[1] = (ViewRect){0, 0, 800, 500}; // shows a part of the other
    assert_whole(s, true);
    s.monitors[1] = s.monitors[0];
    assert_whole(s, false);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monitors/generated", test_generated);
    g_test_add_func("/monitors/what-cannot-be-told", test_what_cannot_be_told);
    return g_test_run();
}
