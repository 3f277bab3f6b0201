// SPDX-License-Identifier: Apache-2.0
#include "channel/control.h"
#include "rdpbridge/model_private.h"
#include "rdpbridge/style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PARKED_AT (-16000)  // minimised windows stand at -32000, or a part of it where it is scaled
#define APP_WAIT_US 150000  // how long a window waits for its program's name
#define MOVE_WAIT_US 300000 // how long the guest has to follow a move

void
bridge_model_set_max(BridgeModel *m, unsigned max_windows)
{
    // One more is the guest's own screen.
    m->max_windows = max_windows < VIEW_WINDOWS_MAX ? max_windows : VIEW_WINDOWS_MAX - 1;
}

BridgeModel *
bridge_model_new(unsigned max_windows, const BridgeModelOut *out, void *user)
{
    BridgeModel *m = calloc(1, sizeof *m);

    if (!m)
        abort();
    m->out = out;
    m->user = user;
    bridge_model_set_max(m, max_windows);
    m->next_buffer = 1;
    m->scale_percent = 100;
    bridge_pace_init(&m->icon_pace, LIMIT_ICON_BYTES_PER_S, LIMIT_ICON_BYTES_BURST, out->now(user));
    return m;
}

static void
window_free(BridgeWindow *w)
{
    bridge_surface_unref(w->buffer);
    bridge_region_clear(&w->shape);
    free(w->icon);
    bridge_properties_clear(&w->properties);
    free(w);
}

void
bridge_model_free(BridgeModel *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->n_windows; i++)
        window_free(m->windows[i]);
    free(m);
}

void
bridge_model_set_screen(BridgeModel *m, uint32_t width, uint32_t height)
{
    m->screen = (ViewRect){0, 0, width, height};
}

BridgeWindow *
bridge_model_window(BridgeModel *m, uint32_t id)
{
    for (unsigned i = 0; i < m->n_windows; i++)
        if (m->windows[i]->id == id)
            return m->windows[i];
    return NULL;
}

void
bridge_model_set_foreign(BridgeModel *m, bool foreign)
{
    m->foreign = foreign;
}

void
bridge_model_set_host_frames(BridgeModel *m, bool host_frames)
{
    m->host_frames = host_frames;
}

void
bridge_model_set_scale(BridgeModel *m, uint32_t percent)
{
    m->scale_percent = percent;
}

ViewRect
bridge_model_seen(const BridgeWindow *w)
{
    return bridge_frame_cut(&w->cut, w->rect);
}

bool
bridge_model_hidden(const BridgeModel *m, const BridgeWindow *w)
{
    return w->show == BRIDGE_HIDE || w->rect.width == 0 || w->rect.height == 0 || w->cloaked ||
           (m->foreign && bridge_style_is_scenery(w->style, w->ex_style, w->title));
}

BridgeWindow *
bridge_model_nth(BridgeModel *m, unsigned n)
{
    return n < m->n_windows ? m->windows[n] : NULL;
}

uint32_t
bridge_model_generation(const BridgeModel *m)
{
    return m->generation;
}

const uint32_t *
bridge_model_stacking(const BridgeModel *m, unsigned *count, uint32_t *number)
{
    *count = m->n_stack;
    *number = m->stackings;
    return m->stack;
}

void
bridge_say(BridgeModel *m, const void *message, size_t size, int fd)
{
    if (m->view)
        m->out->to_view(m->user, message, size, fd);
}

void
bridge_say_window(BridgeModel *m, BridgeWindow *w)
{
    const ViewFrame *cut = &w->cut;
    ViewWindow msg = {.id = w->id,
                      .kind = (uint32_t)w->kind,
                      .flags = w->flags,
                      .app_index = w->app_index,
                      .min_width = bridge_frame_less(w->min_width, cut->left, cut->right),
                      .min_height = bridge_frame_less(w->min_height, cut->top, cut->bottom),
                      .max_width = bridge_frame_less(w->max_width, cut->left, cut->right),
                      .max_height = bridge_frame_less(w->max_height, cut->top, cut->bottom)};

    VIEW_INIT(&msg, VIEW_MSG_WINDOW);
    BridgeWindow *owner = bridge_model_window(m, w->owner_id);
    if (owner && owner != w && owner->announced) {
        msg.owner_id = owner->id;
        if (msg.app_index == CTL_APP_NONE)
            msg.app_index = owner->app_index;
    }
    bridge_say(m, &msg, sizeof msg, -1);
}

