// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/viewproto.h"

#include "channel/control.h"

#include <string.h>

_Static_assert(VIEW_TITLE_MAX == CHAN_WINDOW_NAME_MAX, "a name is taken over as it comes");
_Static_assert(VIEW_ICON_SIDE_MAX == CHAN_WINDOW_ICON_SIDE_MAX, "and an icon");
enum { WHOLE_SET = CHAN_WINDOW_ICON_BYTES_MAX };
_Static_assert(LIMIT_WINDOW_ICON_BYTES == WHOLE_SET, "and all of a window's");

// Any message whose size is fixed; the largest of them is ViewKeymap.
typedef union {
    ViewHeader header;
    ViewWindow window;
    ViewTitle title;
    ViewIcon icon;
    ViewProps props;
    ViewShape shape;
    ViewBuffer buffer;
    ViewId id;
    ViewEnter enter;
    ViewCommit commit;
    ViewStack stack;
    ViewMoveLoop move_loop;
    ViewCursor cursor;
    ViewSoundOpen sound_open;
    ViewSound sound;
    ViewSoundPlayed sound_played;
    ViewRecord record;
    ViewRecorded recorded;
    ViewClip clip;
    ViewClipData clip_data;
    ViewScreen screen;
    ViewLayout layout;
    ViewShown shown;
    ViewKey key;
    ViewPointer pointer;
    ViewConfigured configured;
    ViewStateMsg state;
    ViewLocks locks;
    ViewCaret caret;
    ViewLock lock;
    ViewMonitors monitors;
    ViewGroup group;
    ViewWorkspace workspace;
    ViewWorkspaces workspaces;
    ViewKill kill;
    ViewText text;
    ViewPreedit preedit;
    ViewTouch touch;
    ViewKeymap keymap;
    ViewKeeper keeper;
    ViewPace pace;
} Message;

// m is the fixed part, copied out of the packet; tail is what follows it.
typedef bool (*Check)(const Message *m, ChanSpan tail);

// What view_check knows of each type.
typedef struct {
    uint32_t type;
    uint32_t size;
    uint32_t tail_max; // bytes that may follow the fixed part
    unsigned fds;
    Check check; // NULL: every value is fine
} Shape;

static bool
within(int32_t v, int32_t min, int32_t max)
{
    return v >= min && v <= max;
}

static bool
side_ok(uint32_t v, uint32_t max)
{
    return v >= 1 && v <= max;
}

static bool
coord_ok(int32_t v)
{
    return within(v, -VIEW_COORD_MAX, VIEW_COORD_MAX);
}

static bool
rect_ok(const ViewRect *r)
{
    return coord_ok(r->x) && coord_ok(r->y) && side_ok(r->width, VIEW_SIDE_MAX) &&
           side_ok(r->height, VIEW_SIDE_MAX);
}

// Inside the largest possible buffer; the receiver knows the real one.
static bool
damage_ok(const ViewRect *r)
{
    return within(r->x, 0, VIEW_SIDE_MAX - 1) && within(r->y, 0, VIEW_SIDE_MAX - 1) &&
           side_ok(r->width, VIEW_SIDE_MAX - (uint32_t)r->x) &&
           side_ok(r->height, VIEW_SIDE_MAX - (uint32_t)r->y);
}

static bool
hint_range_ok(uint32_t min, uint32_t max, uint32_t base, uint32_t inc)
{
    return min <= VIEW_SIDE_MAX && max <= VIEW_SIDE_MAX && (max == 0 || min <= max) &&
           base < VIEW_SIDE_MAX && inc <= 1024;
}

static bool
check_window(const Message *m, ChanSpan tail)
{
    const ViewWindow *w = &m->window;

    return w->id != 0 && w->owner_id != w->id && w->kind <= VIEW_KIND_LAST &&
           (w->flags & ~(uint32_t)VIEW_FLAGS_ALL) == 0 &&
           (w->app_index < CHAN_APPS_MAX || w->app_index == CTL_APP_NONE) &&
           hint_range_ok(w->min_width, w->max_width, w->base_width, w->inc_width) &&
           hint_range_ok(w->min_height, w->max_height, w->base_height, w->inc_height);
}

static bool
check_title(const Message *m, ChanSpan tail)
{
    return m->title.id != 0;
}

static bool
check_names(const Message *m, ChanSpan tail)
{
    ChanWindowNames names;

    return m->id.id != 0 && chan_window_names_unpack(tail, &names);
}

