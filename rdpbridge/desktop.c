// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/desktop.h"

#include "rdpbridge/region.h"

#include <stdlib.h>
#include <string.h>

#define REFRESH_WAIT_US 60000 // within which a guest paints by itself what was uncovered
#define PAINT_WAIT_US 400000  // and after which a window is shown although parts are missing
#define LARGER_MAX 4          // a window than the desktop it is cut out of
#define PANES_MAX VIEW_WINDOWS_MAX
#define OPAQUE 0xff000000u

// One window's share of the desktop.
typedef struct {
    BridgeSource source;
    uint32_t id;
    ViewRect place,
        told; // where it is; where it goes if the guest has made the host's move already
    bool alive, shown, unsure;
    uint32_t *pixels;
    BridgeRegion shape;   // what of its place is the window's
    BridgeRegion visible; // all in pixels of the desktop
    BridgeRegion fresh;   // painted and not copied yet
    BridgeRegion wanted;  // visible, and not painted since it is
    int64_t due;          // 0: was shown
} Pane;

struct BridgeDesktop {
    BridgeModel *model;
    const BridgeDesktopOut *out;
    void *user;
    const uint8_t *pixels;
    size_t stride, used;
    ViewRect whole;
    bool monitored, changed;
    uint32_t generation, stackings;
    Pane *panes[PANES_MAX + 1]; // top first
    unsigned n_panes;
    int64_t refresh_due;
};

BridgeDesktop *
bridge_desktop_new(BridgeModel *model, const BridgeDesktopOut *out, void *user)
{
    BridgeDesktop *d = calloc(1, sizeof *d);

    if (!d)
        abort();
    d->model = model;
    d->out = out;
    d->user = user;
    return d;
}

static size_t
bytes_of(const Pane *p)
{
    return (size_t)p->source.width * 4 * p->source.height;
}

static void
pane_free(BridgeDesktop *d, Pane *p)
{
    bridge_model_unmap(d->model, &p->source);
    if (p->pixels)
        d->used -= bytes_of(p);
    free(p->pixels);
    bridge_region_clear(&p->shape);
    bridge_region_clear(&p->visible);
    bridge_region_clear(&p->fresh);
    bridge_region_clear(&p->wanted);
    free(p);
}

static void
drop_panes(BridgeDesktop *d)
{
    while (d->n_panes > 0)
        pane_free(d, d->panes[--d->n_panes]);
}

void
bridge_desktop_free(BridgeDesktop *d)
{
    if (!d)
        return;
    drop_panes(d);
    free(d);
}

void
bridge_desktop_set_pixels(BridgeDesktop *d, const uint8_t *pixels, size_t stride, uint32_t width,
                          uint32_t height)
{
    d->pixels = pixels;
    d->stride = stride;
    d->whole = (ViewRect){0, 0, width, height};
    d->changed = true;
    for (unsigned i = 0; i < d->n_panes; i++) {
        bridge_region_clear(&d->panes[i]->fresh);
        bridge_region_clear(&d->panes[i]->visible);
    }
    if (!pixels)
        drop_panes(d);
}

void
bridge_desktop_set_monitored(BridgeDesktop *d, bool monitored)
{
    d->changed = d->changed || d->monitored != monitored;
    d->monitored = monitored;
}

// Panes.

static Pane *
find(const BridgeDesktop *d, uint32_t id)
{
    for (unsigned i = 0; i < d->n_panes; i++)
        if (d->panes[i]->id == id)
            return d->panes[i];
    return NULL;
}

static void
to_top(BridgeDesktop *d, const Pane *p)
{
    unsigned at = 0;

    while (d->panes[at] != p)
        at++;
    Pane *self = d->panes[at];
    for (; at > 0; at--)
        d->panes[at] = d->panes[at - 1];
    d->panes[0] = self;
}

static Pane *
pane_new(BridgeDesktop *d, uint32_t id)
{
    Pane *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    p->id = id;
    p->source.window_id = id;
    d->panes[d->n_panes++] = p;
    to_top(d, p);
    return p;
}

// What was last painted of it stays, the rest is black.
static void
keep_old(uint32_t *to, const ViewRect *size, const Pane *from)
{
    for (size_t i = 0; i < (size_t)size->width * size->height; i++)
        to[i] = OPAQUE;
    if (!from->pixels)
        return;
    uint32_t width = size->width < from->source.width ? size->width : from->source.width;
    uint32_t height = size->height < from->source.height ? size->height : from->source.height;
    for (uint32_t y = 0; y < height; y++)
        memcpy(to + (size_t)y * size->width, from->pixels + (size_t)y * from->source.width,
               (size_t)width * 4);
}