void
bridge_say_title(BridgeModel *m, BridgeWindow *w)
{
    struct {
        ViewTitle head;
        char text[VIEW_TITLE_MAX];
    } msg = {.head = {.id = w->id}};
    size_t length = strlen(w->title);

    if (w->properties.has_names)
        return;
    VIEW_INIT(&msg.head, VIEW_MSG_TITLE);
    msg.head.header.size = (uint32_t)(sizeof msg.head + length);
    memcpy(msg.text, w->title, length);
    bridge_say(m, &msg, msg.head.header.size, -1);
}

void
bridge_say_icon(BridgeModel *m, BridgeWindow *w)
{
    ViewIcon msg = {.id = w->id, .width = w->icon_width, .height = w->icon_height};

    if (!w->icon || !m->view || w->properties.has_icons)
        return;
    VIEW_INIT(&msg, VIEW_MSG_ICON);
    int fd = bridge_memfd_of(w->icon, (size_t)w->icon_width * w->icon_height * 4);
    if (fd < 0)
        return; // a window without its icon is still a window
    bridge_say(m, &msg, sizeof msg, fd);
    close(fd);
}

// Another server's window shows its frame among its pixels; only its screen is in one of the
// host's, and what lost its own.
static uint32_t
flags_of(const BridgeModel *m, const BridgeWindow *w)
{
    uint32_t flags = bridge_style_flags(w->style, w->ex_style, w->kind);

    bool own = m->foreign && w->id != BRIDGE_SCREEN_ID && w->cut.top == 0;
    return own ? flags | VIEW_FLAG_UNDECORATED : flags;
}

static void
say_active(BridgeModel *m)
{
    BridgeWindow *w = bridge_model_window(m, m->active);
    ViewId msg = {.id = w && w->announced ? w->id : 0};

    VIEW_INIT(&msg, VIEW_MSG_ACTIVE);
    bridge_say(m, &msg, sizeof msg, -1);
}

void
bridge_announce(BridgeModel *m, BridgeWindow *w)
{
    w->announced = true;
    w->app_due = 0;
    w->kind = bridge_style_kind(w->style, w->ex_style, w->owner_id);
    w->flags = flags_of(m, w);
    bridge_say_window(m, w);
    bridge_say_title(m, w);
    bridge_say_icon(m, w);
    bridge_say_properties(m, w);
    if (m->active == w->id)
        say_active(m);
}

void
bridge_model_owner_known(BridgeModel *m, uint32_t id)
{
    const BridgeWindow *owner = bridge_model_window(m, id);
    bool named = owner && owner->announced;

    for (unsigned i = 0; i < m->n_windows; i++) {
        BridgeWindow *w = m->windows[i];
        if (w->owner_id != id || w->id == id)
            continue;
        if (!w->announced)
            bridge_present(m, w);
        else if (named)
            bridge_say_window(m, w); // it was told of as one without
    }
}

static BridgeWindow *
window_new(BridgeModel *m, uint32_t id)
{
    BridgeWindow *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    w->id = id;
    w->app_index = CTL_APP_NONE;
    m->windows[m->n_windows++] = w;
    return w;
}

// Of a minimised window, what it goes back to is kept.
static bool
place_counts(const BridgeWindow *w, const BridgeOrder *order)
{
    bool placed = order->fields & BRIDGE_ORDER_OFFSET;

    if (placed && order->x <= PARKED_AT && order->y <= PARKED_AT)
        return false;
    return w->show != BRIDGE_SHOW_MINIMIZED || placed;
}

static int32_t
bounded_coordinate(int32_t v)
{
    return v < -VIEW_COORD_MAX ? -VIEW_COORD_MAX : v > VIEW_COORD_MAX ? VIEW_COORD_MAX : v;
}