static bool
check_icon(const Message *m, ChanSpan tail)
{
    return m->icon.id != 0 && side_ok(m->icon.width, VIEW_ICON_SIDE_MAX) &&
           side_ok(m->icon.height, VIEW_ICON_SIDE_MAX) && m->icon.count <= CHAN_WINDOW_ICONS_MAX &&
           (m->icon.count == 0 || m->icon.index < m->icon.count);
}

static bool
check_props(const Message *m, ChanSpan tail)
{
    return m->props.id != 0 && chan_window_props_valid(&m->props.props);
}

static bool
check_shape(const Message *m, ChanSpan tail)
{
    const ViewShape *s = &m->shape;

    return s->id != 0 && s->which < CHAN_SHAPES && s->shaped <= 1 &&
           s->count <= CHAN_WINDOW_SHAPE_MAX && (s->shaped || s->count == 0) &&
           tail.size == s->count * sizeof(ChanWindowRect);
}

static bool
check_buffer(const Message *m, ChanSpan tail)
{
    const ViewBuffer *b = &m->buffer;

    return b->id != 0 && b->window_id != 0 && side_ok(b->width, VIEW_SIDE_MAX) &&
           side_ok(b->height, VIEW_SIDE_MAX) && b->stride % 4 == 0 && b->stride >= b->width * 4 &&
           b->stride <= (VIEW_SIDE_MAX + 64) * 4 && b->way <= VIEW_PIXELS_LAST &&
           (uint64_t)b->stride * b->height <= VIEW_BUFFER_BYTES_MAX;
}

static bool
check_id(const Message *m, ChanSpan tail)
{
    return m->id.id != 0;
}

static bool
check_commit(const Message *m, ChanSpan tail)
{
    const ViewCommit *c = &m->commit;
    ViewRect rect;

    if (c->id == 0 || !rect_ok(&c->geometry) || c->state > VIEW_STATE_LAST ||
        c->n_damage > VIEW_DAMAGE_MAX || tail.size != c->n_damage * sizeof rect)
        return false;
    if (c->buffer_id == 0 &&
        (c->n_damage > 0 || (c->state != VIEW_STATE_HIDDEN && c->state != VIEW_STATE_MINIMIZED)))
        return false;
    for (uint32_t i = 0; i < c->n_damage; i++) {
        memcpy(&rect, tail.data + i * sizeof rect, sizeof rect);
        if (!damage_ok(&rect))
            return false;
    }
    return true;
}

static bool
check_stack(const Message *m, ChanSpan tail)
{
    return m->stack.count <= VIEW_WINDOWS_MAX && tail.size == m->stack.count * sizeof(uint32_t);
}

static bool
check_move_loop(const Message *m, ChanSpan tail)
{
    const ViewMoveLoop *l = &m->move_loop;

    return l->id != 0 && l->direction <= 11 && coord_ok(l->root_x) && coord_ok(l->root_y);
}

static bool
check_cursor(const Message *m, ChanSpan tail)
{
    const ViewCursor *c = &m->cursor;

    if (c->kind != VIEW_CURSOR_IMAGE)
        return c->kind == VIEW_CURSOR_DEFAULT || c->kind == VIEW_CURSOR_HIDDEN;
    return side_ok(c->width, VIEW_CURSOR_SIDE_MAX) && side_ok(c->height, VIEW_CURSOR_SIDE_MAX) &&
           c->hot_x < c->width && c->hot_y < c->height;
}

static bool
check_sound_open(const Message *m, ChanSpan tail)
{
    return m->sound_open.rate >= 8000 && m->sound_open.rate <= 192000 &&
           m->sound_open.channels >= 1 && m->sound_open.channels <= 8 &&
           m->sound_open.target_ms >= 5 && m->sound_open.target_ms <= 100;
}

static bool
check_sound(const Message *m, ChanSpan tail)
{
    return m->sound.bytes == tail.size && m->sound.bytes % 2 == 0;
}

static bool
check_record(const Message *m, ChanSpan tail)
{
    const ViewRecord *r = &m->record;

    return r->rate >= CHAN_AUDIO_RATE_MIN && r->rate <= CHAN_AUDIO_RATE_MAX && r->channels >= 1 &&
           r->channels <= CHAN_AUDIO_CHANNELS_MAX && r->fragment_ms >= VIEW_RECORD_FRAGMENT_MIN &&
           r->fragment_ms <= VIEW_RECORD_FRAGMENT_MAX;
}

static bool
check_recorded(const Message *m, ChanSpan tail)
{
    return tail.size > 0 && m->recorded.bytes == tail.size;
}