// Over the limits a window stays as it was, and a new one unseen.
static void
resize(BridgeDesktop *d, Pane *p, const ViewRect *size)
{
    size_t bytes = (size_t)size->width * 4 * size->height;
    size_t used = d->used - (p->pixels ? bytes_of(p) : 0);

    if (p->pixels && p->source.width == size->width && p->source.height == size->height)
        return;
    if (bytes > LARGER_MAX * (size_t)d->whole.width * 4 * d->whole.height ||
        bytes > VIEW_BUFFER_BYTES_MAX || bytes > VIEW_PIXELS_BYTES_MAX - used)
        return;
    uint32_t *pixels = malloc(bytes);
    if (!pixels)
        return;
    keep_old(pixels, size, p);
    free(p->pixels);
    d->used = used + bytes;
    p->pixels = pixels;
    p->source.pixels = (const uint8_t *)pixels;
    p->source.width = size->width;
    p->source.height = size->height;
    p->source.stride = (size_t)size->width * 4;
    p->source.painted = p->source.touched = false;
    p->source.damage.count = 0;
    p->due = d->out->now(d->user) + PAINT_WAIT_US;
    if (!bridge_model_map(d->model, &p->source))
        p->due = 0;
}

static void
place(BridgeDesktop *d, Pane *p, const ViewRect *at)
{
    if (memcmp(&p->place, at, sizeof *at) == 0)
        return;
    // Pixels that are where the window was, or where it is by now, are not in their place in it.
    bridge_region_clear(&p->fresh);
    bridge_region_clear(&p->visible);
    p->place = *at;
    resize(d, p, at);
}

static bool
is_over_all(const BridgeDesktop *d, const ViewRect *r)
{
    ViewRect both = bridge_rect_both(*r, d->whole);

    return both.width == d->whole.width && both.height == d->whole.height;
}

// What the host does not show may cover windows in the guest all the same (the language bar), but
// not the shell's own window, which is below all others whether the guest says so or not.
static bool
is_shown(const BridgeDesktop *d, const BridgeWindow *w)
{
    if (w->show == BRIDGE_HIDE || w->show == BRIDGE_SHOW_MINIMIZED || w->cloaked ||
        w->guest_rect.width == 0 || w->guest_rect.height == 0)
        return false;
    return !bridge_model_hidden(d->model, w) || !is_over_all(d, &w->guest_rect);
}

static void
follow_window(BridgeDesktop *d, const BridgeWindow *w)
{
    Pane *p = find(d, w->id);
    bool shown = is_shown(d, w);

    if (!p && shown && d->n_panes < PANES_MAX)
        p = pane_new(d, w->id);
    if (!p)
        return;
    if (shown && !p->shown)
        to_top(d, p); // until the guest says otherwise
    p->alive = true;
    p->shown = shown;
    p->unsure = w->unsure;
    p->told = w->rect;
    if (!shown)
        return;
    place(d, p, &w->guest_rect);
    bridge_region_copy(&p->shape, &w->shape);
    bridge_region_move(&p->shape, p->place.x, p->place.y);
}

static void
follow_screen(BridgeDesktop *d)
{
    Pane *p = find(d, BRIDGE_SCREEN_ID);

    if (d->monitored || d->whole.width == 0)
        return;
    if (!p)
        p = pane_new(d, BRIDGE_SCREEN_ID);
    to_top(d, p);
    p->alive = p->shown = true;
    place(d, p, &d->whole);
    p->shape.count = 0;
    bridge_region_add(&p->shape, d->whole);
}

static void
drop_dead(BridgeDesktop *d)
{
    unsigned n = 0;

    for (unsigned i = 0; i < d->n_panes; i++) {
        if (d->panes[i]->alive)
            d->panes[n++] = d->panes[i];
        else
            pane_free(d, d->panes[i]);
    }
    d->n_panes = n;
}

// The windows of the guest's list below those that are newer than it.
static void
restack(BridgeDesktop *d)
{
    unsigned count;
    uint32_t number;
    const uint32_t *ids = bridge_model_stacking(d->model, &count, &number);

    if (number == d->stackings)
        return;
    d->stackings = number;
    for (unsigned i = 0; i < count; i++) {
        unsigned at = 0;
        while (at < d->n_panes && d->panes[at]->id != ids[i])
            at++;
        if (at == d->n_panes)
            continue;
        Pane *p = d->panes[at];
        for (; at + 1 < d->n_panes; at++)
            d->panes[at] = d->panes[at + 1];
        d->panes[at] = p;
    }
}

// What each window has of the desktop.

static void
see(Pane *p, BridgeRegion *left)
{
    BridgeRegion before = p->visible, grown = {0};

    p->visible = (BridgeRegion){0};
    if (p->shown && !p->unsure && p->pixels && p->source.width == p->place.width &&
        p->source.height == p->place.height) {
        bridge_region_copy(&p->visible, left);
        bridge_region_keep(&p->visible, &p->shape);
    }
    bridge_region_copy(&grown, &p->visible);
    bridge_region_take_all(&grown, &before);
    bridge_region_keep(&p->fresh, &p->visible);
    bridge_region_keep(&p->wanted, &p->visible);
    for (unsigned i = 0; i < grown.count; i++)
        bridge_region_add(&p->wanted, grown.rects[i]);
    bridge_region_clear(&grown);
    bridge_region_clear(&before);
    if (!p->shown)
        return;
    bridge_region_take_all(left, &p->shape);
    bridge_region_move(&p->shape, p->told.x - p->place.x, p->told.y - p->place.y);
    if (p->unsure)
        bridge_region_take_all(left, &p->shape);
}

