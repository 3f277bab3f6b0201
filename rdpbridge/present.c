// SPDX-License-Identifier: Apache-2.0

// Pixels and commits: which surface a window shows, when a commit may leave, and which frames the
// guest may consider shown.

#include "rdpbridge/model_private.h"
#include "rdpbridge/style.h"

#include <string.h>

#define NOBODY UINT32_MAX       // of BridgeSurface.shown_by
#define BUFFER_ID_MAX INT32_MAX // frames' ids have 31 bits for those that the guest writes
#define FLIGHT_WAIT_US 2000000  // a view that does not answer is treated as if it had
#define MISMATCH_WAIT_US 400000 // a surface that never gets its window's size is shown as it is

static ViewState
state_of(const BridgeModel *m, const BridgeWindow *w)
{
    if (bridge_model_hidden(m, w))
        return VIEW_STATE_HIDDEN;
    if (w->properties.said)
        return bridge_properties_state(&w->properties);
    if (w->show == BRIDGE_SHOW_MINIMIZED)
        return VIEW_STATE_MINIMIZED;
    if (w->show == BRIDGE_SHOW_FULLSCREEN)
        return VIEW_STATE_FULLSCREEN;
    if (w->show != BRIDGE_SHOW_MAXIMIZED)
        return VIEW_STATE_NORMAL;
    if ((bridge_style_flags(w->style, w->ex_style, w->kind) & VIEW_FLAG_UNDECORATED) &&
        memcmp(&w->rect, &m->screen, sizeof w->rect) == 0)
        return VIEW_STATE_FULLSCREEN;
    return VIEW_STATE_MAXIMIZED;
}

static BridgeSource *
source_of(const BridgeModel *m, uint32_t window_id)
{
    for (unsigned i = m->n_sources; i > 0; i--) // the last one mapped counts
        if (m->sources[i - 1]->window_id == window_id)
            return m->sources[i - 1];
    return NULL;
}

// Frames.

static void
frame_unref(BridgeModel *m, uint64_t frame_id)
{
    for (unsigned i = 0; i < m->n_frames; i++) {
        if (m->frames[i].id != frame_id)
            continue;
        if (--m->frames[i].refs == 0) {
            m->frames[i] = m->frames[--m->n_frames];
            m->out->frame_done(m->user, frame_id);
        }
        return;
    }
}

static void
take_frame_out(BridgeModel *m, BridgeWindow *w, unsigned i)
{
    uint64_t id = w->frames[i].frame_id;

    memmove(&w->frames[i], &w->frames[i + 1], (w->n_frames - i - 1) * sizeof w->frames[0]);
    w->n_frames--;
    frame_unref(m, id);
}

// All frames that wait for the window (up_to 0), or those carried by commits up to a serial.
static void
release(BridgeModel *m, BridgeWindow *w, uint32_t up_to)
{
    for (unsigned i = 0; i < w->n_frames;) {
        uint32_t serial = w->frames[i].serial;
        if (up_to == 0 || (serial != 0 && (int32_t)(up_to - serial) >= 0))
            take_frame_out(m, w, i);
        else
            i++;
    }
}

void
bridge_present_release(BridgeModel *m, BridgeWindow *w)
{
    release(m, w, 0);
    w->in_flight = false;
    w->flight_due = 0;
}

static BridgeFrame *
frame_of(BridgeModel *m, uint64_t frame_id)
{
    for (unsigned i = 0; i < m->n_frames; i++)
        if (m->frames[i].id == frame_id)
            return &m->frames[i];
    return NULL;
}

// serial: of the commit that carries it, 0 when the next one will.
static void
hold_frame(BridgeModel *m, BridgeWindow *w, uint64_t frame_id, uint32_t serial)
{
    if (w->n_frames == BRIDGE_WINDOW_FRAMES_MAX)
        take_frame_out(m, w, 0);
    w->frames[w->n_frames++] = (BridgeFrameRef){frame_id, serial};
    frame_of(m, frame_id)->refs++;
}

// Commits.