static bool
check_clip(const Message *m, ChanSpan tail)
{
    return (m->clip.kinds & ~(uint32_t)CHAN_CLIP_ALL) == 0 &&
           m->clip.selection < CHAN_CLIP_SELECTIONS;
}

static bool
check_clip_want(const Message *m, ChanSpan tail)
{
    uint32_t kinds = m->clip.kinds;

    return check_clip(m, tail) && kinds != 0 && (kinds & (kinds - 1)) == 0;
}

static bool
check_clip_data(const Message *m, ChanSpan tail)
{
    return m->clip_data.last <= 1 && m->clip_data.selection < CHAN_CLIP_SELECTIONS &&
           (m->clip_data.last == 1 || tail.size > 0);
}

static bool
check_screen(const Message *m, ChanSpan tail)
{
    const ViewScreen *s = &m->screen;

    if (!rect_ok(&s->root) || s->root.x != 0 || s->root.y != 0 || !rect_ok(&s->work_area) ||
        !within((int32_t)s->scale_percent, 100, 500) || s->n_monitors < 1 ||
        s->n_monitors > VIEW_MONITORS_MAX || s->looks > CHAN_LOOKS_ALL ||
        s->resource_dpi > VIEW_DPI_MAX || s->settings_dpi > VIEW_DPI_MAX ||
        s->window_scale > VIEW_WINDOW_SCALE_MAX)
        return false;
    for (uint32_t i = 0; i < s->n_monitors; i++)
        if (!rect_ok(&s->monitors[i]))
            return false;
    return true;
}

static bool
check_layout(const Message *m, ChanSpan tail)
{
    return chan_window_keys_valid(&m->layout.keys);
}

static bool
check_key(const Message *m, ChanSpan tail)
{
    return m->key.evdev >= 1 && m->key.evdev <= 0x2ff && m->key.down <= 1;
}

static bool
check_enter(const Message *m, ChanSpan tail)
{
    return m->enter.alone <= 1;
}

static bool
check_keeper(const Message *m, ChanSpan tail)
{
    return m->keeper.keeper.there <= 1;
}

static bool
button_ok(uint32_t button)
{
    return (button >= 1 && button <= 3) || (button >= 8 && button <= CHAN_WINDOW_BUTTON_LAST);
}

