// SPDX-License-Identifier: Apache-2.0

// Surfaces whose memory the guest writes: shown as it is, by one window, with its frames accounted
// for.

#include "tests/unit/session_model.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define FRAME(n) (UINT64_C(1) << 63 | UINT64_C(7) << 32 | (n))

static BridgeSource
shared_source(Test *t, guint32 window, guint32 width, guint32 height)
{
    BridgeSource s = model_source(t, window, width, height);

    s.shared = bridge_model_new_shared(t->model, width, height);
    g_assert_nonnull(s.shared);
    s.pixels = s.shared->pixels;
    s.stride = s.shared->stride;
    return s;
}

static void
shared_frame(Test *t, BridgeSource *s, guint32 n, ViewRect rect)
{
    bridge_damage_add(&s->damage, rect);
    bridge_model_shared_frame(t->model, s, FRAME(n));
}

static void
drop(Test *t, BridgeSource *s)
{
    bridge_model_unmap(t->model, s);
    bridge_surface_unref(s->shared);
}

static void
show(Test *t, guint32 id, BridgeSource *s)
{
    model_order(t, id, 40, 30, BRIDGE_SHOW);
    bridge_model_set_app(t->model, id, 2);
    bridge_model_map(t->model, s);
    shared_frame(t, s, id, (ViewRect){0, 0, 40, 30});
}

// What the view shows is the memory itself, and only what changed.
static void
test_as_it_is(Test *t, gconstpointer data)
{
    BridgeSource s = shared_source(t, 1, 40, 30);

    show(t, 1, &s);
    const BridgeWindow *w = bridge_model_window(t->model, 1);
    g_assert_true(w->buffer == s.shared);
    g_assert_cmpuint(t->commit.buffer_id, ==, s.shared->id);
    g_assert_cmpuint(t->done->len, ==, 0); // not before it is shown
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->done->len, ==, 1);
    shared_frame(t, &s, 2, (ViewRect){3, 4, 5, 6});
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER), ==, 1);
    g_assert_cmpuint(t->commit.n_damage, ==, 1);
    g_assert_cmpmem(&t->damage[0], sizeof(ViewRect), (&(ViewRect){3, 4, 5, 6}), sizeof(ViewRect));
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->done->len, ==, 2);
    drop(t, &s);
}

// The former memory is the window's until the new one is shown, also when the guest has dropped it.
static void
test_resize(Test *t, gconstpointer data)
{
    BridgeSource s = shared_source(t, 1, 40, 30), larger = shared_source(t, 1, 50, 30);

    show(t, 1, &s);
    bridge_model_shown(t->model, 1, t->commit.serial);
    guint32 former = s.shared->id;
    model_order(t, 1, 50, 30, BRIDGE_SHOW);
    bridge_model_map(t->model, &larger);
    drop(t, &s);
    g_assert_cmpuint(bridge_model_window(t->model, 1)->buffer->id, ==, former);
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER_GONE), ==, 0);
    shared_frame(t, &larger, 2, (ViewRect){0, 0, 50, 30});
    g_assert_true(bridge_model_window(t->model, 1)->buffer == larger.shared);
    g_assert_cmpuint(t->commit.geometry.width, ==, 50);
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER_GONE), ==, 1);
    drop(t, &larger);
}

// Mapped to another window it is copied: a buffer belongs to one window.
static void
test_other_window(Test *t, gconstpointer data)
{
    BridgeSource s = shared_source(t, 1, 40, 30);

    show(t, 1, &s);
    bridge_model_shown(t->model, 1, t->commit.serial);
    model_order(t, 2, 40, 30, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 2, 2);
    bridge_model_unmap(t->model, &s);
    s.window_id = 2;
    bridge_model_map(t->model, &s);
    bridge_model_shown(t->model, 2, t->commit.serial);
    s.shared->pixels[0] = 77;
    shared_frame(t, &s, 2, (ViewRect){0, 0, 40, 30});
    const BridgeSurface *b = bridge_model_window(t->model, 2)->buffer;
    g_assert_nonnull(b);
    g_assert_true(b != s.shared);
    g_assert_false(b->guests);
    g_assert_cmpuint(b->pixels[0], ==, 77);
    drop(t, &s);
}