void
bridge_model_followed(BridgeWindow *w)
{
    w->rect.x = w->moving_rect.x;
    w->rect.y = w->moving_rect.y;
    w->moving = false;
    w->moving_due = 0;
    w->followed_serial = w->moving_serial;
    w->push = true;
}

// A shape of nothing, or of what lies elsewhere, is no shape: the window is whole.
static void
apply_shape(BridgeWindow *w, const BridgeOrder *order)
{
    ViewRect whole = {0, 0, w->guest_rect.width, w->guest_rect.height};

    if (order->fields & BRIDGE_ORDER_SHAPE) {
        bridge_region_copy(&w->shape, order->shape);
        bridge_region_move(&w->shape, -w->guest_rect.x, -w->guest_rect.y);
        bridge_region_clip(&w->shape, whole);
        if (w->shape.count > 0)
            return;
    } else if (!(order->fields & BRIDGE_ORDER_SIZE)) {
        return;
    }
    w->shape.count = 0;
    bridge_region_add(&w->shape, whole);
}

static void
apply_guest_place(BridgeWindow *w, const BridgeOrder *order)
{
    w->guest_rect = w->rect;
    if (order->fields & BRIDGE_ORDER_OFFSET) {
        w->guest_rect.x = bounded_coordinate(order->x);
        w->guest_rect.y = bounded_coordinate(order->y);
        w->unsure = false;
        w->unsure_due = 0;
    }
}

static void
apply_place(BridgeWindow *w, const BridgeOrder *order)
{
    const uint32_t fields = BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_SIZE | BRIDGE_ORDER_SHAPE;
    bool counts = place_counts(w, order);

    // One that was minimised before the session began still has to be somewhere to come back from.
    if (!(order->fields & fields) || (!counts && w->rect.width > 0))
        return;
    if (counts && order->fields & BRIDGE_ORDER_OFFSET) {
        w->rect.x = bounded_coordinate(order->x);
        w->rect.y = bounded_coordinate(order->y);
    }
    if (order->fields & BRIDGE_ORDER_SIZE) {
        w->rect.width = order->width < VIEW_SIDE_MAX ? order->width : VIEW_SIDE_MAX;
        w->rect.height = order->height < VIEW_SIDE_MAX ? order->height : VIEW_SIDE_MAX;
    }
    w->ordered = w->rect;
    if (w->moving && w->properties.said) {
        // Of the past, until it tells the place back that it was told last; but pixels are of now.
        w->rect.x = w->moving_rect.x;
        w->rect.y = w->moving_rect.y;
    } else if (w->moving && w->rect.width == w->moving_rect.width &&
               w->rect.height == w->moving_rect.height) {
        // The order may answer a resize that came before the last move: of that move none will
        // come.
        bridge_model_followed(w);
    }
    if (counts)
        apply_guest_place(w, order);
    else
        w->guest_rect = w->rect;
    apply_shape(w, order);
}

// Whether what is seen of it has changed its frame.
static bool
apply_frame(BridgeModel *m, BridgeWindow *w, const BridgeOrder *order)
{
    BridgeClientArea *c = &w->client;
    ViewFrame cut = {0};

    if (order->fields & BRIDGE_ORDER_CLIENT && place_counts(w, order)) {
        c->untrusted_x = order->client.untrusted_x;
        c->untrusted_y = order->client.untrusted_y;
    }
    if (order->fields & BRIDGE_ORDER_CLIENT_SIZE && place_counts(w, order)) {
        c->untrusted_width = order->client.untrusted_width;
        c->untrusted_height = order->client.untrusted_height;
    }
    ViewKind kind = w->announced ? w->kind : bridge_style_kind(w->style, w->ex_style, w->owner_id);
    bool framed = kind != VIEW_KIND_POPUP && kind != VIEW_KIND_TOOLTIP;
    if (m->foreign && m->host_frames && framed && w->id != BRIDGE_SCREEN_ID)
        cut = bridge_frame_of(&(BridgeFramed){*c, w->style, w->ex_style, w->rect.width,
                                              w->rect.height, m->scale_percent},
                              &m->caption);
    if (memcmp(&cut, &w->cut, sizeof cut) == 0)
        return false;
    w->cut = cut;
    w->stale = true; // the buffer has other parts of the surface
    return true;
}