static bool
check_pointer(const Message *m, ChanSpan tail)
{
    const ViewPointer *p = &m->pointer;

    if (p->id == 0 || p->kind > VIEW_POINTER_LAST || !coord_ok(p->root_x) || !coord_ok(p->root_y))
        return false;
    if (p->kind == VIEW_POINTER_WHEEL || p->kind == VIEW_POINTER_SHIFT)
        return within(p->wheel_x, -VIEW_COORD_MAX, VIEW_COORD_MAX) &&
               within(p->wheel_y, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    return p->kind == VIEW_POINTER_MOVE || p->kind == VIEW_POINTER_UNLOCKED || button_ok(p->button);
}

static bool
check_configured(const Message *m, ChanSpan tail)
{
    const ViewFrame *f = &m->configured.frame;

    return m->configured.id != 0 && rect_ok(&m->configured.geometry) && f->left <= VIEW_FRAME_MAX &&
           f->right <= VIEW_FRAME_MAX && f->top <= VIEW_FRAME_MAX && f->bottom <= VIEW_FRAME_MAX &&
           f->edges <= CHAN_WINDOW_EDGES_ALL;
}

static bool
check_state(const Message *m, ChanSpan tail)
{
    return m->state.id != 0 && m->state.state < VIEW_STATE_HIDDEN && m->state.sized <= 1 &&
           (m->state.states & ~(uint32_t)CHAN_STATES_ALL) == 0;
}

static bool
check_locks(const Message *m, ChanSpan tail)
{
    return m->locks.locks <= 7;
}

static bool
check_caret(const Message *m, ChanSpan tail)
{
    return m->caret.id != 0 && chan_window_caret_valid(&m->caret.caret);
}

static bool
check_lock(const Message *m, ChanSpan tail)
{
    return m->lock.id != 0 && m->lock.wanted <= 1;
}

static bool
check_monitors(const Message *m, ChanSpan tail)
{
    return m->monitors.id != 0 && chan_window_monitors_valid(&m->monitors.monitors);
}

static bool
check_group(const Message *m, ChanSpan tail)
{
    return m->group.id != 0 && chan_window_group_valid(&m->group.group);
}

static bool
check_workspace(const Message *m, ChanSpan tail)
{
    return m->workspace.id != 0 && chan_window_workspace_valid(m->workspace.workspace);
}

static bool
check_workspaces(const Message *m, ChanSpan tail)
{
    return chan_window_workspaces_valid(&m->workspaces.workspaces);
}

static bool
check_kill(const Message *m, ChanSpan tail)
{
    return m->kill.id != 0 && m->kill.process <= 1;
}

static bool
check_pace(const Message *m, ChanSpan tail)
{
    return m->pace.id != 0 && chan_window_pace_valid(&m->pace.pace);
}

static bool
check_preedit(const Message *m, ChanSpan tail)
{
    return chan_window_preedit_valid(&m->preedit.preedit);
}

static bool
check_touch(const Message *m, ChanSpan tail)
{
    return m->touch.id != 0 && chan_window_touch_valid(&m->touch.touch);
}

static bool
check_text(const Message *m, ChanSpan tail)
{
    return tail.size > 0;
}

static const Shape shapes[] = {
    {VIEW_MSG_WINDOW, sizeof(ViewWindow), 0, 0, check_window},
    {VIEW_MSG_TITLE, sizeof(ViewTitle), VIEW_TITLE_MAX, 0, check_title},
    {VIEW_MSG_ICON, sizeof(ViewIcon), 0, 1, check_icon},
    {VIEW_MSG_BUFFER, sizeof(ViewBuffer), 0, 1, check_buffer},
    {VIEW_MSG_BUFFER_GONE, sizeof(ViewId), 0, 0, check_id},
    {VIEW_MSG_COMMIT, sizeof(ViewCommit), VIEW_DAMAGE_MAX * sizeof(ViewRect), 0, check_commit},
    {VIEW_MSG_WINDOW_GONE, sizeof(ViewId), 0, 0, check_id},
    {VIEW_MSG_STACK, sizeof(ViewStack), VIEW_WINDOWS_MAX * sizeof(uint32_t), 0, check_stack},
    {VIEW_MSG_ACTIVE, sizeof(ViewId), 0, 0, NULL},
    {VIEW_MSG_MOVE_LOOP, sizeof(ViewMoveLoop), 0, 0, check_move_loop},
    {VIEW_MSG_CURSOR, sizeof(ViewCursor), 0, 0, check_cursor},
    {VIEW_MSG_SOUND_OPEN, sizeof(ViewSoundOpen), 0, 0, check_sound_open},
    {VIEW_MSG_SOUND, sizeof(ViewSound), VIEW_SOUND_BLOCK_MAX, 0, check_sound},
    {VIEW_MSG_SOUND_CLOSE, sizeof(ViewPlain), 0, 0, NULL},
    {VIEW_MSG_RECORD, sizeof(ViewRecord), 0, 0, check_record},
    {VIEW_MSG_RECORD_OVER, sizeof(ViewPlain), 0, 0, NULL},
    {VIEW_MSG_RECORDED, sizeof(ViewRecorded), VIEW_SOUND_BLOCK_MAX, 0, check_recorded},
    {VIEW_MSG_CLIP_OFFER, sizeof(ViewClip), 0, 0, check_clip},
    {VIEW_MSG_CLIP_WANT, sizeof(ViewClip), 0, 0, check_clip_want},
    {VIEW_MSG_CLIP_DATA, sizeof(ViewClipData), VIEW_CLIP_CHUNK_MAX, 0, check_clip_data},
    {VIEW_MSG_ATTENTION, sizeof(ViewId), 0, 0, check_id},
    {VIEW_MSG_PROPS, sizeof(ViewProps), 0, 0, check_props},
    {VIEW_MSG_SHAPE, sizeof(ViewShape), CHAN_WINDOW_SHAPE_MAX * sizeof(ChanWindowRect), 0,
     check_shape},
    {VIEW_MSG_ICONS_GONE, sizeof(ViewId), 0, 0, check_id},
    {VIEW_MSG_CARET, sizeof(ViewCaret), 0, 0, check_caret},
    {VIEW_MSG_LOCK, sizeof(ViewLock), 0, 0, check_lock},
    {VIEW_MSG_NAMES, sizeof(ViewId), CHAN_WINDOW_NAMES_BYTES_MAX, 0, check_names},
    {VIEW_MSG_MONITORS, sizeof(ViewMonitors), 0, 0, check_monitors},
    {VIEW_MSG_GROUP, sizeof(ViewGroup), 0, 0, check_group},
    {VIEW_MSG_WORKSPACE, sizeof(ViewWorkspace), 0, 0, check_workspace},
    {VIEW_MSG_PONG, sizeof(ViewPing), 0, 0, check_id},
    {VIEW_MSG_SETTLED, sizeof(ViewSettle), 0, 0, NULL},
    {VIEW_MSG_SCREEN, sizeof(ViewScreen), 0, 0, check_screen},
    {VIEW_MSG_LAYOUT, sizeof(ViewLayout), 0, 0, check_layout},
    {VIEW_MSG_SHOWN, sizeof(ViewShown), 0, 0, check_id},
    {VIEW_MSG_KEY, sizeof(ViewKey), 0, 0, check_key},
    {VIEW_MSG_POINTER, sizeof(ViewPointer), 0, 0, check_pointer},
    {VIEW_MSG_FOCUS, sizeof(ViewId), 0, 0, NULL},
    {VIEW_MSG_CONFIGURED, sizeof(ViewConfigured), 0, 0, check_configured},
    {VIEW_MSG_STATE, sizeof(ViewStateMsg), 0, 0, check_state},
    {VIEW_MSG_CLOSE, sizeof(ViewId), 0, 0, check_id},
    {VIEW_MSG_ENTER, sizeof(ViewEnter), 0, 0, check_enter},
    {VIEW_MSG_SOUND_PLAYED, sizeof(ViewSoundPlayed), 0, 0, NULL},
    {VIEW_MSG_CONTROL, sizeof(ViewPlain), 0, 1, NULL},
    {VIEW_MSG_HOST_CLIP, sizeof(ViewClip), 0, 0, check_clip},
    {VIEW_MSG_LOCKS, sizeof(ViewLocks), 0, 0, check_locks},
    {VIEW_MSG_TEXT, sizeof(ViewText), CHAN_WINDOW_TEXT_MAX, 0, check_text},
    {VIEW_MSG_PREEDIT, sizeof(ViewPreedit), 0, 0, check_preedit},
    {VIEW_MSG_TOUCH, sizeof(ViewTouch), 0, 0, check_touch},
    {VIEW_MSG_PING, sizeof(ViewPing), 0, 0, check_id},
    {VIEW_MSG_KILL, sizeof(ViewKill), 0, 0, check_kill},
    {VIEW_MSG_KEYMAP, sizeof(ViewKeymap), 0, 0, NULL},
    {VIEW_MSG_KEEPER, sizeof(ViewKeeper), 0, 0, check_keeper},
    {VIEW_MSG_PACE, sizeof(ViewPace), 0, 0, check_pace},
    {VIEW_MSG_WORKSPACES, sizeof(ViewWorkspaces), 0, 0, check_workspaces},
    {VIEW_MSG_PLACED, sizeof(ViewWorkspace), 0, 0, check_workspace},
    {VIEW_MSG_INPUT, sizeof(ViewPlain), 0, 1, NULL},
    {VIEW_MSG_SETTLE, sizeof(ViewSettle), 0, 0, NULL},
    {VIEW_MSG_CLIP_SAVE, sizeof(ViewSave), 0, 0, NULL},
};

static const Shape *
shape_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].type == type)
            return &shapes[i];
    return NULL;
}