static void
send_commit(BridgeModel *m, BridgeWindow *w, ViewState state, const BridgeDamage *damage)
{
    struct {
        ViewCommit head;
        ViewRect damage[VIEW_DAMAGE_MAX];
    } msg = {.head = {.id = w->id,
                      .serial = w->last.serial + 1,
                      .geometry = bridge_model_seen(w),
                      .buffer_id = w->buffer ? w->buffer->id : 0,
                      .state = (uint32_t)state,
                      .serial_configured = w->followed_serial,
                      .state_serial =
                          w->properties.said ? w->properties.props.states_serial : w->state_serial,
                      .n_damage = damage ? damage->count : 0}};

    VIEW_INIT(&msg.head, VIEW_MSG_COMMIT);
    if (msg.head.geometry.width == 0 || msg.head.geometry.height == 0)
        msg.head.geometry.width = msg.head.geometry.height = 1; // hidden: has none
    if (damage)
        memcpy(msg.damage, damage->rects, damage->count * sizeof damage->rects[0]);
    msg.head.header.size = (uint32_t)(sizeof msg.head + msg.head.n_damage * sizeof(ViewRect));
    w->last = msg.head;
    w->committed = true;
    w->push = false;
    if (msg.head.n_damage > 0) {
        w->in_flight = true;
        w->flight_serial = msg.head.serial;
        w->flight_due = m->out->now(m->user) + FLIGHT_WAIT_US;
        for (unsigned i = 0; i < w->n_frames; i++)
            if (w->frames[i].serial == 0)
                w->frames[i].serial = msg.head.serial;
    }
    if (msg.head.n_damage == 0) {
        w->tell_serial = msg.head.serial;
        w->tell_due = m->out->now(m->user) + FLIGHT_WAIT_US;
    }
    bridge_say(m, &msg, msg.head.header.size, -1);
}

// One commit without pixels at a time: what changes meanwhile is told as it is then, so that a view
// that has to keep a guest back is never behind by more than that.
static bool
tells(const BridgeWindow *w)
{
    return w->tell_serial != 0;
}

// The current buffer, once to each view.
static void
say_buffer(BridgeModel *m, BridgeWindow *w)
{
    const BridgeSurface *s = w->buffer;

    if (!s || w->buffer_said)
        return;
    ViewBuffer msg = {.id = s->id,
                      .window_id = w->id,
                      .width = s->width,
                      .height = s->height,
                      .stride = s->stride,
                      .way = s->streamed ? VIEW_PIXELS_STREAMED
                             : s->guests ? VIEW_PIXELS_SHARED
                                         : VIEW_PIXELS_RDP};

    VIEW_INIT(&msg, VIEW_MSG_BUFFER);
    w->buffer_said = true;
    bridge_say(m, &msg, sizeof msg, s->fd);
}

// A buffer for what is seen of the surface; the former one is returned, to be named gone after the
// commit that replaces it.
static bool
renew_buffer(BridgeModel *m, BridgeWindow *w, const ViewRect *part, BridgeSurface **old)
{
    BridgeSurface *s = bridge_surface_new(m->next_buffer++, part->width, part->height, &m->used);

    if (!s)
        return false;
    *old = w->buffer;
    w->buffer = s;
    w->buffer_said = false;
    w->stale = true;
    return true;
}

static void
say_buffer_gone(BridgeModel *m, BridgeSurface *old)
{
    ViewId msg = {.id = old->id};

    old->shown_by = NOBODY; // an id is told once
    VIEW_INIT(&msg, VIEW_MSG_BUFFER_GONE);
    bridge_say(m, &msg, sizeof msg, -1);
    bridge_surface_unref(old);
}

void
bridge_present_forget(BridgeModel *m, BridgeWindow *w)
{
    if (w->buffer && w->buffer_said)
        say_buffer_gone(m, w->buffer);
    else
        bridge_surface_unref(w->buffer);
    w->buffer = NULL;
}

static bool
zooms(const BridgeWindow *w, const BridgeSource *source)
{
    return w->zoom_width != 0 && source->width == w->zoom_width && source->height == w->zoom_height;
}

static bool
fits(const BridgeWindow *w, const BridgeSource *source)
{
    return zooms(w, source) || (w->zoom_width == 0 && source->width == w->rect.width &&
                                source->height == w->rect.height);
}

// From the surface's pixels to those of the window.
static BridgeScale
shown_scale(const BridgeWindow *w, const BridgeSource *source)
{
    BridgeScale s = {source->width, source->height, source->width, source->height};

    if (source->scaled)
        s = source->scale;
    if (zooms(w, source)) {
        s.to_width = w->rect.width;
        s.to_height = w->rect.height;
    }
    return s;
}