static void
follow(BridgeDesktop *d)
{
    BridgeRegion left = {0};
    BridgeWindow *w;

    if (!d->pixels || (!d->changed && d->generation == bridge_model_generation(d->model)))
        return;
    d->changed = false;
    d->generation = bridge_model_generation(d->model);
    for (unsigned i = 0; i < d->n_panes; i++)
        d->panes[i]->alive = false;
    for (unsigned i = 0; (w = bridge_model_nth(d->model, i)); i++)
        if (w->id != BRIDGE_SCREEN_ID)
            follow_window(d, w);
    restack(d);
    follow_screen(d);
    drop_dead(d);
    bridge_region_add(&left, d->whole);
    for (unsigned i = 0; i < d->n_panes; i++) {
        see(d->panes[i], &left);
        if (d->panes[i]->wanted.count > 0 && d->refresh_due == 0)
            d->refresh_due = d->out->now(d->user) + REFRESH_WAIT_US;
    }
    bridge_region_clear(&left);
}

void
bridge_desktop_damage(BridgeDesktop *d, ViewRect rect)
{
    follow(d);
    for (unsigned i = 0; i < d->n_panes; i++) {
        Pane *p = d->panes[i];
        BridgeRegion part = {0};
        bridge_region_copy(&part, &p->visible);
        bridge_region_clip(&part, rect);
        for (unsigned j = 0; j < part.count; j++)
            bridge_region_add(&p->fresh, part.rects[j]);
        bridge_region_take_all(&p->wanted, &part);
        bridge_region_clear(&part);
    }
}

static void
copy(const BridgeDesktop *d, Pane *p, const ViewRect *r)
{
    ViewRect to = {r->x - p->place.x, r->y - p->place.y, r->width, r->height};

    for (uint32_t y = 0; y < r->height; y++) {
        uint32_t *row = p->pixels + ((size_t)to.y + y) * p->source.width + (size_t)to.x;
        memcpy(row, d->pixels + ((size_t)r->y + y) * d->stride + (size_t)r->x * 4,
               (size_t)r->width * 4);
        for (uint32_t x = 0; x < r->width; x++)
            row[x] |= OPAQUE;
    }
    bridge_damage_add(&p->source.damage, to);
}

void
bridge_desktop_settle(BridgeDesktop *d)
{
    bool any = false;

    follow(d);
    for (unsigned i = 0; i < d->n_panes; i++) {
        Pane *p = d->panes[i];
        bool fresh = p->fresh.count > 0;
        for (unsigned j = 0; j < p->fresh.count; j++)
            copy(d, p, &p->fresh.rects[j]);
        p->fresh.count = 0;
        bool first = p->due != 0 && !p->unsure && p->wanted.count == 0;
        if (first)
            p->due = 0;
        if (first || (fresh && p->due == 0)) {
            p->source.touched = true;
            any = true;
        }
    }
    if (any)
        bridge_model_frame_end(d->model, false, 0);
}

// Time.

int64_t
bridge_desktop_due(const BridgeDesktop *d)
{
    int64_t due = d->refresh_due;

    if (!d->pixels)
        return 0;
    if (d->changed || d->generation != bridge_model_generation(d->model))
        return d->out->now(d->user); // the host has moved a window, say
    for (unsigned i = 0; i < d->n_panes; i++)
        if (d->panes[i]->due != 0 && (due == 0 || d->panes[i]->due < due))
            due = d->panes[i]->due;
    return due;
}

static void
ask(BridgeDesktop *d)
{
    ViewRect rects[BRIDGE_REFRESH_MAX];
    unsigned n = 0;

    for (unsigned i = 0; i < d->n_panes; i++) {
        const BridgeRegion *wanted = &d->panes[i]->wanted;
        if (wanted->count == 0)
            continue;
        if (n == BRIDGE_REFRESH_MAX) {
            rects[0] = d->whole;
            n = 1;
            break;
        }
        rects[n++] = bridge_region_bounds(wanted);
    }
    if (n > 0)
        d->out->refresh(d->user, rects, n);
}

void
bridge_desktop_expire(BridgeDesktop *d)
{
    int64_t now = d->out->now(d->user);
    bool late = false;

    follow(d);
    if (d->refresh_due != 0 && d->refresh_due <= now) {
        d->refresh_due = 0;
        ask(d);
    }
    for (unsigned i = 0; i < d->n_panes; i++) {
        Pane *p = d->panes[i];
        if (p->due == 0 || p->due > now)
            continue;
        p->due = 0;
        p->source.touched = late = true;
    }
    bridge_desktop_settle(d);
    if (late)
        bridge_model_frame_end(d->model, false, 0);
}
