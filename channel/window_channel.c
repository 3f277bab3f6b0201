// SPDX-License-Identifier: Apache-2.0
#include "channel/window_channel.h"

#include "channel/wire.h"

#include <string.h>

static ChanWriter
begin(ChanWindowMessage type, uint32_t window, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u8(&w, (uint8_t)type);
    chan_write_u32(&w, window);
    return w;
}

ChanSpan
chan_window_props_encode(uint32_t window, const ChanWindowProps *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_PROPS, window, buffer, capacity);
    uint32_t fields[CHAN_WINDOW_PROPS_FIELDS];

    memcpy(fields, m, sizeof fields);
    for (size_t i = 0; i < CHAN_WINDOW_PROPS_FIELDS; i++)
        chan_write_u32(&w, fields[i]);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_icon_encode(uint32_t window, const ChanWindowIcon *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_ICON, window, buffer, capacity);

    chan_write_u8(&w, m->index);
    chan_write_u8(&w, m->count);
    chan_write_u16(&w, m->width);
    chan_write_u16(&w, m->height);
    chan_write_bytes(&w, m->pixels);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_host_encode(uint32_t window, const ChanWindowHost *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_HOST, window, buffer, capacity);

    chan_write_u32(&w, m->serial);
    chan_write_u32(&w, m->states);
    chan_write_u32(&w, m->place_serial);
    chan_write_i32(&w, m->x);
    chan_write_i32(&w, m->y);
    chan_write_u32(&w, m->width);
    chan_write_u32(&w, m->height);
    chan_write_u32(&w, m->frame_left);
    chan_write_u32(&w, m->frame_right);
    chan_write_u32(&w, m->frame_top);
    chan_write_u32(&w, m->frame_bottom);
    chan_write_u32(&w, m->edges);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_shape_encode(uint32_t window, const ChanWindowShape *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_SHAPE, window, buffer, capacity);

    chan_write_u8(&w, m->which);
    chan_write_u8(&w, m->shaped);
    chan_write_u16(&w, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        chan_write_u16(&w, (uint16_t)m->rects[i].x);
        chan_write_u16(&w, (uint16_t)m->rects[i].y);
        chan_write_u16(&w, m->rects[i].width);
        chan_write_u16(&w, m->rects[i].height);
    }
    return chan_writer_span(&w);
}

static void
write_name(ChanWriter *w, const char *name, size_t size)
{
    size_t length = strnlen(name, size - 1);

    chan_write_u16(w, (uint16_t)length);
    chan_write_bytes(w, CHAN_SPAN(name, length));
}

ChanSpan
chan_window_keys_encode(const ChanWindowKeys *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_KEYS, 0, buffer, capacity);

    chan_write_u32(&w, m->group);
    chan_write_u32(&w, m->repeat_delay_ms);
    chan_write_u32(&w, m->repeat_interval_ms);
    write_name(&w, m->model, sizeof m->model);
    write_name(&w, m->layout, sizeof m->layout);
    write_name(&w, m->variant, sizeof m->variant);
    write_name(&w, m->options, sizeof m->options);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_keymap_encode(const ChanWindowKeymap *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_KEYMAP, 0, buffer, capacity);

    for (unsigned key = 0; key < CHAN_WINDOW_KEYMAP_KEYS; key++)
        for (unsigned i = 0; i < CHAN_WINDOW_KEYMAP_WIDTH; i++)
            chan_write_u32(&w, m->symbols[key][i]);
    chan_write_bytes(&w, CHAN_SPAN(m->modifiers, sizeof m->modifiers));
    return chan_writer_span(&w);
}