// What of the surface, as large as it is shown, is seen.
static ViewRect
seen_part(const BridgeWindow *w, const BridgeScale *scale)
{
    return bridge_frame_cut(&w->cut, (ViewRect){0, 0, scale->to_width, scale->to_height});
}

static bool
same_size(const BridgeSurface *buffer, const ViewRect *part)
{
    return buffer && buffer->width == part->width && buffer->height == part->height;
}

// What is damaged of the part that is seen, counted from its corner. The window counts in other
// pixels than the source where it zooms.
static void
shown_damage(const BridgeWindow *w, const BridgeSource *source, const ViewRect *part,
             BridgeDamage *damage)
{
    BridgeScale zoom = {source->width, source->height, w->rect.width, w->rect.height};

    damage->count = 0;
    for (unsigned i = 0; i < source->damage.count; i++) {
        ViewRect rect = source->damage.rects[i];
        if (zooms(w, source))
            rect = bridge_scale_rect(&zoom, rect);
        rect.x -= part->x;
        rect.y -= part->y;
        damage->rects[damage->count++] = rect;
    }
    bridge_damage_clip(damage, part->width, part->height);
}

// What was painted of a frame that is not shown is no news.
static void
forget_unseen(const BridgeWindow *w, BridgeSource *source, const ViewRect *part)
{
    BridgeDamage damage;

    shown_damage(w, source, part, &damage);
    if (damage.count == 0)
        source->damage.count = 0;
}

static bool
is_same(const BridgeScale *scale)
{
    return scale->from_width == scale->to_width && scale->from_height == scale->to_height;
}

// The buffer has the part of the shown surface that begins at x, y.
static void
copy_damage(BridgeModel *m, BridgeWindow *w, const BridgeSource *source, const BridgeScale *scale,
            const BridgeDamage *damage)
{
    BridgeSurface *buffer = w->buffer;
    const ViewRect part = seen_part(w, scale), all = {0, 0, part.width, part.height};

    if (is_same(scale)) {
        const uint8_t *corner =
            source->pixels + (size_t)part.y * source->stride + (size_t)part.x * 4;
        bridge_surface_copy(buffer, corner, source->stride, damage->rects, damage->count);
        return;
    }
    int64_t start = m->out->now(m->user);
    bool overlaps = bridge_damage_area(damage) > (uint64_t)all.width * all.height;
    const ViewRect *rects = overlaps ? &all : damage->rects;
    for (unsigned i = 0; i < (overlaps ? 1 : damage->count); i++) {
        ViewRect r = rects[i];
        uint8_t *to = buffer->pixels + (size_t)r.y * buffer->stride + (size_t)r.x * 4;
        r.x += part.x;
        r.y += part.y;
        bridge_scale_pixels(scale, r, source->pixels, source->stride, to, buffer->stride);
    }
    bridge_scale_took(&m->pace, start, m->out->now(m->user));
}

// Whether the window can show the source's own memory, instead of a copy.
static bool
shows_shared(const BridgeWindow *w, const BridgeSource *source, const BridgeScale *scale,
             const ViewRect *part)
{
    const BridgeSurface *shared = source->shared;

    return shared && is_same(scale) && part->x == 0 && part->y == 0 && same_size(shared, part) &&
           (shared->shown_by == 0 || shared->shown_by == w->id);
}

// Whether the window's buffer is the one in which the source's pixels are, or are copied to.
static bool
has_buffer_for(const BridgeWindow *w, const BridgeSource *source, const BridgeScale *scale,
               const ViewRect *part)
{
    if (shows_shared(w, source, scale, part))
        return w->buffer == source->shared;
    return same_size(w->buffer, part) && !w->buffer->guests;
}

// The source's own memory becomes the window's buffer; as with renew_buffer.
static void
take_shared(BridgeWindow *w, BridgeSource *source, BridgeSurface **old)
{
    *old = w->buffer;
    w->buffer = bridge_surface_ref(source->shared);
    w->buffer->shown_by = w->id;
    w->buffer_said = false;
    w->stale = true;
}

