// SPDX-License-Identifier: Apache-2.0

// The window model under a hostile guest: orders, icons, surfaces and frames in any sequence and
// with any values, a view that comes, answers and goes, and time. What is said must be what a view
// takes (picky_view.h), every frame must be acknowledged exactly once, and no time-out may be left
// that is already over.

#include "channel/control.h"
#include "rdpbridge/icon.h"
#include "rdpbridge/model.h"
#include "rdpbridge/style.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/picky_view.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

#define SOURCES 8
#define AREA_MAX (1u << 16)

typedef struct {
    BridgeSource base;
    uint8_t *memory;
} Source;

typedef struct {
    BridgeModel *model;
    PickyView *view; // NULL: none is there
    int64_t now;
    Source sources[SOURCES];
    unsigned frames, done;
    Bytes in;
} Guest;

static int64_t
on_now(void *user)
{
    return ((Guest *)user)->now;
}

static void
on_view(void *user, const void *message, size_t size, int fd)
{
    Guest *g = user;
    // A copy of its exact size: reading past it is seen.
    uint8_t *packet = malloc(size);

    REQUIRE(packet && g->view);
    memcpy(packet, message, size);
    picky_view_take(g->view, CHAN_SPAN(packet, size), fd);
    free(packet);
}

static void
on_changed(void *user, const BridgeWindow *window)
{
    REQUIRE(bridge_model_window(((Guest *)user)->model, window->id) == window);
}

static void
on_gone(void *user, uint32_t id)
{
}

static void
on_ask(void *user, uint32_t id)
{
    REQUIRE(bridge_model_window(((Guest *)user)->model, id) != NULL);
}

static void
on_done(void *user, uint64_t frame)
{
    Guest *g = user;

    g->done++;
    REQUIRE(g->done <= g->frames);
}

static const BridgeModelOut out = {on_now, on_view, on_changed, on_gone, on_ask, on_done};

// As orders.c reads visibility rectangles.
static void
read_shape(Bytes *in, BridgeRegion *shape)
{
    int32_t at = (int32_t)bytes_u16(in) - VIEW_COORD_MAX;

    for (unsigned n = bytes_u8(in) % 6; n > 0; n--) {
        ViewRect r = {at + (uint16_t)bytes_edge(in), at + (uint16_t)bytes_edge(in),
                      (uint16_t)bytes_edge(in), (uint16_t)bytes_edge(in)};
        bridge_region_add(shape, r);
    }
}

static void
do_order(Guest *g)
{
    char title[VIEW_TITLE_MAX] = {0};
    BridgeRegion shape = {0};
    uint32_t id = bytes_id(&g->in);
    bool is_new = bytes_bool(&g->in);
    BridgeOrder o = {.fields = bytes_u8(&g->in) % (2 * BRIDGE_ORDER_SHAPE), .title = title};

    o.owner_id = o.fields & BRIDGE_ORDER_OWNER ? bytes_id(&g->in) : 0;
    if (o.fields & BRIDGE_ORDER_STYLE) {
        o.style = bytes_u32(&g->in);
        o.ex_style = bytes_u32(&g->in);
    }
    o.show = bytes_u8(&g->in) % 8;
    if (o.fields & BRIDGE_ORDER_TITLE) {
        size_t n = bytes_bool(&g->in) ? sizeof title - 1 : bytes_u8(&g->in) % 8;
        memset(title, 'a' + bytes_u8(&g->in) % 3, n);
    }
    o.x = (int32_t)bytes_edge(&g->in);
    o.y = (int32_t)bytes_edge(&g->in);
    o.width = bytes_edge(&g->in);
    o.height = bytes_edge(&g->in);
    read_shape(&g->in, &shape);
    o.shape = &shape;
    (void)bridge_model_order(g->model, id, is_new, &o);
    bridge_region_clear(&shape);
}

// A server that frames its windows; the host's frames may be asked for.
static void
do_framed(Guest *g)
{
    uint32_t id = bytes_id(&g->in);
    BridgeOrder o = {.fields = BRIDGE_ORDER_STYLE | BRIDGE_ORDER_CLIENT | BRIDGE_ORDER_CLIENT_SIZE,
                     .style = bytes_bool(&g->in) ? BRIDGE_WS_CAPTION : bytes_u32(&g->in)};

    bridge_model_set_foreign(g->model, bytes_bool(&g->in));
    bridge_model_set_host_frames(g->model, bytes_bool(&g->in));
    bridge_model_set_scale(g->model, 100 + bytes_u8(&g->in)); // a checked message's
    o.client.untrusted_x = (int32_t)bytes_edge(&g->in);
    o.client.untrusted_y = (int32_t)bytes_edge(&g->in);
    o.client.untrusted_width = bytes_edge(&g->in);
    o.client.untrusted_height = bytes_edge(&g->in);
    (void)bridge_model_order(g->model, id, false, &o);
}