ChanSpan
chan_window_caret_encode(uint32_t window, const ChanWindowCaret *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_CARET, window, buffer, capacity);

    chan_write_i32(&w, m->x);
    chan_write_i32(&w, m->y);
    chan_write_u32(&w, m->flags);
    chan_write_u32(&w, m->resets);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_lock_encode(uint32_t window, bool wanted, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_LOCK, window, buffer, capacity);

    chan_write_u32(&w, wanted);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_ping_encode(ChanWindowMessage which, uint32_t window, uint32_t serial, void *buffer,
                        size_t capacity)
{
    ChanWriter w = begin(which, window, buffer, capacity);

    chan_write_u32(&w, serial);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_kill_encode(uint32_t window, bool process, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_KILL, window, buffer, capacity);

    chan_write_u32(&w, process);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_menu_encode(uint32_t window, ChanSpan menu, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_MENU, window, buffer, capacity);

    chan_write_bytes(&w, menu);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_names_encode(uint32_t window, ChanSpan names, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_NAMES, window, buffer, capacity);

    chan_write_bytes(&w, names);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_monitors_encode(uint32_t window, const ChanWindowMonitors *m, void *buffer,
                            size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_MONITORS, window, buffer, capacity);

    for (unsigned i = 0; i < CHAN_MONITOR_EDGES; i++) {
        chan_write_i32(&w, m->edges[i].x);
        chan_write_i32(&w, m->edges[i].y);
    }
    return chan_writer_span(&w);
}

ChanSpan
chan_window_group_encode(uint32_t window, const ChanWindowGroup *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_GROUP, window, buffer, capacity);

    chan_write_u32(&w, m->group);
    chan_write_u32(&w, m->leader);
    chan_write_u32(&w, m->owner);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_workspace_encode(ChanWindowMessage which, uint32_t window, uint32_t workspace,
                             void *buffer, size_t capacity)
{
    ChanWriter w = begin(which, window, buffer, capacity);

    chan_write_u32(&w, workspace);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_workspaces_encode(const ChanWindowWorkspaces *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_WORKSPACES, 0, buffer, capacity);

    chan_write_u32(&w, m->count);
    chan_write_u32(&w, m->current);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_motion_encode(const ChanWindowMotion *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_MOTION, 0, buffer, capacity);

    chan_write_u32(&w, m->locked);
    chan_write_i32(&w, m->dx);
    chan_write_i32(&w, m->dy);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_touch_encode(const ChanWindowTouch *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_TOUCH, 0, buffer, capacity);

    chan_write_u32(&w, m->touch);
    chan_write_u32(&w, m->phase);
    chan_write_i32(&w, m->x);
    chan_write_i32(&w, m->y);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_key_encode(const ChanWindowKey *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_KEY, 0, buffer, capacity);

    chan_write_u32(&w, m->code);
    chan_write_u32(&w, m->down);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_button_encode(const ChanWindowButton *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_BUTTON, 0, buffer, capacity);

    chan_write_u32(&w, m->button);
    chan_write_u32(&w, m->down);
    chan_write_i32(&w, m->x);
    chan_write_i32(&w, m->y);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_pixels_encode(uint64_t token, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_PIXELS, 0, buffer, capacity);

    chan_write_u64(&w, token);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_video_encode(bool taken, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_VIDEO, 0, buffer, capacity);

    chan_write_u32(&w, taken ? 1 : 0);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_keeper_encode(const ChanWindowKeeper *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_KEEPER, 0, buffer, capacity);

    chan_write_u32(&w, m->there);
    chan_write_u32(&w, m->saved);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_pace_encode(uint32_t window, const ChanWindowPace *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_PACE, window, buffer, capacity);

    chan_write_u32(&w, m->refresh_mhz);
    chan_write_u32(&w, m->seen);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_save_encode(uint32_t serial, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_SAVE, 0, buffer, capacity);

    chan_write_u32(&w, serial);
    return chan_writer_span(&w);
}

ChanSpan
chan_window_preedit_encode(const ChanWindowPreedit *m, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_PREEDIT, 0, buffer, capacity);

    chan_write_u16(&w, m->caret);
    chan_write_u16(&w, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        chan_write_u32(&w, m->characters[i].character);
        chan_write_u32(&w, m->characters[i].feedback);
    }
    return chan_writer_span(&w);
}

ChanSpan
chan_window_text_encode(ChanSpan text, void *buffer, size_t capacity)
{
    ChanWriter w = begin(CHAN_WINDOW_TEXT, 0, buffer, capacity);

    chan_write_u16(&w, (uint16_t)text.size);
    chan_write_bytes(&w, text);
    return chan_writer_span(&w);
}

static bool
sides_ok(const uint32_t *sides, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sides[i] > CHAN_WINDOW_SIDE_MAX)
            return false;
    return true;
}