static void
apply_properties(BridgeWindow *w, const BridgeOrder *order)
{
    if (order->fields & BRIDGE_ORDER_OWNER)
        w->owner_id = order->owner_id;
    if (order->fields & BRIDGE_ORDER_STYLE) {
        w->style = order->style;
        w->ex_style = order->ex_style;
    }
    if (order->fields & BRIDGE_ORDER_SHOW)
        w->show = order->show;
}

void
bridge_title_set(BridgeWindow *w, const char *title)
{
    size_t n = strnlen(title, sizeof w->title - 1);

    memcpy(w->title, title, n);
    w->title[n] = 0;
}

static void
apply_title(BridgeModel *m, BridgeWindow *w, const BridgeOrder *order)
{
    if (order->fields & BRIDGE_ORDER_TITLE && !w->properties.has_names &&
        strcmp(w->title, order->title) != 0) {
        bridge_title_set(w, order->title);
        if (w->announced)
            bridge_say_title(m, w);
    }
}

static void
apply(BridgeModel *m, BridgeWindow *w, const BridgeOrder *order)
{
    uint32_t owner = w->owner_id, flags = w->flags;

    w->untold = false;
    apply_properties(w, order);
    apply_place(w, order);
    bool framed = apply_frame(m, w, order);
    if (w->announced) {
        w->flags = flags_of(m, w);
        if (owner != w->owner_id || flags != w->flags || framed)
            bridge_say_window(m, w);
    }
    apply_title(m, w, order);
}

bool
bridge_model_order(BridgeModel *m, uint32_t id, bool is_new, const BridgeOrder *order)
{
    BridgeWindow *w = bridge_model_window(m, id);
    bool created = !w;

    if (!w && (!is_new || id == 0))
        return true;
    if (!w && m->n_windows >= m->max_windows + (id == BRIDGE_SCREEN_ID))
        return false;
    if (!w)
        w = window_new(m, id);
    m->generation++;
    apply(m, w, order);
    if (created && w->owner_id == 0) {
        w->app_due = m->out->now(m->user) + APP_WAIT_US;
        m->out->ask_app(m->user, id);
    } else if (created) {
        w->app_known = true;
    }
    bridge_present(m, w);
    m->out->changed(m->user, w);
    return true;
}

static void
forget_in_stack(BridgeModel *m, uint32_t id)
{
    unsigned n = 0;

    for (unsigned i = 0; i < m->n_stack; i++)
        if (m->stack[i] != id)
            m->stack[n++] = m->stack[i];
    m->n_stack = n;
    if (m->active == id)
        m->active = 0;
}

void
bridge_model_delete(BridgeModel *m, uint32_t id)
{
    ViewId msg = {.id = id};

    for (unsigned i = 0; i < m->n_windows; i++) {
        BridgeWindow *w = m->windows[i];
        if (w->id != id)
            continue;
        m->generation++;
        bridge_present_release(m, w);
        m->windows[i] = m->windows[--m->n_windows];
        forget_in_stack(m, id);
        VIEW_INIT(&msg, VIEW_MSG_WINDOW_GONE);
        if (w->announced)
            bridge_say(m, &msg, sizeof msg, -1);
        bridge_present_forget(m, w);
        bridge_wait_forget(m, w);
        m->out->gone(m->user, id);
        window_free(w);
        bridge_model_owner_known(m, id);
        return;
    }
}

void
bridge_model_sync_began(BridgeModel *m)
{
    for (unsigned i = 0; i < m->n_windows; i++)
        m->windows[i]->untold = m->windows[i]->id != BRIDGE_SCREEN_ID;
}

void
bridge_model_sync_completed(BridgeModel *m)
{
    for (unsigned i = 0; i < m->n_windows;)
        if (m->windows[i]->untold)
            bridge_model_delete(m, m->windows[i]->id); // the last one takes its place
        else
            i++;
}

