// SPDX-License-Identifier: Apache-2.0

// Surfaces that are shown in another size than theirs: pixels, damage, and for how long it may
// take.

#include "tests/unit/session_model.h"

#include <string.h>

// The window's pixels are the surface's scaled, and so is the damage.
static void
test_scaled(Test *t, gconstpointer data)
{
    BridgeSource s = model_source(t, 1, 40, 30);

    s.scale = (BridgeScale){20, 10, 40, 30};
    s.scaled = true;
    for (guint i = 0; i < 64 * 64; i++)
        t->pixels[i * 4] = (guint8)(i / 64 * 10 + i % 64);
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 1, 2);
    bridge_model_map(t->model, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 40, 30});
    const BridgeSurface *b = bridge_model_window(t->model, 1)->buffer;
    for (guint y = 0; y < 30; y++)
        for (guint x = 0; x < 40; x++)
            g_assert_cmpuint(b->pixels[y * b->stride + x * 4], ==,
                             t->pixels[(y / 3 * 64 + x / 2) * 4]);
    bridge_model_shown(t->model, 1, t->commit.serial);
    memset(t->pixels, 99, sizeof t->pixels);
    model_frame(t, &s, 2, bridge_scale_rect(&s.scale, (ViewRect){2, 3, 4, 5}));
    g_assert_cmpuint(t->commit.n_damage, ==, 1);
    g_assert_cmpmem(&t->damage[0], sizeof(ViewRect), (&(ViewRect){4, 9, 8, 15}), sizeof(ViewRect));
    g_assert_cmpuint(b->pixels[9 * b->stride + 4 * 4], ==, 99);
    g_assert_cmpuint(b->pixels[23 * b->stride + 11 * 4], ==, 99);
    g_assert_cmpuint(b->pixels[8 * b->stride + 4 * 4], !=, 99);
    g_assert_cmpuint(b->pixels[9 * b->stride + 12 * 4], !=, 99);
}

// What takes too long rests for as long, and is then made up for; a window that is not scaled goes
// on.
static void
test_scaling_rests(Test *t, gconstpointer data)
{
    BridgeSource s = model_source(t, 1, 40, 30), plain = model_source(t, 2, 40, 30);
    const ViewRect all = {0, 0, 40, 30};

    plain.surface_id = 2;
    s.scale = (BridgeScale){20, 10, 40, 30};
    s.scaled = true;
    for (guint id = 1; id <= 2; id++) {
        model_order(t, id, 40, 30, BRIDGE_SHOW);
        bridge_model_set_app(t->model, id, 2);
    }
    bridge_model_map(t->model, &s);
    bridge_model_map(t->model, &plain);
    t->slow = 3; // whether it rests, and before and after the scaling
    model_frame(t, &s, 1, all);
    g_assert_cmpuint(t->slow, ==, 0);
    g_assert_cmpuint(t->commit.id, ==, 1);
    bridge_model_shown(t->model, 1, t->commit.serial);
    model_frame(t, &s, 2, all);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(t->done->len, ==, 2); // the guest does not wait
    model_frame(t, &plain, 3, all);
    g_assert_cmpuint(t->commit.id, ==, 2);
    bridge_model_shown(t->model, 2, t->commit.serial);
    int64_t due = bridge_model_due(t->model);
    g_assert_cmpint(due, >, t->now);
    g_assert_cmpint(due, <=, t->now + 60000);
    bridge_model_expire(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 2);
    t->now = due;
    bridge_model_expire(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 3);
    g_assert_cmpuint(t->commit.id, ==, 1);
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpint(bridge_model_due(t->model), ==, 0);
}

// A window with a size of its own, for pixels of the guest's screen: the damage is the window's.
static void
test_zoomed(Test *t, gconstpointer data)
{
    BridgeSource s = model_source(t, 1, 60, 40);

    for (guint i = 0; i < 64 * 64; i++)
        memset(t->pixels + i * 4, (int)(i % 64), 4);
    model_order(t, 1, 30, 20, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 1, 2);
    bridge_model_set_zoom(t->model, 1, 60, 40);
    bridge_model_map(t->model, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 60, 40});
    const BridgeSurface *b = bridge_model_window(t->model, 1)->buffer;
    g_assert_cmpuint(b->width, ==, 30);
    g_assert_cmpuint(b->height, ==, 20);
    for (guint y = 0; y < 20; y++)
        for (guint x = 0; x < 30; x++) // the mean of two, rounded up
            g_assert_cmpuint(b->pixels[y * b->stride + x * 4], ==, x * 2 + 1);
    bridge_model_shown(t->model, 1, t->commit.serial);
    model_frame(t, &s, 2, (ViewRect){11, 7, 4, 2});
    g_assert_cmpuint(t->commit.n_damage, ==, 1);
    g_assert_cmpmem(&t->damage[0], sizeof(ViewRect), (&(ViewRect){5, 3, 3, 2}), sizeof(ViewRect));
    bridge_model_shown(t->model, 1, t->commit.serial);
    // Without it, the size is what the surface has to have.
    bridge_model_set_zoom(t->model, 1, 0, 0);
    guint before = model_said(t, VIEW_MSG_COMMIT);
    model_frame(t, &s, 3, (ViewRect){0, 0, 60, 40});
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, before);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/scaled/" name, Test, NULL, model_set_up, function, model_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("pixels", test_scaled);
    ADD("rests", test_scaling_rests);
    ADD("zoomed", test_zoomed);
    return g_test_run();
}
