// SPDX-License-Identifier: Apache-2.0
// What a guest without RDPGFX says of its windows and paints, and what the view does meanwhile:
// input is a run of operations of 12 bytes. Whatever is said to the view is checked as it checks
// it; commits name buffers that it has, and damage within them.

#include "channel/control.h"
#include "rdpbridge/desktop.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 64
#define HEIGHT 48
#define IDS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

typedef struct {
    uint8_t what, id;
    int16_t x, y;
    uint16_t width, height, more;
} Operation;

typedef struct {
    BridgeModel *model;
    BridgeDesktop *desktop;
    int64_t now;
    ViewBuffer buffers[IDS]; // by window, the last one told
    uint32_t serials[IDS];
    uint32_t pixels[WIDTH * HEIGHT];
} State;

static uint32_t
id_of(unsigned n)
{
    return n % IDS == 7 ? BRIDGE_SCREEN_ID : n % IDS;
}

static int64_t
on_now(void *user)
{
    return ((State *)user)->now;
}

static void
on_view(void *user, const void *message, size_t size, int fd)
{
    State *s = user;
    ViewCommit commit;
    ChanSpan packet = CHAN_SPAN(message, size);

    REQUIRE(view_check(packet) && view_fds(packet) == (fd >= 0 ? 1u : 0u));
    if (view_type(packet) == VIEW_MSG_BUFFER) {
        const ViewBuffer *b = message;
        s->buffers[b->window_id % IDS] = *b;
    }
    if (view_type(packet) != VIEW_MSG_COMMIT)
        return;
    memcpy(&commit, message, sizeof commit);
    const ViewBuffer *b = &s->buffers[commit.id % IDS];
    REQUIRE(commit.buffer_id == 0 || commit.buffer_id == b->id);
    s->serials[commit.id % IDS] = commit.serial;
    for (uint32_t i = 0; i < commit.n_damage; i++) {
        ViewRect r;
        memcpy(&r, (const uint8_t *)message + sizeof commit + i * sizeof r, sizeof r);
        REQUIRE((uint32_t)r.x + r.width <= b->width && (uint32_t)r.y + r.height <= b->height);
    }
}

static void
on_window(void *user, const BridgeWindow *window)
{
}

static void
on_id(void *user, uint32_t id)
{
}

static void
on_done(void *user, uint64_t frame)
{
}

static const BridgeModelOut model_out = {on_now, on_view, on_window, on_id, on_id, on_done};

static void
on_refresh(void *user, const ViewRect *rects, unsigned count)
{
    REQUIRE(count > 0 && count <= BRIDGE_REFRESH_MAX);
    for (unsigned i = 0; i < count; i++)
        REQUIRE(rects[i].x >= 0 && rects[i].y >= 0 && rects[i].width > 0 && rects[i].height > 0 &&
                (uint32_t)rects[i].x + rects[i].width <= WIDTH &&
                (uint32_t)rects[i].y + rects[i].height <= HEIGHT);
}

static const BridgeDesktopOut desktop_out = {on_now, on_refresh};

static void
order(State *s, const Operation *o, ViewRect rect)
{
    BridgeRegion shape = {0};
    BridgeOrder order = {.fields = (o->more & 0xffu) & ~(unsigned)BRIDGE_ORDER_TITLE,
                         .owner_id = id_of(o->more >> 8),
                         .style = (uint32_t)o->more << 16,
                         .show = o->more >> 13,
                         .x = o->x,
                         .y = o->y,
                         .width = o->width,
                         .height = o->height,
                         .shape = &shape};

    bridge_region_add(&shape, rect);
    bridge_region_take(&shape, (ViewRect){rect.x, rect.y, 3, 3});
    bridge_model_order(s->model, id_of(o->id), true, &order);
    bridge_model_set_app(s->model, id_of(o->id), CTL_APP_NONE);
    bridge_region_clear(&shape);
}

static void
by_guest(State *s, const Operation *o, ViewRect rect)
{
    const uint32_t ids[] = {id_of(o->id), id_of(o->id + 3u), id_of(o->id + 5u)};

    switch (o->what % 8) {
    case 0:
    case 1:
        order(s, o, rect);
        break;
    case 2:
        bridge_model_delete(s->model, id_of(o->id));
        break;
    case 3:
        bridge_model_stack(s->model, ids, o->more % 4u);
        break;
    case 4:
        bridge_desktop_set_monitored(s->desktop, o->id & 1);
        break;
    case 5:
        if (o->id & 1)
            bridge_model_sync_began(s->model);
        else
            bridge_model_sync_completed(s->model);
        break;
    default:
        bridge_desktop_damage(s->desktop, rect);
    }
}

static void
by_host(State *s, const Operation *o, ViewRect rect)
{
    switch (o->what % 8) {
    case 0:
        bridge_model_configured(s->model, id_of(o->id), o->more, rect);
        break;
    case 1:
        bridge_model_shown(s->model, id_of(o->id), s->serials[id_of(o->id) % IDS]);
        break;
    case 2:
        if (o->id & 1)
            bridge_model_view_attached(s->model);
        else
            bridge_model_view_lost(s->model);
        break;
    case 3:
    case 4:
        s->now += (int64_t)o->more * 20;
        bridge_model_expire(s->model);
        bridge_desktop_expire(s->desktop);
        break;
    default:
        bridge_desktop_settle(s->desktop);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    State *s = calloc(1, sizeof *s);

    REQUIRE(s);
    s->now = 1;
    s->model = bridge_model_new(6, &model_out, s);
    bridge_model_view_attached(s->model);
    s->desktop = bridge_desktop_new(s->model, &desktop_out, s);
    bridge_desktop_set_pixels(s->desktop, (const uint8_t *)s->pixels, WIDTH * 4, WIDTH, HEIGHT);
    for (; size >= sizeof(Operation); data += sizeof(Operation), size -= sizeof(Operation)) {
        Operation o;
        memcpy(&o, data, sizeof o);
        ViewRect rect = {o.x, o.y, o.width % (VIEW_SIDE_MAX + 1u), o.height % (VIEW_SIDE_MAX + 1u)};
        if (o.x == INT16_MIN || o.y == INT16_MIN)
            continue; // past VIEW_COORD_MAX
        if (o.what & 8)
            by_host(s, &o, rect);
        else
            by_guest(s, &o, rect);
    }
    bridge_desktop_free(s->desktop);
    bridge_model_free(s->model);
    free(s);
    return 0;
}