// Copies what changed, where it is not there already, and commits. The view has put the former
// pixels and no frame is open.
static void
commit_pixels(BridgeModel *m, BridgeWindow *w, ViewState state, BridgeSource *source)
{
    BridgeScale scale = shown_scale(w, source);
    ViewRect part = seen_part(w, &scale);
    BridgeSurface *old = NULL;
    BridgeDamage damage;
    bool shared = shows_shared(w, source, &scale, &part);

    if (!has_buffer_for(w, source, &scale, &part)) {
        if (shared) {
            take_shared(w, source, &old);
        } else if (!renew_buffer(m, w, &part, &old)) {
            source->damage.count = 0; // over the limits: the window stays as it was
            bridge_present_release(m, w);
            return;
        }
    }
    if (w->stale) {
        source->damage.count = 0;
        bridge_damage_add(&source->damage, (ViewRect){0, 0, source->width, source->height});
    }
    w->stale = false;
    say_buffer(m, w);
    shown_damage(w, source, &part, &damage);
    if (!shared)
        copy_damage(m, w, source, &scale, &damage);
    send_commit(m, w, state, &damage);
    source->damage.count = 0;
    if (old)
        say_buffer_gone(m, old);
}

static bool
differs(const BridgeWindow *w, ViewState state)
{
    const ViewRect seen = bridge_model_seen(w);

    return !w->committed || w->push || w->last.state != (uint32_t)state ||
           memcmp(&w->last.geometry, &seen, sizeof seen) != 0;
}

// Hidden and minimised windows show no pixels: only their state is told, and once.
static void
present_unseen(BridgeModel *m, BridgeWindow *w, ViewState state)
{
    w->mismatch_due = 0;
    bridge_present_release(m, w);
    if (!w->committed && state == VIEW_STATE_HIDDEN)
        return;
    if ((w->committed && w->last.state == (uint32_t)state && !w->push) || tells(w))
        return;
    say_buffer(m, w);
    send_commit(m, w, state, NULL);
}

static void
present_seen(BridgeModel *m, BridgeWindow *w, ViewState state)
{
    BridgeSource *source = source_of(m, w->id);
    const ViewRect seen = bridge_model_seen(w);
    bool ready = source && source->painted && source->width > 0 && source->height > 0;

    if (!ready && w->stale && same_size(w->buffer, &seen)) {
        // A new view, and a guest that deleted the surface: what there was is still right.
        BridgeDamage all = {0};
        bridge_damage_add(&all, (ViewRect){0, 0, w->buffer->width, w->buffer->height});
        say_buffer(m, w);
        w->stale = false;
        send_commit(m, w, state, &all);
        return;
    }
    if (!ready || (!fits(w, source) && !w->mismatch_accepted)) {
        if (ready && !w->mismatch_due)
            w->mismatch_due = m->out->now(m->user) + MISMATCH_WAIT_US;
        return;
    }
    if (fits(w, source)) {
        w->mismatch_due = 0;
        w->mismatch_accepted = false;
    }
    bridge_damage_clip(&source->damage, source->width, source->height);
    BridgeScale scale = shown_scale(w, source);
    ViewRect part = seen_part(w, &scale);
    bool current = has_buffer_for(w, source, &scale, &part) && !w->stale;
    if (current)
        forget_unseen(w, source, &part);
    bool pixels = (source->damage.count > 0 || !current) && !w->in_flight;
    // What the guest has written is whole, whatever else is being decoded.
    bool open = m->in_frame && !shows_shared(w, source, &scale, &part);
    w->deferred = pixels && open;
    m->deferred |= w->deferred;
    w->paced = pixels && !is_same(&scale) && m->out->now(m->user) < m->pace.rests_until;
    if (pixels && !open && !w->paced)
        commit_pixels(m, w, state, source);
    else if (current && differs(w, state) && !tells(w))
        send_commit(m, w, state, NULL);
}

// What its program says decides whose window it is, and a minimised one is committed without
// waiting for pixels, which come after that. Bounded as the answer about its application is.
static bool
lacks_properties(const BridgeModel *m, const BridgeWindow *w, ViewState state)
{
    return !m->foreign && state == VIEW_STATE_MINIMIZED && !w->properties.said && w->app_due != 0;
}