static void
do_delete(Guest *g)
{
    bridge_model_delete(g->model, bytes_id(&g->in));
}

static void
do_stack(Guest *g)
{
    uint32_t ids[255];
    unsigned n = bytes_u8(&g->in);

    for (unsigned i = 0; i < n; i++)
        ids[i] = i < 20 ? bytes_id(&g->in) : i;
    bridge_model_stack(g->model, ids, n);
}

static void
do_active(Guest *g)
{
    bridge_model_active(g->model, bytes_id(&g->in));
}

static void
do_app(Guest *g)
{
    uint32_t id = bytes_id(&g->in);
    uint16_t index = bytes_u16(&g->in); // the broker's table, which is trusted

    bridge_model_set_app(g->model, id, index < CHAN_APPS_MAX ? index : CTL_APP_NONE);
}

static void
do_limits(Guest *g)
{
    uint32_t id = bytes_id(&g->in);
    const uint32_t limits[4] = {bytes_edge(&g->in), bytes_edge(&g->in), bytes_edge(&g->in),
                                bytes_edge(&g->in)};

    bridge_model_set_limits(g->model, id, limits);
}

static void
do_icon(Guest *g)
{
    uint32_t id = bytes_id(&g->in);
    BridgeIcon icon = {.width = bytes_u16(&g->in) % 300, .height = bytes_u16(&g->in) % 300};

    icon.bpp = bytes_u8(&g->in) % 40;
    icon.mask = bytes_span(&g->in, bytes_u16(&g->in));
    icon.palette = bytes_span(&g->in, bytes_u16(&g->in));
    icon.color = bytes_span(&g->in, bytes_u16(&g->in));
    uint8_t *bgra = malloc((size_t)icon.width * icon.height * 4 + 1);
    REQUIRE(bgra);
    if (bridge_icon_convert(&icon, bgra))
        bridge_model_take_icon(g->model, id, bgra, icon.width, icon.height);
    else
        free(bgra);
}

static Source *
source(Guest *g)
{
    return &g->sources[bytes_u8(&g->in) % SOURCES];
}

static void
drop_source(Guest *g, Source *s)
{
    bridge_model_unmap(g->model, &s->base);
    free(s->memory);
    *s = (Source){0};
}

// A surface as the graphics module keeps it: what is mapped may be less than its memory.
static void
do_surface(Guest *g)
{
    Source *s = source(g);
    uint32_t width = bytes_edge(&g->in), height = bytes_edge(&g->in);

    drop_source(g, s);
    if (width < 1 || width > VIEW_SIDE_MAX || height < 1 || height > VIEW_SIDE_MAX ||
        width * height > AREA_MAX)
        return;
    s->base = (BridgeSource){
        .stride = (size_t)width * 4 + bytes_u8(&g->in) % 3 * 64, .width = width, .height = height};
    s->memory = calloc(s->base.stride, height);
    REQUIRE(s->memory);
    s->base.pixels = s->memory;
}

// By a factor of 1/4 to 15/4 each way; what was mapped may be less from now on, and never more.
static void
scale_source(BridgeSource *s, uint32_t width, uint32_t height, uint8_t how)
{
    uint32_t to_width = width * (how / 4 % 8 + 1) / 4, to_height = height * (how / 32 * 2 + 1) / 4;

    s->scale = (BridgeScale){width, height, to_width, to_height};
    s->scaled = how % 4 == 1 && bridge_scale_is_valid(&s->scale) && to_width * to_height < AREA_MAX;
    s->width = s->scaled ? to_width : width;
    s->height = s->scaled ? to_height : height;
    s->damage.count = 0;
    bridge_damage_add(&s->damage, (ViewRect){0, 0, s->width, s->height});
}

static void
do_map(Guest *g)
{
    Source *s = source(g);
    uint32_t width = bytes_edge(&g->in), height = bytes_edge(&g->in);

    if (!s->memory)
        return;
    uint32_t id = bytes_id(&g->in);
    uint8_t how = bytes_u8(&g->in);
    const BridgeScale *former = &s->base.scale;
    uint32_t most_width = s->base.scaled ? former->from_width : s->base.width;
    uint32_t most_height = s->base.scaled ? former->from_height : s->base.height;
    s->base.window_id = id | (uint64_t)(how == 7) << 32;
    scale_source(&s->base, width < most_width ? width : most_width,
                 height < most_height ? height : most_height, how);
    (void)bridge_model_map(g->model, &s->base);
}