// From memory of the guest's to a surface that is decoded here: never into the guest's memory.
static void
test_back_to_rdp(Test *t, gconstpointer data)
{
    BridgeSource s = shared_source(t, 1, 40, 30), decoded = model_source(t, 1, 40, 30);

    show(t, 1, &s);
    bridge_model_shown(t->model, 1, t->commit.serial);
    bridge_model_map(t->model, &decoded);
    t->pixels[0] = 55;
    model_frame(t, &decoded, 5, (ViewRect){0, 0, 1, 1});
    const BridgeSurface *b = bridge_model_window(t->model, 1)->buffer;
    g_assert_false(b->guests);
    g_assert_cmpuint(b->pixels[0], ==, 55);
    g_assert_cmpuint(s.shared->pixels[0], ==, 0);
    // A buffer that the view was told to forget does not come back.
    bridge_model_shown(t->model, 1, t->commit.serial);
    bridge_model_unmap(t->model, &decoded);
    bridge_model_map(t->model, &s);
    shared_frame(t, &s, 7, (ViewRect){0, 0, 40, 30});
    g_assert_true(bridge_model_window(t->model, 1)->buffer != s.shared);
    bridge_model_map(t->model, &decoded);
    bridge_model_unmap(t->model, &decoded);
    drop(t, &s);
}

// A window that nobody sees lets its guest go on at once.
static void
test_minimised(Test *t, gconstpointer data)
{
    BridgeSource s = shared_source(t, 1, 40, 30);

    show(t, 1, &s);
    bridge_model_shown(t->model, 1, t->commit.serial);
    model_order(t, 1, 40, 30, BRIDGE_SHOW_MINIMIZED);
    model_answer(t);
    guint done = t->done->len;
    shared_frame(t, &s, 2, (ViewRect){0, 0, 40, 30});
    g_assert_cmpuint(t->done->len, ==, done + 1);
    drop(t, &s);
}

// A frame by RDPGFX that is open holds nothing up, and is not ended by it.
static void
test_beside_an_open_frame(Test *t, gconstpointer data)
{
    BridgeSource s = shared_source(t, 1, 40, 30);

    show(t, 1, &s);
    bridge_model_shown(t->model, 1, t->commit.serial);
    guint32 serial = t->commit.serial;
    bridge_model_frame_begin(t->model);
    guint done = t->done->len;
    shared_frame(t, &s, 2, (ViewRect){0, 0, 40, 30});
    g_assert_cmpuint(t->commit.serial, ==, serial + 1);
    g_assert_cmpuint(t->done->len, ==, done); // the guest does not write yet
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->done->len, ==, done + 1);
    bridge_model_frame_end(t->model, true, 9);
    g_assert_cmpuint(t->commit.serial, ==, serial + 1);
    drop(t, &s);
}

// The guest's mapping stays as it is; from the first frame on nobody makes another one, or a hole,
// which whoever shows the pixels would have to fill.
static void
test_sealed(Test *t, gconstpointer data)
{
    BridgeSurface *s = bridge_model_new_shared(t->model, 64, 64);

    guint8 *map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    g_assert_true(map != MAP_FAILED);
    g_assert_cmpint(ftruncate(s->fd, 0), ==, -1);
    g_assert_true(bridge_surface_seal(s));
    g_assert_true(bridge_surface_seal(s)); // is so already
    map[5] = 77;
    g_assert_cmpuint(s->pixels[5], ==, 77);
    g_assert_true(mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0) == MAP_FAILED);
    g_assert_cmpint(fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)s->size),
                    ==, -1);
    g_assert_cmpint(madvise(map, s->size, MADV_REMOVE), ==, -1);
    munmap(map, s->size);
    bridge_surface_unref(s);
}

// A guest that seals the memory itself keeps the host from doing so.
static void
test_sealed_by_the_guest(Test *t, gconstpointer data)
{
    BridgeSurface *s = bridge_model_new_shared(t->model, 4, 4);

    g_assert_cmpint(fcntl(s->fd, F_ADD_SEALS, F_SEAL_SEAL), ==, 0);
    g_assert_false(bridge_surface_seal(s));
    bridge_surface_unref(s);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/shared/" name, Test, NULL, model_set_up, function, model_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("as-it-is", test_as_it_is);
    ADD("resize", test_resize);
    ADD("other-window", test_other_window);
    ADD("back-to-rdp", test_back_to_rdp);
    ADD("minimised", test_minimised);
    ADD("sealed", test_sealed);
    ADD("sealed-by-the-guest", test_sealed_by_the_guest);
    ADD("beside-an-open-frame", test_beside_an_open_frame);
    return g_test_run();
}