// A dialogue is shown after the window that it belongs to, where that is about to be: window
// managers place, raise and float it by its owner.
static bool
awaits_owner(BridgeModel *m, const BridgeWindow *w)
{
    const BridgeWindow *owner = bridge_model_window(m, w->owner_id);

    return owner && owner != w && !owner->announced && owner->app_due != 0;
}

static void
present(BridgeModel *m, BridgeWindow *w)
{
    ViewState state = state_of(m, w);

    w->paced = false;
    if (!m->view)
        return;
    bool is_new = !w->announced;
    if (is_new) {
        if (state == VIEW_STATE_HIDDEN || !w->app_known || lacks_properties(m, w, state) ||
            awaits_owner(m, w))
            return;
        bridge_announce(m, w);
    }
    if (state == VIEW_STATE_HIDDEN || state == VIEW_STATE_MINIMIZED)
        present_unseen(m, w, state);
    else
        present_seen(m, w, state);
    if (is_new)
        bridge_model_owner_known(m, w->id);
}

void
bridge_present(BridgeModel *m, BridgeWindow *w)
{
    present(m, w);
    // Nothing is on its way to the screen: the guest must go on, or what is waited for (a surface
    // of the right size, a window that is shown) never comes.
    if (!w->in_flight)
        release(m, w, 0);
    bridge_wait(m, w);
}

// Sources and frames.

bool
bridge_model_map(BridgeModel *m, BridgeSource *source)
{
    bridge_model_unmap(m, source);
    if (m->n_sources == LIMIT_SURFACES)
        return false;
    m->sources[m->n_sources++] = source;
    source->mapped = true;
    BridgeWindow *w = bridge_model_window(m, (uint32_t)source->window_id);
    if (w) {
        w->mismatch_accepted = false;
        bridge_present(m, w);
    }
    return true;
}

void
bridge_model_unmap(BridgeModel *m, BridgeSource *source)
{
    unsigned n = 0;

    for (unsigned i = 0; i < m->n_sources; i++)
        if (m->sources[i] != source)
            m->sources[n++] = m->sources[i];
    m->n_sources = n;
    source->mapped = false;
}

void
bridge_model_frame_begin(BridgeModel *m)
{
    m->in_frame = true;
}

// The window of a source whose frame has ended.
static void
show_source(BridgeModel *m, BridgeSource *source, const uint64_t *frame_id)
{
    BridgeWindow *w = bridge_model_window(m, (uint32_t)source->window_id);

    source->touched = false;
    source->painted = true;
    if (!w || source_of(m, w->id) != source)
        return;
    bool busy = w->in_flight;
    bridge_present(m, w);
    if (frame_id && w->in_flight)
        hold_frame(m, w, *frame_id, busy ? 0 : w->flight_serial);
}

void
bridge_model_frame_end(BridgeModel *m, bool has_id, uint64_t frame_id)
{
    bool tracked = has_id && m->n_frames < BRIDGE_FRAMES_MAX && !frame_of(m, frame_id);

    m->in_frame = false;
    if (tracked) // with a reference of our own while the windows take theirs
        m->frames[m->n_frames++] = (BridgeFrame){frame_id, 1};
    for (unsigned i = 0; i < m->n_sources; i++)
        if (m->sources[i]->touched)
            show_source(m, m->sources[i], tracked ? &frame_id : NULL);
    for (unsigned i = 0; m->deferred && i < m->n_windows; i++)
        if (m->windows[i]->deferred)
            bridge_present(m, m->windows[i]);
    m->deferred = false;
    if (tracked)
        frame_unref(m, frame_id);
    else if (has_id)
        m->out->frame_done(m->user, frame_id);
}

void
bridge_model_shared_frame(BridgeModel *m, BridgeSource *source, uint64_t frame_id)
{
    bool tracked = m->n_frames < BRIDGE_FRAMES_MAX && !frame_of(m, frame_id);

    if (tracked)
        m->frames[m->n_frames++] = (BridgeFrame){frame_id, 1};
    show_source(m, source, tracked ? &frame_id : NULL);
    if (tracked)
        frame_unref(m, frame_id);
    else
        m->out->frame_done(m->user, frame_id);
}

BridgeSurface *
bridge_model_new_shared(BridgeModel *m, uint32_t width, uint32_t height)
{
    if (m->next_buffer > BUFFER_ID_MAX)
        return NULL;
    return bridge_surface_new_for_guest(m->next_buffer++, width, height, &m->used);
}