bool
chan_window_props_valid(const ChanWindowProps *p)
{
    const uint32_t sizes[] = {
        p->min_width,      p->min_height,     p->max_width,      p->max_height,
        p->base_width,     p->base_height,    p->width_inc,      p->height_inc,
        p->frame_left,     p->frame_right,    p->frame_top,      p->frame_bottom,
        p->min_aspect_num, p->min_aspect_den, p->max_aspect_num, p->max_aspect_den};

    return sides_ok(sizes, sizeof sizes / sizeof sizes[0]) &&
           p->border_width <= CHAN_WINDOW_BORDER_MAX && p->gravity <= CHAN_WINDOW_GRAVITY_STATIC &&
           p->type <= CHAN_TYPE_LAST && (p->size_flags & ~(uint32_t)CHAN_SIZE_ALL) == 0 &&
           (p->flags & ~(uint32_t)CHAN_WINDOW_FLAGS_ALL) == 0 &&
           (p->states & ~(uint32_t)CHAN_STATES_ALL) == 0;
}

static bool
decode_props(ChanReader *r, ChanWindowProps *m)
{
    uint32_t fields[CHAN_WINDOW_PROPS_FIELDS];

    for (size_t i = 0; i < CHAN_WINDOW_PROPS_FIELDS; i++)
        fields[i] = chan_read_u32(r);
    memcpy(m, fields, sizeof fields);
    return chan_window_props_valid(m);
}

static bool
decode_icon(ChanReader *r, ChanWindowIcon *m)
{
    m->index = chan_read_u8(r);
    m->count = chan_read_u8(r);
    m->width = chan_read_u16(r);
    m->height = chan_read_u16(r);
    if (m->count == 0 && m->index == 0 && m->width == 0 && m->height == 0) {
        m->pixels = CHAN_SPAN(NULL, 0);
        return true;
    }
    if (m->index >= m->count || m->count > CHAN_WINDOW_ICONS_MAX || m->width < 1 || m->height < 1 ||
        m->width > CHAN_WINDOW_ICON_SIDE_MAX || m->height > CHAN_WINDOW_ICON_SIDE_MAX)
        return false;
    m->pixels = chan_read_bytes(r, (size_t)m->width * m->height * 4);
    return true;
}

static bool
decode_shape(ChanReader *r, ChanWindowShape *m)
{
    m->which = chan_read_u8(r);
    m->shaped = chan_read_u8(r);
    m->count = chan_read_count(r, CHAN_WINDOW_SHAPE_MAX);
    if (m->which >= CHAN_SHAPES || m->shaped > 1 || (!m->shaped && m->count > 0))
        return false;
    for (unsigned i = 0; i < m->count; i++)
        m->rects[i] = (ChanWindowRect){
            .x = (int16_t)chan_read_u16(r),
            .y = (int16_t)chan_read_u16(r),
            .width = chan_read_u16(r),
            .height = chan_read_u16(r),
        };
    return true;
}

static bool
place_ok(int32_t v)
{
    return v >= -(int32_t)CHAN_WINDOW_SIDE_MAX && v <= (int32_t)CHAN_WINDOW_SIDE_MAX;
}

static bool
decode_host(ChanReader *r, ChanWindowHost *m)
{
    m->serial = chan_read_u32(r);
    m->states = chan_read_u32(r);
    m->place_serial = chan_read_u32(r);
    m->x = chan_read_i32(r);
    m->y = chan_read_i32(r);
    m->width = chan_read_u32(r);
    m->height = chan_read_u32(r);
    m->frame_left = chan_read_u32(r);
    m->frame_right = chan_read_u32(r);
    m->frame_top = chan_read_u32(r);
    m->frame_bottom = chan_read_u32(r);
    m->edges = chan_read_u32(r);
    const uint32_t sides[] = {m->width,       m->height,    m->frame_left,
                              m->frame_right, m->frame_top, m->frame_bottom};
    return (m->states & ~(uint32_t)CHAN_STATES_ALL) == 0 && place_ok(m->x) && place_ok(m->y) &&
           m->width >= 1 && m->height >= 1 && m->edges <= CHAN_WINDOW_EDGES_ALL &&
           sides_ok(sides, sizeof sides / sizeof sides[0]);
}

static bool
name_ok(const char *name, size_t size)
{
    size_t length = strnlen(name, size);

    for (size_t i = 0; i < length; i++)
        if (name[i] < ' ' || name[i] > '~')
            return false;
    return length < size;
}