static void
say_stack(BridgeModel *m)
{
    struct {
        ViewStack head;
        uint32_t ids[VIEW_WINDOWS_MAX];
    } msg = {0};

    for (unsigned i = 0; i < m->n_stack; i++) {
        BridgeWindow *w = bridge_model_window(m, m->stack[i]);
        if (w && w->announced)
            msg.ids[msg.head.count++] = w->id;
    }
    if (msg.head.count == 0)
        return;
    VIEW_INIT(&msg.head, VIEW_MSG_STACK);
    msg.head.header.size = (uint32_t)(sizeof msg.head + msg.head.count * sizeof msg.ids[0]);
    bridge_say(m, &msg, msg.head.header.size, -1);
}

void
bridge_model_stack(BridgeModel *m, const uint32_t *untrusted_ids, unsigned count)
{
    m->generation++;
    m->stackings++;
    m->n_stack = 0;
    for (unsigned i = 0; i < count && m->n_stack < VIEW_WINDOWS_MAX; i++) {
        bool twice = false;
        for (unsigned j = 0; j < m->n_stack && !twice; j++)
            twice = m->stack[j] == untrusted_ids[i];
        if (!twice && bridge_model_window(m, untrusted_ids[i]))
            m->stack[m->n_stack++] = untrusted_ids[i];
    }
    say_stack(m);
}

void
bridge_model_active(BridgeModel *m, uint32_t untrusted_id)
{
    m->active = bridge_model_window(m, untrusted_id) ? untrusted_id : 0;
    say_active(m);
}

uint32_t
bridge_model_active_window(const BridgeModel *m)
{
    return m->active;
}

void
bridge_model_cloak(BridgeModel *m, uint32_t id, bool cloaked)
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w || w->cloaked == cloaked)
        return;
    m->generation++;
    w->cloaked = cloaked;
    bridge_present(m, w);
    m->out->changed(m->user, w);
}

void
bridge_model_set_app(BridgeModel *m, uint32_t id, uint32_t app_index)
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w)
        return;
    w->app_known = true;
    if (m->foreign || w->properties.said)
        w->app_due = 0;
    if (w->app_index != app_index) {
        w->app_index = app_index;
        if (w->announced)
            bridge_say_window(m, w);
        m->out->changed(m->user, w);
    }
    bridge_present(m, w);
    if (!w->announced)
        bridge_model_owner_known(m, id);
}

static uint32_t
bounded_side(uint32_t v)
{
    return v < VIEW_SIDE_MAX ? v : 0; // as good as none
}

void
bridge_model_set_zoom(BridgeModel *m, uint32_t id, uint32_t width, uint32_t height)
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w || (w->zoom_width == width && w->zoom_height == height))
        return;
    w->zoom_width = width;
    w->zoom_height = height;
    w->stale = true;
    bridge_present(m, w);
}

void
bridge_model_set_limits(BridgeModel *m, uint32_t id, const uint32_t min_max[4])
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w)
        return;
    w->min_width = bounded_side(min_max[0]);
    w->min_height = bounded_side(min_max[1]);
    w->max_width = bounded_side(min_max[2]);
    w->max_height = bounded_side(min_max[3]);
    if (w->max_width && w->min_width > w->max_width)
        w->min_width = w->max_width;
    if (w->max_height && w->min_height > w->max_height)
        w->min_height = w->max_height;
    if (w->announced)
        bridge_say_window(m, w);
}

void
bridge_model_take_icon(BridgeModel *m, uint32_t id, uint8_t *icon, uint32_t width, uint32_t height)
{
    BridgeWindow *w = bridge_model_window(m, id);

    // Several sizes come one after the other; the largest is the one to have.
    if (!w || (w->icon && w->icon_width > width && w->icon_width <= 64) ||
        !bridge_icon_room(m, (size_t)width * height * 4)) {
        free(icon);
        return;
    }
    free(w->icon);
    w->icon = icon;
    w->icon_width = width;
    w->icon_height = height;
    if (w->announced)
        bridge_say_icon(m, w);
}