bool
view_check(ChanSpan untrusted_packet)
{
    Message m;

    if (untrusted_packet.size < sizeof m.header || untrusted_packet.size > VIEW_PACKET_MAX)
        return false;
    memcpy(&m.header, untrusted_packet.data, sizeof m.header);
    const Shape *shape = shape_of(m.header.type);
    if (!shape || m.header.size != untrusted_packet.size || m.header.size < shape->size ||
        m.header.size - shape->size > shape->tail_max)
        return false;
    memcpy(&m, untrusted_packet.data, shape->size);
    ChanSpan tail = {untrusted_packet.data + shape->size, untrusted_packet.size - shape->size};
    return !shape->check || shape->check(&m, tail);
}

ViewMsgType
view_type(ChanSpan packet)
{
    ViewHeader header;

    memcpy(&header, packet.data, sizeof header);
    return (ViewMsgType)header.type;
}

unsigned
view_fds(ChanSpan packet)
{
    ViewMsgType type = view_type(packet);

    if (type == VIEW_MSG_CURSOR) {
        ViewCursor cursor;
        memcpy(&cursor, packet.data, sizeof cursor);
        return cursor.kind == VIEW_CURSOR_IMAGE ? 1 : 0;
    }
    const Shape *shape = shape_of(type);
    return shape ? shape->fds : 0;
}