// The view.

void
bridge_model_view_lost(BridgeModel *m)
{
    m->view = false;
    for (unsigned i = 0; i < m->n_windows; i++) {
        BridgeWindow *w = m->windows[i];
        bridge_present_release(m, w);
        w->stale = true;
        w->buffer_said = false;
        w->committed = false;
        w->followed_serial = 0;
        w->state_serial = 0;
        w->moving = false;
        w->moving_due = 0;
        w->tell_serial = 0;
        w->tell_due = 0;
        w->last = (ViewCommit){0};
    }
}

void
bridge_model_shown(BridgeModel *m, uint32_t id, uint32_t serial)
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w || serial == 0 || (int32_t)(serial - w->last.serial) > 0)
        return;
    release(m, w, serial);
    if (tells(w) && (int32_t)(serial - w->tell_serial) >= 0) {
        w->tell_serial = 0;
        w->tell_due = 0;
        bridge_present(m, w);
    }
    if (w->in_flight && (int32_t)(serial - w->flight_serial) >= 0) {
        w->in_flight = false;
        w->flight_due = 0;
        bridge_present(m, w);
    }
}

// Time.

static int64_t
earlier(int64_t a, int64_t b)
{
    return a == 0 ? b : b == 0 ? a : a < b ? a : b;
}

static int64_t
window_due(const BridgeModel *m, const BridgeWindow *w)
{
    int64_t due = earlier(w->flight_due, w->mismatch_due);

    due = earlier(due, earlier(w->moving_due, w->app_due));
    due = earlier(due, earlier(w->tell_due, w->unsure_due));
    due = earlier(due, w->icons_due);
    return earlier(due, w->paced ? m->pace.rests_until : 0);
}

void
bridge_wait(BridgeModel *m, BridgeWindow *w)
{
    if (w->waits || window_due(m, w) == 0)
        return;
    w->waits = true;
    m->waiting[m->n_waiting++] = w;
}

void
bridge_wait_forget(BridgeModel *m, BridgeWindow *w)
{
    unsigned n = 0;

    for (unsigned i = 0; i < m->n_waiting; i++)
        if (m->waiting[i] != w)
            m->waiting[n++] = m->waiting[i];
    m->n_waiting = n;
    w->waits = false;
}

// Asked at each turn of the loop, so it looks at those that wait for something, mostly one or none.
int64_t
bridge_model_due(BridgeModel *m)
{
    int64_t due = 0;

    for (unsigned i = 0; i < m->n_waiting;) {
        BridgeWindow *w = m->waiting[i];
        int64_t own = window_due(m, w);
        due = earlier(due, own);
        w->waits = own != 0;
        if (w->waits)
            i++;
        else
            m->waiting[i] = m->waiting[--m->n_waiting];
    }
    return due;
}

static bool
elapsed(int64_t *due, int64_t now)
{
    if (*due == 0 || *due > now)
        return false;
    *due = 0;
    return true;
}

void
bridge_model_expire(BridgeModel *m)
{
    int64_t now = m->out->now(m->user);

    for (unsigned i = 0; i < m->n_waiting; i++) {
        BridgeWindow *w = m->waiting[i];
        bool again = false;
        if (elapsed(&w->flight_due, now)) {
            bridge_present_release(m, w);
            again = true;
        }
        if (elapsed(&w->tell_due, now)) {
            w->tell_serial = 0;
            again = true;
        }
        if (elapsed(&w->icons_due, now))
            bridge_icons_due(m, w);
        if (elapsed(&w->mismatch_due, now))
            again = w->mismatch_accepted = true;
        if (w->paced && m->pace.rests_until <= now)
            again = true;
        bool known = elapsed(&w->app_due, now);
        again |= known;
        w->app_known |= known;
        if (elapsed(&w->unsure_due, now)) { // it was not told back: the guest will have made it
            w->unsure = false;
            w->guest_rect = w->rect;
            m->generation++;
        }
        if (elapsed(&w->moving_due, now)) { // the guest wants another size: the view hears so
            bridge_model_followed(w);
            again = true;
        }
        if (again)
            bridge_present(m, w);
        if (known && !w->announced)
            bridge_model_owner_known(m, w->id);
    }
}