void
bridge_model_view_attached(BridgeModel *m)
{
    bool known[VIEW_WINDOWS_MAX] = {false};

    bridge_model_view_lost(m); // whatever the former one owes
    m->view = true;
    // An owner may only be named once the view knows it: those are said when all are known.
    for (unsigned i = 0; i < m->n_windows; i++) {
        known[i] = m->windows[i]->announced;
        m->windows[i]->announced = false;
    }
    for (unsigned i = 0; i < m->n_windows; i++)
        if (known[i])
            bridge_announce(m, m->windows[i]);
    for (unsigned i = 0; i < m->n_windows; i++)
        if (m->windows[i]->announced && m->windows[i]->owner_id != 0)
            bridge_say_window(m, m->windows[i]);
    for (unsigned i = 0; i < m->n_windows; i++)
        bridge_present(m, m->windows[i]);
    say_stack(m);
    say_active(m);
}

// The guest's whole desktop lies where the host has it; until the guest has the size it is cut or
// padded. True: another size.
static bool
take_place(BridgeModel *m, BridgeWindow *w, uint32_t serial, ViewRect rect)
{
    bool resized = rect.width != w->rect.width || rect.height != w->rect.height;

    w->rect = rect;
    w->followed_serial = serial;
    w->push = true;
    bridge_present(m, w);
    m->out->changed(m->user, w);
    return resized;
}

bool
bridge_model_framed(BridgeModel *m, uint32_t id, const ViewFrame *frame)
{
    BridgeWindow *w = bridge_model_window(m, id);
    bool differs = w && memcmp(&w->host_frame, frame, sizeof *frame) != 0;

    if (differs)
        w->host_frame = *frame;
    return differs;
}

// A guest of ours tells each place back (bridge_model_place_told).
static bool
follow_host(BridgeModel *m, BridgeWindow *w, uint32_t serial, ViewRect rect)
{
    const ViewRect *known = w->moving ? &w->moving_rect : &w->rect;

    if (memcmp(known, &rect, sizeof rect) == 0) {
        if (w->moving)
            w->moving_serial = serial;
        else
            w->followed_serial = serial;
        w->push = true;
        bridge_present(m, w);
        return false;
    }
    w->moving = true;
    w->moving_serial = serial;
    w->moving_rect = rect;
    w->moving_due = m->out->now(m->user) + MOVE_WAIT_US;
    w->rect.x = rect.x;
    w->rect.y = rect.y;
    m->generation++;
    bridge_present(m, w);
    m->out->changed(m->user, w);
    return true;
}

void
bridge_model_place_told(BridgeModel *m, BridgeWindow *w)
{
    if (!w->moving || w->properties.props.place_serial != w->place_serial)
        return;
    bridge_model_followed(w);
    w->rect.x = w->ordered.x;
    w->rect.y = w->ordered.y;
}

bool
bridge_model_configured(BridgeModel *m, uint32_t id, uint32_t serial, ViewRect seen)
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w || !w->announced || w->kind == VIEW_KIND_POPUP || w->kind == VIEW_KIND_TOOLTIP)
        return false;
    w->placed = true;
    const ViewRect rect = bridge_frame_add(&w->cut, seen);
    if (id == BRIDGE_SCREEN_ID && (w->flags & VIEW_FLAG_RESIZABLE))
        return take_place(m, w, serial, rect);
    if (w->properties.said)
        return follow_host(m, w, serial, rect);
    if (!w->moving && rect.width == w->rect.width && rect.height == w->rect.height) {
        // Servers tell of sizes, but not of a move they were asked for; [MS-RDPERP] 2.2.2.7.4, the
        // request, has no answer.
        bool moved = rect.x != w->rect.x || rect.y != w->rect.y;
        w->rect = rect;
        if (moved) {
            m->generation++;
            w->unsure = true;
            w->unsure_due = m->out->now(m->user) + MOVE_WAIT_US;
        }
        w->followed_serial = serial;
        w->push = true;
        bridge_present(m, w);
        m->out->changed(m->user, w);
        return moved;
    }
    w->moving = true;
    w->moving_serial = serial;
    w->moving_rect = rect;
    w->moving_due = m->out->now(m->user) + MOVE_WAIT_US;
    bridge_wait(m, w);
    return true;
}