static void
do_unmap(Guest *g)
{
    bridge_model_unmap(g->model, &source(g)->base);
}

static void
do_begin(Guest *g)
{
    bridge_model_frame_begin(g->model);
}

static void
do_damage(Guest *g)
{
    Source *s = source(g);
    ViewRect rect = {(int32_t)(uint16_t)bytes_edge(&g->in), (int32_t)(uint16_t)bytes_edge(&g->in),
                     (uint16_t)bytes_edge(&g->in), (uint16_t)bytes_edge(&g->in)};

    if (!s->memory)
        return;
    bridge_damage_add(&s->base.damage,
                      s->base.scaled ? bridge_scale_rect(&s->base.scale, rect) : rect);
    s->base.touched = true;
}

static void
do_end(Guest *g)
{
    bool has_id = bytes_u8(&g->in) % 4 != 0;
    uint32_t id = bytes_u8(&g->in) % 50;

    for (unsigned i = 0; i < SOURCES; i++) {
        BridgeSource *s = &g->sources[i].base;
        if (s->touched && !s->mapped) {
            s->touched = false;
            s->painted = true;
        }
    }
    g->frames += has_id;
    bridge_model_frame_end(g->model, has_id, id);
}

static void
do_attach(Guest *g)
{
    picky_view_free(g->view);
    g->view = picky_view_new();
    bridge_model_view_attached(g->model);
}

static void
do_lost(Guest *g)
{
    picky_view_free(g->view);
    g->view = NULL;
    bridge_model_view_lost(g->model);
}

static void
do_shown(Guest *g)
{
    uint32_t id, serial;

    if (bytes_bool(&g->in)) {
        id = bytes_id(&g->in);
        bridge_model_shown(g->model, id, bytes_edge(&g->in));
    } else if (g->view && picky_view_answer(g->view, &id, &serial)) {
        bridge_model_shown(g->model, id, serial);
    }
}

// Within what a checked message of the view holds.
static void
do_configured(Guest *g)
{
    uint32_t id = bytes_id(&g->in), serial = bytes_u8(&g->in);
    ViewConfigured m = {.id = id,
                        .serial = serial,
                        .geometry = {(int32_t)bytes_edge(&g->in), (int32_t)bytes_edge(&g->in),
                                     bytes_edge(&g->in), bytes_edge(&g->in)}};

    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    if (view_check(CHAN_SPAN(&m, sizeof m)))
        (void)bridge_model_configured(g->model, id, serial, m.geometry);
}

static void
do_time(Guest *g)
{
    g->now += (int64_t)bytes_u8(&g->in) * 20000;
}

static void
do_screen(Guest *g)
{
    uint32_t width = bytes_edge(&g->in), height = bytes_edge(&g->in);

    if (width - 1 < VIEW_SIDE_MAX && height - 1 < VIEW_SIDE_MAX)
        bridge_model_set_screen(g->model, width, height);
}

static void
do_max(Guest *g)
{
    bridge_model_set_max(g->model, bytes_edge(&g->in));
}

static void (*const steps[])(Guest *g) = {
    do_order, do_order, do_delete,     do_stack,   do_active, do_app,    do_limits, do_icon,
    do_icon,  do_begin, do_end,        do_end,     do_damage, do_damage, do_map,    do_map,
    do_unmap, do_shown, do_shown,      do_attach,  do_lost,   do_time,   do_screen, do_max,
    do_order, do_map,   do_configured, do_surface, do_framed,
};

static void
expire(Guest *g)
{
    int64_t due = bridge_model_due(g->model);

    if (due == 0 || due > g->now)
        return;
    bridge_model_expire(g->model);
    due = bridge_model_due(g->model);
    REQUIRE(due == 0 || due > g->now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Guest g = {.now = 1000000, .in = {data, size}};

    g.model = bridge_model_new(bytes_bool(&g.in) ? VIEW_WINDOWS_MAX : 6, &out, &g);
    if (bytes_bool(&g.in))
        do_attach(&g);
    while (g.in.size > 0) {
        steps[bytes_u8(&g.in) % (sizeof steps / sizeof steps[0])](&g);
        expire(&g);
        if (g.view)
            picky_view_settle(g.view);
    }
    do_lost(&g);
    REQUIRE(g.done == g.frames);
    for (unsigned i = 0; i < SOURCES; i++)
        drop_source(&g, &g.sources[i]);
    bridge_model_free(g.model);
    return 0;
}