bool
chan_window_keys_valid(const ChanWindowKeys *k)
{
    return k->group < CHAN_WINDOW_GROUPS_MAX && k->repeat_delay_ms <= CHAN_WINDOW_REPEAT_MAX &&
           k->repeat_interval_ms <= CHAN_WINDOW_REPEAT_MAX && name_ok(k->model, sizeof k->model) &&
           name_ok(k->layout, sizeof k->layout) && name_ok(k->variant, sizeof k->variant) &&
           name_ok(k->options, sizeof k->options);
}

// A NUL within would end the name, and the rest be nowhere.
static bool
read_name(ChanReader *r, char *name, size_t size)
{
    size_t length = chan_read_count(r, size - 1);
    ChanSpan text = chan_read_bytes(r, length);

    memset(name, 0, size);
    if (text.size > 0)
        memcpy(name, text.data, text.size);
    return strlen(name) == length;
}

static bool
decode_keys(ChanReader *r, ChanWindowKeys *m)
{
    m->group = chan_read_u32(r);
    m->repeat_delay_ms = chan_read_u32(r);
    m->repeat_interval_ms = chan_read_u32(r);
    return read_name(r, m->model, sizeof m->model) && read_name(r, m->layout, sizeof m->layout) &&
           read_name(r, m->variant, sizeof m->variant) &&
           read_name(r, m->options, sizeof m->options) && chan_window_keys_valid(m);
}

static bool
decode_keymap(ChanReader *r, ChanWindowKeymap *m)
{
    for (unsigned key = 0; key < CHAN_WINDOW_KEYMAP_KEYS; key++)
        for (unsigned i = 0; i < CHAN_WINDOW_KEYMAP_WIDTH; i++)
            m->symbols[key][i] = chan_read_u32(r);
    for (unsigned key = 0; key < CHAN_WINDOW_KEYMAP_KEYS; key++)
        m->modifiers[key] = chan_read_u8(r);
    return true;
}

bool
chan_window_caret_valid(const ChanWindowCaret *m)
{
    return place_ok(m->x) && place_ok(m->y) && (m->flags & ~(uint32_t)CHAN_CARET_ALL) == 0;
}

static bool
decode_caret(ChanReader *r, ChanWindowCaret *m)
{
    m->x = chan_read_i32(r);
    m->y = chan_read_i32(r);
    m->flags = chan_read_u32(r);
    m->resets = chan_read_u32(r);
    return chan_window_caret_valid(m);
}

bool
chan_window_preedit_valid(const ChanWindowPreedit *m)
{
    if (m->count > CHAN_WINDOW_PREEDIT_MAX || m->caret > m->count)
        return false;
    for (unsigned i = 0; i < m->count; i++) {
        uint32_t c = m->characters[i].character;
        if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
            return false;
    }
    return true;
}

static bool
decode_preedit(ChanReader *r, ChanWindowPreedit *m)
{
    m->caret = chan_read_u16(r);
    m->count = chan_read_count(r, CHAN_WINDOW_PREEDIT_MAX);
    for (unsigned i = 0; i < m->count; i++) {
        m->characters[i].character = chan_read_u32(r);
        m->characters[i].feedback = chan_read_u32(r);
    }
    return chan_window_preedit_valid(m);
}

static bool
decode_bool(ChanReader *r, uint32_t *value)
{
    *value = chan_read_u32(r);
    return *value <= 1;
}

static bool
decode_ping(ChanReader *r, uint32_t *serial)
{
    *serial = chan_read_u32(r);
    return true;
}

static bool
decode_menu(ChanReader *r, ChanSpan *bytes)
{
    ChanTrayMenu menu;

    *bytes = chan_read_bytes(r, r->left);
    return chan_tray_menu_decode(*bytes, &menu);
}

static bool
decode_motion(ChanReader *r, ChanWindowMotion *m)
{
    m->locked = chan_read_u32(r);
    m->dx = chan_read_i32(r);
    m->dy = chan_read_i32(r);
    return m->locked <= 1 && place_ok(m->dx) && place_ok(m->dy);
}

bool
chan_window_touch_valid(const ChanWindowTouch *m)
{
    return m->touch < CHAN_WINDOW_TOUCHES_MAX && m->phase <= CHAN_TOUCH_END && place_ok(m->x) &&
           place_ok(m->y);
}

static bool
decode_touch(ChanReader *r, ChanWindowTouch *m)
{
    m->touch = chan_read_u32(r);
    m->phase = chan_read_u32(r);
    m->x = chan_read_i32(r);
    m->y = chan_read_i32(r);
    return chan_window_touch_valid(m);
}

bool
chan_window_monitors_valid(const ChanWindowMonitors *m)
{
    for (unsigned i = 0; i < CHAN_MONITOR_EDGES; i++)
        if (!place_ok(m->edges[i].x) || !place_ok(m->edges[i].y))
            return false;
    return true;
}

static bool
decode_monitors(ChanReader *r, ChanWindowMonitors *m)
{
    for (unsigned i = 0; i < CHAN_MONITOR_EDGES; i++) {
        m->edges[i].x = chan_read_i32(r);
        m->edges[i].y = chan_read_i32(r);
    }
    return chan_window_monitors_valid(m);
}

bool
chan_window_workspace_valid(uint32_t workspace)
{
    return workspace < CHAN_WORKSPACES_MAX || workspace == CHAN_WORKSPACE_ALL;
}

static bool
decode_workspace(ChanReader *r, uint32_t *workspace)
{
    *workspace = chan_read_u32(r);
    return chan_window_workspace_valid(*workspace);
}

bool
chan_window_workspaces_valid(const ChanWindowWorkspaces *m)
{
    return m->count <= CHAN_WORKSPACES_MAX && m->current < m->count;
}

static bool
decode_workspaces(ChanReader *r, ChanWindowWorkspaces *m)
{
    m->count = chan_read_u32(r);
    m->current = chan_read_u32(r);
    return chan_window_workspaces_valid(m);
}

static bool
decode_key(ChanReader *r, ChanWindowKey *m)
{
    m->code = chan_read_u32(r);
    m->down = chan_read_u32(r);
    return m->code >= 1 && m->code <= CHAN_WINDOW_KEY_CODE_LAST && m->down <= 1;
}

bool
chan_window_group_valid(const ChanWindowGroup *m)
{
    return m->owner <= CHAN_OWNER_LAST;
}

static bool
decode_group(ChanReader *r, ChanWindowGroup *m)
{
    m->group = chan_read_u32(r);
    m->leader = chan_read_u32(r);
    m->owner = chan_read_u32(r);
    return chan_window_group_valid(m);
}

static bool
decode_button(ChanReader *r, ChanWindowButton *m)
{
    m->button = chan_read_u32(r);
    m->down = chan_read_u32(r);
    m->x = chan_read_i32(r);
    m->y = chan_read_i32(r);
    return m->button >= CHAN_WINDOW_BUTTON_FIRST && m->button <= CHAN_WINDOW_BUTTON_LAST &&
           m->down <= 1 && place_ok(m->x) && place_ok(m->y);
}

static bool
decode_keeper(ChanReader *r, ChanWindowKeeper *m)
{
    m->there = chan_read_u32(r);
    m->saved = chan_read_u32(r);
    return m->there <= 1;
}

bool
chan_window_pace_valid(const ChanWindowPace *m)
{
    return m->refresh_mhz >= CHAN_WINDOW_REFRESH_MIN && m->refresh_mhz <= CHAN_WINDOW_REFRESH_MAX &&
           m->seen <= CHAN_SEEN_LAST;
}

static bool
decode_pace(ChanReader *r, ChanWindowPace *m)
{
    m->refresh_mhz = chan_read_u32(r);
    m->seen = chan_read_u32(r);
    return chan_window_pace_valid(m);
}

static bool
decode_save(ChanReader *r, uint32_t *serial)
{
    *serial = chan_read_u32(r);
    return true;
}

static bool
decode_pixels(ChanReader *r, uint64_t *token)
{
    *token = chan_read_u64(r);
    return *token != 0;
}

static bool
decode_text(ChanReader *r, ChanSpan *text)
{
    size_t length = chan_read_count(r, CHAN_WINDOW_TEXT_MAX);

    *text = chan_read_bytes(r, length);
    return length > 0;
}

bool
chan_window_decode(ChanSpan untrusted_bytes, ChanWindowSaid *said)
{
    ChanReader r = chan_reader(untrusted_bytes);
    bool ok = false;

    said->type = (ChanWindowMessage)chan_read_u8(&r);
    said->window = chan_read_u32(&r);
    if (said->type == CHAN_WINDOW_PROPS)
        ok = decode_props(&r, &said->props);
    else if (said->type == CHAN_WINDOW_ICON)
        ok = decode_icon(&r, &said->icon);
    else if (said->type == CHAN_WINDOW_SHAPE)
        ok = decode_shape(&r, &said->shape);
    else if (said->type == CHAN_WINDOW_HOST)
        ok = decode_host(&r, &said->host);
    else if (said->type == CHAN_WINDOW_KEYS)
        ok = said->window == 0 && decode_keys(&r, &said->keys);
    else if (said->type == CHAN_WINDOW_KEYMAP)
        ok = said->window == 0 && decode_keymap(&r, &said->keymap);
    else if (said->type == CHAN_WINDOW_CARET)
        ok = decode_caret(&r, &said->caret);
    else if (said->type == CHAN_WINDOW_TEXT)
        ok = said->window == 0 && decode_text(&r, &said->untrusted_text);
    else if (said->type == CHAN_WINDOW_PREEDIT)
        ok = said->window == 0 && decode_preedit(&r, &said->preedit);
    else if (said->type == CHAN_WINDOW_MENU)
        ok = decode_menu(&r, &said->menu);
    else if (said->type == CHAN_WINDOW_NAMES)
        ok = chan_window_names_unpack(chan_read_bytes(&r, r.left), &said->names);
    else if (said->type == CHAN_WINDOW_MONITORS)
        ok = decode_monitors(&r, &said->monitors);
    else if (said->type == CHAN_WINDOW_GROUP)
        ok = decode_group(&r, &said->group);
    else if (said->type == CHAN_WINDOW_WORKSPACE || said->type == CHAN_WINDOW_PLACED)
        ok = decode_workspace(&r, &said->workspace);
    else if (said->type == CHAN_WINDOW_WORKSPACES)
        ok = said->window == 0 && decode_workspaces(&r, &said->workspaces);
    else if (said->type == CHAN_WINDOW_LOCK)
        ok = decode_bool(&r, &said->lock);
    else if (said->type == CHAN_WINDOW_PING || said->type == CHAN_WINDOW_PONG)
        ok = decode_ping(&r, &said->serial);
    else if (said->type == CHAN_WINDOW_SETTLE || said->type == CHAN_WINDOW_SETTLED)
        ok = said->window == 0 && decode_ping(&r, &said->serial);
    else if (said->type == CHAN_WINDOW_KILL)
        ok = decode_bool(&r, &said->kill);
    else if (said->type == CHAN_WINDOW_MOTION)
        ok = said->window == 0 && decode_motion(&r, &said->motion);
    else if (said->type == CHAN_WINDOW_TOUCH)
        ok = said->window == 0 && decode_touch(&r, &said->touch);
    else if (said->type == CHAN_WINDOW_KEEPER)
        ok = said->window == 0 && decode_keeper(&r, &said->keeper);
    else if (said->type == CHAN_WINDOW_PACE)
        ok = decode_pace(&r, &said->pace);
    else if (said->type == CHAN_WINDOW_SAVE)
        ok = said->window == 0 && decode_save(&r, &said->save);
    else if (said->type == CHAN_WINDOW_PIXELS)
        ok = said->window == 0 && decode_pixels(&r, &said->token);
    else if (said->type == CHAN_WINDOW_KEY)
        ok = said->window == 0 && decode_key(&r, &said->key);
    else if (said->type == CHAN_WINDOW_VIDEO)
        ok = said->window == 0 && decode_bool(&r, &said->video);
    else if (said->type == CHAN_WINDOW_BUTTON)
        ok = said->window == 0 && decode_button(&r, &said->button);
    return ok && chan_reader_end(&r);
}

bool
chan_window_is_newer(ChanSpan untrusted_bytes)
{
    ChanReader r = chan_reader(untrusted_bytes);
    uint8_t type = chan_read_u8(&r);

    (void)chan_read_u32(&r);
    return !r.failed && ((type > CHAN_WINDOW_SERVERS_LAST && type < CHAN_WINDOW_CLIENTS_FIRST) ||
                         type > CHAN_WINDOW_CLIENTS_LAST);
}
